"""The page "GAN against WGAN" as Streamlit runs it: its parts and addresses, fairness, what it says of critics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gan_core.config import RunConfig
from gan_core.numerals import number
from gan_core.presets import PRESETS
from pages.shared.play import experiments, resources
from pages.shared.play.runs import Frame, Work
from pages.shared.shell.i18n import t
from pages.shared.shell.site import PAGES
from pages.wgan import beside, comparison, critic, digits, line, lines, options
from tests.pages.test_pages import areas, at_rest, params, press, state, until, visit, words

NAME = "wgan"
FAST = {"members": "2", "steps": "16", "batch": "16", "g_layers": "8", "d_layers": "8"}
CRITIC = f"{NAME}-critic"


def page(**address: str) -> AppTest:
    return at_rest(visit(NAME, **(FAST | address)), NAME)


def trained(app: AppTest, name: str = NAME) -> AppTest:
    """After its runs have been trained to the end, and all of their pictures measured."""
    press(app, "play", name)
    show = state(app, name).show
    until(lambda: show.job.state == "finished" and not show.job.busy)
    at_rest(app, name)  # asks for what is missing …
    return at_rest(app, name)  # … and shows it


# ── parts and addresses ──────────────────────────────────────────────────────────────────────────────────────────────


def test_it_opens_with_three_methods_that_share_all_but_the_training() -> None:
    app = at_rest(visit(NAME), NAME)
    show = state(app, NAME).show
    assert params(app) == {} and not app.warning and not app.error
    assert [config.train.loss for config in show.configs] == ["non_saturating", "wasserstein", "wasserstein"]
    first = show.configs[0]
    for config in show.configs:
        assert (config.data, config.model) == (first.data, first.model)
        assert (config.train.seed, config.train.members, config.train.batch) == (0, 3, first.train.batch)
    starts = show.job.frame.runs
    for run in starts[1:]:
        assert np.array_equal(run.snapshot.fake, starts[0].snapshot.fake)
        assert np.array_equal(run.snapshot.field, starts[0].snapshot.field)
    preset = PRESETS["wgan_gp"].config.train
    assert replace(show.configs[2].train, members=1, steps=preset.steps) == preset
    assert next(entry for entry in PAGES if entry.name == NAME).group == "compare"


def test_a_wish_for_the_methods_that_are_there_keeps_the_runs() -> None:
    """A browser may report them once more after a look at another part, in an order of its own."""
    app = trained(page())
    show = state(app, NAME).show
    box = app.multiselect(key=options_key(app))
    box.set_value(list(reversed(box.value))).run()
    assert state(app, NAME).show is show and show.job.step_count == 16


def options_key(app: AppTest) -> str:
    """The key of the box in which the methods are chosen."""
    return next(box.key for box in app.multiselect if box.key.startswith(f"{NAME}.{options.BESIDE}"))


def test_all_methods_draw_the_same_batches() -> None:
    trainers = Work([RunConfig.of(**v, batch=8) for v in options.VARIANTS.values()], None).trainers
    streams = [trainer.ensembles[0].random for trainer in trainers]
    for _ in range(3):
        real, latent = zip(*[(one.real(), one.latent()) for one in streams], strict=True)
        assert all(bool((x == real[0]).all()) for x in real) and all(bool((z == latent[0]).all()) for z in latent)


@pytest.mark.parametrize("part", options.PARTS)
def test_every_part_opens_by_its_address_and_keeps_it(part: str) -> None:
    small = {name: value for name, value in FAST.items() if name != "members"} if part != "digits" else {"steps": "4"}
    app = visit(NAME, part=part, **small)
    assert not app.exception and not app.warning and not app.error
    assert params(app).get("part") == (None if part == "beside" else part)
    assert t(f"wgan.about_{part}").strip()[:40] in words(app)


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ({"part": "nonsense"}, "nonsense"),
        ({"beside": "magic-minimax"}, "beside"),
        ({"beside": "minimax"}, "beside"),
        ({"beside": "minimax-minimax"}, "beside"),
        ({"fair": "never"}, "fair"),
        ({"part": "critic", "c": "2"}, "c = 2"),
        ({"part": "nope"}, "nope"),
        ({"part": "critic", "lambda": "nan"}, "lambda"),
        ({"part": "lines", "theta": "1e9"}, "theta"),
        ({"part": "line", "g_lr": "fast"}, "G: learning rate"),
        ({"beside": "wgan_gp-minimax", "d_norm": "batch"}, "batch normalisation"),
    ],
)
def test_a_bad_address_is_one_sentence(address: dict[str, str], named: str) -> None:
    app = visit(NAME, **address)
    assert not app.exception and len(app.warning) == 1 and named in app.warning[0].value
    app.run()
    assert len(app.warning) == 1  # what was refused is said until something else is asked for
    assert not app.exception and not {"nonsense", "nope", "magic-minimax", "never", "2", "nan", "1e9"} & set(
        params(app).values()
    )


def test_a_part_keeps_its_settings_while_others_are_looked_at() -> None:
    app = at_rest(visit(NAME, part="critic", **(FAST | {"members": "1"})), CRITIC)
    key = f"{NAME}.part~"
    app.segmented_control(key=f"{key}critic").set_value("lines").run()
    assert params(app) == {"part": "lines"}
    app.select_slider(key=f"{NAME}-lines.theta~0").set_value(-0.5).run()
    assert params(app) == {"part": "lines", "theta": "-0.5"}
    app.segmented_control(key=f"{key}lines").set_value("critic").run()
    assert params(app)["part"] == "critic" and params(app)["g_layers"] == "8"
    app.segmented_control(key=f"{key}critic").set_value("beside").run()
    assert params(app) == {} and state(app, NAME).config == options.DEFAULTS["beside"]


# ── side by side ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_methods_are_chosen_and_stand_in_the_address() -> None:
    app = page()
    box = app.multiselect(key=f"{NAME}.beside~0")
    box.set_value(["relativistic", "wgan_gp", "hinge_r1", "minimax"]).run()
    app = at_rest(app, NAME)
    assert params(app)["beside"] == "minimax-wgan_gp-hinge_r1-relativistic"
    losses = [config.train.loss for config in state(app, NAME).show.configs]
    assert losses == ["minimax", "wasserstein", "hinge", "relativistic"]
    again = at_rest(visit(NAME, **params(app)), NAME)
    assert state(again, NAME).show.configs == state(app, NAME).show.configs


def test_one_method_alone_is_refused_with_a_sentence() -> None:
    app = page()
    app.multiselect(key=f"{NAME}.beside~0").set_value(["wgan_gp"]).run()
    assert "at least 2" in words(app) and len(state(app, NAME).show.configs) == 3


def test_the_table_says_what_was_measured_and_the_prediction_is_marked() -> None:
    app = page()
    app.radio[0].set_value("hardly").run()
    app = trained(app)
    show = state(app, NAME).show
    known = beside.measured(state(app, NAME), show.job.frame)
    assert known is not None and all(len(m.step) == len(show.job.frame.steps) for m in known)
    said = words(app)
    for m in known[1:]:
        assert comparison.spread(m.correlation(), "{:.2f}".format) in said  # whatever it is
        assert comparison.spread(m.estimate[-1], number) in said
    assert (
        comparison.spread(known[0].accuracy[-1], "{:.0%}".format) in said
        and comparison.spread(known[0].jsd[-1], "{:.3f}".format) in said
    )
    assert "| 16 | 80 | 80 |" in said  # updates of D: five a step for the critics
    assert app.radio[0].disabled and any("The run shows" in box.value for box in (*app.success, *app.info))
    show.look_at(4)
    app.run()
    assert "| 4 | 20 | 20 |" in words(app)


def test_what_is_said_at_rest_is_measured_at_the_step_that_is_drawn() -> None:
    """Between two pictures of the past, too: 13 is none of the steps that the history keeps."""
    app = trained(page(steps="13"))
    show = state(app, NAME).show
    known = beside.measured(state(app, NAME), show.job.frame)
    assert known is not None and [m.step[-1] for m in known] == [13] * 3
    assert "Step 13" in words(app) or "step 13" in words(app)


def frame_of(steps: int, seconds: tuple[float, ...]) -> Frame:
    """Runs of so many steps that cost so many seconds each."""
    work = Work([RunConfig.of(batch=8, g_layers=(4,), d_layers=(4,))] * len(seconds), None)
    work.step(steps)
    frame = work.frame()
    assert frame is not None

    def priced(run: object, price: float) -> object:
        def at(shot: object) -> object:
            return replace(shot, seconds=shot.step * price)

        return replace(run, snapshot=at(run.snapshot), snapshots=tuple(map(at, run.snapshots)))

    return Frame(tuple(priced(run, price) for run, price in zip(frame.runs, seconds, strict=True)))


def test_fair_by_time_shows_what_each_had_when_the_cheapest_was_there() -> None:
    frame = frame_of(16, (0.1, 0.5, 0.2))
    assert [run.snapshot.step for run in comparison.fair(frame, "steps").runs] == [16, 16, 16]
    fair = comparison.fair(frame, "cpu")
    assert [run.snapshot.step for run in fair.runs] == [16, 2, 8]
    assert all(run.snapshot.seconds <= 1.6 + 1e-9 for run in fair.runs)
    assert [run.snapshot.step for run in comparison.fair(frame.at(5), "cpu").runs] == [4, 0, 2]


def test_the_time_lapse_goes_from_the_start_to_the_moment_shown() -> None:
    frame = frame_of(16, (0.1, 0.5))
    by_steps = [[shot.step for shot in run] for run in digits.moments(frame, "steps")]
    assert by_steps == [[0, 4, 8, 8, 16]] * 2  # of what is kept, the nearest
    by_time = digits.moments(comparison.fair(frame, "cpu"), "cpu")
    assert [shot.step for shot in by_time[0]] == [0, 4, 8, 16, 16]
    assert [shot.step for shot in by_time[1]] == sorted(shot.step for shot in by_time[1])
    assert by_time[1][-1].step == 2


def test_a_switch_to_time_is_in_the_address_and_in_the_table() -> None:
    app = trained(page())
    app.segmented_control(key=f"{NAME}.fair~0").set_value("cpu").run()
    assert params(app)["fair"] == "cpu" and "at the same CPU time" in words(app)
    assert not app.exception


@pytest.mark.parametrize(("values", "written"), [([np.nan], "–"), ([-1.0], "−1.0"), ([1, 3, 2], "**2.0** (1.0–3.0)")])
def test_a_spread_leaves_out_what_is_not_known(values: list[float], written: str) -> None:
    assert comparison.spread(np.array(values), "{:.1f}".format) == written


# ── the critic's shape ───────────────────────────────────────────────────────────────────────────────────────────────


def test_extremes_of_c_are_one_click_away_and_run() -> None:
    app = at_rest(visit(NAME, part="critic", **(FAST | {"members": "1", "d_steps": "2"})), CRITIC)
    clipped, penalised, normalised = state(app, CRITIC).show.configs
    assert (clipped.train.clip, penalised.train.wgan_gp, normalised.train.spectral_norm) == (0.03, 1.0, True)
    assert clipped.train.d_steps == penalised.train.d_steps == normalised.train.d_steps == 2
    for c in (1.0, 0.001):
        app.button(key=f"{CRITIC}-c-{c:g}").click().run()
        show = state(app, CRITIC).show
        until(lambda show=show: show.job.state == "finished" and not show.job.busy)
        app.run()
        assert not app.exception and show.configs[0].train.clip == c and params(app)["c"] == f"{c:g}"
        shot = show.job.frame.runs[0].snapshot
        assert shot.weight_reach[0] <= np.float32(c)
        low, middle, high = np.percentile(shot.interpolates_grad[0], [5, 50, 95])
        assert f"**{critic._g(middle)}** ({critic._g(low)}–{critic._g(high)})" in words(app)
    assert f"clipped, c = {0.001}" in words(app)


def test_the_sliders_start_all_critics_anew() -> None:
    app = at_rest(visit(NAME, part="critic", **(FAST | {"members": "1"})), CRITIC)
    app.select_slider(key=f"{CRITIC}.lambda~0").set_value(10.0).run()
    assert [config.train.wgan_gp for config in state(app, CRITIC).show.configs] == [0.0, 10.0, 0.0]
    assert params(app)["lambda"] == "10"


# ── the games, and digits ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "DUEL_UPDATES", 4)
    monkeypatch.setattr(lines, "THETA_STEPS", 8)
    experiments.forget()


@pytest.mark.parametrize(("part", "more"), [("line", {"pair": "mixture"}), ("lines", {"warm_up": "0"})])
def test_a_game_is_trained_beside_the_exact_values(short: None, part: str, more: dict[str, str]) -> None:
    app = visit(NAME, part=part, **more)
    assert {"line": {"verdict", "picture-filled"}, "lines": {"by-hand-low"}}[part] <= areas(app)
    app.radio[0].set_value({"line": "alike", "lines": "all"}[part]).run()
    app.button(key=f"{NAME}-{part}-start").click().run()
    until(lambda: resources.pool().load == 0)
    app.run()
    assert not app.exception and not app.error
    assert app.radio[0].disabled and any("The run shows" in box.value for box in (*app.success, *app.info))
    picture = {"line": "picture-filled", "lines": "picture-low"}[part]
    assert {"verdict", picture, "player", "rail", "below"} <= areas(app) and not app.main.select_slider
    if part == "line":
        p, q = line.pair("mixture", 4.0)
        from gan_core.theory.divergences_1d import w1

        assert f"| {number(w1(p, q), 4)} |" in words(app)
    else:
        assert "θ left alone" in words(app) and "left alone: **0 / 4**" in words(app)


def test_digits_are_compared_with_small_nets() -> None:
    name = f"{NAME}-digits"
    app = at_rest(visit(NAME, part="digits", steps="1"), name)
    show = state(app, name).show
    assert [config.train.loss for config in show.configs] == ["non_saturating", "wasserstein", "wasserstein"]
    assert {config.data.data for config in show.configs} == {"mnist"}
    assert "| 0 | 0 | 0 |" in words(app) and not app.warning


def test_what_the_browser_still_reports_of_a_slider_that_was_replaced_undoes_nothing() -> None:
    app = at_rest(visit(NAME, part="critic", **(FAST | {"members": "1"})), CRITIC)
    slider_before = app._tree.get_widget_states()
    press(app, "c-0.001", CRITIC)
    assert state(app, CRITIC).words["c"] == "0.001"
    app._run(slider_before)
    assert state(app, CRITIC).words["c"] == "0.001"
