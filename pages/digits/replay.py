"""The section "Finished runs": the way to digits, which the browser plays by itself, and training that goes on from
there. Before somebody asks for that, no worker has anything to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from gan_core.errors import PoolFull
from gan_core.metrics.floors import Range
from gan_core.recordings.registry import FINISHED
from pages.digits import models
from pages.shared.controls import buttons
from pages.shared.play import player, recorded, resources, shelf
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame, Show
from pages.shared.shell import notices, stage
from pages.shared.shell.i18n import sentence, t
from pages.shared.shell.state import PageState, app
from pages.shared.views import code, exports, images, live, slide, statistics, tables

if TYPE_CHECKING:
    from gan_core.config import RunConfig
    from gan_core.metrics.scored import Score

STATE = FINISHED  # the key of this section's own PageState beside that of the page
COLUMNS = 8
SCORES_ROOM = 150  # pixels: two rows of numbers
LINES = ("losses", "outputs", "gradients")
# score → how it is written; the order of showing
NUMBERS = {"fid": "{:.1f}", "class_kl": "{:.3f}", "precision": "{:.2f}", "recall": "{:.2f}", "confidence": "{:.3f}"}
SCORED = 1000  # samples of a run that went on, once it rests


def section(page: PageState) -> None:
    from gan_core.weights import CheckpointError

    name = models.run_picker(page, models.names())
    if name is None:
        return
    try:
        run = _state(name)
    except CheckpointError as error:
        notices.error(error)
        return
    player.stage(run, _view, buttons=_bar, ways=WAYS)
    code.expander(run, ("fid", "manifolds"), *_script(name), finished=name)
    slide.button()
    exports.expander(run)


def _script(name: str) -> tuple[tuple[RunConfig], str]:
    """The run that a script can make, in the precision that every processor has, and what is another one here."""
    past = shelf.past(name)
    config = past.config.replace(precision="float32")
    notes = [t("digits.script_begins", step=f"{past.snapshot.step:,}")]
    if config != past.config:
        notes.append(t("digits.script_precision", precision=past.config.model.precision))
    return (config,), " ".join(notes)


def _state(name: str) -> PageState:
    """The state of the chosen run: a PageState of its own, so that the player can play it. Raises CheckpointError."""
    config, pages = shelf.past(name).config, app().pages
    run = pages.get(STATE)
    if run is None or run.choices.get(models.RUN) != name:
        if run is not None and run.show is not None:
            run.show.close()
        run = pages[STATE] = PageState(STATE, config, config, choices={models.RUN: name})
    return run


def _show(run: PageState) -> Show:
    """What is played; made when it is first asked for, and at rest until it is told to train."""
    if run.show is None:
        run.show = shelf.show(run.choices[models.RUN], resources.pool(), owner=id(app()))
        (run.config,) = run.show.configs
    return run.show


def _back(run: PageState) -> None:
    """To the past as it was recorded."""
    run.shown.close()
    run.show, run.config = None, run.default


def _train_on(run: PageState) -> None:
    fresh = run.show is None
    app().pause()
    try:
        _show(run).play()
    except PoolFull as error:
        run.problem = error
        if fresh:
            _back(run)


def _try_out(run: PageState, config: RunConfig) -> None:
    """Another run is trained from scratch, where this page does that: as far as this one, on the digits at hand."""
    page = app().pages[models.NAME]
    steps = run.default.train.steps
    if page.take(lambda: config.replace(steps=steps, data=player.EMBEDDED, precision="float32")):
        _back(run)
        models.open_section(page, models.TRAINING)
        player.restart(page, play=True)


WAYS = player.Ways(_train_on, _train_on, _try_out)


def _bar(run: PageState) -> None:
    """Go on training, back to the shipped weights."""
    if recorded.name(run) is None:  # a slide, or weights of which there is no recording
        _show(run)
    show, last = run.show, run.default.train.steps
    with stage.area("player"), st.container(horizontal=True, gap="small", key=f"{STATE}-player"):
        over = show is not None and show.job.state in ("failed", "closed", "finished")
        if show is not None and show.running:
            buttons.button(run, "pause", "pause", show.pause, of="digits", in_turn=True, type="primary")
        else:
            buttons.button(run, "go_on", "model_training", lambda: _train_on(run), of="digits", in_turn=True,
                           disabled=over, type="primary")  # fmt: skip
        buttons.button(run, "back", "restart_alt", lambda: _back(run), of="digits", step=f"{last:,}",
                       disabled=show is None or show.job.step_count == last)  # fmt: skip
    if run.problem:
        notices.warning(run.problem)
        run.problem = ""
    if show is not None and show.job.state == "failed":
        notices.error(t("player.failed", error=sentence(show.job.error)))


def _view(run: PageState, frame: Frame) -> None:
    with stage.area("verdict"):
        _said(run, frame)
    with stage.picture(square=False):
        _moment(run, frame)
    with stage.rail():
        _scores(run, frame)
        _over_steps(run, frame)


@pushed
def _moment(run: PageState, frame: Frame) -> None:
    live.digits(
        f"{STATE}-samples", frame.runs[0].snapshot.fake[0], step=frame.step, columns=COLUMNS, square=True, upscale=5,
        summary=t("digits.grid_summary", step=f"{frame.step:,}"),
    )  # fmt: skip


@pushed
def _said(run: PageState, frame: Frame) -> None:
    """How far the digits of this moment are from real ones, in a line, and what is not known of it."""
    card, _ = shelf.replay(run.choices[models.RUN])
    fid = (_known(run, frame) or {}).get("fid")
    said = t("digits.scored_at_rest") if fid is None else t(
        "digits.said", step=f"{frame.step:,}", fid=NUMBERS["fid"].format(fid.value), real=real(fid, NUMBERS["fid"])
    )  # fmt: skip
    fresh = t("digits.fresh", step=f"{card.steps:,}") if frame.step > card.steps else ""
    blocks = [live.Sentence(" ".join(filter(None, (said, fresh))))]
    live.words(f"{STATE}-said", blocks, step=frame.step, reserve=statistics.LINES_OF_VERDICT)


@pushed
def _scores(run: PageState, frame: Frame) -> None:
    live.words(f"{STATE}-numbers", [_numbers(run, frame)], step=frame.step, reserve=SCORES_ROOM)


@pushed
def _over_steps(run: PageState, frame: Frame) -> None:
    _charts(run, frame, _score_charts(run, frame), "scores")
    charts = [statistics.CHARTS[name](frame.runs[0], [0], t(f"panel.{name}")) for name in LINES]
    _charts(run, frame, charts, "lines")


def _known(run: PageState, frame: Frame) -> dict[str, Score] | None:
    """The scores at this moment; those of one's own training when it rests."""
    card, recorded = shelf.replay(run.choices[models.RUN])
    if frame.step > card.steps:
        return None if run.shown.running else _fresh_scores(run.shown, frame.step)
    i = int(np.abs(recorded.steps - frame.step).argmin())
    return {name: card.scores[name]._replace(value=float(recorded.scores[name][i])) for name in NUMBERS}


