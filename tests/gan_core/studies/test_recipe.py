"""The recipe table: its arithmetic, the shipped file, and a run of it in small."""

from __future__ import annotations

import math
import statistics
from functools import cache
from itertools import permutations

import numpy as np
import pytest

from gan_core.config import ConfigError, RunConfig
from gan_core.figures import recipe as figures
from gan_core.metrics import images as image_metrics
from gan_core.run.classes import ClassWatch
from gan_core.run.trainer import Trainer
from gan_core.studies import recipe
from gan_core.studies.recipe import KNOBS, MLP, SCORES, Table, compute, shipped, total_seconds
from pages.shared.shell import i18n


def test_twins_differ_in_one_thing():
    for name, knob in KNOBS.items():
        assert len(knob.twins) >= 2 and knob.question.endswith("?")
        if name != "architecture":
            changed = {field for twin in knob.twins.values() for field in twin.differences(MLP)}
            assert changed == {"g_lr", "d_lr"} if name == "lr" else changed == {name}
            assert MLP in knob.twins.values()


def test_twins_that_are_looked_at_differ_in_that_thing_too():
    for name, knob in KNOBS.items():
        assert len(set(knob.looked_at)) == len(knob.twins) == len(knob.variants)
        if "g_layers" in knob.watched:
            turned = {field for variant in knob.variants for field in variant}
            assert turned == ({"g_lr", "d_lr"} if name == "lr" else {name})
            assert {twin.model.g_layers for twin in (knob.base, *knob.looked_at)} == {(64, 128, 256)}
        assert set(knob.apart) <= set(knob.twins) and len(knob.apart) in (0, 2)


@cache
def shared(twin: RunConfig, first: int = 0) -> tuple[float, ...]:
    """How far the shares of its digits are from those of the data in the end, in nats, with each of four seeds from the
    first on."""
    trainer = Trainer(twin.replace(members=4, seed=first))
    watch = ClassWatch(trainer)
    trainer.add_callback(watch)
    trainer.step(twin.train.steps)
    watch.look(trainer)
    return tuple(round(float(kl), 2) for kl in watch.history().kl[-1])


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOBS)
def test_what_is_said_of_twins_that_are_looked_at_is_so_with_eight_seeds(name):
    """The second four had no say in what is claimed, and are asked only of what the first four agree on."""
    knob = KNOBS[name]
    twins = dict(zip(knob.twins, knob.looked_at, strict=True))
    clear = 5 * ClassWatch(Trainer(MLP)).history().perfect.high
    ahead = [
        (near, far)
        for near, far in permutations(twins, 2)
        if all(
            b - a > clear
            for first in (0, 4)
            for a, b in zip(shared(twins[near], first), shared(twins[far], first), strict=True)
        )
    ]
    assert knob.apart in ahead if knob.apart else not ahead, (clear, ahead)


def test_the_shipped_table_has_every_knob_with_three_seeds_and_its_floor():
    table = shipped()
    assert table.knobs == tuple(KNOBS)
    for name, knob in KNOBS.items():
        for value in knob.twins:
            runs = table.runs(name, value)
            seeds = [recipe.RunConfig.from_query(run["query"]).train.seed for run in runs]
            assert seeds == list(range(table.seeds)) and table.seeds >= 3
            values = [run["scores"]["fid"] for run in runs]
            mean, error = table.cell(name, value, "fid")
            assert mean == pytest.approx(statistics.mean(values))
            assert error == pytest.approx(statistics.stdev(values) / math.sqrt(len(values)))
            assert mean > table.perfect("fid").high > 0
            assert {run["seconds"] for run in runs} == {table.seconds(name)}
    assert Table(tuple(table.records)).json() == recipe.SHIPPED.read_text(encoding="utf-8")


def test_every_value_has_a_name_on_the_page():
    values = {value for knob in KNOBS.values() for value in knob.twins if not value[0].isdigit()}
    keys = {f"recipe.value.{value}" for value in values} | {
        f"recipe.{part}.{k}" for k in KNOBS for part in ("knob", "about")
    }
    assert sorted(keys - i18n.texts("en").keys()) == []


