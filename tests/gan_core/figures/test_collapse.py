"""Mitigations, drawn: modes and quality with their errors, a row a method, and what is perfect."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gan_core.export.axes import errors, read
from gan_core.export.look import Look
from gan_core.export.plotted import plotted
from gan_core.figures import style
from gan_core.figures.collapse import alarm, mitigations

MODES, QUALITY = [(4.5, 0.5), (8.0, math.nan)], [(50.0, 2.0), (97.0, math.nan)]


def test_every_method_is_a_row_with_both_numbers_and_their_errors() -> None:
    modes, quality = mitigations(["plain", "pacgan"], ["plain", "pacgan2"], MODES, QUALITY, 8, 98.9).data
    assert list(modes.y) == list(quality.y) == ["plain", "pacgan"]  # rows cannot lie over each other
    assert (list(modes.x), list(quality.x)) == ([4.5, 8], [50, 97])
    assert list(modes.error_x.array) == [0.5, 0] and list(quality.error_x.array) == [2, 0]


def test_methods_of_the_same_numbers_are_told_apart() -> None:
    figure = mitigations(
        ["WGAN-GP", "PacGAN 2", "PacGAN 3"], ["wgan_gp", "pacgan2", "pacgan3"], [(8, 0)] * 3, [(0.4, 0.1)] * 3, 8, 98.9
    )
    assert len(set(figure.data[0].y)) == 3 and figure.layout.yaxis.type == "category"
    assert figure.layout.yaxis.automargin  # and no name is cut


def test_what_is_perfect_is_a_line_where_somebody_is_near_it() -> None:
    near = mitigations(["plain", "pacgan"], ["plain", "pacgan2"], MODES, QUALITY, 8, 98.9)
    assert [line.x0 for line in near.layout.shapes] == [8, 98.9]
    assert [note.text for note in near.layout.annotations] == ["all 8", "perfect"]
    assert near.layout.xaxis2.range == pytest.approx((0, 108.79))  # a telephone's would go to 200 of itself
    far = mitigations(["plain"], ["plain"], [(4.5, 0.5)], [(3.0, 0.1)], 8, 98.9)
    assert [line.x0 for line in far.layout.shapes] == [8]


def test_the_runs_are_dots_behind_their_mean_and_what_cannot_be_told_is_a_ring() -> None:
    names = ["plain", "pacgan", "uniform square"]
    figure = mitigations(
        names, ["plain", "pacgan2"], [*MODES, (8, 0)], [*QUALITY, (0.3, 0)], 8, 98.9,
        runs=(((4, 5), (8, 8)), ((48, 52), (96, 98))), hollow=((), {"pacgan"}),
    )  # fmt: skip
    seen = [(trace.xaxis, trace.marker.symbol, list(trace.x), list(trace.y)) for trace in figure.data]
    assert seen == [
        ("x", None, [4, 5, 8, 8], ["plain", "plain", "pacgan", "pacgan"]),
        ("x", "circle", [4.5, 8, 8], names),
        ("x2", None, [48, 52, 96, 98], ["plain", "plain", "pacgan", "pacgan"]),
        ("x2", "circle", [50, 0.3], ["plain", "uniform square"]),
        ("x2", "circle-open", [97], ["pacgan"]),
    ]
    assert list(figure.layout.yaxis.categoryarray) == names  # however the marks are dealt to traces
    assert plotted(figure.to_dict(), Look(), "", "").marks  # and it can be kept


def test_words_are_replaced_and_unknown_ones_refused() -> None:
    figure = mitigations(["a"], ["plain"], [(1, 0)], [(90, 0)], 8, 98.9, {"all": "alle {n}", "modes": "Moden"})
    assert figure.layout.annotations[0].text == "alle 8" and figure.layout.xaxis.title.text == "Moden"
    with pytest.raises(KeyError, match="colour"):
        mitigations(["a"], ["plain"], [(1, 0)], [(90, 0)], 8, 98.9, {"colour": "red"})


def test_a_method_has_the_colour_that_it_has_everywhere_and_what_is_there_for_comparison_is_grey() -> None:
    figure = mitigations(
        ["plain", "WGAN-GP", "square"], ["plain", "wgan_gp"], [*MODES, (1, 0)], [*QUALITY, (1, 0)], 8, 98.9
    )
    hues = [style.METHODS[name].colour for name in ("plain", "wgan_gp")]
    assert [list(trace.marker.color) for trace in figure.data] == [[*hues, style.NEUTRAL]] * 2


def test_the_alarm_is_drawn_with_the_intervals_of_its_rates_and_every_kind_has_its_row() -> None:
    caught, false = alarm(["all", "ring", "grid"], [(3, 4, 0.2, 0.9), None, (1, 2, 0, 1)], [(1, 4, 0, 0.8)] * 3).data
    assert list(caught.y) == ["all", "grid"] and list(caught.x) == [75, 50]
    np.testing.assert_allclose(caught.error_x.array, [15, 50])
    np.testing.assert_allclose(caught.error_x.arrayminus, [55, 50])
    assert false.customdata[1] == "ring: 1 of 4"


def test_a_kept_picture_has_intervals_of_two_sides_and_the_rows_in_their_order() -> None:
    figure = alarm(["all", "ring", "grid"], [(4, 4, 0.2, 1), None, (2, 2, 0.5, 1)], [(0, 4, 0, 0.8)] * 3)
    whole = figure.to_dict()
    found = read(whole["layout"], whole["data"])
    assert found["y"].names == ("all", "ring", "grid")
    below, above = errors(figure.to_dict()["data"][0], "x")
    np.testing.assert_allclose(below, [80, 50])
    np.testing.assert_allclose(above, 0, atol=1e-9)
    assert plotted(figure.to_dict(), Look(), "", "").marks
