"""Still figures of the moment that is drawn, to look at closely and to keep as SVG; made only when asked for."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell import folded
from pages.shared.shell.i18n import phrase, t
from pages.shared.shell.state import PageState, app
from pages.shared.views import points, statistics
from pages.shared.views.figures import plot


def expander(page: PageState, frame: Frame, *, titles: Sequence[str] = ()) -> None:
    """Curves, picture and D's outputs of every run, in an expander that costs nothing while it is closed."""
    if "figures" in app().hidden or page.show is None or page.show.running:
        return
    box = folded.box(page, "figures", t("figures.title"), "photo_camera")
    if box is None:
        return
    with box:
        st.caption(t("figures.hint"))
        for i, (run, title) in enumerate(zip(frame.runs, titles or [""] * len(frame.runs), strict=True)):
            if title:
                st.markdown(f"**{title}**")
            _figures(page, run, f"{page.name}-still-{i}")


def _figures(page: PageState, run: RunFrame, key: str) -> None:
    from gan_core.figures import training
    from gan_core.run.history import PointSnapshot

    now, members = points.of_players(run.snapshot), points.members_shown(page, run)
    first = members[0]
    probability = points.is_probability(run)
    edges, (real, fake) = statistics.opinions(
        now.real_logits[members].ravel(), now.fake_logits[members].ravel(), probability
    )
    words = {name: t(f"panel.{name}") for name in ("real", "fake")}
    if isinstance(now, PointSnapshot):
        picture = training.plane(
            now.extent, now.real, now.fake[first], now.field[first], probability=probability, labels=words
        )
    else:
        picture = training.sheet(now.fake[first])
    figures = {t("figures.picture", step=f"{now.step:,}"): picture}
    marks = [(mark.step, phrase(mark.what)) for mark in run.marks]
    for chart, pair in training.PAIRS.items():
        values = {name: getattr(run.curves, name)[:, members] for name, _ in pair}
        references = statistics.references(run, chart)
        figures[t(f"panel.{chart}")] = training.curves(
            chart, run.curves.step, values, references=references, marks=marks,
            labels={"step": t("panel.step"), chart: t(f"figures.{chart}"), **{f"d_{n}": w for n, w in words.items()}},
        )  # fmt: skip
    figures[t("panel.histogram")] = training.opinions(
        edges, real, fake, labels={**words, "output": t("figures.output"), "count": t("figures.count")}
    )
    for i, (tab, figure) in enumerate(zip(st.tabs(list(figures)), figures.values(), strict=True)):
        with tab:
            plot(figure, key=f"{key}-{i}")
