"""How the views of the latent space are measured, once for all visitors, in the pool; and how they show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gan_core.studies import latent_measures
from gan_core.studies.tasks import Study
from pages.digits.models import Model
from pages.shared.play import experiments
from pages.shared.shell import stage
from pages.shared.shell.i18n import t
from pages.shared.views import statistics
from pages.shared.views.figures import plot

KEY = "digits-latent"


def name_of(kind: str, model: Model, digit: int | None) -> str:
    """Of an experiment: all that its result depends on."""
    return f"{kind} {model.name} {digit} {hash(model.config)}"


def decoder(model: Model, digit: int | None) -> latent_measures.Decode:
    return lambda z: model.decode(z, digit)


def study(
    name: str, make: Callable[[], Study], tasks: int, view: Callable[[list[Any]], None], *,
    areas: bool = True, beside: Sequence[experiments.Experiment] = (),
) -> None:  # fmt: skip
    """Show what a study has found so far; a worker goes on with it. `areas`: `view` fills those of the stage. `beside`:
    what else has to be known first."""
    experiment = experiments.shared(name, make, lambda study: list(study.results), tasks)

    def look() -> None:
        if (found := experiment.look()) and all(one.done for one in beside):
            view(found)
        elif areas:
            with stage.area("verdict"):
                statistics.said(KEY, t("digits.measuring"))

    experiments.stage([*beside, experiment], look, areas=areas)


def chart(figure: Any, key: str) -> None:
    plot(figure, key=f"{KEY}-{key}")


def words_of(figure: str) -> dict[str, str]:
    from gan_core.figures import digits as figures

    return {name: t(f"digits.{figure}_{name}") for name in getattr(figures, figure.upper())}
