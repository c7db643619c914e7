"""Distances: two distributions to shape, what each divergence adds up, and what samples make of it."""

from pages.distances import fit, game, line, plane, size
from pages.distances.options import OPTIONS
from pages.shared.controls import options
from pages.shared.shell import layout
from pages.shared.views import code

SECTIONS = {
    "line": line.section, "plane": plane.section, "fit": fit.section, "size": size.section, "game": game.section,
}  # fmt: skip

page = layout.begin("distances", None, options=OPTIONS)
SECTIONS[options.sections(page, "tab")](page)
code.expander(page, ("divergences", "optimum", "w1", "jsd"))
layout.share(page)
