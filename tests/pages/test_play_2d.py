"""The page of points in the plane as Streamlit runs it: its address, its controls, its members."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.presets import FLAGSHIP, PRESETS
from pages.shared.play import resources
from pages.shared.shell import i18n
from pages.shared.shell.state import KEY
from pages.shared.views import live, points
from pages.shared.views.live.component import drawing_code
from tests.pages.test_pages import at_rest, blocks, params, press, state, until, views, visit, words

SMALL = {"g_layers": "8", "d_layers": "8", "batch": "16"}


@pytest.fixture(autouse=True)
def opened(unfold: Callable[[str], None]) -> None:
    unfold(i18n.t("share.title"))


def test_words_of_the_app_are_no_configuration() -> None:
    app = at_rest(visit("play_2d", lang="en", hide="controls-presets", embed="true"))
    assert not app.warning
    assert not app.sidebar.expander
    assert {box.key for box in app.selectbox if box.key.startswith("play_2d")} == {"play_2d.data", "play_2d.loss"}
    assert state(app).config == RunConfig()


def test_a_link_gives_its_run() -> None:
    wanted = RunConfig.of(data="grid", modes=9, radius=3.0, g_lr=2e-4, d_layers=(32, 16), r1=0.5, seed=7, batch=32)
    app = at_rest(visit("play_2d", **wanted.to_query()))
    assert state(app).config == wanted == state(app).show.configs[0]
    assert params(app) == wanted.to_query()


def test_a_preset_in_the_address_may_be_changed_there() -> None:
    app = visit("play_2d", preset="grid", seed="5")
    assert state(app).config == PRESETS["grid"].config.replace(seed=5)


def test_a_control_changes_the_fresh_run_and_the_address() -> None:
    app = at_rest(visit("play_2d"))
    app.selectbox(key="play_2d.loss").set_value("hinge").run()
    at_rest(app)
    assert state(app).show.configs[0].train.loss == "hinge"
    assert params(app) == {"loss": "hinge"}


def test_a_control_that_contradicts_another_is_refused_with_a_sentence() -> None:
    app = at_rest(visit("play_2d", d_norm="batch"))
    app.select_slider(key="play_2d.r1").set_value(1.0).run()
    assert app.warning[0].value.startswith("R1 penalty γ = 1.0 is not possible")
    assert state(app).config.train.r1 == 0
    assert app.select_slider(key="play_2d.r1").value == 0


@pytest.mark.parametrize("text", ["128,64", "128 64", "128-64", " 128, 64 "])
def test_widths_are_typed_in_any_usual_way(text: str) -> None:
    app = visit("play_2d")
    app.text_input(key="play_2d.g_layers").set_value(text).run()
    assert state(app).config.model.g_layers == (128, 64)


def test_typed_nonsense_is_refused_with_a_sentence() -> None:
    app = visit("play_2d")
    app.text_input(key="play_2d.g_layers").set_value("many").run()
    assert app.warning[0].value.startswith("G: hidden layers = 'many' is not possible")


def test_choosing_the_grid_brings_a_grid_of_25() -> None:
    app = visit("play_2d")
    app.selectbox(key="play_2d.data").set_value("grid").run()
    assert (state(app).config.data.modes, state(app).config.data.std) == (25, 0.05)


def test_the_page_names_the_preset_that_ends_best_leads_to_it_and_says_why_it_shows_another() -> None:
    title = PRESETS[FLAGSHIP].title
    app = visit("play_2d")
    ((_, frame),) = [one for one in views(app) if one[0] == "recorded"]
    assert title in frame["about"]
    best = app.button(key="play_2d-best")
    assert title in best.label
    ((_, frame),) = [one for one in views(best.click().run()) if one[0] == "recorded"]
    assert frame["address"].endswith(f"/preset_{FLAGSHIP}") and state(app).config == PRESETS[FLAGSHIP].config
    assert not [button for button in app.button if button.key == "play_2d-best"]


def test_choosing_a_preset_starts_it() -> None:
    app = at_rest(press(at_rest(visit("play_2d")), "step"))
    app.selectbox(key="play_2d.preset~ring").set_value("collapse").run()
    at_rest(app)
    assert state(app).show.configs == (PRESETS["collapse"].config,)
    assert state(app).show.job.step_count == 0
    assert PRESETS["collapse"].why in words(app)


def test_own_points_begin_with_an_example_and_survive_in_the_address() -> None:
    app = visit("play_2d")
    app.selectbox(key="play_2d.data").set_value("custom").run()
    at_rest(app)
    digest = state(app).config.data.points
    assert params(app) == {"data": "custom", "points": digest}
    assert state(app).show.job.frame.step == 0
    other = at_rest(visit("play_2d", data="custom", points=digest))
    assert state(other).config == state(app).config and not other.warning


def test_a_bad_table_is_one_sentence() -> None:
    app = visit("play_2d")
    app.selectbox(key="play_2d.data").set_value("custom").run()
    before = state(app).config
    app.file_uploader(key="play_2d-points-file").set_value(("points.csv", b"x,y\n1,2\n3\n", "text/csv")).run()
    assert len(app.warning) == 1 and not app.exception
    assert state(app).config == before


def test_each_real_point_has_the_colour_of_its_row() -> None:
    table = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    labels = tuple("abcdefghij"[min(i % 13, 9)] for i in range(50))
    drawn = np.random.default_rng(1).integers(0, 50, 300)
    words, kinds = points._kinds(table[drawn].tobytes(), table.tobytes(), labels)
    assert len(words) == points.KINDS and words[0] == "j" and words[-1] == "…"  # the commonest first, the rarest last
    assert all(labels[row] == words[kind] or kind == points.KINDS - 1 for row, kind in zip(drawn, kinds, strict=True))


def test_what_was_assumed_of_a_table_is_said_and_a_click_changes_it() -> None:
    from tests.gan_core.data.test_tables import BROUGHT

    app = visit("play_2d")
    app.selectbox(key="play_2d.data").set_value("custom").run()

    def upload(name: str) -> None:
        app.file_uploader(key="play_2d-points-file").set_value((name, (BROUGHT / name).read_bytes(), "text/csv")).run()

    upload("moons_label.csv")
    first = state(app).config.data.points
    assert any("columns x1, x2 taken" in c.value for c in app.caption) and not app.exception
    assert [box.label for box in app.selectbox if "-points-" in box.key] == ["x", "y", "Colour by"]
    at_rest(app)
    ((_, sent),) = [one for one in views(app) if one[0] == "scene"]
    assert [layer["label"] for layer in sent["layers"] if "kind" in layer] == ["0", "1"]  # half each
    assert sent["panels"][0]["kinds"]["shape"] == sent["panels"][0]["real"]["shape"][:1]
    app.selectbox(key="play_2d-points-colour").set_value("").run()
    at_rest(app)
    ((_, sent),) = [one for one in views(app) if one[0] == "scene"]
    assert "kinds" not in sent["panels"][0] and state(app).config.data.points == first
    app.selectbox(key="play_2d-points-column-0").set_value("x2").run()  # exchanges the two
    assert state(app).choices["file", "points"].picked.names == ("x2", "x1")
    second = state(app).config.data.points
    assert second != first and "--columns x2,x1" in [*app.code][-1].value
    upload("penguins_mass.csv")
    common = state(app).config.data.points
    app.toggle(key="play_2d-points-apart").set_value(True).run()
    assert state(app).config.data.points != common and "--scale-columns" in [*app.code][-1].value
    upload("outlier_999.csv")
    app.toggle(key="play_2d-points-far").set_value(True).run()
    assert len(state(app).choices["file", "points"].result) == 200
    upload("year_headings.csv")
    app.toggle(key="play_2d-points-headings").set_value(False).run()
    assert len(state(app).choices["file", "points"].result) == 101
    upload("thousands_us.csv")
    app.toggle(key="play_2d-points-decimal").set_value(True).run()
    assert state(app).choices["file", "points"].picked.values[0, 0] == 1.118
    assert not app.exception and not app.warning


def test_the_browser_and_the_server_draw_on_the_same_grid() -> None:
    from gan_core.data import drawings as grid

    code = drawing_code()
    assert f"const SIDE = {grid.SIDE};" in code and f"const HALF = {grid.HALF};" in code
    assert f"const MOST = {{ clusters: {grid.MAX_CLUSTERS}, points: {grid.MAX_POINTS} }};" in code
    assert f"const WIDTH = {{ low: {grid.NARROWEST}, high: {grid.WIDEST} }};" in code
    assert f"const WEIGHT = {{ low: 1, high: {grid.HEAVIEST} }};" in code
    assert f"const SIGMA = (SIDE - 1) / {2 * grid.HALF} / {grid.WIDTHS};" in code


def data_box(app: Any) -> Any:
    return next(box for box in app.selectbox if (box.key or "").startswith("play_2d.data"))


def test_what_is_drawn_becomes_the_data_and_a_link_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from gan_core.data.drawings import read

    shown: dict[str, Any] = {}
    monkeypatch.setattr(live, "board", lambda key, clusters, points, **more: shown.update(more, clusters=clusters))
    app = at_rest(press(at_rest(visit("play_2d", **SMALL)), "step"))
    app.selectbox(key="play_2d.data").set_value("drawn").run()
    example = state(app).config.data.points
    assert len(shown["clusters"]) == len(read(example).clusters) == 3 and not app.file_uploader
    assert state(app).show.configs[0].data.data == "ring"  # the run goes on with its data
    assert not [kind for kind, _ in views(app) if kind == "scene"]  # the board stands in its place

    for nonsense in (None, {"clusters": [[1, 2]], "points": []}, {"clusters": [], "points": [float("nan"), 1]}):
        shown["on_drawn"](nonsense)
        app.run()
        assert "no drawing on this plane" in app.warning[0].value and state(app).config.data.points == example

    shown["on_drawn"]({"clusters": [[100, 200, 40, 1], [900, 200, 40, 1]], "points": []})
    app.run()
    drawing = state(app).config.data.points
    assert [cluster.x for cluster in read(drawing).clusters] == [100, 900] and not app.warning
    assert state(app).show.configs == (state(app).config,) and state(app).show.touched
    state(app).show.pause()
    at_rest(app)
    assert [kind for kind, _ in views(app) if kind == "scene"]
    assert any(f"points={drawing}" in code.value and "--points" not in code.value for code in app.code)
    other = at_rest(visit("play_2d", **params(app)))
    assert state(other).config == state(app).config and data_box(other).value == "drawn"
    assert state(other).show.job.frame.runs[0].centres.shape == (2, 2)


def test_a_large_drawing_is_kept_as_a_table_and_the_page_says_that_the_link_has_it_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: dict[str, Any] = {}
    monkeypatch.setattr(live, "board", lambda key, clusters, points, **more: shown.update(more, points=points))
    app = at_rest(visit("play_2d", **SMALL))
    at_rest(app.selectbox(key="play_2d.data").set_value("drawn").run())
    drawn = np.random.default_rng(0).integers(0, 1024, 4000).tolist()
    shown["on_drawn"]({"clusters": [], "points": drawn})
    app.run()
    state(app).show.pause()
    at_rest(app)
    digest = state(app).config.data.points
    assert len(digest) == 16 and resources.table(digest).shape == (2000, 2)
    assert data_box(app).value == "drawn"
    assert any("does not hold them" in caption.value for caption in app.caption)
    at_rest(app.button(key="play_2d-draw").click().run())
    assert sorted(shown["points"].ravel().tolist()) == sorted(drawn)
    shown["on_left"]()
    app.run()
    assert [kind for kind, _ in views(app) if kind == "scene"] and not app.exception


def test_a_link_to_half_a_drawing_is_answered_with_a_sentence() -> None:
    app = visit("play_2d", data="custom", points="drawnlfqafsaaraj")
    assert "copy the whole link again" in app.warning[0].value and state(app).config == RunConfig()


def test_members_are_shown_together_or_one_by_one() -> None:
    app = at_rest(visit("play_2d", members="3", seed="10"))
    assert all(f"| {seed} |" in words(app) for seed in (10, 11, 12))
    app.session_state[KEY].pages["play_2d"].choices["member"] = 1
    app.run()
    assert not app.exception


def test_the_command_repeats_the_run() -> None:
    app = visit("play_2d", data="grid", modes="9")
    assert 'python -m gan_core train --query "data=grid&modes=9"' in [block.value for block in app.code]


def test_a_widget_that_the_program_has_changed_is_another_widget() -> None:
    """Else the old value, sent along with the next click, would count as the visitor's wish."""
    app = at_rest(visit("play_2d"))
    app.selectbox(key="play_2d.preset~ring").set_value("collapse").run()
    keys = {box.key for box in app.selectbox}
    assert "play_2d.loss~1" in keys and "play_2d.loss" not in keys
    assert "play_2d.preset~collapse" in keys
    app.selectbox(key="play_2d.loss~1").set_value("hinge").run()
    assert "play_2d.loss~1" in {box.key for box in app.selectbox}  # its own change leaves it in place
    assert "play_2d.preset~None" in {box.key for box in app.selectbox}


