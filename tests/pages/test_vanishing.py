"""The page "Vanishing gradients" as Streamlit runs it: numbers on the slide, twins, the frozen G, questions marked."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import expit
from streamlit.testing.v1 import AppTest

from gan_core.config import RunConfig
from gan_core.figures import style
from gan_core.figures import vanishing as figures
from gan_core.presets import PRESETS
from gan_core.run.trainer import Trainer
from gan_core.studies import frozen_record
from gan_core.studies.frozen_generator import FrozenCurves, FrozenGenerator
from gan_core.studies.twin_paths import shipped
from pages.shared.controls.options import OneOf
from pages.shared.play import experiments, resources
from pages.shared.play.runs import RunFrame, Work
from pages.shared.shell import i18n
from pages.vanishing import distance, frozen, helps, options, twins
from pages.vanishing.options import OPTIONS
from tests.pages.test_pages import at_rest, params, press, state, until, views, visit, words

NAME = "vanishing"
ENGLISH = i18n.texts("en")
SMALL = {"members": "2", "steps": "12", "batch": "16", "g_layers": "8", "d_layers": "8"}


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Experiments of a moment, and none that another test has left behind."""
    monkeypatch.setitem(OPTIONS, "warm_up", OneOf((0, 20, 40), 0))
    monkeypatch.setitem(OPTIONS, "rounds", OneOf((20, 40), 40))
    monkeypatch.setattr(helps, "HELP_ROUNDS", 20)
    monkeypatch.setattr(distance, "GAUSSIAN_STEPS", 40)
    experiments.forget()


def page(**address: str) -> AppTest:
    """Small runs, which a section has or has not."""
    app = visit(NAME, **(SMALL | address))
    assert not app.exception
    return at_rest(app, NAME) if address.get("tab", "twins") == "twins" else app


def run_experiment(app: AppTest, name: str) -> AppTest:
    """Press its button and wait until it is done."""
    app.button(key=f"{NAME}-{name}").click().run()
    until(lambda: resources.pool().load == 0)
    assert not app.run().exception
    return app


def marked(app: AppTest) -> str:
    """What the page says after runs."""
    return " ".join(box.value for box in (*app.success, *app.info))


# ── opening ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_opens_with_twins_of_one_start_that_differ_in_the_loss_alone() -> None:
    app = at_rest(visit(NAME), NAME)
    show = state(app, NAME).show
    assert show.configs == tuple(PRESETS["vanishing"].config.replace(loss=name) for name in options.LOSSES)
    saturating, other = show.job.frame.runs
    assert np.array_equal(saturating.snapshot.fake, other.snapshot.fake)
    assert np.array_equal(saturating.snapshot.field, other.snapshot.field)
    assert params(app) == {} and not app.warning and not app.error


def test_the_balanced_preset_is_there_and_its_runs_are_twins_too() -> None:
    app = at_rest(visit(NAME, preset="vanishing_balanced"), NAME)
    show = state(app, NAME).show
    assert [config.train.loss for config in show.configs] == list(options.LOSSES)
    assert {config.data.radius for config in show.configs} == {2.0}


# ── 1 · flat in what ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("a", [-9.5, -4.0, 0.0, 3.0, 10.0])
def test_the_numbers_at_the_slider_are_those_of_the_closed_forms(a: float) -> None:
    app = page(tab="curves")
    app.slider(key=f"{NAME}.at~0").set_value(a).run()
    share, n = expit(a), style.number
    said = words(app)
    assert n(share) in said and n(float(np.exp(-a))) in said
    for value in (np.log1p(-share), -np.log(share), -1 / (1 - share), -1 / share, -share, share - 1):
        assert f"| {n(float(value))} |" in said


def test_the_point_stays_when_the_axis_changes() -> None:
    app = page(tab="curves")
    app.slider(key=f"{NAME}.at~0").set_value(-2.0).run()
    app.segmented_control(key=f"{NAME}.axis~0").set_value("probability").run()
    slider = app.slider(key=f"{NAME}.at~1")
    assert slider.value == pytest.approx(expit(-2.0))
    slider.set_value(0.5).run()
    app.segmented_control(key=f"{NAME}.axis~0").set_value("logit").run()
    assert app.slider(key=f"{NAME}.at~2").value == pytest.approx(0.0)


