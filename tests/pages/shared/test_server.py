"""What stands around Streamlit's own server."""

from __future__ import annotations

import asyncio
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
from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from pages.shared.play import moments
from pages.shared.shell import server
from pages.shared.shell.i18n import t
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


def test_so_does_the_answer_to_a_request_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starlette answers those outside of all middleware, unless somebody has done so before."""
    from app import app

    monkeypatch.setattr(moments, "_moments", None)
    said: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "POST", "path": "/moment/token/1", "headers": [], "query_string": b""}
    with pytest.raises(AttributeError):  # for the log
        apart(app({**scope, "root_path": ""}, receive, send))
    start, body = said
    assert start["status"] == 500 and body["body"] == b"Internal Server Error"
    assert {b"x-content-type-options", b"content-security-policy"} <= dict(start["headers"]).keys()


def test_what_nobody_foresaw_is_a_sentence_for_the_visitor_and_a_traceback_in_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(server.st, "error", lambda said, **how: told.append(said))
    with caplog.at_level("ERROR", logger=server.__name__):
        try:
            [][1]
        except IndexError as error:
            assert server.unforeseen(error) is True, "Streamlit would add its own"
    assert told == [t("app.unforeseen")] and told[0].endswith(".") and "IndexError" not in told[0]
    (record,) = (record for record in caplog.records if record.name == server.__name__)
    assert record.exc_info is not None and record.exc_info[0] is IndexError


def test_a_visitor_who_has_left_is_told_nothing_and_the_log_is(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(said: str, **how: object) -> None:
        raise StopException

    monkeypatch.setattr(server.st, "error", gone)
    assert server.unforeseen(ValueError("of a page")) is True
    assert "of a page" in caplog.text


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
            content = b"1" * scope.get("size", 3)
            self.uploaded_file_mgr.add_file(session, UploadedFileRec(file, "table.csv", "text/csv", content))
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


def test_the_uploads_that_are_kept_have_a_size_together(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = Runtime()
    monkeypatch.setattr(server.runtime, "get_instance", lambda: runtime)
    uploads = server.Uploads(runtime.take)
    for i in range(4):
        path = f"/_stcore/upload_file/visitor {i}/run"
        said_by(uploads, {"type": "http", "method": "PUT", "path": path, "size": server.UPLOADS_BYTES // 2})
    assert runtime.kept == [("visitor 2", "run"), ("visitor 3", "run")]


def test_large_uploads_come_one_after_the_other_and_small_ones_when_they_like(monkeypatch: pytest.MonkeyPatch) -> None:
    here: set[str] = set()
    most: list[int] = []

    async def slow(scope: dict[str, Any], _receive: object, send: Any) -> None:
        here.add(scope["path"])
        most.append(sum("large" in path for path in here))
        while "large" in scope["path"] and "small" not in most_small:
            await asyncio.sleep(0)
        here.discard(scope["path"])
        if "small" in scope["path"]:
            most_small.append("small")
        await send({"type": "http.response.start", "status": 400, "headers": []})

    async def both() -> None:
        uploads = server.Uploads(slow)

        async def put(name: str, length: bytes) -> None:
            scope = {"type": "http", "method": "PUT", "path": f"/_stcore/upload_file/{name}/file",
                     "headers": [(b"content-length", length)]}  # fmt: skip
            await uploads(scope, lambda: None, lambda message: asyncio.sleep(0))  # type: ignore[arg-type]

        large = str(server.LARGE + 1).encode()
        await asyncio.gather(put("large 1", large), put("large 2", large), put("large 3", b"-"), put("small", b"9"))

    most_small: list[str] = []
    apart(both())
    assert max(most) == 1 and len(most) == 4


def test_a_large_upload_that_never_comes_does_not_keep_the_next_one_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with a sentence; one that has begun to be answered is only cut."""
    monkeypatch.setattr(server, "LARGE_SECONDS", 0.01)

    async def read(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 400, "headers": []})

    async def never() -> Any:
        await asyncio.Event().wait()

    async def here() -> Any:
        return {"type": "http.request", "body": b""}

    async def both() -> None:
        uploads = server.Uploads(read)

        async def put(receive: Any) -> list[Any]:
            said: list[Any] = []

            async def answer(message: Any) -> None:
                said.append(message)

            headers = [(b"content-length", str(server.LARGE + 1).encode())]
            scope = {"type": "http", "method": "PUT", "path": "/_stcore/upload_file/one/file", "headers": headers}
            await asyncio.wait_for(uploads(scope, receive, answer), timeout=60)
            return said

        slow, quick = await asyncio.gather(put(never), put(here))
        assert (slow[0]["status"], quick[0]["status"]) == (408, 400)
        assert slow[1]["body"].decode().startswith("This upload took longer than ")

    apart(both())


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
