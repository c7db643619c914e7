"""The parts of the page "Vanishing gradients", one function a section, in the order of the page.

The twin runs are played by the player; what G's gradient becomes while D trains alone, what helps, and what small
discriminators find are experiments that all visitors share.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from gan_core.config import RunConfig
from gan_core.jobs.pool import PoolFull
from gan_core.presets import PRESETS
from pages.shared.controls import predict
from pages.shared.play import experiments
from pages.shared.play.experiments import Experiment
from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell import notices
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live, points, statistics, tables

if TYPE_CHECKING:
    from gan_core.studies.frozen_generator import FrozenCurves, GaussianCurves

LOSSES = ("minimax", "non_saturating")  # the order of everything that is shown twice
COLORS = {"minimax": "red", "non_saturating": "green"}
PRESETS_SHOWN = ("vanishing", "vanishing_balanced")

START = -4.0  # where the slider of the first section stands
REACH = 10.0  # the logit axis
BINS = 40
ALIKE = 1.5  # paths that differ by less than this factor are called alike

WARM_UPS, ROUNDS = (0, 200, 1000), (1000, 2000, 4000)
HELPS: dict[str, dict[str, Any]] = {
    "instance_noise": {"instance_noise": 0.5},
    "label_smoothing": {"label_smoothing": 0.1},
    "d_steps": {"d_steps": 1},
    "d_lr": {"d_lr": 1e-4},
    "r1": {"r1": 1.0},
    "wasserstein": {"loss": "wasserstein", "wgan_gp": 0.1, "beta2": 0.9},
}
HELP_ROUNDS, HELP_D_STEPS = 400, 5
GAUSSIAN_STEPS = 1000


# ── what the sections share ──────────────────────────────────────────────────────────────────────────────────────────


def _heading(number: int, name: str) -> None:
    st.markdown(f"#### {number} · {t(f'vanishing.{name}')}", help=t(f"vanishing.{name}_help"))


def _pick(page: PageState, name: str, options: Sequence[Any], default: Any, words: Callable[[Any], str]) -> Any:
    """A row of buttons, one of which is always chosen."""
    key = f"{page.name}-{name}"

    def changed() -> None:
        page.choices[name] = st.session_state[key]

    st.session_state[key] = page.choices.get(name, default)
    label = t(f"vanishing.{name}")
    st.segmented_control(label, options, key=key, format_func=words, on_change=changed, required=True, width="content")
    return page.choices.get(name, default)


def _slider(
    page: PageState, name: str, value: float, span: tuple[float, float], step: float,
    take: Callable[[float], None], digits: int = 1,
) -> None:  # fmt: skip
    """A slider that shows `value`, and hands over what the visitor makes of it."""
    key = f"{page.name}-{name}"
    st.session_state[key] = value
    st.slider(
        t(f"vanishing.{name}"), *span, step=step, key=key, on_change=lambda: take(st.session_state[key]),
        format=f"%.{digits}f",
    )  # fmt: skip


def _one_of(name: str) -> Callable[[Any], str]:
    return lambda option: t(f"vanishing.{name}_{option}")


def _experiment(make: Callable[[], Experiment]) -> Experiment | None:
    """The experiment, or a sentence in its place while the server has no room for another run."""
    try:
        return make()
    except PoolFull as error:
        notices.warning(str(error), "hourglass_top")
        return None


def _times(change: np.ndarray) -> str:
    """A median with its range, as factors: ×0.003 (0.001–0.016)."""
    return f"×{_number(np.median(change))} ({_number(change.min())}–{_number(change.max())})"


def _number(value: float) -> str:
    from gan_core.figures import style

    return f"{value:,.0f}" if 100 <= abs(value) < 1e6 else style.number(float(value), 2)


def _alike(charts: Sequence[live.Chart]) -> list[live.Chart]:
    """The same charts on one logarithmic scale, so that they can be compared."""
    lines = [line for chart in charts for line in chart.lines]
    edges = [edge.ravel() for line in lines for edge in (line.y, line.low, line.high) if edge is not None]
    values = np.concatenate([*edges, np.empty(0)])
    values = values[np.isfinite(values) & (values > 0)]
    limits = (values.min() / 1.15, values.max() * 1.15) if values.size else None
    return [replace(chart, limits=limits) for chart in charts]


def _experiment_config(page: PageState, **changes: Any) -> RunConfig:
    """Equal players on the usual ring, with the page's seed and number of members: the setting that was measured."""
    train = page.config.train
    base = PRESETS["vanishing_balanced"].config
    return base.replace(seed=train.seed, members=max(5, min(train.members, 16)), **changes)


