"""Pictures that are pushed: no script runs for them, all show one step, and a page without a socket works as well."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocket, WebSocketRoute, expect

from tests.browser.driver import (
    PATIENCE,
    SMALL,
    Server,
    button,
    press,
    scrubber,
    serve,
    timeline,
    to_the_start,
    visitor,
    wait_at_rest,
    wait_idle,
)  # fmt: skip


def scene(page: Page) -> Locator:
    return page.locator(".gan-live[data-kind=scene]").first


def arrive(page: Page, address: str = f"/play_2d?{SMALL}") -> None:
    page.goto(address)
    expect(scene(page)).to_have_attribute("data-step", "0")
    wait_idle(page)


def play(page: Page) -> None:
    """Trains, with everything that Streamlit had to do for it done."""
    press(page, "Play")
    expect(button(page, "Pause")).to_be_visible()
    expect(timeline(page)).to_have_attribute("data-state", "running")
    wait_idle(page)


def number(locator: Locator, name: str) -> int:
    return int(locator.get_attribute(f"data-{name}") or 0)


def pictures(page: Page, more: int) -> None:
    """Until so many more pictures are drawn."""
    wanted = number(scene(page), "frames") + more
    drawn = "([root, wanted]) => +root.dataset.frames >= wanted"
    page.wait_for_function(drawn, arg=[scene(page).element_handle(), wanted])


class Wires:
    """What goes over the page's two sockets: Streamlit's own, and that of the pictures."""

    def __init__(self, page: Page) -> None:
        self.said: list[str | bytes] = []  # to the runs
        self.reruns = 0  # what the browser asked Streamlit for
        self.answers = 0  # … and what came from there
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        if "/live/" in socket.url:
            socket.on("framesent", lambda said: self.said.append(said))
        else:
            socket.on("framesent", lambda _: self._count("reruns"))
            socket.on("framereceived", lambda _: self._count("answers"))

    def _count(self, name: str) -> None:
        setattr(self, name, getattr(self, name) + 1)

    def done(self, what: str) -> int:
        return sum(f'"do":"{what}"' in str(said) for said in self.said)


# all views that are drawn, each time the timeline has drawn another step: [[step, step, …], …]
STEPS_DRAWN = """async ([views, timeline, times]) => {
  const found = [];
  for (let before; found.length < times; before = timeline.dataset.step) {
    while (timeline.dataset.step === before) await new Promise((then) => requestAnimationFrame(() => setTimeout(then)));
    found.push(views.filter((v) => v.clientWidth && v.dataset.step).map((v) => v.dataset.step));
  }
  return found;
}"""


def test_pictures_come_without_a_script_run_and_all_views_show_one_step(page: Page) -> None:
    wires = Wires(page)
    arrive(page)
    press(page, "Step")  # of the first thing that is done to a run Streamlit hears
    wait_at_rest(page)
    play(page)
    asked, answered = wires.reruns, wires.answers
    pictures(page, 20)
    views = page.locator(".gan-live").element_handles()
    drawn = page.evaluate(STEPS_DRAWN, [views, timeline(page).element_handle(), 5])
    assert (wires.reruns, wires.answers) == (asked, answered)
    assert all(len(steps) >= 4 and len(set(steps)) == 1 for steps in drawn), drawn
    assert len({steps[0] for steps in drawn}) == 5


@pytest.mark.slow
def test_streamlit_hears_once_that_a_run_has_come_to_rest(page: Page) -> None:
    wires = Wires(page)
    arrive(page, f"/play_2d?{SMALL.replace('1000000', '300')}")
    press(page, "Step")
    wait_at_rest(page)
    asked = wires.reruns
    press(page, "Play")
    expect(scene(page)).to_have_attribute("data-step", "300")
    wait_at_rest(page)
    assert wires.reruns == asked + 2  # Play, and the end
    expect(button(page, "Play")).to_be_disabled()


def test_steps_and_looks_go_to_the_runs_at_once(page: Page) -> None:
    wires = Wires(page)
    arrive(page)
    for count in (1, 2, 3):
        press(page, "Step")
        expect(scene(page)).to_have_attribute("data-step", str(count))
    assert wires.done("step") == 3
    wait_idle(page)
    to_the_start(page)
    expect(scene(page)).to_have_attribute("data-step", "0")
    assert wires.done("look") == 1
    chart = page.locator(".gan-live[data-kind=curves] canvas").first
    box = chart.bounding_box()
    assert box is not None
    chart.click(position={"x": box["width"] - 14, "y": box["height"] / 2})  # at its right end, the newest step
    expect(scene(page)).to_have_attribute("data-step", "3")
    expect(scrubber(page)).to_have_value("3")
    assert wires.done("look") == 2


@pytest.mark.slow
def test_whoever_looks_back_while_the_runs_train_stops_them(page: Page) -> None:
    arrive(page)
    play(page)
    to_the_start(page)
    expect(scene(page)).to_have_attribute("data-step", "0")
    wait_at_rest(page)
    expect(button(page, "Play")).to_be_visible()
    expect(scrubber(page)).to_have_value("0")


def test_the_space_bar_belongs_to_the_control_that_has_the_focus(page: Page) -> None:
    arrive(page)
    button(page, "Step").press("Space")
    expect(scene(page)).to_have_attribute("data-step", "1")
    chip = scene(page).locator(".chip").first
    chip.press("Space")
    expect(chip).to_have_attribute("aria-pressed", "false")
    wait_idle(page)
    assert number(timeline(page), "step") == 1 and button(page, "Pause").count() == 0
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    expect(button(page, "Pause")).to_be_visible()


@pytest.mark.slow
def test_a_page_that_is_left_and_come_back_to_goes_on_showing_its_run(page: Page) -> None:
    arrive(page)
    play(page)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Distances").click()
    expect(scene(page)).to_have_count(0)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Play in 2-D").click()
    expect(button(page, "Pause")).to_be_visible()
    pictures(page, 3)
    press(page, "Pause")
    wait_at_rest(page)


def test_without_a_socket_the_page_looks_once_a_second_and_works(page: Page) -> None:
    page.route_web_socket("**/live/**", lambda socket: socket.close())
    arrive(page)
    press(page, "Play")
    pictures(page, 2)
    expect(timeline(page)).to_have_attribute("data-socket", "closed")
    press(page, "Pause")
    wait_at_rest(page)
    last = number(scene(page), "step")
    press(page, "Step")
    expect(scene(page)).to_have_attribute("data-step", str(last + 1))
    wait_idle(page)
    to_the_start(page)
    expect(scene(page)).to_have_attribute("data-step", "0")
    expect(timeline(page)).to_contain_text("looked back at")
    wait_idle(page)
    timeline(page).get_by_role("button", name="Play the recorded steps").click()  # slowly: a picture is a script run
    expect(scene(page)).to_have_attribute("data-step", str(last + 1))
    expect(timeline(page)).not_to_contain_text("looked back at")


@pytest.mark.slow
@pytest.mark.parametrize("refused", [False, True])
def test_a_page_hears_of_what_it_waits_for(page: Page, refused: bool) -> None:
    """It looks again when there is something new, and by the clock only where no socket gets through."""
    said: list[str] = []

    def through(socket: WebSocketRoute) -> None:
        if refused:
            socket.close()
            return
        server = socket.connect_to_server()
        server.on_message(lambda packet: (said.append(str(packet)), socket.send(packet)))

    page.route_web_socket("**/live/**", through)
    page.goto(f"/wgan?part=line&seed={int(refused)}")  # the server keeps what it has computed
    wait_idle(page)
    press(page, "Train D and critics")
    expect(page.get_by_text("Computing …")).to_be_visible()
    expect(page.get_by_text("Computing …")).to_have_count(0, timeout=PATIENCE * 1000)
    wait_idle(page)
    assert page.locator(".gan-live[data-kind=waiting]").count() == 0
    assert bool(said) is not refused


def test_a_socket_that_is_cut_comes_back_while_the_run_goes_on(page: Page) -> None:
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    page.route_web_socket("**/live/**", through)
    arrive(page)
    play(page)
    before, opened = number(scene(page), "step"), len(sockets)
    sockets[-1].close(code=3001)
    pictures(page, 3)
    expect(timeline(page)).to_have_attribute("data-socket", "open")
    assert len(sockets) > opened and number(scene(page), "step") > before
    expect(button(page, "Pause")).to_be_visible()


# ── below a path ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_the_socket_is_found_below_the_path_of_the_app(browser: Browser, tmp_path: Path) -> None:
    with serve(tmp_path / "log.txt", below="course/gan") as server:
        with visitor(browser, server) as page:
            _goes_over_a_socket(page, f"{server.url}/play_2d?{SMALL}", "/course/gan/live/")
        with proxy(server, "/~/+") as url, visitor(browser, server, base_url=url) as page:
            _goes_over_a_socket(page, f"{url}/play_2d?{SMALL}", "/~/+/live/")


def _goes_over_a_socket(page: Page, address: str, found_at: str) -> None:
    opened: list[str] = []
    page.on("websocket", lambda socket: opened.append(urlsplit(socket.url).path))
    arrive(page, address)
    press(page, "Play")
    pictures(page, 3)
    expect(timeline(page)).to_have_attribute("data-socket", "open")
    assert [path for path in opened if "/live/" in path][-1].startswith(found_at)


@contextmanager
def proxy(server: Server, path: str) -> Iterator[str]:
    """A proxy that shows what stands at the server's address below a path of its own, sockets included."""
    target = urlsplit(server.url)
    loop = asyncio.new_event_loop()

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:  # a connection that the browser opened and did not need
            writer.close()
            return
        head = re.sub(r"^(\S+) " + re.escape(path), rf"\1 {target.path}", head)
        if "upgrade: websocket" not in head.lower():  # then each request has a connection of its own
            head = re.sub(r"(?i)^connection: .*$", "Connection: close\r", head, flags=re.MULTILINE)
        inner_reader, inner_writer = await asyncio.open_connection(target.hostname, target.port)
        inner_writer.write(head.encode("latin-1"))
        await asyncio.gather(pipe(reader, inner_writer), pipe(inner_reader, writer))

    async def stop() -> None:
        listening.close()
        open_ones = asyncio.all_tasks() - {asyncio.current_task()}
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(asyncio.start_server(serve_one, "127.0.0.1", 0), loop).result()
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}{path}"
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
