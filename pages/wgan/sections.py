"""The parts of the page "GAN against WGAN" that play runs: side by side, the critic's shape, digits.

    arrive(page, part)       what the address says beside the configuration, and what runs therefore
    beside_controls, beside_view      two to four methods from one start, and what each knows of the distance
    critic_controls, critic_view      clipping against the penalty: f, ‖∇f‖ and the weights
    digits_view                       the same comparison on images, in time-lapse

The two games in which everything is known exactly are in `wgan_games`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from gan_core.config import SECTION_OF, RunConfig
from gan_core.presets import PRESETS
from pages.shared.controls import fields as controls
from pages.shared.controls import predict
from pages.shared.play import player
from pages.shared.play.runs import Frame, RunFrame, Work
from pages.shared.shell import notices
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app, if_shown
from pages.shared.views import live, panels, tables

if TYPE_CHECKING:
    from gan_core.studies.critic import Measures

PARTS = ("beside", "critic", "line", "lines", "digits")


def _training(preset: str) -> dict[str, Any]:
    """How a preset trains: what stands side by side shares everything else."""
    changes = PRESETS[preset].config.differences()
    return {name: value for name, value in changes.items() if SECTION_OF[name] == "train" and name != "steps"}


# What can stand side by side.
VARIANTS: dict[str, dict[str, Any]] = {
    "minimax": {"loss": "minimax"},
    "non_saturating": {"loss": "non_saturating"},
    "wgan_clip": _training("wgan_clip"),
    "wgan_gp": _training("wgan_gp"),
    "hinge_r1": {"loss": "hinge", "r1": 0.1},
    "relativistic": _training("relativistic"),
}
FEWEST, MOST = 2, 4
ABOVE = ("d_steps",)  # fields that stand above the player, where a part has them
FIRST = ("non_saturating", "wgan_clip", "wgan_gp")
COLOURS = ("fake", "green", "purple", "real")  # of the runs side by side

_SMALL = RunConfig.of(g_layers=(64, 64), d_layers=(64, 64))
_IMAGES = {"g_layers": (128, 256), "d_layers": (256, 128), "latent_dim": 64, "data": "mnist", "batch": 64}
DEFAULTS = {
    "beside": _SMALL.replace(members=3, steps=1536),
    "critic": _SMALL.replace(steps=640, d_steps=5),
    "line": _SMALL,
    "lines": _SMALL,
    "digits": RunConfig.of(**_IMAGES, g_lr=2e-4, d_lr=2e-4, steps=768),
}
DIGITS: dict[str, dict[str, Any]] = {  # the settings that were tried on digits
    "non_saturating": {"loss": "non_saturating"},
    "wgan_clip": {"loss": "wasserstein", "clip": 0.02, "optimiser": "rmsprop", "d_steps": 5},
    "wgan_gp": {
        "loss": "wasserstein", "wgan_gp": 10.0, "d_steps": 5, "g_lr": 3e-4, "d_lr": 3e-4, "beta1": 0.0, "beta2": 0.9,
    },
}  # fmt: skip

# The words of the address, beside the configuration: what each may be; USUAL, what it is when it is left out.
OPTIONS: dict[str, tuple[Any, ...]] = {
    "fair": ("steps", "cpu"),
    "c": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
    "lambda": (0.01, 0.1, 1.0, 10.0, 100.0),
    "colours": ("own", "common"),
    "pair": ("gaussians", "mixture"),
    "distance": tuple(i / 2 for i in range(1, 13)),
    "weight": (0.1, 1.0, 10.0),
    "theta": tuple(i / 10 for i in range(-20, 21)),
    "warm_up": (0, 50, 200),
}
USUAL = {
    "fair": "steps", "c": 0.03, "lambda": 1.0, "colours": "own", "pair": "gaussians", "distance": 4.0, "weight": 1.0,
    "theta": 1.0, "warm_up": 200,
}  # fmt: skip
BESIDE = "beside"
OWN = {
    "beside": (BESIDE, "fair"),
    "critic": ("c", "lambda", "colours"),
    "line": ("pair", "distance", "weight"),
    "lines": ("theta", "warm_up"),
    "digits": ("fair",),
}
EXTREMES = (0.001, 0.03, 1.0)  # of c, one click away

CLOSELY, LOOSELY = 0.9, 0.5  # a correlation from here on is called so
LINES = 40  # drawn between real and generated points
EDGE = 0.999  # of c: a weight beyond has been clipped
STEEPEST = 3.0  # of the histogram of slopes
MOMENTS, SAMPLES = 5, 8  # of the time-lapse of digits
SHOWN = 32  # digits of each run


# ── the words of the address ─────────────────────────────────────────────────────────────────────────────────────────


def text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def word(page: PageState, name: str) -> Any:
    """The value of one of OPTIONS."""
    return next((one for one in OPTIONS[name] if text(one) == page.words.get(name)), USUAL[name])


def say(page: PageState, name: str, value: Any) -> None:
    page.words.pop(name, None)
    if value != USUAL[name]:
        page.words[name] = text(value)


def choose(
    page: PageState, name: str, *, words: Callable[[Any], str] = text, slider: bool = False,
    then: Callable[[], None] = lambda: None,
) -> Any:  # fmt: skip
    """A control for one of OPTIONS: a row of buttons, or a slider; `then` follows a change."""
    key = f"{page.name}.{name}~{page.turns[name]}"  # see controls.widget_key

    def chosen() -> None:
        say(page, name, st.session_state[key])
        then()

    st.session_state[key] = word(page, name)
    label, changed, why = t(f"wgan.{name}"), if_shown(key, chosen), t(f"wgan.{name}_help")
    if slider:
        st.select_slider(label, OPTIONS[name], key=key, format_func=words, on_change=changed, help=why)
    else:
        st.segmented_control(
            label, OPTIONS[name], key=key, format_func=words, on_change=changed, required=True, help=why
        )
    return word(page, name)


def named(name: str) -> Callable[[Any], str]:
    return lambda value: t(f"wgan.{name}_{value}")


def arrive(page: PageState, part: str) -> None:
    """Take over what the address says; a word that means nothing is answered with a sentence, and left out."""
    for name in OWN[part]:
        said = page.words.get(name)
        if said is None:
            continue
        if name == BESIDE:
            names, allowed = said.split("-"), t("wgan.beside_allowed", names=", ".join(VARIANTS))
            known = set(names) <= set(VARIANTS) and FEWEST <= len(names) <= MOST and len(set(names)) == len(names)
        else:
            known, allowed = said in map(text, OPTIONS[name]), ", ".join(map(text, OPTIONS[name]))
        if not known:
            del page.words[name]
            notices.warning(t("wgan.no_word", name=name, word=said[:40], allowed=allowed))
    _set(page, variants(page, part))


def variants(page: PageState, part: str) -> tuple[Mapping[str, Any], ...]:
    """What sets the runs of a part apart."""
    if part == "beside":
        return tuple(VARIANTS[name] for name in chosen(page))
    if part == "critic":
        common = {name: value for name, value in VARIANTS["wgan_clip"].items() if name != "d_steps"}
        other = {name: value for name, value in VARIANTS["wgan_gp"].items() if name != "d_steps"}
        return common | {"clip": word(page, "c")}, other | {"wgan_gp": word(page, "lambda")}
    return tuple(DIGITS.values()) if part == "digits" else ({},)


def _set(page: PageState, wanted: tuple[Mapping[str, Any], ...]) -> None:
    """Runs with these differences, unless they contradict the rest; then `page.problem` says how."""
    before = page.variants
    if wanted == before:
        return
    page.variants = wanted
    page.take(lambda: page.config)
    if page.problem:
        page.variants = before
        notices.warning(page.problem)


def chosen(page: PageState) -> tuple[str, ...]:
    """The methods side by side."""
    return tuple(page.words[BESIDE].split("-")) if BESIDE in page.words else FIRST


def method(name: str) -> str:
    return t(f"wgan.method.{name}")


# ── what the parts share ─────────────────────────────────────────────────────────────────────────────────────────────


def titles(page: PageState, frame: Frame, part: str) -> list[str]:
    """The names of the runs; none while the frame is still that of older settings."""
    if part == "critic":
        names = [t("wgan.clipped", c=text(frame.runs[0].config.train.clip)),
                 t("wgan.penalised", weight=text(frame.runs[-1].config.train.wgan_gp))]  # fmt: skip
    else:
        names = [method(name) for name in (chosen(page) if part == "beside" else DIGITS)]
    return names if len(names) == len(frame.runs) else [""] * len(frame.runs)


def fair(frame: Frame, by: str) -> Frame:
    """All runs at the same step, or by "cpu" where each has had as much processor time as the one that has had least.

    Then a run whose step costs more is shown at its last picture within that time.
    """
    if by == "steps":
        return frame
    budget = min(run.snapshot.seconds for run in frame.runs)

    def within(run: RunFrame) -> RunFrame:
        pictures = (s for s in (*run.snapshots, run.snapshot) if s.seconds <= budget)
        return replace(run, snapshot=max(pictures, key=lambda s: s.step))

    return replace(frame, runs=tuple(map(within, frame.runs)))


def spread(values: np.ndarray, style: str) -> str:
    """Median (least–most) of the members; – where nothing is known."""
    known = values[np.isfinite(values)]
    if not known.size:
        return "–"
    middle, low, high = (style.format(of(known)).replace("-", "−") for of in (np.median, np.min, np.max))
    return middle if known.size == 1 else f"**{middle}** ({low}–{high})"


def _costs(runs: Sequence[RunFrame]) -> list[list[str]]:
    """What every run has spent: the rows that make a comparison fair or not."""
    g = [run.snapshot.step for run in runs]
    d = [step * run.config.train.d_steps for step, run in zip(g, runs, strict=True)]
    return [
        [t("wgan.row_g"), *(f"{n:,}" for n in g)],
        [t("wgan.row_d"), *(f"{n:,}" for n in d)],
        [t("wgan.row_cpu"), *(f"{run.snapshot.seconds:.1f}" for run in runs)],
    ]


def _critics(frame: Frame) -> list[int]:
    return [i for i, run in enumerate(frame.runs) if run.config.train.loss == "wasserstein"]


def _band(label: str, colour: str, x: np.ndarray, at: np.ndarray, values: np.ndarray) -> live.Line:
    """Median and range of values (T, K) known at `at` (T,), drawn at x: nothing is drawn beyond what is known."""

    def over(edge: np.ndarray) -> np.ndarray:
        return np.interp(x, at, edge, left=np.nan, right=np.nan)

    if values.shape[1] == 1:
        return live.Line(label, colour, over(values[:, 0]))
    return live.Line(label, colour, *(over(of(values, axis=1)) for of in (np.median, np.min, np.max)))


# ── 1 · side by side ─────────────────────────────────────────────────────────────────────────────────────────────────


def beside_controls(page: PageState) -> None:
    """Which methods, by which measure they are compared, and what the visitor expects."""
    _methods(page)
    prediction(page)


def _methods(page: PageState) -> None:
    if "presets" in app().hidden:
        return
    names = chosen(page)
    key = f"{page.name}.{BESIDE}~{'-'.join(names)}~{page.turns[BESIDE]}"  # see controls.widget_key

    def methods_chosen() -> None:
        wanted = tuple(name for name in VARIANTS if name in st.session_state[key])
        if len(wanted) < FEWEST:
            page.problem = t("wgan.too_few", least=FEWEST)
            page.turns[BESIDE] += 1
            return
        page.words.pop(BESIDE, None)
        if wanted != FIRST:
            page.words[BESIDE] = "-".join(wanted)
        page.variants = variants(page, "beside")
        player.restart(page)

    left, right = st.columns([3, 1], gap="medium")
    st.session_state[key] = list(names)
    left.multiselect(
        t("wgan.beside"), list(VARIANTS), key=key, format_func=method, on_change=if_shown(key, methods_chosen),
        max_selections=MOST, help=t("wgan.beside_help"),
    )  # fmt: skip
    with right:
        choose(page, "fair", words=named("fair"))


def measured(page: PageState, frame: Frame) -> tuple[Measures, ...] | None:
    """What is known of every run at all its pictures; None until a worker has said so."""
    show = page.show
    newest = show.job.frame or frame
    found = show.answer("measures", [run.snapshots for run in newest.runs], _measures)
    return found if found is not None and len(found) == len(frame.runs) else None


def _measures(work: Work) -> tuple[Measures, ...]:
    """From the first question on every picture is measured when it is taken."""
    from gan_core.studies.critic import Measurer

    for trainer in work.trainers:
        if trainer.observer(Measurer) is None:
            trainer.add_callback(Measurer(trainer))
    return tuple(m.measures() for trainer in work.trainers if (m := trainer.observer(Measurer)) is not None)


def prediction(page: PageState) -> None:
    """Asked before the run: will the critic's estimate follow W1? Marked by the correlation that the run shows."""
    show = player.ready(page)
    names = [name for name in chosen(page) if VARIANTS[name]["loss"] == "wasserstein"]
    if show is None or not names:
        return
    run = " | ".join(str(config.to_query()) for config in show.configs)
    shown, evidence, frame = None, "", show.job.frame
    if frame is not None and show.job.step_count >= show.configs[0].train.steps:
        known = measured(page, frame)
        i = chosen(page).index(names[-1])
        if known is not None and len(known[i].step) >= len(frame.runs[i].snapshots):
            r = known[i].correlation()
            middle = float(np.median(r))
            shown = "closely" if middle >= CLOSELY else "loosely" if middle >= LOOSELY else "hardly"
            evidence = t("wgan.evidence", name=method(names[-1]), r=spread(r, "{:.2f}"))
    predict.question(page, "follow", ("closely", "loosely", "hardly"), run=run, started=show.touched, shown=shown,
                     evidence=evidence)  # fmt: skip


