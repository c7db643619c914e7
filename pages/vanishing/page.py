"""Vanishing gradients: the flat curve in theory, inside a running GAN, with G frozen, and what helps."""

from functools import partial

from gan_core.presets import PRESETS
from pages.shared.controls import fields
from pages.shared.controls.options import sections, value
from pages.shared.play import player
from pages.shared.shell import layout, stage
from pages.shared.views import code, foreseen, kept
from pages.vanishing import curves, distance, frozen, helps, optimiser, script, twins
from pages.vanishing.options import LOSSES, OPTIONS, PRESETS_SHOWN, TAB

SECTIONS = {
    "curves": curves.section,
    "twins": twins.introduction,
    "rescaled": optimiser.section,
    "frozen": frozen.section,
    "distance": distance.section,
    "helps": helps.section,
}
OF_CHARTS = ("curves", "rescaled", "frozen", "distance", "helps")  # sections whose slide shows their charts

page = layout.begin("vanishing", PRESETS["vanishing"].config, tuple({"loss": name} for name in LOSSES), options=OPTIONS)
page.titles, page.over, page.also = twins.titles, twins.over, ("updates",)
with stage.settings():
    fields.top(page, PRESETS_SHOWN, ())
    optimiser.control(page)
fields.sidebar(page)
player.stage(page, twins.view, ask=twins.ask, foresee=foreseen.show, charts=value(page, TAB) in OF_CHARTS)
section = sections(page, TAB)
SECTIONS[section](page)
kept.section(page)
calculation, studies = script.CALCULATIONS.get(section), script.STUDIES.get(section)
code.expander(
    page, script.TOPICS.get(section, script.USUAL), script.configs(section, page),
    calculation=calculation and partial(calculation, page), studies=studies and partial(studies, page),
)  # fmt: skip
layout.share(page)
