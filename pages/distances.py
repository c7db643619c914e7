"""Distances: two distributions to shape, what each divergence adds up, and what samples make of it."""

import streamlit as st

from pages.ui import distances, layout
from pages.ui.i18n import t

layout.begin("distances", None)
names = tuple(distances.SECTIONS)
for tab, name in zip(
    st.tabs([t(f"distances.tab_{name}") for name in names], key="distances-tab", on_change="rerun"), names, strict=True
):
    if tab.open:
        with tab:
            distances.SECTIONS[name]()
