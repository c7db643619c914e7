"""Play in 2-D: every setting, the live plane, the curves and the scores of one run or several seeds."""

import streamlit as st

from gan_core.presets import PRESETS
from pages.play_2d import optimum
from pages.shared.controls import fields, saved
from pages.shared.play import player
from pages.shared.play.runs import Frame
from pages.shared.shell import layout
from pages.shared.shell.state import PageState
from pages.shared.views import code, kept, points, statistics, stills

SHOWN = [name for name, preset in PRESETS.items() if not preset.config.data.is_image and not name.startswith("bench_")]


def view(page: PageState, frame: Frame) -> None:
    points.member_picker(page, frame)
    left, right = st.columns([5, 4], gap="medium")
    with left:
        points.plane(page, frame)
        statistics.members(page, frame)
    with right:
        statistics.scores(page, frame)
        statistics.curves(page, frame, ("losses", "outputs"), height=105)
    statistics.curves(page, frame, ("histogram", "gradients"))
    optimum.curve(page, frame)
    stills.expander(page, frame)


page = layout.begin("play_2d")
fields.sidebar(page)
fields.top(page, SHOWN)
player.bar(page)
player.stage(page, view)
kept.section(page)
code.expander(page, ("modes", "w1", "jsd", "optimum"))
layout.share(page)
saved.expander(page)
