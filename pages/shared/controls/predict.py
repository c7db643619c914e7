"""Predict, then look: one question before a run; afterwards the page marks what that run showed.

    predict.question(page, "frozen", ("falls", "stays", "grows"), run="0 2000", started=False)
    predict.question(page, "frozen", ("falls", "stays", "grows"), run="0 2000", started=True,
                     shown="falls", evidence="after 2,000 rounds it was 0.003 of what it had been")

`shown` and `evidence` come from the numbers of the run, never from what theory expects. The words are
`<page>.ask.<name>` for the question and `<page>.ask.<name>_<answer>` for each answer. `run` names the run that is asked
about: another one is a new question. What follows it would give way to the outcome: it is the last of its place, or has
its `room`. A prediction is one visitor's and no setting of the page: it stands in no address,
so a link hands no answer on.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gan_core.checks import one_of
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState


def made(page: PageState, name: str, run: str) -> bool:
    """Whether this visitor has answered the question about that run."""
    return page.choices.get(_place(name, run)) is not None


def _place(name: str, run: str) -> tuple[str, str, str]:
    """In PageState.choices."""
    return "predict", name, run


def question(
    page: PageState,
    name: str,
    answers: Sequence[str],
    *,
    run: str,
    started: bool,
    shown: str | None = None,
    evidence: str = "",
    room: bool = False,
    **words: str,
) -> bool:
    """Ask until the run has `started`; once it has `shown` something, say what, and whether it was predicted. Gives
    whether the question is open: neither answered nor overtaken by the run. `room`: that of the outcome is kept.
    `words` stand in the question."""
    section = page.name.partition("-")[0]  # the parts of a page share its texts
    key, place = f"{page.name}-ask-{name}-{run}", _place(name, run)

    def answered() -> None:
        page.choices[place] = one_of(st.session_state[key], answers)

    def word(answer: str) -> str:
        return t(f"{section}.ask.{name}_{answer}")

    predicted = page.choices.get(place)
    with st.container(border=True, gap="xsmall", key=f"{page.name}-predict-{name}{'-roomy' * room}"):
        st.session_state[key] = predicted
        st.radio(
            f"**{t('predict.heading')}** {t(f'{section}.ask.{name}', **words)}", answers, key=key, format_func=word,
            horizontal=True, on_change=answered, disabled=started,
        )  # fmt: skip
        if shown is None:
            return predicted is None and not started
        outcome = t("predict.shown", answer=word(shown), evidence=evidence)
        if predicted is None:
            st.info(outcome, icon=":material/visibility:")
        elif predicted == shown:
            st.success(f"{outcome} {t('predict.right')}", icon=":material/check:")
        else:
            st.info(f"{outcome} {t('predict.wrong', answer=word(predicted))}", icon=":material/lightbulb:")
    return False
