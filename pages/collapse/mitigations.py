"""What the page "Mode collapse" shows beside its runs: the table of cures, and misconceptions put to the test.

cures.section(page)            the shipped table, and the runs on the screen in the same form
cures.misconceptions(page)     claims, each with what the scores say and a button that runs it
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from gan_core.studies.mitigations import DATA
from pages.collapse import modes as collapse
from pages.collapse.modes import VARIANTS, chosen, method_name
from pages.shared.play.runs import Work
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live, tables

if TYPE_CHECKING:
    from gan_core.metrics.points import Scores
    from gan_core.studies.table import Table

SAMPLES = 2500

# claim → the samplers that are scored against it, and the experiments that its buttons run
MISCONCEPTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "all_modes": (("perfect", "wide"), ("faster_d",)),
    "high_quality": (("perfect", "narrow"), ()),
    "w1": (("one", "centre", "half"), ()),
    "saturating": ((), ("losses", "losses_chased")),
}


def section(page: PageState) -> None:
    """The shipped table of one data set, how to compute it again, and the runs on the screen judged the same way."""
    from gan_core.studies.table import shipped, shipped_data

    st.markdown(t("collapse.cures_text"))
    key, known = f"{page.name}-cures", shipped_data()
    data = st.segmented_control(
        t("field.data"), known, key=key, default=known[0], required=True,
        format_func=lambda name: t(f"option.data.{name}"), label_visibility="collapsed",
    )  # fmt: skip
    found = shipped(data)
    table(found, f"{key}-shipped")
    _picture(found, f"{key}-picture")
    st.caption(t("collapse.cures_command"))
    steps, seeds = found.records[0]["steps"], len({record["seed"] for record in found.records})
    st.code(f"python -m gan_core table --data {data} --seeds {seeds} --steps {steps} --latex", language="bash")
    _this_run(page)


def _this_run(page: PageState) -> None:
    show = page.show
    st.markdown(f"**{t('collapse.judge_title')}**")
    st.caption(t("collapse.judge_hint", n=f"{SAMPLES:,}"))
    if show is None or show.moving or not show.touched:
        return
    if st.button(t("collapse.judge"), key=f"{page.name}-judge", icon=":material/scoreboard:"):
        page.choices["judged"] = show.job.step_count
    if page.choices.get("judged") == show.job.step_count:
        st.fragment(_judged, run_every=0.5)(page)


def _judged(page: PageState) -> None:
    found = judged(page)
    if found is None:
        st.info(t("collapse.judging"), icon=":material/hourglass_top:")
    else:
        table(found, f"{page.name}-judged")


def judged(page: PageState) -> Table | None:
    """The runs on the screen as a table, each member judged by as many samples as in the papers; None until a worker
    has done it."""
    from gan_core.studies.table import Table

    names, show = chosen(page), page.show

    def question(i: int, k: int) -> Callable[[Work], dict[str, Any]]:
        def ask(work: Work) -> dict[str, Any]:
            from gan_core.studies.mitigations import record

            return record(names[i], work.trainers[i], k)

        return ask

    step = show.job.step_count
    records = [
        show.answer(("judged", i, k), step, question(i, k))
        for i in range(len(show.configs))
        for k in range(show.configs[i].train.members)
    ]
    if any(record is None or record["steps"] != step for record in records):
        return None
    return Table.of(page.config.replace(members=1), records)


def table(found: Table, key: str) -> None:
    """A table with its protocols and its exports; what others published stands grey below."""
    from gan_core.studies.table import COLUMNS

    head = [t("collapse.column_method"), *(t(f"collapse.column_{name}") for name in COLUMNS),
            t("collapse.column_runs"), t("collapse.column_source")]  # fmt: skip
    rows = [
        [
            method_name(entry.name) if entry.name in VARIANTS else entry.name,
            *(found.text(entry, name) for name in COLUMNS),
            str(entry.runs or "–"),
            entry.source or t("collapse.here"),
        ]
        for entry in found.lines
    ]
    tables.show(head, rows, grey={i for i, entry in enumerate(found.lines) if entry.source})
    st.caption(found.protocol)
    with st.container(horizontal=True, gap="small"):
        for form, mime in {"csv": "text/csv", "markdown": "text/markdown", "latex": "text/x-tex"}.items():
            ending = {"csv": "csv", "markdown": "md", "latex": "tex"}[form]
            st.download_button(
                t(f"collapse.export_{form}"), getattr(found, form)(), f"mode-collapse-{found.base.data.data}.{ending}",
                mime, key=f"{key}-{form}", icon=":material/download:", on_click="ignore",
            )  # fmt: skip


def _picture(found: Table, key: str) -> None:
    from gan_core.figures import collapse as figures
    from gan_core.figures import style
    from gan_core.metrics.points import expected_high_quality

    names = [method_name(row.name) if row.name in VARIANTS else row.name for row in found.rows]
    modes, quality = ([tuple(row.cells[name]) for row in found.rows] for name in ("near", "high_quality"))
    figure = figures.cures(
        names, modes, quality, found.base.data.modes, 100 * expected_high_quality(),
        labels={"modes": t("collapse.number_near"), "high_quality": t("collapse.column_high_quality"),
                "all": t("collapse.all_modes"), "perfect": t("panel.perfect")},
    )  # fmt: skip
    st.plotly_chart(figure, key=key, config=style.EXPORT, width="stretch")


# ── misconceptions ───────────────────────────────────────────────────────────────────────────────────────────────────


def misconceptions(page: PageState) -> None:
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
                        icon=":material/play_arrow:", on_click=collapse.start, args=(page, run), kwargs={"play": True},
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
        cells = [collapse.written(read(scores)[0], style) for read, style in collapse.NUMBERS.values()]
        rows.append([t(f"collapse.sampler_{sampler}"), *cells])
    first = next(iter(found.values()))[0]
    rows.append([t("collapse.floor"), *(collapse.perfect(number, first) for number in collapse.NUMBERS)])
    tables.show(["", *(t(f"collapse.number_{number}") for number in collapse.NUMBERS)], rows, grey={len(rows) - 1})


@st.cache_data(max_entries=16, show_spinner=False)
def score_sampler(name: str) -> tuple[Scores, np.ndarray, np.ndarray, np.ndarray, tuple[float, float, float, float]]:
    """Scores, samples, real samples, centres and window of a sampler on the ring of 8."""
    from gan_core.data import distribution
    from gan_core.engine.random import generator_for
    from gan_core.metrics.points import scores
    from gan_core.metrics.samplers import SAMPLERS

    data = distribution(DATA["ring"].data)
    centres, weights = data.centres.numpy(), data.weights.numpy()
    real = data.sample(SAMPLES, generator_for(0, "picture")).numpy()
    fake = SAMPLERS[name](centres, data.std, weights, SAMPLES, np.random.default_rng(1))
    found = scores(real, fake, centres, data.std, weights, extent=data.extent, w1_points=1000)
    return found, fake[:512], real[:512], centres, data.extent
