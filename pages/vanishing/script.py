"""What each section computes and trains, as scripts: exact curves, G frozen, small discriminators, recorded twins."""

from __future__ import annotations

from collections.abc import Callable

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.scripts.calculations import Calculation
from gan_core.scripts.studies import Study, frozen, gaussians
from gan_core.studies.twin_paths import RUNS
from pages.shared.controls import options
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.vanishing.distance import GAUSSIAN_STEPS
from pages.vanishing.helps import HELP_D_STEPS, HELP_ROUNDS, HELPS
from pages.vanishing.options import LOSSES, experiment_config

USUAL = ("saturation",)
TOPICS = {  # of a section; of the others USUAL
    "frozen": ("frozen", *USUAL), "distance": ("far", "learned", *USUAL), "helps": ("frozen", *USUAL),
}  # fmt: skip


def curves(page: PageState) -> Calculation:
    """Both losses and their slopes, as functions and at the point that is looked at."""
    from gan_core import theory

    functions = (
        theory.minimax_loss, theory.minimax_gradient, theory.non_saturating_loss, theory.non_saturating_gradient,
        theory.minimax_gradient_of_probability, theory.non_saturating_gradient_of_probability, theory.gradient_ratio,
    )  # fmt: skip
    code = f"""a = {options.value(page, "at")}  # D's output; D = σ(a)
share = 1 / (1 + math.exp(-a))
print(f"D = {{share:.4g}}")
print(f"log(1 − D) {{minimax_loss(a):.4g}}, −log D {{non_saturating_loss(a):.4g}}")
print(f"slopes in a: {{minimax_gradient(a):.4g}}, {{non_saturating_gradient(a):.4g}}")
slopes = minimax_gradient_of_probability(share), non_saturating_gradient_of_probability(share)
print(f"slopes in D: {{slopes[0]:.4g}}, {{slopes[1]:.4g}}; ratio of those in a: {{gradient_ratio(a):.4g}}")

logits = np.linspace(-10, 10, 401)  # the curves
losses = minimax_loss(logits), non_saturating_loss(logits)
gradients = minimax_gradient(logits), non_saturating_gradient(logits)
"""
    return Calculation("Both losses of G", functions, code, USUAL)


def distance(page: PageState) -> Calculation:
    """What is exact of two Gaussians at a distance."""
    from gan_core import theory

    code = f"""d = {options.value(page, "d")}
non_saturating, minimax = gaussian_gradients(d)
print(f"gradient of log(1 − D) {{minimax:.6g}}, of −log D {{non_saturating:.6g}}, JSD {{gaussian_jsd(d):.6g}}")

distances = np.linspace(0, 8, 161)  # the curves
curves = {{"jsd": gaussian_jsd(distances)}} | dict(zip(("non_saturating", "minimax"), gaussian_gradients(distances)))
"""
    return Calculation("Two Gaussians at a distance", (theory.gaussian_gradients, theory.gaussian_jsd), code, ("far",))


CALCULATIONS = {"curves": curves, "distance": distance}


def _frozen(page: PageState) -> dict[str, Study]:
    config = experiment_config(page, loss="non_saturating")
    warm_up, rounds = (options.value(page, name) for name in ("warm_up", "rounds"))
    return {t("vanishing.frozen"): frozen(config, warm_up=warm_up, rounds=rounds)}


def _helps(page: PageState) -> dict[str, Study]:
    """The saturating loss without a remedy, then with each."""
    config = experiment_config(page, loss="minimax", d_steps=HELP_D_STEPS)
    tried = {t("vanishing.without"): config}
    tried |= {t(f"vanishing.remedy.{name}"): config.replace(**changes) for name, changes in HELPS.items()}
    return {name: frozen(one, warm_up=0, rounds=HELP_ROUNDS, title=name) for name, one in tried.items()}


def _gaussians(page: PageState) -> dict[str, Study]:
    return {t("code.learned"): gaussians(seed=page.config.train.seed, steps=GAUSSIAN_STEPS)}


STUDIES: dict[str, Callable[[PageState], dict[str, Study]]] = {
    "frozen": _frozen, "distance": _gaussians, "helps": _helps,
}  # fmt: skip


def configs(section: str) -> tuple[RunConfig, ...] | None:
    """The runs that a section shows: those on the screen (None), recorded ones of either optimiser, or none."""
    if section == "twins":
        return None
    if section != "rescaled":
        return ()
    return tuple(PRESETS[preset].config.replace(loss=loss) for preset in RUNS.values() for loss in LOSSES)