def test_a_logit_beyond_the_other_axis_is_shown_at_its_end() -> None:
    app = page(tab="curves")
    app.slider(key=f"{NAME}.at~0").set_value(-10.0).run()
    app.segmented_control(key=f"{NAME}.axis~0").set_value("probability").run()
    assert not app.exception and app.slider(key=f"{NAME}.at~1").value == pytest.approx(0.002)


# ── 2 · twins ────────────────────────────────────────────────────────────────────────────────────────────────────────


def frame_of(loss: str, steps: int = 9) -> tuple[Trainer, RunFrame]:
    work = Work(
        [RunConfig.of(loss=loss, members=3, batch=32, g_layers=(8,), d_layers=(8,), d_lr=0.05)], None, also=["updates"]
    )
    work.step(steps)
    return work.trainers[0], work.frame().runs[0]


@pytest.mark.parametrize("axis", ["logit", "probability"])
@pytest.mark.parametrize("loss", options.LOSSES)
def test_the_histogram_is_of_the_batch_that_entered_the_loss_and_lies_on_that_loss(loss: str, axis: str) -> None:
    trainer, run = frame_of(loss)
    logits = np.concatenate([one.logits[1].numpy() for one in trainer.ensembles])  # of G's last step
    bars, function = twins.on_curve(run, [0, 2], axis).lines
    low, high = twins.on_curve(run, [0, 2], axis).x
    seen = logits[[0, 2]].ravel()
    places = np.clip(seen, low, high) if axis == "logit" else expit(seen)
    counts, _ = np.histogram(places, len(bars.y), (low, high))
    np.testing.assert_allclose(bars.y, counts / seen.size)
    assert bars.y.sum() == pytest.approx(1)
    assert function.own_scale and not bars.own_scale
    x = np.linspace(-10, 10, 201) if axis == "logit" else np.linspace(0.01, 0.99, 201)
    share = expit(x) if axis == "logit" else x
    expected = np.log1p(-share) if loss == "minimax" else -np.log(share)
    np.testing.assert_allclose(function.y, expected, rtol=1e-9, atol=1e-12)
    mean = -expit(seen).mean() if loss == "minimax" else -expit(-seen).mean()
    assert options.number(mean) in twins.on_curve(run, [0, 2], axis).title


def test_the_histogram_is_empty_before_g_has_had_a_loss() -> None:
    _, run = frame_of("minimax", 0)
    bars, _ = twins.on_curve(run, [0], "logit").lines
    assert bars.y.sum() == 0


def test_the_way_is_how_far_the_same_latents_have_come() -> None:
    trainer, run = frame_of("non_saturating", 40)
    start = Trainer(trainer.config)
    expected = [
        np.linalg.norm(trainer.decode(z, k) - start.decode(z, k), axis=1).mean()
        for k, z in enumerate(trainer.latents_of_picture(k) for k in range(3))
    ]
    np.testing.assert_allclose(twins.path(run), expected, rtol=1e-5)


def test_of_all_members_the_one_with_the_median_way_is_drawn() -> None:
    _, run = frame_of("non_saturating", 40)
    k = twins.middle_member(run)
    ways = twins.path(run)
    assert ways[k] == np.median(ways)
    assert twins._note(run, k, True, "arrows") == f"median of 3 (way {options.number(np.median(ways))}) · arrows"
    assert twins._note(run, k, False, "arrows") == "arrows"


def test_gradient_and_update_are_drawn_over_the_same_steps() -> None:
    _, run = frame_of("minimax", 40)
    gradient, change = (twins._over_steps(curve, [run, run], [0, 2]) for curve in ("gradient", "change"))
    assert gradient.x.tolist() == change.x.tolist() == run.updates.step.tolist() and gradient.log_y
    np.testing.assert_allclose(change.lines[0].y, np.median(run.updates.change[:, [0, 2]], axis=1))


def test_paths_are_compared_by_the_median_of_those_that_are_finite() -> None:
    compare = twins.compare_paths
    assert compare(np.array([0.1, 0.2, 9.0]), np.array([3.0, 4.0, np.nan]), 400)[0] == "non_saturating"
    assert compare(np.array([3.0, 3.2]), np.array([2.5, np.inf]), 400)[0] == "alike"
    answer, said = compare(np.array([3.0]), np.array([0.5]), 1400)
    assert answer == "minimax" and "1,400" in said and "0.5" in said
    assert compare(np.array([np.nan]), np.array([1.0]), 400)[0] is None


