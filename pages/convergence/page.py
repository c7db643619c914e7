"""Convergence: why two players oscillate, in the smallest GAN there is, and what it takes that they do not."""

from functools import partial

from pages.convergence import balance, chart, losses, script, smallest
from pages.convergence.options import OPTIONS
from pages.shared.controls import options
from pages.shared.shell import layout
from pages.shared.views import code

SECTIONS = {"smallest": smallest.section, "two": balance.section, "map": chart.section, "losses": losses.section}

page = layout.begin("convergence", balance.DEFAULT, options=OPTIONS)
section = options.sections(page, "tab")
page.of_runs = section == "two"
SECTIONS[section](page)
code.expander(
    page, script.TOPICS[section], script.runs(page, section),
    calculation=partial(script.calculation, page) if section == "smallest" else None,
)  # fmt: skip
layout.share(page)