def _numbers(run: PageState, frame: Frame) -> live.Numbers:
    """The scores at this moment, each beside what real digits score."""
    card, _ = shelf.replay(run.choices[models.RUN])
    known = _known(run, frame)
    numbers = [
        live.Number(
            t(f"digits.score_{name}"), style.format(known[name].value) if known else "–",
            " · ".join(filter(None, (real((known or card.scores)[name], style), _flattery(name, known)))),
            t(f"digits.score_{name}_help"),
        )
        for name, style in NUMBERS.items()
    ]  # fmt: skip
    return live.Numbers(numbers)


def _flattery(name: str, known: dict[str, Score] | None) -> str:
    """Why a score is better than that of real digits; "" where it is not."""
    if known is None:
        return ""
    value, *ends = known[name]
    return tables.flattery(name, value, Range(*ends))


def real(score: Score, style: str) -> str:
    """What as many real digits score, in the place of this value."""
    return t("digits.real_score", **{end: style.format(getattr(score, end)) for end in ("floor", "low", "high")})


def _fresh_scores(show: Show, step: int) -> dict[str, Score] | None:
    """The scores of a run that went on, from a worker; None while they are being made, or of a moment of its past."""
    if step != show.job.step_count:
        return None

    def score(work: shelf.Work) -> dict[str, Score]:
        from gan_core.metrics.images import image_scores

        trainer = work.trainers[0]
        parts = [trainer.generate(models.AT_ONCE, seed=seed) for seed in range(SCORED // models.AT_ONCE)]
        found = image_scores(np.concatenate(parts), trainer.config.data.data).estimates
        return {name: found[name] for name in NUMBERS}

    return show.answer("scores", step, score)


def _score_charts(run: PageState, frame: Frame) -> list[live.Chart]:
    """FID and KL over training, and which digits are made at this moment."""
    card, recorded = shelf.replay(run.choices[models.RUN])
    charts = []
    for score in ("fid", "class_kl"):
        lines = [live.Line(t("panel.fake"), "fake", recorded.scores[score])]
        known = card.scores[score]
        of_real = statistics.range_of(Range(known.floor, known.low, known.high), NUMBERS[score].format)
        floor = [(known.floor, f"{t('recipe.real')}: {of_real}")]
        charts.append(live.Chart(t(f"digits.chart_{score}"), recorded.steps, lines, log_y=True, references=floor))
    return [*charts, images.class_chart(_counts(run, frame), card.config.data.data)]


def _charts(run: PageState, frame: Frame, charts: list[live.Chart], name: str) -> None:
    """Charts over steps; a click on one brings that step back."""
    key = f"{STATE}-{name}"
    axis = statistics.time_axis(run, key)
    live.curves(key, charts, step=frame.step, label=t("panel.step"), height=80, width=240, **axis)


def _counts(run: PageState, frame: Frame) -> np.ndarray:
    """(10,): how many samples are read as each digit, at the moment that is drawn."""
    card, recorded = shelf.replay(run.choices[models.RUN])
    known = frame.runs[0].classes
    if frame.step > card.steps and known is not None:
        return known.until(frame.step).classes[-1, 0]
    return recorded.classes[int(np.abs(recorded.steps - frame.step).argmin())]
