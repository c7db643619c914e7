"""The page "Distances": every tab opens, what it shows is what the core computes, and everything can be shaped."""

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gan_core import theory
from gan_core.figures import distances as figures
from gan_core.figures import style
from pages.distances import sections
from pages.shared.shell.i18n import texts
from tests.pages.test_pages import tables

ROOT = Path(__file__).parents[2]
WORDS = texts("en")


def opened(tab: str = "line") -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    at.switch_page("pages/distances/page.py")
    at.session_state["distances-tab"] = WORDS[f"distances.tab_{tab}"]
    at.run()
    assert not at.exception
    return at


def table(at: AppTest) -> dict[str, str]:
    """The distances of the table: name → number as it is written."""
    return {name: value for name, value, *_ in tables(at)[0][1:]}


def charts(at: AppTest) -> list[dict]:
    return [json.loads(element.proto.spec) for element in at.get("plotly_chart")]


@pytest.mark.parametrize("tab", sections.SECTIONS)
def test_every_tab_opens_and_draws(tab):
    at = opened(tab)
    assert charts(at) and not at.error


@pytest.mark.parametrize("picture", sections.NAMES)
def test_every_picture_on_a_line_opens_for_every_example(picture):
    at = opened()
    at.session_state["distances-draw"] = picture
    for example in sections.EXAMPLES:
        at.button(key=f"distances-line-example-{example}").click().run()
        assert not at.exception and len(charts(at)) == 1


def test_the_numbers_on_a_line_are_those_of_the_theory():
    at = opened()
    at.slider(key="distances-line-q-mean").set_value(1.0)
    at.slider(key="distances-line-q-std").set_value(2.0).run()
    found = table(at)
    assert found["KL(p\u00a0‖\u00a0q)"] == style.number(theory.kl_gaussians(0, 1, 1, 2), 4) == "0.4431"
    assert found["KL(q\u00a0‖\u00a0p)"] == style.number(theory.kl_gaussians(1, 2, 0, 1), 4) == "1.307"
    assert found["W₂"] == style.number(theory.w2_gaussians(0, 1, 1, 2), 4)


def test_an_upload_is_waited_for_and_a_bad_one_is_answered_with_a_sentence():
    at = opened()
    at.selectbox(key="distances-line-p-kind").set_value("sample").run()
    assert any("file" in info.value for info in at.info)
    at.session_state["distances-line-p-numbers"] = b"1 2 three"
    at.run()
    assert any("three" in warning.value for warning in at.warning)
    at.session_state["distances-line-p-numbers"] = "\n".join(f"{x:.3f}" for x in np.linspace(-1, 1, 80)).encode()
    at.run()
    assert not at.exception and any("histograms of 30 bins" in m.value for m in at.markdown)
    assert any(slider.label == WORDS["distances.bins_of_samples"] for slider in at.select_slider)


def test_uploaded_points_are_compared_with_a_gaussian_in_the_plane():
    at = opened("plane")
    points = np.random.default_rng(0).normal(size=(120, 2))
    at.session_state["distances-plane-p-numbers"] = "\n".join(f"{x},{y}" for x, y in points).encode()
    at.selectbox(key="distances-plane-p-kind").set_value("sample").run()
    assert not at.exception and charts(at)
    assert set(table(at)) == {"KL(p\u00a0‖\u00a0q)", "KL(q\u00a0‖\u00a0p)", "JSD", "W₁", "W₂"}


@pytest.mark.parametrize("picture", ["tv", "w1", "w2", "sinkhorn"])
def test_every_picture_in_the_plane_opens(picture):
    at = opened("plane")
    at.session_state["distances-draw_plane"] = picture
    at.select_slider(key="distances-samples").set_value(32).run()
    assert not at.exception and len(charts(at)) == 1 + (picture == "sinkhorn")


def test_a_jsd_of_04_is_called_noise_until_bins_and_samples_fit():
    at = opened("size")
    assert "noise" in at.warning[0].value
    at.slider(key="distances-size_distance").set_value(2.0)
    at.select_slider(key="distances-n").set_value(10_000)
    at.select_slider(key="distances-bins").set_value(30).run()
    assert not at.warning and style.number(float(theory.gaussian_jsd(2.0)), 3) in at.success[0].value


def test_the_game_reaches_the_optimum_at_the_end_of_the_way_and_minus_2_ln_2_at_equilibrium():
    at = opened("game")
    at.slider(key="distances-game_share").set_value(1.0).run()
    optimum = style.number(float(theory.optimal_value(theory.gaussian_jsd(2.0))), 4)
    assert sum(f"**{optimum}**" in m.value and m.value.count(optimum) == 2 for m in at.markdown) == 1
    at.slider(key="distances-game_distance").set_value(0.0).run()
    assert any("**−1.386**" in m.value for m in at.markdown)
    at.slider(key="distances-game_share").set_value(0.0).run()
    assert not at.exception and any("**−∞**" in m.value for m in at.markdown)


def test_the_animated_fit_has_a_frame_for_every_step_of_the_longest_path():
    at = opened("fit")
    paths = sections._fits(5.0, 0.5, 0.5, 1.0)
    figure = charts(at)[0]
    assert len(figure["frames"]) == max(len(values) for _, _, values in paths.values())
    last = figure["frames"][-1]["data"]
    assert [curve["name"].split(" = ")[0] for curve in last] == [WORDS[f"distances.figure.{name}"] for name in paths]


def test_every_word_of_the_figures_is_in_the_texts_and_a_figure_refuses_others():
    named = {key.removeprefix("distances.figure.") for key in WORDS if key.startswith("distances.figure.")}
    assert named == set(figures.WORDS)
    with pytest.raises(KeyError, match="colour"):
        figures.overlap([0, 1], [1, 1], [1, 1], labels={"colour": "red"})


def test_an_infinite_divergence_is_drawn_as_a_stretch_and_nothing_drawn_is_infinite():
    x = np.linspace(0, 1, 11)
    log_p, log_q = np.zeros(11), np.where(x < 0.5, np.log(2), -np.inf)
    figure = figures.log_ratio(x, log_p, log_q)
    assert any(shape.x0 == pytest.approx(0.5) and shape.x1 == pytest.approx(1.0) for shape in figure.layout.shapes)
    for trace in figure.data:
        assert not np.isinf(np.asarray(trace.y, float)).any()
