"""The pages as Streamlit runs them, without a browser."""

from __future__ import annotations

import gc
import json
import re
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block
from streamlit.util import calc_hash

from gan_core.presets import PRESETS
from pages.shared.controls import fields
from pages.shared.play import resources
from pages.shared.shell import i18n
from pages.shared.shell.state import KEY, PageState
from pages.shared.views.live.component import KINDS

ROOT = Path(__file__).parents[2]
PLAYERS = ("play_2d", "digits")
PATIENCE = 60
VIEW = "bidi_component"
MOVES = ("scene", "curves", "digits", "heat", "words", "sketch")  # kinds of views


def visit(name: str, *, folded: bool = False, **params: str) -> AppTest:
    """A new visitor on a page, who has opened all groups of settings, or none."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    app._page_hash = calc_hash(name)  # `switch_page` would need a visit to the first page, which is dearer than most
    if not folded:
        for group in fields.GROUPS:
            app.session_state[f"{name}.group.{group}"] = True
    for word, value in params.items():
        app.query_params[word] = value
    return app.run()


def train(name: str, **params: str) -> AppTest:
    """A new visitor where a page trains from scratch."""
    return visit(name, **({"section": "scratch"} if name == "digits" and not params else {}), **params)


def state(app: AppTest, name: str = "play_2d") -> PageState:
    return app.session_state[KEY].pages[name]


def until(condition: Callable[[], bool]) -> None:
    """Wait for a worker of the pool."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "the pool did not get there"
        time.sleep(0.01)


def at_rest(app: AppTest, name: str = "play_2d") -> AppTest:
    """The page after its runs have come to rest; of one that still shows a recorded run, after its own are there."""
    if state(app, name).show is None:
        press(app, "reset", name)
    while True:  # the first look may ask a worker for numbers
        until(lambda: not state(app, name).show.job.busy)
        app.run()
        assert not app.exception
        if not state(app, name).show.job.busy:
            return app


def press(app: AppTest, button: str, name: str = "play_2d") -> AppTest:
    return app.button(key=f"{name}-{button}").click().run()


def look_back(app: AppTest, step: int, name: str = "play_2d") -> AppTest:
    """What the scrubber does over the socket, which this driver does not have."""
    state(app, name).show.look_at(step)
    return app.run()


def unwrapped(packet: bytes) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """The header of a packet, and for each view its kind and the header of its frame."""
    length = int.from_bytes(packet[:4], "little")
    header, at, frames = json.loads(packet[4 : 4 + length]), 4 + length, []
    while at < len(packet):
        kind, size = (int.from_bytes(packet[at + i : at + i + 4], "little") for i in (0, 4))
        frames.append((KINDS[kind], _header(packet[at + 8 : at + 8 + size])))
        at += 8 + size
    return header, frames


def _header(frame: bytes) -> dict[str, Any]:
    return json.loads(frame[4 : 4 + int.from_bytes(frame[:4], "little")])


def views(app: AppTest) -> list[tuple[str, dict[str, Any]]]:
    """Every live view on the page: its kind, and the header of the frame that the last script run put into it."""
    shown = [(node.proto.component_name.removeprefix("gan_live_"), node.proto.bytes) for node in app.get(VIEW)]
    return [(kind, _header(message[8:])) for kind, message in shown if kind in KINDS]


def blocks(app: AppTest, name: str) -> list[dict[str, Any]]:
    """The blocks of words that move with the pictures: those that have `name`, "sentence" or "head" or "numbers"."""
    return [block for kind, frame in views(app) if kind == "words" for block in frame["blocks"] if name in block]


def alarms(app: AppTest) -> list[str]:
    """The sentences in boxes of warning that move with the pictures."""
    return [block["sentence"] for block in blocks(app, "sentence") if block["mood"] == "warning"]


def numbers(app: AppTest) -> dict[str, str]:
    """The numbers that move with the pictures, by their names."""
    return {label: value for block in blocks(app, "numbers") for label, value, *_ in block["numbers"]}