def beside_view(page: PageState, frame: Frame) -> None:
    """The runs at one moment, what each knows of the distance, and how they got there."""
    frame = fair(frame, word(page, "fair"))
    names = titles(page, frame, "beside")
    panels.member_picker(page, frame)
    panels.plane(page, frame, titles=names, height=360)
    known = measured(page, frame)
    if known is None:
        st.caption(t("wgan.measuring"))
        return
    _beside_table(page, frame, names, known)
    _beside_charts(page, frame, names, known)
    _closer(page, frame, names, known)


def _beside_table(page: PageState, frame: Frame, names: Sequence[str], known: Sequence[Measures]) -> None:
    rows = _costs(frame.runs)
    at = [m.at(run.snapshot.step) for m, run in zip(known, frame.runs, strict=True)]
    shown = [panels.members_shown(page, run) for run in frame.runs]

    def row(name: str, values: Callable[[Measures], np.ndarray], style: str) -> None:
        cells = [spread(values(m)[i][k], style) for m, i, k in zip(known, at, shown, strict=True)]
        if any(cell != "–" for cell in cells):
            rows.append([t(f"wgan.row_{name}", floor=f"{known[0].w1_floor:.2f}"), *cells])

    row("w1", lambda m: m.w1, "{:.2f}")
    row("near", lambda m: m.near, "{:.0f}")
    row("quality", lambda m: m.quality, "{:.0%}")
    row("estimate", lambda m: m.estimate, "{:.3g}")
    row("bound", lambda m: m.estimate / m.slope, "{:.2f}")
    if _critics(frame):
        cells = [spread(m.correlation()[k], "{:.2f}") for m, k in zip(known, shown, strict=True)]
        rows.append([t("wgan.row_r"), *cells])
    row("accuracy", lambda m: m.accuracy, "{:.0%}")
    row("jsd", lambda m: m.jsd, "{:.3f}")
    tables.show([t("wgan.fair_by", by=t(f"wgan.fair_{word(page, 'fair')}")), *names], rows)
    st.caption(t("wgan.table_note", n=256))


