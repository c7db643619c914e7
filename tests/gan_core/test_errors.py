"""Errors: every code has its English sentence with all its arguments, and can be said in another language."""

from __future__ import annotations

import ast
import copy
import string
from pathlib import Path

import pytest

from gan_core import config, errors
from gan_core.errors import (
    ENGLISH,
    CheckpointError,
    ConfigError,
    DataUnavailable,
    Failure,
    Field,
    NumbersError,
    PointsError,
    PoolFull,
    SavedError,
    Sentence,
)

ROOT = Path(__file__).parents[2]
CLASSES = {name: one for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Sentence)}
CODE_AT = {
    "ConfigError": 2,
    "CheckpointError": 1,
    "refuse": 1,
}  # which argument is the code; else the first
FRAMES = {"config.sentence", "config.nameless", "checkpoint.sentence"}  # what errors.py itself says


def placeholders(template: str) -> set[str]:
    return {name.partition(".")[0] for _, name, _, _ in string.Formatter().parse(template) if name}


def said_in_the_code() -> list[tuple[str, str, set[str]]]:
    """(where, code, names of the arguments) of every sentence that is made with a literal code."""
    found = []
    for path in [*(ROOT / "gan_core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        if path.name == "errors.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            name = node.func.id
            if name not in {*CLASSES, "refuse"} - {"Failure"}:
                continue
            codes = [one.value for one in ast.walk(node.args[CODE_AT.get(name, 0)]) if isinstance(one, ast.Constant)]
            given = {keyword.arg or "**" for keyword in node.keywords}
            found += [(f"{path.name}:{node.lineno}", code, given) for code in codes if isinstance(code, str)]
    return found


SAID = said_in_the_code()


def test_every_code_has_its_sentence_and_every_sentence_is_said() -> None:
    assert len(SAID) > 40
    assert [(where, code) for where, code, _ in SAID if "." in code and code not in ENGLISH] == []
    literals = {
        node.value
        for path in (ROOT / "gan_core").rglob("*.py")
        if path.name != "errors.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }
    fields = {f"config.{kind}" for kind in ("number", "whole_number", "list_of_numbers", "list_of_whole_numbers")}
    unsaid = ENGLISH.keys() - {code for _, code, _ in SAID} - literals - FRAMES - fields
    assert unsaid == {"run.failed", "run.member_failed"}  # by Failure


@pytest.mark.parametrize(("where", "code", "given"), SAID)
def test_every_sentence_gets_its_arguments_and_no_others(where: str, code: str, given: set[str]) -> None:
    asked = placeholders(ENGLISH[code])
    assert given == asked - config.FIELDS.keys() or "**" in given


def test_a_template_names_only_arguments_and_fields() -> None:
    for code, template in ENGLISH.items():
        given = [names for _, said, names in SAID if said == code]
        assert all(placeholders(template) <= names | config.FIELDS.keys() for names in given if "**" not in names)


ERRORS = {
    "config": ConfigError("g_lr", 7, "config.other_page"),
    "pool": PoolFull("pool.full", most=3),
    "checkpoint": CheckpointError("a.json", "checkpoint.missing"),
    "images": DataUnavailable("images.under_way", name="mnist_full"),
    "points": PointsError("points.empty_cell", place=Sentence("points.row", number=3)),
    "numbers": NumbersError("numbers.samples", n=2, least=5, most=9),
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_errors_travel_between_processes(error: Exception) -> None:
    arrived = copy.deepcopy(error)  # takes it apart and makes it anew, as what sends it does
    assert type(arrived) is type(error) and str(arrived) == str(error) and vars(arrived).keys() == vars(error).keys()


def test_sentences_within_sentences_are_said_in_the_same_language() -> None:
    german = ENGLISH | {"points.row": "Zeile {number}", "points.empty_cell": "{place} hat eine leere Zelle."}
    error = PointsError("points.empty_cell", place=Sentence("points.row", number=3))
    assert error.say(german.__getitem__) == "Zeile 3 hat eine leere Zelle."
    assert str(error).startswith("Row 3 has an empty cell")


def test_several_sentences_are_joined_and_a_shape_stays_a_shape() -> None:
    parts = Sentence("table.comma"), Sentence("table.dropped", n=2)
    assert str(Sentence("table.assumed", parts=parts)) == "Read: columns between commas; empty columns dropped: 2."
    assert "(2, 3)" in str(SavedError("saved.shape", tensor="t", found=(2, 3), wanted=()))


def test_fields_are_said_by_their_labels() -> None:
    mark = Sentence("run.rate", name=Field("g_lr"), rate=0.5)
    assert (str(mark), mark.say(label={"g_lr": "G: learning rate"}.__getitem__)) == (
        "g_lr → 0.5",
        "G: learning rate → 0.5",
    )
    words = {"config.sentence": "{field} = {value}: {allowed}", "config.one_of": "set {instance_noise} above {low}"}
    error = ConfigError("noise_steps", 5, "config.one_of", low=0)
    assert error.say(words.__getitem__) == "noise_steps = 5: set instance_noise above 0"
    assert error.say(words.__getitem__, str.upper) == "NOISE_STEPS = 5: set INSTANCE_NOISE above 0"


def test_a_configuration_error_names_field_value_and_what_is_allowed_and_stays_short() -> None:
    error = ConfigError("", "x" * 500, "config.other_page")
    assert error.field == "" and error.value == "x" * 500 and error.allowed in str(error)
    assert str(error).startswith("a nameless field = 'xxx") and len(str(error)) < 200


def test_a_failure_says_who_when_and_what() -> None:
    assert str(Failure(1200, (0,), "generator's W")).startswith("The run stopped being finite at step 1,200: generator")
    assert str(Failure(3, (1, 4), "discriminator's b")).startswith("Member 2, 5 stopped being finite at step 3")