def params(app: AppTest) -> dict[str, str]:
    return {key: value if isinstance(value, str) else value[-1] for key, value in app.query_params.items()}


def tables(app: AppTest) -> list[list[list[str]]]:
    """Every table of words and numbers on the page: its rows of cells, the first one the head; without their style."""
    found = [block.value.splitlines() for block in app.markdown if block.value.startswith("| ")]
    moving = [[[_plain(cell) for cell in row] for row in (one["head"], *one["rows"])] for one in blocks(app, "head")]
    return [[_cells(line) for line in (lines[0], *lines[2:])] for lines in found] + moving


def _cells(line: str) -> list[str]:
    return [_plain(cell) for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def _plain(cell: str) -> str:
    return re.sub(r"^:gray\[(.*)\]$", r"\1", cell.strip()).strip("*").replace("\\|", "|")


def areas(app: AppTest) -> set[str]:
    """The areas of the stage that a page has filled, see `shell.stage`."""
    found, waiting = set(), [app.main]
    while waiting:
        block = waiting.pop()
        waiting += block.children.values() if isinstance(block, Block) else ()
        key = getattr(getattr(block, "proto", None), "id", "")
        found |= set(re.findall(r"stage-([a-z-]+)$", key))
    return found


def words(app: AppTest) -> str:
    still = [block.value for block in (*app.warning, *app.error, *app.info, *app.markdown, *app.caption)]
    moving = [block["sentence"] for block in blocks(app, "sentence")]
    rows = [f"| {' | '.join(row)} |" for block in blocks(app, "head") for row in (block["head"], *block["rows"])]
    return " ".join([*still, *moving, *rows])


# ── opening ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", PLAYERS)
def test_a_page_opens_at_its_default_and_keeps_the_address_short(name: str) -> None:
    app = at_rest(train(name), name)
    page = state(app, name)
    assert page.show.job.frame.step == 0
    assert page.config == page.default
    assert params(app) == ({"section": "scratch"} if name == "digits" else {})
    assert not app.warning and not app.error


@pytest.mark.parametrize("name", ["play_2d", pytest.param("digits", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("word", "value", "named"),
    [
        ("g_lr", "fast", "g_lr"),
        ("g_lr", "-3", "g_lr"),
        ("g_lr", "nan", "g_lr"),
        ("batch", "100000", "batch"),
        ("data", "cats", "data"),
        ("modes", "", "modes"),
        ("colour", "red", "colour"),
        ("preset", "nonsense", "preset"),
        ("points", "0123456789abcdef", "points"),
        ("g_layers", "1-2-3-4-5-6-7-8-9", "g_layers"),
        ("seed", "9" * 400, "seed"),
        ("members", "129", "members"),
    ],
)
def test_a_bad_address_is_one_sentence_and_the_default_runs(name: str, word: str, value: str, named: str) -> None:
    app = at_rest(visit(name, **{word: value}), name)
    label = i18n.texts("en").get(f"field.{named}", named)  # what is no field has no control
    assert len(app.warning) == 1 and app.warning[0].value.startswith(f"{label} = ")
    assert state(app, name).config == state(app, name).default
    assert press(app, "step", name) and at_rest(app, name)
    assert state(app, name).show.job.step_count == 1


@pytest.mark.parametrize("name", [name for name in PRESETS if not name.startswith("bench_")])
def test_every_preset_opens(name: str) -> None:
    config = PRESETS[name].config
    page = "digits" if config.data.is_image else "play_2d"
    app = at_rest(visit(page, preset=name), page)
    assert not app.warning and not app.error
    seed = state(app, page).config.train.seed  # of what is recorded, the one that is shown
    assert state(app, page).show.configs == (config.replace(seed=seed),)
    assert state(app, page).show.job.frame.step == 0


def test_the_address_of_digits_says_which_preset_it_starts_from() -> None:
    app = at_rest(visit("digits", seed="3"), "digits")
    assert params(app) == {"preset": "digits_mlp", "seed": "3"}
    assert state(app, "digits").config == PRESETS["digits_mlp"].config.replace(seed=3)


# ── the player ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", PLAYERS)
def test_step_reset_and_the_same_start(name: str) -> None:
    app = at_rest(visit(name, batch="16", g_layers="16", d_layers="16"), name)
    start = state(app, name).show.job.frame.runs[0].snapshot.fake
    press(app, "step", name)
    at_rest(app, name)
    first = state(app, name).show.job.frame
    assert first.step == 1
    press(app, "reset", name)
    at_rest(app, name)
    again = state(app, name).show.job.frame
    assert again.step == 0 and (again.runs[0].snapshot.fake == start).all()
    press(app, "step", name)
    at_rest(app, name)
    assert (state(app, name).show.job.frame.runs[0].snapshot.fake == first.runs[0].snapshot.fake).all()


def test_step_d_leaves_g_and_the_count() -> None:
    app = at_rest(visit("play_2d"))
    before = state(app).show.job.frame.runs[0].snapshot
    press(app, "step_d")
    at_rest(app)
    after = state(app).show.job.frame.runs[0].snapshot
    assert after.step == 0 and (after.fake == before.fake).all() and (after.field != before.field).any()
    press(app, "step_g")
    at_rest(app)
    assert state(app).show.job.frame.runs[0].snapshot.step == 1


def test_play_runs_to_the_end_and_can_go_on() -> None:
    app = at_rest(visit("play_2d", steps="30", batch="8", g_layers="8", d_layers="8"))
    press(app, "play")
    until(lambda: state(app).show.job.state == "finished")
    at_rest(app)
    assert state(app).show.job.step_count == 30
    assert app.button(key="play_2d-play").disabled
    app.number_input(key="play_2d.steps").set_value(40).run()
    press(app, "play")
    until(lambda: state(app).show.job.step_count == 40)
    assert params(app)["steps"] == "40"


def test_play_and_pause() -> None:
    app = at_rest(visit("play_2d", batch="8", g_layers="8", d_layers="8", steps="1000000"))
    press(app, "play")
    assert state(app).show.running and resources.pool().load >= 1
    until(lambda: state(app).show.job.step_count > 3)
    press(app, "pause")
    at_rest(app)
    stopped = state(app).show.job.step_count
    assert state(app).show.job.state == "paused" and state(app).show.job.frame.step == stopped > 3


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("play_2d", {}),
        ("play_2d", {"members": "3"}),
        ("collapse", {}),
        ("vanishing", {}),
        ("vanishing", {"members": "3"}),
        ("wgan", {}),
        ("wgan-critic", {"part": "critic"}),
        ("wgan-digits", {"part": "digits"}),
        ("digits", {"preset": "digits_mlp"}),
    ],
)
def test_while_a_run_trains_workers_draw_all_that_moves(name: str, address: dict[str, str]) -> None:
    page, *_ = name.split("-")  # a part of a page has runs of its own
    app = at_rest(visit(page, batch="8", g_layers="8", d_layers="8", steps="1000000", **address), name)
    shown = {(kind, frame["key"]) for kind, frame in views(app) if kind in MOVES}
    show = state(app, name).show
    heard = threading.Event()
    show.channel.listen(heard.set)
    show.channel.fetch()
    press(app, "play", name)
    packet = None
    while packet is None:
        heard.clear()
        packet = show.channel.fetch()
        assert packet is not None or heard.wait(PATIENCE), "no worker made a packet"
    header, frames = unwrapped(packet)
    assert header["running"] and header["step"] == frames[0][1]["step"]
    # every view that is on the page and shows the runs is in it, at one and the same step
    assert {(kind, frame["key"]) for kind, frame in frames} == shown
    assert {frame["step"] for _, frame in frames} == {header["step"]}
    press(app, "pause", name)
    at_rest(app, name)
    show.channel.listen(None)


def test_new_seed_is_another_run_and_stands_in_the_address() -> None:
    app = at_rest(visit("play_2d", members="4"))
    press(app, "new_seed")
    at_rest(app)
    assert state(app).config.train.seed == 4  # the four seeds before are not repeated
    assert params(app) == {"members": "4", "seed": "4"}


def test_scrubbing_brings_a_step_back_and_play_goes_on_from_the_last() -> None:
    app = at_rest(visit("play_2d", batch="8", g_layers="8", d_layers="8"))
    for _ in range(4):
        press(app, "step")
    at_rest(app)
    look_back(app, 2)
    assert state(app).show.moment().step == 2
    press(app, "step")
    at_rest(app)
    assert state(app).show.moment().step == 5


def test_a_changed_control_says_so_and_offers_to_restart_or_undo() -> None:
    app = at_rest(press(at_rest(visit("play_2d")), "step"))
    app.selectbox(key="play_2d.loss").set_value("hinge").run()
    assert state(app).show.configs[0].train.loss == "non_saturating" and "**Loss**" in words(app)
    press(app, "undo")
    assert state(app).config.train.loss == "non_saturating" and "**Loss**" not in words(app)
    app.selectbox(key="play_2d.loss~1").set_value("hinge").run()
    press(app, "restart")
    at_rest(app)
    assert state(app).show.configs[0].train.loss == "hinge" and state(app).show.job.step_count == 0


def test_a_learning_rate_changes_the_run_at_once_and_is_marked() -> None:
    app = at_rest(press(at_rest(visit("play_2d")), "step"))
    app.select_slider(key="play_2d.g_lr").set_value(0.01).run()
    at_rest(app)
    run = state(app).show.job.frame.runs[0]
    assert run.config.train.g_lr == 0.01
    assert [mark.step for mark in run.marks] == [1] and "g_lr" in run.marks[0].text
    assert not app.info


def test_a_diverging_run_ends_with_a_sentence_and_its_past_stays() -> None:
    app = at_rest(visit("play_2d", preset="diverging"))
    press(app, "play")
    until(lambda: state(app).show.job.state in ("failed", "finished"))
    at_rest(app)
    if state(app).show.job.state == "failed":
        assert "stopped being finite" in app.error[0].value
        assert len(state(app).show.job.frame.steps) > 1


def test_changing_the_page_and_coming_back_keeps_the_run() -> None:
    app = at_rest(press(at_rest(visit("play_2d", seed="9")), "step"))
    show = state(app).show
    app.switch_page("pages/home/page.py").run()
    app.query_params.clear()
    app.switch_page("pages/play_2d/page.py").run()
    assert not app.exception
    assert state(app).show is show and state(app).config.train.seed == 9
    assert params(app) == {"seed": "9"}


@pytest.mark.parametrize(
    ("name", "address", "left"),
    [
        ("play_2d", {"data": "grid", "modes": "25", "g_lr": "0.01", "members": "2"}, {}),
        ("digits", {"section": "latent", "view": "coordinate", "run": "mlp", "knob": "labels"}, {"section": "latent"}),
        ("digits", {"preset": "digits_mlp", "g_lr": "0.01"}, {"section": "scratch"}),
        ("collapse", {"beside": "plain-unrolled5", "count": "near", "members": "2"}, {}),
        ("vanishing", {"preset": "vanishing", "axis": "probability", "members": "2", "g_lr": "0.01"}, {}),
        ("distances", {"tab": "fit", "n": "1000", "line_q_mean": "-1"}, {"tab": "fit"}),
        ("wgan", {"beside": "minimax-hinge_r1", "fair": "cpu", "members": "2"}, {}),
        ("wgan", {"part": "lines", "theta": "0.5", "seed": "3"}, {"part": "lines"}),
    ],
)
def test_one_button_sets_everything_on_a_page_back(name: str, address: dict, left: dict) -> None:
    app = visit(name, **address)
    assert not app.exception and not app.warning and params(app) == address
    app.button(key="defaults").click().run()
    page = app.session_state[KEY].pages[app.session_state[KEY].here]
    assert not app.exception and not app.warning and params(app) == left
    assert page.config == page.default and not page.words.keys() - left.keys()


def test_where_nothing_can_be_set_or_nothing_may_no_button_sets_it_back() -> None:
    assert not [button for button in visit("home").button if button.key == "defaults"]
    assert not [button for button in visit("play_2d", hide="controls").button if button.key == "defaults"]


def test_two_visitors_are_independent() -> None:
    one, two = at_rest(visit("play_2d", seed="1")), at_rest(visit("play_2d", seed="2"))
    press(one, "step")
    at_rest(one)
    assert (state(one).show.job.step_count, state(two).show.job.step_count) == (1, 0)
    assert state(two).config.train.seed == 2


def test_only_one_page_of_a_visitor_trains_and_three_are_kept() -> None:
    app = at_rest(visit("play_2d", steps="1000000"))
    press(app, "play")
    app.switch_page("pages/digits/page.py").run()
    assert state(app).show.running  # going away does not stop it …
    at_rest_digits = state(app, "digits").show
    until(lambda: not at_rest_digits.job.busy)
    press(app, "play", "digits")
    assert not state(app).show.running and at_rest_digits.running  # … playing elsewhere does
    press(app, "pause", "digits")


# ── several members, still figures ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("play_2d", {"seed": "1", "members": "2"}),
        ("collapse", {"seed": "1", "members": "2"}),
        ("vanishing", {"seed": "1", "members": "2"}),
        ("wgan", {"seed": "1"}),
        ("digits", {"section": "scratch", "seed": "1", "batch": "8"}),
    ],
)
def test_of_runs_that_ended_nothing_stays_though_their_widgets_do(name: str, address: dict[str, str]) -> None:
    """Streamlit keeps for the whole session what every widget that ever was on a page would call."""
    app = at_rest(visit(name, **address), name)
    show = state(app, name).show
    frame, (trainer, *_) = show.job.frame, show.job._work.trainers
    heavy = {"frame": frame, "trainer": trainer, "generator": trainer.ensembles[0].generator}
    heavy |= {f"picture {i}": run.snapshot for i, run in enumerate(frame.runs)}
    left = {what: weakref.ref(thing) for what, thing in heavy.items()}
    del show, frame, trainer, heavy, _
    gc.collect()
    gc.disable()
    try:
        app.session_state[KEY].close()
        until(lambda: not any(thing() for thing in left.values()))
    finally:
        gc.enable()


