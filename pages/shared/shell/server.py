"""What the server adds around Streamlit's own: what happens before the first visitor and after the last one, headers of
every answer, bounds for uploads, who said goodbye, and what becomes of an error that nobody foresaw.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import re
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
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
UPLOADS_KEPT = 32  # of all visitors together, …
UPLOADS_BYTES = 60_000_000  # … and so large together: a file is read when it comes, and not needed afterwards
LARGE = 5_000_000  # bytes; such uploads, which runs of digits are, come one after the other, …
LARGE_SECONDS = 120.0  # … and each in that time: 42 MB at 3 megabits a second


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
    """Every answer says that it is what its type says, and whose pages may show it in a frame; so does the answer to a
    request that failed, which would otherwise be given outside of all middleware.

    X-Frame-Options is left out: it knows no list, and browsers that know frame-ancestors ignore it.
    """

    def __init__(self, app: ASGIApp, ancestors: str) -> None:
        self.app, self.ancestors = app, ancestors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answered = False

        async def answer(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Content-Security-Policy"] = f"frame-ancestors {self.ancestors}"
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception:
            if not answered:
                await PlainTextResponse("Internal Server Error", 500)(scope, receive, answer)
            raise  # for the log


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
    session only the last one is kept, and of all sessions the last UPLOADS_KEPT that have UPLOADS_BYTES together. Of
    large ones, each of which is in memory twice while it comes, one comes at a time, and no longer than LARGE_SECONDS:
    the next one waits for it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: OrderedDict[str, tuple[str, int]] = OrderedDict()  # session → file and bytes, the oldest first
        self._large = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "PUT" or UPLOAD not in scope["path"]:
            await self.app(scope, receive, send)
            return
        taken = False

        async def answer(message: Message) -> None:
            nonlocal taken
            taken = taken or (message["type"] == "http.response.start" and message["status"] < 300)
            await send(message)

        if _length(scope) <= LARGE:
            await self.app(scope, receive, answer)
        else:
            await self._in_turn(scope, receive, answer)
        manager = runtime.get_instance().uploaded_file_mgr if taken else None
        if isinstance(manager, MemoryUploadedFileManager):
            session, _, file = scope["path"].partition(UPLOAD)[2].partition("/")
            self._keep(manager, session, file)

    async def _in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._large:
            try:
                async with asyncio.timeout(LARGE_SECONDS):
                    await self.app(scope, receive, send)
            except TimeoutError:
                said = t("app.upload_slow", size=f"{LARGE / 1e6:.0f}", seconds=f"{LARGE_SECONDS:.0f}")
                await PlainTextResponse(said, 408, {"Connection": "close"})(scope, receive, send)

    def _keep(self, manager: MemoryUploadedFileManager, session: str, file: str) -> None:
        old, _ = self._kept.pop(session, (file, 0))
        if old != file:
            manager.remove_file(session, old)
        self._kept[session] = file, sum(len(one.data) for one in manager.get_files(session, [file]))
        while len(self._kept) > UPLOADS_KEPT or sum(size for _, size in self._kept.values()) > UPLOADS_BYTES:
            session, (file, _) = self._kept.popitem(last=False)
            manager.remove_file(session, file)


def _length(scope: Scope) -> float:
    """Bytes of a request's body, as it says; as large as can be where it says none."""
    said = dict(scope["headers"]).get(b"content-length", b"")
    return int(said) if said.isdigit() and len(said) < 16 else math.inf
