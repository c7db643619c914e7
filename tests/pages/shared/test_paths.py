"""The frame of paths in the plane."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pages.shared.views.live import Path, paths, recording
from tests.pages.test_pages import _header


def panel(path: np.ndarray, multipliers: np.ndarray | None = None) -> Path:
    places = np.array([[0.0, 0.0], [1.0, 1.0]])
    found = np.array([1 + 0.2j, 1 - 0.2j]) if multipliers is None else multipliers
    return Path("GAN", path, places, np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([0.5j, -0.5j]), found, "#2E8B8B")


def frame(*panels: Path, **more: object) -> dict:
    usual = {"run": "1", "extent": 2.5, "on_start": lambda place: None, "on_played": lambda: None}
    with recording({}) as frames:
        paths("p", panels, **usual | more)
    return _header(frames[0][8:])


def test_a_frame_has_paths_fields_and_eigenvalues() -> None:
    sent = frame(panel(np.array([[1.0, 0.0], [0.1, 0.0], [0.01, 0.0]])))
    (one,) = sent["panels"]
    assert sent["steps"] == 2 and one["end"] == 2 and one["path"]["shape"] == [3, 2]
    assert one["field"]["shape"] == [2, 5] and one["values"]["update"]["shape"] == [2, 2]
    assert sent["radii"] == [-4.0, 0.0] and sent["reach"]["update"] == 1.25 and sent["labels"]["play"] == "Play"


def test_a_path_that_overflows_ends_at_its_last_finite_point() -> None:
    path = np.array([[1.0, 1.0], [1e200, 0.0], [np.nan, np.nan]])
    sent = frame(panel(path), panel(np.zeros((3, 2)), np.empty(0, complex)))
    assert [one["end"] for one in sent["panels"]] == [1, 2]
    assert sent["radii"] == [-16.0, 400.0]  # r² itself is no float any more
    assert sent["panels"][1]["values"]["update"]["shape"] == [0, 2]
    assert all(math.isfinite(value) for value in sent["radii"])


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(ValueError, match="as many steps"):
        frame(panel(np.zeros((3, 2))), panel(np.zeros((4, 2))))
    with pytest.raises(ValueError, match="no word"):
        frame(panel(np.zeros((3, 2))), labels={"stop": "Stop"})