def _beside_charts(page: PageState, frame: Frame, names: Sequence[str], known: Sequence[Measures]) -> None:
    """Over steps or over processor time: each critic beside the truth, then what the discriminators say, and the
    quality of all."""
    by_steps = word(page, "fair") == "steps"
    times = [m.step.astype(float) if by_steps else 1000 * m.seconds for m in known]
    x = np.unique(np.concatenate(times)) if by_steps else np.linspace(0, max(time[-1] for time in times), 200)
    x = np.unique(x.round())
    shown = [panels.members_shown(page, run) for run in frame.runs]

    def lines(values: Callable[[Measures], np.ndarray]) -> list[live.Line]:
        found = [
            _band(name, colour, x, time, values(m)[:, k])
            for name, colour, time, m, k in zip(names, COLOURS, times, known, shown, strict=False)
        ]
        return [line for line in found if np.isfinite(line.y).any()]

    charts = []
    for i in _critics(frame):
        m, k, time = known[i], shown[i], times[i]
        r = spread(m.correlation()[k], "{:.2f}").replace("**", "")
        comparable = m.estimate[:, k] / m.slope[:, k]
        charts.append(
            live.Chart(
                t("wgan.chart_follow", name=names[i], r=r),
                x,
                [
                    _band(t("wgan.exact"), "red", x, time, m.w1[:, k]),
                    _band(t("wgan.estimate"), "purple", x, time, m.estimate[:, k]),
                    live.Line(t("wgan.bound"), "grey", _band("", "", x, time, comparable).y),
                ],
                references=[(m.w1_floor, t("panel.perfect"))],
            )
        )
    modes = 0 if frame.runs[0].weights is None else int(np.count_nonzero(frame.runs[0].weights > 0))
    for name, values, references, limits in (
        ("w1", lambda m: m.w1, [(known[0].w1_floor, t("panel.perfect"))], None),
        ("near", lambda m: m.near, [(float(modes), str(modes))], None),
        ("quality", lambda m: m.quality, [(0.989, t("panel.perfect"))], (0.0, 1.0)),
        ("accuracy", lambda m: m.accuracy, [(0.5, "½")], (0.0, 1.0)),
        ("jsd", lambda m: m.jsd, [(float(np.log(2)), "ln 2")], None),
    ):
        if found := lines(values):
            charts.append(live.Chart(t(f"wgan.chart_{name}"), x, found, references=references, limits=limits))
    key, show = f"{page.name}-over", page.show

    def clicked() -> None:
        if (step := st.session_state[key].step) is not None:
            show.look_at(int(step), moved=True)

    live.curves(
        key, charts, step=frame.step, cursor=show.at if by_steps else None, height=150, width=330,
        label=t("panel.step") if by_steps else t("wgan.cpu_ms"), clickable=by_steps and not show.running,
        on_click=clicked,
    )  # fmt: skip


