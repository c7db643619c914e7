"""Studies that the pages train, as scripts: the textbook loop with a plan of its own, and what is looked at.

frozen(config, warm_up=0, rounds=2000)         G frozen, D trained alone; a remedy under the same test
gaussians(seed, steps)                         small discriminators of N(0, 1) and N(d, 1)
duel("penalty", modes, fakes, …)               D or a critic that learns two distributions on a line
lines("wgan_gp", theta, warm_up=200, …)        a generator with one parameter, between parallel lines
script(study), notebook(study)                 the files
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gan_core.config import LOSSES, RunConfig
from gan_core.engine.networks import LEAK
from gan_core.scripts.data import data
from gan_core.scripts.formulas import losses_in_latex, penalties_in_latex
from gan_core.scripts.loop import Plan, loop
from gan_core.scripts.notebook import book
from gan_core.scripts.players import ARCHITECTURES, initialisation, players
from gan_core.scripts.rules import losses
from gan_core.scripts.textbook import Part, formulas, settings, streams, written
from gan_core.scripts.tricks import LATENTS
from gan_core.studies import frozen_generator, line_duel, parallel_lines

THREADS = "torch.set_num_threads(1)  # as in the app: how many threads share a sum decides how it is rounded\n"
PROMISE = "It draws the numbers that the page draws and makes the same curves, up to rounding."


@dataclass(frozen=True)
class Study:
    """`title`; the configuration whose losses and updates it has; its `parts`, and the lines that `run` it. `own`: the
    study moves D by itself, and not by the engine's step."""

    title: str
    config: RunConfig
    parts: tuple[Part, ...]
    run: str
    own: bool = False


def script(of: Study) -> str:
    """One file that needs torch and numpy only."""
    return written(of.title, formulas(of.config), PROMISE, of.parts, of.run)


def notebook(of: Study) -> str:
    """The text of an .ipynb file."""
    said = [*losses_in_latex(of.config), *penalties_in_latex(of.config).values()]
    about = [f"# {of.title}", "With torch and numpy only. $a$ is what $D$ puts out, $D = \\sigma(a)$."]
    return book([*about, *(f"$${formula}$$" for formula in said), PROMISE], of.parts, ("Run it", of.run))


def _study(title: str, config: RunConfig, made: Sequence[Part], plan: Plan, run: str, more: str) -> Study:
    found = (
        Part("random numbers", streams()), *made, Part("the losses", losses(config)),
        Part("the game", loop(config, plan=plan)),
    )  # fmt: skip
    return Study(title, config, (settings(config, found, run, f"\n{more}\n"), *found), run)


# ── G frozen ─────────────────────────────────────────────────────────────────────────────────────────────────────────

# G's loss of D's outputs alone, by name
ON_FAKES = {
    "minimax": "-softplus(a).mean()", "non_saturating": "softplus(-a).mean()", "wasserstein": "-a.mean()",
}  # fmt: skip
NORMS = '''# G's losses, of what D puts out for its samples
MEASURED = {{
{rows}
}}


def norms(G, D, z, shift):
    """‖∂L_G/∂θ_G‖ under each loss; all parameters of G are one vector."""
    a, found = D(G(z) + shift), []
    for loss in MEASURED.values():
        gradient = torch.autograd.grad(loss(a), list(G.parameters()), retain_graph=True)
        found.append(torch.cat([one.flatten() for one in gradient]).norm().item())
    return found
'''
FROZEN = """for name, loss in zip(MEASURED, np.array(found).transpose(2, 0, 1)):  # (seeds, moments) each
    change = loss[:, -1] / loss[:, 0]
    print(f"{name}: × {np.median(change):.3g} ({change.min():.3g} to {change.max():.3g}) in {ROUNDS:,} rounds")
"""


