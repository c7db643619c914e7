"""Every row of the registries has a formula that KaTeX can set, and it says what the row computes."""

from __future__ import annotations

import pytest

from gan_core import config as facts
from gan_core.config import RunConfig
from gan_core.scripts import formulas

EVERY = [
    *(one for pair in formulas.LOSSES.values() for one in pair), *formulas.PENALTY.values(), formulas.LECAM,
    *formulas.OPTIMISER.values(), *formulas.UPDATE.values(), formulas.UNROLLED,
]  # fmt: skip


def test_every_row_has_its_formula() -> None:
    assert set(formulas.LOSSES) == set(facts.LOSSES) and set(formulas.PENALTY) == set(facts.PENALTIES)
    assert set(formulas.OPTIMISER) == set(facts.options("optimiser"))
    assert set(formulas.UPDATE) == set(facts.options("update"))


@pytest.mark.parametrize("formula", EVERY)
def test_brackets_and_fences_close(formula: str) -> None:
    assert formula.count("{") == formula.count("}") and formula.count("(") == formula.count(")")
    assert formula.count(r"\bigl") == formula.count(r"\bigr") and formula.count(r"\lVert") == formula.count(r"\rVert")
    assert "$" not in formula and formula.isascii()


def test_a_run_is_said_with_what_it_adds() -> None:
    assert set(formulas.penalties_in_latex(RunConfig.of(r1=0.1, wgan_gp=1.0, lecam=0.2))) == {"r1", "wgan_gp", "lecam"}
    assert formulas.losses_in_latex(RunConfig())[1].startswith("L_G = -")
