"""The buttons of a player, which all are made here.

    button(page, "reset", "restart_alt", action)              # t("player.reset"), with a tooltip t("player.reset_help")
    button(page, "play", "play_arrow", action, in_turn=True)  # where it is pressed Pause comes: without a tooltip

Under a pointer that stays where it is, a button that takes another one's place inherits its tooltip, open, and whatever
is pressed next has no pointer that could leave: the tooltip stays over what is beside it. So buttons that take turns
have none, and what one should know of them stands on the page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState


def button(
    page: PageState, name: str, icon: str, action: Callable[[], None], *, of: str = "player", in_turn: bool = False,
    step: str = "", **how: Any,
) -> None:  # fmt: skip
    """Calls `action` when it is pressed. Its words are those of `of`; `step` stands in its tooltip."""
    told = None if in_turn else t(f"{of}.{name}_help", step=step)
    st.button(
        t(f"{of}.{name}"), key=f"{page.name}-{name}", icon=f":material/{icon}:", on_click=action, help=told, **how
    )
