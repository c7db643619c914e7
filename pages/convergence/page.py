"""Convergence: why two players oscillate, in the smallest GAN there is, and what it takes that they do not."""

from pages.convergence import balance, chart, losses, smallest
from pages.convergence.options import OPTIONS
from pages.shared.controls import options
from pages.shared.shell import layout
from pages.shared.views import code

SECTIONS = {"smallest": smallest.section, "two": balance.section, "map": chart.section, "losses": losses.section}

page = layout.begin("convergence", None, options=OPTIONS)
SECTIONS[options.sections(page, "tab")](page)
code.expander(page, ("dirac",))
layout.share(page)
