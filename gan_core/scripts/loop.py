"""A script's training loop, as text: D's update, G's update, and what the configuration adds to either.

Where rows of a batch do not mix, D scores real and fake samples apart, as textbooks do; with dropout it scores them in
one batch, because the masks are drawn for both together. The draws are in the engine's order.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gan_core.config import LOSSES, RunConfig
from gan_core.engine import penalties, random
from gan_core.engine.optimisers import Lookahead
from gan_core.scripts.players import ARCHITECTURES
from gan_core.scripts.rules import LECAM, SLOPES
from gan_core.scripts.tricks import LATENTS, draws_ahead, helpers
from gan_core.scripts.weights import Begins

REPORT = 500  # steps between two lines of the report
OPTIMISERS = {
    "adam": "torch.optim.Adam({player}.parameters(), lr={lr}, betas=BETAS)",
    "optimistic_adam": "OptimisticAdam({player}.parameters(), lr={lr}, betas=BETAS)",
    "rmsprop": "torch.optim.RMSprop({player}.parameters(), lr={lr})",
    "sgd": "torch.optim.SGD({player}.parameters(), lr={lr})",
}
RATES = ("r1", "r2")  # whose γ may fall


class Plan(NamedTuple):
    """In what the loop of a study is another one: it takes turns, and gives back what was looked at.

    look: the expression of what is kept of a moment; due: of which moments, by `step + 1`; first: whether before the
    first step, too. before: lines ahead of all. d_steps: how many updates of D a step has, "" as in a run. g_moves: in
    which steps G moves, "" in none; g_optimiser: by which rule, "" by D's.
    """

    look: str
    due: str
    first: str = "True"
    before: tuple[str, ...] = ()
    d_steps: str = ""
    g_moves: str = ""
    g_optimiser: str = ""


# ── the loop ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def loop(config: RunConfig, begins: Begins | None = None, plan: Plan | None = None) -> str:
    """`train(seed, steps)`, and what it calls. `begins`: at which weights. `plan`: of a study."""
    return "\n\n".join([*helpers(config), _train(config, begins, plan)])


def _train(c: RunConfig, begins: Begins | None, plan: Plan | None) -> str:
    t = c.train
    growth = ", growth" if ARCHITECTURES[c.model.architecture].grows else ""
    real_ahead, latent_ahead = draws_ahead(c)
    latents = 'stream(seed, "latent")'
    lines = ["growth = Growth(GROW_STEPS)"] if growth else []
    lines += [
        f'G, D = generator(stream(seed, "generator"){growth}), discriminator(stream(seed, "discriminator"){growth})',
        *([] if begins is None else [f'adopt(G, D, read_safetensors("{begins.file}"))']),
        *([] if plan is not None and not plan.g_moves else [f"g_optimiser = {_g_optimiser(c, plan)}"]),
        f"d_optimiser = {OPTIMISERS[t.optimiser].format(player='D', lr='D_LR')}",
    ]
    if t.decay_steps:
        lines += [
            "# both rates fall linearly to 0",
            "falling = [torch.optim.lr_scheduler.LambdaLR(one, lambda step: max(0, 1 - step / DECAY_STEPS))",
            "           for one in (g_optimiser, d_optimiser)]",
        ]
    reals = 'stream(seed, "real")'
    lines += [
        line
        for wanted, line in (
            (t.lookahead, "slow = [p.detach().clone() for p in (*D.parameters(), *G.parameters())]"),
            (t.spectral_norm, 'spectral = SpectralNorm(D, stream(seed, "spectral"))'),
            (t.ema, "average = copy.deepcopy(G)  # of G's parameters: it is looked at and never plays"),
            (t.lecam, "usual = torch.zeros(2, dtype=DTYPE)  # what D usually says of real and of fake samples"),
            (True, f"reals = {reals if real_ahead == 1 else f'batches(sample_real, {reals}, {real_ahead})'}"),
            (
                True,
                f"latents = {latents if latent_ahead == 1 else f'batches(sample_latent, {latents}, {latent_ahead})'}",
            ),
            (_draws_noise(c), 'noise = stream(seed, "noise")'),
            (t.wgan_gp, f"epsilons = batches(sample_epsilon, noise, {random.BLOCK})"),
        )
        if wanted
    ]
    if plan is not None:
        lines += [*plan.before, f"rows = [{plan.look.replace('step + 1', '0')}] if {plan.first} else []"]
    body = UPDATE[t.update](c) if plan is None else _alternating(c, plan)
    lines += [
        "for step in range(steps):" if begins is None else f"for step in range({begins.step}, {begins.step} + steps):",
        *(f"    {line}" if line else "" for line in [*_schedules(c), *body, *_after(c, plan)]),
    ]
    lines.append(f"return G, D{', average' if t.ema else ''}" if plan is None else "return rows")
    returned = "both players, and G's average" if t.ema else "both players"
    returned = returned if plan is None else "what is seen of it on the way"
    return (
        f'def train(seed, steps):\n    """One run: {returned}."""\n' + textwrap.indent("\n".join(lines), "    ") + "\n"
    )


def _g_optimiser(c: RunConfig, plan: Plan | None) -> str:
    kind = c.train.optimiser if plan is None or not plan.g_optimiser else plan.g_optimiser
    return OPTIMISERS[kind].format(player="G", lr="G_LR")


def _schedules(c: RunConfig) -> list[str]:
    t, lines = c.train, []
    if t.instance_noise:
        falls = " * max(0, 1 - step / NOISE_STEPS)" if t.noise_steps else ""
        lines.append(f"sigma = INSTANCE_NOISE{falls}")
    if t.gamma_steps:
        lines.append("gamma = GAMMA_END + (1 - GAMMA_END) * (1 + math.cos(math.pi * min(1, step / GAMMA_STEPS))) / 2")
    return lines


def _alternating(c: RunConfig, plan: Plan | None = None) -> list[str]:
    t = c.train
    d_step = [
        *_batch(c),
        *_inputs_of_d(c, detached=True),
        *_draws(c),
        "",
        "# D's update",
        "d_optimiser.zero_grad()",
        *_d_loss(c, detached=True),
        "loss_d.backward()",
        *_update_d(c),
    ]
    times = "D_STEPS" * (t.d_steps > 1) if plan is None or not plan.d_steps else plan.d_steps
    lines = [f"for _ in range({times}):", *(f"    {line}" if line else "" for line in d_step)] if times else d_step
    g_step = ["# G's update, through the D that has just moved", "g_optimiser.zero_grad()", *_g_loss(c),
              "loss_g.backward()", "g_optimiser.step()"]  # fmt: skip
    if plan is None:
        return [*lines, "", *g_step]
    return [*lines, "", f"if {plan.g_moves}:", *(f"    {line}" for line in g_step)] if plan.g_moves else lines


def _simultaneous(c: RunConfig, before_the_move: Sequence[str] = ()) -> list[str]:
    return [
        *_batch(c),
        *_inputs_of_d(c, detached=False),
        *_draws(c),
        "",
        "# both gradients at the same point, then both players move",
        "d_optimiser.zero_grad()",
        "g_optimiser.zero_grad()",
        *_d_loss(c, detached=False),
        *_g_loss_of_scores(c),
        "loss_d.backward(inputs=list(D.parameters()), retain_graph=True)",
        "loss_g.backward(inputs=list(G.parameters()))",
        *_update_d(c, before_the_move),
        "g_optimiser.step()",
    ]


def _extragradient(c: RunConfig) -> list[str]:
    """The simultaneous step, taken twice from the same place."""
    from_there = [
        "if ahead:",
        "    start = [p.detach().clone() for p in (*D.parameters(), *G.parameters())]",
        "else:",
        "    with torch.no_grad():",
        "        for p, old in zip((*D.parameters(), *G.parameters()), start):",
        "            p.copy_(old)",
    ]
    lines = _simultaneous(c, from_there)
    return ["# a step of both players to look, then one from where they were along what they found there",
            "for ahead in (True, False):", *(f"    {line}" if line else "" for line in lines)]  # fmt: skip


UPDATE: dict[str, Callable[[RunConfig], list[str]]] = {
    "alternating": _alternating,
    "simultaneous": _simultaneous,
    "extragradient": _extragradient,
}


def _after(c: RunConfig, plan: Plan | None) -> list[str]:
    t, lines = c.train, []
    if t.lookahead:
        back = [
            "with torch.no_grad():",
            "    for old, p in zip(slow, (*D.parameters(), *G.parameters())):",
            f"        p.copy_(old.lerp_(p, {Lookahead.ALPHA}))",
        ]
        if t.spectral_norm:
            back = ["spectral.before_step()", *back, "spectral.after_step()"]
        lines += ["", "if (step + 1) % LOOKAHEAD == 0:  # both players go halfway back", *(f"    {b}" for b in back)]
    if t.ema:
        lines += ["", "follow(average, G, step + 1)"]
    if t.decay_steps:
        lines += ["for one in falling:", "    one.step()"]
    if ARCHITECTURES[c.model.architecture].grows:
        lines += [
            "",
            "stage, growth.step = growth.stage, step + 1",
            "if growth.stage != stage:  # new layers: the optimisers start afresh",
            "    g_optimiser.state.clear()",
            "    d_optimiser.state.clear()",
        ]
    report = 'print(f"seed {seed}, step {step + 1:,}: L_D {loss_d:.4f}, L_G {loss_g:.4f}")'
    if plan is not None:
        return [*lines, "", f"if {plan.due}:", f"    rows.append({plan.look})"]
    return [*lines, "", f"if (step + 1) % {REPORT} == 0:", f"    {report}"]


# ── what both updates are taken on ───────────────────────────────────────────────────────────────────────────────────


def _batch(c: RunConfig) -> list[str]:
    real_ahead, latent_ahead = draws_ahead(c)
    real = "sample_real(BATCH, reals)" if real_ahead == 1 else "next(reals)"
    latent = LATENTS[c.model.latent].format(n="BATCH", draws="latents")
    latent = f"({latent}).to(DTYPE)" if " " in latent.split("(")[0] else f"{latent}.to(DTYPE)"
    lines = [f"z = {latent if latent_ahead == 1 else 'next(latents)'}"]
    lines.append(f"{'x, y' if c.model.labelled else 'x'} = {real}")
    if ARCHITECTURES[c.model.architecture].grows:
        lines.append("x = growth.shown(x)  # at the size that the players have reached")
    return [*lines, "fake = G(torch.cat([z, y], dim=1))" if c.model.labelled else "fake = G(z)"]


def _seen(c: RunConfig, rows: str) -> str:
    """What D sees of these rows."""
    noisy = f"noisy({rows}, sigma, noise)" if c.train.instance_noise else rows
    return f"pack({noisy})" if c.model.packing > 1 else noisy


def _as_it_is(c: RunConfig) -> bool:
    """Whether D sees the rows themselves, and nobody asks for its slope there."""
    t = c.train
    return c.model.packing == 1 and not (t.instance_noise or any(getattr(t, name) for name in SLOPES))


def _inputs_of_d(c: RunConfig, *, detached: bool) -> list[str]:
    if _as_it_is(c):
        return []
    fake = "fake.detach()" if detached else "fake"
    lines = [f"x_in, fake_in = {_seen(c, 'x')}, {_seen(c, fake)}"]
    lines += ["x_in.requires_grad_()  # D's slope is taken there"] if c.train.r1 else []
    return [*lines, "fake_in.requires_grad_()"] if c.train.r2 and detached else lines


def _draws_noise(c: RunConfig) -> bool:
    return bool(c.train.instance_noise or c.train.wgan_gp or c.train.dragan)


def _draws(c: RunConfig) -> list[str]:
    lines = []
    if c.train.wgan_gp:
        rows = "" if c.model.packing == 1 else "[: len(x_in)]"
        shape = ", 1, 1, 1" if _is_square(c) else ", 1"
        lines.append(f"epsilon = next(epsilons){rows}.reshape(-1{shape})")
    if c.train.dragan:
        lines.append("u = torch.rand(x.shape, generator=noise, dtype=DTYPE).reshape(x_in.shape)")
    return lines


def _is_square(c: RunConfig) -> bool:
    """Whether what D sees has rows and columns."""
    return "1, 28, 28).to" in ARCHITECTURES[c.model.architecture].view("") and c.data.is_image


def mixes_rows(c: RunConfig) -> bool:
    return c.model.d_norm == "batch" or c.model.minibatch_std


def _scores(c: RunConfig, x: str = "x_in", fake: str = "fake_in") -> list[str]:
    """D's outputs on both halves of a batch."""
    both = c.model.d_dropout and not mixes_rows(c)
    names = "real_out, fake_out" if c.model.labels in NAMES_CLASSES else "real_logits, fake_logits"
    y, ys = (", y", ", torch.cat([y, y])") if c.model.labels in TOLD else ("", "")
    called = f"D(torch.cat([{x}, {fake}]){ys}).chunk(2)" if both else f"D({x}{y}), D({fake}{y})"
    lines = [f"{names} = {called}"]
    if c.model.labels in NAMES_CLASSES:
        lines.append("real_logits, fake_logits = real_out[:, 0], fake_out[:, 0]")
    return lines


