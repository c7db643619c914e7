"""Vanishing gradients: inside a running GAN, the flat curve in theory, with G frozen, and what helps."""

from functools import partial

from gan_core.presets import PRESETS
from pages.shared.controls import fields
from pages.shared.controls.options import sections
from pages.shared.play import player
from pages.shared.shell import layout, stage
from pages.shared.shell.state import PageState
from pages.shared.views import code, foreseen, kept
from pages.vanishing import curves, distance, frozen, helps, optimiser, script, twins
from pages.vanishing.options import LOSSES, OPTIONS, PRESETS_SHOWN, TAB


def trained(page: PageState) -> None:
    """The twins, which a visitor trains."""
    page.titles, page.over, page.also = twins.titles, twins.over, ("updates",)
    with stage.settings():
        fields.top(page, PRESETS_SHOWN, ())
        optimiser.control(page)
    fields.sidebar(page)
    player.stage(page, twins.view, ask=twins.ask, foresee=foreseen.show)
    twins.introduction()
    kept.section(page)


SECTIONS = {
    "twins": trained,
    "curves": curves.section,
    "rescaled": optimiser.section,
    "frozen": frozen.section,
    "distance": distance.section,
    "helps": helps.section,
}

page = layout.begin("vanishing", PRESETS["vanishing"].config, tuple({"loss": name} for name in LOSSES), options=OPTIONS)
section = sections(page, TAB)
page.of_runs = section == "twins"
SECTIONS[section](page)
calculation, studies = script.CALCULATIONS.get(section), script.STUDIES.get(section)
code.expander(
    page, script.TOPICS.get(section, script.USUAL), script.configs(section),
    calculation=calculation and partial(calculation, page), studies=studies and partial(studies, page),
)  # fmt: skip
layout.share(page)
