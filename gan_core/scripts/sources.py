"""The lines that compute what is on the screen, read from the source, each with its formula.

    of_run(config)             of a run: losses, penalties, how both players move, the optimiser
    of_topic("w1")             of a number or a figure, by its name in TOPICS

Nothing is copied: `inspect.getsource` of the very functions that the engine calls.
"""

from __future__ import annotations

import importlib
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gan_core.config import RunConfig
from gan_core.scripts import formulas

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Source:
    """`kind`: what it is of, among "loss", "penalty", "update", "optimiser", "unrolled", "consensus", "lookahead" and
    the names of TOPICS; `name`: which row of a registry, "" where there is one only. `formulas` in LaTeX; `files` as in
    the repository."""

    kind: str
    name: str
    formulas: tuple[str, ...]
    code: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    """`formulas` in LaTeX; the functions of a module that compute it."""

    formulas: tuple[str, ...]
    module: str
    functions: tuple[str, ...]


TOPICS: dict[str, Topic] = {
    "modes": Topic(
        (r"\lVert G(z) - c_k\rVert < 3\sigma",),
        "gan_core.metrics.points",
        ("mode_coverage", "near_modes", "counts_within", "captured_of"),
    ),
    "spread": Topic(
        (r"H = -\sum_k s_k \ln s_k", r"\mathrm{KL} = \sum_k s_k \ln\frac{s_k}{w_k}"),
        "gan_core.metrics.points",
        ("mode_shares", "share_entropy", "effective_modes", "reverse_kl_modes"),
    ),
    "w1": Topic(
        (r"W_1 = \min_\pi \frac1n\sum_i \lVert x_i - y_{\pi(i)}\rVert",),
        "gan_core.metrics.points",
        ("wasserstein1", "transport_value"),
    ),
    "jsd": Topic(
        (r"\mathrm{JSD} = \tfrac12\mathrm{KL}(p\,\|\,m) + \tfrac12\mathrm{KL}(q\,\|\,m),\quad m = \tfrac{p + q}{2}",),
        "gan_core.metrics.points",
        ("jensen_shannon", "histogram_value"),
    ),
    "fid": Topic(
        (r"\lVert\mu_a - \mu_b\rVert^2 + \mathrm{tr}\bigl(\Sigma_a + \Sigma_b - 2(\Sigma_a\Sigma_b)^{1/2}\bigr)",),
        "gan_core.metrics.image_statistics",
        ("frechet_distance", "_moments", "_frechet"),
    ),
    "manifolds": Topic(
        (r"\text{precision} = P\bigl(G(z) \in M_{\text{real}}\bigr),\quad \text{recall} = P\bigl(x \in M_G\bigr)",),
        "gan_core.metrics.image_statistics",
        ("precision_recall", "_precision_recall", "_reach"),
    ),
    "walk": Topic(
        (r"z(t) = \frac{\sin((1-t)\omega)}{\sin\omega}a + \frac{\sin(t\omega)}{\sin\omega}b",),
        "gan_core.studies.latent_space",
        ("spherical", "straight", "walk"),
    ),
    "latent": Topic(
        (r"b - a + c", r"z + s\, v"),
        "gan_core.studies.latent_space",
        ("analogy", "truncated", "along", "rescaled", "random_directions"),
    ),
    "asked": Topic((r"G(z, y),\quad y = e_7",), "gan_core.run.pictures", ("conditioned_latents",)),
    "saturation": Topic(
        (
            r"\frac{d}{da}\log(1 - \sigma(a)) = -\sigma(a)",
            r"\frac{d}{da}\bigl(-\log\sigma(a)\bigr) = -\sigma(-a)",
        ),
        "gan_core.theory.loss_curves",
        ("minimax_loss", "minimax_gradient", "non_saturating_loss", "non_saturating_gradient", "gradient_ratio"),
    ),
    "far": Topic(
        (r"\frac{d}{d\theta}\mathbb{E}\log(1 - D^*) ,\quad -\frac{d}{d\theta}\mathbb{E}\log D^*",),
        "gan_core.theory.gaussians_1d",
        ("gaussian_gradients", "gaussian_jsd"),
    ),
    "dirac": Topic(
        (r"\dot\theta = -\psi f'(\psi\theta),\quad \dot\psi = \theta f'(\psi\theta),\quad f'(t) = \sigma(-t)",),
        "gan_core.theory.dirac",
        ("_slope", "_gan", "_non_saturating", "_wgan", "_r1", "_consensus", "simulate", "eigenvalues"),
    ),
    "divergences": Topic(
        (
            r"\mathrm{KL}(p\,\|\,q) = \int p \ln\frac{p}{q}",
            r"W_1 = \int |F - G|",
            r"\mathrm{TV} = \tfrac12\int |p - q|",
        ),
        "gan_core.theory.divergences_1d",
        ("kl", "jsd", "tv", "w1", "w2"),
    ),
    "optimum": Topic(
        (r"D^* = \frac{p}{p + q},\quad V(D^*, G) = -2\ln 2 + 2\,\mathrm{JSD}(p, q)",),
        "gan_core.theory.optimal_critic",
        ("optimal_discriminator", "value_of_the_game", "optimal_value"),
    ),
    "on_line": Topic(
        (r"\mathrm{TV} = \tfrac12\sum|\Delta F - \Delta G|", r"W_1 = \sum|\Delta A - \Delta B|,\quad A' = F"),
        "gan_core.theory.divergences_1d",
        ("compare", "densities", "transport"),
    ),
    "in_plane": Topic(
        (
            r"\mathrm{KL} = \tfrac12\bigl[\mathrm{tr}\,\Sigma_2^{-1}\Sigma_1 + \delta^T\Sigma_2^{-1}\delta - 2"
            r" + \ln|\Sigma_2| - \ln|\Sigma_1|\bigr]",
            r"W_2^2 = \lVert\delta\rVert^2 + \mathrm{tr}\bigl(\Sigma_1 + \Sigma_2"
            r" - 2(\Sigma_1^{1/2}\Sigma_2\Sigma_1^{1/2})^{1/2}\bigr)",
        ),
        "gan_core.theory.gaussians_2d",
        ("kl_normals", "w2_normals", "plane_grid"),
    ),
    "sinkhorn": Topic(
        (
            r"\min_P\;\langle P, C\rangle + \epsilon\,\mathrm{KL}(P\,\|\,ab)",
            r"f \leftarrow -\epsilon\ln\sum b\, e^{(g - C)/\epsilon}",
        ),
        "gan_core.theory.transport",
        ("matching", "sinkhorn", "_potentials", "_self_potential", "_softmin"),
    ),
    "fit": Topic(
        (r"\nabla_{\mu, \ln s} = \int q\, w\,\bigl(\tfrac{z}{s},\, z^2 - 1\bigr),\quad z = \tfrac{x - \mu}{s}",),
        "gan_core.theory.divergences_1d",
        ("fit_gaussian", "_divergence_from", "_natural_gradient"),
    ),
    "samples": Topic(
        (
            r"\mathbb{E}\,\widehat{\mathrm{JSD}} \approx \tfrac{B - 1}{4n}",
            r"\mathbb{E}\,\widehat{\mathrm{KL}} \approx \tfrac{B - 1}{n}",
        ),
        "gan_core.theory.divergences_1d",
        ("estimates", "expected_floor", "_counts"),
    ),
    "updates": Topic(
        (
            r"x \leftarrow x + h\,v(x)",
            r"x \leftarrow x + h\,v\bigl(x + h\,v(x)\bigr)",
            r"x \leftarrow x + h\,\bigl(2 v(x) - v(x_{\text{before}})\bigr)",
        ),
        "gan_core.theory.updates",
        ("_simultaneous", "_alternating", "_extragradient", "_optimistic", "_sgd", "_adam", "matrix"),
    ),
    "jacobian": Topic(
        (r"\lambda\Bigl(\frac{\partial(\dot\varphi, \dot\theta)}{\partial(\varphi, \theta)}\Bigr)",),
        "gan_core.studies.balance",
        ("game_field", "game_jacobian", "verdict", "rhythm"),
    ),
    "optimal_critic": Topic(
        (r"a^* = \ln p - \ln q", r"f'^* = \mathrm{sign}(G - F)"),
        "gan_core.theory.optimal_critic",
        ("exact_duel", "optimal_logit", "kantorovich", "pulls"),
    ),
    "frozen": Topic(
        (
            r"\Bigl\lVert\frac{\partial L_G}{\partial\theta_G}\Bigr\rVert \text{ at fixed } z,\quad"
            r" \theta_G \text{ frozen}",
        ),
        "gan_core.engine.game",
        ("generator_gradient_norms",),
    ),
    "learned": Topic(
        (
            r"\frac{d}{d\delta}\mathbb{E}\log(1 - D) = -\mathbb{E}\,\sigma(a)\,a'(z + \delta)",
            r"\tfrac12\bigl(V(D) + 2\ln 2\bigr) \le \mathrm{JSD}",
        ),
        "gan_core.studies.frozen_generator",
        ("GaussianDiscriminators",),
    ),
    "duel": Topic(
        (
            r"\ln 2 + \tfrac12 V(D) \le \mathrm{JSD}",
            r"\frac{\mathbb{E} f(x) - \mathbb{E} f(y)}{\max|f'|} \le W_1",
        ),
        "gan_core.studies.line_duel",
        ("LineDuel", "trained_duel", "settings"),
    ),
    "game_of_lines": Topic(
        (r"G(z) = (\theta, u),\quad \theta \leftarrow \theta - \eta\,\frac{\partial L_G}{\partial\theta}",),
        "gan_core.studies.parallel_lines",
        ("ParallelLinesGame", "settings"),
    ),
    "slopes": Topic(
        (r"\lVert\nabla f(x)\rVert,\quad \hat x = \varepsilon x + (1 - \varepsilon)\,G(z)",),
        "gan_core.studies.critic",
        ("slope_map", "accuracy", "jsd_bound"),
    ),
    "parallel_lines": Topic(
        (r"W_1 = |\theta|,\quad \mathrm{JSD} = \ln 2 \text{ for } \theta \ne 0",),
        "gan_core.theory.parallel_lines",
        ("parallel_lines",),
    ),
}


