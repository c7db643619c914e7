"""Charts that were made with Plotly are drawn whole: every kind of trace, on any sheet, with title and caption."""

import re

import numpy as np
import plotly.graph_objects as go
import pytest

from gan_core.errors import ExportError
from gan_core.export.drawing import Area, Box, Dots, Line, Picture, Text, finite
from gan_core.export.look import SHAPES, Look
from gan_core.export.plotted import named, plotted, rgba
from gan_core.export.svg import svg
from gan_core.figures import brought, digits, distances, game, map, recipe, riddle, style, theory

X = np.linspace(-4, 6, 200)
P, Q = (np.exp(-((X - m) ** 2) / 2) / np.sqrt(2 * np.pi) for m in (0, 2))
RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(30, 2))
GRID = np.linspace(-3, 3, 20)
DENSITY = -np.add.outer(GRID**2, GRID**2) / 2
CHARTS = {
    "losses": lambda: theory.loss_curves(at=0.2, fake_logits=RNG.normal(size=99)),
    "slopes": lambda: theory.loss_curves("logit", at=-1.0, scale="log"),
    "gaussians": lambda: theory.two_gaussians(2.0),
    "lines": lambda: theory.parallel_lines(0.7),
    "kl": lambda: distances.log_ratio(X, np.log(P), np.where(X < 0, -np.inf, np.log(Q))),
    "cdf": lambda: distances.cdf_gap(X, P, Q, np.cumsum(P), np.cumsum(Q)),
    "transport": lambda: distances.plan(X, P, Q, GRID, GRID + 2),
    "fits": lambda: distances.fits(X, P, {"jsd": (GRID, 1 + GRID**2, GRID)}),
    "sizes": lambda: distances.over_sizes([10, 100], RNG.random((2, 9)), RNG.random((2, 9)), 0.5, 100),
    "repeats": lambda: distances.repeats(RNG.normal(1, 0.1, 99), RNG.normal(0.2, 0.1, 99), 0.9),
    "plane": lambda: distances.plane(GRID, GRID, DENSITY, DENSITY - 1, "jsd"),
    "pairs": lambda: distances.pairs(POINTS, POINTS + 1, [[0, 1], [2, 3]], [1.0, 0.3], (-4, 4, -4, 4)),
    "game": lambda: game.game(X, P, Q, Q, P, GRID, GRID, (0.5, -1.5), -1.1),
    "map": lambda: map.settings_map([1, 2], [1, 2], np.eye(2), np.eye(2), np.eye(2), (0, 1)),
    "agreement": lambda: digits.agreement(np.eye(10)),
    "trade": lambda: digits.trade_off(["a", "b"], [0.5, 0.7], [0.4, 0.6], (0.9, 0.9)),
    "recipe": lambda: recipe.twins({"on": [10, 12], "off": [30]}, [(11, 1), (30, np.nan)], 3.0, 20.0),
    "riddle": lambda: riddle.behind(POINTS, [POINTS, POINTS], [0, 9], [0.1, 0.2]),
    "column": lambda: brought.preview(POINTS[:, :1], ["height"]),
}  # fmt: skip


def words(drawing):
    return [mark.text for mark in drawing.marks if isinstance(mark, Text)]


def corners(mark):
    if isinstance(mark, (Line, Area, Dots)):
        return finite(mark.points)
    if isinstance(mark, Picture):
        return np.array([[mark.x, mark.y], [mark.x + mark.width, mark.y + mark.height]])
    return np.array([[mark.x, mark.y]])


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_stays_on_its_sheet_and_says_what_it_is(name):
    chart = CHARTS[name]().to_dict()
    for shape, (wide, high) in SHAPES.items():
        drawing = plotted(chart, Look(shape=shape, theme="dark"), "seed 7")
        at = np.concatenate([corners(mark) for mark in drawing.marks])
        assert at.min() >= 0 and at[:, 0].max() <= wide and at[:, 1].max() <= high
        assert "seed 7" in words(drawing) and len(drawing.marks) > 12
        assert all(re.fullmatch("#[0-9a-fA-F]{6}", mark.colour) for mark in drawing.marks if hasattr(mark, "colour"))
    assert svg(drawing) == svg(plotted(chart, Look(shape=shape, theme="dark"), "seed 7"))


def test_marks_lie_where_the_data_say():
    figure = go.Figure([go.Bar(x=["a", "b"], y=[1, 3], name="counts"), go.Scatter(x=["b"], y=[3], mode="markers")])
    drawing = plotted(figure.to_dict(), Look(), "")
    low, high = (mark for mark in drawing.marks if isinstance(mark, Box) and mark.high > 20)
    (dot,) = (mark for mark in drawing.marks if isinstance(mark, Dots))
    assert high.high == pytest.approx(3 * low.high) and high.y + high.high == pytest.approx(low.y + low.high)
    assert dot.points[0] == pytest.approx([high.x + high.wide / 2, high.y])


def test_an_animation_is_drawn_at_its_last_moment():
    figure = distances.fits(X, P, {"jsd": (np.array([0.0, 3.0]), np.ones(2), np.array([1.0, 0.25]))})
    assert "JSD = 0.25" in words(plotted(figure.to_dict(), Look(), ""))


def test_hues_are_those_of_the_theme():
    dark = Look(theme="dark")
    assert rgba(style.REAL, dark) == (dark.colours.real, 1.0) and rgba("rgba(0, 128, 255, 0.5)", dark) == (
        "#0080ff",
        0.5,
    )


def test_a_title_is_a_visitors_words_or_what_the_axes_say():
    chart = theory.two_gaussians(1.0).to_dict()
    assert named(chart) == "density, D(x) – x"
    two = {"xaxis": {"title": {"text": "modes"}}, "xaxis2": {"title": {"text": "HQ %"}}}
    assert named({"layout": two}) == "modes, HQ %"
    title = "<script>" + "w" * 10_000
    drawn = svg(plotted(chart, Look(title=title), "")).decode()
    assert "<script" not in drawn and "&lt;script&gt;w" in drawn and "w" * 401 not in drawn


def test_what_is_not_known_is_refused():
    with pytest.raises(ExportError, match=r"'pie'.*scatter"):
        plotted(go.Figure(go.Pie(values=[1])).to_dict(), Look(), "")