def test_the_question_is_asked_before_and_marked_after_the_run() -> None:
    app = page()
    (question,) = [r for r in app.radio if "ask-twins" in r.key]
    assert question.value is None and not question.disabled
    question.set_value("alike").run()
    press(app, "play", NAME)
    until(lambda: state(app, NAME).show.job.state == "finished")
    app = at_rest(app, NAME)
    (question,) = [r for r in app.radio if "ask-twins" in r.key]
    assert question.value == "alike" and question.disabled
    runs = state(app, NAME).show.job.frame.runs
    shown, numbers = twins.compare_paths(*map(twins.path, runs), step=12)
    assert f"**{ENGLISH[f'vanishing.ask.twins_{shown}']}**" in marked(app) and numbers in marked(app)
    assert (ENGLISH["predict.right"] in marked(app)) == (shown == "alike")
    app = at_rest(press(app, "new_seed", NAME), NAME)  # another run is another question
    (question,) = [r for r in app.radio if "ask-twins" in r.key]
    assert question.value is None and not question.disabled


# ── 3 · the optimiser ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_optimiser_is_a_control_of_the_twins() -> None:
    app = page()
    config = state(app, NAME).config
    app.segmented_control(key=f"{NAME}.optimiser-of-twins~{config.to_query()}").set_value("sgd").run()
    app = at_rest(app, NAME)
    preset = PRESETS["vanishing_sgd"].config.replace(members=2)
    assert [c for c in state(app, NAME).show.configs] == [preset.replace(loss=name) for name in options.LOSSES]
    assert params(app)["optimiser"] == "sgd"


def test_the_text_says_what_the_record_holds() -> None:
    known = shipped()
    said = words(page(tab="rescaled"))
    for name in ("adam", "sgd"):
        for loss in options.LOSSES:
            twin = known[name][loss]
            assert options.spread(twin.path) in said and options.number(np.median(twin.path)) in said
            assert options.spread(twin.change[-1]) in said
    assert "ε" in said and "no longer learns" not in said


# ── 4 · G frozen ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_freezing_marks_what_the_run_showed() -> None:
    app = page(seed="5", tab="frozen")
    (question,) = [r for r in app.radio if "ask-frozen" in r.key]
    question.set_value("stays").run()
    app.segmented_control(key=f"{NAME}.warm_up~0").set_value(20).run()
    (question,) = [r for r in app.radio if "ask-frozen" in r.key]
    assert question.value is None  # every warm-up has a question of its own
    app = run_experiment(app, "frozen")
    config = PRESETS["vanishing_balanced"].config.replace(seed=5, loss="non_saturating")
    work = FrozenGenerator([config], warm_up=20)
    work.step(20 + 40)
    (curves,) = work.curves
    assert frozen._changes(curves) in marked(app)
    assert ENGLISH[f"vanishing.ask.frozen_{curves.verdict('minimax')}"] in marked(app)
    assert app.button(key=f"{NAME}-frozen").disabled
    app.segmented_control(key=f"{NAME}.warm_up~0").set_value(0).run()
    assert not app.button(key=f"{NAME}-frozen").disabled


def test_before_a_guess_the_recorded_curves_begin_and_after_it_they_are_whole_and_mark_it() -> None:
    """Nothing is trained for either."""
    app = page(tab="frozen", warm_up="0", rounds="40")
    recorded = frozen_record.frozen(0).until(40)
    assert recorded.rounds.tolist() == [0, 20, 40]
    assert frozen._changes(recorded) not in words(app) and "20 of 40 updates" in words(app)
    (question,) = [r for r in app.radio if "ask-frozen" in r.key]
    question.set_value("stays").run()
    assert frozen._changes(recorded) in words(app) and "The run shows" in marked(app)
    assert [r.disabled for r in app.radio if "ask-frozen" in r.key] == [True]
    assert not app.button(key=f"{NAME}-frozen").disabled and resources.pool().load == 0


def test_the_record_is_what_the_page_would_train() -> None:
    app = visit(NAME, tab="helps")
    config = options.experiment_config(state(app, NAME), loss="minimax", d_steps=helps.HELP_D_STEPS)
    assert frozen_record.remedies()[frozen_record.WITHOUT].config == config
    assert frozen_record.frozen(0).config == config.replace(loss="non_saturating", d_steps=1)
    assert options.times(frozen_record.remedies()["r1"].until(20).change("minimax")) in words(app)


