"""What a script's loop calls, as text: batches, noise, packs, spectral norms, the average of G, the look ahead of D.

A script has the ones that its configuration needs.
"""

from __future__ import annotations

from gan_core.config import LOSSES, RunConfig
from gan_core.config import OPTIMISERS as FACTS
from gan_core.engine import random, unrolled
from gan_core.engine.builders import ARCHITECTURES as BUILDERS
from gan_core.engine.spectral import FIRST_ROUNDS, LEAST

LATENTS = {
    "normal": "torch.randn({n}, LATENT_DIM, generator={draws})",
    "uniform": "2 * torch.rand({n}, LATENT_DIM, generator={draws}) - 1",
}


def draws_ahead(config: RunConfig) -> tuple[int, int]:
    """How many batches of real samples and of latents the engine draws at once. Latents of whole groups are the same in
    however many calls, so that one at a time will do."""
    numbers = config.train.batch * config.model.latent_dim
    return 1 if config.data.is_image else random.BLOCK, 1 if numbers % random.GROUP == 0 else random.ahead(numbers)


def helpers(c: RunConfig) -> list[str]:
    """The functions and classes of this configuration's loop."""
    t, (real_ahead, latent_ahead), found = c.train, draws_ahead(c), []
    if real_ahead > 1 or latent_ahead > 1 or t.wgan_gp:
        found.append(BATCHES)
    if latent_ahead > 1:
        found.append(
            f"def sample_latent(n, generator):\n    return {LATENTS[c.model.latent].format(n='n', draws='generator')}\n"
        )
    if t.wgan_gp:
        found.append(EPSILON)
    if t.instance_noise:
        found.append(NOISY)
    if c.model.packing > 1:
        found.append(PACK)
    if t.spectral_norm:
        closed = BUILDERS[c.model.architecture].closed(c)[1]
        found.append(
            SPECTRAL % ("weight if len(weight) < weight.shape[1] else weight.T" if closed else "weight.flatten(1)")
        )
    if t.ema:
        found.append(FOLLOW)
    if t.optimiser in OPTIMISERS:
        found.append(OPTIMISERS[t.optimiser])
    if t.unrolled:
        found.append(_look_ahead(c))
    return found


