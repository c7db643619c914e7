"""RunConfig: exact round trips, and a ConfigError or a valid configuration on anything else."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_core import config as module
from gan_core.config import FIELDS, SECTION_OF, TYPES, ConfigError, RunConfig, limits, options


def within(name: str) -> st.SearchStrategy:
    """Values that the field alone allows."""
    meta, kind = FIELDS[name].metadata, TYPES[name]
    if "options" in meta:
        return st.sampled_from(options(name))
    if kind is bool:
        return st.booleans()
    if kind is str:
        return st.just("")
    number = st.integers if kind in (int, tuple[int, ...]) else st.floats
    if "longest" in meta:
        return st.lists(number(meta["low"], meta["high"]), max_size=4).map(tuple)
    return number(meta["low"], meta["high"])


@settings(max_examples=300)
@given(st.fixed_dictionaries({}, optional={name: within(name) for name in FIELDS}))
def test_round_trips_are_exact(changes):
    try:
        config = RunConfig.of(**changes)
    except ConfigError:
        return
    assert RunConfig.from_query(config.to_query()) == config
    assert RunConfig.from_json(config.to_json()) == config
    assert all(isinstance(text, str) for text in config.to_query().values())


@settings(max_examples=400)
@given(
    st.dictionaries(
        st.sampled_from(sorted(FIELDS)) | st.text(max_size=8),
        st.text(max_size=12)
        | st.floats().map(repr)
        | st.integers().map(str)
        | st.sampled_from(["", "nan", "-1", "1-2"]),
        max_size=5,
    )
)
def test_any_query_gives_a_configuration_or_a_sentence(query):
    try:
        config = RunConfig.from_query(query)
    except ConfigError as error:
        assert error.field in query and error.allowed
        assert len(str(error)) < 400
        return
    assert RunConfig.from_query(config.to_query()) == config


SECTION_NAMES = st.sampled_from(["data", "model", "train", "seed", "loss", "?"])
JSON_LEAVES = st.none() | st.booleans() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    JSON_LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SECTION_NAMES, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200)
@given(JSON)
def test_any_json_gives_a_configuration_or_a_sentence(value):
    try:
        RunConfig.from_json(json.dumps(value))
    except ConfigError as error:
        assert str(error)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "1" * 5000, "[" * 100_000, "{'a': 1}"])
def test_what_is_not_a_configuration_is_refused(text):
    with pytest.raises(ConfigError):
        RunConfig.from_json(text)


@pytest.mark.parametrize(
    "name", [name for name, f in FIELDS.items() if "low" in f.metadata and "longest" not in f.metadata]
)
def test_every_limit_is_kept(name):
    low, high = limits(name)
    for outside in (low - 1, high * 2 + 1, math.nan, math.inf):
        with pytest.raises(ConfigError) as caught:
            RunConfig.of(**{name: outside})
        assert caught.value.field == name
        assert f"{low:.10g}" in str(caught.value) and f"{high:.10g}" in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"d_norm": "batch", "r1": 1.0}, "r1"),
        ({"d_norm": "batch", "wgan_gp": 1.0}, "wgan_gp"),
        ({"minibatch_std": True, "r2": 1.0}, "r2"),
        ({"clip": 0.1, "wgan_gp": 1.0}, "clip"),
        ({"label_smoothing": 0.1, "loss": "hinge"}, "label_smoothing"),
        ({"skip_d_below": 0.3, "loss": "wasserstein"}, "skip_d_below"),
        ({"noise_steps": 10}, "noise_steps"),
        ({"update": "simultaneous", "d_steps": 2}, "update"),
        ({"unrolled": 5, "r1": 1.0}, "unrolled"),
        ({"unrolled": 5, "data": "mnist"}, "unrolled"),
        ({"architecture": "dcgan"}, "architecture"),
        ({"architecture": "multi_scale"}, "architecture"),
        ({"labels": "conditional"}, "labels"),
        ({"labels": "conditional", "data": "mnist", "architecture": "progressive"}, "labels"),
        ({"packing": 2, "data": "mnist", "architecture": "multi_scale"}, "packing"),
        ({"labels": "auxiliary", "data": "mnist", "packing": 2}, "packing"),
        ({"packing": 3}, "packing"),
        ({"data": "grid", "modes": 8}, "modes"),
        ({"weights": (1.0, 2.0)}, "weights"),
        ({"weights": (0.0,) * 8}, "weights"),
        ({"data": "spiral", "weights": (1.0,) * 8}, "weights"),
        ({"data": "custom"}, "points"),
        ({"points": "abc"}, "points"),
        ({"members": 128, "batch": 1024}, "members"),
        ({"members": 16, "g_layers": (1024,) * 8, "d_layers": (1024,) * 8}, "members"),
        ({"g_layers": ()}, "g_layers"),
        ({"d_layers": (0,)}, "d_layers"),
        ({"batch": 256.0}, "batch"),
        ({"minibatch_std": 1}, "minibatch_std"),
        ({"seed": True}, "seed"),
        ({"bach": 3}, "bach"),
    ],
    ids=str,
)
def test_contradictions_name_the_field_and_the_reason(changes, field):
    with pytest.raises(ConfigError) as caught:
        RunConfig.of(**changes)
    assert caught.value.field == field
    assert str(caught.value).startswith(field)


def test_a_typing_error_is_answered_with_the_nearest_field():
    with pytest.raises(ConfigError, match="did you mean “batch”"):
        RunConfig.from_query({"bach": "64"})


def test_the_query_states_only_differences():
    assert RunConfig().to_query() == {}
    assert RunConfig.of(seed=3, g_layers=(64, 32)).to_query() == {"seed": "3", "g_layers": "64-32"}


def test_weights_with_exponents_survive_the_url():
    config = RunConfig.of(data="two_gaussians", weights=(1e-05, 2e-07))
    assert RunConfig.from_query(config.to_query()) == config


def test_members_count_up_from_the_seed():
    config = RunConfig.of(seed=2**31 - 1, members=2)
    assert config.member(0).train.seed == 2**31 - 1
    assert config.member(1).train.seed == 0
    assert options("loss") == tuple(module.LOSSES)
    assert SECTION_OF["loss"] == "train"
