"""The section "Latent space": walks, `arithmetic`, truncation and single coordinates of a finished run, each by eye and
`measured`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from gan_core.config import CLASSES, limits
from gan_core.errors import PoolFull
from gan_core.numerals import number
from gan_core.studies import latent_measures, latent_space
from gan_core.studies.tasks import Study
from pages.digits import arithmetic
from pages.digits import models as digits
from pages.digits.arithmetic import ATTRIBUTES
from pages.digits.measured import KEY, chart, decoder, name_of, study, words_of
from pages.digits.models import Model
from pages.shared.controls import options
from pages.shared.controls.options import Number, OneOf
from pages.shared.play import experiments
from pages.shared.shell import notices, stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import Option, PageState
from pages.shared.views import code, live, opening, statistics

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from gan_core.metrics.images import ImageScores

VIEWS = ("walk", "arithmetic", "truncation", "coordinate")
SHOWN = 40  # samples to choose from: those of the replay
STEPS = 9  # of a walk
LIMITS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, float("inf"))
UNIFORM_LIMITS = (0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0)
DIGITS = tuple(range(CLASSES))
OPTIONS: dict[str, Option] = {
    "view": OneOf(VIEWS, VIEWS[0]),
    "asked": OneOf(DIGITS, 7, "pills"),
    "walk_from": Number(1, SHOWN, 1, 1),  # samples, counted from 1
    "walk_to": Number(1, SHOWN, 1, 8, "box"),
    "direction": OneOf((*ATTRIBUTES, *map(str, DIGITS)), ATTRIBUTES[0], "box"),
    "attribute": OneOf(ATTRIBUTES, ATTRIBUTES[1], "box"),
    "first_digit": OneOf(DIGITS, 7, "box"),
    "second_digit": OneOf(DIGITS, 1, "box"),
    "limit_normal": OneOf(LIMITS, LIMITS[-1], "slider"),
    "limit_uniform": OneOf(UNIFORM_LIMITS, UNIFORM_LIMITS[-1], "slider"),
    "coordinate": Number(1, int(limits("latent_dim")[1]), 1, 1, "box"),
}
PAIRS, SCORED, MOVED, RANDOM = 100, 1000, 32, 64  # sizes of what is measured
TRUNCATED = ("precision", "recall", "confidence")


def section(page: PageState) -> None:
    from gan_core.weights import CheckpointError

    with stage.settings():
        name = digits.run_picker(page, digits.names())
        if name is None:
            return
        view = options.control(page, "view", collapsed=True)
        # the digit that a run with labels is asked for all along, so that only z changes
        digit = options.control(page, "asked") if digits.card(name).config.model.labelled else None
    try:
        model = digits.model(name)
        with stage.begin():
            with (below := stage.below()):
                st.markdown(t(f"digits.{view}_text", d=model.dim))
            _VIEWS[view](page, model, digit, below)
    except (CheckpointError, PoolFull) as error:
        notices.error(error)
        return
    code.expander(page, ("walk", "latent"), (), finished=name)


# ── walks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read(images: np.ndarray) -> list[str]:
    """What the classifier reads in each, and how surely."""
    probabilities = digits.classify(images)
    return [f"{row.argmax()} · {row.max():.0%}" for row in probabilities]


def _real_confidence() -> float:
    """Mean confidence of the classifier on held-out digits."""
    from gan_core.data.images import load_images

    return float(digits.classify(load_images("mnist", "test")[0]).max(1).mean())


def _first(study: Study[float]) -> float | None:
    return next(iter(study.results), None)


def _walk(page: PageState, model: Model, digit: int | None, below: DeltaGenerator) -> None:
    """The way between two samples; until one is clicked, that of many which moves by itself."""
    z, movement = model.latents_of_picture()[:SHOWN], f"walk_{model.name}"
    start, end = _two(page, model, digit, z, below)
    opens = not page.words.keys() & {"walk_from", "walk_to"} and opening.turns(movement)
    if opens:
        with stage.opens():
            opening.turning(f"{KEY}-moving", movement)
    else:
        groups = [
            live.Images(pictures, t(f"digits.walks_{kind}"), labels=_read(pictures))
            for kind, walk in latent_space.WALKS.items()
            for pictures in [model.decode(walk(z[start], z[end], STEPS), digit)]
        ]
        with stage.picture(square=False):
            live.digits(f"{KEY}-walk", groups, columns=STEPS, upscale=3, width=520, summary=t("digits.walk"))
    a, b = model.latents(2 * PAIRS, seed=1).reshape(2, PAIRS, -1)
    make = partial(latent_measures.walks, decoder(model, digit), digits.classify, a, b, STEPS)
    real = experiments.shared("real confidence", lambda: Study([_real_confidence]), _first, 1)
    with below if opens else nullcontext():  # a movement has a rail and captions of its own
        study(name_of("walk", model, digit), make, len(latent_space.WALKS), partial(_walked, model, not opens, real),
              areas=not opens, beside=[real])  # fmt: skip


def _two(
    page: PageState, model: Model, digit: int | None, z: np.ndarray, below: DeltaGenerator
) -> tuple[int, int]:  # fmt: skip
    """The two samples between which to walk: the two that were clicked last, in that order. A number below
    chooses the second one too, for who has no mouse."""
    start, end = (min(options.value(page, name), len(z)) for name in ("walk_from", "walk_to"))

    clicked = options.changed(
        page, "walk_from", of=lambda reported: int(reported.selected) + 1, then=partial(go_on_to, page, end)
    )
    names = [t("digits.walk_start") if i == start else t("digits.walk_end") if i == end else "" for i in _counted(z)]
    with stage.area("player"):
        st.caption(t("digits.walk_click"))
        live.digits(
            options.key(page, "walk_from"), live.Images(model.decode(z, digit), labels=names), columns=20, upscale=2,
            selectable=True, selected=end - 1, summary=t("digits.grid"),
            on_select=lambda index: clicked(),
        )  # fmt: skip
    label = t("digits.walk_to", start=start)
    with below:
        return start - 1, options.control(page, "walk_to", label=label, most=len(z), width=200) - 1


def go_on_to(page: PageState, end: int) -> None:
    """A walk begins at the sample that was clicked before, its `end` so far, and ends at the one just clicked, which
    the view has reported as where it begins."""
    clicked = options.value(page, "walk_from")
    options.keep(page, "walk_from", end)
    options.put(page, "walk_to", clicked)


def _counted(z: np.ndarray) -> range:
    """The numbers of samples, from 1."""
    return range(1, len(z) + 1)


def _walked(
    model: Model, areas: bool, beside: experiments.Experiment, found: Sequence[latent_measures.WalkResult]
) -> None:
    from gan_core.figures import digits as figures

    real: float = beside.result
    by = {one.kind: one for one in found}
    said = lengths = ""
    if len(by) == len(latent_space.WALKS):
        line, arc, middle = by["straight"], by["spherical"], STEPS // 2
        gap = float(arc.confidence[middle] - line.confidence[middle])
        noise = 1.96 * float(np.hypot(arc.error[middle], line.error[middle]))
        words: dict[str, Any] = {
            "pairs": PAIRS, "line": f"{line.confidence[middle]:.3f}", "arc": f"{arc.confidence[middle]:.3f}",
            "gap": f"{gap:+.3f}".replace("-", "−"), "noise": f"{noise:.3f}", "real": f"{real:.3f}",
        }  # fmt: skip
        verdict = "walks_alike" if abs(gap) <= noise else "walks_arc" if gap > 0 else "walks_line"
        said = f"{t('digits.walks_measured', **words)} {t(f'digits.{verdict}')}"
        lengths = t("digits.walks_lengths", line=f"{line.length[middle]:.1f}", arc=f"{arc.length[middle]:.1f}",
                    length=f"{latent_space.length(model.dim, model.latent):.1f}")  # fmt: skip
    with stage.area("verdict") if areas else nullcontext():
        statistics.said(KEY, said or t("digits.measuring"))
    with stage.rail() if areas else nullcontext():
        curves = {one.kind: (one.confidence, one.error) for one in found}
        chart(figures.walks(np.linspace(0, 1, STEPS), curves, real, labels=words_of("walks")), "walks")
        st.caption(lengths)


# ── truncation ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _truncation(page: PageState, model: Model, digit: int | None, below: DeltaGenerator) -> None:
    option = f"limit_{model.latent}"
    with stage.area("player"):
        limit = options.control(page, option, word="truncation_limit", width=420, words=_limit)
    among = options.choices(page, option)
    z = latent_space.truncated(model.latents(SHOWN, seed=3), limit, model.latent)
    with stage.picture(square=False):
        live.digits(
            f"{KEY}-truncated", model.decode(z, digit), columns=8, fixed=True, upscale=4,
            summary=t("digits.truncation_limit"),
        )  # fmt: skip

    def score(images: np.ndarray) -> ImageScores:
        from gan_core.metrics.images import image_scores

        return image_scores(images)

    decode = model.decode if digit is None else _every_digit(model)
    make = partial(latent_measures.truncations, decode, score, model.latents(SCORED, seed=4), among, model.latent)
    study(name_of("truncation", model, digit and -1), make, len(among), partial(_truncated, limit))


def _every_digit(model: Model) -> latent_measures.Decode:
    return lambda z: model.decode(z, np.arange(len(z)) % 10)


def _limit(limit: float) -> str:
    return t("digits.truncation_none") if np.isinf(limit) else number(limit)


def _truncated(limit: float, found: Sequence[tuple[float, ImageScores]]) -> None:
    from gan_core.figures import digits as figures

    by = dict(found)
    with stage.area("verdict"):
        if limit in by:
            scores = {name: (getattr(by[limit], name).value, getattr(by[limit], name).floor) for name in TRUNCATED}
            words = {name: f"{value:.2f}" for name, (value, _) in scores.items()}
            words |= {f"{name}_real": f"{floor:.2f}" for name, (_, floor) in scores.items()}
            statistics.said(KEY, t("digits.truncation_said", limit=_limit(limit), n=f"{SCORED:,}", **words))
        else:
            statistics.said(KEY, t("digits.measuring"))
    curves = {
        name: ([getattr(scores, name).value for _, scores in found], getattr(found[0][1], name).floor)
        for name in TRUNCATED
    }
    with stage.rail():
        chart(figures.truncation([one for one, _ in found], curves, labels=words_of("truncation")), "truncation")
        st.caption(t("digits.truncation_note", n=f"{SCORED:,}"))


# ── one coordinate at a time ─────────────────────────────────────────────────────────────────────────────────────────


def _coordinate(page: PageState, model: Model, digit: int | None, below: DeltaGenerator) -> None:
    reach = 2 * latent_space.length(1, model.latent)
    label = t("digits.coordinate", d=model.dim)
    with stage.area("player"):
        i = options.control(page, "coordinate", label=label, most=model.dim, width=220)
    values = np.linspace(-reach, reach, 9)
    rows = model.latents_of_picture()[:6]
    moved = latent_space.along(rows, latent_space.axes(model.dim)[i - 1], values)
    names = [f"{value:+.1f}".replace("-", "−") for value in values]
    with stage.picture(square=False):
        live.digits(
            f"{KEY}-along", live.Images(model.decode(moved.reshape(-1, model.dim), digit), labels=names * len(rows)),
            columns=len(values), upscale=4, summary=t("digits.view_coordinate"),
        )  # fmt: skip
    random = latent_space.random_directions(RANDOM, model.dim, np.random.default_rng(5))
    ways = np.concatenate([latent_space.axes(model.dim), random])
    make = partial(
        latent_measures.coordinates, decoder(model, digit), digits.classify, model.latents(MOVED, seed=6), ways, reach
    )
    study(name_of("coordinates", model, digit), make, len(ways), partial(_compared, model, i - 1))


def _compared(model: Model, i: int, found: Sequence[latent_measures.Effect]) -> None:
    """Every coordinate beside random directions, and the honest answer."""
    from scipy.stats import ks_2samp

    from gan_core.figures import digits as figures

    change = np.array([effect.class_change for effect in found])
    mine, random = change[: model.dim], change[model.dim :]
    said = [t("digits.this_coordinate", i=i + 1, share=f"{mine[i]:.0%}", n=MOVED)] if i < len(mine) else []
    if whole := len(random) == RANDOM:
        ranges = {"random": f"{np.median(random):.0%}", "random_least": f"{random.min():.0%}",
                  "random_most": f"{random.max():.0%}"}  # fmt: skip
        said.append(t("digits.this_beside", m=RANDOM, **ranges))
    with stage.area("verdict"):
        statistics.said(KEY, " ".join(said) or t("digits.measuring"))
    if not whole:
        return
    words: dict[str, Any] = {
        "n": MOVED, "d": model.dim, "m": RANDOM, "axes": f"{np.median(mine):.0%}", "axes_least": f"{mine.min():.0%}",
        "axes_most": f"{mine.max():.0%}", **ranges,
    }  # fmt: skip
    p = float(ks_2samp(mine, random).pvalue)
    verdict = "coordinates_alike" if p > 0.01 else "coordinates_differ"
    decided = int((mine >= 0.9).sum())
    answer = t(f"digits.{verdict}", p=number(p, 2), decided=decided, d=model.dim)
    with stage.rail():
        chart(figures.coordinates(mine, random, labels=words_of("coordinates")), "coordinates")
        st.caption(f"{t('digits.coordinates_measured', **words)} {answer}")


_VIEWS: dict[str, Callable[[PageState, Model, int | None, DeltaGenerator], None]] = {
    "walk": _walk, "arithmetic": arithmetic.view, "truncation": _truncation, "coordinate": _coordinate,
}  # fmt: skip
