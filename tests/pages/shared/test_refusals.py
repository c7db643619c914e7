"""What is refused is said in the words of the page: over all fields and options, no sentence names the code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from gan_core.config import FIELDS, TYPES, ConfigError, RunConfig
from gan_core.errors import ENGLISH, Sentence
from pages.collapse.options import OPTIONS as COLLAPSE
from pages.convergence.options import OPTIONS as CONVERGENCE
from pages.digits import labels, latent_space, recipe
from pages.distances.options import OPTIONS as DISTANCES
from pages.shared.controls import options
from pages.shared.shell.i18n import sentence, speaking, texts
from pages.shared.shell.state import Option, PageState
from pages.vanishing.options import OPTIONS as VANISHING
from pages.wgan.options import OPTIONS as WGAN

BASE = RunConfig()
# Settings that most of the others have to agree with.
PARTNERS: list[dict[str, Any]] = [
    {"data": "mnist", "architecture": "progressive"}, {"data": "grid"}, {"data": "mnist", "labels": "conditional"},
    {"data": "mnist", "architecture": "dcgan", "precision": "bfloat16"}, {"loss": "wasserstein"}, {"d_norm": "batch"},
    {"unrolled": 5}, {"clip": 0.1}, {"wgan_gp": 1.0}, {"batch": 3}, {"minibatch_std": True}, {"members": 64},
]  # fmt: skip
ENGLISH_TEXTS = texts("en")
CODE = re.compile(r"\b[a-z0-9]+_\w+|= (None|True|False)\b|[{}]")  # snake case, and what only a program says
PAGES: dict[str, Mapping[str, Option]] = {
    "collapse": COLLAPSE, "vanishing": VANISHING, "distances": DISTANCES, "convergence": CONVERGENCE,
    "digits": latent_space.OPTIONS | labels.OPTIONS | recipe.OPTIONS,
    **{f"wgan-{part}": of for part, of in WGAN.items()},
}  # fmt: skip


def said(problem: object) -> str:
    with speaking("en"):
        return sentence(problem)


def in_words(text: str) -> bool:
    """Whether a visitor reads no name of the code, one sentence, and one stop."""
    return not CODE.search(text) and text[-1] in ".?!" and text[-2] not in ".?!"


def refused(changes: Mapping[str, Any]) -> ConfigError | None:
    try:
        BASE.replace(**changes)
    except ConfigError as error:
        return error
    return None


def candidates() -> Iterator[tuple[str, Any]]:
    """Of every field all its options, or its end and something beyond it."""
    for name, field in FIELDS.items():
        meta = field.metadata
        yield name, "x"
        if "options" in meta:
            yield from ((name, value) for value in meta["options"])
        elif TYPES[name] is bool:
            yield name, True
        elif TYPES[name] in (int, float):
            yield from ((name, TYPES[name](value)) for value in (meta["high"], meta["high"] * 2 + 1))
        else:
            yield name, ()


def test_no_setting_and_no_two_together_are_refused_in_code() -> None:
    alone = {one: refused(dict([one])) for one in candidates()}
    possible = [one for one, problem in alone.items() if problem is None]
    problems = list(alone.values())
    problems += [refused(other | dict([one])) for one, other in product(possible, PARTNERS) if one[0] not in other]
    found = {said(problem): problem.field for problem in problems if problem is not None}
    assert len(found) > 80
    assert [text for text, field in found.items() if not text.startswith(f"{ENGLISH_TEXTS[f'field.{field}']} = ")] == []
    assert sorted(text for text in found if not in_words(text)) == []


def test_a_misspelt_setting_is_asked_for_by_the_name_of_its_control() -> None:
    assert said(refused({"updte": 1})).endswith("did you mean “Order of updates”?")
    assert said(refused({"zzzz": 1})).endswith("there is no such setting.")


@pytest.mark.parametrize("page", PAGES)
def test_no_option_of_an_address_is_refused_in_code(page: str) -> None:
    state = PageState(page, BASE, BASE, options=PAGES[page], plays=False)
    with speaking("en"):
        for name in state.options:
            state.problem = ""
            options.arrive(state, {name: "???"})
            quoted, stop, answer = str(state.problem).partition("”")  # what stands in the address, and is wrong
            assert stop and name in quoted and in_words(answer), (name, state.problem)


def test_no_template_has_a_name_of_the_code() -> None:
    commands = re.compile(r"`[^`]*`|as in d_lr:|gan_core|numpy\.savetxt|to_json|from_json|[{}]")
    shown = {code: commands.sub("", re.sub(r"\{[^}]*\}", "", text)) for code, text in ENGLISH.items()}
    assert [code for code, text in shown.items() if CODE.search(text)] == []


def test_a_stop_is_added_where_there_is_none() -> None:
    assert said(Sentence("config.near_field", near="x"))[-1] == "?"
