"""The part "The critic's shape": three ways to bound its slope, as f, ‖∇f‖ and the weights show them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from gan_core.numerals import number
from pages.shared.controls import fields, options
from pages.shared.play import player
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame
from pages.shared.shell import folded, stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app
from pages.shared.views import live, points, statistics
from pages.shared.views.figures import plot
from pages.wgan.comparison import costs, play, titles
from pages.wgan.options import variants

EXTREMES = (0.001, 0.03, 1.0)  # of c, one click away
LINES = 40  # drawn between real and generated points
EDGE = 0.999  # of c: a weight beyond has been clipped
BEST = {"edge": "–", "slope": "1"}  # of the best critic: it is as steep as it may be wherever mass has to be moved
STEEPEST = 3.0  # of the histogram of slopes


def section(page: PageState) -> None:
    play(page, _controls, _view)


def _controls(page: PageState) -> None:
    """c, λ and the critic's updates; the extremes of c are one click away."""

    def changed() -> None:
        _again(page, play=page.show is not None and page.shown.running)

    def extreme(c: float) -> None:
        options.put(page, "c", c)
        _again(page, play=True)

    options.control(page, "c", then=changed)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(t("wgan.try"), width="content")
        for c in EXTREMES:
            st.button(t("wgan.try_c", c=number(c)), key=f"{page.name}-c-{options.text(c)}", on_click=extreme, args=(c,))
    options.control(page, "lambda", then=changed)
    fields.field(page, "d_steps")
    options.control(page, "colours")


def _again(page: PageState, *, play: bool) -> None:
    page.variants = variants(page, "critic")
    player.restart(page, play=play)


def _view(page: PageState, frame: Frame) -> None:
    """All critics: f and its slope in the plane, the weights, and the slope between real and generated points."""
    k = points.member(page) or 0
    with stage.area("verdict"):
        _said(page, frame, k)
    with stage.picture(panels=2):
        _planes(page, frame, k, options.value(page, "colours"))
    with stage.rail():
        _shape(page, frame, k)
        st.caption(t("wgan.slope_note"))
    with stage.below():
        _shape_stills(page, frame, titles(page, frame, "critic"), k)


@pushed
def _said(page: PageState, frame: Frame, k: int) -> None:
    """How steep each critic is where mass has to be moved, in a line."""
    slopes = [np.median(points.in_plane(run.snapshot).interpolates_grad[k]) for run in frame.runs]
    names = titles(page, frame, "critic")
    parts = ", ".join(f"{name} **{_g(slope)}**" for name, slope in zip(names, slopes, strict=True))
    said = t("wgan.critic_said", step=f"{frame.step:,}", parts=parts)
    live.words(f"{page.name}-said", [live.Sentence(said)], step=frame.step, reserve=statistics.LINES_OF_VERDICT)


@pushed
def _planes(page: PageState, frame: Frame, k: int, colours: str) -> None:
    labels = {name: t(f"scene.{name}") for name in live.LABELS}
    summary = t("wgan.critic_summary", step=f"{frame.step:,}")
    names = titles(page, frame, "critic")
    live.scene(
        f"{page.name}-f", _values(frame, names, k, colours), step=frame.step, stacked=2, probability=False,
        layers=("field", "real", "fake"), labels=labels | {"field": t("wgan.f")}, summary=summary,
        on_layers=points.layered(page), title=t("wgan.f_title", step=f"{frame.step:,}"),
    )  # fmt: skip
    live.scene(
        f"{page.name}-slope", _slopes(frame, names, k), step=frame.step, stacked=2, probability=False,
        layers=("field", "fake", "lattice"), summary=summary, title=t("wgan.slope_title", step=f"{frame.step:,}"),
        labels=labels
        | {"field": t("wgan.slope"), "fake": t("wgan.interpolates"), "lattice": t("wgan.interpolates_lines")},
    )  # fmt: skip


@pushed
def _shape(page: PageState, frame: Frame, k: int) -> None:
    names = titles(page, frame, "critic")
    live.curves(f"{page.name}-shape", _shapes(frame, names, k), step=frame.step, height=150, width=360)
    live.words(f"{page.name}-table", [_shape_table(frame, names, k)], step=frame.step)


def _values(frame: Frame, names: Sequence[str], k: int, colours: str) -> list[live.Panel]:
    """f of all critics: each in colours of its own, or in one scale."""
    shots = [points.in_plane(run.snapshot) for run in frame.runs]
    values = [shot.field[k].astype(float) for shot in shots]
    middles = [float(np.median(f)) for f in values]
    widths = [float(np.percentile(np.abs(f - m), 95)) or 1.0 for f, m in zip(values, middles, strict=True)]
    if colours == "common":
        widths = [max(widths)] * len(widths)
    return [
        live.Panel(
            extent=shot.extent, fake=shot.fake[k], real=shot.real, field=f, title=name,
            scale=(m, w), note=t("wgan.f_note", low=_g(f.min() - m), high=_g(f.max() - m)),
        )
        for shot, name, f, m, w in zip(shots, names, values, middles, widths, strict=True)
    ]  # fmt: skip


