"""The socket between the browser and the runs: who gets in, what is sent, and what closes it."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from gan_core.config import RunConfig
from gan_core.jobs.pool import Pool
from pages.shared.play import channel as channels
from pages.shared.play import socket
from pages.shared.play.runs import Frame, Show

SMALL = RunConfig.of(batch=8, g_layers=(4,), d_layers=(4,), steps=1_000_000)
HOST = "testserver"
PATIENCE = 60.0


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(workers=1)
    yield pool
    pool.close()


@pytest.fixture
def show(pool: Pool) -> Iterator[Show]:
    show = Show.start(pool, (SMALL,))
    show.job.join()
    yield show
    show.close()


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=socket.ROUTES)) as client:
        yield client


def header(packet: bytes) -> dict[str, Any]:
    return json.loads(packet[12 : 12 + int.from_bytes(packet[8:12], "little")])


def received(here: WebSocketTestSession) -> bytes:
    """The next packet; a test that waits in vain fails, where the driver itself would wait for ever."""
    box: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=lambda: box.put(here.receive_bytes()), daemon=True).start()
    return box.get(timeout=PATIENCE)


def drawn(frame: Frame, layers: object = None) -> list[bytes]:
    view = str(frame.step).encode()
    return [bytes(4) + len(view).to_bytes(4, "little") + view]


def code_of(client: TestClient, path: str, **options: Any) -> int:
    """Why a socket is closed before it brings anything; the handshake is no refusal, which a browser would repeat."""
    with client.websocket_connect(path, **options) as here, pytest.raises(WebSocketDisconnect) as closed:
        here.receive_bytes()
    return closed.value.code


def test_a_token_has_128_bits_and_opens_the_runs_of_its_page_alone(client: TestClient, show: Show) -> None:
    assert len(show.channel.token) >= 22  # six bits a letter
    assert channels.find(show.channel.token) is show.channel
    for wrong in ("x", show.channel.token[:-1], show.channel.token.swapcase(), "%2e%2e", "a" * 5000):
        assert code_of(client, f"/live/{wrong}") == socket.NOT_ALLOWED


def test_a_page_of_another_host_is_not_let_in(client: TestClient, show: Show) -> None:
    path = f"/live/{show.channel.token}"
    assert code_of(client, path, headers={"origin": "https://evil.example"}) == socket.NOT_ALLOWED
    with client.websocket_connect(path, headers={"origin": f"http://{HOST}"}) as here:
        assert header(here.receive_bytes())["step"] == 0


@pytest.mark.parametrize("path", ["", "/~/+", "/course/gan"])
def test_it_is_found_below_any_path(client: TestClient, show: Show, path: str) -> None:
    with client.websocket_connect(f"{path}/live/{show.channel.token}") as here:
        assert header(here.receive_bytes())["seen"]


def test_what_is_sent_later_has_the_larger_number_in_whatever_order_it_was_made(
    client: TestClient, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser draws nothing that is older than what it has: a page whose run came to rest while a picture of the run
    in motion was packed went on saying that it moves."""
    made_first = show.channel.pack()
    with client.websocket_connect(f"/live/{show.channel.token}") as here:
        first = received(here)
        monkeypatch.setattr(show.channel, "rested", lambda state: made_first)
        here.send_json({"do": "drawn"})
        show.step()
        second = received(here)
    assert second[8:] == made_first
    assert int.from_bytes(second[:8], "little") > int.from_bytes(first[:8], "little")


def test_a_picture_waits_for_nobodys_download(client: TestClient, show: Show) -> None:
    """Downloads wait in the threads of the event loop, here in the only one."""
    ready = threading.Event()

    async def download() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        loop.run_in_executor(None, ready.wait)

    assert client.portal is not None
    client.portal.call(download)
    try:
        with client.websocket_connect(f"/live/{show.channel.token}") as here:
            assert header(received(here))["seen"]
    finally:
        ready.set()


def test_packets_come_one_at_a_time_and_show_one_step(client: TestClient, show: Show) -> None:
    show.channel.draw(drawn)
    with client.websocket_connect(f"/live/{show.channel.token}") as here:
        first = received(here)
        show.play()
        steps = []
        for _ in range(5):
            here.send_json({"do": "drawn"})
            packet = received(here)
            said = header(packet)
            assert packet.endswith(str(said["step"]).encode())
            steps.append(said["step"])
        here.send_json({"do": "pause"})
        while header(packet)["running"] or header(packet)["moving"]:
            here.send_json({"do": "drawn"})
            packet = received(here)
        assert steps == sorted(steps) and header(packet)["step"] == show.job.step_count >= steps[-1]
        assert header(first)["step"] == 0