TOLD, NAMES_CLASSES = ("conditional",), ("auxiliary",)  # D is told the class, or has to say it


def _d_loss(c: RunConfig, *, detached: bool) -> list[str]:
    t = c.train
    inputs = ("x", "fake.detach()" if detached else "fake") if _as_it_is(c) else ("x_in", "fake_in")
    lines = [*_scores(c, *inputs), "loss_d = d_loss(real_logits, fake_logits)"]
    if c.model.labels in NAMES_CLASSES:
        lines.append("# C = −E log softmax(c)[class]: both players want the classes to be told (AC-GAN)")
        lines.append("loss_d = loss_d + F.cross_entropy(real_out[:, 1:], y) + F.cross_entropy(fake_out[:, 1:], y)")
    for name in penalties.PENALTIES:
        if getattr(t, name):
            formula, code = SLOPES[name]
            weight = {n: n.upper() + (" * gamma" if t.gamma_steps else "") for n in RATES}
            lines += [
                f"# {formula}",
                *(line.format(x="x_in", fake="fake_in", **weight, **_between(c)) for line in code),
            ]
    if t.lecam:
        formula, code, _ = LECAM
        lines += [f"# {formula}", *code]
    return lines


def _between(c: RunConfig) -> dict[str, str]:
    """D's logits at points elsewhere."""
    if c.model.labels in TOLD:
        return {name: f"D({name}, y)" for name in ("between", "around")}
    first = "[:, 0]" if c.model.labels in NAMES_CLASSES else ""
    return {name: f"D({name}){first}" for name in ("between", "around")}


