"""The frame of the app: menu, heading, language, footer. `streamlit run app.py`."""

import streamlit as st

from pages.shared.play import resources
from pages.shared.shell import address, layout, site
from pages.shared.shell.i18n import t

address.read_app()
st.set_page_config(page_title=t("app.name"), page_icon="⚔️", layout="wide")
page = st.navigation(site.menu(), expanded=True)
layout.head(page)
page.run()
layout.foot()
resources.page_sent()
