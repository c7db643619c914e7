"""The pictures of the theory: what they draw are the values of gan_core.theory, and they fit on any page."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from gan_core import theory
from gan_core.figures import style
from gan_core.figures import theory as figures

EVERY = {
    "probability": lambda **k: figures.loss_curves("probability", at=0.05, **k),
    "probability, log": lambda **k: figures.loss_curves("probability", at=0.9, scale="log", **k),
    "logit": lambda **k: figures.loss_curves("logit", at=-6.0, fake_logits=[-30.0, -6.0, 2.0], **k),
    "logit, log": lambda **k: figures.loss_curves("logit", scale="log", **k),
    "two Gaussians": lambda **k: figures.two_gaussians(2.0, **k),
    "lines": lambda **k: figures.parallel_lines(0.7, **k),
    "lines together": lambda **k: figures.parallel_lines(0.0, **k),
}


def curves(figure: go.Figure) -> dict[tuple[str, str], go.Scatter]:
    """(legend name, y axis) → the first curve that is drawn there."""
    found: dict = {}
    for trace in figure.data:
        if trace.name:
            found.setdefault((trace.name, trace.yaxis or "y"), trace)
    return found


def points(figure: go.Figure) -> list[tuple[float, float, str]]:
    return [(t.x[0], t.y[0], t.text[0]) for t in figure.data if t.mode == "markers+text" and t.text[0]]


# --- All of them ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_everything_drawn_is_finite_and_every_axis_has_a_title(name):
    figure = EVERY[name]()
    for trace in figure.data:
        assert len(trace.x) == len(trace.y) > 0
        assert np.isfinite(np.asarray(trace.x, float)).all() and np.isfinite(np.asarray(trace.y, float)).all()
    assert all(axis.visible is False or axis.title.text for axis in figure.select_yaxes())
    assert any(axis.title.text for axis in figure.select_xaxes())
    json.loads(figure.to_json())


@pytest.mark.parametrize("name", EVERY)
def test_a_figure_takes_its_background_and_text_colour_from_the_page(name):
    figure = EVERY[name]()
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == style.CLEAR
    assert figure.layout.font.color is None
    assert figure.layout.font.size >= 14
    assert all(axis.tickfont.size >= 14 for axis in (*figure.select_xaxes(), *figure.select_yaxes()))


@pytest.mark.parametrize(
    "draw, defaults",
    [
        (lambda k: figures.loss_curves(at=0.2, fake_logits=[0.0], labels=k), figures.LOSS_CURVES),
        (lambda k: figures.loss_curves("logit", at=0.2, scale="log", fake_logits=[0.0], labels=k), figures.LOSS_CURVES),
        (lambda k: figures.two_gaussians(1.0, labels=k), figures.TWO_GAUSSIANS),
        (lambda k: figures.parallel_lines(1.0, labels=k), figures.PARALLEL_LINES),
    ],
)
def test_every_word_can_be_replaced(draw, defaults):
    replaced = {name: f"⟨{k}⟩" for k, name in enumerate(defaults)}
    drawn = json.dumps(draw(replaced).to_plotly_json(), ensure_ascii=False, default=lambda array: array.tolist())
    missing = {name for name, text in replaced.items() if text not in drawn}
    other = {
        name for name in figures.LOSS_CURVES if name.split("_")[0] in ("probability", "logit", "slope", "size", "hinge")
    }
    assert missing <= (other if defaults is figures.LOSS_CURVES else set())  # those of the other axis and scale
    assert not [text for text in defaults.values() if len(text) > 5 and f'"{text}"' in drawn]
    with pytest.raises(KeyError, match="No such label: colour"):
        draw({"colour": "red"})


def test_the_same_call_gives_the_same_figure():
    for draw in EVERY.values():
        assert draw().to_json() == draw().to_json()


# --- Losses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", ["probability", "logit"])
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_loss_curves_draw_the_losses_and_their_slopes(axis, scale):
    drawn = curves(figures.loss_curves(axis, scale=scale))
    suffix = "_of_probability" if axis == "probability" else ""
    for name in ("minimax", "non_saturating", *(["hinge"] if axis == "logit" else [])):
        label = figures.LOSS_CURVES[name]
        upper, lower = drawn[label, "y"], drawn[label, "y3"]
        np.testing.assert_array_equal(upper.y, getattr(theory, f"{name}_loss{suffix}")(upper.x))
        slope = getattr(theory, f"{name}_gradient{suffix}")(lower.x)
        np.testing.assert_array_equal(lower.y, np.abs(slope) if scale == "log" else slope)
        assert (np.diff(upper.x) > 0).all()
        assert upper.line.color == lower.line.color


def test_the_tangent_touches_the_curve_with_its_slope_and_the_numbers_say_so():
    figure = figures.loss_curves("logit", at=-2.0)
    tangents = [t for t in figure.data if t.line.dash == "dot"]
    found = {round((t.y[-1] - t.y[0]) / (t.x[-1] - t.x[0]), 9): np.interp(-2, t.x, t.y) for t in tangents}
    expected = {
        float(gradient(-2.0)): float(loss(-2.0))
        for loss, gradient in (
            (theory.minimax_loss, theory.minimax_gradient),
            (theory.non_saturating_loss, theory.non_saturating_gradient),
        )
    }
    assert found == pytest.approx({round(k, 9): v for k, v in expected.items()})
    assert {label for *_, label in points(figure)} == {"L = 2.13", "L = −0.127", "slope −0.881", "slope −0.119"}


def test_a_logarithmic_axis_keeps_the_sign_in_the_number():
    labels = {label: y for _, y, label in points(figures.loss_curves("logit", at=-10.0, scale="log"))}
    assert labels["slope −4.54·10⁻⁵"] == pytest.approx(4.54e-5, rel=1e-3)
    assert labels["slope −1"] == pytest.approx(0.99995, abs=1e-5)


def test_a_steep_slope_stays_on_the_plot():
    for at in (0.002, 0.05, 0.5, 0.998):
        figure = figures.loss_curves("probability", at=at)
        low, high = figure.layout.yaxis3.range
        assert all(low < t.y[0] < high for t in figure.data if t.yaxis == "y3" and t.mode == "markers+text")


@pytest.mark.parametrize("axis, at", [("probability", 0.0), ("probability", 1.0), ("logit", 11.0), ("logit", np.nan)])
def test_a_point_off_the_axis_is_refused(axis, at):
    with pytest.raises(ValueError, match="is not on the"):
        figures.loss_curves(axis, at=at)
    low, high = figures.limits(axis)
    assert figures.loss_curves(axis, at=low) and figures.loss_curves(axis, at=high)


def test_the_histogram_shows_the_share_of_all_finite_samples():
    logits = np.array([[-30.0, -6.01, -6.01], [2.01, np.nan, np.inf]])
    bars = figures.loss_curves("logit", fake_logits=logits).data[0]
    assert bars.y.sum() == pytest.approx(1)
    shares = {round(float(x), 1): float(y) for x, y in zip(bars.x, bars.y, strict=True) if y}
    assert shares == {-9.8: 0.25, -6.2: 0.5, 2.2: 0.25}
    as_probability = figures.loss_curves("probability", fake_logits=[0.001, 800.0]).data[0]
    assert as_probability.y[25] == as_probability.y[-1] == 0.5  # σ(0) = ½ starts bin 25
    assert figures.loss_curves("logit", fake_logits=[np.nan]).data[0].y.sum() == 0


# --- Distances -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("distance", [-3.0, 0.0, 2.0, 60.0])
def test_two_gaussians_have_mass_one_and_the_optimal_discriminator_between(distance):
    drawn = curves(figures.two_gaussians(distance))
    real, fake = drawn["real p", "y"], drawn["generated q", "y"]
    best = drawn["optimal D = p/(p + q)", "y2"]
    for density, mean in ((real, 0.0), (fake, distance)):
        assert np.trapezoid(density.y, density.x) == pytest.approx(1, abs=1e-3)
        assert np.trapezoid(density.y * density.x, density.x) == pytest.approx(mean, abs=1e-2)
    p, q = np.asarray(real.y), np.asarray(fake.y)
    there = p + q > 1e-300
    np.testing.assert_allclose(np.asarray(best.y)[there], p[there] / (p + q)[there], atol=1e-12)
    assert (real.line.color, fake.line.color) == (style.REAL, style.FAKE)


@pytest.mark.parametrize("theta", [-1.5, 0.0, 0.7])
def test_parallel_lines(theta):
    figure = figures.parallel_lines(theta)
    lines = curves(figure)
    assert set(lines["real (0, u)", "y"].x) == {0.0}
    assert set(lines["generated (θ, u)", "y"].x) == {theta}
    exact = theory.parallel_lines(theta)
    labels = sorted(label for *_, label in points(figure))
    assert labels == sorted(style.number(v) for v in (exact.w1, exact.jsd, exact.tv))
    on_axis = [t for t in figure.data if t.name == "W₁ = |θ|"]
    assert all(list(t.y) == [abs(x) for x in t.x] for t in on_axis) and len(on_axis) == 2
    with pytest.raises(ValueError, match="is not on the axis"):
        figures.parallel_lines(2.5)
