"""A small class on a real server: eight sessions at once, each with Streamlit's protocol and the socket of the live
pictures, as a browser has them. Counts, no times: a loaded machine is slow, and loses nothing."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

from benchmarks import class_sessions
from benchmarks.class_sessions import ADDRESSES, Node, Pick, Server, Tab, Totals, press, serve, start_training
from tests.apart import apart

ROOT = Path(__file__).parents[2]
SESSIONS, SECONDS = 8, 10.0
PATIENCE = 90.0
PICTURES = 3
SMALL = "&batch=16&g_layers=16&d_layers=16"  # of a run in the plane: eight train on any machine


async def pupil(tab: Tab, address: str, until: float) -> None:
    """Opens a page, trains for what is left of the lesson and sees it, changes a rate of runs that go on, then pauses,
    steps and goes on."""
    await tab.open(address)
    assert await start_training(tab)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < until or tab.packets < PICTURES or not tab.seen.get("step"):
        assert time.monotonic() < deadline, f"{tab.name} on {tab.page_name}: {tab.packets} pictures, {tab.seen}"
        await asyncio.sleep(0.1)
    if tab.page_name == "play_2d":
        await retune(tab)
    for button in ("pause", "step", "play"):
        assert await press(tab, button), f"{tab.name} on {tab.page_name}: no button {button}"


async def retune(tab: Tab) -> None:
    """Only the controls of the rates run, and no page, which is drawn anew when the run rests; the address knows it."""
    pick = Pick(0)
    while "d_lr=" not in tab.query:  # it may be what it was
        assert await tab.choose("play_2d.d_lr", pick, "control")
        assert tab.run.fragments
    assert await press(tab, "pause")
    while tab.run.fragments:
        await asyncio.sleep(0.1)
    assert await start_training(tab)


async def lesson(server: Server, totals: Totals) -> list[Tab]:
    pages = list(ADDRESSES)
    until = time.monotonic() + SECONDS
    tabs = [Tab(server.port, totals, f"#{i}") for i in range(SESSIONS)]
    try:
        addresses = [ADDRESSES[pages[i % len(pages)]].format(i=i) for i in range(SESSIONS)]
        small = [address if "digits" in address else address + SMALL for address in addresses]
        await asyncio.gather(*(pupil(tab, address, until) for tab, address in zip(tabs, small, strict=True)))
    finally:
        for tab in tabs:
            await tab.close()
    return tabs


def alive(server: Server, since: float) -> list[object]:
    """The runs in the server's pool, as it wrote them down last; something as long as it has not since then."""
    return next((line["jobs"] for line in reversed(server.spied) if line["t"] > since), ["unknown"])


@pytest.mark.parametrize(("then", "errors"), [("the next token", 0), ("no timeline", 0), ("nothing", 1)])
def test_of_tokens_the_newest_has_to_be_known_and_one_that_was_just_given_up_has_not(
    then: str, errors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page whose runs have made room for others says their token a moment later, or shows none any more."""

    class Refuses:
        def __init__(self, *_what: object, **_how: object) -> None: ...

        async def __aenter__(self) -> Refuses:
            raise ConnectionClosedError(Close(class_sessions.NOT_KNOWN, ""), None)

        async def __aexit__(self, *_what: object) -> None: ...

    async def visit() -> Totals:
        tab = Tab(0, Totals())
        tab.timeline = "timeline", ""
        tab.nodes[0,] = Node(SimpleNamespace(id="timeline"), "bidi_component", "", "")
        tab._listen({"token": "given up"})
        watching = tab._live
        assert watching is not None
        await asyncio.sleep(0)
        if then == "the next token":
            tab._deaf()
        elif then == "no timeline":
            tab.nodes.clear()
        await asyncio.wait([watching])
        return tab.totals

    monkeypatch.setattr(class_sessions, "connect", Refuses)
    monkeypatch.setattr(class_sessions, "SETTLED", 0.01)
    assert len(apart(visit()).errors) == errors


def test_a_class_of_eight_is_answered_trains_and_leaves_nothing_behind(tmp_path: Path) -> None:
    totals = Totals()
    with serve(ROOT, tmp_path) as server:
        tabs = apart(lesson(server, totals))
        left_at = time.time()
        while (jobs := alive(server, left_at)) and time.time() < left_at + PATIENCE:
            time.sleep(0.5)
        assert not jobs, f"runs that outlived their visitors: {jobs}"
        assert not totals.unanswered and not totals.errors
        assert all(tab.packets >= PICTURES and tab.seen["step"] > 0 for tab in tabs)
        assert len(totals.waits["open"]) == SESSIONS and len(totals.waits["step"]) == SESSIONS
        assert not any(line["pandas"] for line in server.spied), "80 MB, and not thread-safe while it is imported"
        assert not server.crashes, server.log[-3000:]
