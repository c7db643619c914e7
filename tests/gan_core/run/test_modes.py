"""Mode collapse: what is measured of a generator, when the alarm goes off, and which runs collapse."""

from __future__ import annotations

import itertools
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch

from gan_core import metrics
from gan_core.config import RunConfig
from gan_core.data import DISTRIBUTIONS
from gan_core.engine.networks import StackedMLP
from gan_core.presets import PRESETS
from gan_core.run import modes as collapse
from gan_core.run.history import POINTS
from gan_core.run.modes import Diversity, Watch, alarms, signals
from gan_core.run.trainer import Trainer

SMALL = {"batch": 16, "g_layers": (8, 8), "d_layers": (8, 8)}
RING = DISTRIBUTIONS["ring"]()


# --- What is measured -------------------------------------------------------------------------------------------------


def watching(trainer: Trainer) -> Watch:
    watch = Watch(trainer)
    trainer.add_callback(watch)
    return watch


def generator(seed: int = 0, latent_dim: int = 3, members: int = 2) -> StackedMLP:
    generators = [torch.Generator().manual_seed(seed + k) for k in range(members)]
    return StackedMLP((latent_dim, 16, 16, 2), "tanh", generators, init="orthogonal", dtype=torch.float64)


def latents(n: int, dim: int, members: int = 2) -> torch.Tensor:
    return torch.randn(members, n, dim, generator=torch.Generator().manual_seed(7), dtype=torch.float64)


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_the_stretches_are_the_singular_values_of_the_jacobian(latent_dim):
    g, z = generator(latent_dim=latent_dim), latents(20, latent_dim)
    found = collapse.singular_values(g, z.numpy())
    step = 1e-6
    for k in range(2):
        squares = np.zeros(2)
        for i in range(20):
            columns = []
            for j in range(latent_dim):
                shift = torch.zeros_like(z)
                shift[k, i, j] = step
                ends = [g.forward(z + sign * shift)[0][k, i] for sign in (1, -1)]
                columns.append(((ends[0] - ends[1]) / (2 * step)).numpy())
            values = np.linalg.svd(np.stack(columns, axis=1), compute_uv=False)
            squares[: len(values)] += values**2 / 20
        np.testing.assert_allclose(found[k], np.sqrt(squares), rtol=1e-6, atol=1e-7)


def test_a_look_is_what_a_loop_over_samples_counts():
    g, z = generator(), latents(200, 3)
    radius = 0.5
    row = collapse.measure(g, z.numpy(), RING.centres.numpy() / 4, radius)
    x = g.forward(z)[0].numpy()
    for k in range(2):
        near, nearest = np.zeros(8), np.zeros(8)
        for point in x[k]:
            distance = np.linalg.norm(point - RING.centres.numpy() / 4, axis=1)
            nearest[distance.argmin()] += 1 / 200
            near[distance.argmin()] += (distance.min() <= radius) / 200
        np.testing.assert_allclose(row[k, :8], near, atol=1e-6)
        np.testing.assert_allclose(row[k, 8:16], nearest, atol=1e-6)
        spread = math.sqrt(((x[k] - x[k].mean(0)) ** 2).sum(1).mean())
        assert row[k, 16] == pytest.approx(spread, rel=1e-6)


def test_samples_vary_no_more_than_the_singular_values_allow():
    """Poincaré's inequality for normal latents, up to sampling error."""
    for seed in range(5):
        g, z = generator(seed), latents(4000, 3)
        row = collapse.measure(g, z.numpy(), RING.centres.numpy(), 0.5)
        squares = np.square(collapse.singular_values(g, z.numpy())).sum(-1)
        assert (row[:, 16] ** 2 <= 1.05 * squares).all()


def test_watching_changes_nothing_and_looks_at_even_steps():
    config = RunConfig.of(**SMALL, members=10, seed=3)
    trainer, alone = Trainer(config), Trainer(config)
    watched = watching(trainer)
    for n in (5, 20, 3, 32):
        trainer.step(n)
    alone.step(60)
    for mine, other in zip(trainer.ensembles, alone.ensembles, strict=True):
        assert torch.equal(mine.generator.theta, other.generator.theta)
    found = watched.diversity()
    assert found.step.tolist() == list(range(0, 61, collapse.EVERY))
    assert found.near.shape == found.shares.shape == (8, 10, 8)
    np.testing.assert_allclose(found.shares.sum(-1), 1, atol=1e-6)
    trainer.step(4)
    alone.step(4)
    cloud = alone.snapshot().fake[4]
    assert len(cloud) == POINTS  # of all that the scores see: there is one count of modes, and one number
    np.testing.assert_allclose(watched.diversity().shares[-1, 4], metrics.mode_shares(cloud, RING.centres), atol=1e-6)
    near = metrics.near_modes(cloud, RING.centres, found.radius)
    assert watched.diversity().covered[-1, 4] == near


