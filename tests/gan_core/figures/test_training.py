"""The still figures of a run hold the numbers they were given."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.figures import style, training

STEPS = np.arange(5)


@pytest.mark.parametrize("chart", training.PAIRS)
def test_curves_of_one_member_are_its_numbers(chart: str) -> None:
    values = {name: np.arange(5.0) + 1 + i for i, (name, _) in enumerate(training.PAIRS[chart])}
    figure = training.curves(chart, STEPS, values)
    assert [trace.line.color for trace in figure.data] == [color for _, color in training.PAIRS[chart]]
    for trace, numbers in zip(figure.data, values.values(), strict=True):
        np.testing.assert_array_equal(trace.y, numbers)


def test_several_members_are_thin_lines_under_their_median() -> None:
    losses = np.random.default_rng(0).normal(size=(5, 3))
    figure = training.curves("losses", STEPS, {"d_loss": losses, "g_loss": losses})
    thick = [trace for trace in figure.data if trace.showlegend is not False]
    assert len(figure.data) == 8 and len(thick) == 2
    np.testing.assert_allclose(thick[0].y, np.median(losses, axis=1))


def test_a_run_without_steps_is_an_empty_figure() -> None:
    nothing = np.zeros((0, 2))
    figure = training.curves("gradients", [], {"d_grad": nothing, "g_grad": nothing})
    assert all(len(trace.y) == 0 for trace in figure.data)


def test_references_and_marks_are_lines_with_their_words() -> None:
    values = {"d_loss": STEPS, "g_loss": STEPS}
    figure = training.curves("losses", STEPS, values, references=[(0.69, "ln 2")], marks=[(3, "g_lr → 0.1")])
    assert {note.text for note in figure.layout.annotations} == {"ln 2", "g_lr → 0.1"}
    assert sorted((shape.x0, shape.y0) for shape in figure.layout.shapes) == [(0, 0.69), (3, 0)]


def test_words_are_replaced_and_unknown_ones_refused() -> None:
    values = {"d_loss": STEPS, "g_loss": STEPS}
    assert training.curves("losses", STEPS, values, labels={"step": "pas"}).layout.xaxis.title.text == "pas"
    with pytest.raises(KeyError):
        training.curves("losses", STEPS, values, labels={"stop": "pas"})


def test_the_plane_shows_probabilities_without_overflow() -> None:
    field = np.array([[-1000.0, 0.0], [0.0, 1000.0]])
    figure = training.plane((-1, 1, -1, 1), np.zeros((3, 2)), np.ones((4, 2)), field)
    np.testing.assert_allclose(figure.data[0].z, [[0, 0.5], [0.5, 1]])
    assert [len(trace.x) for trace in figure.data[2:]] == [4, 3]  # the real ones on top
    scores = training.plane((-1, 1, -1, 1), np.zeros((3, 2)), np.ones((4, 2)), field, probability=False)
    np.testing.assert_array_equal(scores.data[0].z, field)
    assert len(scores.data) == 3  # no contour at ½


def test_the_histogram_keeps_its_counts() -> None:
    figure = training.opinions([0, 0.5, 1], [1, 2], [3, 4])
    assert [list(bar.y) for bar in figure.data] == [[1, 2], [3, 4]]
    assert list(figure.data[0].x) == [0.25, 0.75]


def test_a_sheet_holds_every_image_once() -> None:
    images = np.random.default_rng(0).integers(1, 256, (5, 28, 28), dtype=np.uint8)
    page = np.asarray(training.sheet(images, columns=2).data[0].z)
    assert page.shape == (3 * 30, 2 * 30)
    assert page.sum(dtype=np.int64) == images.sum(dtype=np.int64)
    np.testing.assert_array_equal(page[30:58, 0:28], images[2])


def test_they_share_the_colours_of_the_app() -> None:
    figure = training.opinions([0, 1], [1], [1])
    assert [bar.marker.color for bar in figure.data] == [style.REAL, style.FAKE]