# ── 1 · the two losses ───────────────────────────────────────────────────────────────────────────────────────────────


@st.fragment
def slide(page: PageState) -> None:
    """Both losses with a tangent each, their slopes, and the numbers at one point. Fits one screen."""
    from gan_core.figures import style, vanishing

    _heading(1, "curves")
    left, right = st.columns([13, 8], gap="medium")
    with right:
        one, other = st.columns(2)
        with one:
            axis = _pick(page, "axis", ("logit", "probability"), "logit", _one_of("axis"))
        with other:
            scale = _pick(page, "scale", ("linear", "log"), "linear", _one_of("scale"))
        logit = _point(page, axis)
        _numbers(logit)
        st.markdown(t("vanishing.curves_text"))
    with left:
        at = logit if axis == "logit" else _sigmoid(logit)
        figure = vanishing.losses(axis, at, scale, height=520, labels=_words("figure", vanishing.LOSSES))
        st.plotly_chart(figure, key=f"{page.name}-curves", config=style.EXPORT, width="stretch")


def _point(page: PageState, axis: str) -> float:
    """The slider along the axis that is shown; gives the logit, which is what is kept."""
    from gan_core.figures import theory

    logit = float(page.choices.get("at", START))
    low, high = theory.limits(axis)
    if axis == "logit":
        _slider(page, "at_logit", logit, (low, high), 0.1, lambda a: page.choices.update(at=a))
        return logit
    share = min(max(_sigmoid(logit), low), high)
    _slider(page, "at_probability", share, (low, high), 0.002, lambda d: page.choices.update(at=_logit(d)), digits=3)
    return _logit(share)


def _sigmoid(logit: float) -> float:
    return 0.5 * (1 + math.tanh(logit / 2))


def _logit(share: float) -> float:
    return math.log(share) - math.log1p(-share)


def _numbers(logit: float) -> None:
    from gan_core import theory
    from gan_core.figures import style

    share = _sigmoid(logit)
    n = style.number
    rows = {
        "loss": (theory.minimax_loss(logit), theory.non_saturating_loss(logit)),
        "slope_d": (theory.minimax_slope_of_probability(share), theory.non_saturating_slope_of_probability(share)),
        "slope_a": (theory.minimax_gradient(logit), theory.non_saturating_gradient(logit)),
    }
    head = [t("vanishing.point", d=n(share), a=n(logit)), "**log(1 − D)**", "**−log D**"]
    cells = [[t(f"vanishing.row_{name}"), *(n(float(value)) for value in pair)] for name, pair in rows.items()]
    tables.show(head, [*cells, [t("vanishing.ratio"), "", f"**{n(float(theory.gradient_ratio(logit)))}**"]])


def _words(section: str, names: Sequence[str] | dict[str, str]) -> dict[str, str]:
    """The texts of a figure, for the names that the texts have."""
    return {name: t(f"vanishing.{section}.{name}") for name in names}


# ── 2 · a run on the curve ───────────────────────────────────────────────────────────────────────────────────────────


def twins() -> None:
    _heading(2, "twins")
    st.markdown(t("vanishing.twins_text"))