def _closer(page: PageState, frame: Frame, names: Sequence[str], known: Sequence[Measures]) -> None:
    """Still figures of each critic's estimate against the exact distance, made only when they are looked at."""
    if "figures" in app().hidden or page.show.running or not _critics(frame):
        return
    box = st.expander(t("wgan.closer"), icon=":material/photo_camera:", key=f"{page.name}-closer", on_change="rerun")
    if not box.open:
        return
    from gan_core.figures import style, wgan

    with box:
        for i in _critics(frame):
            m, k = known[i], panels.members_shown(page, frame.runs[i])
            st.markdown(f"**{names[i]}**")
            words = {name: t(f"wgan.figure.{name}") for name in ("step", "estimate", "w1", "floor")}
            figure = wgan.estimates(m.step, m.estimate[:, k], m.w1[:, k], m.w1_floor, labels=words)
            st.plotly_chart(figure, key=f"{page.name}-closer-{i}", config=style.EXPORT, width="stretch")


# ── 2 · the critic's shape ───────────────────────────────────────────────────────────────────────────────────────────


def critic_controls(page: PageState) -> None:
    """c, λ and the critic's updates; the extremes of c are one click away."""

    def changed() -> None:
        _again(page, play=page.show is not None and page.show.running)

    def extreme(c: float) -> None:
        say(page, "c", c)
        page.turns["c"] += 1
        _again(page, play=True)

    left, middle, right = st.columns(3, gap="medium")
    with left:
        choose(page, "c", slider=True, then=changed)
    with middle:
        choose(page, "lambda", slider=True, then=changed)
    with right:
        controls.field(page, "d_steps")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(t("wgan.try"), width="content")
        for c in EXTREMES:
            st.button(t("wgan.try_c", c=text(c)), key=f"{page.name}-c-{c:g}", on_click=extreme, args=(c,))
    choose(page, "colours", words=named("colours"))


