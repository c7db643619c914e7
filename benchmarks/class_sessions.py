"""A class of real sessions on one server, without a browser: `python -m benchmarks.class_sessions --sessions 30`.

Every visitor speaks Streamlit's own protocol (a websocket, the protobufs of the installed package, the cache of
messages, the elements that come and go), opens the socket of the live pictures and says for each packet that it was
drawn. The server is started as the README says, with a `sitecustomize` that writes down every two seconds what it
holds: memory, threads, files, and every run in the pool.

Three lessons. "equal": all train one and the same run and watch it: throughput and fairness. "mixed": pages by deep
link, Play, Pause, looks back, controls, other pages, reloads, tabs that vanish without a word: waiting times and what
is left over. "controls": a rate or a button of the player twice a second, page after page: what a script run costs
beside them, best with one session. `--classes 10` has as many lessons after one another on one server, and tells the
memory after each. Prints one JSON object a lesson; `--markdown` a line of a table. Exit status 1 if the log has a
traceback, a run outlived its visitors by ten seconds, or a click was not answered.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

T = TypeVar("T")

PATIENCE = 60.0  # seconds until a click counts as not answered
NOTICED = 75.0  # seconds until a tab that vanished is gone: a ping, its answer's time, and what is kept for its return
KEY = re.compile(r"^\$\$ID-[0-9a-f]+-(.*)$")  # of a widget's id: the key that the app gave it
GOING_AWAY = 1001  # what a browser says when a page is loaded anew
NOT_KNOWN = 1008  # the server has no runs of this token (any more)
SETTLED = 10.0  # seconds in which a page that has lost its runs says the token of the next ones
DRAWING = 0.02  # seconds that a browser takes for a packet
CRASH = re.compile(r"^Traceback \(most recent call last\):\n(?:[ \t]+.*\n|\n)*([\w.]+.*)", re.MULTILINE)
FAREWELLS = ("WebSocketDisconnect", "ClientDisconnected")  # a tab that went while it was written to
DONE = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}

SPY = """
import functools, json, os, sys, threading, time
scripts = []  # of the script runs that ended beside a run that trains: what ran, seconds of processor time
def timed(script):
    @functools.wraps(script)
    def run(runner, asked):
        worked = time.thread_time()
        try:
            return script(runner, asked)
        finally:
            if any(t.name.startswith("pool-") and any(j.state == "running" for j in t._target.__self__._jobs)
                   for t in threading.enumerate() if getattr(t, "_target", None) is not None):
                kind = "fragment" if asked.fragment_id_queue or asked.fragment_id else "page"
                scripts.append([kind, time.thread_time() - worked])
    return run
def look():
    while True:
        time.sleep(2)
        try:
            runner = getattr(sys.modules.get("streamlit.runtime.scriptrunner.script_runner"), "ScriptRunner", None)
            if runner is not None and not hasattr(runner._run_script, "__wrapped__"):
                runner._run_script = timed(runner._run_script)
            pools = {id(t._target.__self__): t._target.__self__ for t in threading.enumerate()
                     if t.name.startswith("pool-") and getattr(t, "_target", None) is not None}
            jobs = [j for p in list(pools.values()) for j in list(p._jobs)]
            smaps = dict(l.split(":") for l in open("/proc/self/smaps_rollup").read().splitlines()[1:])
            status = dict(l.split(":", 1) for l in open("/proc/self/status").read().splitlines())
            runtime = sys.modules.get("streamlit.runtime.runtime")
            sessions = len(runtime.Runtime._instance._session_mgr.list_sessions()) if runtime else 0
            line = {"t": time.time(), "rss": int(status["VmRSS"].split()[0]) // 1024,
                    "anon": int(smaps["Anonymous"].split()[0]) // 1024, "cpu": sum(os.times()[:2]),
                    "threads": threading.active_count(), "tasks": len(os.listdir("/proc/self/task")),
                    "fds": len(os.listdir("/proc/self/fd")), "pools": len(pools), "sessions": sessions,
                    "pandas": "pandas" in sys.modules,
                    "scripts": [scripts.pop() for _ in range(len(scripts))],
                    "jobs": [[id(j), j.state, j.step_count] for j in jobs]}
            with open(os.environ["GAN_SPY"], "a") as file:
                file.write(json.dumps(line) + "\\n")
        except Exception as error:
            with open(os.environ["GAN_SPY"] + ".error", "a") as file:
                file.write(repr(error) + "\\n")
