"""The pictures of vanishing gradients: exact curves, what is measured at its distance, and every word replaceable."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gan_core import theory
from gan_core.figures import vanishing as figures


@pytest.mark.parametrize(("axis", "at"), [("logit", -4.0), ("probability", 0.05)])
def test_the_ratio_is_drawn_where_slopes_are_drawn_by_size(axis: str, at: float) -> None:
    assert not [t for t in figures.losses(axis, at, "linear").data if t.name == figures.LOSSES["ratio"]]
    (ratio,) = [t for t in figures.losses(axis, at, "log").data if t.name == figures.LOSSES["ratio"]]
    x = np.asarray(ratio.x)
    expected = np.exp(-x) if axis == "logit" else (1 - x) / x
    np.testing.assert_allclose(ratio.y, expected, rtol=1e-9)


def test_what_is_drawn_is_exact_and_what_is_measured_stands_at_its_distance() -> None:
    d = np.linspace(0, 8, 5)
    seeds = np.array([[0.0, 0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.4, 0.5], [0.5, 0.6, 0.7, 0.8, 0.9]])
    measured = {"distances": d, "non_saturating": seeds, "minimax": seeds / 10, "jsd": seeds}
    figure = figures.far_away(3.0, measured, "log")
    lines = {t.name: t for t in figure.data if t.mode == "lines"}
    x = np.asarray(lines["JSD"].x)
    np.testing.assert_allclose(lines["JSD"].y, theory.gaussian_jsd(x), atol=1e-12)
    exact = theory.gaussian_gradients(x)
    for name, values in zip(("non-saturating", "saturating"), exact, strict=True):
        np.testing.assert_allclose(np.asarray(lines[name].y)[1:], values[1:], rtol=1e-12)
    dots = next(t for t in figure.data if t.name == "saturating, measured")
    np.testing.assert_array_equal(dots.x, d)
    np.testing.assert_allclose(dots.y, seeds[1] / 10)
    np.testing.assert_allclose(dots.y - dots.error_y.arrayminus, seeds[0] / 10)
    np.testing.assert_allclose(dots.y + dots.error_y.array, seeds[2] / 10)
    densities = figures.two_gaussians(2.0, d, seeds)
    assert [list(t.y) for t in densities.data if t.name == figures.DENSITIES["trained"]] == seeds.tolist()


@pytest.mark.parametrize(
    ("draw", "defaults"),
    [
        (lambda k: figures.losses("logit", -1.0, "log", labels=k), figures.LOSSES),
        (lambda k: figures.two_gaussians(1.0, [0, 1], [[0.1, 0.2]], labels=k), figures.DENSITIES),
        (
            lambda k: figures.far_away(
                1.0,
                {n: np.zeros((1, 2)) for n in ("non_saturating", "minimax", "jsd")} | {"distances": np.ones(2)},
                labels=k,
            ),
            figures.FAR,
        ),
    ],
)
def test_every_word_of_the_figures_comes_from_the_texts(draw, defaults) -> None:
    drawn = draw({name: f"⟨{i}⟩" for i, name in enumerate(defaults)}).to_json()
    assert not [text for text in defaults.values() if len(text) > 5 and f'"{json.dumps(text)[1:-1]}"' in drawn]
    with pytest.raises(KeyError, match="No such label: colour"):
        draw({"colour": "red"})
