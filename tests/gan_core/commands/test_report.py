"""What a run came to: JSON with floors and verdicts, and the same as a table."""

from __future__ import annotations

import json

import pytest

from gan_core.commands.report import report, table
from gan_core.config import RunConfig
from gan_core.metrics.floors import NO_SKILL
from gan_core.run.trainer import Trainer

SMALL = {"batch": 16, "g_layers": (8,), "d_layers": (8,)}


def of(**changes) -> dict:
    trainer = Trainer(RunConfig.of(**SMALL, **changes))
    trainer.step(2)
    return json.loads(json.dumps(report(trainer), allow_nan=False)) | {"seconds": 1.0}


def test_points_are_reported_beside_a_perfect_sampler_and_generators_without_skill():
    found = of(members=2, seed=3)
    assert [member["seed"] for member in found["members"]] == [3, 4] and set(found["without_skill"]) == set(NO_SKILL)
    for member in found["members"]:
        assert (
            member["near_floor"] == 8 and member["high_quality_floor_low"] < 0.989 < member["high_quality_floor_high"]
        )
        assert member["verdicts"]["high_quality"] == "no_skill"
        assert member["reverse_kl_3sigma"] == "inf" or member["captured"]


@pytest.mark.slow
def test_the_average_of_g_is_reported_with_the_same_floors():
    (member,) = of(ema=0.9)["members"]
    assert {"averaged_w1", "averaged_near"} <= set(member) and "averaged_w1_floor" not in member


def test_the_table_says_what_chance_explains():
    lines = table(of(members=2)).splitlines()
    row = next(line for line in lines if line.strip().startswith("high_quality"))
    assert row.count(" -") == 2 and "0.9892 (0.9852-0.992)" in row
    head = next(line for line in lines if "perfect" in line)
    assert all(name in head for name in NO_SKILL) and "no better than a generator without skill" in lines[-1]


def test_data_without_modes_have_the_distances_alone():
    assert set(of(data="moons", std=0.05)["members"][0]["verdicts"]) == {"jsd", "w1"}
