"""What has a part of a page look again whenever there is something new: what is sent."""

from __future__ import annotations

import streamlit as st

from gan_core.packing import pack

from .component import mount


def waiting(key: str, *, token: str, count: int) -> None:
    """From now on the browser listens to the socket with that token, and has this part of the page look again where
    that counts further than `count`. Where no socket gets through it looks once a second."""
    with st.container(key=f"{key}-place"):  # which style.css hides
        mount("waiting", key, pack({"key": key, "token": token, "count": count}), on_look_change=lambda: None)
