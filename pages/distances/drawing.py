"""How the sections of the page "Distances" write numbers and show figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gan_core import numerals
from pages.shared.shell import layout, stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views.figures import plot

if TYPE_CHECKING:
    from gan_core.metrics.floors import Range


def words() -> dict[str, str]:
    from gan_core.figures.distances import WORDS

    return {name: t(f"distances.figure.{name}") for name in WORDS}


def columns() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Of a section: on the left its text and what it asks, on the right its pictures."""
    left, right = st.columns([2, 3], gap="large")
    return left, right


# divergence → the loss of which it is the value at the best D; None: it has none, and `distances.no_game_…` says why
GAMES: dict[str, str | None] = {
    "kl_pq": "kl", "kl_qp": "reverse_kl", "jsd": "minimax", "tv": "hinge", "w1": "wasserstein", "w2": None,
    "sinkhorn": None,
}  # fmt: skip
BOUNDED = {"w1": {"wgan_gp": "1.0", "d_steps": "5"}}  # its D has to be held


def about(name: str) -> None:
    """What a divergence measures, and the game that is played for it, or why there is none."""
    st.markdown(t(f"distances.about_{name}"))
    if (loss := GAMES[name]) is None:
        st.markdown(t(f"distances.no_game_{name}"))
        return
    label = t("distances.its_game", loss=t(f"option.loss.{loss}"))
    layout.link("play_2d", label, query={"loss": loss, **BOUNDED.get(name, {})})


def asks(page: PageState, text: str) -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """How a section with a text begins: its settings, and the areas of its stage for the verdict, the picture and the
    numbers."""
    with stage.begin():
        verdict, picture, rail = stage.area("verdict"), stage.picture(filled=True), stage.rail()
        with stage.below():
            st.markdown(t(f"distances.{text}"))
    return stage.settings(), verdict, picture, rail


def chart(figure: Any, name: str, *, begins: bool = False, fills: bool = False) -> None:
    plot(figure, key=f"distances-chart-{name}", begins=begins, fills=fills)


def number(value: float, digits: int = 4) -> str:
    return numerals.number(float(value), digits)


def range_of(floor: Range | None) -> str:
    """What a perfect sampler reads, median and 5–95 %; … until it is known."""
    if floor is None:
        return "…"
    median, low, high = (number(one, 2) for one in floor)
    return t("distances.of_draws", median=median, low=low, high=high)
