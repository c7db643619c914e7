"""The socket that brings packets to the browser, and the buttons of the player to the runs.

    /live/<token>     below whatever path the app is served; the token is that of a `channel.Channel`

The browser says, in JSON, {"do": "drawn", "layers": ["gap"]} when it has drawn the last packet and can take the newest,
with the layers that somebody looks at of those that are made on request, and what its visitor does where the page
around the views need not change: {"do": "pause"}, {"do": "step", "player": "both"}, {"do": "look", "step": 120} (null:
the present). Anything else closes the socket. A socket that closes stops the pictures and not the run; one that comes
back goes on; of two with the same token the later one stays.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.web.server.server_util import is_url_from_allowed_origins

from pages.shared.play import channel as channels
from pages.shared.play.channel import Channel, Show, Source
from pages.shared.views.live import stamp

LONGEST = 200  # characters of a message
MOST_TOLD = 32  # steps that wait for a worker: what nobody can click does not fill the memory
NOT_ALLOWED, NO_RUNS, REPLACED = 1008, 4404, 4409  # why it is closed
LARGEST_STEP = 2**53
# Pictures of runs at rest are packed by threads of their own: those of the event loop, six on two cores, may all wait
# for files that visitors download.
PACKERS = ThreadPoolExecutor(6, "pack")


class Refused(Exception):
    """A message that no page of ours sends."""


def _pause(show: Show, wish: dict[str, Any]) -> None:
    show.pause()


def _step(show: Show, wish: dict[str, Any]) -> None:
    player = wish.get("player")
    if player not in STEPS:
        raise Refused
    if not show.running and show.job.told < MOST_TOLD:
        STEPS[player](show)


def _look(show: Show, wish: dict[str, Any]) -> None:
    step = wish.get("step")
    if step is not None and (type(step) is not int or not 0 <= step < LARGEST_STEP):
        raise Refused
    show.look_at(step)


STEPS: dict[object, Callable[[Show], object]] = {
    "both": lambda show: show.step(),
    "d": lambda show: show.step_player("d"),
    "g": lambda show: show.step_player("g"),
}
DO: dict[object, Callable[[Show, dict[str, Any]], None]] = {"pause": _pause, "step": _step, "look": _look}


async def live(socket: WebSocket) -> None:
    """One visitor looks at one page's runs, until the tab, the socket or the runs are gone."""
    found = channels.find(socket.path_params["token"])
    # A browser learns why from an open socket alone: a refused handshake looks as if a proxy were in the way, and is
    # tried again and again.
    await socket.accept()
    if found is None or not _same_origin(socket):
        await socket.close(NOT_ALLOWED)
        return
    wake = asyncio.Event()
    loop = asyncio.get_running_loop()

    def listener() -> None:
        loop.call_soon_threadsafe(wake.set)

    found.listen(listener)
    drawn = _Flag(True)
    hears = asyncio.create_task(_hear(socket, found, drawn, wake))
    try:
        await socket.close(await _send(socket, found, listener, drawn, wake, hears))
    except (WebSocketDisconnect, RuntimeError):
        pass  # the tab is gone
    finally:
        hears.cancel()
        if found.listens(listener):
            found.listen(None)


class _Flag:
    def __init__(self, up: bool) -> None:
        self.up = up


async def _send(
    socket: WebSocket, channel: Source, listener: Callable[[], None], drawn: _Flag, wake: asyncio.Event,
    hears: asyncio.Task[int],
) -> int:  # fmt: skip
    """Packets, each when the last one is drawn; gives the reason for the end."""
    sent: object = None
    loop = asyncio.get_running_loop()
    wake.set()
    while True:
        await wake.wait()
        wake.clear()
        if hears.done():
            return hears.result()
        if not channel.there:
            return NO_RUNS
        if not channel.listens(listener):
            return REPLACED
        if not drawn.up:
            continue
        if channel.live:
            packet, sent = channel.fetch(), None
        elif (state := channel.state()) != sent:
            packet, sent = channel.rested(state) or await loop.run_in_executor(PACKERS, channel.pack), state
        else:
            continue
        if packet is not None:
            drawn.up = False
            channel.sending(packet)
            # numbered as it is sent: packets are made side by side, and the browser draws none older than its last
            await socket.send_bytes(stamp() + packet)


async def _hear(socket: WebSocket, channel: Source, drawn: _Flag, wake: asyncio.Event) -> int:
    """What the browser says; gives the reason why nobody listens any more."""
    try:
        while True:
            text = await socket.receive_text()
            if not channel.there:
                return NO_RUNS
            wish = _read(text)
            if wish["do"] == "drawn":
                drawn.up, channel.layers = True, _layers(wish)
            elif isinstance(channel, Channel) and (show := channel.show) is not None:
                DO[wish["do"]](show, wish)
            else:
                raise Refused
            wake.set()
    except WebSocketDisconnect:
        return 1000
    except (Refused, KeyError):
        return NOT_ALLOWED
    finally:
        wake.set()


def _read(text: str) -> dict[str, Any]:
    try:
        wish = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError) as error:
        raise Refused from error
    if not isinstance(wish, dict) or not isinstance(wish.get("do"), str):
        raise Refused
    return wish


def _layers(wish: dict[str, Any]) -> frozenset[str]:
    layers = wish.get("layers", [])
    if not isinstance(layers, list) or not all(isinstance(layer, str) for layer in layers):
        raise Refused
    return frozenset(layers)


def _same_origin(socket: WebSocket) -> bool:
    """As for Streamlit's own socket: from the page itself, or from an origin that the server allows."""
    origin = socket.headers.get("origin")
    if origin is None:
        return True  # no browser: a browser always says it
    if origin.partition("://")[2] == socket.headers.get("host"):
        return True
    return is_url_from_allowed_origins(origin)


# An app is served at the root of its host, below `server.baseUrlPath`, or below the path of a proxy that keeps it.
ROUTES = [WebSocketRoute("/live/{token}", live), WebSocketRoute("/{path:path}/live/{token}", live)]
