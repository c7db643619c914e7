"""Misconceptions of mode collapse, each with what the scores say and a button that runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from gan_core.studies.mitigations import DATA
from pages.collapse import numbers
from pages.collapse.options import start
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live, tables

if TYPE_CHECKING:
    from gan_core.metrics.points import Scores

SAMPLES = 2500

# claim → the samplers that are scored against it, and the experiments that its buttons run
MISCONCEPTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "all_modes": (("perfect", "wide"), ("faster_d",)),
    "high_quality": (("perfect", "narrow"), ()),
    "w1": (("one", "centre", "half"), ()),
    "saturating": ((), ("losses", "losses_chased")),
}


def section(page: PageState) -> None:
    st.caption(t("collapse.myths_text", n=f"{SAMPLES:,}"))
    for name, (samplers, runs) in MISCONCEPTIONS.items():
        with st.container(border=True, key=f"{page.name}-myth-{name}"):
            st.markdown(f"**{t(f'collapse.myth_{name}')}**")
            st.markdown(t(f"collapse.myth_{name}_text"))
            with st.container(horizontal=True, gap="small"):
                if samplers:
                    show = f"{page.name}-score-{name}"
                    if st.button(t("collapse.score"), key=show, icon=":material/scoreboard:"):
                        page.choices[show] = True
                for run in runs:
                    st.button(
                        t("collapse.run", name=t(f"collapse.experiment_{run}")), key=f"{page.name}-run-{name}-{run}",
                        icon=":material/play_arrow:", on_click=start, args=(page, run), kwargs={"play": True},
                    )  # fmt: skip
            if page.choices.get(f"{page.name}-score-{name}"):
                _scored(page, name, samplers)


def _scored(page: PageState, name: str, samplers: tuple[str, ...]) -> None:
    """The samplers in the plane, and what every score says of them."""
    found = {sampler: score_sampler(sampler) for sampler in samplers}
    panels = [
        live.Panel(extent=extent, fake=fake, real=real, centres=centres, title=t(f"collapse.sampler_{sampler}"))
        for sampler, (_, fake, real, centres, extent) in found.items()
    ]
    live.scene(
        f"{page.name}-samplers-{name}", panels, labels={label: t(f"scene.{label}") for label in live.LABELS},
        summary=t(f"collapse.myth_{name}"), height=300,
    )  # fmt: skip
    rows = []
    for sampler, (scores, *_) in found.items():
        cells = [numbers.written(numbers.value(one, scores), style) for one, (_, style) in numbers.NUMBERS.items()]
        rows.append([t(f"collapse.sampler_{sampler}"), *cells])
    first = next(iter(found.values()))[0]
    rows.append([t("collapse.floor"), *(numbers.perfect(number, first) for number in numbers.NUMBERS)])
    tables.show(["", *(t(f"collapse.number_{number}") for number in numbers.NUMBERS)], rows, grey={len(rows) - 1})


@st.cache_data(max_entries=16, show_spinner=False)
def score_sampler(name: str) -> tuple[Scores, np.ndarray, np.ndarray, np.ndarray, tuple[float, float, float, float]]:
    """Scores, samples, real samples, centres and window of a sampler on the ring of 8."""
    from gan_core.data import distribution
    from gan_core.engine.random import generator_for
    from gan_core.metrics.points import scores
    from gan_core.metrics.samplers import SAMPLERS

    data = distribution(DATA["ring"].data)
    assert data.centres is not None and data.weights is not None and data.std is not None  # it has modes
    centres, weights = data.centres.numpy(), data.weights.numpy()
    real = data.sample(SAMPLES, generator_for(0, "picture")).numpy()
    fake = SAMPLERS[name](centres, data.std, weights, SAMPLES, np.random.default_rng(1))
    found = scores(real, fake, centres, data.std, weights, extent=data.extent, w1_points=1000)
    return found, fake[:512], real[:512], centres, data.extent
