"""The frame of the app: menu, heading, language, footer. `streamlit run app.py`."""

import streamlit as st

from pages.ui import layout, resources, site, url
from pages.ui.i18n import t
from pages.ui.state import app

app().framed = True
url.read_app()
st.set_page_config(page_title=t("app.name"), page_icon="⚔️", layout="wide")
page = st.navigation(site.menu(), expanded=True)
layout.head(page)
page.run()
layout.foot()
resources.page_sent()
