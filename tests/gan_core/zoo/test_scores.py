"""The table of the trained runs, as the command line and the page have it."""

from __future__ import annotations

import json

from gan_core.metrics.scored import ESTIMATES
from gan_core.zoo.checkpoints import load_card, names
from gan_core.zoo.scores import number, table


def test_every_run_stands_beside_real_digits_copies_and_makers_without_skill() -> None:
    found = table()
    assert [row.kind for row in found.rows] == ["real", *["yardstick"] * 5, *["run"] * len(names())]
    lines = found.markdown().splitlines()
    assert len(lines) == 2 + len(found.rows) and all(line.count("|") == len(ESTIMATES) + 3 for line in lines[:1])
    told = json.loads(found.json())["rows"]
    card = load_card("dcgan")
    assert told["dcgan"]["fid"] == [card.scores["fid"].value, *card.spread["fid"]]
    assert not any(told[name]["copies"] for name in names())
    rows = {row.name: row for row in found.rows}
    assert rows["collapsed"].cells["precision"][0] > 0.9 and rows["collapsed"].cells["coverage"][0] < 0.01


def test_numbers_have_the_decimals_that_mean_something() -> None:
    assert number("fid", 12.345) == "12.3" and number("class_kl", 0.01234) == "0.012"
    assert number("fid", 2068.4) == "2,068" and number("kid", -3.21) == "−3.2"
