"""Distances: two distributions to shape, what each divergence adds up, and what samples make of it."""

from functools import partial

from pages.distances import fit, game, line, plane, script, size
from pages.distances.options import OPTIONS
from pages.shared.controls import options
from pages.shared.shell import layout
from pages.shared.views import code

SECTIONS = {
    "line": line.section, "plane": plane.section, "fit": fit.section, "size": size.section, "game": game.section,
}  # fmt: skip

page = layout.begin("distances", None, options=OPTIONS)
section = options.sections(page, "tab")
SECTIONS[section](page)
code.expander(page, script.TOPICS[section], calculation=partial(script.calculation, page, section))
layout.share(page)
