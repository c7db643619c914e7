"""What the live views send: read back here by a reader of its own, written from the description of the format."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gan_core.packing import Quantised, nibbles, pack
from pages.shared.views.live import (
    NOT_ASKED,
    Chart,
    Images,
    Line,
    Number,
    Numbers,
    Panel,
    Sentence,
    Table,
    curves,
    digits,
    is_asked,
    recording,
    scene,
    stamp,
    timeline,
    words,
)  # fmt: skip
from pages.shared.views.live.component import CODE_HERE, FILES, FOLDER, KINDS, drawing_code

ROOT = Path(__file__).parents[3]
EXTENT = (-3.0, 3.0, -3.0, 3.0)


def frame_of(view: Callable, *what, **how) -> bytes:
    """The bytes that this view sends, as a worker records them."""
    with recording({}) as frames:
        view(*what, **how)
    (frame,) = frames
    return frame[8:]  # behind its kind and its length


def read(frame: bytes) -> dict:
    """The header with its arrays in place, as the browser sees it."""
    length = int.from_bytes(frame[:4], "little")
    body = 4 + -(-length // 4) * 4

    def fill(value):
        if isinstance(value, list):
            return [fill(part) for part in value]
        if not isinstance(value, dict):
            return value
        if "as" not in value:
            return {name: fill(part) for name, part in value.items()}
        count = int(np.prod(value["shape"]))
        raw = np.frombuffer(frame, "<" + value["as"], count, offset=body + value["at"]).reshape(value["shape"])
        if "low" not in value:
            return raw
        return np.where(raw == 65535, np.nan, value["low"] + raw / 65534 * (value["high"] - value["low"]))

    return fill(json.loads(frame[4 : 4 + length]))


@given(arrays.arrays(np.float32, st.integers(0, 30), elements=st.floats(-1e3, 1e3, width=32)))
def test_quantised_numbers_are_off_by_at_most_half_a_level(values):
    got = read(pack({"a": Quantised(values, -1e3, 1e3)}))["a"]
    assert np.abs(got - values).max(initial=0) <= 2e3 / 65534 / 2 * (1 + 1e-6)


def test_what_does_not_fit_the_range_is_left_out_and_never_moved():
    got = read(pack({"a": Quantised(np.array([-1.01, -1, 1, 1.01, np.nan, np.inf, -np.inf]), -1, 1)}))["a"]
    np.testing.assert_array_equal(got, [np.nan, -1, 1, np.nan, np.nan, np.nan, np.nan])


def test_a_constant_can_be_quantised():
    np.testing.assert_array_equal(read(pack({"a": Quantised(np.full(3, 2.5), 2.5, 2.5)}))["a"], [2.5] * 3)


def test_every_kind_of_number_comes_back_in_its_place():
    given = {
        "floats": np.array([[1.5, -2], [np.nan, np.inf]]),
        "nested": [{"bytes": np.array([0, 255], np.uint8)}, {"flags": np.array([True, False, True])}],
        "steps": np.array([0, 70_000, 1_000_000]),
        "short": np.array([1, 65_535], np.uint16),
        "text": "шаг ½ 🙂",
        "number": np.float32(0.5),
        "not finite": float("nan"),
        "nothing": None,
    }
    got = read(pack(given))
    np.testing.assert_array_equal(got["floats"], given["floats"])
    np.testing.assert_array_equal(got["nested"][0]["bytes"], [0, 255])
    np.testing.assert_array_equal(got["nested"][1]["flags"], [1, 0, 1])
    np.testing.assert_array_equal(got["steps"], given["steps"])
    np.testing.assert_array_equal(got["short"], given["short"])
    assert (got["text"], got["number"], got["not finite"], got["nothing"]) == ("шаг ½ 🙂", 0.5, None, None)


def test_a_frame_is_what_the_browsers_half_is_tested_with():
    """tests/js/pure.test.js reads the same bytes."""
    header = {
        "step": 1200,
        "title": "D(x) ½",
        "loss": float("nan"),
        "panels": [
            {"fake": Quantised(np.array([[-1.0, 0.0], [1.0, np.nan]]), -1, 1), "images": np.array([0, 127, 255], "u1")}
        ],
        "x": np.array([0, 70_000, 1_000_000]),
        "y": np.array([0.5, -2.0], np.float32),
        "codes": np.array([1, 65_535], np.uint16),
    }
    assert pack(header) == bytes.fromhex((ROOT / "tests/js/frame.hex").read_text())


def test_the_same_array_is_sent_once():
    shared, other = np.arange(1000.0), np.arange(1000.0)
    assert len(pack({"a": shared, "b": shared})) < 4200
    assert len(pack({"a": shared, "b": other})) > 8000


def scene_of(members: int, seed: int = 0) -> list[Panel]:
    r = np.random.default_rng(seed)
    real, centres = r.normal(size=(1000, 2)).astype(np.float32), r.normal(size=(8, 2)).astype(np.float32)
    return [
        Panel(
            EXTENT, fake=r.normal(size=(1000, 2)), real=real, field=r.normal(size=(50, 50)),
            arrows=r.normal(size=(1000, 2)), lattice=r.normal(size=(15, 15, 2)), centres=centres,
            mode_shares=np.full(8, 1 / 8), title=f"seed {k}",
        )
        for k in range(members)
    ]  # fmt: skip


@pytest.mark.parametrize("members", [1, 2, 3, 4, 8, 16])
def test_a_frame_stays_small_with_everything_in_it(members):
    frame = frame_of(scene, "k", scene_of(members), step=10)
    assert len(frame) < 2**15
    panels = read(frame)["panels"]
    assert [panel["title"] for panel in panels] == [f"seed {k}" for k in range(members)]
    assert all(len(panel["fake"]) >= 48 and panel["field"].shape[0] >= 8 for panel in panels)


def test_one_panel_sends_every_point_and_every_node():
    panel = scene_of(1)[0]
    got = read(frame_of(scene, "k", panel))["panels"][0]
    np.testing.assert_allclose(got["fake"], panel.fake, atol=18 / 65534)
    np.testing.assert_allclose(got["real"], panel.real, atol=18 / 65534)
    np.testing.assert_allclose(got["field"], panel.field, atol=1e-4)
    np.testing.assert_allclose(got["lattice"], panel.lattice, atol=18 / 65534)


def test_thinning_a_field_keeps_a_plane_exact_and_its_edges():
    x = np.linspace(-3, 3, 50)
    plane = 2 * x[None, :] - x[:, None] + 0.25
    panels = read(frame_of(scene, "k", [Panel(EXTENT, field=plane)] * 16))["panels"]
    side = panels[0]["field"].shape[0]
    y = np.linspace(-3, 3, side)
    assert side < 50
    np.testing.assert_allclose(panels[0]["field"], 2 * y[None, :] - y[:, None] + 0.25, atol=1e-3)


def test_thinning_a_lattice_keeps_its_outline():
    lattice = np.stack(np.meshgrid(np.linspace(-2, 2, 15), np.linspace(-1, 1, 15)), -1)
    got = read(frame_of(scene, "k", [Panel(EXTENT, lattice=lattice)] * 16))["panels"][0]["lattice"]
    assert got.shape[0] < 15
    np.testing.assert_allclose(got[[0, 0, -1, -1], [0, -1, 0, -1]], [[-2, -1], [2, -1], [-2, 1], [2, 1]], atol=1e-3)


def test_a_line_of_latents_is_a_lattice_too():
    lattice = np.zeros((1, 20, 2))
    assert read(frame_of(scene, "k", Panel(EXTENT, lattice=lattice)))["panels"][0]["lattice"].shape == (1, 20, 2)


def test_points_outside_the_window_are_counted():
    fake = np.array([[0, 0], [3.5, 0], [0, -100], [np.nan, 0], [3, 3]])
    got = read(frame_of(scene, "k", Panel(EXTENT, fake=fake)))["panels"][0]
    assert got["outside"] == 3
    np.testing.assert_allclose(got["fake"][:2], fake[:2], atol=18 / 65534)
    assert np.isnan(got["fake"][2, 1]) and np.isnan(got["fake"][3, 0])


def test_arrows_are_relative_to_their_95th_percentile_and_keep_their_direction():
    angles = np.linspace(0, 6, 200)
    arrows = np.stack([np.cos(angles), np.sin(angles)], -1) * np.linspace(0, 1e-6, 200)[:, None]
    arrows[0] = np.nan
    got = read(frame_of(scene, "k", Panel(EXTENT, fake=np.zeros((200, 2)), arrows=arrows)))["panels"][0]["arrows"]
    lengths, sent = np.hypot(*got[1:].T), arrows[: len(got)]
    unit = np.percentile(np.hypot(*sent[1:].T), 95)
    np.testing.assert_allclose(lengths, np.minimum(1, np.hypot(*sent[1:].T) / unit), atol=1e-4)
    np.testing.assert_allclose(np.arctan2(*got[30:].T), np.arctan2(*sent[30:].T), atol=1e-3)
    assert np.isnan(got[0]).all()
    assert len(got) == 60  # more cannot be told apart


@pytest.mark.parametrize("members", [1, 2, 6, 16])
def test_no_panel_has_more_arrows_than_can_be_told_apart(members):
    panels = read(frame_of(scene, "k", scene_of(members), step=10))["panels"]
    assert all(24 <= len(panel["arrows"]) <= 60 for panel in panels)


def test_arrows_of_two_panels_can_share_a_unit():
    short, long = np.full((30, 2), 0.001), np.full((30, 2), 1.0)
    panels = [Panel(EXTENT, fake=np.zeros((30, 2)), arrows=arrows, arrow_unit=2.0) for arrows in (short, long)]
    drawn = [panel["arrows"] for panel in read(frame_of(scene, "k", panels))["panels"]]
    for got, arrows in zip(drawn, (short, long), strict=True):
        np.testing.assert_allclose(got, arrows / 2, atol=1e-4)


def test_no_push_at_all_is_drawn_as_none():
    got = read(frame_of(scene, "k", Panel(EXTENT, fake=np.zeros((9, 2)), arrows=np.zeros((9, 2)))))["panels"][0][
        "arrows"
    ]
    np.testing.assert_array_equal(got, 0)


def test_logits_are_coloured_by_probability_and_split_at_one_half():
    got = read(frame_of(scene, "k", Panel(EXTENT, field=np.array([[-1e6, 0.0], [1.0, 1e6]]))))["panels"][0]
    assert (got["middle"], got["spread"], got["levels"]) == (0, None, [0])
    np.testing.assert_allclose(got["field"], [[-30, 0], [1, 30]], atol=1e-3)


def test_a_critic_is_coloured_around_its_own_middle():
    field = np.linspace(100, 200, 2500).reshape(50, 50)
    got = read(frame_of(scene, "k", Panel(EXTENT, field=field), probability=False))["panels"][0]
    assert (got["middle"], got["spread"]) == (pytest.approx(150), pytest.approx(45))
    assert len(got["levels"]) == 5
    np.testing.assert_allclose(got["field"], field, atol=1e-3)
    got = read(frame_of(scene, "k", Panel(EXTENT, field=field), probability=False, middle=120.0))["panels"][0]
    assert (got["middle"], got["levels"]) == (120, [120])


def test_a_diverged_member_is_still_a_frame():
    lost = Panel(
        EXTENT, fake=np.full((20, 2), np.nan), field=np.full((50, 50), np.nan), arrows=np.full((20, 2), np.nan),
        lattice=np.full((5, 5, 2), np.inf), centres=np.zeros((3, 2)), mode_shares=[0, 0, np.nan],
    )  # fmt: skip
    for probability in (True, False):
        got = read(frame_of(scene, "k", lost, probability=probability))["panels"][0]
        assert got["outside"] == 20 and np.isnan(got["field"]).all()


def test_buttons_stand_only_for_what_there_is():
    panel = Panel(EXTENT, fake=np.zeros((3, 2)))
    frame = read(frame_of(scene, "k", panel, hidden=("fake",), labels={"fake": "поддельные"}))
    assert frame["layers"] == [{"id": "fake", "label": "поддельные", "off": True}]


@pytest.mark.parametrize("wrong", [{"layers": ("feild",)}, {"hidden": ("dots",)}, {"labels": {"phony": "x"}}])
def test_a_misspelt_layer_is_named(wrong):
    with pytest.raises(ValueError, match=r"feild|dots|phony"):
        frame_of(scene, "k", Panel(EXTENT), **wrong)


def test_long_curves_are_thinned_between_their_ends():
    x = np.arange(0, 500_000, 10)
    charts = [Chart(t, x, [Line(name, "real", x * 1.0, x * 0.5, x * 2.0) for name in "abc"]) for t in ("loss", "norm")]
    frame = frame_of(curves, "k", charts)
    assert len(frame) < 30_000
    for chart in read(frame)["charts"]:
        assert chart["x"][0] == 0 and chart["x"][-1] == 499_990 and len(chart["x"]) > 200
        np.testing.assert_array_equal(chart["lines"][2]["high"], 2.0 * chart["x"])


def test_charts_share_their_steps():
    x, y = np.arange(1000), np.zeros(1000)
    apart = frame_of(curves, "k", [Chart("a", x, [Line("l", "real", y)]), Chart("b", x.copy(), [Line("l", "fake", y)])])
    shared = frame_of(curves, "k", [Chart("a", x, [Line("l", "real", y)]), Chart("b", x, [Line("l", "fake", y)])])
    assert len(apart) - len(shared) >= 3900


def test_a_layer_that_nobody_looks_at_has_a_button_and_is_not_sent():
    def frame(gap: np.ndarray) -> dict:
        return read(frame_of(scene, "s", Panel(EXTENT, field=np.zeros((9, 9)), gap=gap), hidden=["gap"]))

    for asked, sent in ((frozenset(), False), (frozenset({"gap"}), True), (None, True)):
        with recording({}, asked):
            assert is_asked("gap") is sent
    button = {"id": "gap", "label": "|D − D*|", "off": True, "requested": True}
    assert button in frame(np.full((9, 9), 0.5))["layers"] and button in frame(NOT_ASKED)["layers"]
    assert "gap" in frame(np.full((9, 9), 0.5))["panels"][0] and "gap" not in frame(NOT_ASKED)["panels"][0]


def test_gaps_histograms_and_nothing_yet():
    nan = np.array([1, np.nan, 3.0])
    line = Line("D", "real", nan)
    charts = [
        Chart("loss", np.arange(3), [line], log_y=True, references=[(0.7, "ln 2")], marks=[(1, "lr")]),
        Chart("D(x)", (0, 1), [Line("fake", "fake", np.arange(20))], kind="histogram"),
        Chart("empty", np.array([]), [Line("D", "real", np.array([]))]),
    ]
    loss, histogram, empty = read(frame_of(curves, "k", charts, cursor=2))["charts"]
    np.testing.assert_array_equal(loss["lines"][0]["y"], nan)
    assert (loss["references"], loss["marks"], loss["log_y"]) == ([[0.7, "ln 2"]], [[1, "lr"]], True)
    assert histogram["x"] == [0, 1]
    np.testing.assert_array_equal(histogram["lines"][0]["y"], np.arange(20))
    assert len(empty["x"]) == 0


def test_a_function_over_a_histogram_keeps_its_own_points():
    curve = Line("loss", "red", np.linspace(-10, 0, 101), own_scale=True)
    chart = Chart("D(G(z))", (-10, 10), [Line("fake", "fake", np.arange(40)), curve], kind="histogram")
    bars, function = read(frame_of(curves, "k", [chart]))["charts"][0]["lines"]
    assert "own_scale" not in bars and function["own_scale"] is True
    np.testing.assert_allclose(function["y"], np.linspace(-10, 0, 101), atol=1e-5)


def test_a_line_of_another_length_is_refused():
    with pytest.raises(ValueError, match="loss, D: 4 values for 3 steps"):
        frame_of(curves, "k", [Chart("loss", np.arange(3), [Line("D", "real", np.zeros(4))])])


def test_images_keep_the_nearest_of_sixteen_greys():
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    images[0, 0, :4] = [0, 8, 9, 255]
    packed = nibbles(images)
    back = np.stack([packed >> 4, packed & 15], -1).reshape(images.shape).astype(int) * 17
    assert np.abs(back - images).max() <= 8
    assert list(back[0, 0, :4]) == [0, 0, 17, 255]
    assert len(frame_of(digits, "k", np.zeros((64, 28, 28), np.uint8))) < 26_000


@pytest.mark.parametrize("images", [np.zeros((2, 28, 28)), np.zeros((2, 784), np.uint8), np.zeros((28, 28), np.uint8)])
def test_other_images_are_refused(images):
    with pytest.raises(ValueError, match="uint8"):
        frame_of(digits, "k", images)


def test_a_label_short_is_refused():
    with pytest.raises(ValueError, match="1 labels for 2 images"):
        frame_of(digits, "k", Images(np.zeros((2, 28, 28), np.uint8), labels=["7"]))


def test_the_drawing_code_is_small_and_ends_in_one_default_export():
    assert all((FOLDER / name).stat().st_size < 25_000 for name in FILES)
    assert drawing_code().count("export ") == 1


def views(app) -> dict[str, tuple[bytes, str]]:
    """component → (data, JavaScript), of all on the page; a second of the same kind fails."""
    found: dict[str, tuple[bytes, str]] = {}
    waiting = [app.main]
    while waiting:
        node = waiting.pop()
        waiting += getattr(node, "children", {}).values()
        if getattr(node, "type", "") == "bidi_component":
            assert node.proto.component_name not in found
            found[node.proto.component_name] = (node.proto.bytes, node.proto.js_content)
    return found


def test_the_views_mount_in_a_script():
    from streamlit.testing.v1 import AppTest

    def script():
        import numpy as np

        from pages.shared.views.live import Chart, Line, Panel, curves, digits, scene

        assert scene("s", Panel((-1, 1, -1, 1), fake=np.zeros((4, 2))), selected=3) == 3
        assert curves("c", [Chart("loss", np.arange(3), [Line("D", "real", np.zeros(3))])]) is None
        assert digits("d", np.zeros((2, 28, 28), np.uint8)) is None

    app = AppTest.from_function(script).run(timeout=30)
    assert not app.exception
    before = views(app)
    assert set(before) == {"gan_live_code", "gan_live_scene", "gan_live_curves", "gan_live_digits"}

    # the code goes away for good once the browser has said that it came
    app.session_state[CODE_HERE] = True
    after = views(app.run())
    assert set(after) == {"gan_live_scene", "gan_live_curves", "gan_live_digits"}
    assert sum(len(code) for _, code in after.values()) < 1500
    assert all(data[0] & 1 for data, _ in after.values()) and not any(data[0] & 1 for data, _ in before.values())

    # no two messages are alike, though the pictures are
    stamps = {data[:8] for data, _ in before.values()} | {data[:8] for data, _ in after.values()}
    assert len(stamps) == 6
    assert all(after[name][0][8:] == before[name][0][8:] for name in after)


def test_recording_leaves_the_frames_of_all_views_and_asks_streamlit_for_nothing():
    chosen = {"s-selected": 2}
    with recording(chosen) as frames:
        assert scene("s", Panel((-1, 1, -1, 1), fake=np.zeros((4, 2))), selected=3, selectable=True) == 2
        curves("c", [Chart("loss", np.arange(3), [Line("D", "real", np.zeros(3))])])
        digits("d", np.zeros((2, 28, 28), np.uint8))
    assert [KINDS[int.from_bytes(frame[:4], "little")] for frame in frames] == ["scene", "curves", "digits"]
    for frame, key in zip(frames, "scd", strict=True):
        assert int.from_bytes(frame[4:8], "little") == len(frame) - 8
        assert read(frame[8:])["key"] == key
    assert read(frames[0][8:])["selected"] == 2


def test_the_numbers_of_messages_grow():
    first, second = (int.from_bytes(stamp(), "little") for _ in range(2))
    assert first < second < 2**53  # JavaScript counts no further
    assert first & 1 and not int.from_bytes(stamp(known=False), "little") & 1


def test_words_are_sent_as_text():
    frame = read(
        frame_of(
            words,
            "w",
            [
                Numbers([Number("Modes", "8", "perfect: 8")]),
                Sentence("**All** found", "success"),
                Table(["", "a"], [["x", "1"], ["perfect", "0"]], grey={1}),
            ],
            step=3,
        )
    )
    assert frame["step"] == 3 and frame["blocks"] == [
        {"numbers": [["Modes", "8", "perfect: 8", ""]]},
        {"sentence": "**All** found", "mood": "success", "small": False},
        {"head": ["", "a"], "rows": [["x", "1"], ["perfect", "0"]], "grey": [1]},
    ]


def test_a_word_that_the_timeline_does_not_have_is_refused():
    with pytest.raises(ValueError, match="no word 'pace'"):
        timeline("t", {}, token="x", buttons={}, labels={"pace": "?"})


def test_images_that_move_are_sent_moment_after_moment():
    images = np.random.default_rng(0).integers(0, 256, (3, 2, 28, 28), dtype=np.uint8)
    moving, still = (read(frame_of(digits, "d", of))["groups"][0] for of in (images, images[2]))
    assert (moving["count"], moving["moments"]) == (2, 3) and (still["count"], still["moments"]) == (2, 1)
    assert bytes(moving["images"])[-len(bytes(still["images"])) :] == bytes(still["images"])
    with pytest.raises(ValueError, match="labels"):
        frame_of(digits, "d", Images(images, labels=["a"]))


def test_the_files_that_are_joined_into_one_module_declare_every_name_once():
    named = re.compile(
        r"^(?:export )?(?:const|let|class|function|async function) (\[[^\]]*\]|\{[^}]*\}|\w+)", re.MULTILINE
    )
    code = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in FILES)
    names = [name for found in named.findall(code) for name in re.findall(r"\w+", found)]
    assert sorted(names) == sorted(set(names)) and len(names) > 50
