"""Vanishing gradients: the flat curve in theory, inside a running GAN, with G frozen, and what helps."""

from gan_core.presets import PRESETS
from pages.shared.controls import fields
from pages.shared.play import player
from pages.shared.shell import layout
from pages.shared.views import code, kept
from pages.vanishing import curves, distance, frozen, helps, optimiser, twins
from pages.vanishing.options import LOSSES, OPTIONS, PRESETS_SHOWN

page = layout.begin("vanishing", PRESETS["vanishing"].config, tuple({"loss": name} for name in LOSSES), options=OPTIONS)
curves.section(page)
twins.introduction()
fields.sidebar(page)
optimiser.control(page)
fields.top(page, PRESETS_SHOWN, ())
player.bar(page)
twins.ask(page)
player.stage(page, twins.view)
optimiser.section(page)
frozen.section(page)
distance.section(page)
helps.section(page)
kept.section(page)
code.expander(page, ("saturation",))
layout.share(page)
