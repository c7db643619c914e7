"""Mode collapse: seen over seeds, explained by the chase, cured, noticed, and cleared of four misconceptions."""

import streamlit as st

from pages.collapse import mitigations, modes
from pages.shared.controls import fields
from pages.shared.play import player
from pages.shared.play.runs import Frame
from pages.shared.shell import layout
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import panels, stills


def view(page: PageState, frame: Frame) -> None:
    modes.verdicts(page, frame)
    panels.member_picker(page, frame)
    titles = modes.titles(page, frame)
    plane, numbers = st.columns([5, 4], gap="medium") if len(frame.runs) == 1 else (st.container(), st.container())
    with plane:
        panels.plane(page, frame, titles=titles, height=420)
    modes.timeline(page, frame)
    with numbers:
        modes.numbers(page, frame)
    modes.charts(page, frame)
    stills.expander(page, frame, titles=titles)


page = layout.begin("collapse", modes.EXPERIMENTS[modes.FIRST].config, own=(modes.BESIDE,))
modes.arrive(page)
fields.sidebar(page, without=modes.ABOVE)
modes.experiments(page)
modes.prediction(page)
player.bar(page)
player.stage(page, view)
why, compared, myths, alarm = st.tabs([t(f"collapse.tab_{name}") for name in ("why", "cures", "myths", "alarm")])
with why:
    st.markdown(t("collapse.why_text"))
with compared:
    mitigations.section(page)
with myths:
    mitigations.misconceptions(page)
with alarm:
    modes.about_the_alarm()
layout.share(page)
