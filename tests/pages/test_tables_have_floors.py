"""Every table of the pages shows beside its numbers what a perfect generator has, and what one without skill has, or
says here why it needs neither; and it says why a score in it is better than perfect, or here why none can be."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLES = {"tables.show", "live.Table"}
# what says it: `tables.flattered`, by itself or through a function of the room
BETTER = ("tables.flattered(", "better_than_perfect(", "_better(", "_explained(")
# what a function has to name to be among those with floors: the perfect one, and the ones without skill
PERFECT, NO_SKILL = "perfect", ("skill", "NO_SKILL", "yardstick", "no_skill", "left_alone", "nothing_alike")

# file: function → why its table has no floors of its own
WITHOUT: dict[str, str] = {
    "pages/collapse/mitigations.py: table": "perfect sampler and generators without skill are rows of `studies.table`",
    "pages/collapse/verdicts.py: about_the_alarm": "rates of an alarm, with intervals, each beside the other error",
    "pages/digits/arithmetic.py: _shift_table": "the caption has real digits and chance",
    "pages/digits/recipe.py: _effects": "real digits and makers without skill are rows of `studies.recipe`",
    "pages/digits/recipe.py: _table": "the same",
    "pages/digits/scores.py: _table": "real digits, copies and makers without skill are rows of `zoo.scores`",
    "pages/distances/fit.py: section": "exact minima; the caption has the known one",
    "pages/distances/game.py: section": "exact: the best D, and what it is where p and q are alike, have columns",
    "pages/distances/line.py: _table": "exact between known densities; of samples beside a perfect sampler",
    "pages/distances/plane.py: _plane_table": "exact, or beside a perfect sampler; nobody is judged",
    "pages/shared/controls/files.py: _preview": "the first rows of a visitor's file",
    "pages/vanishing/curves.py: _numbers": "closed forms",
    "pages/vanishing/distance.py: _table": "closed forms beside what was trained",
    "pages/vanishing/helps.py: _table": "ratios of norms of a gradient, the row without a remedy beside them",
    "pages/wgan/critic.py: _shape_table": "the best critic's slope has a column",
    "pages/wgan/line.py: _line_table": "the exact distances have a column",
}

# file: function → why no score in its table is better than perfect, or who says so
NEVER_BETTER: dict[str, str] = {
    "pages/collapse/verdicts.py: about_the_alarm": "rates of an alarm",
    "pages/digits/arithmetic.py: _shift_table": "nobody is judged: directions in the latent space",
    "pages/digits/recipe.py: _effects": "ratios of the scores that `_table` judges",
    "pages/distances/fit.py: section": "exact minima",
    "pages/distances/game.py: section": "exact, and no D is above the best one",
    "pages/distances/line.py: _table": "exact between known densities; nobody is judged",
    "pages/distances/plane.py: _plane_table": "the same",
    "pages/shared/controls/files.py: _preview": "the first rows of a visitor's file",
    "pages/vanishing/curves.py: _numbers": "closed forms",
    "pages/vanishing/distance.py: _table": "closed forms beside what was trained",
    "pages/vanishing/helps.py: _table": "what is left of a gradient, which is no score",
    "pages/vanishing/optimiser.py: _table": "a way is how far samples have come, which is no score",
    "pages/wgan/critic.py: _shape_table": "slopes of a critic",
    "pages/wgan/digits.py: _table": "what the discriminators say, which is no score of the digits",
    "pages/wgan/line.py: _line_table": "exact distances and what a critic says of them",
    "pages/wgan/lines.py: _table": "θ is 0 at best",
}


def functions() -> dict[str, str]:
    """file: function → its source, of those that draw a table."""
    found = {}
    for path in sorted((ROOT / "pages").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and TABLES & {
                ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)
            }:
                found[f"{path.relative_to(ROOT)}: {node.name}"] = ast.get_source_segment(source, node) or ""
    return found


FOUND = functions()


@pytest.mark.parametrize("place", FOUND)
def test_a_table_has_floors_or_a_reason(place: str) -> None:
    source = FOUND[place]
    floors = PERFECT in source and any(name in source for name in NO_SKILL)
    assert floors or WITHOUT.get(place), "show a perfect generator and one without skill, or say here why not"


@pytest.mark.parametrize("place", FOUND)
def test_a_table_says_why_a_score_is_better_than_perfect_or_has_a_reason(place: str) -> None:
    says = any(name in FOUND[place] for name in BETTER)
    assert says != (place in NEVER_BETTER), "say it by tables.flattered, or here why no score can be"


def test_no_reason_outlives_its_table() -> None:
    assert WITHOUT.keys() | NEVER_BETTER.keys() <= FOUND.keys() and len(FOUND) > 15
