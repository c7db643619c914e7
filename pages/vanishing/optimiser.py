"""The section "What the optimiser makes of it": the gradient and the update, of runs with and without rescaling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from gan_core.checks import one_of
from gan_core.presets import PRESETS
from gan_core.studies.twin_paths import RUNS
from pages.shared.play import player
from pages.shared.shell import stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, if_shown
from pages.shared.views import live, statistics, tables
from pages.vanishing.options import LOSSES, alike, heading, number, spread

if TYPE_CHECKING:
    from gan_core.studies.twin_paths import Twin

CURVES = ("gradient", "change")


def control(page: PageState) -> None:
    """Which optimiser both twins have: each with learning rates of its own, from the same start."""
    at = page.config.train.optimiser
    key = f"{page.name}.optimiser-of-twins~{page.config.to_query()}"  # see fields.widget_key

    def chosen() -> None:
        wanted = one_of(st.session_state[key], RUNS)
        if wanted is not None and wanted != at:
            kept = {"seed": page.config.train.seed, "members": page.config.train.members}
            page.take(lambda: PRESETS[RUNS[wanted]].config.replace(**kept))
            player.afresh(page)

    st.session_state[key] = at if at in RUNS else None
    st.segmented_control(
        t("vanishing.optimiser"), tuple(RUNS), key=key, on_change=if_shown(key, chosen),
        format_func=lambda name: t(f"option.optimiser.{name}"), help=t("vanishing.optimiser_control_help"),
    )  # fmt: skip


def section(page: PageState) -> None:
    """Both curves of both optimisers, and how far the points came: recorded, so that nothing has to be trained."""
    from gan_core.studies.twin_paths import shipped

    known = shipped()
    told = figures(known)
    with stage.begin():
        with stage.area("verdict"):
            statistics.said(f"{page.name}-rescaled", t("vanishing.rescaled_said", **told))
        with stage.picture(panels=2):
            for column, curve in zip(st.columns(2, gap="medium"), CURVES, strict=True):
                with column:  # one scale for both optimisers
                    charts = alike([_chart(name, curve, twins) for name, twins in known.items()])
                    live.curves(f"{page.name}-rescaled-{curve}", charts, height=190, width=420, label=t("panel.step"))
        with stage.rail():
            _table(known)
        with stage.below():
            heading("rescaled", seeds=known["adam"][LOSSES[0]].path.size)
            st.markdown(t("vanishing.rescaled_text", **told))
            st.markdown(t("vanishing.rescaled_floor"))
            one = known["adam"][LOSSES[0]]
            st.caption(t("vanishing.rescaled_note", seeds=one.path.size, step=f"{one.step[-1]:,}"))


def _table(known: dict[str, dict[str, Twin]]) -> None:
    """How far the points of each came, and its gradient and update at the end."""
    from gan_core.studies.twin_paths import beside_shipped

    head = ["", *(t(f"vanishing.rescaled_{name}") for name in ("path", *CURVES))]
    rows = [
        [f"{t(f'option.optimiser.{name}')}, {t(f'vanishing.short_{loss}')}", spread(twin.path),
         *(spread(getattr(twin, curve)[-1]) for curve in CURVES)]
        for name, twins in known.items() for loss, twin in twins.items()
    ]  # fmt: skip
    beside = beside_shipped()
    rows.append([t("panel.perfect"), spread(beside["perfect"]), "0", "0"])
    rows += [[t(f"skill.{who}"), spread(way), "–", "–"] for who, way in beside.items() if who != "perfect"]
    with st.container(key="vanishing-rescaled-dense"):
        tables.show(head, rows, grey=set(range(len(rows) - len(beside), len(rows))))


def _chart(name: str, curve: str, twins: dict[str, Twin]) -> live.Chart:
    lines = [statistics.band_of(loss, t(f"vanishing.{loss}"), getattr(twin, curve)) for loss, twin in twins.items()]
    title = f"{t(f'option.optimiser.{name}')}: {t(f'vanishing.rescaled_{curve}')}"
    return live.Chart(title, next(iter(twins.values())).step, lines, log_y=True)


def figures(known: dict[str, dict[str, Twin]]) -> dict[str, str]:
    """What the text says of the record: medians over its seeds, by optimiser and loss."""
    words: dict[str, str] = {}
    for name, twins in known.items():
        for loss, twin in twins.items():
            words |= {
                f"{name}_{loss}_path": number(np.median(twin.path)),
                f"{name}_{loss}_gradient": number(np.median(twin.gradient[-1])),
                f"{name}_{loss}_change": number(np.median(twin.change[-1])),
            }
    one = known["adam"]["minimax"]
    return words | {"seeds": str(one.path.size), "least": number(one.path.min()), "most": number(one.path.max())}
