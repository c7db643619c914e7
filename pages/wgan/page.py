"""GAN against WGAN: side by side, the critic's shape, two games in which everything is known, and digits."""

import streamlit as st

from pages.shared.controls import fields
from pages.shared.play import player
from pages.shared.shell import layout
from pages.shared.shell.i18n import t
from pages.wgan import games, sections

part = layout.part("wgan", sections.PARTS) or sections.PARTS[0]
page = layout.begin(
    "wgan", sections.DEFAULTS[part], own=sections.OWN[part], part="" if part == sections.PARTS[0] else part
)
sections.arrive(page, part)
layout.part_picker("wgan", sections.PARTS)
st.markdown(t(f"wgan.about_{part}"))
if part in games.GAMES:
    games.GAMES[part](page)
else:
    fields.sidebar(page, without=sections.ABOVE)
    sections.CONTROLS[part](page)
    player.bar(page)
    player.stage(page, sections.VIEWS[part])
    layout.share(page)
