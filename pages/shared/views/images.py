"""The views of image runs: samples from fixed noise, their growth, their nearest training images, walks between, and
which digits they are, as the shipped classifier reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from gan_core.numerals import number
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame, RunFrame, Work
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live, points
from pages.shared.views.statistics import LINES_OF_VERDICT, range_of, time_axis

SAMPLE = "sample"  # in PageState.choices: the chosen sample of the grid, its member and its number
GROWTH_ROWS, GROWTH_COLUMNS = 6, 14  # moments, samples of each
SHARED = 16  # samples of each member where several stand side by side
NEIGHBOURS = 6
WALK_STEPS = 11
CLASSES = 10


@pushed
def samples(page: PageState, frame: Frame, *, most: int = 64) -> None:
    """Samples from fixed noise: at most so many of one member, or some of every one. A click chooses one."""
    run = frame.runs[0]
    shown = points.members_shown(page, run)
    per_member = min(most, run.snapshot.fake.shape[1]) if len(shown) == 1 else SHARED
    key = f"{page.name}-samples"

    def chosen(index: int) -> None:
        page.choices[SAMPLE] = (shown[index // per_member], index % per_member)

    groups = [
        live.Images(run.snapshot.fake[k, :per_member], name) for k, name in zip(shown, _names(run, shown), strict=True)
    ]
    k, i = chosen_sample(page, run)
    columns = 4 if len(shown) > 1 else CLASSES if run.config.model.labelled else 8  # with labels, a column is a digit
    live.digits(
        key, groups, step=frame.step, columns=columns, fixed=run.config.model.labelled, square=True, upscale=4,
        width=130, selectable=True,
        selected=shown.index(k) * per_member + i if k in shown and i < per_member else None, on_select=chosen,
        summary=t("digits.grid_summary", step=f"{frame.step:,}"),
        kept=False,
    )  # fmt: skip


def _names(run: RunFrame, shown: Sequence[int]) -> list[str]:
    """What is written at each of these members; nothing at one alone."""
    return [points.member_name(run.config, k) if len(shown) > 1 else "" for k in shown]


def chosen_sample(page: PageState, run: RunFrame) -> tuple[int, int]:
    """(member, index) of the sample that is looked at closely."""
    k, i = page.choices.get(SAMPLE, (0, 0))
    looked_at = points.member(page)
    k = k if looked_at is None else looked_at
    return (k if k < run.snapshot.members else 0), min(i, run.snapshot.fake.shape[1] - 1)


@pushed
def averaged(page: PageState, frame: Frame) -> None:
    """What the moving average of each G makes of the same noise, tile by tile as `samples` shows it."""
    run = frame.runs[0]
    made = points.of_players(run.snapshot).averaged
    if made is None:
        return
    shown = points.members_shown(page, run)
    per_member = made.shape[1] if len(shown) == 1 else SHARED
    groups = [live.Images(made[k, :per_member], name) for k, name in zip(shown, _names(run, shown), strict=True)]
    columns = 4 if len(shown) > 1 else CLASSES if run.config.model.labelled else 8
    live.digits(f"{page.name}-averaged", groups, step=frame.step, columns=columns, upscale=2, width=130)


@pushed
def growth(page: PageState, frame: Frame) -> None:
    """The same noise at moments of the past, evenly spaced over what was recorded."""
    run = frame.runs[0]
    k, _ = chosen_sample(page, run)
    past = [snapshot for snapshot in run.snapshots if snapshot.step <= frame.step]
    picks = sorted({round(i) for i in np.linspace(0, len(past) - 1, min(GROWTH_ROWS, len(past)))})
    groups = [live.Images(past[i].fake[k, :GROWTH_COLUMNS], f"{t('panel.step')} {past[i].step:,}") for i in picks]
    live.digits(f"{page.name}-growth", groups, step=frame.step, columns=GROWTH_COLUMNS, upscale=2, width=500)


@pushed
def neighbours(page: PageState, frame: Frame) -> None:
    """The chosen sample beside the training images nearest to it, with their distances."""
    run = frame.runs[0]
    k, i = chosen_sample(page, run)
    sample = run.snapshot.fake[k, i]

    def search() -> tuple[np.ndarray, np.ndarray]:
        from gan_core.data.images import load_images
        from gan_core.metrics.nearest import nearest_images

        images, _ = load_images(run.config.data.data, "train")
        index, distance = nearest_images(images, sample, NEIGHBOURS)
        return np.concatenate([sample[None], images[index]]), distance

    found = page.shown.remember(("neighbours", k, i), run.snapshot, [search])
    pictures, distance = (sample[None], np.empty(0)) if found is None else found.parts[0]
    step = frame.step if found is None else found.of.step
    live.digits(
        f"{page.name}-neighbours",
        live.Images(pictures, f"{t('panel.step')} {step:,}",
                    labels=[t("digits.sample"), *(f"{one:.2f}" for one in distance)]),
        step=frame.step, columns=NEIGHBOURS + 1, upscale=2,
    )  # fmt: skip


def walk(page: PageState, frame: Frame) -> None:
    """G on the way from the chosen sample's latent to another's, which is asked for."""
    _, start = chosen_sample(page, frame.runs[0])
    last = frame.runs[0].snapshot.fake.shape[1] - 1
    label, why = t("digits.walk_to", start=start + 1), t("digits.walk_to_help")
    end = st.number_input(label, 1, last + 1, 2, key=f"{page.name}-walk-to", width=200, help=why) - 1
    _way(page, frame, min(max(end, 0), last))  # the browser of someone who tries may report anything


@pushed
def _way(page: PageState, frame: Frame, end: int) -> None:
    """Only of the present: the past keeps no networks."""
    k, start = chosen_sample(page, frame.runs[0])
    newest = page.shown.job.step_count

    def question(work: Work) -> tuple[int, np.ndarray]:
        return work.step_count, _walk(work, k, start, end)

    found = page.shown.answer("walk", (newest, k, start, end), question)
    groups = [] if found is None else [live.Images(found[1], f"{t('panel.step')} {found[0]:,}")]
    live.digits(f"{page.name}-walk", groups, step=frame.step, columns=WALK_STEPS, upscale=2)


def _walk(work: Work, k: int, start: int, end: int) -> np.ndarray:
    """(WALK_STEPS, 28, 28) uint8."""
    from gan_core.studies import latent_space

    trainer = work.trainers[0]
    z = trainer.latents_of_picture(k)
    labels = trainer.labels_of_picture
    digit = None if labels is None else int(labels[start])  # all along, so that only z changes
    return trainer.decode(latent_space.walk(z[start], z[end], WALK_STEPS, trainer.config.model.latent), k, digit)


def nearest(key: str, sample: np.ndarray) -> None:
    """A digit (28, 28) beside the training digits nearest to it, of those that come with the app."""
    from gan_core.data.images import load_images
    from gan_core.metrics.nearest import nearest_images

    index, distance = nearest_images(load_images("mnist", "train")[0], sample, NEIGHBOURS)
    group = live.Images(
        np.concatenate([sample[None], load_images("mnist", "train")[0][index]]),
        labels=[t("digits.sample"), *(f"{one:.2f}" for one in distance)],
    )
    live.digits(key, group, columns=NEIGHBOURS + 1, upscale=2, summary=t("digits.neighbours"))


# ── which digits ─────────────────────────────────────────────────────────────────────────────────────────────────────


def shares(data: str) -> np.ndarray:
    """(10,): the shares of the digits in the training data."""
    from gan_core.data.images import SHARES

    return np.array(SHARES[data])


def class_chart(counts: np.ndarray, data: str) -> live.Chart:
    """How the samples share out over the ten digits, counts (10,), beside the training labels."""
    total = max(1, int(counts.sum()))
    lines = [
        live.Line(t("panel.real"), "real", shares(data)), live.Line(t("panel.fake"), "fake", counts / total)
    ]  # fmt: skip
    return live.Chart(t("digits.chart_classes"), (-0.5, CLASSES - 0.5), lines, kind="histogram")


@pushed
def collapse_alarm(page: PageState, frame: Frame) -> None:
    """Which digits each member makes, how far that is from the training labels, and a warning where they collapse."""
    from gan_core.run.classes import WARM_UP, collapses

    run = frame.runs[0]
    if run.classes is None:
        return
    known = run.classes.until(frame.step)
    shown = points.members_shown(page, run)
    found = {k: collapse for k, collapse in enumerate(collapses(known)) if k in shown and collapse is not None}
    words: dict[str, Any] = {
        "made": number(np.median(known.made[-1, shown])), "kl": f"{np.median(known.kl[-1, shown]):.2f}",
        "floor": range_of(known.perfect, "{:.3f}".format), "n": known.samples, "step": f"{int(known.step[-1]):,}",
    }  # fmt: skip
    sentence = t("digits.classes_made", **words)
    if found:
        k, worst = max(found.items(), key=lambda pair: pair[1].kl)
        seed = run.config.seed_of(k)
        alarm = t("digits.collapsing", k=len(found), n=len(shown), seed=seed, made=worst.made, kl=f"{worst.kl:.2f}")
        verdict = live.Sentence(f"{sentence} {alarm}", "warning")
    else:
        quiet = t("digits.no_verdict", step=f"{WARM_UP:,}") if known.step[-1] < WARM_UP else t("digits.no_collapse")
        verdict = live.Sentence(f"{sentence} {quiet}", "info")
    live.words(f"{page.name}-verdict", [verdict], step=frame.step, reserve=LINES_OF_VERDICT)


def said(page: PageState, frame: Frame, names: Sequence[str], k: int = 0) -> None:
    """How many digits member k of each run makes, in a line whose room is kept; to be pushed by who names the runs."""
    known = [None if run.classes is None else run.classes.until(run.snapshot.step) for run in frame.runs]
    found = [(name, of) for name, of in zip(names, known, strict=True) if of is not None and len(of.step)]
    blocks: list[live.Block] = []
    if found:
        parts = ", ".join(f"{name} **{number(of.made[-1, k])}** ({of.kl[-1, k]:.2f})" for name, of in found)
        step = max(int(of.step[-1]) for _, of in found)
        floor = range_of(found[0][1].perfect, "{:.3f}".format)
        blocks.append(live.Sentence(t("digits.beside_said", step=f"{step:,}", parts=parts, floor=floor)))
    live.words(f"{page.name}-said", blocks, step=frame.step, reserve=LINES_OF_VERDICT)


def class_strips(page: PageState, frame: Frame) -> None:
    """Who makes which digit, over all steps: one strip a member."""
    known = frame.runs[0].classes
    if known is None:
        return
    st.markdown(f"**{t('digits.strips')}**", help=t("digits.strips_help", n=known.samples))
    _strips(page, frame)


@pushed
def _strips(page: PageState, frame: Frame) -> None:
    run = frame.runs[0]
    known = run.classes
    if known is None:
        return
    shown = points.members_shown(page, run)
    strips = [
        live.Strip(name, known.step, known.shares[:, k], known.weights)
        for k, name in zip(shown, _names(run, shown), strict=True)
    ]
    key = f"{page.name}-strips"
    live.heat(
        key, strips, step=frame.step, summary=t("digits.strips"), row=9, first=0, width=300,
        labels={"step": t("panel.step"), "row": t("digits.digit"), "right": t("collapse.right"),
                "legend": t("collapse.legend")},
        **time_axis(page, key),
    )  # fmt: skip
