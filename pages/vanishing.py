"""Vanishing gradients: the flat curve in theory, inside a running GAN, with G frozen, and what helps."""

from gan_core.presets import PRESETS
from pages.ui import controls, layout, player, vanishing

page = layout.begin("vanishing", PRESETS["vanishing"].config, tuple({"loss": name} for name in vanishing.LOSSES))
vanishing.slide(page)
vanishing.twins()
controls.sidebar(page)
controls.top(page, vanishing.PRESETS_SHOWN, ())
player.bar(page)
vanishing.ask_twins(page)
player.stage(page, vanishing.view)
vanishing.freeze(page)
vanishing.distance(page)
vanishing.helps(page)
layout.share(page)
