"""The section "The two losses": both curves with a tangent each, their slopes, and the numbers at one point."""

from __future__ import annotations

import math
from typing import Literal

import streamlit as st

from gan_core.numerals import number
from pages.shared.controls import options
from pages.shared.shell import stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import figures, statistics, tables
from pages.shared.views.figures import plot
from pages.vanishing.options import heading, words

Axis = Literal["logit", "probability"]


def section(page: PageState) -> None:
    """Both losses with a tangent each, their slopes, and the numbers at one point."""
    from gan_core import theory
    from gan_core.figures import vanishing

    def turned() -> None:
        page.turns["at"] += 1  # the slider of the other axis is another one

    with stage.settings():
        axis = options.control(page, "axis", then=turned)
        scale = options.control(page, "scale")
    with stage.begin():
        with stage.area("player"):
            logit = _point(page, axis)
        share = _sigmoid(logit)
        with stage.area("verdict"):
            slopes = {
                "minimax": theory.minimax_gradient(logit),
                "non_saturating": theory.non_saturating_gradient(logit),
            }
            said = t("vanishing.curves_said", d=number(share), a=number(logit),
                     **{name: number(float(slope), 3) for name, slope in slopes.items()})  # fmt: skip
            statistics.said(f"{page.name}-curves", said)
        with stage.picture(filled=True):
            at = logit if axis == "logit" else share
            figure = figures.shared(vanishing.losses, axis, at, scale, labels=words("figure", vanishing.LOSSES))
            plot(figure, key=f"{page.name}-curves", fills=True)
        with stage.rail():
            _numbers(logit)
        with stage.below():
            heading("curves")
            st.markdown(t("vanishing.curves_text"))


def _point(page: PageState, axis: Axis) -> float:
    """The slider along the axis that is shown; gives the logit, which is what is kept."""
    from gan_core.figures import theory

    if axis == "logit":
        return options.control(page, "at", word="at_logit", digits=1)
    low, high = theory.limits(axis)
    share = min(max(_sigmoid(options.value(page, "at")), low), high)
    key = options.key(page, "at")
    st.session_state[key] = share
    st.slider(
        t("vanishing.at_probability"), low, high, step=0.002, key=key, format="%.3f",
        on_change=options.changed(page, "at", of=_logit),
    )  # fmt: skip
    return _logit(share)


def _sigmoid(logit: float) -> float:
    return 0.5 * (1 + math.tanh(logit / 2))


def _logit(share: float) -> float:
    return math.log(share) - math.log1p(-share)


def _numbers(logit: float) -> None:
    from gan_core import theory

    share = _sigmoid(logit)
    rows = {
        "loss": (theory.minimax_loss(logit), theory.non_saturating_loss(logit)),
        "slope_d": (
            theory.minimax_gradient_of_probability(share),
            theory.non_saturating_gradient_of_probability(share),
        ),
        "slope_a": (theory.minimax_gradient(logit), theory.non_saturating_gradient(logit)),
    }
    head = [t("vanishing.point", d=number(share), a=number(logit)), "**log(1\u00a0−\u00a0D)**", "**−log\u00a0D**"]
    cells = [[t(f"vanishing.row_{name}"), *(number(float(value)) for value in pair)] for name, pair in rows.items()]
    tables.show(head, [*cells, [t("vanishing.ratio"), "", f"**{number(float(theory.gradient_ratio(logit)))}**"]])
