"""The code behind each section of the page "Convergence": topics, runs, and the smallest GAN as a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gan_core.config import ConfigError, RunConfig
from gan_core.export.games import ARROWS
from gan_core.scripts.calculations import Calculation
from pages.convergence import chart, losses, smallest
from pages.convergence.options import EXTENT, RIDDLES, SIDES
from pages.shared.controls import options
from pages.shared.shell.state import PageState
from pages.shared.views import code

# section → topics of gan_core.scripts.sources
TOPICS: dict[str, tuple[str, ...]] = {
    "smallest": ("dirac", "updates"), "two": ("jacobian", "w1"), "map": ("modes", "w1"), "losses": ("w1",),
}  # fmt: skip


def runs(page: PageState, section: str) -> Sequence[RunConfig]:
    """Those that the section shows, if it may be told yet."""
    try:
        return RUNS[section](page)
    except ConfigError:  # the section says it
        return ()


def _none(page: PageState) -> tuple[RunConfig, ...]:
    return ()


def _cells(page: PageState) -> tuple[RunConfig, ...]:
    """Of every cell of the map."""
    said = (options.value(page, f"map_{name}") for name in ("x", "y", "cells", "seeds", "steps"))
    plan = chart.planned(*said)
    return tuple(cell.config for cell in sorted(plan.cells, key=lambda cell: (cell.row, cell.column)))


def _riddle(page: PageState) -> tuple[RunConfig, ...]:
    from gan_core.studies.riddles import shipped

    name = list(RIDDLES)[options.value(page, "riddle") - 1]
    return (RunConfig.from_query(shipped()[name]["query"]),) if losses.guessed(page, name) else ()


RUNS = {"smallest": _none, "two": code.runs_of, "map": _cells, "losses": _riddle}


def calculation(page: PageState) -> Calculation:
    """Both games of the section "The smallest GAN": their paths, arrows, eigenvalues and multipliers."""
    from gan_core.theory import dirac

    rules, steps = smallest.rules(page)
    games = {side: smallest.game(page, side) for side in SIDES}
    start = options.value(page, "theta"), options.value(page, "psi")
    return Calculation(
        "The smallest GAN",
        (dirac.simulate, dirac.field_at, dirac.eigenvalues, dirac.multipliers, dirac.critical_step),
        _code(games, dict(rules), steps, start),
        TOPICS["smallest"],
    )


def _code(games: dict[str, Any], rules: dict[str, Any], steps: int, start: tuple[float, float]) -> str:
    rows = "\n".join(f'    "{side}": ("{variant}", {dict(s)}),' for side, (variant, s) in games.items())
    return f"""START, STEPS = {start}, {steps}  # (θ, ψ)
RULES = {rules}
GAMES = {{
{rows}
}}
side = np.linspace(-{EXTENT}, {EXTENT}, {ARROWS + 2})[1:-1]
places = np.stack(np.meshgrid(side, side)).reshape(2, -1)

paths, arrows = {{}}, {{}}
for name, (variant, settings) in GAMES.items():
    paths[name] = path = simulate(variant, start=START, steps=STEPS, **settings, **RULES)
    arrows[name] = field_at(variant, places, **settings)
    r = np.hypot(*path.T)  # how far from the equilibrium
    print(f"{{variant}}: r from {{r[0]:.4g}} to {{r[np.isfinite(r)][-1]:.4g}}")
    print("    eigenvalues of the field", eigenvalues(variant, **settings))
    print("    multipliers of a step", np.abs(multipliers(variant, **settings, **RULES)))
    print(f"    plain steps converge below h = {{critical_step(variant, **settings):.4g}}")
"""
