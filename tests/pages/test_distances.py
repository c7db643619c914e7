"""The page "Distances": every tab opens, what it shows is what the core computes, and everything can be shaped."""

import json
import threading

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gan_core import theory
from gan_core.figures import distances as figures
from gan_core.figures import style
from pages.distances import fit, line, plane
from pages.distances.options import EPSILONS, EXAMPLES, NAMES, OPTIONS, SECTIONS
from pages.shared.controls import options
from pages.shared.play import experiments
from pages.shared.shell.i18n import texts
from tests.pages.test_pages import areas, blocks, params, state, tables, until, visit

WORDS = texts("en")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page waits for what a worker finds out, instead of looking again."""
    monkeypatch.setattr(line, "DRAWS", 4)

    class Known(experiments._Known):
        def __init__(self, *what) -> None:
            super().__init__(*what)
            until(lambda: not self.running)

    monkeypatch.setattr(experiments, "_Known", Known)


def opened(tab: str = "line", **address: str) -> AppTest:
    at = visit("distances", tab=tab, **address)
    assert not at.exception
    return at


def put(at: AppTest, name: str, value: object) -> None:
    """As the control does."""
    options.put(state(at, "distances"), name, value)


def table(at: AppTest) -> dict[str, str]:
    """The distances of the table: name → number as it is written."""
    found = next(rows for rows in tables(at) if WORDS["distances.value"] in rows[0])
    return {name: value for name, value, *_ in found[1:]}


def charts(at: AppTest) -> list[dict]:
    return [json.loads(element.proto.spec) for element in at.get("plotly_chart")]


def verdict(at: AppTest) -> dict:
    """The sentence in the area of the verdict."""
    (said,) = blocks(at, "sentence")
    return said


@pytest.mark.parametrize("tab", SECTIONS)
def test_every_tab_opens_and_draws(tab):
    at = opened(tab)
    assert charts(at) and not at.error
    by_hand = tab in ("line", "plane")  # such a picture brings its verdict along
    assert {"below"} < areas(at) and ({"by-hand", "by-hand-low"} if by_hand else {"picture-filled"}) & areas(at)
    assert ("verdict" in areas(at)) is not by_hand


@pytest.mark.parametrize("tab", SECTIONS)
def test_what_can_be_set_stands_aside_and_not_over_the_picture(tab):
    at = opened(tab)
    for kind in ("slider", "select_slider", "selectbox", "segmented_control", "number_input"):
        assert not [one for one in at.main.get(kind) if one.key and f"{tab}" in one.key and "tab" not in one.key], kind
    assert at.sidebar.slider


@pytest.mark.parametrize("picture", NAMES)
def test_every_picture_on_a_line_opens_for_every_example(picture):
    at = opened()
    put(at, "draw", picture)
    for example in EXAMPLES:
        at.button(key=f"distances-line-example-{example}").click().run()
        assert not at.exception and len(charts(at)) == 1


def test_the_numbers_on_a_line_are_those_of_the_theory():
    at = opened()
    at.slider(key="distances.line_p_mean~0").set_value(0.0)
    at.slider(key="distances.line_p_std~0").set_value(1.0)
    at.slider(key="distances.line_q_mean~0").set_value(1.0)
    at.slider(key="distances.line_q_std~0").set_value(2.0).run()
    found = table(at)
    assert found["KL(p\u00a0‖\u00a0q)"] == style.number(theory.kl_gaussians(0, 1, 1, 2), 4) == "0.4431"
    assert found["KL(q\u00a0‖\u00a0p)"] == style.number(theory.kl_gaussians(1, 2, 0, 1), 4) == "1.307"
    assert found["W₂"] == style.number(theory.w2_gaussians(0, 1, 1, 2), 4)


def test_an_upload_is_waited_for_and_a_bad_one_is_answered_with_a_sentence():
    at = opened()
    at.selectbox(key="distances.line_p_kind~0").set_value("sample").run()
    assert any("file" in info.value for info in at.info)
    at.file_uploader(key="distances-line-p-file").set_value(("a.txt", b"1 2 three", "text/plain")).run()
    assert any("2 samples" in warning.value for warning in at.warning)
    content = "\n".join(f"{x:.3f}" for x in np.linspace(-1, 1, 80)).encode()
    at.file_uploader(key="distances-line-p-file").set_value(("b.txt", content, "text/plain")).run()
    assert not at.exception and any("histograms of 30 bins" in m.value for m in at.markdown)
    assert any(slider.label == WORDS["distances.bins_of_samples"] for slider in at.select_slider)


def test_uploaded_points_are_compared_with_a_gaussian_in_the_plane():
    at = opened("plane")
    points = np.random.default_rng(0).normal(size=(120, 2))
    at.selectbox(key="distances.plane_p_kind~0").set_value("sample").run()
    content = "\n".join(f"{x},{y}" for x, y in points).encode()
    at.file_uploader(key="distances-plane-p-file").set_value(("p.csv", content, "text/csv")).run()
    assert not at.exception and charts(at)
    assert set(table(at)) == {"KL(p\u00a0‖\u00a0q)", "KL(q\u00a0‖\u00a0p)", "JSD", "W₁", "W₂"}


def test_what_was_assumed_of_numbers_is_said_and_can_be_changed():
    at = opened()
    at.selectbox(key="distances.line_p_kind~0").set_value("sample").run()
    content = "\n".join(f"{x},{7 * x % 11}" for x in range(1, 30)) + "\n-999,3\n"
    at.file_uploader(key="distances-line-p-file").set_value(("n.csv", ("a,b\n" + content).encode(), "text/csv")).run()
    brought = state(at, "distances").choices["file", "line-p"]
    assert brought.picked.names == ("a",) and any("columns between commas" in c.value for c in at.caption)
    assert any("One row lies" in c.value for c in at.caption)
    at.toggle(key="distances-line-p-far").set_value(True).run()
    assert len(state(at, "distances").choices["file", "line-p"].result) == 29
    at.selectbox(key="distances-line-p-column-0").set_value("b").run()
    brought = state(at, "distances").choices["file", "line-p"]
    assert brought.picked.names == ("b",) and len(brought.result) == 30 and not at.exception


def test_columns_of_two_units_are_scaled_alike_on_both_sides():
    at = opened("plane")
    rng = np.random.default_rng(0)
    for side, shift in (("p", 0.0), ("q", 2.0)):
        at.selectbox(key=f"distances.plane_{side}_kind~0").set_value("sample").run()
        points = rng.normal((40 + shift, 4000), (5, 800), (60, 2))
        content = "\n".join(f"{x},{y}" for x, y in points).encode()
        at.file_uploader(key=f"distances-plane-{side}-file").set_value((f"{side}.csv", content, "text/csv")).run()
    assert any("The columns differ" in c.value for c in at.caption)
    as_it_is = table(at)["W₁"]
    at.toggle(key="distances-plane-p-apart").set_value(True).run()
    assert not at.exception and any("one unit for both" in c.value for c in at.caption)
    brought = [state(at, "distances").choices["file", f"plane-{side}"].result for side in "pq"]
    p, q = brought / np.concatenate(brought).std(0)
    assert np.concatenate([p, q]).std(0) == pytest.approx([1, 1]) and p.mean(0) != pytest.approx(q.mean(0))
    assert float(table(at)["W₁"]) < 2 < 50 < float(as_it_is)


@pytest.mark.parametrize("picture", ["tv", "w1", "w2", "sinkhorn"])
def test_every_picture_in_the_plane_opens(picture):
    at = opened("plane")
    put(at, "draw_plane", picture)
    at.select_slider(key="distances.samples~0").set_value(32).run()
    assert not at.exception and len(charts(at)) == 1 + (picture == "sinkhorn")


def test_a_jsd_of_04_is_called_noise_until_bins_and_samples_fit():
    at = opened("size")
    assert verdict(at)["mood"] == "warning" and "noise" in verdict(at)["sentence"]
    at.slider(key="distances.size_distance~0").set_value(2.0)
    at.select_slider(key="distances.n~0").set_value(10_000)
    at.select_slider(key="distances.bins~0").set_value(30).run()
    assert verdict(at)["mood"] == "success"
    assert style.number(float(theory.gaussian_jsd(2.0)), 3) in verdict(at)["sentence"]


def test_the_game_reaches_the_optimum_at_the_end_of_the_way_and_minus_2_ln_2_at_equilibrium():
    at = opened("game")
    at.slider(key="distances.game_share~0").set_value(1.0).run()
    optimum = style.number(float(theory.optimal_value(theory.gaussian_jsd(2.0))), 4)
    assert f"**{optimum}**" in verdict(at)["sentence"] and verdict(at)["sentence"].count(optimum) == 2
    at.slider(key="distances.game_distance~0").set_value(0.0).run()
    assert "**−1.386**" in verdict(at)["sentence"]
    at.slider(key="distances.game_share~0").set_value(0.0).run()
    assert not at.exception and "**−∞**" in verdict(at)["sentence"]


def test_the_animated_fit_has_a_frame_for_every_step_of_the_longest_path():
    at = opened("fit")
    paths = fit.fits(5.0, 0.5, 0.5, 1.0)
    figure = charts(at)[0]
    assert len(figure["frames"]) == max(len(values) for _, _, values in paths.values())
    last = figure["frames"][-1]["data"]
    assert [curve["name"].split(" = ")[0] for curve in last] == [WORDS[f"distances.figure.{name}"] for name in paths]


def test_every_word_of_the_figures_is_in_the_texts_and_a_figure_refuses_others():
    named = {key.removeprefix("distances.figure.") for key in WORDS if key.startswith("distances.figure.")}
    assert named == set(figures.WORDS)
    with pytest.raises(KeyError, match="colour"):
        figures.overlap([0, 1], [1, 1], [1, 1], labels={"colour": "red"})


# ── the address ──────────────────────────────────────────────────────────────────────────────────────────────────────


def other(name: str) -> object:
    """Something else than the usual value of an option."""
    option = OPTIONS[name]
    if isinstance(option, options.Number):
        return option.high if option.usual != option.high else option.low
    if isinstance(option, options.Heights):
        return tuple(1 - height for height in option.usual)
    return next(one for one in option.values if one != option.usual)


def test_the_page_opens_with_a_short_address_and_a_link_gives_the_same_page():
    assert params(visit("distances")) == {}
    words = {name: option.write(other(name)) for name, option in OPTIONS.items()} | {"tab": "fit"}
    at = visit("distances", **words)
    assert not at.exception and not at.warning and params(at) == words
    for name in OPTIONS:
        assert name == "tab" or options.value(state(at, "distances"), name) == pytest.approx(other(name))


def test_what_is_set_stands_in_the_address_and_an_example_sets_it_back():
    at = opened()
    at.slider(key="distances.line_q_mean~0").set_value(1.5).run()
    at.selectbox(key="distances.line_p_kind~0").set_value("two").run()
    assert params(at) == {"line_q_mean": "1.5", "line_p_kind": "two"}
    again = visit("distances", **params(at))
    assert again.slider(key="distances.line_q_mean~0").value == 1.5
    assert table(again) == table(at)
    at.button(key="distances-line-example-apart").click().run()
    assert params(at) == {}


def test_going_to_another_page_and_back_keeps_everything():
    at = opened("size", n="1000")
    at.switch_page("pages/home/page.py").run()
    at.query_params.clear()
    at.switch_page("pages/distances/page.py").run()
    assert params(at) == {"tab": "size", "n": "1000"}


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("tab", "secrets"),
        ("line_q_mean", "much"),
        ("line_q_mean", "nan"),
        ("line_q_mean", "1e9"),
        ("plane_p_angle", "30.5"),
        ("line_p_kind", "../../secrets"),
        ("line_p_heights", "1-2"),
        ("line_p_heights", "-".join(["101"] * 10)),
        ("n", "21"),
        ("draw", "![x](http://example.com)"),
    ],
)
def test_a_bad_word_is_one_sentence_and_the_usual_value_stays(name, word):
    at = visit("distances", **{name: word})
    assert not at.exception and len(at.warning) == 1 and at.warning[0].value.startswith(f"“{name}")
    assert params(at) == {} and charts(at)


def test_reset_gives_the_short_address_again():
    at = visit("distances", n="1000", draw="w1")
    options.reset(state(at, "distances"))
    at.run()
    assert params(at) == {} and not at.exception


def test_every_divergence_with_a_game_links_to_its_loss() -> None:
    """At the best D the loss is what the page says it is the game of: here by sums over a histogram."""
    import torch

    from gan_core.engine.losses import LOSSES
    from pages.distances.drawing import GAMES

    p, q = (
        torch.tensor([0.1, 0.4, 0.3, 0.2], dtype=torch.float64),
        torch.tensor([0.3, 0.2, 0.1, 0.4], dtype=torch.float64),
    )
    log, m = (p / q).log(), (p + q) / 2
    kl_pq, kl_qp, tv = (p * log).sum(), -(q * log).sum(), (p - q).abs().sum() / 2
    jsd = ((p * (p / m).log()).sum() + (q * (q / m).log()).sum()) / 2
    best = {"kl_pq": 1 + log, "kl_qp": log, "jsd": log, "tv": log.sign()}
    said = {"kl_pq": -kl_pq, "kl_qp": -kl_qp, "jsd": 2 * np.log(2) - 2 * jsd, "tv": 2 - 2 * tv}
    draws = [torch.cat([a.new_full((round(float(10 * w)),), float(x)) for w, x in zip(weights, a, strict=True)])
             for a in best.values() for weights in (p, q)]  # fmt: skip
    for i, name in enumerate(best):
        loss = LOSSES[GAMES[name]].d_loss(real_logits=draws[2 * i], fake_logits=draws[2 * i + 1])
        assert float(loss) == pytest.approx(float(said[name])), name
    assert {name for name, loss in GAMES.items() if loss is not None} == {*best, "w1"}


@pytest.mark.parametrize("name", sorted({*NAMES, *OPTIONS["draw_plane"].values}))
def test_every_divergence_has_a_game_or_says_why_it_has_none(name: str) -> None:
    from pages.distances.drawing import GAMES

    why = WORDS.get(f"distances.no_game_{name}", "")
    assert (GAMES[name] is None) == bool(why) and f"distances.about_{name}" in WORDS


def test_one_function_is_enough_for_w1_and_must_be_flat_for_w2() -> None:
    """max E_p φ − E_q φ over φ(x) − φ(y) ≤ cost(x, y): a linear programme on a line of points. With the distance it is
    W₁; with half of its square it sinks to 0 as the points move together, while ½ W₂² stays."""
    from scipy.optimize import linprog

    def most(points: int, power: int) -> tuple[float, float]:
        x = np.linspace(0, 1, points)
        gap = np.zeros(points)
        gap[0], gap[-1] = 1, -1  # p is all at 0, q all at 1
        i, j = (~np.eye(points, dtype=bool)).nonzero()
        ties = np.zeros((len(i), points))
        ties[np.arange(len(i)), i], ties[np.arange(len(i)), j] = 1, -1
        cost = np.abs(x[i] - x[j]) ** power / power
        found = linprog(-gap, A_ub=ties, b_ub=cost, bounds=(-2, 2))
        return -found.fun, 1 / power

    for points in (6, 11):
        assert most(points, 1)[0] == pytest.approx(1)
        one, true = most(points, 2)
        assert true == 0.5 and one == pytest.approx(0.5 / (points - 1))


def test_of_a_table_a_perfect_sampler_draws_rows_and_its_floor_is_a_range() -> None:
    table = np.random.default_rng(3).normal(size=(120, 2))
    for name in ("kl_pq", "jsd", "w1", "w2"):
        median, low, high = plane._floor(table, name, table[:80], table[40:])
        drawn = [table[np.random.default_rng([9, i]).integers(120, size=80)] for i in range(12)]
        scores = [plane.measures()[name](table[:80], rows) for rows in drawn]
        assert low <= median <= high and low < np.median(scores) < high


def test_of_the_plans_of_a_sweep_only_what_is_drawn_is_kept() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 60, 2))
    exact, *sweep = (task() for task in plane._sweep(x, y).values())
    arrays = [value for one in sweep for value in one.values() if isinstance(value, np.ndarray)]
    assert exact == pytest.approx(plane.measures()["w1"](x, y)) and len(arrays) == len(sweep) == len(EPSILONS)
    assert {array.shape for array in arrays} == {(60 * plane.LINES_PER_POINT, 3)}
    assert all(array[:, 2].max() == 1.0 and array[:, 2].min() >= 0.0 for array in arrays)


def test_until_a_worker_knows_the_numbers_dots_stand_there_and_a_new_setting_gives_the_old_ones_up(monkeypatch):
    monkeypatch.undo()
    made = []

    class Never(experiments._Known):
        def __init__(self, key, tasks) -> None:
            super().__init__(key, {"never": lambda: held.wait(60), **tasks})
            made.append(self)

    held = threading.Event()
    monkeypatch.setattr(experiments, "_Known", Never)
    at = opened("plane", draw_plane="w1", samples="32")
    assert table(at)["W₁"] == "…" and at.get("bidi_component"), "the picture does not wait"
    first = list(made)
    at.select_slider(key="distances.samples~0").set_value(64).run()
    assert len(first) == 2 and len(made) == 4 and not any(one.running for one in first)
    held.set()
    until(lambda: not any(one.running for one in made))
    at.run()
    assert not any("…" in cell for row in tables(at)[0] for cell in row)