if os.environ.get("GAN_SPY") and "streamlit" in " ".join(sys.orig_argv):
    threading.Thread(target=look, daemon=True, name="spy").start()
"""


# ── the server ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Server:
    port: int
    process: subprocess.Popen
    folder: Path

    @property
    def log(self) -> str:
        return (self.folder / "log.txt").read_text(errors="replace")

    @property
    def spied(self) -> list[dict[str, Any]]:
        file = self.folder / "spy.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def crashes(self) -> list[str]:
        return [said[:200] for said in CRASH.findall(self.log) if not any(word in said for word in FAREWELLS)]


@contextlib.contextmanager
def serve(root: Path, folder: Path, prefix: tuple[str, ...] = (), **options: Any) -> Iterator[Server]:
    """`streamlit run app.py` on a free loopback port, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "spy").mkdir(exist_ok=True, parents=True)
    (folder / "spy" / "sitecustomize.py").write_text(SPY)
    (folder / "spy.jsonl").unlink(missing_ok=True)
    options = {"server.headless": "true", "server.address": "127.0.0.1", "server.port": port} | options
    command = [*prefix, sys.executable, "-m", "streamlit", "run", "app.py", *(f"--{k}={v}" for k, v in options.items())]
    paths = os.pathsep.join([str(folder / "spy"), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    environment = {**os.environ, "PYTHONPATH": paths, "GAN_SPY": str(folder / "spy.jsonl")}
    with (folder / "log.txt").open("w") as output:
        process = subprocess.Popen(
            command, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    server = Server(port, process, folder)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).close()
                break
            time.sleep(0.2)
        else:
            raise RuntimeError(f"The server did not start. It said:\n{server.log}")
        yield server
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# ── one browser tab ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Node:
    element: Any  # the proto of the element itself: Button, Slider, …
    kind: str
    fragment: str
    run: str


@dataclass
class Run:
    """A script run that was announced: a full one, or of some fragments."""

    id: str = ""
    fragments: tuple[str, ...] = ()
    started: float = 0.0


@dataclass
class Totals:
    """What all tabs of a lesson saw together."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    unanswered: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    reruns: int = 0  # that the page asked for by itself, when runs had come to rest
    packets: int = 0  # of live pictures
    messages: int = 0
    bytes: int = 0


@dataclass
class Training:
    """How many pictures a tab drew while its runs trained, and how long that was: one that rests has nothing new."""

    pictures: int = 0
    seconds: float = 0.0
    since: float | None = None  # the last of these pictures

    def drawn(self, running: bool) -> None:
        now = time.monotonic()
        if self.since is not None:
            self.pictures += 1
            self.seconds += now - self.since
        self.since = now if running else None

    def rests(self) -> None:
        self.since = None


class Tab:
    """Streamlit's client without a picture: it knows the elements on the page, and answers as the browser does."""

    def __init__(self, port: int, totals: Totals, name: str = "") -> None:
        self.port, self.totals, self.name = port, totals, name
        self.socket: ClientConnection | None = None
        self.session = ""
        self.nodes: dict[tuple[int, ...], Node] = {}
        self.values: dict[str, WidgetState] = {}  # what the visitor has set
        self.cached: dict[str, ForwardMsg] = {}
        self.pages: dict[str, str] = {}  # url path -> hash of the script
        self.query, self.page_hash, self.page_name = "", "", ""
        self.run = Run()
        self.told = 0.0  # when the server heard last that the drawing code is here
        self.token = ""  # of the live socket that is open
        self.known: dict[str, Any] = {}  # how far the runs are, as the last script run said
        self.seen: dict[str, Any] = {}  # … and as the last packet said
        self.timeline = ("", "")  # id and fragment of the element that listens
        self.packets = 0
        self.training = Training()
        self.live: ClientConnection | None = None
        self._live: asyncio.Task | None = None
        self._tells: asyncio.Task | None = None  # a task that nobody holds may be collected
        self._finished = asyncio.Condition()
        self._last: list[tuple[Run, float]] = []  # finished runs
        self._reader: asyncio.Task | None = None

    # the connection

    async def open(self, address: str, kind: str = "open") -> None:
        """A new tab at an address such as play_2d?steps=9."""
        self.page_name, _, self.query = address.partition("?")
        self.page_hash, self.session = "", ""
        self.nodes.clear(), self.values.clear(), self.cached.clear()
        await self._connect()
        await self._timed(kind, self._rerun())

    async def _connect(self) -> None:
        protocols = ["streamlit", "PLACEHOLDER_AUTH_TOKEN", *([self.session] if self.session else [])]
        self.socket = await connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream", subprotocols=protocols, max_size=None, open_timeout=PATIENCE,
            origin=f"http://127.0.0.1:{self.port}", compression=None,
        )  # fmt: skip
        self._reader = asyncio.create_task(self._read(self.socket))

    async def close(self, code: int = 1000) -> None:
        self._deaf()
        if self._reader is not None:
            self._reader.cancel()
        if self.socket is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self.socket.close(code), 5)
        self.socket = None

    async def vanish(self) -> ClientConnection | None:
        """A lid that was shut: nothing is read, answered, sent or closed. Whoever gets the socket has to keep it."""
        self._deaf()
        if self._reader is not None:
            self._reader.cancel()
        gone, self.socket = self.socket, None
        if gone is not None:
            gone.transport.pause_reading()  # else the library would go on answering the server's pings
        return gone

    async def reconnect(self) -> None:
        """After a cut connection, back into the same session."""
        await self.close()
        await self._connect()
        await self._timed("reconnect", self._rerun())

    async def reload(self) -> None:
        await self.close(GOING_AWAY)
        await self.open(f"{self.page_name}?{self.query}", "reload")

    # what a visitor does

    def find(self, key: str) -> Node | None:
        """The control of this key, or of one that counts on from it: play_2d.loss~2."""
        for node in list(self.nodes.values()):
            match = KEY.match(getattr(node.element, "id", "") or "")
            if match and (match[1] == key or match[1].startswith((f"{key}~", f"{key}-"))):
                return node
        return None

    async def click(self, key: str, kind: str | None = None) -> bool:
        node = self.find(key)
        if node is None or node.element.disabled:
            return False
        state = WidgetState(id=node.element.id, trigger_value=True)
        await self._timed(kind or key.rpartition("-")[2], self._rerun(node.fragment, extra=state), node.fragment)
        return True

    async def choose(self, key: str, pick: Pick, kind: str) -> bool:
        """Another value of a box, a slider or a number."""
        node = self.find(key)
        if node is None or node.element.disabled:
            return False
        state = WidgetState(id=node.element.id)
        if node.kind == "selectbox":
            state.string_value = pick.choice(list(node.element.options))
        elif node.kind == "slider" and node.element.options:
            state.string_array_value.data[:] = [pick.choice(list(node.element.options))]
        elif node.kind == "button_group":
            state.string_array_value.data[:] = [pick.choice(node.element.options).content]
        elif node.kind == "number_input":
            state.double_value = float(pick.randint(int(node.element.min), min(1000, int(node.element.max))))
        else:
            return False
        self.values[state.id] = state
        await self._timed(kind, self._rerun(node.fragment), node.fragment)
        return True

    async def look_back(self, pick: Pick) -> None:
        """A recorded step, over the live socket, and the present again."""
        for _ in range(20):
            if self.seen.get("steps"):
                break
            await asyncio.sleep(0.3)
        else:
            return
        started = time.monotonic()
        step = pick.choice(self.seen["steps"])
        await self.say({"do": "look", "step": step})
        while self.seen.get("step") != step:
            if time.monotonic() - started > PATIENCE:
                self.totals.unanswered.append(f"{self.name} {self.page_name}: look back")
                return
            await asyncio.sleep(0.005)
        self.totals.waits["look back"].append(time.monotonic() - started)
        await self.say({"do": "look", "step": None})

    async def say(self, what: dict[str, Any]) -> None:
        if self.live is not None:
            with contextlib.suppress(ConnectionClosed):
                await self.live.send(json.dumps(what))

    async def go(self, page: str) -> None:
        """Another page by the menu."""
        self.page_name, self.query = page, ""
        await self._timed("page", self._rerun(page=self.pages.get(page, "")))

    # the protocol

    def _rerun(
        self, fragment: str = "", *, timer: bool = False, extra: WidgetState | None = None, page: str | None = None
    ) -> BackMsg:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.fragment_id, state.is_auto_rerun = self.query, fragment, timer
        state.page_script_hash = self.page_hash if page is None else page
        state.page_name = "" if state.page_script_hash else self.page_name
        state.cached_message_hashes.extend(self.cached)
        state.context_info.url = f"http://127.0.0.1:{self.port}/{self.page_name}"
        state.context_info.timezone, state.context_info.locale = "UTC", "en"
        state.widget_states.widgets.extend(self.values.values())
        if extra is not None:
            state.widget_states.widgets.append(extra)
        return message

    async def send(self, message: BackMsg) -> None:
        if self.socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self.socket.send(message.SerializeToString())

    async def _timed(self, kind: str, message: BackMsg, fragment: str = "") -> None:
        """Send it and wait for the end of the run that it causes."""
        started = time.monotonic()
        await self.send(message)

        def answered() -> bool:  # a whole run that Streamlit had to do answers what a fragment was asked, too
            return any(
                run.started >= started and (not run.fragments or fragment in run.fragments) for run, _ in self._last
            )

        try:
            async with self._finished:
                await asyncio.wait_for(self._finished.wait_for(answered), PATIENCE)
            self.totals.waits[kind].append(time.monotonic() - started)
        except TimeoutError:
            self.totals.unanswered.append(f"{self.name} {self.page_name}: {kind}")

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for data in socket:
                self.totals.messages += 1
                self.totals.bytes += len(data)
                message = ForwardMsg.FromString(data)
                await self._take(message)
        except ConnectionClosed as closed:
            self.totals.errors.append(f"{self.name} {self.page_name}: connection closed: {closed}")
            self._deaf()
        except Exception as error:  # a mistake of this client
            self.totals.errors.append(f"{self.name} {self.page_name}: {error!r}")

    async def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            known = self.cached.get(message.ref_hash)
            if known is None:
                self.totals.errors.append(f"{self.name}: a reference to a message that is not known")
                return
            metadata, message = message.metadata, ForwardMsg.FromString(known.SerializeToString())
            message.metadata.CopyFrom(metadata)
            kind = message.WhichOneof("type")
        elif message.metadata.cacheable:
            self.cached[message.hash] = message
            while len(self.cached) > 60:
                self.cached.pop(next(iter(self.cached)))
        if kind == "new_session":
            identity = message.metadata.run
            if identity.fragment_ids and self.run.id and not self.run.fragments:
                # Streamlit runs a fragment only when the whole run has ended, and on a busy server now and then says
                # that it begins without having said that the other has ended
                await self._ended()
            self.run = Run(identity.script_run_id, tuple(identity.fragment_ids), time.monotonic())
            self.session = message.new_session.initialize.session_id or self.session
            self.page_hash = message.new_session.page_script_hash or self.page_hash
        elif kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            self.page_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta":
            await self._delta(message)
        elif kind == "auto_rerun":
            self.totals.errors.append(f"{self.name} {self.page_name}: the page polls")
        elif kind == "script_finished":
            self._sweep(message.script_finished)
            if message.script_finished in DONE:
                await self._ended()
        elif kind == "page_not_found":
            self.totals.errors.append(f"{self.name}: page not found: {message.page_not_found.page_name}")

    async def _ended(self) -> None:
        """The run under way, unless that is known."""
        async with self._finished:
            if all(run is not self.run for run, _ in self._last):
                self._last = [*self._last[-20:], (self.run, time.monotonic())]
                self._finished.notify_all()

    async def _delta(self, message: ForwardMsg) -> None:
        path, delta = tuple(message.metadata.delta_path), message.delta
        if delta.WhichOneof("type") != "new_element":
            for other in [p for p in self.nodes if p[: len(path)] == path and delta.WhichOneof("type") == "add_block"]:
                if not message.metadata.run.fragment_ids:
                    del self.nodes[other]
            return
        kind = delta.new_element.WhichOneof("type")
        element = getattr(delta.new_element, kind) if kind else None
        self.nodes[path] = Node(element, kind or "", delta.fragment_id, self.run.id)
        if kind == "exception":
            self.totals.errors.append(f"{self.name} {self.page_name}: exception on the page: {element.message[:120]}")
        elif kind == "bidi_component" and element.component_name.startswith("gan_live_"):
            is_view = not element.component_name.endswith("code")
            if is_view and element.bytes and not element.bytes[0] & 1 and time.monotonic() - self.told > 1:
                self.told = time.monotonic()  # as start.js does
                said = WidgetState(
                    id=f"$$STREAMLIT_INTERNAL_KEY_{element.id}__events",
                    json_trigger_value=json.dumps([{"event": "code", "value": True}]),
                )
                await self.send(self._rerun(delta.fragment_id, extra=said))
            if element.component_name == "gan_live_timeline":
                self.timeline = element.id, delta.fragment_id
                self._listen(_header(element.bytes[8:]))
        if getattr(element, "set_value", False):
            self.values.pop(element.id, None)

    def _sweep(self, status: int) -> None:
        """What the run did not write again is gone."""
        if status not in DONE:
            return
        for path, node in list(self.nodes.items()):
            mine = node.fragment in self.run.fragments if self.run.fragments else True
            if mine and node.run != self.run.id:
                del self.nodes[path]
        here = {getattr(node.element, "id", "") for node in self.nodes.values()}
        self.values = {name: state for name, state in self.values.items() if name in here}

    # the live pictures

    def _listen(self, said: dict[str, Any]) -> None:
        """The timeline is on the page: its socket is opened, if that is not the one that is open."""
        self.known = said
        if said["token"] == self.token:
            return
        self._deaf()
        self.token = said["token"]
        self._live = asyncio.create_task(self._watch(self.token))

    def _deaf(self) -> None:
        self.token, self.live = "", None
        self.training.rests()
        if self._live is not None:
            self._live.cancel()
        self._live = None

    async def _watch(self, token: str) -> None:
        try:
            async with connect(
                f"ws://127.0.0.1:{self.port}/live/{token}", max_size=None, open_timeout=PATIENCE,
                origin=f"http://127.0.0.1:{self.port}", compression=None,
            ) as live:  # fmt: skip
                self.live = live
                async for packet in live:
                    self.seen = json.loads(packet[12 : 12 + int.from_bytes(packet[8:12], "little")])
                    self.packets += 1
                    self.training.drawn(self.seen["running"])
                    self.totals.packets += 1
                    self.totals.bytes += len(packet)
                    await asyncio.sleep(DRAWING)
                    await live.send('{"do": "drawn"}')
                    self._wonder()
        except ConnectionClosed as closed:
            if closed.rcvd is None or closed.rcvd.code in (1000, 4404, 4409):
                return
            if closed.rcvd.code == NOT_KNOWN:
                # of runs that a change of page has just ended: the token of the next ones, or the end of the tab, ends
                # this task
                await asyncio.sleep(SETTLED)
                if not any(getattr(node.element, "id", "") == self.timeline[0] for node in self.nodes.values()):
                    return  # there is a page without runs now
            self.totals.errors.append(f"{self.name} {self.page_name}: live socket closed: {closed}")

    def _wonder(self) -> None:
        """Lets Streamlit know when the runs have come to rest, or have begun, as timeline.js does."""
        seen, known = self.seen, self.known
        rests = not seen["running"] and not seen["moving"]
        news = known.get("running") or known.get("moving") or known.get("version") != seen.get("version")
        begun = seen.get("touched") and not known.get("touched")
        if (rests and news) or (seen.get("seen") and not known.get("seen")) or begun:
            self.known = {**known, **seen}
            self._tells = asyncio.create_task(self._tell(0.7 if begun and not rests else 0.25, self.token))

    async def _tell(self, after: float, token: str) -> None:
        await asyncio.sleep(after)
        if token != self.token:
            return
        self.totals.reruns += 1
        name, fragment = self.timeline
        said = WidgetState(
            id=f"$$STREAMLIT_INTERNAL_KEY_{name}__events",
            json_trigger_value=json.dumps([{"event": "rest", "value": time.time()}]),
        )
        await self.send(self._rerun(fragment, extra=said))


