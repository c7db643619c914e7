"""The page "Convergence": what it shows is what the theory says, a click sets the start, and nothing is told early."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gan_core.data.points import points_digest
from gan_core.export import games
from gan_core.figures import style
from gan_core.figures.style import number
from gan_core.metrics.floors import Range
from gan_core.studies import map as maps
from gan_core.studies import riddles
from gan_core.studies.balance import Verdict, judged, verdict
from gan_core.theory import dirac
from pages.convergence import balance, losses
from pages.convergence import chart as chart_of_page
from pages.convergence.chart import known_cells
from pages.convergence.networks import GAMES, of_networks
from pages.convergence.networks import UPDATES as ON_PLAY
from pages.convergence.options import OPTIONS, SLIDERS
from pages.shared.controls import options
from pages.shared.play import resources
from pages.shared.shell.i18n import texts
from pages.shared.views import ending
from tests.pages.test_pages import at_rest, params, state, until, views, visit, words


def opened(**address: str) -> AppTest:
    at = visit("convergence", **address)
    assert not at.exception
    return at


def frame(at: AppTest) -> dict:
    (sent,) = [one for kind, one in views(at) if kind == "paths"]
    return sent


def put(at: AppTest, **values: object) -> AppTest:
    for name, value in values.items():
        options.put(state(at, "convergence"), name, value)
    at.run()
    assert not at.exception
    return at


def test_it_opens_with_two_games_from_one_start_and_no_verdict():
    at = opened()
    sent = frame(at)
    assert [one["title"] for one in sent["panels"]] == ["GAN", "R1 penalty"]
    assert sent["steps"] == 500 and not sent["shown"]
    assert "The run shows" not in words(at) and params(at) == {}
    assert "below h = 1.2" in words(at)  # 4γ


def test_a_game_is_drawn_live_as_it_is_in_a_still():
    """In the same colours, which neither player has, and with as many arrows as can be told apart."""
    sent = frame(opened())["panels"]
    assert [one["tint"] for one in sent] == list(games.TINTS[:2])
    assert not {one["tint"] for one in sent} & {style.REAL, style.FAKE, style.GENERATOR, style.DISCRIMINATOR}
    assert {one["field"]["shape"][0] for one in sent} == {games.lattice(1.0).shape[1]}
    assert 24 <= games.lattice(1.0).shape[1] <= 60


@pytest.mark.parametrize("variant", dirac.VARIANTS)
def test_every_variant_has_its_sliders(variant: str):
    at = opened(a=variant)
    sliders = {slider.key for slider in at.slider}
    for name in dirac.VARIANTS[variant].settings:
        assert f"convergence.a_{variant}_{name}~0" in sliders
        low, high, _ = SLIDERS[name]
        assert low <= dirac.VARIANTS[variant].settings[name].default <= high


@pytest.mark.parametrize("update", dirac.UPDATES)
@pytest.mark.parametrize("optimiser", dirac.OPTIMISERS)
def test_every_update_opens(update: str, optimiser: str):
    at = opened(update=update, optimiser=optimiser)
    assert len(frame(at)["panels"]) == 2


def test_the_page_offers_every_update_and_optimiser():
    assert OPTIONS["update"].values == tuple(dirac.UPDATES) and OPTIONS["optimiser"].values == tuple(dirac.OPTIMISERS)


def test_every_game_and_every_update_is_a_run_of_networks_too():
    """But for what the engine refuses together: to unroll, D has to move before G does."""
    assert GAMES.keys() == dirac.VARIANTS.keys() and ON_PLAY.keys() == dirac.UPDATES.keys()
    found = {}
    for variant, row in dirac.VARIANTS.items():
        usual = {name: setting.default for name, setting in row.settings.items()}
        for update in dirac.UPDATES:
            found[variant, update] = of_networks(variant, usual, update)
    assert {pair for pair, config in found.items() if config is None} == {
        ("unrolled", update) for update in dirac.UPDATES if update != "alternating"
    }
    assert found["consensus", "extragradient"].differences() == {
        "loss": "minimax", "consensus": 1.0, "update": "extragradient"
    }  # fmt: skip


def test_the_critical_values_are_marked_at_the_sliders():
    at = opened(h="0.4")
    said = words(at)
    assert "0.1: a step begins or ceases to converge" in said  # γ = h/4
    assert "1: no more turning" in said
    marks = [element.proto.body for element in at.get("html") if "gan-marks" in element.proto.body]
    assert marks and f"left:{100 * 0.1 / 3:.2f}%" in marks[0] and f"left:{100 / 3:.2f}%" in marks[0]


def test_after_play_it_says_what_the_run_showed_and_whether_it_was_predicted():
    at = opened()
    page = state(at, "convergence")
    run = frame(at)["run"]
    at.radio(key=f"convergence-ask-path_b-{run}").set_value("converges").run()
    page.choices["played", run] = True  # as the browser reports the end of the replay
    at.run()
    assert "The run shows: **to the equilibrium**" in " ".join(box.value for box in at.success)
    path = dirac.simulate("r1", start=(1, 1), step_size=0.2, steps=500, gamma=0.3)
    went = f"r went from 1.41 to {number(np.hypot(*path[-1]))} in 500 steps"
    assert went in " ".join(box.value for box in at.success) and "e-" not in went
    assert "The run shows: **away**" in " ".join(box.value for box in at.info)


def test_a_step_that_overflows_is_said():
    at = put(opened(), a="wgan", h=3.0, steps=2000)
    assert "the path ends at its last finite point" in words(at)
    assert frame(at)["panels"][0]["end"] < 2000


@pytest.mark.parametrize(
    "address", [{"theta": "9"}, {"h": "nan"}, {"a": "dcgan"}, {"b_r1_gamma": "-1"}, {"part": "nope"}]
)
def test_what_an_address_cannot_say_is_refused_with_a_sentence(address: dict[str, str]):
    at = opened(**address)
    assert "is not possible" in words(at) and len(frame(at)["panels"]) == 2


def test_the_address_is_the_page():
    at = put(opened(), a="unrolled", a_unrolled_unroll_steps=10, theta=-0.5)
    assert params(at) == {"a": "unrolled", "a_unrolled_unroll_steps": "10", "theta": "-0.5"}
    assert frame(opened(**params(at)))["panels"][0]["title"] == "Unrolled GAN"


# ── the map ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_map_is_filled_in_by_the_pool_and_kept():
    small = {"map_cells": "6", "map_seeds": "1", "map_steps": "500"}
    at = opened(tab="map", map_x="d_steps", map_y="batch", **small)
    assert "0 of 36 cells" in words(at) and at.button(key="convergence-map-stop").disabled
    at.button(key="convergence-map-start").click().run()
    assert not at.exception
    chart = state(at, "convergence").works["map"]
    until(lambda: len(known_cells(chart.plan)) >= 2)
    at.run()
    at.button(key="convergence-map-stop").click().run()
    assert not at.exception and not chart.running
    kept = len(known_cells(chart.plan))
    assert 2 <= kept < 36 and f"{kept} of 36 cells" in words(at)
    other = opened(tab="map", map_x="d_steps", map_y="batch", **small)  # another visitor finds them
    assert f"{kept} of 36 cells" in words(other)
    assert other.button(key="convergence-map-start").label == "Go on"
    chart_of_page._kept.cache_clear()  # and so does a server that is started anew
    assert len(known_cells(chart.plan)) == kept


def test_no_cell_comes_after_stop(monkeypatch):
    """A worker may be at the end of a block when it is pressed: the page has counted the cells by then."""
    makers = []

    class Work:
        step_count, failure = 0, None

        def __init__(self, blocks, found):
            makers.append(found)

        def step(self, n=1):
            self.step_count += n

    monkeypatch.setattr("gan_core.studies.map.Charting", Work)
    plan = chart_of_page.planned("d_lr", "batch", 6, 1, 500)
    first, second = plan.cells[:2]
    record = {"scores": {"modes": [8]}}
    kept = {}
    monkeypatch.setattr(chart_of_page, "_kept", lambda: kept)
    chart = chart_of_page.Chart(plan)
    makers[0](first, record)
    assert kept == {first.file: record}
    chart.close()
    makers[0](second, record)
    assert kept == {first.file: record}


def test_a_click_on_a_cell_opens_its_run_on_play(monkeypatch):
    at = opened(tab="map")
    figure = json.loads(at.get("plotly_chart")[0].proto.spec)
    cells = figure["data"][-1]
    assert any("(perfect: 8)" in text and "diverged 0 / 4" in text for text in cells["text"])
    plan = chart_of_page.planned("d_lr", "g_lr", 12, 4, 1500)
    asked = SimpleNamespace(selection=SimpleNamespace(points=[{"point_index": 5 * 12 + 3}]))
    cell = chart_of_page.clicked(plan, asked)
    assert cell.config.train.d_lr == pytest.approx(plan.xs[3]) and cell.config.train.g_lr == pytest.approx(plan.ys[5])
    for nothing in ([], [{}], [{"point_index": None}], [{"point_index": 9999}]):
        assert chart_of_page.clicked(plan, SimpleNamespace(selection=SimpleNamespace(points=nothing))) is None
    monkeypatch.setattr(chart_of_page, "clicked", lambda plan, event: cell)
    at.run()
    assert not at.exception and state(at, "play_2d").config == cell.config


def test_two_equal_axes_are_refused_with_a_sentence():
    at = opened(tab="map", map_x="d_lr", map_y="d_lr")
    assert "two different settings" in words(at) and not at.get("plotly_chart")


def test_the_axes_of_the_page_are_those_of_the_study():
    assert OPTIONS["map_x"].values == OPTIONS["map_y"].values == tuple(maps.AXES)


# ── two players ──────────────────────────────────────────────────────────────────────────────────────────────────────


SHORT = {"tab": "two", "r1": "1", "steps": "200"}  # settings that nobody has recorded


def charts(at: AppTest) -> dict[str, dict]:
    (sent,) = [one for kind, one in views(at) if kind == "curves"]
    return {chart["title"]: chart for chart in sent["charts"]}


def sentences(at: AppTest) -> str:
    """What the views of words say."""
    blocks = [block for kind, one in views(at) if kind == "words" for block in one["blocks"]]
    return " ".join(block.get("sentence", "") for block in blocks)


def test_two_players_open_on_a_recorded_run_with_the_charts_of_the_live_one():
    at = opened(tab="two")
    (sent,) = [one for kind, one in views(at) if kind == "recorded"]
    recorded = {chart["title"] for chart in sent["charts"]}
    live = at_rest(opened(**SHORT), "convergence-two")
    assert "scene" in [kind for kind, _ in views(live)] and set(charts(live)) == recorded
    assert all("ghost" in chart for chart in charts(live).values())  # none is empty before the first step


def test_a_run_of_two_players_says_what_it_saw():
    at = at_rest(opened(**SHORT), "convergence-two")
    assert "At its end the app says" in sentences(at)
    at.button(key="convergence-two-play").click().run()
    show = state(at, "convergence-two").show
    until(lambda: not show.running and not show.moving)
    at.run()
    page, run = state(at, "convergence-two"), show.job.frame.runs[0]
    until(lambda: balance._distance(page, run) is not None)
    at_rest(at, "convergence-two")
    name = verdict(run.balance, judged(run.config.data, run.balance)).name
    assert texts("en")[f"convergence.two_{name}"] in sentences(at)
    assert charts(at)[texts("en")["recorded.chart_mean"]]["x"]["shape"] == [40]
    offered = [button.label for button in at.button if button.key.startswith("convergence-two-if-")]
    assert offered == [texts("en")[f"ending.if_{what}"] for what in ("wide", "raced")]
    at.button(key="convergence-two-if-raced").click().run()
    assert not at.exception and params(at)["d_lr"] == "0.01"
    assert state(at, "convergence-two").show is not show  # it has begun


def test_while_one_looks_back_it_says_what_the_players_did_then():
    at = opened(**SHORT)
    at.button(key="convergence-two-play").click().run()
    show = state(at, "convergence-two").show
    until(lambda: not show.running and not show.moving)
    show.look_at(64)
    at.run()
    assert not at.exception
    known, said = show.job.frame.runs[0].balance, sentences(at)
    i = known.steps.tolist().index(show.moment().step // 5 * 5)
    assert f"Step {known.steps[i]}:" in said and f"**{known.accuracy[i, 0]:.0%}** of its batch" in said


def test_every_seed_of_two_players_is_called_something():
    at = opened(**SHORT, members="3")
    at.button(key="convergence-two-play").click().run()
    page = state(at, "convergence-two")
    until(lambda: not page.show.running and not page.show.moving)
    run = page.show.job.frame.runs[0]
    known = judged(run.config.data, run.balance)
    said = balance._named(page, run, known)
    names = [verdict(run.balance, known, k).name for k in range(3)]
    assert said.startswith("Of 3 seeds:") and sum(map(int, re.findall(r"\*\*(\d+)\*\*", said))) == 3
    assert all(texts("en")[f"convergence.named.{name}"] in said for name in names)


def test_the_networks_are_chosen_together():
    at = opened(tab="two")
    (buttons,) = [one for one in at.get("button_group") if "nets" in one.proto.id]
    state(at, "convergence-two").update(g_layers=(64, 64))
    at.run()
    assert not at.exception and buttons
    assert balance.WHAT_IF["wide"](balance.DEFAULT) == {"g_layers": (64, 64), "d_layers": (64, 64)}
    assert balance.WHAT_IF["wide"](balance.DEFAULT.replace(g_layers=(64, 64))) is None


def test_what_the_sections_are_set_to_is_kept_apart():
    """Both have steps, and the smallest GAN those that no run of networks has."""
    at = put(opened(), steps=2000)
    at.segmented_control(key="convergence.tab~smallest").set_value("two").run()
    assert not at.exception and not at.warning and params(at) == {"tab": "two"}
    assert state(at, "convergence-two").config == balance.DEFAULT
    at.segmented_control(key="convergence.tab~two").set_value("smallest").run()
    assert frame(at)["steps"] == 2000 and params(at) == {"steps": "2000"}


def test_no_experiment_contradicts_a_setting():
    at = opened(tab="two", loss="wasserstein", clip="0.1", d_lr="0.01")
    offered = [name for name, _ in ending.offers(state(at, "convergence-two"))]
    assert offered == ["wide", "equal"]


@pytest.mark.parametrize("name", ["cycling", "converged", "diverged", "d_won", "stuck", "learning"])
def test_every_name_has_its_sentence(name: str):
    assert texts("en")[f"convergence.two_{name}"] and texts("en")[f"convergence.two_{name}_why"]


@pytest.mark.parametrize("name", ["cycling", "converged", "diverged", "d_won", "stuck", "learning"])
def test_every_seed_has_its_name(name: str):
    assert texts("en")[f"convergence.named.{name}"]


def test_what_contradicts_itself_is_refused_with_a_sentence():
    at = opened(tab="two", loss="wasserstein", label_smoothing="0.1")
    assert "have a label to smooth" in words(at) and state(at, "convergence-two").config == balance.DEFAULT


@pytest.mark.parametrize("name", ["cycling", "converged", "diverged", "d_won", "stuck"])
def test_every_name_is_said_with_how_often_it_is_wrong(name: str):
    """Over at least forty seeds that are made for it, and as many that are made for something else."""
    trust = balance.trusted(name)
    assert trust["own"] >= 40 and trust["others"] >= 160
    assert trust["hits"] / trust["own"] >= 0.8 and trust["alarms"] / trust["others"] <= 0.05
    assert balance.trusted("learning") is None


# ── reading the losses ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_riddle_is_told_only_after_a_guess():
    def link() -> list[str]:
        """To the run on Play; the other one on the page leads onward."""
        return [one.proto.query_string for one in at.get("page_link") if "r1=" in one.proto.query_string]

    at = opened(tab="losses", riddle="2")
    assert "It refutes" not in words(at) and len(at.get("plotly_chart")) == 1 and not link()
    at.radio(key="convergence-ask-riddle-2").set_value("collapsed").run()
    assert not at.exception
    said, figures = words(at), riddles.numbers(riddles.shipped()["healthy"])
    assert "You had predicted: few modes" in " ".join(box.value for box in at.info)
    assert "It refutes" in said and "0 of 1 guessed right" in said
    assert f"W1 is {number(figures['w1_late'])} (perfect: {number(figures['floor'])} (" in said
    assert len(at.get("plotly_chart")) == 2 and "r1=0.1" in link()[0]
    assert at.radio(key="convergence-ask-riddle-2").disabled


@pytest.mark.parametrize("name", losses.RIDDLES)
def test_every_riddle_has_its_answer(name: str):
    at = opened(tab="losses", riddle=str(1 + list(losses.RIDDLES).index(name)))
    (radio,) = [one for one in at.radio if "ask-riddle" in one.key]
    assert name not in losses.RIDDLES[name] and len(radio.options) == 4
    radio.set_value(name).run()
    assert not at.exception and "As you predicted" in at.success[0].value
    assert "It refutes" in words(at) and "{" not in words(at)


def test_the_riddles_of_the_page_are_those_of_the_study():
    assert losses.RIDDLES.keys() == riddles.RIDDLES.keys()


def test_a_run_that_copies_its_table_opens_on_play():
    riddle = riddles.RIDDLES["memorising"]
    at = opened(tab="losses", riddle=str(1 + list(losses.RIDDLES).index("memorising")))
    at.radio[0].set_value("healthy").run()
    kept = resources.table(riddle.candidates[0].data.points)
    assert kept is not None and points_digest(kept) == riddle.candidates[0].data.points


def test_a_verdict_says_where_a_distance_is_less_than_perfect_by_chance() -> None:
    found, perfect = (
        Verdict("converged", dict.fromkeys(("w1", "low", "high", "no_skill", "swing"), 1.0)),
        {"w1": Range(0.03, 0.025, 0.04)},
    )
    chance = "by chance: Distance W₁"
    assert chance in balance.explained(found, {"w1": 0.02}, perfect, whole=False)
    assert chance not in balance.explained(found, {"w1": 0.03}, perfect, whole=False)
    assert chance not in balance.explained(found, {"w1": 0.05}, perfect, whole=False)
    assert "How far to trust it" not in balance.explained(found, {"w1": 0.03}, perfect, whole=False)
    assert "How far to trust it" in balance.explained(found, {"w1": 0.03}, perfect, whole=True)
