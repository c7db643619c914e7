"""Convergence: why two players oscillate, in the smallest GAN there is, and what it takes that they do not."""

from functools import partial

from pages.convergence import balance, chart, losses, script, smallest
from pages.convergence.options import OPTIONS, SECTIONS, TAB
from pages.shared.shell import layout
from pages.shared.views import code

DRAWN = {"smallest": smallest.section, "two": balance.section, "map": chart.section, "losses": losses.section}

section = layout.part("convergence", SECTIONS, TAB)
trains = section == "two"  # the only one with runs, whose fields are called as some of the other sections' options are
page = layout.begin(
    "convergence", balance.DEFAULT if trains else None, options={} if trains else OPTIONS, part=section, word=TAB,
    own=trains,
)  # fmt: skip
layout.part_picker("convergence", SECTIONS, TAB)
section = section or SECTIONS[0]
DRAWN[section](page)
code.expander(
    page, script.TOPICS[section], script.runs(page, section),
    calculation=partial(script.calculation, page) if section == "smallest" else None,
)  # fmt: skip
layout.share(page)
