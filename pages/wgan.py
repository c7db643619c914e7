"""GAN against WGAN: side by side, the critic's shape, two games in which everything is known, and digits."""

import streamlit as st

from pages.ui import controls, layout, player, wgan, wgan_games
from pages.ui.i18n import t

part = layout.part("wgan", wgan.PARTS) or wgan.PARTS[0]
page = layout.begin("wgan", wgan.DEFAULTS[part], own=wgan.OWN[part], part="" if part == wgan.PARTS[0] else part)
wgan.arrive(page, part)
layout.part_picker("wgan", wgan.PARTS)
st.markdown(t(f"wgan.about_{part}"))
if part in wgan_games.GAMES:
    wgan_games.GAMES[part](page)
else:
    controls.sidebar(page, without=wgan.ABOVE)
    wgan.CONTROLS[part](page)
    player.bar(page)
    player.stage(page, wgan.VIEWS[part])
    layout.share(page)
