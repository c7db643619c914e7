"""What stands around Streamlit's own server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from pages.shared.shell import server
from tests.apart import apart


def said_by(app: ASGIApp, scope: dict[str, Any], *heard: dict[str, Any]) -> list[dict[str, Any]]:
    """What a server that hears these messages sends back."""
    messages, said = list(heard), []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        said.append(message)

    apart(app({"headers": [], "query_string": b"", "root_path": "", **scope}, receive, send))
    return said


def app(**environment: str) -> Starlette:
    async def hello(_request: object) -> PlainTextResponse:
        return PlainTextResponse("hello")

    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(await socket.receive_text())

    return Starlette(
        routes=[Route("/", hello), WebSocketRoute("/echo", echo)], middleware=server.middleware(environment)
    )


def headers(app: ASGIApp, path: str = "/") -> dict[bytes, bytes]:
    start, *_ = said_by(app, {"type": "http", "method": "GET", "path": path}, {"type": "http.request"})
    return dict(start["headers"])


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_every_answer_says_who_may_frame_it_and_that_its_type_is_meant(path: str) -> None:
    said = headers(app(), path)
    assert said[b"x-content-type-options"] == b"nosniff"
    assert (
        said[b"content-security-policy"] == b"frame-ancestors 'self' https://*.streamlit.app https://share.streamlit.io"
    )


def test_a_course_may_embed_the_app() -> None:
    said = headers(app(GAN_EXPLORER_FRAME_ANCESTORS="'self'  https://course.example.org:8443"))
    assert said[b"content-security-policy"] == b"frame-ancestors 'self' https://course.example.org:8443"


def test_sockets_pass_untouched() -> None:
    text = {"type": "websocket.receive", "text": "as it was"}
    _accept, said = said_by(app(), {"type": "websocket", "path": "/echo"}, {"type": "websocket.connect"}, text)
    assert said == {"type": "websocket.send", "text": "as it was"}


class Runtime:
    """As much of Streamlit's as uploads need."""

    def __init__(self) -> None:
        self.uploaded_file_mgr = MemoryUploadedFileManager("/upload")

    async def take(self, scope: dict[str, Any], _receive: object, send: Any) -> None:
        """An upload, as Streamlit answers it; of a session that is over it takes none."""
        session, file = scope["path"].split("/")[-2:]
        if session != "over":
            self.uploaded_file_mgr.add_file(session, UploadedFileRec(file, "table.csv", "text/csv", b"1,2"))
        await send({"type": "http.response.start", "status": 400 if session == "over" else 204, "headers": []})

    @property
    def kept(self) -> list[tuple[str, str]]:
        return [(session, file) for session, files in self.uploaded_file_mgr.file_storage.items() for file in files]


def test_of_replaced_uploads_the_last_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = Runtime()
    monkeypatch.setattr(server.runtime, "get_instance", lambda: runtime)
    uploads = server.Uploads(runtime.take)

    def put(session: str, file: str, method: str = "PUT") -> None:
        said_by(uploads, {"type": "http", "method": method, "path": f"/below/_stcore/upload_file/{session}/{file}"})

    for i in range(520):
        put("one", str(i))
    put("another", "first")
    put("over", "none")
    assert runtime.kept == [("one", "519"), ("another", "first")]
    put("one", "519")  # sent twice
    assert ("one", "519") in runtime.kept
    for i in range(server.UPLOADS_KEPT):
        put(f"visitor {i}", "table")
    assert runtime.kept == [(f"visitor {i}", "table") for i in range(server.UPLOADS_KEPT)]


@pytest.mark.parametrize(
    "setting", ["*", "'none'", "https:", "course.example.org", "https://*.example.org/", "http://localhost:*"]
)
def test_places_that_may_be_set(setting: str) -> None:
    assert server.frame_ancestors(setting) == setting


@pytest.mark.parametrize(
    "setting",
    ["https://a.example; script-src *", "a\r\nX-Other: 1;", "self'", "javascript:alert(1)", "https://é.example"],
)
def test_what_is_no_place_is_refused_in_a_sentence(setting: str) -> None:
    with pytest.raises(ValueError, match=r"GAN_EXPLORER_FRAME_ANCESTORS holds .* separated by spaces\."):
        server.frame_ancestors(setting)


WARM = """
import asyncio, gc, sys
from pages.shared.play import resources
from pages.shared.shell import server

async def visit():
    async with server.lifespan(None):
        wanted = {*resources.LATE, *resources._modules(), "plotly.graph_objects"}
        assert wanted <= set(sys.modules), wanted - set(sys.modules)
        assert gc.get_freeze_count()

asyncio.run(visit())
"""


def test_nobody_is_let_in_before_all_that_pages_need_is_there() -> None:
    run = subprocess.run([sys.executable, "-c", WARM], cwd=Path(__file__).parents[3], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
