"""The section "Draw me sevens": a digit that is asked for, a typed phrase, and how often it is what was asked."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.digits import models as digits
from pages.digits.models import Model
from pages.shared.controls import options
from pages.shared.controls.options import OneOf
from pages.shared.shell import notices, stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import Option, PageState
from pages.shared.views import code, live, opening, statistics
from pages.shared.views.figures import plot

OPTIONS: dict[str, Option] = {"draw_me": OneOf(tuple(range(10)), 7, "pills")}
KEY = "digits-labels"
CHOSEN = "digit-chosen"  # in PageState.choices: a digit has been asked for
LONGEST = 24  # characters of a phrase
DRAWN = 35  # of one digit: they fill the picture
ASKED = 100  # of each digit, for the table of what is read


class PhraseError(ValueError):
    """A phrase that cannot be drawn, with a sentence."""


def parse(phrase: str) -> list[int | None]:
    """The digits of a phrase, None for a blank. Raises PhraseError."""
    if len(phrase) > LONGEST:
        raise PhraseError(t("digits.phrase_long", n=len(phrase), most=LONGEST))
    strange = next((letter for letter in phrase if letter not in "0123456789 "), None)
    if strange is not None:
        raise PhraseError(t("digits.phrase_strange", letter=strange))
    if not phrase.strip():
        raise PhraseError(t("digits.phrase_empty"))
    return [None if letter == " " else int(letter) for letter in phrase.strip()]


def section(page: PageState) -> None:
    """A digit that is asked for, and before one is the movement of all; what is read of a thousand stands beside it."""
    from gan_core.weights import CheckpointError

    with stage.settings():
        name = digits.run_picker(page, digits.labelled())
    if name is None:
        return
    try:
        model = digits.model(name)
        with stage.begin():
            with stage.area("player"), st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
                digit = options.control(page, "draw_me", then=lambda: page.choices.update({CHOSEN: True}))
                seed = _again(f"{KEY}-digit")
            movement = f"asked_{name}"
            shares = _shares_of(model)
            if seed or "draw_me" in page.words or page.choices.get(CHOSEN) or not opening.turns(movement):
                _drawn(model, digit, seed, shares)
            else:
                with stage.opens():
                    opening.turning(f"{KEY}-moving", movement)
            with stage.rail():
                _agreement(shares)
            with stage.below():
                st.markdown(t("digits.labels_text"))
                _phrase(model)
    except CheckpointError as error:
        notices.error(error)
        return
    code.expander(page, ("asked",), (), finished=name)


def _again(key: str) -> int:
    """A seed that a button moves on."""
    counter = f"{key}-seed"

    def more() -> None:
        st.session_state[counter] = st.session_state.get(counter, 0) + 1

    st.button(t("digits.again"), key=f"{key}-again", icon=":material/casino:", on_click=more)
    return int(st.session_state.get(counter, 0))


def _drawn(model: Model, digit: int, seed: int, shares: np.ndarray) -> None:
    """Samples of a digit that is asked for, and how many of them, and of all digits, are read as what was asked."""
    from gan_core.weights import read_card

    pictures = model.decode(model.latents(DRAWN, seed), digit)
    read = digits.classify(pictures).argmax(1)
    wrong = ", ".join(str(other) for other in sorted(set(read[read != digit].tolist())))
    said = t("digits.drawn", right=int((read == digit).sum()), n=DRAWN, digit=digit)
    others = t("digits.drawn_wrong", digits=wrong) if wrong else ""
    judge = f"{read_card('judge')['accuracy']:.1%}"
    with stage.area("verdict"):
        all_of = t("digits.drawn_all", share=f"{_right(shares):.1%}", judge=judge)
        statistics.said(KEY, " ".join(filter(None, (said, others, all_of))))
    with stage.picture(square=False):
        live.digits(
            f"{KEY}-drawn", pictures, columns=7, fixed=True, upscale=5, summary=t("digits.drawn_summary", digit=digit)
        )


@st.fragment
def _phrase(model: Model) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        typed = st.text_input(
            t("digits.phrase"), "2014 2024", max_chars=LONGEST, key=f"{KEY}-phrase", width=320,
            help=t("digits.phrase_help", most=LONGEST),
        )  # fmt: skip
        one_hand = st.toggle(t("digits.one_hand"), key=f"{KEY}-hand", help=t("digits.one_hand_help"))
        seed = _again(f"{KEY}-phrase")
    try:
        asked = parse(typed)
    except PhraseError as error:
        notices.warning(error, "edit")
        return
    z = model.latents(len(asked), seed + 100)
    if one_hand:
        z[:] = z[0]
    written = [i for i, digit in enumerate(asked) if digit is not None]
    pictures = np.zeros((len(asked), 28, 28), np.uint8)
    pictures[written] = model.decode(z[written], np.array([asked[i] for i in written]))
    live.digits(f"{KEY}-phrase-drawn", pictures, columns=len(asked), upscale=2, summary=typed.strip())
    read = iter(digits.classify(pictures[written]).argmax(1))
    st.caption(t("digits.phrase_read", read="".join(" " if digit is None else str(next(read)) for digit in asked)))


@st.cache_data(max_entries=6, show_spinner=False)
def _shares(name: str, _model: Model) -> np.ndarray:
    """(10, 10): how often each digit (row) is read as each (column)."""
    asked = np.repeat(np.arange(10), ASKED)
    read = digits.classify(_model.decode(_model.latents(len(asked), seed=7), asked)).argmax(1)
    return np.stack([np.bincount(read[asked == digit], minlength=10) / ASKED for digit in range(10)])


def _shares_of(model: Model) -> np.ndarray:
    with st.spinner(t("digits.reading", n=f"{10 * ASKED:,}")):
        return _shares(f"{model.name} {hash(model.config)}", model)


def _right(shares: np.ndarray) -> float:
    """How often what is read is what was asked for, of all digits."""
    return float(np.trace(shares)) / len(shares)


def _agreement(shares: np.ndarray) -> None:
    from gan_core.figures import digits as figures
    from gan_core.weights import read_card

    figure = figures.agreement(shares, labels={name: t(f"digits.agreement_{name}") for name in figures.AGREEMENT})
    plot(figure, key=f"{KEY}-agreement")
    judge = f"{read_card('judge')['accuracy']:.1%}"
    st.caption(t("digits.agreement", share=f"{_right(shares):.1%}", n=ASKED, judge=judge))