def frozen(config: RunConfig, *, warm_up: int, rounds: int, title: str = "G frozen, D trained alone") -> Study:
    """`studies.frozen_generator`: both players take `warm_up` steps, then D moves alone. Data in the plane."""
    t, m = config.train, config.model
    names = tuple(dict.fromkeys((*frozen_generator.MEASURED, t.loss)))
    rows = "\n".join(f'    "{name}": lambda a: {ON_FAKES[name]},' for name in names)
    n = frozen_generator.LATENTS
    z = LATENTS[m.latent].format(n=n, draws="draws")
    plan = Plan(
        look="norms(G, D, z_fixed, shift)",
        due=f"step + 1 >= WARM_UP and (step + 1 - WARM_UP) % {frozen_generator.EVERY} == 0",
        first="WARM_UP == 0",
        before=(
            'draws = stream(seed, "picture")  # of what is looked at: always the same',
            f"z_fixed = ({z}).to(DTYPE)",
            f"shift = {t.instance_noise} * torch.randn({n}, 2, generator=draws).to(DTYPE)",
        ),
        g_moves="step < WARM_UP",
    )
    run = f"{THREADS}found = [train(seed, STEPS) for seed in range(SEED, SEED + {t.members})]\n{FROZEN}"
    row = ARCHITECTURES[m.architecture]
    made = (
        Part("the players", players(config)), Part("the real samples", data(config, row.view)),
        Part("what is looked at", NORMS.format(rows=rows)),
    )  # fmt: skip
    return _study(title, config.replace(steps=max(1, warm_up + rounds)), made, plan, run,
                  f"WARM_UP, ROUNDS = {warm_up}, {rounds}")  # fmt: skip


# ── two distributions on a line ──────────────────────────────────────────────────────────────────────────────────────

Mixture = tuple[tuple[float, ...], float]  # the means of a mixture of equal shares, and the σ of all of them

PLACE = "a place on the line"
SMALL_D = '''def discriminator(draws):
    """D: {given} → a, its opinion before the sigmoid."""
    network = nn.Sequential(
        nn.Linear({inputs}, {width}), nn.LeakyReLU({leak}),
        nn.Linear({width}, {width}), nn.LeakyReLU({leak}),
        nn.Linear({width}, 1), nn.Flatten(0),
    )
    return initialise(network.to(DTYPE), draws)
'''
ON_LINE = '''def quantiles(means, std, u):
    """x with F(x) = u, of equally many Gaussians: F(x) = Σ Φ((x − m)/σ) / M, halved until it is found."""
    low, high = torch.full_like(u, {low}), torch.full_like(u, {high})
    for _ in range(80):
        middle = (low + high) / 2
        below = torch.special.ndtr((middle[:, None] - means) / std).mean(1) < u
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return ((low + high) / 2).float().to(DTYPE)


# x = F⁻¹(u), u ~ U(0, 1), between {table:,} places that are known
u = (torch.arange({table}, dtype=torch.float64) + 0.5) / {table}
REAL, FAKE = (quantiles(torch.tensor(means, dtype=torch.float64), std, u) for means, std in (P, Q))
POSITIONS = torch.linspace({low_seen}, {high_seen}, {positions}, dtype=DTYPE)  # where they are looked at


def interpolate(table, u):
    place = (u.float() * len(table) - 0.5).clamp(0, len(table) - 1)
    left = place.floor().long().clamp_max(len(table) - 2)
    return torch.lerp(table[left], table[left + 1], (place - left).to(DTYPE))


def sample_real(n, generator):
    return interpolate(REAL, torch.rand(n, 1, generator=generator))
'''
FIXED = '''class Fixed(nn.Module):
    """A G that cannot learn: z from U(−1, 1) becomes a sample of q."""

    def forward(self, z):
        return interpolate(FAKE, (z + 1) / 2)


def generator(draws):
    return Fixed()
'''
# by what D puts out: what it proves of the distance
FOUND = {
    "probability": (
        "ln 2 + ½ (E log D(x) + E log(1 − D(y))) ≤ JSD",
        "math.log(2) - (softplus(-real).mean() + softplus(fake).mean()) / 2",
    ),
    "critic": ("(E f(x) − E f(y)) / max |f′| ≤ W1", "(real.mean() - fake.mean()) / slope.abs().max()"),
}
LOOK = '''def look(D):
    """D's values and slopes at POSITIONS, and what it proves of the distance."""
    x = POSITIONS.clone().requires_grad_()
    a = D(x[:, None])
    (slope,) = torch.autograd.grad(a.sum(), x)
    real, fake = D(REAL[:, None]).detach(), D(FAKE[:, None]).detach()
    # {formula}
    return a.detach(), slope, ({code}).item()
'''
DUEL = """for seed, rows in enumerate(found, start=SEED):
    for update, (values, slopes, distance) in rows[-1:]:
        print(f"seed {seed}, update {update:,}: {distance:.3f} is found; steepest slope {slopes.abs().max():.3f}")
"""


