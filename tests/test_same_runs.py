"""The script that compares runs sees every difference, and no clock."""

from tests.same_runs import differences, without_clocks


def test_clocks_do_not_count_and_everything_else_does() -> None:
    before = {"loss": 0.5, "cpu_seconds": 1.0, "scores": [{"seconds": 2, "w1": 1.0}]}
    assert without_clocks(before) == {"loss": 0.5, "scores": [{"w1": 1.0}]}
    assert differences(before, before) == []
    after = {"loss": 0.5, "scores": [{"seconds": 2, "w1": 1.5}], "new": 1}
    assert differences(without_clocks(before), without_clocks(after)) == ["/scores/0/w1: 1.0 → 1.5", "/new: None → 1"]
    assert differences([1, 2], [1]) == [": [1, 2] → [1]"]
