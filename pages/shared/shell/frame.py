"""The frame around every page: menu, heading, language, footer. The script that Streamlit runs for every visitor.

It lies here and not beside `app.py`: beside a folder `pages` Streamlit would first look for pages by itself, and tell
the first visitor of a deep link that there is no such page.
"""

import streamlit as st

from pages.shared.play import resources
from pages.shared.shell import address, i18n, layout, site
from pages.shared.shell.i18n import t
from pages.shared.shell.state import app


def show() -> None:
    with resources.pool().going_first():
        address.read_app()
        with i18n.speaking(app().language):  # of a thousand words a page no one has to ask the session
            _show()


def _show() -> None:
    st.set_page_config(page_title=t("app.name"), page_icon="⚔️", layout="wide")
    page = st.navigation(site.menu(), expanded=True)
    layout.head(page)
    page.run()
    layout.onward(page)
    layout.foot()
    resources.page_sent()


if __name__ == "__main__":
    show()
