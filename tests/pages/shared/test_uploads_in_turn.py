"""Files that visitors bring one after the other, through the server's own route and socket: the second one does not
cost what was read of the first."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import uuid4

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import Runtime
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

from gan_core.config import RunConfig
from gan_core.data.points import points_digest
from gan_core.run.saved import save
from gan_core.run.trainer import Trainer
from pages.shared.controls import files
from pages.shared.play import resources
from pages.shared.shell import server
from pages.shared.shell.i18n import t
from tests.pages.shared.test_visits import Tab, served, until

TOKEN = generate_xsrf_token_string().encode()
WIDGET = re.compile(rb"\$\$ID-[0-9a-f]{32}-[\w.~-]+")


class Visitor(Tab):
    """A tab that knows the widgets of its page, and sends with each message all that they are at."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.app, self.errors = app, 0
        self.widgets: set[str] = set()
        self.states: dict[str, WidgetState] = {}

    async def _said(self, message: Any) -> None:
        if message["type"] == "websocket.send":
            self.widgets |= {found.decode() for found in WIDGET.findall(message["bytes"])}
            self.errors += t("app.unforeseen").encode() in message["bytes"]
        await super()._said(message)

    def widget(self, key: str) -> str:
        (found,) = (one for one in self.widgets if one.endswith(f"-{key}"))
        return found

    async def look(self, page: str, query: str = "") -> None:
        before, message = self.finished, BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = page, query
        message.rerun_script.widget_states.widgets.extend(self.states.values())
        self.send(message)
        await until(lambda: self.finished > before)

    async def put(self, name: str, content: bytes) -> str:
        """What the browser sends of a file before it says so."""
        file, body = str(uuid4()), [
            b"--edge", f'Content-Disposition: form-data; name="file"; filename="{name}"'.encode(),
            b"Content-Type: application/octet-stream", b"", content, b"--edge--", b"",
        ]  # fmt: skip
        sent, answered = b"\r\n".join(body), []  # type: ignore[var-annotated]
        scope = {
            "type": "http", "method": "PUT", "path": f"/_stcore/upload_file/{self.session}/{file}", "root_path": "",
            "query_string": b"", "scheme": "http", "server": ("localhost", 80), "http_version": "1.1",
            "headers": [(b"host", b"localhost"), (b"content-type", b"multipart/form-data; boundary=edge"),
                        (b"content-length", str(len(sent)).encode()), (b"x-xsrftoken", TOKEN),
                        (b"cookie", XSRF_COOKIE_NAME.encode() + b"=" + TOKEN)],
        }  # fmt: skip
        asked = iter([{"type": "http.request", "body": sent, "more_body": False}])

        async def receive() -> Any:
            return next(asked, {"type": "http.disconnect"})

        async def answer(message: Any) -> None:
            answered.append(message)

        await self.app(scope, receive, answer)
        assert answered[0]["status"] == 204, answered
        return file

    async def bring(self, key: str, name: str, content: bytes) -> None:
        """Uploads it and says so, as the uploader of this key does."""
        file, widget = await self.put(name, content), self.widget(key)
        state = WidgetState(id=widget)
        state.file_uploader_state_value.uploaded_file_info.add(
            file_id=file, name=name, size=len(content), file_urls=FileURLs(file_id=file)
        )
        self.states[widget] = state


NUMBERS = "\n".join(str(i / 7) for i in range(40)).encode()
MORE = "\n".join(str(1 + i / 9) for i in range(50)).encode()
OWN = "line_p_kind=sample&line_q_kind=sample"


def read_of(visitor: Visitor, side: str) -> Any:
    brought = visitor.state.pages["distances"].choices.get(files.kept(f"line-{side}"))
    return None if brought is None else brought.result


def test_one_brings_numbers_for_p_and_then_for_q() -> None:
    async def visit(app: Any) -> None:
        visitor = Visitor(app)
        await visitor.look("distances", OWN)
        await visitor.bring("line-p-file", "p.csv", NUMBERS)
        await visitor.look("distances", OWN)
        assert len(read_of(visitor, "p")) == 40
        await visitor.bring("line-q-file", "q.csv", MORE)
        await visitor.look("distances", OWN)
        assert len(read_of(visitor, "p")) == 40 and len(read_of(visitor, "q")) == 50
        assert not any(Runtime.instance().uploaded_file_mgr.file_storage.values()), "it was read"  # type: ignore[attr-defined]
        assert not visitor.errors
        await visitor.close(1001)

    served(visit)


def test_after_the_uploads_of_a_class_the_first_ones_next_click_is_heard() -> None:
    async def visit(app: Any) -> None:
        visitor = Visitor(app)
        await visitor.look("distances", OWN)
        await visitor.bring("line-p-file", "p.csv", NUMBERS)
        await visitor.look("distances", OWN)
        manager = Runtime.instance()._session_mgr
        others = [Visitor(app) for _ in range(server.UPLOADS_KEPT)]
        await until(lambda: manager.num_active_sessions() == 1 + len(others))
        ids = [one.session.id for one in manager.list_active_sessions() if one.session.id != visitor.session]
        for other, session in zip(others, ids, strict=True):
            other.session = session
            await other.put("table.csv", NUMBERS)
        button = visitor.widget("distances-line-example-bars")
        visitor.states[button] = WidgetState(id=button, trigger_value=True)
        await visitor.look("distances", OWN)
        assert visitor.state.pages["distances"].words.get("line_p_kind") != "sample", "the click was lost"
        assert len(read_of(visitor, "p")) == 40 and not visitor.errors
        await asyncio.gather(*(one.close(1001) for one in [visitor, *others]))

    served(visit)


def test_one_brings_a_table_and_then_opens_a_run() -> None:
    async def visit(app: Any) -> None:
        visitor, brought = Visitor(app), b"x,y\n" + b"\n".join(b"%d,%d" % (i, i * i % 17) for i in range(60))
        trainer = Trainer(RunConfig.of(batch=8, g_layers=(8,), d_layers=(8,), seed=4, steps=40))
        example = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
        resources.keep_table(points_digest(example), example)
        query = f"data=custom&points={points_digest(example)}"
        await visitor.look("play_2d", query)
        await visitor.bring("play_2d-points-file", "table.csv", brought)
        await visitor.look("play_2d", query)
        page = visitor.state.pages["play_2d"]
        assert len(page.choices[files.kept("points")].result) == 60
        box = visitor.widget("play_2d-saved")
        visitor.states[box] = WidgetState(id=box, bool_value=True)
        await visitor.look("play_2d")
        await visitor.bring("play_2d-saved-file", "run.safetensors", save(trainer))
        await visitor.look("play_2d")
        assert page.config == trainer.config and page.problem == "" and not visitor.errors
        await visitor.close(1001)

    served(visit)