def test_a_long_run_keeps_evenly_spaced_looks(monkeypatch):
    monkeypatch.setattr(collapse, "ROWS", 64)
    monkeypatch.setattr(collapse, "EVERY", 1)
    trainer = Trainer(RunConfig.of(**SMALL))
    watch = watching(trainer)
    trainer.step(64 * collapse.EVERY * 4)
    step = watch.diversity().step
    assert 32 <= len(step) <= 64 and set(np.diff(step)) == {watch.rows.stride}
    assert step[0] == 0 and step[-1] == trainer.step_count


def test_who_measures_and_when_changes_nothing(monkeypatch):
    """At once, later by the run, or by another thread while it goes on: the rows are the same to the bit."""
    monkeypatch.setattr(collapse, "ROWS", 64)
    monkeypatch.setattr(collapse, "EVERY", 2)

    def run(late: int, ask: bool) -> tuple[collapse.Diversity, list[collapse.Diversity]]:
        monkeypatch.setattr(collapse, "LATE", late)
        trainer = Trainer(RunConfig.of(**SMALL, members=2))
        watch, asked = watching(trainer), []
        with ThreadPoolExecutor(1) as beside:
            for _ in range(40):
                trainer.step(7)
                if ask:
                    asked.append(beside.submit(watch.later()))
        return watch.diversity(), [one.result() for one in asked]

    (at_once, _), (by_the_run, _), (by_another, known) = run(0, False), run(2**19, False), run(2**30, True)
    for other in (by_the_run, by_another):
        for name in ("step", "near", "shares", "spread", "singular_values"):
            np.testing.assert_array_equal(getattr(other, name), getattr(at_once, name))
    assert all(int(one.step[-1]) <= 7 * (i + 1) for i, one in enumerate(known)), "nothing of what came later"


def test_looks_stay_evenly_spaced_when_the_players_step_alone():
    trainer = Trainer(RunConfig.of(**SMALL))
    watch = watching(trainer)
    trainer.step_d(3)
    for _ in range(2 * collapse.EVERY + 1):
        trainer.step_d()
        trainer.step_g()
    assert watch.diversity().step.tolist() == [0, collapse.EVERY, 2 * collapse.EVERY]


def test_a_member_that_is_lost_has_no_numbers_and_covers_nothing():
    trainer = Trainer(RunConfig.of(**SMALL, members=2))
    watch = watching(trainer)
    trainer.ensembles[1].generator.theta[0] = torch.nan
    watch.look(trainer)
    found = watch.diversity()
    assert np.isnan(found.spread[-1, 1]) and np.isfinite(found.spread[-1, 0])
    assert found.covered[-1, 1] == 0


def test_data_without_modes_cannot_be_watched():
    with pytest.raises(ValueError, match="no modes"):
        Watch(Trainer(RunConfig.of(**SMALL, data="spiral", std=0.05)))


@pytest.mark.parametrize("name", ["ring", "grid", "two_gaussians"])
def test_the_data_themselves_show_one_in_every_signal_that_has_a_target(name):
    trainer = Trainer(RunConfig.of(**SMALL, **PRESETS[name].config.differences() | {"steps": 1, "members": 1}))
    watch = watching(trainer)
    data = trainer.distribution
    x = data.sample(20_000, torch.Generator().manual_seed(0)).numpy()
    found = watch.diversity()
    perfect = replace(
        found,
        shares=metrics.mode_shares(x, data.centres)[None, None],
        spread=np.sqrt(((x - x.mean(0)) ** 2).sum(1).mean())[None, None],
    )
    assert signals(perfect)["effective_modes"][0, 0] == pytest.approx(1, abs=0.01)
    assert signals(perfect)["spread"][0, 0] == pytest.approx(1, abs=0.01)


# --- The alarm --------------------------------------------------------------------------------------------------------


