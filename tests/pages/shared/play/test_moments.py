"""The browser tells at which moment somebody keeps a recorded run; nobody else can."""

from __future__ import annotations

import gc

from starlette.applications import Starlette
from starlette.testclient import TestClient

from gan_core.config import RunConfig
from pages.shared.play import moments
from pages.shared.shell.state import PageState


def test_the_moment_that_is_told_is_that_of_the_token_below_any_path() -> None:
    one, other = (PageState("play_2d", RunConfig(), RunConfig()) for _ in range(2))
    browser = TestClient(Starlette(routes=moments.ROUTES))
    assert moments.of(one) is moments.of(one) and moments.of(one).token != moments.of(other).token
    assert browser.post(f"/moment/{moments.of(one).token}/120").status_code == 204
    assert browser.post(f"/lab/gan/moment/{moments.of(other).token}/7").status_code == 204
    assert (moments.of(one).step, moments.of(other).step) == (120, 7)


def test_what_no_page_sends_changes_nothing() -> None:
    page = PageState("play_2d", RunConfig(), RunConfig())
    token, browser = moments.of(page).token, TestClient(Starlette(routes=moments.ROUTES))
    assert browser.post("/moment/guessed/3").status_code == 404
    assert browser.get(f"/moment/{token}/3").status_code == 405
    assert [browser.post(f"/moment/{token}/{step}").status_code for step in ("-3", "1.5", "x", "9" * 5_000)] == [
        404
    ] * 4
    assert moments.of(page).step is None
    page.choices.clear()
    gc.collect()
    assert browser.post(f"/moment/{token}/3").status_code == 404