def ask_twins(page: PageState) -> None:
    """The question about the twin runs, and its answer once they have finished."""
    show = page.show
    if show is None:
        return
    run = " ".join(f"{name}={value}" for name, value in show.configs[0].to_query().items())
    started = show.job.step_count > 0 or show.running
    frame = show.job.frame if show.job.state == "finished" else None
    shown, evidence = (None, "") if frame is None else compare_paths(*map(path, frame.runs), step=frame.step)
    predict.question(
        page, "twins", ("non_saturating", "alike", "minimax"), run=run, started=started, shown=shown, evidence=evidence
    )


def path(run: RunFrame) -> np.ndarray:
    """(K,): how far the fakes have come from where they were at step 0, on average over the latents."""
    start, now = run.snapshots[0].fake, run.snapshot.fake
    return np.linalg.norm(now - start, axis=-1).mean(axis=-1)


def compare_paths(minimax: np.ndarray, non_saturating: np.ndarray, step: int) -> tuple[str | None, str]:
    """(whose fakes came clearly further, or "alike"; the numbers), by the median of the members still finite."""
    alive = [paths[np.isfinite(paths)] for paths in (minimax, non_saturating)]
    if not all(paths.size for paths in alive):
        return None, ""
    one, other = (float(np.median(paths)) for paths in alive)
    answer = "non_saturating" if other > ALIKE * one else "minimax" if one > ALIKE * other else "alike"
    return answer, t("vanishing.paths", step=f"{step:,}", minimax=_number(one), non_saturating=_number(other))


def view(page: PageState, frame: Frame) -> None:
    """A column a loss: its arrows in the plane, where its batch sits on the curve it trains on; G's gradient below."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        points.member_picker(page, frame)
        axis = _pick(page, "over", ("logit", "probability"), "logit", _one_of("axis"))
    _arrows(page, frame)
    live.curves(
        f"{page.name}-on-curve", [on_curve(run, points.members_shown(page, run), axis) for run in frame.runs],
        step=frame.step, height=130, width=300, label=t("panel.step"),
    )  # fmt: skip
    left, right = st.columns([5, 4], gap="medium", vertical_alignment="center")
    with left:
        _gradients(page, frame)
    with right:
        _table(page, frame)


def on_curve(run: RunFrame, members: Sequence[int], axis: str) -> live.Chart:
    """The logits that entered G's last loss, as a histogram that lies on that loss."""
    from gan_core import theory

    name = run.config.train.loss
    logits = run.snapshot.batch_logits[list(members)].ravel().astype(float)
    logits = logits[np.isfinite(logits)]
    if axis == "logit":
        low, high, places = -REACH, REACH, np.clip(logits, -REACH, REACH)
        curve = getattr(theory, f"{name}_loss")(np.linspace(low, high, 201))
    else:
        low, high, places = 0.0, 1.0, 0.5 * (1 + np.tanh(logits / 2))
        curve = getattr(theory, f"{name}_loss_of_probability")(np.linspace(0.01, 0.99, 201))
    shares = np.histogram(places, BINS, (low, high))[0] / max(1, len(places))
    title = t(f"vanishing.{name}")
    if len(logits):
        slope = getattr(theory, f"{name}_gradient")(logits).mean()
        title += " · " + t("vanishing.mean_slope", slope=_number(slope))
    bars = live.Line(t(f"vanishing.share_{axis}"), "fake", shares)
    return live.Chart(
        title, (low, high), [bars, live.Line(t("vanishing.own_scale"), COLORS[name], curve, own_scale=True)],
        kind="histogram",
    )  # fmt: skip


def _gradients(page: PageState, frame: Frame) -> None:
    """‖∂L_G/∂θ_G‖ of both runs: the median of the members and their range, on a log scale."""
    show, curves = page.show, frame.runs[0].curves
    lines = []
    for run in frame.runs:
        of = run.curves.g_grad[: len(curves.step), points.members_shown(page, run)]
        lines.append(_band(t(f"vanishing.{run.config.train.loss}"), COLORS[run.config.train.loss], of))
    chart = live.Chart(t("vanishing.gradient"), curves.step, lines, log_y=True)
    live.curves(
        f"{page.name}-gradients", [chart], step=frame.step, cursor=None if show is None else show.at, height=170,
        width=360, label=t("panel.step"),
    )  # fmt: skip