def test_what_a_script_run_has_just_drawn_is_not_sent_again(show: Show) -> None:
    channel = show.channel

    def begins() -> None:
        show.drawn = show.moment()
        channel.place()

    def script() -> None:
        begins()
        channel.draw(drawn)

    def sent() -> bytes:
        packet = channel.pack()
        channel.sending(packet)
        return packet.rpartition(b"}")[2][8:]

    script()
    assert sent() == b"" and sent() == b""
    show.step()
    show.job.join()
    assert sent() == b"1"
    show.look_at(0)
    assert sent() == b"0"
    script()
    assert sent() == b"0"  # a frame of the past is another one each time
    show.look_at(None)
    assert sent() == b"1"
    script()
    assert sent() == b""
    show.look_at(0)
    assert sent() == b"0"
    show.look_at(None)
    assert sent() == b"1"  # the page shows another by now

    begins()
    assert sent() == b"1"  # the run is not done, or was cut short
    channel.draw(drawn)
    assert sent() == b"1"  # a packet came between its views
    packed = channel.pack()
    script()
    channel.sending(packed)
    assert sent() == b"1"  # one that was made before came after them


def test_the_scrubber_stands_at_the_picture_though_the_run_is_further(show: Show) -> None:
    show.step()
    show.job.join()
    show.job._steps += 4  # by another worker, while this one packs
    assert show.channel.header()["last"] == show.channel.header()["step"] == 1
    show.look_at(0)
    assert (show.channel.header()["step"], show.channel.header()["last"]) == (0, 5)


def test_what_is_made_on_request_is_made_while_somebody_looks_at_it(client: TestClient, show: Show) -> None:
    asked: list[object] = []

    def views(frame: Frame, layers: object) -> list[bytes]:
        asked.append(layers)
        return drawn(frame)

    show.channel.draw(views)
    with client.websocket_connect(f"/live/{show.channel.token}") as here:
        received(here)
        show.play()
        for layers in ([], ["gap"], ["gap"], []):
            here.send_json({"do": "drawn", "layers": layers})
            assert header(received(here))["running"]
    assert asked[0] is None, "runs at rest: everything, since no further packet comes"
    assert frozenset() in asked and frozenset({"gap"}) in asked


def test_steps_and_looks_back_need_no_script_run(client: TestClient, show: Show) -> None:
    with client.websocket_connect(f"/live/{show.channel.token}") as here:

        def newest() -> dict[str, Any]:
            here.send_json({"do": "drawn"})
            return header(received(here))

        received(here)
        for player in ("both", "both", "d", "g"):
            here.send_json({"do": "step", "player": player})
        while (said := newest())["moving"] or said["step"] < 3:
            pass
        assert said["step"] == 3 and said["steps"][:3] == [0, 1, 2]  # a step of D alone is none
        here.send_json({"do": "look", "step": 1})
        while (said := newest())["at"] != 1:
            pass
        assert said["step"] == 1 and show.moment().step == 1
        here.send_json({"do": "look", "step": None})
        while (said := newest())["at"] is not None:
            pass
        assert said["step"] == 3


def test_more_steps_than_anybody_clicks_wait_for_no_worker(client: TestClient, show: Show) -> None:
    held, go_on = threading.Event(), threading.Event()

    def holds(work: object) -> None:
        held.set()
        assert go_on.wait(PATIENCE)

    show.job.do(holds)
    assert held.wait(PATIENCE)
    with client.websocket_connect(f"/live/{show.channel.token}") as here:
        received(here)
        for _ in range(1000):
            here.send_json({"do": "step", "player": "both"})
        here.send_text("and no more")  # closes it, when all before was heard
        with pytest.raises(WebSocketDisconnect):
            here.receive_bytes()
    assert show.job.told == socket.MOST_TOLD
    go_on.set()
    assert show.job.join(PATIENCE) and show.job.step_count == socket.MOST_TOLD


