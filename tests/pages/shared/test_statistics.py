"""How numbers are said beside a run: what is not finite, what a run has failed of, and one name for one count."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from gan_core.errors import ENGLISH, Failure, Field, Sentence
from gan_core.metrics.floors import Range
from gan_core.metrics.scores import Yardstick
from pages.shared.shell.i18n import speaking, texts
from pages.shared.views import statistics

LINE = 30  # letters that a chart of a narrow rail has room for above its curves


@pytest.mark.parametrize(("value", "written"), [(0.25, "0.250"), (float("inf"), "∞"), (float("nan"), "–")])
def test_no_number_reads_as_a_program_writes_it(value: float, written: str) -> None:
    assert statistics.writer("{:.3f}")(value) == written


def test_what_stands_above_the_curves_of_a_chart_is_never_cut() -> None:
    failure = Failure(4, (0,), "discriminator's weight 1")
    with speaking("en"):
        assert len(statistics._marked(failure)) <= LINE < len(str(failure))
        rate = statistics._marked(Sentence("run.rate", name=Field("g_lr"), rate=0.003))
    assert "0.003" in rate and len(rate) <= LINE and "run.rate" in ENGLISH


def test_a_run_has_failed_from_the_step_on_at_which_its_last_member_did() -> None:
    def run(step: int, *failures: int) -> SimpleNamespace:
        found = tuple(Failure(at, (k,), "weight") for k, at in enumerate(failures))
        return SimpleNamespace(failures=found, snapshot=SimpleNamespace(members=2, step=step))

    assert statistics.failed(run(9, 4, 9)) and not statistics.failed(run(8, 4, 9))
    assert not statistics.failed(run(9, 4)) and not statistics.failed(run(9))


def test_one_count_of_modes_has_one_name_on_every_page() -> None:
    english = texts("en")
    names = ("panel.modes", "collapse.number_near", "collapse.column_near", "collapse.chart_covered",
             "vanishing.table_modes", "wgan.chart_near", "convergence.map_metric_modes")  # fmt: skip
    assert {english[name].casefold() for name in names} == {"modes covered"}
    others = ("collapse.number_captured", "collapse.column_modes", "collapse.column_modes_1pct")
    assert not {english[name].casefold() for name in others} & {"modes covered", "modes", "modes ≥ 1 %"}


def test_a_score_that_beats_perfect_says_why_and_one_without_skill_says_that_first() -> None:
    perfect = {"high_quality": Range(0.989, 0.98, 0.99), "w1": Range(0.22, 0.12, 0.35)}
    square = {"high_quality": Range(0.01, 0.0, 0.02), "w1": Range(1.1, 1.0, 1.2)}
    beside = Yardstick(perfect, {"uniform": square})

    def said(name: str, value: float) -> str:
        with speaking("en"):
            return statistics.explained(beside, name, value, "{:.2f}".format)

    assert said("high_quality", 1.0) == "more than perfect: too narrow"
    assert said("w1", 0.05) == "less than perfect: by chance"
    assert said("w1", 0.22) == said("high_quality", 0.985) == "as good as perfect at this n"
    assert said("w1", 0.6) == "" and said("w1", 1.1).startswith("no better than")