def test_of_one_visitor_a_run_that_rests_makes_room_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits in the queue for memory that other runs of the same visitor hold."""

    def fits(claim: Any, admitted: Iterable[Any], coming: Iterable[Any]) -> bool:
        return all(other.owner != claim.owner for other in admitted)

    app = at_rest(visit("vanishing", batch="8", members="1", g_layers="4", d_layers="4"), "vanishing")
    monkeypatch.setattr(resources.pool().admission, "fits", fits)
    app.switch_page("pages/play_2d/page.py")
    app.run()
    assert not app.exception and state(app, "vanishing").show is None
    until(lambda: state(app).show.job.state == "paused" and state(app).show.job.frame is not None)


def test_the_average_of_g_stands_beside_g_with_scores_of_its_own() -> None:
    app = at_rest(visit("play_2d", ema="0.99", **SMALL))
    assert not app.exception and "Averaged G** (EMA 0.99)" in words(app) and "**G itself**" in words(app)
    assert "Averaged G" not in words(at_rest(visit("play_2d", **SMALL)))
    numbers = [block["numbers"] for block in blocks(app, "numbers")]
    assert len(numbers) == 2 and all(note.startswith("perfect") for row in numbers for _, _, note, _ in row)


def test_d_is_compared_with_the_best_d_where_that_is_known() -> None:
    told = "D* = p/(p + q) is the best D against this G"
    assert told in words(at_rest(press(at_rest(visit("play_2d", **SMALL)), "step")))
    for changes in ({"loss": "hinge"}, {"data": "spiral"}, {"packing": "2"}, {"label_smoothing": "0.1"}):
        assert told not in words(at_rest(visit("play_2d", **SMALL, **changes)))


def test_a_rate_changed_on_the_way_is_in_no_link_and_the_page_says_so() -> None:
    app = at_rest(press(visit("play_2d", **SMALL), "step"))
    assert "Not in the link" not in words(app)
    state(app).update(g_lr=0.002)
    app = app.run()
    assert "Not in the link and the command" in words(app)  # in the very script run that changed it
    app = at_rest(press(app, "step"))
    assert "Not in the link and the command: at step 1" in words(app)


def test_a_preset_cannot_be_cleared_and_the_default_run_needs_no_query() -> None:
    app = visit("play_2d")
    (box,) = [box for box in app.selectbox if (box.key or "").startswith("play_2d.preset")]
    assert box.proto.HasField("default")  # without one the browser offers to clear it, which would mean nothing
    assert "python -m gan_core train" in [block.value for block in app.code]


def test_buttons_that_take_each_others_place_have_no_tooltip_to_stay() -> None:
    app = at_rest(visit("play_2d", **SMALL))
    assert app.button(key="play_2d-play").help == "" and app.button(key="play_2d-reset").help


def test_a_run_that_made_room_for_others_is_still_seen_and_begun_anew_by_play() -> None:
    app = at_rest(press(at_rest(visit("play_2d", **SMALL)), "step"))
    state(app).show.job.dismiss()
    at_rest(app.run())
    assert [info.value for info in app.info if "made room" in info.value]
    assert state(app).show.moment().step == 1, "its last picture"
    at_rest(press(app, "step"))
    assert state(app).show.job.state == "paused" and state(app).show.moment().step == 1
    assert not [info.value for info in app.info if "made room" in info.value]


def test_a_fresh_run_that_made_room_for_others_is_made_again_without_a_word() -> None:
    app = at_rest(visit("play_2d", **SMALL))
    state(app).show.job.dismiss()
    at_rest(app.run())
    assert state(app).show.job.state == "paused" and not [i for i in app.info if "made room" in i.value]
