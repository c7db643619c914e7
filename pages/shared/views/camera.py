"""What the camera symbol of every Plotly figure saves, chosen at the foot of a page: SVG or PNG, in the shape of a
slide. The browser draws it, and no server is asked."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.shared.shell.i18n import t
from pages.shared.shell.state import app

CSS = """
label { font: 0.8125rem var(--st-font); color: var(--st-text-color); opacity: 0.85; }
select { font: inherit; color: inherit; background: var(--st-background-color); border-radius: 6px; min-height: 1.6rem;
  border: 1px solid var(--st-border-color, currentColor); }
"""
SHAPES = {"960x540": "16:9", "960x720": "4:3", "720x720": "1:1"}  # pixels at scale 1, as in gan_core.export.look
FORMATS = {"svg": "SVG", "png@2": "PNG 2×", "png@4": "PNG 4×"}

_camera = st.components.v2.component("gan_camera", js=(Path(__file__).parent / "camera.js").read_text(), css=CSS)


def picker() -> None:
    if "figures" in app().hidden:
        return
    choices = [
        ("format", t("camera.format"), list(FORMATS.items())),
        ("shape", t("camera.shape"), list(SHAPES.items())),
    ]
    _camera(key="camera", data=[t("camera.label"), choices])  # in a dict Streamlit would look for tables, with pandas
