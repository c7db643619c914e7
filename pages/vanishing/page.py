"""Vanishing gradients: the flat curve in theory, inside a running GAN, with G frozen, and what helps."""

from gan_core.presets import PRESETS
from pages.shared.controls import fields
from pages.shared.controls.options import sections
from pages.shared.play import player
from pages.shared.shell import layout, stage
from pages.shared.views import code, kept
from pages.vanishing import curves, distance, frozen, helps, optimiser, twins
from pages.vanishing.options import LOSSES, OPTIONS, PRESETS_SHOWN, TAB

SECTIONS = {
    "curves": curves.section,
    "twins": twins.introduction,
    "rescaled": optimiser.section,
    "frozen": frozen.section,
    "distance": distance.section,
    "helps": helps.section,
}

page = layout.begin("vanishing", PRESETS["vanishing"].config, tuple({"loss": name} for name in LOSSES), options=OPTIONS)
with stage.settings():
    fields.top(page, PRESETS_SHOWN, ())
    optimiser.control(page)
fields.sidebar(page)
player.stage(page, twins.view, ask=twins.ask)
SECTIONS[sections(page, TAB)](page)
kept.section(page)
code.expander(page, ("saturation",))
layout.share(page)