def _band(label: str, color: str, of: np.ndarray) -> live.Line:
    """(T, K): the median of the members, and their range."""
    if of.shape[1] == 1:
        return live.Line(label, color, of[:, 0])
    return live.Line(label, color, np.median(of, axis=1), of.min(axis=1), of.max(axis=1))


def _arrows(page: PageState, frame: Frame) -> None:
    """One panel a loss, the arrows of both in one unit: the length where the longer ones would just not be cut."""
    from gan_core.run.pictures import arrows

    k = points.member(page) or 0
    pushes = [arrows(run.snapshot, run.config.train.loss, k) for run in frame.runs]
    lengths = [np.hypot(*push.T) for push in pushes]
    unit = float(max(np.percentile(length, 95) for length in lengths))
    live.scene(
        f"{page.name}-arrows",
        [
            live.Panel(
                extent=run.snapshot.extent, fake=run.snapshot.fake[k], real=run.snapshot.real,
                field=run.snapshot.field[k], arrows=push, arrow_unit=unit,
                title=f"{t(f'vanishing.{run.config.train.loss}')}, {points.member_name(run, k)}",
                note=t("vanishing.arrow", length=_number(np.median(length))),
            )
            for run, push, length in zip(frame.runs, pushes, lengths, strict=True)
        ],
        step=frame.step,
        labels={name: t(f"scene.{name}") for name in live.LABELS},
        summary=t("scene.summary", step=f"{frame.step:,}"),
        height=320,
    )  # fmt: skip


def _table(page: PageState, frame: Frame) -> None:
    """The path of the fakes so far and, once the runs rest, the modes they are near to and the distance left."""
    rows: dict[str, list[str]] = {"path": [], "modes": [], "w1": []}
    for i, run in enumerate(frame.runs):
        members = points.members_shown(page, run)
        rows["path"].append(_spread(path(run)[members]))
        if page.show is not None and not page.show.running:  # exact transport takes a moment
            scores = [statistics.score(page, i, run, k) for k in members]
            rows["w1"].append(_spread(np.array([score.w1.value for score in scores])))
            if run.centres is not None:
                rows["modes"].append(_spread(np.array([score.near for score in scores])))
    tables.show(
        ["", *(t(f"vanishing.short_{name}") for name in LOSSES)],
        [[t(f"vanishing.table_{name}"), *cells] for name, cells in rows.items() if cells],
        help=t("vanishing.table_help"),
    )


def _spread(values: np.ndarray) -> str:
    middle = _number(np.median(values))
    return middle if len(values) == 1 else f"{middle} ({_number(values.min())}–{_number(values.max())})"


# ── 3 · G frozen, D trained alone ────────────────────────────────────────────────────────────────────────────────────


