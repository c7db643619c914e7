"""The record that comes with the app has what its maker describes, of the samples that are scored."""

from gan_core.metrics.images import SAMPLES
from gan_core.metrics.scored import ESTIMATES
from gan_core.metrics.yardsticks import shipped


def test_the_record_is_whole() -> None:
    known = shipped()
    assert known["samples"] == SAMPLES and known["draws"] >= 50 and known["seeds"] >= 20
    for found in (*known["floors"].values(), *known["yardsticks"].values()):
        assert set(found) == set(ESTIMATES) and all(len(ends) == 3 for ends in found.values())
    assert set(known["copying"]) == {"held_out", "generated"}