def _again(page: PageState, *, play: bool) -> None:
    page.variants = variants(page, "critic")
    player.restart(page, play=play)


def critic_view(page: PageState, frame: Frame) -> None:
    """Both critics: f and its slope in the plane, the weights, and the slope between real and generated points."""
    names = titles(page, frame, "critic")
    k = panels.member(page) or 0
    labels = {name: t(f"scene.{name}") for name in live.LABELS}
    summary = t("wgan.critic_summary", step=f"{frame.step:,}")
    values = _values(frame, names, k, word(page, "colours"))
    live.scene(
        f"{page.name}-f", values, step=frame.step, height=300, probability=False,
        layers=("field", "real", "fake"), labels=labels | {"field": t("wgan.f")}, summary=summary,
    )  # fmt: skip
    live.scene(
        f"{page.name}-slope", _slopes(frame, k), step=frame.step, height=300, probability=False,
        layers=("field", "fake", "lattice"), summary=summary,
        labels=labels | {"field": t("wgan.slope"), "fake": t("wgan.between"), "lattice": t("wgan.between_lines")},
    )  # fmt: skip
    st.caption(t("wgan.slope_note"))
    live.curves(f"{page.name}-shape", _shapes(frame, names, k), step=frame.step, height=150, width=360)
    _shape_table(frame, names, k)
    _shape_stills(page, frame, names, k)


