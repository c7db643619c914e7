"""What the server adds around Streamlit's own: what happens before the first visitor and after the last one, headers of
every answer, bounds for uploads, who said goodbye, and what becomes of an error that nobody foresaw.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import RerunException, StopException

from pages.shared.play import resources, visits
from pages.shared.shell import lighter, mended
from pages.shared.shell.i18n import t

log = logging.getLogger(__name__)

ANCESTORS_VARIABLE = "GAN_EXPLORER_FRAME_ANCESTORS"
# Community Cloud shows every app in a frame of its own pages, which Streamlit's list of hosts knows by these names.
# Other apps there may frame this one then; there is nothing behind a login here that a stolen click could give away.
ANCESTORS_DEFAULT = "'self' https://*.streamlit.app https://share.streamlit.io"
ANCESTOR = re.compile(r"'self'|'none'|\*|https?:|(https?://)?(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:(\d+|\*))?/?")

STREAM = "/_stcore/stream"  # how the path of Streamlit's own socket ends

UPLOAD = "/_stcore/upload_file/"  # in the path of an upload: behind it the session and the file
UPLOADS_KEPT = 32  # of all visitors together: a file is read when it comes, and not needed afterwards


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Everything is warm before the first visitor is let in, and every run ends with the server."""
    lighter.apply()
    mended.apply()
    resources.warm_up()
    try:
        yield
    finally:
        resources.end()


def unforeseen(error: Exception) -> bool:
    """The visitor reads a sentence, unless the page is made anew or nobody is left to read it; the log has the
    traceback. True: Streamlit adds nothing."""
    log.error("a page failed", exc_info=error)
    with suppress(RerunException, StopException):
        st.error(t("app.unforeseen"), icon=":material/error:")
    return True


def middleware(environment: Mapping[str, str] = os.environ) -> list[Middleware]:
    """What every request passes, outermost first. Raises ValueError on a setting that is none."""
    ancestors = frame_ancestors(environment.get(ANCESTORS_VARIABLE, ""))
    return [Middleware(Headers, ancestors=ancestors), Middleware(Uploads), Middleware(Farewells)]


def frame_ancestors(setting: str) -> str:
    """Who may show the app in a frame, as the header says it; `setting` adds nothing but replaces the default.

    Raises ValueError with a sentence: what is no list of sources could end the header and begin another.
    """
    sources = setting.split() or ANCESTORS_DEFAULT.split()
    for source in sources:
        if not ANCESTOR.fullmatch(source):
            raise ValueError(
                f"{ANCESTORS_VARIABLE} holds {source!r}, which is no place on the web; write 'self', 'none' or "
                "the addresses of the pages that show the app, as in 'self' https://course.example.org, separated by "
                "spaces."
            )
    return " ".join(sources)


class Headers:
    """Every answer says that it is what its type says, and whose pages may show it in a frame.

    X-Frame-Options is left out: it knows no list, and browsers that know frame-ancestors ignore it.
    """

    def __init__(self, app: ASGIApp, ancestors: str) -> None:
        self.app, self.ancestors = app, ancestors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Content-Security-Policy"] = f"frame-ancestors {self.ancestors}"
            await send(message)

        await self.app(scope, receive, answer if scope["type"] == "http" else send)


class Farewells:
    """Tells `visits` how the connections of Streamlit's own socket end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or not scope["path"].endswith(STREAM):
            await self.app(scope, receive, send)
            return
        connection, header = secrets.token_hex(16), visits.HEADER.encode()
        headers = [(name, value) for name, value in scope["headers"] if name.lower() != header]
        session: str | None = None
        code: int | None = None

        async def heard() -> Message:
            nonlocal session, code
            message = await receive()
            session = session or visits.session_of(connection)  # while the session still has this connection
            if message["type"] == "websocket.disconnect":
                code = message.get("code")
            return message

        try:
            await self.app({**scope, "headers": [*headers, (header, connection.encode())]}, heard, send)
        finally:
            if session is not None:
                visits.left(session, code)


class Uploads:
    """Streamlit keeps every file that was ever sent until its session ends, also those that another has replaced. Of a
    session only the last one is kept, and of all sessions the last UPLOADS_KEPT."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: OrderedDict[str, str] = OrderedDict()  # session → file, the oldest first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "PUT" or UPLOAD not in scope["path"]:
            await self.app(scope, receive, send)
            return
        taken = False

        async def answer(message: Message) -> None:
            nonlocal taken
            taken = taken or (message["type"] == "http.response.start" and message["status"] < 300)
            await send(message)

        await self.app(scope, receive, answer)
        if taken:
            session, _, file = scope["path"].partition(UPLOAD)[2].partition("/")
            if (old := self._kept.pop(session, file)) != file:
                self._forget(session, old)
            self._kept[session] = file
            while len(self._kept) > UPLOADS_KEPT:
                self._forget(*self._kept.popitem(last=False))

    def _forget(self, session: str, file: str) -> None:
        manager = runtime.get_instance().uploaded_file_mgr
        if isinstance(manager, MemoryUploadedFileManager):
            manager.remove_file(session, file)
