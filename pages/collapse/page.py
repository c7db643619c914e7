"""Mode collapse: seen over seeds, explained by the chase, mitigated, noticed, and cleared of four misconceptions."""

import streamlit as st

from pages.collapse import misconceptions, mitigations, numbers, options, timeline, verdicts
from pages.shared.controls import fields
from pages.shared.play import player
from pages.shared.play.runs import Frame
from pages.shared.shell import layout
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import code, kept, points, stills


def view(page: PageState, frame: Frame) -> None:
    verdicts.verdicts(page, frame)
    points.member_picker(page, frame)
    titles = options.titles(page, frame)
    plane, scores = st.columns([5, 4], gap="medium") if len(frame.runs) == 1 else (st.container(), st.container())
    with plane:
        points.plane(page, frame, titles=titles, height=420)
    timeline.timeline(page, frame)
    with scores:
        numbers.numbers(page, frame)
    timeline.charts(page, frame)
    stills.expander(page, frame, titles=titles)


page = layout.begin("collapse", options.SCENARIOS[options.FIRST].config, options=options.OPTIONS)
options.arrive(page)
fields.sidebar(page, without=options.ABOVE)
options.controls(page)
verdicts.prediction(page)
player.bar(page)
player.stage(page, view)
why, compared, myths, alarm = st.tabs([t(f"collapse.tab_{name}") for name in ("why", "mitigations", "myths", "alarm")])
with why:
    st.markdown(t("collapse.why_text"))
with compared:
    mitigations.section(page)
with myths:
    misconceptions.section(page)
with alarm:
    verdicts.about_the_alarm()
kept.section(page)
code.expander(page, ("modes", "spread"))
layout.share(page)