def _values(frame: Frame, names: Sequence[str], k: int, colours: str) -> list[live.Panel]:
    """f of both critics: each in colours of its own, or in one scale."""
    fields = [run.snapshot.field[k].astype(float) for run in frame.runs]
    middles = [float(np.median(f)) for f in fields]
    widths = [float(np.percentile(np.abs(f - m), 95)) or 1.0 for f, m in zip(fields, middles, strict=True)]
    if colours == "common":
        widths = [max(widths)] * len(widths)
    return [
        live.Panel(
            extent=run.snapshot.extent, fake=run.snapshot.fake[k], real=run.snapshot.real, field=f, title=name,
            scale=(m, w), note=t("wgan.f_note", low=_g(f.min() - m), high=_g(f.max() - m)),
        )
        for run, name, f, m, w in zip(frame.runs, names, fields, middles, widths, strict=True)
    ]  # fmt: skip


def _g(value: float) -> str:
    from gan_core.figures import style

    return style.number(float(value), 2)


def _slopes(frame: Frame, k: int) -> list[live.Panel]:
    """‖∇f‖ of both in one scale around 1, with points between real and generated ones, and the lines they are on."""
    from gan_core.run.history import between
    from gan_core.studies.critic import slope_map

    found = []
    for run in frame.runs:
        shot = run.snapshot
        real, fake = shot.real[:LINES], shot.fake[k, :LINES]
        ways = np.full((1, 3 * len(real), 2), np.nan, np.float32)  # one line with gaps
        ways[0, 0::3], ways[0, 1::3] = real, fake
        found.append(
            live.Panel(
                extent=shot.extent, fake=between(shot.real, shot.fake[k]), lattice=ways, scale=(1.0, 1.0),
                field=slope_map(shot.field[k], shot.extent), title=t("wgan.slope"),
                note=t("wgan.slope_median", slope=_g(np.median(shot.between_slope[k]))),
            )
        )  # fmt: skip
    return found


def _shapes(frame: Frame, names: Sequence[str], k: int) -> list[live.Chart]:
    """For each critic the histogram of its weights, and of ‖∇f‖ between real and generated points."""
    charts = []
    for run, name in zip(frame.runs, names, strict=True):
        counts, reach = run.snapshot.weight_counts[k], float(run.snapshot.weight_reach[k])
        c = run.config.train.clip
        limits = [(-reach, "−c"), (reach, "c")] if reach >= EDGE * c > 0 else []
        share = live.Line(t("wgan.share_of_weights"), "purple", counts / counts.sum())
        title = t("wgan.chart_weights", name=name)
        charts.append(live.Chart(title, (-reach, reach), [share], kind="histogram", references=limits))
    for run, name in zip(frame.runs, names, strict=True):
        slopes = run.snapshot.between_slope[k]
        shares = np.histogram(np.clip(slopes, 0, STEEPEST), 41, (0, STEEPEST))[0] / len(slopes)
        line = live.Line(t("wgan.share_of_points"), "green", shares)
        title = t("wgan.chart_slopes", name=name)
        charts.append(live.Chart(title, (0.0, STEEPEST), [line], kind="histogram", references=[(1.0, "1")]))
    return charts


def _shape_table(frame: Frame, names: Sequence[str], k: int) -> None:
    rows: dict[str, list[str]] = {"edge": [], "slope": []}
    for run in frame.runs:
        counts, c = run.snapshot.weight_counts[k], run.config.train.clip
        at_edge = run.snapshot.weight_reach[k] >= EDGE * c > 0
        rows["edge"].append(f"{(counts[0] + counts[-1]) / counts.sum():.0%}" if at_edge else "0%" if c else "–")
        low, middle, high = np.percentile(run.snapshot.between_slope[k], [5, 50, 95])
        rows["slope"].append(f"**{_g(middle)}** ({_g(low)}–{_g(high)})")
    cells = [[t(f"wgan.row_{name}"), *row] for name, row in rows.items()]
    tables.show(["", *names], [*_costs(frame.runs), *cells])


