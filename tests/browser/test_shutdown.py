"""The server ends in good order when it is told to."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.driver import CRASH, SMALL, button, press, serve, timeline, visitor, wait_idle


@pytest.mark.slow
def test_told_to_end_while_a_run_trains_it_ends_without_a_traceback(browser: Browser, tmp_path: Path) -> None:
    with serve(tmp_path / "log") as server, visitor(browser, server) as page:
        page.goto(f"/play_2d?{SMALL}")
        wait_idle(page)
        press(page, "Play")
        expect(button(page, "Pause")).to_be_visible()
        expect(timeline(page)).to_have_attribute("data-state", "running")
        page.close()  # what the browser says of a server that is gone is no fault
        os.kill(server.pid, signal.SIGTERM)
        _, status = os.waitpid(server.pid, 0)
        said = server.log.read_text()
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGTERM), said
    assert not CRASH.findall(said) and "Traceback" not in said, said
