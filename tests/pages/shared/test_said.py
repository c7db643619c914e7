"""What a browser says of a view's events may be anything that JSON can hold: what no view of ours says is no event."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from streamlit.util import AttributeDictionary

from gan_core.config import RunConfig
from pages.collapse import options as collapse
from pages.convergence import options as convergence
from pages.digits import labels, latent_space
from pages.distances import options as distances
from pages.shared.controls import bars, options, predict
from pages.shared.shell.state import PageState
from pages.shared.views import drag, live
from pages.shared.views.live import component
from pages.vanishing import options as vanishing
from pages.wgan import options as wgan
from tests.gan_core.test_checks import ANYTHING

Say = Callable[[Any], None]
NAMES = {"w1": "W", "jsd": "J"}
SIDES = {"p": {"kind": "gaussian", "mean": 0.0, "std": 1.0}, "q": {"kind": "gaussian", "mean": 1.0, "std": 1.0}}
DIGITS = np.zeros((3, 28, 28), np.uint8)
LINE = live.Chart("loss", np.arange(3), [live.Line("D", "real", np.zeros(3))])
STRIP = live.Strip("modes", np.arange(2), np.ones((2, 1)), np.ones(1))
PATH = live.Path("game", np.ones((3, 2)), np.zeros((1, 2)), np.ones((1, 2)), np.ones(1), np.ones(1), "#117733")
PANELS = [live.Panel((-1, 1, -1, 1), fake=np.zeros((4, 2)))] * 2

# each view: how it is shown, with whom its events tell, and of each event something that it does say
VIEWS: dict[str, tuple[Callable[[Say], object], dict[str, Any]]] = {
    "scene": (
        lambda say: live.scene("key", PANELS, on_select=say, on_layers=say, on_window=say, back=True, selectable=True),
        {"selected": -1, "layers": ["fake"], "window": [0.5, 0.5, 2.0]},
    ),
    "curves": (lambda say: live.curves("key", [LINE], on_click=say), {"step": 2}),
    "heat": (lambda say: live.heat("key", [STRIP], on_click=say), {"step": 1}),
    "digits": (lambda say: live.digits("key", DIGITS, on_select=say), {"selected": 2}),
    "paths": (
        lambda say: live.paths("key", [PATH], run="r", extent=2.0, on_start=say, on_played=lambda: say("r")),
        {"start": [0.5, 1], "played": "r"},
    ),
    "timeline": (
        lambda say: live.timeline("key", {}, token="", buttons={}, on_look=say),
        {"look": {"step": 7}},
    ),
    "recorded": (
        lambda say: live.recorded(
            "key", "", panels=[], charts=[], captions=[], about="", scene_labels={}, on_layers=say, on_window=say
        ),
        {"layers": ["real"], "window": [0.5, 0.5, 2.0]},
    ),
    "densities": (
        lambda say: drag.densities(
            "key", **SIDES, draw="w1", moving=False, names=NAMES, adds={}, words={}, on_shape=say, on_draw=say
        ),
        {"shape": [["q", "mean", 2]], "draw": "jsd"},
    ),
    "plane": (
        lambda say: drag.plane(
            "key", **SIDES, samples={}, pairs=np.empty((0, 3)), moving=False, words={}, on_shape=say
        ),
        {"shape": [["q", "x", -0.5]]},
    ),
    "lines": (
        lambda say: drag.lines("key", 0.5, moving=False, names=NAMES, words={}, on_theta=say),
        {"theta": -1},
    ),
    "bars": (
        lambda say: bars.bars("key", [0.5, 1.0], colour="#000", labels=["a", "b"], on_change=say),
        {"heights": [0, 0.25]},
    ),
}  # fmt: skip
EVENTS = [(view, event) for view, (_, events) in VIEWS.items() for event in events]
# a number for any step that is one, and any number for θ, is what those views may say
MAY_SAY = {("lines", "theta"): (-(10**9), 1.5), ("scene", "layers"): ([],), ("recorded", "layers"): ([],)}
UNASKED = {"code", "rest", "train", "left", "drawn", "offer"}  # no value, and the drawing, which `received` checks


class Browser:
    """Shows a view, and says something of one of its events."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: dict[str, Callable[[], None]] = {}
        self.heard: list[Any] = []
        self.state: dict[str, Any] = {"key": AttributeDictionary({})}
        fake = SimpleNamespace(session_state=self.state)
        for module in (component, bars):
            monkeypatch.setattr(module, "st", fake)
        monkeypatch.setattr(component, "mount", self.mount)
        monkeypatch.setattr(drag, "_drag", self.mounted)
        monkeypatch.setattr(bars, "_bars", self.mounted)
        for name in ("scene", "curves", "heat", "digits", "paths", "timeline", "recorded"):
            module = inspect.getmodule(getattr(live, name))
            if hasattr(module, "mount"):
                monkeypatch.setattr(module, "mount", self.mount)
            if hasattr(module, "keep"):
                monkeypatch.setattr(module, "keep", lambda *what, **how: None)

    def mount(self, _kind: str, _key: str, _frame: bytes, **events: Callable[[], None]) -> None:
        self.events = {name.removeprefix("on_").removesuffix("_change"): call for name, call in events.items()}

    def mounted(self, *, key: str, data: object, **events: Callable[[], None]) -> None:
        self.mount("", key, b"", **events)

    def says(self, view: str, event: str, value: Any) -> list[Any]:
        VIEWS[view][0](self.heard.append)
        self.state["key"] = AttributeDictionary({event: value})
        self.events[event]()
        return self.heard


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    return Browser(monkeypatch)