def _header(frame: bytes) -> dict[str, Any]:
    return json.loads(frame[4 : 4 + int.from_bytes(frame[:4], "little")])


class Pick:
    """What a pupil does next: the same in every class with the same seed."""

    def __init__(self, *seed: int) -> None:
        self.draws = np.random.default_rng(seed)

    def random(self) -> float:
        return float(self.draws.random())

    def uniform(self, low: float, high: float) -> float:
        return float(self.draws.uniform(low, high))

    def randint(self, low: int, high: int) -> int:
        return int(self.draws.integers(low, high + 1))

    def choice(self, things: Sequence[T]) -> T:
        return things[int(self.draws.integers(len(things)))]


# ── lessons ──────────────────────────────────────────────────────────────────────────────────────────────────────────

ADDRESSES = {
    "play_2d": "play_2d?steps=1000000&seed={i}",
    "collapse": "collapse?steps=100000&seed={i}",
    "digits": "digits?section=scratch&steps=100000&seed={i}",
    "wgan": "wgan?steps=100000&seed={i}",
    "vanishing": "vanishing?steps=100000&seed={i}",
}


def key(tab: Tab, name: str) -> str | None:
    """The key of a player's button on the page that is open, whatever its part is called."""
    for node in tab.nodes.values():
        match = KEY.match(getattr(node.element, "id", "") or "")
        if node.kind == "button" and match and match[1].endswith(f"-{name}"):
            return match[1]
    return None