def freeze(page: PageState) -> None:
    """What is left of G's gradient under both losses when D trains alone, for a G that was warmed up more or less."""
    _heading(3, "frozen")
    st.markdown(t("vanishing.frozen_text"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        warm_up = _pick(page, "warm_up", WARM_UPS, WARM_UPS[0], "{:,}".format)
        rounds = _pick(page, "rounds", ROUNDS, ROUNDS[1], "{:,}".format)
        config = _experiment_config(page, loss="non_saturating")
        runs = {w: f"frozen {w} {rounds} {config.to_query()}" for w in WARM_UPS}
        started = experiments.start_button(page, "frozen", runs[warm_up], t("vanishing.frozen_start"))
    found = {w: _experiment(lambda w=w: _frozen(runs[w], config, w, rounds)) for w in WARM_UPS if runs[w] in started}
    under_way = {w: experiment for w, experiment in found.items() if experiment is not None}
    shown, evidence = None, ""
    if warm_up in under_way and under_way[warm_up].done:
        curves = under_way[warm_up].look()[0]
        shown, evidence = curves.verdict("minimax"), _changes(curves)
    predict.question(
        page, "frozen", ("falls", "stays", "grows"), run=runs[warm_up], started=runs[warm_up] in started, shown=shown,
        evidence=evidence,
    )  # fmt: skip

    def draw() -> None:
        results = {w: experiment.look() for w, experiment in under_way.items()}
        charts = [_frozen_chart(_warmed(w), result[0]) for w, result in results.items() if result]
        live.curves(f"{page.name}-frozen-charts", _alike(charts), height=190, width=270, label=t("vanishing.round"))
        for w, experiment in under_way.items():
            if experiment.done and w != warm_up:  # the chosen one stands in the answer above
                st.caption(f"**{_warmed(w)}.** {_changes(results[w][0])}")

    if under_way:
        experiments.stage(list(under_way.values()), draw)
        st.caption(t("vanishing.frozen_note", members=config.train.members))


def _frozen(name: str, config: RunConfig, warm_up: int, rounds: int) -> Experiment:
    def make() -> Any:
        from gan_core.studies.frozen_generator import FrozenGenerator

        return FrozenGenerator([config], warm_up=warm_up)

    return experiments.shared(name, make, lambda work: work.curves, warm_up + rounds)


def _warmed(steps: int) -> str:
    return t("vanishing.warmed", steps=f"{steps:,}") if steps else t("vanishing.untrained")


def _frozen_chart(title: str, curves: FrozenCurves) -> live.Chart:
    lines = [_band(t(f"vanishing.{name}"), COLORS[name], curves.norms[name]) for name in LOSSES]
    return live.Chart(title, curves.rounds, lines, log_y=True)


def _changes(curves: FrozenCurves) -> str:
    """What became of both norms, as factors."""
    return t(
        "vanishing.changes", rounds=f"{curves.rounds[-1]:,}", minimax=_times(curves.change("minimax")),
        non_saturating=_times(curves.change("non_saturating")),
    )  # fmt: skip


# ── 4 · how far is the fake? ─────────────────────────────────────────────────────────────────────────────────────────


def distance(page: PageState) -> None:
    """Two Gaussians in one dimension: everything exact, and beside it what small trained discriminators find."""
    _heading(4, "distance")
    st.markdown(t("vanishing.distance_text"))
    seed = page.config.train.seed
    run = f"gaussians {seed}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _pick(page, "far_scale", ("linear", "log"), "log", _one_of("scale"))
        pressed = run in experiments.start_button(page, "distance", run, t("vanishing.distance_start"))
    experiment = _experiment(lambda: _gaussians(run, seed)) if pressed else None
    measured: GaussianCurves | None = experiment.look() if experiment is not None and experiment.done else None
    shown, evidence = (None, "") if measured is None else doubling(measured)
    predict.question(
        page, "distance", ("grows", "hardly", "falls"), run=run, started=pressed, shown=shown, evidence=evidence
    )
    experiments.stage([experiment] if experiment is not None else [], lambda: _two_gaussians(page, measured))


def _gaussians(name: str, seed: int) -> Experiment:
    def make() -> Any:
        from gan_core.studies.frozen_generator import GaussianDiscriminators

        return GaussianDiscriminators(seed=seed)

    return experiments.shared(name, make, lambda work: work.curves(), GAUSSIAN_STEPS)


def doubling(measured: GaussianCurves) -> tuple[str, str]:
    """What the measured JSD does from d = 4 to d = 8, and the numbers."""
    near, far = (float(np.median(measured.jsd[:, measured.distances == d])) for d in (4, 8))
    ratio = far / near
    answer = "grows" if ratio > ALIKE else "falls" if ratio < 1 / ALIKE else "hardly"
    return answer, t("vanishing.doubling", near=f"{near:.3f}", far=f"{far:.3f}")


def _two_gaussians(page: PageState, measured: GaussianCurves | None) -> None:
    from gan_core import theory
    from gan_core.figures import style, vanishing

    d = float(page.choices.get("d", 3.0))
    _slider(page, "d", d, (0.0, 8.0), 0.5, lambda value: page.choices.update(d=value))
    left, right = st.columns(2, gap="medium")
    i = None if measured is None else int(np.argmin(np.abs(measured.distances - d)))
    trained = {} if measured is None else {"x": measured.positions, "probability": measured.probability[:, i]}
    left.plotly_chart(
        vanishing.two_gaussians(d, **trained, labels=_words("densities", vanishing.DENSITIES)),
        key=f"{page.name}-densities", config=style.EXPORT, width="stretch",
    )  # fmt: skip
    names = (*LOSSES, "jsd")
    arrays = None if measured is None else {n: getattr(measured, n) for n in ("distances", *names)}
    scale = page.choices.get("far_scale", "log")
    right.plotly_chart(
        vanishing.far_away(d, arrays, scale, labels=_words("far", vanishing.FAR)),
        key=f"{page.name}-far", config=style.EXPORT, width="stretch",
    )  # fmt: skip
    non_saturating, minimax = theory.gaussian_gradients(d)
    exact = {"minimax": float(minimax), "non_saturating": float(non_saturating), "jsd": float(theory.gaussian_jsd(d))}
    rows = [
        [t(f"vanishing.exact_{name}"), style.number(exact[name], 4),
         "–" if measured is None else _spread(getattr(measured, name)[:, i])]
        for name in names
    ]  # fmt: skip
    tables.show([f"d = {d:g}", t("vanishing.exact"), t("vanishing.measured")], rows)


# ── 5 · what helps ───────────────────────────────────────────────────────────────────────────────────────────────────


def helps(page: PageState) -> None:
    """The saturating loss with a remedy each under the same test, beside the one without."""
    _heading(5, "helps")
    st.markdown(t("vanishing.helps_text", rounds=HELP_ROUNDS, d_steps=HELP_D_STEPS))
    config = _experiment_config(page, loss="minimax", d_steps=HELP_D_STEPS)
    run = f"helps {config.to_query()}"
    pressed = run in experiments.start_button(page, "helps", run, t("vanishing.helps_start"))
    experiment = _experiment(lambda: _remedies(run, config)) if pressed else None
    shown, evidence = None, ""
    if experiment is not None and experiment.done:
        smoothed = experiment.look()[1 + list(HELPS).index("label_smoothing")]
        shown = smoothed.verdict("minimax")
        evidence = t("vanishing.became", rounds=HELP_ROUNDS, change=_times(smoothed.change("minimax")))
    predict.question(
        page, "helps", ("falls", "stays", "grows"), run=run, started=pressed, shown=shown, evidence=evidence
    )
    if experiment is not None:
        experiments.stage([experiment], lambda: _remedy_charts(page, experiment))
        st.caption(t("vanishing.helps_note"))


def _remedies(name: str, config: RunConfig) -> Experiment:
    def make() -> Any:
        from gan_core.studies.frozen_generator import FrozenGenerator

        return FrozenGenerator([config, *(config.replace(**changes) for changes in HELPS.values())], warm_up=0)

    return experiments.shared(name, make, lambda work: work.curves, HELP_ROUNDS)


def _remedy_charts(page: PageState, experiment: Experiment) -> None:
    result = experiment.look()
    if result is None:
        return
    plain, *remedies = result
    charts = []
    for name, curves in zip(HELPS, remedies, strict=True):
        loss = curves.config.train.loss
        title = t(f"vanishing.remedy.{name}")
        if experiment.done:
            title += f": {_times(curves.change(loss))}"
        without = live.Line(t("vanishing.without"), "grey", np.median(plain.norms["minimax"], axis=1))
        lines = [without, _band(t("vanishing.with"), "red" if loss == "minimax" else "purple", curves.norms[loss])]
        charts.append(live.Chart(title, curves.rounds, lines, log_y=True))
    live.curves(f"{page.name}-helps-charts", _alike(charts), height=150, width=270, label=t("vanishing.helps_round"))
    if experiment.done:
        st.caption(t("vanishing.plain", change=_times(plain.change("minimax"))))
