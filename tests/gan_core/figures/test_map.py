"""The figure of a map."""

import numpy as np

from gan_core.figures.map import DIVERGED, settings_map


def test_every_cell_has_its_value_and_a_place_to_click() -> None:
    values = np.array([[1.0, 2.0, np.nan], [4.0, np.nan, np.nan]])
    diverged = np.array([[0.0, 0.0, np.nan], [0.25, 1.0, np.nan]])
    shown = np.where(np.isnan(values), 1.0, values)
    figure = settings_map([1e-4, 1e-3, 1e-2], [0.0, 0.5], values, shown, diverged, (0.0, 8.0), labels={"x": "D"})
    coarse, exact, gone, clicks = figure.data
    assert np.array_equal(np.array(exact.z, float), values, equal_nan=True) and (np.array(coarse.z) == shown).all()
    assert np.argwhere(np.array(gone.z, float) == 1).tolist() == [[1, 1]] and gone.colorscale[0][1] == DIVERGED
    assert clicks.customdata.tolist() == [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [2, 1]]
    assert clicks.text[4] == "diverged" and clicks.text[2] == "…" and clicks.text[0] == "1"
    assert figure.layout.xaxis.title.text == "D" and len(set(exact.x)) == 3


def test_where_less_is_better_the_colours_turn() -> None:
    scales = [
        settings_map([1, 2], [1, 2], np.eye(2), np.eye(2), np.zeros((2, 2)), (0, 1), better_high=high)
        .data[1]
        .colorscale
        for high in (True, False)
    ]
    assert scales[0] == scales[1][::-1] or scales[0][0][1] == scales[1][-1][1]
