"""The rules of a script's game, as text: the losses of both players, and what is added to D's.

A row for each row of the engine's registries; what D puts out before the sigmoid is a, D = σ(a).
"""

from __future__ import annotations

from dataclasses import dataclass

from gan_core.config import LOSSES as FACTS
from gan_core.config import RunConfig
from gan_core.engine import divergences
from gan_core.engine.penalties import MEMORY, REACH


@dataclass(frozen=True)
class Rule:
    """D's loss of `real` and `fake` outputs, the same with another target LABEL of the real samples, G's loss; and the
    functions that these call."""

    d: str
    g: str
    smoothed: str = ""
    helpers: str = ""


_BCE = "softplus(-real).mean() + softplus(fake).mean()"
_SMOOTHED = "(softplus(-real) + (1 - LABEL) * real).mean() + softplus(fake).mean()"
_EXP = f'''def exp(a):
    """eᵃ, held where a D that is sure of everything would make it infinite."""
    return a.clamp(max={divergences.MOST:g}).exp()
'''
_MMD = f"""def kernel(a, b):
    # k(a, b) = Σ_α (1 + (a − b)²/2α)^−α
    gaps = (a[:, None] - b[None, :]).square()
    return sum((1 + gaps / (2 * alpha)).pow(-alpha) for alpha in {divergences.SHAPES})


def mmd(real, fake):
    # MMD² = E k(x, x′) + E k(y, y′) − 2 E k(x, y), without the pairs of a sample with itself
    n = len(real)
    among = [(kernel(a, a).sum() - {len(divergences.SHAPES)} * n) / (n * (n - 1)) for a in (real, fake)]
    return sum(among) - 2 * kernel(real, fake).mean()
"""

RULES: dict[str, Rule] = {
    "minimax": Rule(_BCE, "-softplus(fake).mean()", _SMOOTHED),
    "non_saturating": Rule(_BCE, "softplus(-fake).mean()", _SMOOTHED),
    "least_squares": Rule(
        "((real - 1) ** 2 / 2).mean() + (fake**2 / 2).mean()",
        "((fake - 1) ** 2 / 2).mean()",
        "((real - LABEL) ** 2 / 2).mean() + (fake**2 / 2).mean()",
    ),
    "hinge": Rule("(1 - real).relu().mean() + (1 + fake).relu().mean()", "-fake.mean()"),
    "wasserstein": Rule("fake.mean() - real.mean()", "-fake.mean()"),
    "relativistic": Rule("softplus(fake - real).mean()", "softplus(real - fake).mean()"),
    "kl": Rule("exp(fake - 1).mean() - real.mean()", "-exp(fake - 1).mean()", helpers=_EXP),
    "reverse_kl": Rule("(fake - 1).mean() + exp(-real).mean()", "-(fake - 1).mean()", helpers=_EXP),
    "pearson": Rule("(fake**2 / 4 + fake).mean() - real.mean()", "-(fake**2 / 4 + fake).mean()"),
    "hellinger": Rule("(exp(fake) - 1).mean() - (1 - exp(-real)).mean()", "-(exp(fake) - 1).mean()", helpers=_EXP),
    "mmd": Rule("-mmd(real, fake)", "mmd(real, fake)", helpers=_MMD),
    "feature_matching": Rule(_BCE, "(real.mean(0) - fake.mean(0)).square().sum() / 2", _SMOOTHED),
}

# of D's loss: the formula, and the lines that add it. {x}, {fake}: what D has seen; {rows}: how many
SLOPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "r1": ("(γ/2) E‖∇D(x)‖²", ("loss_d = loss_d + {r1} / 2 * slope(real_logits, {x}).square().sum(1).mean()",)),
    "r2": ("(γ/2) E‖∇D(G(z))‖²", ("loss_d = loss_d + {r2} / 2 * slope(fake_logits, {fake}).square().sum(1).mean()",)),
    "wgan_gp": (
        "λ E(‖∇D(x̂)‖ − 1)², x̂ on the line between a real and a fake sample",
        (
            "between = torch.lerp({fake}.detach(), {x}.detach(), epsilon).requires_grad_()",
            "loss_d = loss_d + WGAN_GP * (slope({between}, between).norm(dim=1) - 1).square().mean()",
        ),
    ),
    "dragan": (
        f"λ E(‖∇D(x̂)‖ − 1)², x̂ = x + {REACH} s u around a real sample, s the standard deviation of the batch",
        (
            f"around = ({{x}} + {REACH} * {{x}}.std(correction=0) * u).detach().requires_grad_()",
            "loss_d = loss_d + DRAGAN * (slope({around}, around).norm(dim=1) - 1).square().mean()",
        ),
    ),
}
LECAM = (
    "λ (E(a(x) − ā_fake)² + E(a(G(z)) − ā_real)²), ā: moving averages",
    (
        "gaps = real_logits - usual[1], fake_logits - usual[0]",
        "loss_d = loss_d + LECAM * (gaps[0].square().mean() + gaps[1].square().mean())",
    ),
    (f"usual.lerp_(torch.stack([real_logits.mean(), fake_logits.mean()]).detach(), {round(1 - MEMORY, 6)})",),
)

SLOPE = '''def slope(logits, x):
    """∂D/∂x of each sample, as a row; it can be differentiated again."""
    (gradient,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
    return gradient.flatten(1)
'''


def losses(config: RunConfig) -> str:
    """The code of both losses."""
    t = config.train
    rule, facts = RULES[t.loss], FACTS[t.loss]
    d_formula, g_formula = facts.formula
    parts = [rule.helpers] if rule.helpers else []
    given = "real, fake" if facts.paired else "fake"
    target = f"LABEL = {1 - t.label_smoothing}  # the target of real samples\n\n\n" if t.label_smoothing else ""
    parts.append(
        f"{target}def d_loss(real, fake):\n    # {d_formula}\n    return {rule.smoothed if target else rule.d}\n"
    )
    parts.append(f"def g_loss({given}):\n    # {g_formula}\n    return {rule.g}\n")
    if any(getattr(t, name) for name in SLOPES):
        parts.append(SLOPE)
    return "\n\n".join(parts)