def test_the_figure_shows_every_seed_the_means_and_the_floor():
    figure = figures.twins({"a": [40.0, 60.0], "b": [30.0, 31.0]}, [(50.0, 10.0), (30.5, 0.5)], 7.0, 90.0)
    dots, bars, floor, skill = figure.data
    assert list(dots.x) == [40, 60, 30, 31] and list(dots.y) == ["a", "a", "b", "b"]
    assert list(bars.x) == [50, 30.5] and list(bars.error_x.array) == [10, 0.5]
    assert list(floor.x) == [7, 7] and list(skill.x) == [90, 90]
    assert 10 ** figure.layout.xaxis.range[0] < 7 < 90 < 10 ** figure.layout.xaxis.range[1]


def test_a_small_table_is_computed_with_equal_time_for_all(monkeypatch):
    def scored(images, data):  # the scores themselves have their own tests, which take longer
        value = float(images.mean())
        scores = dict.fromkeys(image_metrics.ESTIMATES, image_metrics.Score(value, 1.5, 1.0, 2.0))
        none = image_metrics.Copying(len(images), 0, 1, 0, 0, 1, 0, 10_000)
        return image_metrics.ImageScores(samples=len(images), copying=none, classes=(0,) * 10, **scores)

    monkeypatch.setattr(image_metrics, "image_scores", scored)
    heard: list[float] = []
    records = compute(["latent"], seeds=1, seconds=0.05, done=heard.append)
    table = Table(tuple(records))
    assert sum(heard) == pytest.approx(total_seconds(["latent"], 1, 0.05))
    assert table.knobs == ("latent",) and table.samples == image_metrics.SAMPLES
    assert all(run["steps"] >= 1 for value in KNOBS["latent"].twins for run in table.runs("latent", value))
    assert "| normal |" in table.markdown() and "real digits" in table.markdown()
    assert all(f"| no skill: {maker} |" in table.markdown() for maker in recipe.NO_SKILL)
    assert set(records[0]["scores"]) == set(records[0]["floors"]) == set(SCORES)


def test_twins_of_a_seed_are_kept_together_and_not_trained_again(monkeypatch, tmp_path):
    trained: list[int] = []

    def train(configs, seconds, done):
        trained.append(configs[0].train.seed)
        if trained.count(1) == 1 and trained[-1] == 1:
            raise KeyboardInterrupt
        done(seconds * len(configs))
        return [{"query": config.to_query(), "scores": {}} for config in configs]

    monkeypatch.setattr(recipe, "_train_in_turns", train)
    with pytest.raises(KeyboardInterrupt):
        compute(["latent"], 3, 0.1, folder=tmp_path)
    assert trained == [0, 1] and len(list(tmp_path.iterdir())) == 1
    heard, kept = [], []
    records = compute(["latent"], 3, 0.1, heard.append, folder=tmp_path, kept=lambda: kept.append(1))
    assert trained == [0, 1, 1, 2] and len(kept) == 3
    assert sum(heard) == pytest.approx(total_seconds(["latent"], 3, 0.1))
    assert records == compute(["latent"], 3, 0.1, folder=tmp_path) and len(trained) == 4
    compute(["latent"], 3, 0.2, folder=tmp_path)  # other seconds are other runs
    assert len(trained) == 7


@pytest.mark.parametrize("wrong", [{"knobs": ["luck"]}, {"seeds": 0}, {"seconds": 0.0}, {"seconds": math.inf}], ids=str)
def test_what_cannot_be_computed_is_a_sentence(wrong):
    with pytest.raises(ConfigError):
        compute(**({"knobs": ["latent"]} | wrong))


def test_effects_are_quotients_with_their_errors_the_largest_first():
    table = shipped()
    effects = table.effects
    assert [one.knob for one in effects] != list(table.knobs) and {one.knob for one in effects} == set(table.knobs)
    for one in effects:
        cells = [table.cell(one.knob, value, "fid") for value in KNOBS[one.knob].twins]
        assert one.ratio == pytest.approx(max(c.mean for c in cells) / min(c.mean for c in cells)) and one.ratio >= 1
        # drawn anew from normal means, the quotient scatters as its error says
        rng = np.random.default_rng(0)
        low, high = min(cells, key=lambda c: c.mean), max(cells, key=lambda c: c.mean)
        drawn = rng.normal(high.mean, high.error, 20_000) / rng.normal(low.mean, low.error, 20_000)
        assert np.std(drawn) == pytest.approx(one.error, rel=0.25)
