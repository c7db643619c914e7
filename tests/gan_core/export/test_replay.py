"""A replay is one file: small enough, without a network, with the recorded moments in it to a 16-bit place."""

import base64
import json
import re

import numpy as np
import pytest

from gan_core.export.look import LAYERS, Look
from gan_core.export.replay import LEVELS, LIMIT, MISSING, opinion_codes, places, replay
from gan_core.run import optimum
from gan_core.run.pictures import arrows


def parts(page: bytes) -> tuple[str, dict, bytes]:
    text = page.decode()
    run = re.search(r'<script type="application/json" id="run">(.*?)</script>', text, re.S)
    arrays = re.search(r'<script type="text/plain" id="arrays">(.*?)</script>', text, re.S)
    return text, json.loads(run[1]), base64.b64decode(arrays[1])


def array(data: bytes, place: dict) -> np.ndarray:
    return np.frombuffer(data, f"<{place['as']}", place["size"], place["at"])


def test_every_run_is_one_small_file_that_asks_no_network(each):
    page = replay(each, Look(theme="dark"))
    text, run, _ = parts(page)
    assert len(page) <= LIMIT and run["steps"][0] == 0 and run["steps"][-1] == each.snapshot.step
    assert "http://" not in text and "https://" not in text and "default-src 'none'" in text
    assert not re.search(r"<(link|iframe)|src=|@import|fetch\(|url\(", text)
    assert page == replay(each, Look(theme="dark"))


def test_points_and_opinions_are_the_recorded_ones(points):
    _, run, data = parts(replay(points, Look()))
    at = run["steps"].index(64)
    shot = next(shot for shot in points.snapshots if shot.step == 64)
    x0, x1, y0, y1 = shot.extent
    codes = array(data, run["points"]["fake"]).reshape(len(run["steps"]), 2, 512, 2)[at, 1].astype(float)
    found = codes / LEVELS * [x1 - x0, y1 - y0] + [x0, y0]
    seen = (codes != MISSING).all(1)
    assert seen.any() and np.abs(found - shot.fake[1])[seen].max() < 2 * (x1 - x0) / LEVELS
    assert (np.abs(shot.fake[1][~seen]) > min(x1, y1)).any(1).all()
    m = run["points"]["m"]
    field = array(data, run["points"]["field"]).reshape(len(run["steps"]), 2, m, m)[at, 0]
    assert np.abs(_opinion(field) - np.tanh(shot.field[0] / 2)).max() < 0.008
    assert run["members"] == ["seed 3", "seed 4"] and len(run["modes"]) == 8


def test_what_is_outside_or_not_finite_has_no_place():
    found = places(np.array([[0, 0], [2, 0], [np.nan, 0], [np.inf, 0], [1, -1]], np.float32), (-1.0, 1.0, -1.0, 1.0))
    assert found[0].tolist() == [LEVELS // 2] * 2 and found[4].tolist() == [LEVELS, 0]
    assert (found[1:4] == MISSING).all()


@pytest.mark.parametrize("title", ["</script><script>alert(1)</script>", "w" * 10_000, "$run & <b>"])
def test_a_title_is_text(points, title):
    text, run, _ = parts(replay(points, Look(title=title)))
    assert "<script>alert" not in text and "<b>" not in text and text.count("<script") == 3 and run["steps"]


def test_a_long_run_has_fewer_moments_and_keeps_its_ends(points, monkeypatch):
    from gan_core.export import replay as module

    whole = len(parts(replay(points, Look()))[1]["steps"])
    monkeypatch.setattr(module, "LIMIT", 60_000)
    monkeypatch.setattr(module, "ROOM", 55_000)
    page = replay(points, Look())
    steps = parts(page)[1]["steps"]
    assert len(page) <= 60_000 and 2 <= len(steps) < whole and steps[0] == 0 and steps[-1] == 70


def test_the_layers_that_are_shown_are_in_it_and_the_others_not(points):
    _, run, data = parts(replay(points, Look(layers=("fake", "gap", "arrows", "lattice"))))
    assert run["layers"] == ["field", "half", "real", "fake", "mode", "gap", "arrows", "lattice"]
    assert run["hidden"] == ["field", "half", "real", "mode"]
    shot, count = points.snapshot, (len(run["steps"]), 2)
    codes = {name: array(data, run["points"][name]).reshape(*count, -1)[-1, 1] for name in ("gap", "arrows", "lattice")}
    best = optimum.found(points, shot, 1)
    assert best is not None and np.abs(codes["gap"] / 255 - np.nan_to_num(best.distance).ravel()).max() < 0.003
    pull, shown = arrows(shot, "non_saturating", 1)[:60], codes["arrows"].reshape(60, 2) / 127
    assert np.hypot(*shown.T).max() < 1.01
    assert np.abs(pull[:, 0] * shown[:, 1] - pull[:, 1] * shown[:, 0]).max() < 0.01 * np.hypot(*pull.T).max()
    x0, x1, _, _ = shot.extent
    nodes = codes["lattice"].reshape(*run["nodes"], 2)[..., 0]
    seen = nodes != MISSING
    assert np.abs(nodes / LEVELS * (x1 - x0) + x0 - shot.lattice[1][..., 0])[seen].max() < 1e-3
    usual = parts(replay(points, Look()))[1]
    assert not usual["hidden"] and not {"gap", "arrows", "lattice"} & usual["points"].keys()


def test_every_layer_of_every_run_is_packed_and_a_part_of_the_window_too(each):
    page = replay(each, Look(layers=LAYERS, window=(0.4, 0.6, 3.0)))
    assert len(page) <= LIMIT and parts(page)[1]["steps"][-1] == each.snapshot.step


def test_words_of_real_points_are_text_with_a_colour(points):
    kinds = (np.arange(len(points.snapshot.real)) % 2).astype(np.uint8)
    text, run, data = parts(replay(points, Look(kinds=(("<b>", "other"), kinds))))
    assert "<b>" not in text and [one["word"] for one in run["kinds"]] == ["<b>", "other"]
    assert array(data, run["points"]["kinds"]).tolist() == kinds.tolist()


def _opinion(codes):
    """As the file's own code reads them."""
    root = codes / 127.0 - 1
    return root * np.abs(root)


def test_the_line_of_a_flat_d_is_no_staircase():
    """Of opinions within a hundredth of undecided the file knows the place of the line to a quarter of a node."""
    x = np.linspace(-1, 1, 30)
    flat = 0.01 * (x[None, :] + 0.3 * x[:, None])
    known = _opinion(opinion_codes(flat).astype(float))
    for row, exact in zip(known, flat, strict=True):
        at = int(np.flatnonzero(np.diff(np.sign(exact)))[0])
        found = at + row[at] / (row[at] - row[at + 1])
        assert abs(found - (at + exact[at] / (exact[at] - exact[at + 1]))) < 0.25
    even = np.rint((flat + 1) * 127)  # in steps of one size
    assert 3 * len(np.unique(even)) < len(np.unique(opinion_codes(flat)))
