"""Distances: two distributions to shape, what each divergence adds up, and what samples make of it."""

import streamlit as st

from pages.distances import sections
from pages.shared.shell import layout
from pages.shared.shell.i18n import t

layout.begin("distances", None)
names = tuple(sections.SECTIONS)
for tab, name in zip(
    st.tabs([t(f"distances.tab_{name}") for name in names], key="distances-tab", on_change="rerun"), names, strict=True
):
    if tab.open:
        with tab:
            sections.SECTIONS[name]()