BATCHES = '''def batches(draw, generator, ahead):
    """Endless batches; so many are drawn at once, as in the app."""
    while True:
        yield from draw(ahead * BATCH, generator).to(DTYPE).split(BATCH)
'''
EPSILON = """def sample_epsilon(n, generator):
    return torch.rand(n, generator=generator, dtype=DTYPE)
"""
NOISY = '''def noisy(x, sigma, draws):
    """Instance noise: D sees x + σε."""
    return x + sigma * torch.randn(x.shape, generator=draws, dtype=DTYPE) if sigma else x
'''
PACK = '''def pack(x):
    """PacGAN: D scores PACKING samples as one, of so many times the features."""
    return x.reshape(len(x) // PACKING, PACKING * x.shape[1], *x.shape[2:])
'''
FOLLOW = '''@torch.no_grad()
def follow(average, G, t):
    """θ̄ ← βθ̄ + (1 − β)θ, where β is smaller at first, so that the first weights are soon forgotten."""
    beta = min(EMA, (1 + t) / (10 + t))
    for mean, p in zip(average.parameters(), G.parameters()):
        mean.lerp_(p, 1 - beta)
    for mine, remembered in zip(average.buffers(), G.buffers()):
        mine.copy_(remembered)
'''
OPTIMISERS = {  # that torch has not
    "optimistic_adam": '''class OptimisticAdam(torch.optim.Optimizer):
    """Daskalakis et al. 2018: Adam's step twice, and the one before it back."""

    def __init__(self, parameters, lr, betas):
        super().__init__(parameters, {"lr": lr, "betas": betas})

    @torch.no_grad()
    def step(self):
        # m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  u = m̂ / (√v̂ + ε),  θ ← θ − lr · (2u − u before)
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:  # a layer that does not play yet
                    continue
                state = self.state[p]
                if not state:
                    state.update(t=0, m=torch.zeros_like(p), v=torch.zeros_like(p), u=torch.zeros_like(p))
                state["t"] += 1
                m, v, t = state["m"].lerp_(p.grad, 1 - beta1), state["v"], state["t"]
                v.mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
                u = m / (1 - beta1**t) / ((v / (1 - beta2**t)).sqrt() + 1e-8)
                p.sub_(2 * u - state["u"], alpha=group["lr"])
                state["u"] = u
''',
}
SPECTRAL = f'''class SpectralNorm:
    """D computes with W̄ = W / σ(W), σ the largest singular value, by one round of power iteration an update."""

    def __init__(self, D, draws):
        self.parameters = [p for p in D.parameters() if p.dim() > 1]
        self.weights = [p.detach().clone() for p in self.parameters]
        rows = [len(self.matrix(weight)) for weight in self.weights]
        self.us = [F.normalize(torch.randn(n, 1, generator=draws, dtype=DTYPE), dim=0) for n in rows]
        for _ in range({FIRST_ROUNDS}):
            self.normalise()

    def matrix(self, weight):
        return %s

    @torch.no_grad()
    def normalise(self):
        # v ← Wᵀu / ‖Wᵀu‖,  u ← Wv / ‖Wv‖,  σ ≈ uᵀWv
        for p, weight, u in zip(self.parameters, self.weights, self.us):
            W = self.matrix(weight)
            v = F.normalize(W.T @ u, dim=0)
            u.copy_(F.normalize(W @ v, dim=0))
            p.copy_(weight / (u.T @ W @ v).clamp_min({LEAST}))

    @torch.no_grad()
    def before_step(self):
        # the slope in W from that in W̄:  ∂L/∂W = (∂L/∂W̄ − ⟨∂L/∂W̄, W⟩/σ · uvᵀ) / σ;  the optimiser moves W
        for p, weight, u in zip(self.parameters, self.weights, self.us):
            if p.grad is None:  # a layer that does not play yet
                continue
            W, gradient = self.matrix(weight), self.matrix(p.grad)
            v = F.normalize(W.T @ u, dim=0)
            sigma = (u.T @ W @ v).clamp_min({LEAST})
            gradient.copy_((gradient - (gradient * W).sum() / sigma * (u @ v.T)) / sigma)
        for p, weight in zip(self.parameters, self.weights):
            p.copy_(weight)

    @torch.no_grad()
    def after_step(self):
        for p, weight in zip(self.parameters, self.weights):
            weight.copy_(p)
        self.normalise()
'''


def _look_ahead(c: RunConfig) -> str:
    """Unrolling, with D's optimiser written out, so that it can be differentiated."""
    paired = "d_real, d_fake" if LOSSES[c.train.loss].paired else "d_fake"
    adam = bool(FACTS[c.train.optimiser].betas)
    before = (
        """
    state = [d_optimiser.state[p] for p in D.parameters()]
    m, v = [s["exp_avg"] for s in state], [s["exp_avg_sq"] for s in state]
    t = float(state[0]["step"])"""
        if adam
        else ""
    )
    move = (
        f"""
        # Adam: m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  θ ← θ − lr · m̂ / (√v̂ + ε)
        t, (beta1, beta2) = t + 1, BETAS
        m = [beta1 * mean + (1 - beta1) * g for mean, g in zip(m, gradients)]
        v = [beta2 * mean + (1 - beta2) * g**2 for mean, g in zip(v, gradients)]
        moves = [a / (1 - beta1**t) / ((b / (1 - beta2**t) + {unrolled.TINY}).sqrt() + 1e-8) for a, b in zip(m, v)]"""
        if adam
        else "\n        moves = gradients"
    )
    return f'''def look_ahead(D, d_optimiser, x, fake):
    """L_G as it will be after UNROLLED more updates of D, all of them functions of the fakes (Metz et al. 2017)."""
    names = [name for name, _ in D.named_parameters()]
    theta = [p.detach().clone().requires_grad_() for p in D.parameters()]{before}
    rate = d_optimiser.param_groups[0]["lr"]

    def scores():
        return [torch.func.functional_call(D, dict(zip(names, theta)), (rows,)) for rows in (x, fake)]

    for _ in range(UNROLLED):
        gradients = torch.autograd.grad(d_loss(*scores()), theta, create_graph=True){move}
        theta = [p - rate * move for p, move in zip(theta, moves)]
    d_real, d_fake = scores()
    return g_loss({paired})
'''