def _update_d(c: RunConfig, before: Sequence[str] = ()) -> list[str]:
    t = c.train
    step = [*before, "d_optimiser.step()"]
    if t.skip_d_below:
        step = [*before, "if loss_d >= SKIP_D_BELOW:  # a D that is too good waits", "    d_optimiser.step()"]
    if t.spectral_norm:
        step = ["spectral.before_step()", *step, "spectral.after_step()"]
    if t.clip:
        step += ["with torch.no_grad():", "    for p in D.parameters():", "        p.clamp_(-CLIP, CLIP)"]
    if not t.lecam:
        return step
    return [*step, *(["if not ahead:", *(f"    {line}" for line in LECAM[2])] if before else LECAM[2])]


def _g_loss(c: RunConfig) -> list[str]:
    t = c.train
    if t.unrolled:
        return [f"loss_g = look_ahead(D, d_optimiser, {_seen(c, 'x')}, {_seen(c, 'fake')})"]
    if LOSSES[t.loss].paired:
        scores = [] if LOSSES[t.loss].features else _scores(c)
        if _as_it_is(c):
            return [*(scores and _scores(c, "x", "fake")), *_g_loss_of_scores(c)]
        seen = [f"fake_in = {_seen(c, 'fake')}", *([f"x_in = {_seen(c, 'x')}"] if t.instance_noise else [])]
        return [*seen, *scores, *_g_loss_of_scores(c)]
    y = ", y" if c.model.labels in TOLD else ""
    if c.model.labels in NAMES_CLASSES:
        return [f"fake_out = D({_seen(c, 'fake')})", "fake_logits = fake_out[:, 0]", *_g_loss_of_scores(c)]
    return [f"loss_g = g_loss(D({_seen(c, 'fake')}{y}))"]


def _g_loss_of_scores(c: RunConfig) -> list[str]:
    if LOSSES[c.train.loss].features:  # of D's last hidden layer, before its output and the flattening of that
        seen = "x, fake" if _as_it_is(c) else "x_in, fake_in"
        return [f"loss_g = g_loss(*D[:-2](torch.cat([{seen}])).chunk(2))"]
    given = "real_logits, fake_logits" if LOSSES[c.train.loss].paired else "fake_logits"
    classes = " + F.cross_entropy(fake_out[:, 1:], y)" if c.model.labels in NAMES_CLASSES else ""
    return [f"loss_g = g_loss({given}){classes}"]