async def press(tab: Tab, name: str) -> bool:
    found = key(tab, name)
    return found is not None and await tab.click(found, name)


async def start_training(tab: Tab) -> bool:
    """Play, as soon as the button is there and can be pressed; a finished run of the shelf goes on instead, and any
    other that is over begins anew."""
    for _ in range(40):
        if await press(tab, "play") or await press(tab, "go_on"):
            return True
        if key(tab, "pause"):
            return True
        if tab.seen.get("last", 0) >= tab.seen.get("until", math.inf):
            await press(tab, "reset")
        await asyncio.sleep(0.5)
    tab.totals.unanswered.append(f"{tab.name} {tab.page_name}: no Play button")
    return False


async def equal(tab: Tab, i: int, until: float, pick: Pick, gone: list) -> None:
    """One and the same run, watched."""
    await asyncio.sleep(pick.uniform(0, min(10, 0.3 * 30)))
    await tab.open("play_2d?steps=1000000")
    await start_training(tab)
    while time.monotonic() < until:
        await asyncio.sleep(0.5)


async def mixed(tab: Tab, i: int, until: float, pick: Pick, gone: list) -> None:
    """A pupil's lesson."""
    name = list(ADDRESSES)[i % len(ADDRESSES)]
    await asyncio.sleep(pick.uniform(0, 10))
    await tab.open(ADDRESSES[name].format(i=i))
    await start_training(tab)
    while time.monotonic() < until:
        await asyncio.sleep(pick.uniform(3, 9))
        what = pick.random()
        if what < 0.35:  # look back
            await press(tab, "pause")
            await tab.look_back(pick)
            await asyncio.sleep(pick.uniform(1, 3))
            await start_training(tab)
        elif what < 0.6:  # a control
            prefix = tab.page_name if tab.page_name != "wgan" else "wgan"
            await tab.choose(f"{prefix}.{pick.choice(['g_lr', 'd_lr'])}", pick, "control")
            if pick.random() < 0.3:
                await tab.choose(f"{prefix}.seed", pick, "control")
                await press(tab, "restart")
        elif what < 0.8:  # another page
            name = pick.choice(list(ADDRESSES))
            await tab.go(name)
            await start_training(tab)
        elif what < 0.92:
            await tab.reload()
            await start_training(tab)
        elif what < 0.96:  # the wireless network was away for a moment
            await tab.reconnect()
            await start_training(tab)
        elif until - time.monotonic() > NOTICED:  # the lid is shut, and another pupil opens another one
            gone.append(await tab.vanish())
            await tab.open(ADDRESSES[name].format(i=i), "open")
            await start_training(tab)