def duel(
    name: str, p: Mixture, q: Mixture, window: tuple[float, float], *, penalty: float, clip: float, seed: int,
    updates: int, title: str = "D and a critic on a line",
) -> Study:  # fmt: skip
    """`studies.line_duel`, one of the three who learn: `name` of `line_duel.DUELLISTS`. `window`: of the picture."""
    config = line_duel.settings(penalty, clip, seed)[name].replace(steps=updates, members=line_duel.SEEDS)
    edges = [edge for means, std in (p, q) for edge in (min(means) - 10 * std, max(means) + 10 * std)]
    formula, code = FOUND[LOSSES[config.train.loss].kind]
    width, leak = line_duel.WIDTH, LEAK
    made = (
        Part("D, and a G that stands still", "\n\n".join([
            initialisation(config), SMALL_D.format(given=PLACE, inputs=1, width=width, leak=leak), FIXED,
        ])),
        Part("the samples", ON_LINE.format(
            low=min(edges), high=max(edges), low_seen=window[0], high_seen=window[1], table=line_duel.TABLE,
            positions=line_duel.POSITIONS,
        )),
        Part("what is looked at", LOOK.format(formula=formula, code=code)),
    )  # fmt: skip
    plan = Plan(
        look="(step + 1, look(D))",
        due="(step + 1) % 50 == 0 or step + 1 in (1, 2, 4, 8, 16, 32, 64)",
    )
    run = f"{THREADS}found = [train(seed, STEPS) for seed in range(SEED, SEED + {line_duel.SEEDS})]\n{DUEL}"
    return _study(title, config, made, plan, run, f"P, Q = {p}, {q}  # means and σ of the real and the generated")


# ── parallel lines ───────────────────────────────────────────────────────────────────────────────────────────────────

LINE = '''class Line(nn.Module):
    """G(z) = (θ, u), u = (z + 1)/2: one parameter."""

    def __init__(self):
        super().__init__()
        self.theta = nn.Parameter(torch.tensor(THETA, dtype=DTYPE))

    def forward(self, z):
        return torch.cat([self.theta.expand(len(z), 1), (z + 1) / 2], dim=1)


def generator(draws):
    return Line()
'''
UPRIGHT = """def sample_real(n, generator):
    # (0, u), u ~ U(0, 1)
    return torch.cat([torch.zeros(n, 1), torch.rand(n, 1, generator=generator)], dim=1)
"""
LINES_FOUND = {
    "probability": FOUND["probability"],
    "critic": ("E f(x) − E f(y)", "real.mean() - fake.mean()"),
}
LOOK_AT_LINES = '''@torch.no_grad()
def look(G, D):
    """θ, and what D says of the distance of both lines."""
    heights = torch.linspace(0, 1, 101, dtype=DTYPE)
    real, fake = (D(torch.stack([torch.full_like(heights, at), heights], dim=1)) for at in (0.0, G.theta.item()))
    # {formula}
    return G.theta.item(), ({code}).item()
'''
RUN_LINES = """for seed, rows in enumerate(found, start=SEED):
    (step, (theta, distance)) = rows[-1]
    print(f"seed {seed}: after {step} steps θ = {theta:.3f}, and D finds {distance:.3f}")
"""