@pytest.mark.parametrize("name", PLAYERS)
def test_still_figures_are_drawn_when_asked_for(name: str) -> None:
    app = at_rest(visit(name, batch="8", g_layers="8", d_layers="8", members="2"), name)
    press(app, "step", name)
    at_rest(app, name)
    app.session_state[f"{name}-figures"] = True
    app.run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 5


# ── what the browser did not know yet ────────────────────────────────────────────────────────────────────────────────


def test_a_widget_that_was_replaced_wishes_nothing():
    """Its browser may report it once more: pressing "c = 0.001" was undone by the slider that stood there before."""

    def script():
        import streamlit as st

        from pages.shared.shell.state import if_shown

        said = []
        first = if_shown("x.c", lambda: said.append("first"))
        first()
        second = if_shown("x.c~1", lambda: said.append("second"))
        other = if_shown("x.d", lambda: said.append("other"))
        first(), second(), other()
        st.text(" ".join(said))

    app = AppTest.from_function(script).run()
    assert app.text[0].value == "first second other"


def test_a_folded_group_of_settings_is_filled_when_somebody_opens_it():
    app = visit("play_2d", folded=True, g_layers="16")
    known = {widget.key for widget in app.text_input}
    assert "play_2d.g_layers" not in known
    app.session_state[fields.group_key(state(app), "nets")] = True
    app.run()
    assert app.text_input("play_2d.g_layers").value == "16"
    app.text_input("play_2d.g_layers").set_value("8").run()
    assert state(app).config.model.g_layers == (8,)
    app.session_state[fields.group_key(state(app), "nets")] = False
    app.run()
    assert state(app).config.model.g_layers == (8,)
