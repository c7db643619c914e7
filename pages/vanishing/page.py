"""Vanishing gradients: the flat curve in theory, inside a running GAN, with G frozen, and what helps."""

from gan_core.presets import PRESETS
from pages.shared.controls import fields
from pages.shared.play import player
from pages.shared.shell import layout
from pages.vanishing import sections

page = layout.begin("vanishing", PRESETS["vanishing"].config, tuple({"loss": name} for name in sections.LOSSES))
sections.slide(page)
sections.twins()
fields.sidebar(page)
fields.top(page, sections.PRESETS_SHOWN, ())
player.bar(page)
sections.ask_twins(page)
player.stage(page, sections.view)
sections.freeze(page)
sections.distance(page)
sections.helps(page)
layout.share(page)
