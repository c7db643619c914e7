"""The section "Recipe": one knob at a time, what its twins scored over seeds, and the same twins live.

    recipe.section(page)       the picker of knobs, a player of its own that opens on recorded twins, and the shipped
                               table with its floor

The twins play in a state of their own: whatever is trained elsewhere on the page stays as it is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from gan_core.engine.version import VERSION as ENGINE
from gan_core.numerals import number
from gan_core.studies.recipe import CLEAR, KNOBS, SCORES, ranged
from pages.shared.controls import options
from pages.shared.controls.options import OneOf
from pages.shared.play import player
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame
from pages.shared.shell import stage
from pages.shared.shell.i18n import sentence, t
from pages.shared.shell.state import Option, PageState, app
from pages.shared.views import code, exports, images, live, slide, tables
from pages.shared.views.figures import plot

if TYPE_CHECKING:
    from gan_core.studies.recipe import Table

NAME = "recipe"
KNOB = "knob"  # in the address, and of the twins in PageState.choices
OPTIONS: dict[str, Option] = {KNOB: OneOf(tuple(KNOBS), "g_norm", "pills", says="recipe.knob.")}


def section(page: PageState) -> None:
    from gan_core.studies.recipe import shipped

    found = shipped()
    with st.container(key="one-row"):
        knob = options.control(page, KNOB, label=t("recipe.picker"), among=found.knobs, collapsed=True)
    question = t(f"recipe.question.{knob}", default=KNOBS[knob].question)  # another language may have its own
    with st.container(horizontal=True, key="choice"):
        st.markdown(f"**{question}**", width="content")
        with st.container(key="later-about"):
            st.markdown(t(f"recipe.about.{knob}"))
    twins = twins_of(knob)
    charts = slide.on() and twins.show is None  # a slide of the figures, until somebody has trained the twins
    if not charts:
        player.stage(twins, _view)
    st.caption(_live(knob))
    st.markdown(_verdict(found, knob))
    _picture(found, knob)
    _table(found, knob)
    _digits(found, knob)
    st.caption(t("recipe.note", seconds=number(found.seconds(knob)), seeds=found.seeds, n=f"{found.samples:,}",
                 engine=found.engine, now=ENGINE))  # fmt: skip
    st.code(f"python -m gan_core recipe --knobs {knob} --seeds {found.seeds}", language="bash")
    _effects(found)
    st.markdown(t("recipe.text", seeds=found.seeds))
    if charts:
        slide.of_charts(page)
    slide.button()
    exports.expander(page if charts else twins)
    code.expander(page, ("fid", "manifolds"), tuple(KNOBS[knob].twins.values()))


def _effects(found: Table) -> None:
    """All knobs, the one that decides most first."""
    head = [t(f"recipe.effect_{name}") for name in ("knob", "best", "worst", "ratio", "apart")]
    rows = [
        [
            t(f"recipe.knob.{one.knob}"), value_name(one.best), value_name(one.worst),
            f"{one.ratio:.1f} ± {one.error:.1f}", f"{one.apart:.1f}",
        ]
        for one in found.effects
    ]  # fmt: skip
    grey = {i for i, one in enumerate(found.effects) if one.apart < CLEAR or not found.skilled(one.knob, one.best)}
    with st.expander(t("recipe.effects"), icon=":material/sort:", expanded=True):
        tables.show(head, rows, grey=grey)
        st.caption(t("recipe.effects_note", clear=number(CLEAR)))


# ── what was measured ────────────────────────────────────────────────────────────────────────────────────────────────


def value_name(value: str) -> str:
    """A number as it is written by hand: 5·10⁻⁵."""
    return number(float(value)) if value[0].isdigit() else t(f"recipe.value.{value}")


def _picture(found: Table, knob: str) -> None:
    from gan_core.figures import recipe as figures

    values = list(KNOBS[knob].twins)
    figure = figures.twins(
        {value_name(value): [run["scores"]["fid"] for run in found.runs(knob, value)] for value in values},
        [found.cell(knob, value, "fid") for value in values],
        found.perfect("fid").median,
        min(of["fid"].median for of in found.no_skill.values()),
        labels={name: t(f"recipe.figure_{name}") for name in figures.TWINS},
    )
    plot(figure, key=f"{NAME}-figure")


def _table(found: Table, knob: str) -> None:
    head = ["", *(t(f"recipe.score_{score}") for score in SCORES), t("recipe.steps")]
    real = [t("recipe.real"), *(ranged(found.perfect(name), max(digits, 1)) for name, digits in SCORES.items()), "–"]
    rows = [
        [value_name(value), *(found.text(knob, value, score) for score in (*SCORES, "steps"))]
        for value in KNOBS[knob].twins
    ]
    makers = [
        [t(f"digits.row_{maker}"), *(ranged(of[score], digits) for score, digits in SCORES.items()), "–"]
        for maker, of in found.no_skill.items()
    ]
    with st.container(key=f"{NAME}-scores-dense"):
        tables.show(head, [real, *rows, *makers], grey={0, *range(1 + len(rows), 1 + len(rows) + len(makers))})
    scored = {value_name(v): {score: found.cell(knob, v, score).mean for score in SCORES} for v in KNOBS[knob].twins}
    real_digits = {score: found.perfect(score) for score in SCORES}
    if better := tables.flattered(scored, real_digits, lambda score: t(f"recipe.score_{score}")):
        st.caption(better)
    with st.expander(t("digits.about_scores"), icon=":material/help:"):
        st.markdown("\n".join(f"- **{t(f'recipe.score_{s}')}**: {t(f'recipe.score_{s}_help')}" for s in SCORES))


def _digits(found: Table, knob: str) -> None:
    """What each value drew, at the moment at which it was scored."""
    from gan_core.studies import recipe_digits

    drawn, values = recipe_digits.shipped(), list(KNOBS[knob].twins)
    groups = [
        live.Images(
            drawn[knob, value],
            f"{value_name(value)} · FID {found.runs(knob, value)[recipe_digits.SEED]['scores']['fid']:.0f}",
        )
        for value in values
        if (knob, value) in drawn
    ]
    st.markdown(f"**{t('recipe.digits')}**")
    summary = t("recipe.digits_summary", values=", ".join(map(value_name, values)))
    live.digits(f"{NAME}-drawn", groups, columns=8, upscale=1, width=240, summary=summary)
    st.caption(t("recipe.digits_note", seed=recipe_digits.SEED, engine=recipe_digits.engine()))


def ranked(found: Table, knob: str) -> tuple[str, str, float]:
    """The two values with the smallest mean FID, and their difference in its standard errors."""
    best, second = sorted(KNOBS[knob].twins, key=lambda value: found.cell(knob, value, "fid").mean)[:2]
    a, b = (found.cell(knob, value, "fid") for value in (best, second))
    return best, second, (b.mean - a.mean) / max(math.hypot(a.error, b.error), 1e-9)


def _verdict(found: Table, knob: str) -> str:
    best, second, apart = ranked(found, knob)
    words = {"best": value_name(best), "second": value_name(second), "apart": f"{apart:.1f}"}
    said = t("recipe.clear" if apart >= CLEAR else "recipe.unclear", **words)
    return " ".join((said, _without_skill(found, knob)))


def _without_skill(found: Table, knob: str) -> str:
    """Which values are beyond what one gets without having learned a shape."""
    fid, maker = min((of["fid"].median, name) for name, of in found.no_skill.items())
    skilled = [value_name(value) for value in KNOBS[knob].twins if found.skilled(knob, value)]
    words = {"maker": t(f"digits.row_{maker}"), "fid": f"{fid:,.0f}", "values": ", ".join(skilled)}
    return t("recipe.skilled" if skilled else "recipe.unskilled", **words)


def _live(knob: str) -> str:
    """How the twins that one sees differ from those of the table, and whether other seeds show the same."""
    of, base = KNOBS[knob], KNOBS[knob].base
    said = [t("recipe.live_help", steps=f"{of.live:,}")]
    rate = number(base.train.g_lr)
    if "g_layers" in of.watched:
        said.append(t("recipe.live_smaller", rate=rate))
    else:
        said.append(t("recipe.live_quicker", rate=rate, batch=base.train.batch))
    words = dict(zip(("best", "worst"), map(value_name, of.apart), strict=False))
    said.append(t("recipe.live_apart" if words else "recipe.live_alike", **words))
    return " ".join(said)


# ── live ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def twins_of(knob: str) -> PageState:
    """The state in which the knob's twins play side by side, with one seed; that of another knob goes."""
    twins = app().pages.get(NAME)
    if twins is None or twins.choices.get(KNOB) != knob:
        if twins is not None and twins.show is not None:
            twins.show.close()
        base, variants = KNOBS[knob].base, KNOBS[knob].variants
        twins = app().pages[NAME] = PageState(NAME, base, base, variants, variants, choices={KNOB: knob})
    return twins


