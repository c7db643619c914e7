"""What this is, at a glance, and a way into every experiment."""

import streamlit as st

from pages.ui import controls, layout, site
from pages.ui.i18n import t

# page, preset: one card each, in this order
CARDS = (
    ("play_2d", "ring"),
    ("play_2d", "ring_seeds"),
    ("play_2d", "collapse"),
    ("play_2d", "collapse_unrolled"),
    ("play_2d", "grid"),
    ("play_2d", "wgan_gp"),
    ("digits", "digits_mlp"),
    ("digits", "digits_dcgan"),
    ("play_2d", "diverging"),
)
COLUMNS = 3

layout.begin("home", None)
words, picture = st.columns([3, 2], gap="large", vertical_alignment="center")
with words:
    st.markdown(t("home.text"))
    layout.link("play_2d", t("home.start"), preset="ring", icon=":material/play_arrow:")
    st.caption(t("home.caption"))
picture.image(layout.PICTURES / "ring.webp", width="stretch")

st.markdown(f"#### {t('home.cards')}")
for first in range(0, len(CARDS), COLUMNS):
    for column, (name, preset) in zip(st.columns(COLUMNS), CARDS[first : first + COLUMNS], strict=False):
        with column.container(border=True, height="stretch"):
            layout.link(name, f"**{controls.preset_title(preset)}**", preset=preset, icon=site.entry(name).symbol)
            st.caption(controls.preset_why(preset))