def _shape_stills(page: PageState, frame: Frame, names: Sequence[str], k: int) -> None:
    if "figures" in app().hidden or page.show.running:
        return
    box = st.expander(t("figures.title"), icon=":material/photo_camera:", key=f"{page.name}-figures", on_change="rerun")
    if not box.open:
        return
    from gan_core.figures import style, wgan
    from gan_core.studies.critic import slope_map

    with box:
        words = {name: t(f"wgan.figure.{name}") for name in ("value", "slope", "real", "fake", "between")}
        for i, (run, name) in enumerate(zip(frame.runs, names, strict=True)):
            shot = run.snapshot
            st.markdown(f"**{name}**")
            figure = wgan.shape(
                shot.extent, shot.field[k], slope_map(shot.field[k], shot.extent), shot.real, shot.fake[k], labels=words
            )
            st.plotly_chart(figure, key=f"{page.name}-still-{i}", config=style.EXPORT, width="stretch")


# ── 5 · digits ───────────────────────────────────────────────────────────────────────────────────────────────────────


def digits_controls(page: PageState) -> None:
    choose(page, "fair", words=named("fair"))


def digits_view(page: PageState, frame: Frame) -> None:
    """Samples of all runs from the same noise, now and in time-lapse, with what each player says."""
    by = word(page, "fair")
    frame = fair(frame, by)
    names = titles(page, frame, "digits")
    k = panels.member(page) or 0
    live.digits(
        f"{page.name}-now",
        [live.Images(run.snapshot.fake[k, :SHOWN], name) for run, name in zip(frame.runs, names, strict=True)],
        step=frame.step, columns=8, upscale=2, width=230, summary=t("digits.grid_summary", step=f"{frame.step:,}"),
    )  # fmt: skip
    _digits_table(frame, names, k, by)
    st.markdown(f"**{t('wgan.lapse')}**", help=t("wgan.lapse_help"))
    groups = [
        live.Images(
            shot.fake[k, :SAMPLES],
            t("wgan.lapse_title", name=name, step=f"{shot.step:,}", seconds=f"{shot.seconds:.1f}"),
        )
        for row in zip(*moments(frame, by), strict=True)
        for shot, name in zip(row, names, strict=True)
    ]
    live.digits(f"{page.name}-lapse", groups, step=frame.step, columns=SAMPLES, upscale=2, width=230)


def moments(frame: Frame, by: str) -> list[list[Any]]:
    """MOMENTS pictures of every run, evenly spaced from the start to the moment shown, in steps or in CPU time."""

    def clock(shot: Any) -> float:
        return shot.step if by == "steps" else shot.seconds

    wanted = np.linspace(0, max(clock(run.snapshot) for run in frame.runs), MOMENTS)

    def of(run: RunFrame) -> list[Any]:
        past = [shot for shot in run.snapshots if shot.step < run.snapshot.step] + [run.snapshot]
        return [min(past, key=lambda shot: abs(clock(shot) - when)) for when in wanted]

    return [of(run) for run in frame.runs]


def _digits_table(frame: Frame, names: Sequence[str], k: int, by: str) -> None:
    from gan_core.studies.critic import accuracy, jsd_bound

    rows: dict[str, list[str]] = {"estimate": [], "accuracy": [], "jsd": []}
    for run in frame.runs:
        real, fake = (a[k].astype(float) for a in (run.snapshot.real_logits, run.snapshot.fake_logits))
        loss = run.config.train.loss
        estimate = real.mean() - fake.mean() if loss == "wasserstein" else np.nan
        rows["estimate"].append(spread(np.array([estimate]), "{:.3g}"))
        rows["accuracy"].append(spread(np.array([accuracy(loss, real, fake)]), "{:.0%}"))
        rows["jsd"].append(spread(np.array([jsd_bound(loss, real, fake)]), "{:.3f}"))
    cells = [[t(f"wgan.row_{name}"), *row] for name, row in rows.items()]
    tables.show([t("wgan.fair_by", by=t(f"wgan.fair_{by}")), *names], [*_costs(frame.runs), *cells])
    st.caption(t("wgan.digits_note"))


CONTROLS: dict[str, Callable[[PageState], None]] = {
    "beside": beside_controls, "critic": critic_controls, "digits": digits_controls,
}  # fmt: skip
VIEWS: dict[str, player.View] = {"beside": beside_view, "critic": critic_view, "digits": digits_view}
