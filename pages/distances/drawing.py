"""How the sections of the page "Distances" write numbers and show figures."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.shared.shell.i18n import t


def words() -> dict[str, str]:
    from gan_core.figures.distances import WORDS

    return {name: t(f"distances.figure.{name}") for name in WORDS}


def chart(figure: Any, name: str) -> None:
    from gan_core.figures import style

    st.plotly_chart(figure, key=f"distances-chart-{name}", config=style.EXPORT, width="stretch")


def number(value: float, digits: int = 4) -> str:
    from gan_core.figures import style

    return style.number(float(value), digits)
