"""Mode collapse: seen over seeds, explained by the chase, mitigated, noticed, and cleared of four misconceptions."""

import streamlit as st

from pages.collapse import misconceptions, mitigations, numbers, options, timeline, verdicts
from pages.shared.controls import fields
from pages.shared.controls.options import sections, value
from pages.shared.play import player
from pages.shared.play.runs import Frame
from pages.shared.shell import layout, stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import code, foreseen, kept, points, stills

SECTIONS = {
    "why": lambda page: st.markdown(t("collapse.why_text")),
    "mitigations": mitigations.section,
    "myths": misconceptions.section,
    "alarm": lambda page: verdicts.about_the_alarm(),
}
OF_CHARTS = ("mitigations", "myths", "alarm")  # sections whose slide shows their charts


def view(page: PageState, frame: Frame) -> None:
    titles = options.titles(page, frame)
    with stage.area("verdict"):
        verdicts.verdicts(page, frame)
        points.member_picker(page, frame)
    runs, seeds = len(frame.runs), len(points.members_shown(page, frame.runs[0]))
    with stage.picture(panels=max(runs, seeds)):  # one run lies as its recording does: the plane, the strips beside it
        if runs > 1:
            timeline.timeline(page, frame)
        elif seeds > 1:
            planes, strips = st.columns([5, 4], gap="medium")
            with planes:
                points.plane(page, frame)
            with strips:
                timeline.timeline(page, frame)
        else:
            points.plane(page, frame)
    with stage.rail():
        if runs > 1:
            points.plane(page, frame, titles=titles)
        elif seeds == 1:
            timeline.timeline(page, frame)
        verdicts.prediction(page)
    with stage.below():
        numbers.numbers(page, frame)
        foreseen.show(page, frame)
        timeline.charts(page, frame)
        stills.expander(page, frame, titles=titles)


page = layout.begin("collapse", options.SCENARIOS[options.FIRST].config, options=options.OPTIONS)
page.titles, page.over = options.titles, timeline.over
options.arrive(page)
with stage.settings():
    options.controls(page)
fields.sidebar(page, without=options.ABOVE)
player.stage(page, view, ask=verdicts.prediction, foresee=foreseen.show, charts=value(page, options.TAB) in OF_CHARTS)
SECTIONS[sections(page, options.TAB)](page)
kept.section(page)
code.expander(page, ("modes", "spread"))
layout.share(page)
