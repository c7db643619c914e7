"""Slide mode is a word of the address, shows the picture and two curves, and is left again."""

import re
from base64 import b64decode

import pytest

from pages.shared.shell.i18n import t
from pages.shared.views import camera, slide
from tests.pages.test_pages import at_rest, params, state, views, visit

SMALL = {"g_layers": "8", "d_layers": "8", "batch": "16"}


def test_the_address_opens_a_slide_and_leaving_it_keeps_the_run() -> None:
    app = at_rest(visit("play_2d", slide="1", embed="true", **SMALL))
    assert params(app)["slide"] == "1"
    kinds = [kind for kind, _ in views(app)]
    assert kinds.count("scene") == 1 and kinds.count("curves") == 1 and "words" not in kinds
    charts = next(frame for kind, frame in views(app) if kind == "curves")["charts"]
    assert len(charts) == 2
    assert any("Batch size 16" in caption.value and "seed 0" in caption.value for caption in app.caption)
    show = state(app).show
    app.button(key="slide-leave").click().run()
    assert "slide" not in params(app) and state(app).show is show
    assert "words" in [kind for kind, _ in views(app)]
    app.button(key="slide-enter").click().run()
    assert params(app)["slide"] == "1" and not app.exception


def test_pages_of_digits_and_of_several_runs_have_slides() -> None:
    app = at_rest(visit("digits", slide="1", section="scratch"), "digits")
    assert "digits" in [kind for kind, _ in views(app)]
    shelf = visit("digits", slide="1")
    assert "digits" in [kind for kind, _ in views(shelf)] and not shelf.exception
    app = at_rest(visit("vanishing", slide="1", tab="twins", **SMALL), "vanishing")
    panels = next(frame for kind, frame in views(app) if kind == "scene")["panels"]
    assert len({panel["title"] for panel in panels}) == len(panels) > 1
    assert {panel["title"].rpartition(" seed")[0] for panel in panels} == {
        t("vanishing.minimax"),
        t("vanishing.non_saturating"),
    }
    last = len(panels) // 2 - 1
    assert any(f"seed 0–{last} ({last + 1} of {state(app, 'vanishing').config.train.members} seeds)" in caption.value
               for caption in app.caption)  # of the seeds that it shows  # fmt: skip


def test_a_page_without_runs_shows_one_of_its_charts() -> None:
    app = visit("distances", slide="1")
    assert not app.exception and "data:image/svg+xml" in " ".join(one.value for one in app.get("html") if one.value)
    app.button(key="slide-leave").click().run()
    assert "slide" not in params(app)
    app.button(key="slide-enter").click().run()
    assert params(app)["slide"] == "1" and not app.exception


def test_home_has_a_slide_of_its_recorded_run() -> None:
    app = visit("home", slide="1")
    assert "slide" in params(app) and [kind for kind, frame in views(app) if kind == "recorded" and not frame["small"]]
    app.button(key="slide-leave").click().run()
    assert "slide" not in params(app) and not app.exception
    app.button(key="slide-enter").click().run()
    assert params(app)["slide"] == "1"


@pytest.mark.parametrize(("page", "words"), [
    ("collapse", {"tab": "why"}), ("vanishing", {"tab": "twins"}), ("wgan", {}), ("wgan", {"part": "critic"}),
    ("wgan", {"part": "digits"}), ("play_2d", {}), ("digits", {"section": "scratch"}),
])  # fmt: skip
def test_no_chart_of_a_slide_is_empty_before_the_run(page: str, words: dict[str, str]) -> None:
    """The recorded run is there in grey, or what can be said before the first step."""
    part = words.get("part")
    app = at_rest(visit(page, slide="1", **words), f"{page}-{part}" if part else page)
    charts = next(frame for kind, frame in views(app) if kind == "curves")["charts"]
    assert charts and not app.exception
    assert all("ghost" in chart or chart["kind"] == "histogram" for chart in charts)


@pytest.mark.parametrize(("page", "tab"), [("collapse", "mitigations"), ("collapse", "alarm")])
def test_a_section_with_charts_of_its_own_shows_them_until_the_page_has_a_run(page: str, tab: str) -> None:
    app = visit(page, slide="1", tab=tab)
    assert any("data:image/svg+xml" in one.value for one in app.get("html")) and state(app, page).show is None
    app.button(key="slide-leave").click().run()
    app.button(key=f"{page}-step").click().run()
    at_rest(app, page)
    app.button(key="slide-enter").click().run()
    assert not any("data:image/svg+xml" in one.value for one in app.get("html") if one.value) and not app.exception
    assert "scene" in [kind for kind, _ in views(app)]


@pytest.mark.parametrize(("page", "words", "said"), [
    ("wgan", {"part": "line"}, "On a line"), ("wgan", {"part": "lines"}, "Parallel lines"),
    ("convergence", {"tab": "map"}, "The map"), ("vanishing", {"tab": "curves"}, "Flat in what?"),
    ("vanishing", {"tab": "rescaled"}, "The optimiser"), ("vanishing", {"tab": "frozen"}, "G frozen"),
    ("vanishing", {"tab": "distance"}, "Two Gaussians"), ("vanishing", {"tab": "helps"}, "What helps"),
    ("digits", {"section": "recipe"}, "Recipe"),
])  # fmt: skip
def test_a_section_of_charts_is_named_on_its_slide(page: str, words: dict[str, str], said: str) -> None:
    app = visit(page, slide="1", **words)
    drawn = " ".join(one.value for one in app.get("html") if one.value)
    (coded,) = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", drawn)
    text = b64decode(coded).decode()
    assert said in text and not app.exception
    assert not any(f"· {word} {value}" in text for word, value in words.items())  # the section says it


def test_a_slide_without_a_picture_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "there", dict)  # nothing is drawn yet
    app = visit("convergence", slide="1", tab="map")
    assert t("slide.nothing_yet") in [one.value for one in app.caption] and app.button(key="slide-leave")


@pytest.mark.slow
def test_a_few_panels_lie_in_a_row_above_their_curves() -> None:
    app = at_rest(visit("wgan", slide="1", part="critic", **SMALL), "wgan-critic")
    assert not app.exception
    panels = next(frame for kind, frame in views(app) if kind == "scene")["panels"]
    assert len(panels) == slide.ROW
    page = state(app, "wgan-critic")
    counts = (1, 2, slide.ROW, slide.ROW + 1)
    assert [slide._shape(page, 1, count) for count in counts] == ["picture", "row", "row", "wide"]


@pytest.mark.slow
def test_twins_of_a_knob_have_a_slide_too() -> None:
    app = visit("digits", section="recipe", knob="label_smoothing")
    app.button(key="recipe-play").click().run()
    state(app, "recipe").show.pause()
    at_rest(app, "recipe")
    app.button(key="slide-enter").click().run()
    assert not app.exception and "# Digits" in [one.value for one in app.markdown]
    assert any("MNIST" in one.value for one in app.caption)
