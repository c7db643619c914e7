"""Mode collapse: seen over seeds, explained by the chase, cured, noticed, and cleared of four misconceptions."""

import streamlit as st

from pages.ui import collapse, controls, cures, layout, panels, player, stills
from pages.ui.i18n import t
from pages.ui.runs import Frame
from pages.ui.state import PageState


def view(page: PageState, frame: Frame) -> None:
    collapse.verdicts(page, frame)
    panels.member_picker(page, frame)
    titles = collapse.titles(page, frame)
    plane, numbers = st.columns([5, 4], gap="medium") if len(frame.runs) == 1 else (st.container(), st.container())
    with plane:
        panels.plane(page, frame, titles=titles, height=420)
    collapse.timeline(page, frame)
    with numbers:
        collapse.numbers(page, frame)
    collapse.charts(page, frame)
    stills.expander(page, frame, titles=titles)


page = layout.begin("collapse", collapse.EXPERIMENTS[collapse.FIRST].config, own=(collapse.BESIDE,))
collapse.arrive(page)
controls.sidebar(page, without=collapse.ABOVE)
collapse.experiments(page)
collapse.prediction(page)
player.bar(page)
player.stage(page, view)
why, compared, myths, alarm = st.tabs([t(f"collapse.tab_{name}") for name in ("why", "cures", "myths", "alarm")])
with why:
    st.markdown(t("collapse.why_text"))
with compared:
    cures.section(page)
with myths:
    cures.misconceptions(page)
with alarm:
    collapse.about_the_alarm()
layout.share(page)