async def controls(tab: Tab, i: int, until: float, pick: Pick, gone: list) -> None:
    """Rates are changed and the player is used while a run trains, on every page for as long."""
    each = (until - time.monotonic()) / len(ADDRESSES)
    for name, address in ADDRESSES.items():
        ends = time.monotonic() + each
        await tab.open(address.format(i=i))
        await start_training(tab)
        while time.monotonic() < ends:
            await asyncio.sleep(0.5)
            if pick.random() < 0.5:
                await tab.choose(f"{name}.{pick.choice(['g_lr', 'd_lr'])}", pick, "control")
            else:
                await press(tab, pick.choice(["pause", "play"]))
        await press(tab, "pause")


LESSONS = {"equal": equal, "mixed": mixed, "controls": controls}


async def lesson(server: Server, name: str, sessions: int, seconds: float, seed: int) -> dict[str, Any]:
    totals, began = Totals(), time.time()
    tabs = [Tab(server.port, totals, f"#{i}") for i in range(sessions)]
    gone: list[ClientConnection] = []
    until = time.monotonic() + seconds

    async def pupil(i: int, tab: Tab) -> None:
        try:
            await LESSONS[name](tab, i, until, Pick(seed, i), gone)
        except Exception as error:
            totals.errors.append(f"#{i}: {error!r}")

    server_process = psutil.Process(server.process.pid)
    cpu, cpu_at = sum(server_process.cpu_times()[:2]), time.monotonic()
    loads = [os.getloadavg()[0]]
    packets: list[int] = []
    window = min(60, seconds / 2)

    async def count() -> None:
        await asyncio.sleep(max(0, until - window - time.monotonic()))
        packets[:] = [tab.packets for tab in tabs]

    await asyncio.gather(count(), *(pupil(i, tab) for i, tab in enumerate(tabs)))
    loads.append(os.getloadavg()[0])
    share = (sum(server_process.cpu_times()[:2]) - cpu) / (time.monotonic() - cpu_at)
    ended = time.time()
    pictures = sorted((tab.packets - before) / window for tab, before in zip(tabs, packets, strict=True))
    training = sorted(tab.training.pictures / tab.training.seconds for tab in tabs if tab.training.seconds > 1)
    for tab in tabs:
        await tab.close()
    await asyncio.sleep(12)
    spied = [line for line in server.spied if line["t"] >= began]
    after = spied[-1] if spied else {}
    result = {
        "lesson": name, "sessions": sessions, "seconds": seconds, "load_before": loads[0], "load_after": loads[-1],
        "cpu_cores": round(share, 2), "steps": pool_rates(spied, ended - window, ended),
        "pictures_per_second": _three(pictures), "pictures_per_second_of_training": _three(training),
        "waits": {kind: _quantiles(found) for kind, found in sorted(totals.waits.items())},
        "all_waits": _quantiles([one for found in totals.waits.values() for one in found]),
        "scripts": {
            kind: _quantiles([worked for line in spied for what, worked in line["scripts"] if what == kind])
            for kind in ("page", "fragment")
        },
        "unanswered": totals.unanswered[:20], "unanswered_count": len(totals.unanswered),
        "client_errors": totals.errors[:20], "client_error_count": len(totals.errors),
        "reruns_at_rest": totals.reruns, "messages": totals.messages,
        "kb_per_second": round(totals.bytes / seconds / 1024), "vanished": len(gone),
        "rss": [line["rss"] for line in spied[:: max(1, len(spied) // 12)]],
        "rss_peak": max((line["rss"] for line in spied), default=None),
        "anon_peak": max((line["anon"] for line in spied), default=None),
        "threads_peak": max((line["tasks"] for line in spied), default=None),
        "fds_peak": max((line["fds"] for line in spied), default=None),
        "left_over": {
            "running": sum(state == "running" for _, state, _ in after.get("jobs", [])),
            "jobs": len(after.get("jobs", [])), "sessions": after.get("sessions"), "tasks": after.get("tasks"),
            "fds": after.get("fds"), "rss": after.get("rss"),
        },
        "crashes": server.crashes,
    }  # fmt: skip
    for shut in gone:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(shut.close(), 2)
    return result


def pool_rates(spied: list[dict[str, Any]], start: float, stop: float) -> dict[str, Any]:
    """Steps a second of the runs that ran through the whole window, and of all runs together."""
    window = [line for line in spied if start <= line["t"] <= stop]
    if len(window) < 2:
        return {}
    first, last = window[0], window[-1]
    passed = last["t"] - first["t"]
    before = {name: step for name, _, step in first["jobs"]}
    rates = [
        (step - before[name]) / passed for name, state, step in last["jobs"] if name in before and state == "running"
        and step > before[name]
    ]  # fmt: skip
    total = sum(step - before.get(name, 0) for name, _, step in last["jobs"] if step > before.get(name, 0)) / passed
    if not rates:
        return {"runs": 0, "total": round(total)}
    return {
        "runs": len(rates), "least": round(min(rates), 1), "median": round(statistics.median(rates), 1),
        "most": round(max(rates), 1), "unfair": round(max(rates) / min(rates), 2), "total": round(total),
    }  # fmt: skip


def _three(ordered: Sequence[float]) -> list[float]:
    """The least, the median and the most."""
    return [round(one, 1) for one in (ordered[0], statistics.median(ordered), ordered[-1])] if ordered else []


def _quantiles(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    ordered = sorted(values)
    return {
        "n": len(ordered), "p50": round(ordered[len(ordered) // 2], 3),
        "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 3), "max": round(ordered[-1], 3),
    }  # fmt: skip


BARE = """
import time, torch
torch.set_num_threads(1)
from gan_core.config import RunConfig
from gan_core.trainer import Trainer
trainer = Trainer(RunConfig.of(steps=1_000_000))
trainer.step(300)
started = time.perf_counter()
while (passed := time.perf_counter() - started) < 6:
    trainer.step(10)
print((trainer.step_count - 300) / passed)
"""


def bare(root: Path) -> float:
    """Steps a second of the run of "equal" without a page, a pool or a class."""
    done = subprocess.run([sys.executable, "-c", BARE], cwd=root, capture_output=True, text=True, check=True)
    return round(float(done.stdout), 1)


HEAD = (
    "| lesson, sessions | click → answer p50 / p95 / max, s | unanswered | steps/s of a run (most : least) | together "
    "(bare) | pictures/s, least–median–most | script run beside a run, page / fragment, ms | memory, MB | cores | "
    "tracebacks | left over | load |\n|" + "---|" * 12
)


def markdown(r: dict[str, Any]) -> str:
    w, s, scripts = r["all_waits"], r["steps"], r["scripts"]
    cells = (
        f"{r['lesson']} {r['sessions']}",
        f"{w.get('p50')} / {w.get('p95')} / {w.get('max')}",
        f"{r['unanswered_count']} of {w.get('n', 0) + r['unanswered_count']}",
        f"{s.get('least')}–{s.get('most')} ({s.get('unfair')})",
        f"{s.get('total')} ({r['bare']})",
        "–".join(map(str, r["pictures_per_second"])),
        " / ".join(f"{1000 * scripts[kind]['p50']:.0f}" if scripts[kind] else "–" for kind in ("page", "fragment")),
        f"{r['rss_peak']}",
        f"{r['cpu_cores']}",
        f"{len(r['crashes'])}",
        f"{r['left_over']['jobs']}",
        f"{r['load_before']:.1f}–{r['load_after']:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the checkout of the app")
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--lesson", choices=(*LESSONS, "both"), default="both")
    parser.add_argument("--classes", type=int, default=1, help="lessons after one another on the same server")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="where the server's log and what was spied stay")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="class-"))
    folder.mkdir(parents=True, exist_ok=True)
    failed = False
    before = bare(options.root)
    if options.markdown:
        print(HEAD)
    for name in ("equal", "mixed") if options.lesson == "both" else [options.lesson]:
        with serve(options.root, folder) as server:
            for i in range(options.classes):
                result = asyncio.run(lesson(server, name, options.sessions, options.seconds, options.seed + i))
                after = bare(options.root)  # shared machines change their speed within minutes
                result["bare"], result["bare_ends"], before = round((before + after) / 2, 1), [before, after], after
                print(markdown(result) if options.markdown else json.dumps(result), flush=True)
                failed |= bool(result["crashes"] or result["left_over"]["jobs"] or result["unanswered"])
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