@pytest.mark.parametrize("tab", [tab for tab in options.TABS if tab != "twins"])
def test_a_section_has_its_stage_and_no_chart_of_it_is_empty(tab: str) -> None:
    """The twins stand on one of their own."""
    app = visit(NAME, tab=tab)
    assert not app.exception and not [r for r in app.radio if "ask-twins" in r.key]
    plots = [json.loads(one.proto.spec)["data"] for one in app.get("plotly_chart")]
    curves = [chart for kind, frame in views(app) if kind == "curves" for chart in frame["charts"]]
    assert plots or curves
    assert all(any(len(trace.get("x", ())) or "bdata" in str(trace) for trace in traces) for traces in plots)
    assert all(len(line["y"]) > 1 for chart in curves for line in chart["lines"])
    assert state(app, NAME).show is None


def test_a_second_visitor_finds_the_experiment_done() -> None:
    first = run_experiment(page(tab="frozen"), "frozen")
    second = page(tab="frozen")
    second.button(key=f"{NAME}-frozen").click().run()
    assert marked(second) == marked(first) and "updates of D" in marked(second)


def test_charts_that_are_compared_share_their_scale() -> None:
    def chart(low: float, high: float):
        norms = {name: np.array([[low, low], [high, high]]) for name in options.LOSSES}
        return frozen._frozen_chart("G", FrozenCurves(RunConfig(), np.array([0, 20]), norms))

    one, other = options.alike([chart(0.01, 1.0), chart(0.5, 100.0)])
    assert one.limits == other.limits == pytest.approx((0.01 / 1.15, 115.0))
    assert options.alike([]) == []


# ── 5 · two Gaussians ────────────────────────────────────────────────────────────────────────────────────────────────


def test_exact_values_stand_beside_the_measured_ones() -> None:
    app = page(tab="distance")
    app.slider(key=f"{NAME}.d~0").set_value(6.0).run()
    assert "0.01245" in words(app) and "5.988" in words(app) and "0.6893" in words(app)
    app = run_experiment(app, "distance")
    measured = experiments.shared("gaussians 0", None, None, 0).look()
    assert measured.step == 40
    assert options.spread(measured.jsd[:, measured.distances == 6.0]) in words(app)
    assert distance.doubling(measured)[1] in marked(app)


# ── 6 · what helps ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_remedy_is_tested_against_none_in_the_same_setting() -> None:
    app = run_experiment(page(tab="helps"), "helps")
    config = options.experiment_config(state(app, NAME), loss="minimax", d_steps=helps.HELP_D_STEPS)
    plain, *remedies = experiments.shared(f"helps {config.to_query()}", None, None, 0).look()
    assert plain.config == config and len(remedies) == len(helps.HELPS)
    for changes, curves in zip(helps.HELPS.values(), remedies, strict=True):
        assert curves.config.differences(config).keys() == changes.keys()
        if "loss" not in changes and "instance_noise" not in changes:  # the same G, the same latents, an untrained D
            assert np.array_equal(curves.norms["minimax"][0], plain.norms["minimax"][0])
    smoothed = remedies[list(helps.HELPS).index("label_smoothing")]
    assert ENGLISH[f"vanishing.ask.helps_{smoothed.verdict('minimax')}"] in marked(app)
    assert options.times(plain.change("minimax")) in words(app)


def test_the_texts_have_every_word_that_is_put_together() -> None:
    keys = {f"vanishing.remedy.{name}" for name in helps.HELPS}
    keys |= {f"vanishing.{prefix}{name}" for name in options.LOSSES for prefix in ("", "short_", "exact_")}
    keys |= {f"vanishing.figure.{name}" for name in figures.LOSSES}
    keys |= {f"vanishing.densities.{name}" for name in figures.DENSITIES} | {f"vanishing.far.{n}" for n in figures.FAR}
    keys |= {f"vanishing.ask.{name}_{a}" for name in ("frozen", "helps") for a in ("falls", "stays", "grows")}
    keys |= {
        f"vanishing.{name}{end}"
        for name in ("curves", "twins", "rescaled", "frozen", "distance", "helps")
        for end in ("", "_help")
    }
    assert sorted(keys - ENGLISH.keys()) == []
