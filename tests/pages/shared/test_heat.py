"""The strips of shares over training: what is sent, read back by the tests' own reader of frames."""

from __future__ import annotations

import numpy as np
import pytest

from pages.shared.views.live import HEAT_LABELS, Strip, heat
from pages.shared.views.live.heat import MOST_CELLS
from tests.pages.shared.test_live import frame_of, read


def strip(looks: int, rows: int = 8, seed: int = 0, **more) -> Strip:
    values = np.random.default_rng(seed).dirichlet(np.ones(rows), looks)
    return Strip("seed 0", np.arange(looks) * 8, values, np.full(rows, 1 / rows), **more)


def test_shares_steps_and_targets_come_back():
    given = strip(40, mark=96)
    got = read(frame_of(heat, "a", [given], step=312, cursor=80, labels={"row": "mode"}))
    (sent,) = got["strips"]
    np.testing.assert_allclose(sent["values"], given.values, atol=1e-5)
    np.testing.assert_array_equal(sent["x"], given.x)
    np.testing.assert_allclose(sent["right"], 1 / 8, rtol=1e-6)
    assert (sent["mark"], got["step"], got["cursor"], got["labels"]["row"]) == (96, 312, 80, "mode")


def test_others_of_a_run_share_its_steps_and_its_parts():
    given = strip(40, others=(strip(40, seed=1, mark=8), strip(40, seed=2)))
    (sent,) = read(frame_of(heat, "a", [given]))["strips"]
    assert [other["mark"] for other in sent["others"]] == [8, None]
    np.testing.assert_allclose(sent["others"][1]["values"], given.others[1].values, atol=1e-5)
    assert "x" not in sent["others"][0]
    with pytest.raises(ValueError, match="for 40 steps and 8 rows"):
        frame_of(heat, "a", [strip(40, others=(strip(39),))])


def test_what_is_not_a_number_stays_so():
    given = strip(5)
    given.values[3] = np.nan
    (sent,) = read(frame_of(heat, "a", [given]))["strips"]
    assert np.isnan(sent["values"][3]).all() and np.isfinite(sent["values"][2]).all()


def test_many_strips_are_thinned_evenly_and_stay_small():
    frame = frame_of(heat, "a", [strip(512, 25, seed) for seed in range(8)])
    assert len(frame) < 2 * MOST_CELLS + 20_000
    several = frame_of(heat, "a", [strip(512, 25, others=tuple(strip(512, 25, seed) for seed in range(7)))])
    assert len(several) < 2 * MOST_CELLS + 20_000
    for sent in read(frame)["strips"]:
        assert len(set(np.diff(sent["x"].astype(int)))) == 1
        np.testing.assert_allclose(sent["values"].sum(1), 1, atol=1e-3)


def test_a_run_without_a_look_is_an_empty_strip():
    (sent,) = read(frame_of(heat, "a", [Strip("", np.arange(0), np.zeros((0, 3)), np.ones(3) / 3)]))["strips"]
    assert sent["values"].shape == (0, 3)


def test_arrays_that_do_not_fit_and_unknown_words_are_refused():
    with pytest.raises(ValueError, match="4 steps and 8 rows"):
        frame_of(heat, "a", [Strip("a", np.arange(4), np.zeros((3, 8)), np.ones(8))])
    with pytest.raises(ValueError, match="no word 'colour'"):
        frame_of(heat, "a", [strip(3)], labels={"colour": "red"})
    assert set(HEAT_LABELS) == {"step", "row", "right", "legend"}


def test_rows_count_from_where_they_are_told_to():
    """Modes count from 1; an 8 is row 8, and not 9."""
    assert read(frame_of(heat, "a", [strip(3)]))["first"] == 1
    assert read(frame_of(heat, "a", [strip(3, 10)], first=0))["first"] == 0
