"""Where a generator scores better than perfect, tables, the line of verdict and the sentence at the end say why."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from gan_core.metrics.floors import FLATTERED, Range
from gan_core.metrics.scores import Scores, Yardstick
from gan_core.studies import recipe as recipes
from gan_core.studies.table import Table, shipped
from pages.collapse import mitigations as collapse
from pages.digits import recipe
from pages.digits import scores as digits
from pages.shared.play.kept import Row
from pages.shared.shell import i18n
from pages.shared.shell.i18n import speaking
from pages.shared.views import kept, tables
from tests.pages.test_pages import at_rest, blocks, press, state, until, visit

BESIDE = "less than perfect: by chance"
NAMED = "Less than perfect, by chance: "
FAST = {"batch": "16", "g_layers": "8", "d_layers": "8", "steps": "3", "members": "2"}
# page → the numbers of its sentences, as its tables call them
PAGES = {"play_2d": {"Distance W₁"}, "collapse": {"W₁", "Distance W₁"}, "vanishing": {"distance W₁ to the data"},
         "wgan": {"exact W₁"}}  # fmt: skip


@pytest.fixture
def lucky(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every distance is better than perfect, and none is without skill."""
    monkeypatch.setattr("gan_core.metrics.floors.flatters", lambda name, *_: "chance" if name == "w1" else None)
    monkeypatch.setattr(Yardstick, "flatters", lambda self, name, _: "chance" if name == "w1" else None)
    monkeypatch.setattr(Yardstick, "verdict", lambda self, name, value: "between")


def test_scores_that_beat_perfect_are_named_with_their_rows_by_reason() -> None:
    perfect = {"high_quality": Range(0.989, 0.98, 0.99), "w1": Range(0.22, 0.12, 0.35)}
    rows = {"plain": {"high_quality": 1.0, "w1": 0.1, "jsd": 0.0}, "packed": {"high_quality": 0.995, "w1": 0.2}}
    with speaking("en"):
        said = tables.flattered(rows, perfect, {"high_quality": "quality", "w1": "W₁"}.__getitem__)
        alone = tables.flattered({"": rows["packed"]}, perfect, str)
        none = tables.flattered({"": {"high_quality": float("nan"), "w1": 0.2}}, perfect, str)
    narrow = "More than perfect, because the samples are too narrow:"
    assert said == f"{narrow} quality (plain, packed). {NAMED}W₁ (plain)."
    assert alone == f"{narrow} high_quality." and none == ""


def test_every_reason_has_its_words() -> None:
    english = i18n.texts("en")
    assert all({f"panel.flatters_{why}", f"panel.flattered_{why}"} <= english.keys() for why in FLATTERED.values())


@pytest.mark.usefixtures("lucky")
@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_it_below_its_table_and_at_the_end_of_a_run(name: str) -> None:
    app = at_rest(visit(name, **FAST), name)
    press(app, "play", name)
    until(lambda: state(app, name).show.job.state == "finished")

    def said() -> list[str]:
        at_rest(app, name)
        return [block["sentence"] for block in blocks(app, "sentence") if NAMED in block["sentence"]]

    until(lambda: len(said()) >= 2)
    found = said()
    assert {one.partition(NAMED)[2].rstrip(".").split(" (")[0] for one in found} >= PAGES[name]
    assert any(one.startswith("**Step 3") or "** **Step 3" in one for one in found)  # the sentence at the end
    state(app, name).show.close()


@pytest.mark.usefixtures("lucky")
def test_play_says_it_beside_its_number_and_in_the_line_of_verdict() -> None:
    app = at_rest(visit("play_2d", **(FAST | {"members": "1", "data": "spiral", "std": "0.05"})))

    def notes() -> dict[str, str]:
        return {label: note for one in blocks(at_rest(app), "numbers") for label, _, note, *_ in one["numbers"]}

    until(lambda: BESIDE in notes()["Distance W₁"])
    (verdict,) = [block["sentence"] for block in blocks(app, "sentence") if "(perfect: " in block["sentence"]]
    assert verdict.endswith(f"), {BESIDE}.")


def test_a_run_of_digits_that_is_more_precise_than_real_ones_is_too_narrow() -> None:
    """The collapsed run of the shelf: one passable digit for ever has precision 1."""
    rows, broken = digits._rows()
    real, found = rows[0].cells["precision"], {row.name: row.cells["precision"][0] for row in rows}
    assert not broken and found["collapsed"] > real[2]
    with speaking("en"):
        said = digits._better(rows)
        narrow = i18n.t("panel.flattered_narrow", names="").rstrip(".")
        title = digits._title(next(row for row in rows if row.name == "collapsed"))
    assert narrow in said and f"Precision ({title}" in said


def test_the_table_of_mitigations_and_that_of_the_recipe_name_methods_that_beat_perfect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = shipped("ring")
    record = table.records[0]
    better = record | {"scores": record["scores"] | {"high_quality": 1.0}}
    with speaking("en"):
        assert collapse._better(Table.of(table.base, [better], table.beside)) == i18n.t(
            "panel.flattered_narrow", names=f"HQ % ({collapse._name(table.rows[0])})"
        )
        assert collapse._better(Table.of(table.base, [record])) == ""
        said: list[str] = []
        found = recipes.shipped()
        monkeypatch.setattr(type(found), "perfect", lambda self, score: Range(1e9, 1e9, 1e9))
        monkeypatch.setattr(recipe.st, "caption", said.append)
        recipe._table(found, "g_norm")
    assert len(said) == 1 and "FID (" in said[0] and "class KL (" in said[0] and "precision" not in said[0]


def test_a_kept_run_says_it_beside_its_number() -> None:
    known = floors_of({"w1": Range(0.22, 0.12, 0.35)})
    row: Any = type("Kept", (), {"digits": None, "scores": (scored(0.05),), "yardstick": known})
    with speaking("en"):
        assert [one.endswith(f", {BESIDE}") for one in kept.numbers(row)] == [True, False]
    assert {"digits", "scores", "yardstick"} <= {field.name for field in fields(Row)}  # what stands in for it


def floors_of(perfect: dict[str, Range]) -> Yardstick:
    return Yardstick(perfect, {"uniform": {name: Range(9.0, 9.0, 9.0) for name in perfect}})


def scored(w1: float) -> Scores:
    return Scores(512, 0.1, w1, 200)