def _view(twins: PageState, frame: Frame) -> None:
    with stage.area("verdict"):
        _said(twins, frame)
    with stage.picture(panels=2):
        _samples(twins, frame)
    with stage.below():
        _failures(twins, frame)


@pushed
def _said(twins: PageState, frame: Frame) -> None:
    names = _names(twins)
    if len(names) == len(frame.runs):
        images.said(twins, frame, names)


def _names(twins: PageState) -> list[str]:
    return [value_name(value) for value in KNOBS[twins.choices[KNOB]].twins]


@pushed
def _samples(twins: PageState, frame: Frame) -> None:
    names = _names(twins)
    if len(names) != len(frame.runs):
        return  # a frame of the knob before
    groups = [
        live.Images(np.asarray(run.snapshot.fake[0, : images.SHARED]), name)
        for run, name in zip(frame.runs, names, strict=True)
    ]
    live.digits(
        f"{NAME}-samples", groups, step=frame.step, columns=4, upscale=5, width=140,
        summary=t("digits.grid_summary", step=f"{frame.step:,}"),
    )  # fmt: skip


@pushed
def _failures(twins: PageState, frame: Frame) -> None:
    """Which of the twins are finite no more; below the player, which an empty line above it would move."""
    names = _names(twins)
    if len(names) != len(frame.runs):
        return
    failed = [
        live.Sentence(f"{name}: {sentence(failure)}", "warning")
        for run, name in zip(frame.runs, names, strict=True)
        for failure in run.failures
    ]
    live.words(f"{NAME}-failures", failed, step=frame.step)