def _g(value: float) -> str:
    return number(value, 2)


def _slopes(frame: Frame, names: Sequence[str], k: int) -> list[live.Panel]:
    """‖∇f‖ of all in one scale around 1, with points between real and generated ones, and the lines they are on."""
    from gan_core.run.history import interpolates
    from gan_core.studies.critic import slope_map

    found = []
    for run, name in zip(frame.runs, names, strict=True):
        shot = points.in_plane(run.snapshot)
        real, fake = shot.real[:LINES], shot.fake[k, :LINES]
        ways = np.full((1, 3 * len(real), 2), np.nan, np.float32)  # one line with gaps
        ways[0, 0::3], ways[0, 1::3] = real, fake
        found.append(
            live.Panel(
                extent=shot.extent, fake=interpolates(shot.real, shot.fake[k]), lattice=ways, scale=(1.0, 1.0),
                field=slope_map(shot.field[k], shot.extent), title=name,
                note=t("wgan.slope_median", slope=_g(np.median(shot.interpolates_grad[k]))),
            )
        )  # fmt: skip
    return found


def _shapes(frame: Frame, names: Sequence[str], k: int) -> list[live.Chart]:
    """For each critic the histogram of its weights, and of ‖∇f‖ between real and generated points."""
    charts = []
    for run, name in zip(frame.runs, names, strict=True):
        shot = points.in_plane(run.snapshot)
        counts, reach = shot.weight_counts[k], float(shot.weight_reach[k])
        c = run.config.train.clip
        limits = [(-reach, "−c"), (reach, "c")] if reach >= EDGE * c > 0 else []
        share = live.Line(t("wgan.share_of_weights"), "purple", counts / counts.sum())
        title = t("wgan.chart_weights", name=name)
        charts.append(live.Chart(title, (-reach, reach), [share], kind="histogram", references=limits))
    return [*charts, *_steep(frame, names, k)]


def over(page: PageState, frame: Frame) -> dict[str, live.Chart]:
    """How steep each critic is, on a slide."""
    charts = _steep(frame, titles(page, frame, "critic"), points.member(page) or 0)
    return {f"slopes/{i}": chart for i, chart in enumerate(charts)}


def _steep(frame: Frame, names: Sequence[str], k: int) -> list[live.Chart]:
    charts = []
    for run, name in zip(frame.runs, names, strict=True):
        slopes = points.in_plane(run.snapshot).interpolates_grad[k]
        shares = np.histogram(np.clip(slopes, 0, STEEPEST), 41, (0, STEEPEST))[0] / len(slopes)
        line = live.Line(t("wgan.share_of_points"), "green", shares)
        title = t("wgan.chart_slopes", name=name)
        charts.append(live.Chart(title, (0.0, STEEPEST), [line], kind="histogram", references=[(1.0, "1")]))
    return charts


def _shape_table(frame: Frame, names: Sequence[str], k: int) -> live.Table:
    rows: dict[str, list[str]] = {"edge": [], "slope": []}
    for run in frame.runs:
        shot, c = points.in_plane(run.snapshot), run.config.train.clip
        counts = shot.weight_counts[k]
        at_edge = shot.weight_reach[k] >= EDGE * c > 0
        rows["edge"].append(f"{(counts[0] + counts[-1]) / counts.sum():.0%}" if at_edge else "0%" if c else "–")
        low, middle, high = np.percentile(shot.interpolates_grad[k], [5, 50, 95])
        rows["slope"].append(f"**{_g(middle)}** ({_g(low)}–{_g(high)})")
    cells = [[t(f"wgan.row_{name}"), *row, BEST[name]] for name, row in rows.items()]
    return live.Table(["", *names, t("wgan.best_critic")], [*([*row, "–"] for row in costs(frame.runs)), *cells])


def _shape_stills(page: PageState, frame: Frame, names: Sequence[str], k: int) -> None:
    if "figures" in app().hidden or page.shown.running:
        return
    box = folded.box(page, "figures", t("figures.title"), "photo_camera")
    if box is None:
        return
    from gan_core.figures import wgan
    from gan_core.studies.critic import slope_map

    with box:
        words = {name: t(f"wgan.figure.{name}") for name in ("value", "slope", "real", "fake", "interpolates")}
        for i, (run, name) in enumerate(zip(frame.runs, names, strict=True)):
            shot = points.in_plane(run.snapshot)
            st.markdown(f"**{name}**")
            figure = wgan.shape(
                shot.extent, shot.field[k], slope_map(shot.field[k], shot.extent), shot.real, shot.fake[k], labels=words
            )
            plot(figure, key=f"{page.name}-still-{i}")
