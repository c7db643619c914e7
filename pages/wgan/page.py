"""GAN against WGAN: side by side, the critic's shape, two games in which everything is known, and digits."""

from functools import partial

import streamlit as st

from pages.shared.shell import layout
from pages.shared.shell.i18n import t
from pages.shared.shell.state import app
from pages.shared.views import code
from pages.wgan import beside, critic, digits, line, lines, script
from pages.wgan.comparison import titles
from pages.wgan.options import DEFAULTS, OPTIONS, PARTS, arrive

SECTIONS = {
    "beside": beside.section, "critic": critic.section, "line": line.section, "lines": lines.section,
    "digits": digits.section,
}  # fmt: skip

# of each part: what is shown beside its runs, and whether it has any
BEHIND = {
    "beside": (("w1", "modes", "slopes"), True), "critic": (("slopes", "w1", "jsd"), True),
    "line": (("optimal_critic", "on_line", "duel"), False), "lines": (("parallel_lines", "game_of_lines"), False),
    "digits": (("fid",), True),
}  # fmt: skip
OVER = {"beside": beside.over, "critic": critic.over}  # the curves of a slide

part = layout.part("wgan", PARTS) or PARTS[0]
page = layout.begin("wgan", DEFAULTS[part], options=OPTIONS[part], part="" if part == PARTS[0] else part)
arrive(page, part)
layout.part_picker("wgan", PARTS)
page.titles, page.over = partial(titles, part=part), OVER.get(part)
SECTIONS[part](page)
st.markdown(t(f"wgan.about_{part}"))
topics, runs = BEHIND[part]
calculation, studies = script.CALCULATIONS.get(part), script.STUDIES.get(part)
code.expander(
    page, topics, None if runs else (), calculation=calculation and partial(calculation, page),
    studies=studies and partial(studies, page),
)  # fmt: skip
if not app().staged:
    layout.share(page)
