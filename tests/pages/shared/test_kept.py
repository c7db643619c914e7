"""Runs of a visit beside each other: kept when they rest or make room, bounded, with a way back, across pages."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.play import kept
from pages.shared.shell import i18n
from pages.shared.shell.state import KEY
from pages.shared.views import camera
from pages.shared.views import kept as view
from tests.pages.test_pages import at_rest, press, state, until, visit

SMALL = {"g_layers": "8", "d_layers": "8", "batch": "16"}


@pytest.fixture(autouse=True)
def opened(unfold: Callable[[str], None]) -> None:
    unfold(i18n.t("kept.title"))


def found(app: AppTest) -> list[kept.Row]:
    return kept.rows(app.session_state[KEY].kept)


def stepped(app: AppTest) -> AppTest:
    return at_rest(press(app, "step"))


def test_runs_are_kept_scored_overlaid_and_brought_back() -> None:
    app = at_rest(visit("play_2d", **SMALL))
    assert not found(app) and any(one.value == i18n.t("kept.empty") for one in app.caption)
    stepped(app)
    stepped(app)
    assert [(row.number, row.step) for row in found(app)] == [(1, 2)]  # the same run, further on
    app.selectbox(key="play_2d.loss").set_value("hinge").run()
    stepped(at_rest(press(app, "restart")))
    first, second = found(app)[::-1]
    assert all("perfect …" not in one for row in (first, second) for one in view.numbers(row))
    assert (second.number, second.config.train.loss, first.config.train.loss) == (2, "hinge", "non_saturating")
    shown = view.numbers(second)
    assert len(shown) == len(view.NUMBERS) and all("perfect " in one for one in shown)
    assert f"Loss {i18n.t('option.loss.hinge')}" in view.settings(second) and second.yardstick is not None
    assert max(row.nbytes for row in found(app)) < kept.ROW_BYTES
    assert len(app.get("image")) >= 2 and app.get("plotly_chart")
    names = [view._name(row, [first, second]) for row in (first, second)]
    assert names == [f"{i} · Loss {i18n.t(f'option.loss.{loss}')}" for i, loss in ((1, "non_saturating"), (2, "hinge"))]
    same = [replace(first, config=first.config.replace(seed=seed)) for seed in (3, 4)]
    assert [view._name(row, same) for row in same] == ["1 · Seed 3", "1 · Seed 4"]
    assert view._levels([first], "losses") == pytest.approx({"D: 2 ln 2": 2 * math.log(2), "G: ln 2": math.log(2)})
    assert view._levels([first], "outputs") == {"½": 0.5} and not view._levels([first, second], "losses")

    app.button(key="play_2d-kept-1").click().run()
    at_rest(app)
    assert state(app).show.configs[0] == first.config and state(app).show.configs[0].train.loss == "non_saturating"
    assert view._words(second) == SMALL | {"loss": "hinge"}

    app.switch_page("pages/distances/page.py").run()
    app.switch_page("pages/play_2d/page.py").run()
    assert not app.exception and [row.number for row in found(app)] == [2, 1]


def test_a_run_that_made_room_at_once_has_something_to_stand_beside() -> None:
    """Its scores stood beside dots for ever."""
    app = at_rest(visit("play_2d", **SMALL))
    at_rest(press(app, "step"))
    (key,), rows = app.session_state[KEY].kept, app.session_state[KEY].kept
    row = rows[key]
    other = replace(row, config=row.config.replace(data="moons"), yardstick=None)
    lent = {key: row, ("play_2d", "same"): replace(row, yardstick=None), ("play_2d", "other"): other}
    kept.lend(lent)
    assert row.yardstick is not None and lent["play_2d", "same"].yardstick is row.yardstick
    assert lent["play_2d", "other"].yardstick is None
    again: dict[kept.Key, kept.Row] = {}
    kept.remember(state(app), again)  # as the player does before it makes room
    assert again[key].yardstick is not None


def test_scores_are_those_that_the_page_showed_or_a_worker_finds_them() -> None:
    app = stepped(at_rest(visit("play_2d", **SMALL, members="2")))
    rows = app.session_state[KEY].kept
    ((key, row),) = rows.items()
    assert row.scores is not None and len(row.scores) == 2 and row.scores == row.score()
    rows[key] = replace(row, scores=None)
    app.run()
    until(lambda: not state(app).works["kept"].running)  # type: ignore[attr-defined]
    app.run()
    assert rows[key].scores == row.scores and not app.exception
    assert all(" – " not in one for one in view.numbers(rows[key]))


def test_twins_are_a_row_each_and_come_back_together() -> None:
    app = at_rest(visit("vanishing", **SMALL, members="2"), "vanishing")
    at_rest(press(app, "step", "vanishing"), "vanishing")
    assert {row.config.train.loss for row in found(app)} == {"minimax", "non_saturating"}
    assert {row.base.train.d_lr for row in found(app)} == {state(app, "vanishing").config.train.d_lr}
    app.button(key="vanishing-kept-1").click().run()
    assert not app.exception and state(app, "vanishing").configs() == tuple(row.config for row in found(app)[::-1])


def test_only_the_last_ones_are_kept_and_little_of_each() -> None:
    app = at_rest(visit("play_2d", **SMALL, members="8"))
    page = state(app)
    rows: dict[kept.Key, kept.Row] = {}
    press(app, "step")
    at_rest(app)
    for seed in range(kept.MOST + 3):
        page.show.configs = (page.config.replace(seed=seed),)
        kept.remember(page, rows)
    assert len(rows) == kept.MOST and [row.number for row in kept.rows(rows)][:2] == [kept.MOST + 3, kept.MOST + 2]
    assert sum(row.nbytes for row in rows.values()) < kept.MOST * kept.ROW_BYTES < 1_000_000


def test_a_run_that_diverged_is_kept_as_one() -> None:
    app = at_rest(visit("play_2d", **SMALL, optimiser="sgd", loss="pearson", g_lr="1.0", d_lr="1.0", steps="300"))
    at_rest(press(app, "play"))
    (row,) = found(app)
    assert row.failed and not app.exception
    assert any(i18n.t("kept.failed") in one.value for one in app.caption)


def test_that_a_run_has_come_further_is_said_once() -> None:
    """Otherwise a page on which the table is open would be drawn over and over."""
    app, rows = at_rest(visit("play_2d", **SMALL)), {}
    page = state(app)
    assert not kept.remember(page, rows) and page.choices[kept.OPEN]
    stepped(app)
    assert kept.remember(page, rows) and not kept.remember(page, rows)


def test_settings_are_said_in_the_words_of_their_controls() -> None:
    assert i18n.value("loss", "non_saturating") == i18n.t("option.loss.non_saturating") != "non_saturating"
    assert [i18n.value("spectral_norm", on) for on in (False, True)] == ["off", "on"]
    assert i18n.value("g_layers", (64, 64)) == "64-64" and i18n.value("g_lr", 1e-3) == "0.001"
    said = camera.options_said()
    assert (
        said["loss"]["non_saturating"] == i18n.value("loss", "non_saturating") and said["spectral_norm"][True] == "on"
    )


def test_what_runs_side_by_side_have_in_common() -> None:
    from gan_core.config import RunConfig

    base = RunConfig.of(d_steps=2)
    variants = ({"loss": "wasserstein", "clip": 0.1}, {"loss": "hinge"})
    found = kept._base([base.replace(**one) for one in variants], variants)
    assert [found.replace(**one) for one in variants] == [base.replace(**one) for one in variants]