@cache
def of_topic(name: str) -> Source:
    """Raises KeyError where there is no such topic."""
    topic = TOPICS[name]
    module = importlib.import_module(topic.module)
    return _source(name, "", topic.formulas, [getattr(module, function) for function in topic.functions])


def of_run(config: RunConfig) -> tuple[Source, ...]:
    """What computes a run of this configuration, in the order of a step."""
    from gan_core.engine import consensus, game, turns, unrolled
    from gan_core.engine.builders import ARCHITECTURES
    from gan_core.engine.ensemble import Ensemble
    from gan_core.engine.losses import LOSSES
    from gan_core.engine.optimisers import OPTIMISERS, Lookahead
    from gan_core.engine.penalties import PENALTIES, PLACES, LeCam

    t = config.train
    loss, optimiser = LOSSES[t.loss], OPTIMISERS[t.optimiser]
    found = [
        _source("loss", t.loss, formulas.losses_in_latex(config), [loss.d_loss, loss.g_loss, loss.d_grad, loss.g_grad])
    ]
    for name, penalty in PENALTIES.items():
        if getattr(t, name):
            place = [PLACES[penalty.at]] if penalty.at in PLACES else []
            found.append(_source("penalty", name, (formulas.PENALTY[name],), [penalty.value, penalty.grad, *place]))
    if t.lecam:
        found.append(_source("penalty", "lecam", (formulas.LECAM,), [LeCam]))
    steps: tuple[Callable[..., Any], ...] = {
        "alternating": (Ensemble.step_in_turn, Ensemble.step_d, Ensemble.step_g, game.d_gradient, game.g_gradient),
        "simultaneous": (Ensemble.step_both, Ensemble._both_gradients, game.both_gradients),
        "extragradient": (Ensemble.step_extragradient, Ensemble._both_gradients, game.both_gradients),
    }[t.update]
    if turns.plain(config) and all(ARCHITECTURES[config.model.architecture].closed(config)):
        steps = (turns.step, turns.ORDERS[t.update].play, *(one for one in steps if inspect.getmodule(one) is game))
    found.append(_source("update", t.update, (formulas.UPDATE[t.update],), steps))
    if t.unrolled:
        found.append(_source("unrolled", "", (formulas.UNROLLED,), [unrolled.unrolled_gradient, unrolled.look_ahead]))
    if t.consensus:
        found.append(_source("consensus", "", (formulas.CONSENSUS,), [consensus.add_consensus, consensus.gradients]))
    if t.lookahead:
        found.append(_source("lookahead", "", (formulas.LOOKAHEAD,), [Lookahead]))
    return (
        *found,
        _source("optimiser", t.optimiser, (formulas.OPTIMISER[t.optimiser],), [optimiser, optimiser.update]),
    )


def _source(kind: str, name: str, said: Sequence[str], functions: Sequence[Callable[..., Any]]) -> Source:
    plain = [inspect.unwrap(function) for function in functions]
    texts = dict.fromkeys(textwrap.dedent(inspect.getsource(one)).strip() for one in plain)
    files = dict.fromkeys(str(Path(str(inspect.getsourcefile(one))).relative_to(ROOT)) for one in plain)
    return Source(kind, name, tuple(said), "\n\n\n".join(texts) + "\n", tuple(files))
