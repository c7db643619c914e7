"""What this is, at a glance, and a way into every experiment."""

from pathlib import Path

import streamlit as st

from gan_core.presets import PRESETS
from pages.shared.controls import fields
from pages.shared.shell import layout, site
from pages.shared.shell.i18n import t
from pages.shared.views import code, figures

PICTURE = Path(__file__).parent / "pictures" / "ring.webp"
# page, preset (None: the page as it opens): one card each, in this order
CARDS: tuple[tuple[str, str | None], ...] = (
    ("play_2d", "ring"),
    ("play_2d", "ring_seeds"),
    ("play_2d", "collapse"),
    ("play_2d", "collapse_unrolled"),
    ("play_2d", "grid"),
    ("play_2d", "wgan_gp"),
    ("convergence", None),
    ("digits", "digits_mlp"),
    ("digits", "digits_dcgan"),
    ("play_2d", "diverging"),
)
COLUMNS = 3

page = layout.begin("home", None)
words, picture = st.columns([3, 2], gap="large", vertical_alignment="center")
with words:
    st.markdown(t("home.text"))
    layout.link("play_2d", t("home.start"), preset="ring", icon=":material/play_arrow:")
    st.caption(t("home.caption"))
picture.image(figures.picture(PICTURE), width="stretch")

st.markdown(f"#### {t('home.cards')}")
for first in range(0, len(CARDS), COLUMNS):
    for column, (name, preset) in zip(st.columns(COLUMNS), CARDS[first : first + COLUMNS], strict=False):
        with column.container(border=True, height="stretch"):
            title = fields.preset_title(preset) if preset else t(f"{name}.title")
            layout.link(name, f"**{title}**", preset=preset, icon=site.entry(name).symbol)
            st.caption(fields.preset_why(preset) if preset else t(f"{name}.card"))
code.expander(page, ("modes",), (PRESETS["ring"].config,))