@pytest.mark.parametrize("value", ANYTHING, ids=lambda value: str(value)[:12])
@pytest.mark.parametrize(("view", "event"), EVENTS)
def test_what_no_view_says_is_no_event(browser: Browser, view: str, event: str, value: Any) -> None:
    steps = event in ("step", "look") and type(value) is int and 0 <= value <= 2**53
    if steps or any(value == may and value is not True for may in MAY_SAY.get((view, event), ())):
        return
    heard = browser.says(view, event, value)
    if (event, value) == ("look", {}):
        assert heard == [None]  # the present
    elif event == "window":
        assert heard == [component.WHOLE]
    else:
        assert not heard
    for inner in ([value], [value, value], [[value, value, value]], [["q", "mean", value]], {"step": value}):
        if event not in ("theta", "window", "layers"):
            browser.heard.clear()
            assert all(plain(one) for one in browser.says(view, event, inner))


def plain(told: Any) -> bool:
    """Whether a page can do with it what it likes: finite numbers, names, and rows of them."""
    if isinstance(told, list | tuple):
        return all(map(plain, told))
    return told is None or isinstance(told, str) or (type(told) in (int, float) and abs(told) <= 2**53)


@pytest.mark.parametrize(("view", "event"), EVENTS)
def test_what_a_view_says_is_heard(browser: Browser, view: str, event: str) -> None:
    assert browser.says(view, event, VIEWS[view][1][event])
    assert plain(browser.heard) and set(browser.events) <= set(VIEWS[view][1]) | UNASKED


def test_every_view_that_says_something_is_here() -> None:
    silent = {"words", "sketch", "board", "waiting"}  # nobody reads with what value it has its part look again
    assert set(component.KINDS) - silent <= set(VIEWS)


# ── controls ─────────────────────────────────────────────────────────────────────────────────────────────────────────

PAGES = {
    "collapse": collapse.OPTIONS, "convergence": convergence.OPTIONS, "distances": distances.OPTIONS,
    "labels": labels.OPTIONS, "latent": latent_space.OPTIONS, "vanishing": vanishing.OPTIONS, **wgan.OPTIONS,
}  # fmt: skip


@pytest.mark.parametrize("value", [*ANYTHING, ["x"], [10**400] * 9, [float("inf")] * 9], ids=lambda v: str(v)[:12])
@pytest.mark.parametrize("name", PAGES)
def test_an_option_keeps_only_what_it_can_be(name: str, value: Any) -> None:
    page = PageState(name, RunConfig(), RunConfig(), options=PAGES[name])
    for one in page.options:
        before = options.value(page, one)
        try:
            options.put(page, one, value)
        except ValueError:
            assert options.value(page, one) == before
        assert page.options[one].write(options.value(page, one)) == page.words.get(one, page.options[one].write(before))


def test_heights_of_thousands_of_digits_are_answered_in_the_words_of_the_page() -> None:
    page = PageState("distances", RunConfig(), RunConfig(), options=distances.OPTIONS)
    options.arrive(page, {"line_p_heights": "-".join(["9" * 5000] * len(distances.BARS["p"]))})
    assert "0 to 100" in str(page.problem) and "digits" not in str(page.problem)


@pytest.mark.parametrize("value", ANYTHING, ids=lambda value: str(value)[:12])
def test_what_is_no_answer_is_no_prediction(monkeypatch: pytest.MonkeyPatch, value: Any) -> None:
    page, asked = PageState("convergence", RunConfig(), RunConfig()), {}
    monkeypatch.setattr(predict.st, "radio", lambda _label, _answers, **how: asked.update(how))
    state: dict[str, Any] = {}
    monkeypatch.setattr(predict.st, "session_state", state)
    predict.question(page, "path_a", ("converges", "cycles", "leaves"), run="r", started=False)
    state[asked["key"]] = value
    asked["on_change"]()
    assert predict.question(page, "path_a", ("converges", "cycles", "leaves"), run="r", started=True,
                            shown="cycles") is False  # fmt: skip
    assert page.choices["predict", "path_a", "r"] is None
