"""Parts of a page that cost nothing until somebody opens them."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.shell.state import PageState


def box(page: PageState, name: str, label: str, icon: str) -> DeltaGenerator | None:
    """The open box, to be filled; None while it is closed. What stands in it may say what the page is set to."""
    found = st.expander(label, icon=f":material/{icon}:", key=f"{page.name}-{name}", on_change="rerun")
    if not found.open:
        return None
    page.spelled = True
    return found