def run_of(
    covered: list[int], modes: int = 8, weights: tuple[float, ...] = (), kept: tuple[int, ...] = ()
) -> Diversity:
    """A run of one member, looked at every 8 steps, that is exactly perfect on so many modes, or on those `kept`."""
    near, real = np.zeros((len(covered), 1, modes)), np.array(weights or [1.0] * modes)
    for row, count in zip(near, covered, strict=True):
        which = list(kept or range(count))[:count]
        row[0, which] = real[which] / real[which].sum() if which else 0
    width = np.ones((len(covered), 1))
    return Diversity(
        step=np.arange(len(covered)) * 8, near=near, shares=near, spread=2 * width,
        singular_values=2 * np.stack([width, 0 * width], -1), weights=real, real_spread=2.0, radius=0.5,
    )  # fmt: skip


COMING = [0] * 10 + [1, 3, 5]  # to the data
LONG = [8] * 60


def test_a_healthy_run_is_left_alone():
    assert alarms(run_of(COMING + LONG)) == (None,)
    assert alarms(run_of(COMING + [5] * 60)) == (None,)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_exactly_perfect_on_at_most_half_of_the_modes_is_an_alarm_whichever_they_are(count):
    for which in itertools.combinations(range(8), count):
        (alarm,) = alarms(run_of(COMING + [count] * 60, kept=which))
        assert alarm is not None and alarm.covered == count and alarm.expected == pytest.approx(8)


def test_the_alarm_knows_since_when():
    """The median over 25 looks turns once 13 of them have collapsed."""
    (alarm,) = alarms(run_of(COMING + LONG + [1] * 60))
    assert alarm.since == 8 * (len(COMING) + len(LONG) + 12)


def test_a_generator_that_has_left_all_modes_is_an_alarm():
    (alarm,) = alarms(run_of(COMING + LONG + [0] * 60))
    assert alarm.covered == 0


def test_half_of_what_a_perfect_sampler_covers_counts_and_not_half_of_the_modes():
    """Of four modes with a share of .49 % a perfect sampler of 512 covers .17: it is no collapse to miss them."""
    weights = (1.0,) * 4 + (50.0,) * 4
    assert collapse.expected_covered(np.array(weights)) == pytest.approx(4.17, abs=0.1)
    assert alarms(run_of(COMING + [4] * 60, weights=weights, kept=(4, 5, 6, 7))) == (None,)
    assert alarms(run_of(COMING + [2] * 60, weights=weights, kept=(4, 5))) != (None,)


@pytest.mark.parametrize("weights", [(1.0,) * 8, (1.0,) * 64, (1.0, 2.0, 40.0), (1.0,) * 7 + (600.0,)])
def test_the_modes_that_a_perfect_sampler_covers_are_those_of_many_samples(weights):
    w = np.array(weights) / sum(weights)
    draws = np.random.default_rng(0).multinomial(POINTS, w, size=2000)
    covered = (draws >= 0.01 * POINTS).sum(1)
    assert collapse.expected_covered(np.array(weights)) == pytest.approx(covered.mean(), abs=0.2)