WRONG = [
    "", "x", "null", "[]", "{}", '{"do": 1}', '{"do": "drown"}', '{"do": "step"}', '{"do": "step", "player": "x"}',
    '{"do": "look", "step": "1"}', '{"do": "look", "step": -1}', '{"do": "look", "step": 1e3}',
    '{"do": "look", "step": true}', '{"do": "look", "step": 99999999999999999999}', "[" * 150, '{"do": "pause"}' * 50,
    '{"do": "drawn", "layers": "gap"}', '{"do": "drawn", "layers": [1]}', '{"do": "drawn", "layers": {"gap": []}}',
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_no_page_sends_closes_the_socket_and_changes_nothing(client: TestClient, show: Show, text: str) -> None:
    with client.websocket_connect(f"/live/{show.channel.token}") as here:
        here.receive_bytes()
        here.send_text(text)
        with pytest.raises(WebSocketDisconnect) as closed:
            here.receive_bytes()
        assert closed.value.code == socket.NOT_ALLOWED
    assert show.job.step_count == 0 and show.at is None and show.job.state == "paused"
    assert channels.find(show.channel.token) is show.channel  # a page that comes back is let in


def test_bytes_close_it_too_and_so_does_noise(client: TestClient, show: Show) -> None:
    draws = np.random.default_rng(0)
    for _ in range(50):
        with client.websocket_connect(f"/live/{show.channel.token}") as here:
            here.receive_bytes()
            here.send_bytes(draws.bytes(int(draws.integers(200))))
            with pytest.raises(WebSocketDisconnect):
                here.receive_bytes()
    assert show.job.step_count == 0


@pytest.mark.slow
def test_ten_thousand_malformed_messages_close_their_sockets_and_change_nothing(client: TestClient, show: Show) -> None:
    draws = np.random.default_rng(1)
    for _ in range(100):
        with client.websocket_connect(f"/live/{show.channel.token}") as here:
            here.receive_bytes()
            for _ in range(50):
                here.send_text(WRONG[int(draws.integers(len(WRONG)))])
                here.send_text("".join(map(chr, draws.integers(32, 127, int(draws.integers(300))))))
            with pytest.raises(WebSocketDisconnect) as closed:
                here.receive_bytes()
            assert closed.value.code == socket.NOT_ALLOWED
    assert show.job.step_count == 0 and show.at is None and show.job.state == "paused"
    with client.websocket_connect(f"/live/{show.channel.token}") as here:
        assert header(here.receive_bytes())["seen"]


def test_the_token_of_one_session_moves_no_other_and_ends_with_it(client: TestClient, pool: Pool, show: Show) -> None:
    other = Show.start(pool, (SMALL,))
    other.job.join()
    show.play()
    with client.websocket_connect(f"/live/{other.channel.token}") as here:
        assert not header(received(here))["running"]
        here.send_json({"do": "step", "player": "both"})
        here.send_json({"do": "pause"})
        while other.job.step_count < 1:
            pass
    assert show.running and other.job.step_count == 1
    other.close()
    assert code_of(client, f"/live/{other.channel.token}") == socket.NOT_ALLOWED
    assert show.running


def test_runs_that_come_to_rest_are_drawn_once_for_page_and_socket(client: TestClient, pool: Pool) -> None:
    show = Show.start(pool, (SMALL.replace(steps=20),))
    show.job.join()
    drawn_at: list[int] = []

    def views(frame: Frame, layers: object) -> list[bytes]:
        drawn_at.append(frame.step)
        return drawn(frame)

    show.channel.draw(views)
    with client.websocket_connect(f"/live/{show.channel.token}") as here:
        packet = received(here)
        show.play()
        while header(packet)["step"] < 20 or header(packet)["running"] or header(packet)["moving"]:
            here.send_json({"do": "drawn"})
            packet = received(here)
    assert packet.endswith(b"20") and drawn_at.count(20) <= 2  # as a frame of the run that goes on, and at rest
    show.close()


def test_runs_that_are_closed_while_they_are_drawn_are_no_fault(pool: Pool, caplog: pytest.LogCaptureFixture) -> None:
    show = Show.start(pool, (SMALL,))
    show.job.join()

    def views(frame: Frame, layers: object) -> list[bytes]:
        if closes:
            show.close()
        raise AssertionError("the page has no runs")

    closes = True
    show.channel.draw(views)
    assert show.channel.pack().endswith(b"}")  # a header, and no views
    assert not caplog.records


def test_views_that_cannot_be_drawn_leave_the_player_alive_and_are_logged_once(
    client: TestClient, show: Show, caplog: pytest.LogCaptureFixture
) -> None:
    def views(frame: Frame, layers: object) -> list[bytes]:
        raise ZeroDivisionError

    show.channel.draw(views)
    with client.websocket_connect(f"/live/{show.channel.token}") as here:
        for step in range(3):
            while header(received(here))["step"] < step:
                here.send_json({"do": "drawn"})
            here.send_json({"do": "step", "player": "both"})
            here.send_json({"do": "drawn"})
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]


def test_of_two_sockets_the_later_one_stays(client: TestClient, show: Show) -> None:
    path = f"/live/{show.channel.token}"
    with client.websocket_connect(path) as first:
        first.receive_bytes()
        with client.websocket_connect(path) as second:
            assert header(second.receive_bytes())["seen"]
            with pytest.raises(WebSocketDisconnect) as closed:
                first.receive_bytes()
            assert closed.value.code == socket.REPLACED


def test_runs_that_end_close_their_socket_and_a_closed_socket_does_not_end_runs(client: TestClient, pool: Pool) -> None:
    show = Show.start(pool, (SMALL,))
    path = f"/live/{show.channel.token}"
    with client.websocket_connect(path) as here:
        here.receive_bytes()
        show.play()
    assert show.running
    with client.websocket_connect(path) as here:
        assert header(here.receive_bytes())["running"]
        show.close()
        here.send_json({"do": "drawn"})
        with pytest.raises(WebSocketDisconnect) as closed:
            while True:
                here.receive_bytes()
        assert closed.value.code == socket.NO_RUNS
    assert code_of(client, path) == socket.NOT_ALLOWED
