"""The pictures of the page on Wasserstein critics: what they draw is what they were given."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from gan_core.figures import wgan

X = np.linspace(-1, 1, 7)
PULLS = {"minimax": X, "non_saturating": -X, "wasserstein": np.ones(7)}
EXACT = {"discriminator": np.full(7, 0.5), "critic": X, **PULLS}
TRAINED = {name: np.stack([value, 2 * value]) for name, value in {"discriminator": X, "penalty": X, "clip": X,
                                                                  **PULLS}.items()}  # fmt: skip


def duel(**more: object) -> go.Figure:
    return wgan.duel(X, (np.ones(7), np.ones(7)), EXACT, **({"updates": [0, 8], "trained": TRAINED} | more))


def test_the_duel_plays_every_update_of_every_trained_line() -> None:
    figure = duel()
    assert [frame.name for frame in figure.frames] == ["0", "8"]
    for frame in figure.frames:
        assert len(frame.data) == len(frame.traces) == 2 + len(TRAINED)
        for index in frame.traces[2:]:
            trace = figure.data[index]
            clipped = trace.name == wgan.WORDS["clip"]  # its pen is dashed everywhere
            assert clipped or trace.line.dash == "solid"  # the exact ones, dashed, stand still
    last = {tuple(trace.y) for trace in figure.frames[1].data[2:]}  # p and q vanish if they are in no frame
    assert last == {tuple(value[1]) for value in TRAINED.values()}


@pytest.mark.parametrize(("updates", "trained"), [([], {}), ([8], {n: v[-1:] for n, v in TRAINED.items()})])
def test_a_duel_that_has_no_past_yet_has_nothing_to_play(updates: list[int], trained: dict) -> None:
    figure = duel(updates=updates, trained=trained)
    assert not figure.frames and not figure.layout.sliders
    assert len(figure.data) == 2 + 2 + 3 + len(trained)


def test_before_anything_is_trained_the_optima_of_growing_distances_play() -> None:
    sliding = {d: ((np.full(7, d), np.full(7, 2 * d)), {name: d * value for name, value in EXACT.items()})
               for d in (0.5, 1.0)}  # fmt: skip
    figure = duel(updates=[], trained={}, sliding=sliding)
    assert [frame.name for frame in figure.frames] == ["0.5", "1"] and len(figure.frames[0].traces) == len(figure.data)
    by_name = {trace.name: moved for trace, moved in zip(figure.data, figure.frames[0].data, strict=True)}
    assert list(by_name[wgan.WORDS["q"]].y) == [1.0] * 7
    assert list(by_name[wgan.WORDS["discriminator_exact"]].y) == [0.25] * 7
    assert not duel(updates=[8], trained={n: v[-1:] for n, v in TRAINED.items()}, sliding={}).frames


def test_each_row_of_the_duel_has_its_own_legend() -> None:
    by_row = {"y": "legend", "y2": "legend", "y3": "legend2", "y4": "legend3"}
    assert all(trace.legend == by_row[trace.yaxis] for trace in duel().data)


def test_estimates_draw_medians_members_and_one_point_a_picture() -> None:
    w1, estimate = np.array([[3.0, 1.0], [2.0, 2.0]]), np.array([[1.0, 5.0], [0.0, 4.0]])
    figure = wgan.estimates([1, 2], estimate, w1, 0.2)
    thick = {trace.name: list(trace.y) for trace in figure.data if trace.mode == "lines" and trace.line.width > 1}
    assert thick == {wgan.WORDS["estimate"]: [3.0, 2.0], wgan.WORDS["w1"]: [2.0, 2.0]}
    (dots,) = [trace for trace in figure.data if trace.mode == "markers"]
    assert list(dots.x) == [3, 1, 2, 2] and list(dots.y) == [1, 5, 0, 4]


def test_the_shape_has_one_scale_of_slopes_and_a_line_for_each_pair() -> None:
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(60, 2)), rng.normal(size=(60, 2))
    field = rng.normal(size=(5, 5))
    figures = [wgan.shape((-1, 1, -1, 1), field, k * np.abs(field), real, fake) for k in (1, 100)]
    for figure in figures:
        heats = [trace for trace in figure.data if isinstance(trace, go.Heatmap)]
        assert (heats[1].zmin, heats[1].zmax) == wgan.SLOPES
        (lines,) = [trace for trace in figure.data if isinstance(trace, go.Scatter) and trace.mode == "lines"]
        assert np.isnan(np.asarray(lines.x)[2::3]).all()
        np.testing.assert_allclose(np.asarray(lines.x)[0::3], real[: wgan.LINES, 0])
        np.testing.assert_allclose(np.asarray(lines.y)[1::3], fake[: wgan.LINES, 1])


def test_labels_replace_words_and_an_unknown_one_is_refused() -> None:
    figure = wgan.estimates([1], [[1.0]], [[1.0]], 0.2, labels={"estimate": "Schätzung"})
    assert any(trace.name == "Schätzung" for trace in figure.data)
    with pytest.raises(KeyError, match="colour"):
        duel(labels={"colour": "x"})