def lines(name: str, theta: float, *, warm_up: int, steps: int, seed: int, title: str = "Parallel lines") -> Study:
    """`studies.parallel_lines`, one method of `parallel_lines.METHODS`."""
    game = parallel_lines
    config = game.settings(seed)[name].replace(g_lr=game.RATE, steps=warm_up + steps, members=game.LINES)
    formula, code = LINES_FOUND[LOSSES[config.train.loss].kind]
    given = SMALL_D.format(given="point", inputs=2, width=config.model.d_layers[0], leak=LEAK)
    made = (
        Part("the players", "\n\n".join([initialisation(config), given, LINE])),
        Part("the real samples", UPRIGHT),
        Part("what is looked at", LOOK_AT_LINES.format(formula=formula, code=code)),
    )
    plan = Plan(
        look="(step + 1 - WARM_UP, look(G, D))",
        due=f"step + 1 >= WARM_UP and (step + 1 - WARM_UP) % {game.EVERY} == 0",
        first="WARM_UP == 0",
        d_steps="D_STEPS if step >= WARM_UP else 1",
        g_moves="step >= WARM_UP",
        g_optimiser="sgd",
    )
    run = f"{THREADS}found = [train(seed, STEPS) for seed in range(SEED, SEED + {game.LINES})]\n{RUN_LINES}"
    return _study(title, config, made, plan, run, f"THETA, WARM_UP = {theta}, {warm_up}")


# ── two Gaussians at a distance ──────────────────────────────────────────────────────────────────────────────────────

LEARN = '''def train(d, seed, steps):
    """A small D that learns N(0, 1) from N(d, 1)."""
    D, draws = discriminator(stream(seed, "discriminator")), stream(seed, "real")
    optimiser = torch.optim.Adam(D.parameters(), lr=D_LR, betas=(0.9, 0.999))
    for _ in range(steps):
        x, z = torch.randn(2, 1, BATCH, 1, generator=draws)[:, 0].to(DTYPE)
        loss_d = d_loss(D(x), D(z + d))  # the fakes are z + d
        optimiser.zero_grad()
        loss_d.backward()
        optimiser.step()
    return D
'''
MEASURE = '''Z = torch.linspace(-6, 6, 1201, dtype=torch.float64)  # E f(z) by the trapezoidal rule
SHARE = torch.exp(-(Z**2) / 2) * (Z[1] - Z[0]) / (2 * math.pi) ** 0.5


def measure(D, d):
    """∂/∂d of both losses of G through this D, and the part of the JSD that it has found."""
    x = (Z + d).to(DTYPE).requires_grad_()
    fake = D(x[:, None])
    (slope,) = torch.autograd.grad(fake.sum(), x)
    fake, slope, real = fake.detach().double(), slope.double(), D(Z.to(DTYPE)[:, None]).detach().double()
    # ∂/∂d E log(1 − D(x)) = −E σ(a) a′(x),  ∂/∂d E(−log D(x)) = −E (1 − σ(a)) a′(x),  x = z + d
    minimax, non_saturating = (-(fake.sigmoid() * slope) @ SHARE, -((-fake).sigmoid() * slope) @ SHARE)
    # (V(D) + 2 ln 2) / 2, V(D) = E log D(x) + E log(1 − D(z + d))
    jsd = (-softplus(-real) - softplus(fake)) @ SHARE / 2 + math.log(2)
    return minimax.item(), non_saturating.item(), jsd.item()
'''
RUN_GAUSSIANS = """for d in DISTANCES:
    found = [measure(train(d, seed, STEPS), d) for seed in range(SEED, SEED + {seeds})]
    values = ", ".join(f"{{np.median(column):.3g}}" for column in zip(*found))
    print(f"d = {{d:g}}: gradient of log(1 − D), of −log D, and JSD, median of {seeds} seeds: {{values}}")
"""


def gaussians(*, seed: int, steps: int, title: str = "Two Gaussians at a distance, learned") -> Study:
    """`studies.frozen_generator.GaussianDiscriminators`."""
    of = frozen_generator
    config = RunConfig.of(
        loss="minimax", batch=of.GaussianDiscriminators.BATCH, d_lr=of.GaussianDiscriminators.RATE, steps=steps,
        seed=seed, members=of.SEEDS,
    )  # fmt: skip
    small = SMALL_D.format(given=PLACE, inputs=1, width=of.GaussianDiscriminators.WIDTH, leak=LEAK)
    found = (
        Part("random numbers", streams()),
        Part("the discriminators", f"{initialisation(config)}\n\n{small}"),
        Part("the losses", losses(config)),
        Part("how they learn", LEARN),
        Part("what is measured", MEASURE),
    )
    run = THREADS + RUN_GAUSSIANS.format(seeds=of.SEEDS)
    more = f"\nDISTANCES = {of.DISTANCES.tolist()}\n"
    return Study(title, config, (settings(config, found, run, more), *found), run, own=True)
