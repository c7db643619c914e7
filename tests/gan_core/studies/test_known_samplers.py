"""Generators of which everything is known, scored: the page's claims rest on them."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.metrics.samplers import SAMPLERS
from gan_core.studies.known_samplers import SHOWN, KnownSamplers
from gan_core.studies.mitigations import DATA


@pytest.fixture(scope="module")
def study():
    found = KnownSamplers(DATA["ring"].data)
    found.step(2)
    assert found.step_count == 2 and len(found.results) == 1
    found.step(found.tasks)
    return found


def test_the_samplers_refute_the_claims_they_stand_under(study):
    scores = {name: known.scores for name, known in study.results.items()}
    assert list(scores) == list(SAMPLERS)
    assert scores["wide"].captured == 8 and scores["wide"].high_quality < 0.1
    assert scores["narrow"].high_quality > 0.999 > scores["perfect"].high_quality
    assert scores["narrow"].captured == scores["perfect"].captured == 8
    assert scores["centre"].w1 < scores["one"].w1 and scores["centre"].near < scores["one"].near


def test_what_they_are_compared_with_knows_the_perfect_one(study):
    verdicts = study.beside.verdicts(study.results["perfect"].scores)
    assert verdicts["high_quality"] == verdicts["captured"] == "perfect" and verdicts["near"] == "no_skill"
    assert study.beside.verdict("high_quality", study.results["narrow"].scores.high_quality) == "between"


def test_it_ends_and_shows_some_samples(study):
    assert study.step_count == study.tasks
    study.step()
    assert study.step_count == study.tasks
    assert all(known.fake.shape == (SHOWN, 2) and np.isfinite(known.fake).all() for known in study.results.values())


def test_data_without_modes_are_refused():
    with pytest.raises(ValueError, match="no modes"):
        KnownSamplers(RunConfig.of(data="moons").data)