def test_a_swing_shorter_than_half_of_the_window_is_no_collapse():
    looks = collapse.WINDOW // 8
    assert alarms(run_of(COMING + LONG + [1] * (looks // 2 - 1))) == (None,)


def test_nobody_is_judged_on_the_way_to_the_data():
    """So many steps after the first mode is covered, however long that takes."""
    assert alarms(run_of([0] * 500)) == (None,)
    late = run_of([0] * 100 + [1] * 60)
    assert alarms(late.until(8 * 100 + collapse.WAY - 1)) == (None,)
    (alarm,) = alarms(late)
    assert alarm.since == 8 * 100 + collapse.WAY


def test_an_alarm_ends_when_the_modes_are_back():
    assert alarms(run_of(COMING + [1] * 60 + [8] * 60)) == (None,)


def test_data_of_one_mode_and_lost_members_raise_no_alarm():
    assert alarms(run_of([0] * 5 + [1] * 100, modes=1)) == (None,)
    lost = run_of(COMING + [1] * 60)
    assert alarms(replace(lost, spread=np.full_like(lost.spread, np.nan))) == (None,)
    assert alarms(run_of([8])) == (None,)


def test_the_shipped_rates_are_those_of_many_kinds_of_run_on_seeds_that_set_nothing():
    from benchmarks import alarm

    found = collapse.measured()
    assert list(found["kinds"]) == list(alarm.KINDS) and len(found["kinds"]) >= 8
    ends = [0, *(end for first, n in alarm.SEEDS.items() for end in (first, first + n - 1))]
    assert ends == sorted(ends), "the seeds of one overlap with those of another"
    for first, part in {alarm.MEASURED_ON: found, alarm.AUDITED_ON: found["audit"]}.items():
        n = alarm.SEEDS[first]
        assert part["seeds"] == [first, first + n - 1] and list(part["kinds"]) == list(alarm.KINDS)
        assert part["all"]["runs"] == sum(of["runs"] for of in part["kinds"].values()) == n * len(alarm.KINDS)
        for kind, of in part["kinds"].items():
            assert of["query"] == alarm.KINDS[kind].to_query()
            for per in ("per_run", "per_look"):
                for counted in (of[per]["caught"], of[per]["false"]):
                    assert 0 <= counted["k"] <= counted["n"]
        for what in ("caught", "false"):
            counted = part["all"]["per_run"][what]
            assert counted["interval"] == pytest.approx(alarm.interval(counted["k"], counted["n"]), abs=1e-4)


def test_what_the_card_says_holds_on_the_seeds_of_the_audit():
    """Of all kinds together: either interval holds the share that the other seeds have shown."""
    found = collapse.measured()
    for per in ("per_run", "per_look"):
        for what in ("caught", "false"):
            card, audit = (part["all"][per][what] for part in (found, found["audit"]))
            for one, other in ((card, audit), (audit, card)):
                low, high = one["interval"]
                assert low <= other["k"] / other["n"] <= high, (per, what, card, audit)


def test_intervals_are_those_of_the_textbook():
    from benchmarks import alarm

    assert alarm.interval(0, 40) == pytest.approx([0, 0.0881], abs=1e-4)  # 1 − .025^(1/40)
    assert alarm.interval(20, 20) == pytest.approx([0.8316, 1], abs=1e-4)
    assert alarm.interval(8, 10) == pytest.approx([0.4439, 0.9748], abs=1e-4)


def test_what_the_alarm_misses_and_what_it_makes_up_is_counted():
    """Two runs: one collapses and the alarm hears it two looks late, the other is healthy, with one false alarm."""
    from benchmarks import alarm

    judged = np.ones((10, 2), bool)
    collapsed, on = np.zeros((10, 2), bool), np.zeros((10, 2), bool)
    collapsed[4:, 0], on[6:, 0], on[3, 1] = True, True, True
    found = alarm.summary([alarm.Counts(judged, collapsed, on)])
    assert (found["per_look"]["caught"]["k"], found["per_look"]["caught"]["n"]) == (4, 6)
    assert (found["per_look"]["false"]["k"], found["per_look"]["false"]["n"]) == (1, 14)
    assert (found["per_run"]["caught"]["k"], found["per_run"]["caught"]["n"]) == (1, 1)
    assert (found["per_run"]["false"]["k"], found["per_run"]["false"]["n"]) == (1, 1)


# --- Runs -------------------------------------------------------------------------------------------------------------


def covered(preset: str, members: int, steps: int, seed: int = 0) -> tuple[np.ndarray, Diversity]:
    """Modes with ≥ 1 % of 2,500 fresh samples near them, one number a member; and the run as it was watched."""
    trainer = Trainer(PRESETS[preset].config.replace(members=members, seed=seed, steps=steps))
    watch = watching(trainer)
    trainer.step(steps)
    samples = [trainer.generate(2500, k, seed=k) for k in range(members)]
    radius = metrics.near_radius(RING.centres, RING.std)
    return np.array([metrics.near_modes(x, RING.centres, radius) for x in samples]), watch.diversity()


@pytest.mark.slow
def test_the_alarm_tells_a_chase_from_a_healthy_run():
    """In small; `python -m benchmarks.alarm` counts over 20 seeds each."""
    kept, chased = covered("collapse", 2, 560)
    assert (kept <= 4).all() and None not in alarms(chased)
    found, healthy = covered("ring", 2, 480)
    assert (found >= 7).all() and alarms(healthy) == (None, None)


@pytest.mark.slow
def test_looking_ahead_finds_modes_that_the_chase_does_not():
    """In small, and early, when most seeds are on their way back; eight seeds and longer are the slow test below."""
    plain, _ = covered("collapse", 2, 176, seed=1)
    unrolled, _ = covered("collapse_unrolled", 2, 176, seed=1)
    assert (plain <= 3).all() and (unrolled >= 5).all()


@pytest.mark.slow
def test_plain_collapses_in_all_of_eight_seeds_and_unrolled_recovers():
    """About a minute of one core, nearly all of it for the unrolled runs."""
    plain, _ = covered("collapse", 8, 400)
    unrolled, _ = covered("collapse_unrolled", 8, 400)
    assert (plain <= 3).all()
    assert np.median(unrolled) >= 7
    assert np.count_nonzero(unrolled > plain) >= 7
