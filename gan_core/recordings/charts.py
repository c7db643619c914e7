"""What is drawn over the steps of a recorded run, by name: the charts of the page that opens with it.

Every function takes the runs and the member of each that is drawn in the plane. A line of one member is that of the
seed in the plane; a line with edges is the median of all members and their range.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_core.recordings.seen import Seen
from gan_core.run.balance import Balance
from gan_core.run.modes import expected_covered, signals

MOST = 160  # steps of a line
Charted = Callable[[Sequence[Seen], Sequence[int]], "Chart"]


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a chart: of run `run`, called `name` where a run has several."""

    run: int
    name: str
    y: NDArray
    low: NDArray | None = None
    high: NDArray | None = None


@dataclass(frozen=True, eq=False)
class Chart:
    """x (T,) steps, ascending; `level` is what a perfect generator scores, None where that is not one number."""

    x: NDArray
    lines: Sequence[Line]
    level: float | None = None
    log_y: bool = False


def kept(length: int) -> NDArray[np.int64]:
    """The rows of so many that are drawn."""
    return np.unique(np.linspace(0, length - 1, min(length, MOST)).round().astype(int))


def band(run: int, values: NDArray, name: str = "") -> Line:
    """Of values (T, K)."""
    if values.shape[1] == 1:
        return Line(run, name, values[:, 0])
    return Line(run, name, np.median(values, axis=1), values.min(axis=1), values.max(axis=1))


def _of_one(*names: str, log_y: bool = False) -> Charted:
    """Training curves of the first run."""

    def chart(runs: Sequence[Seen], members: Sequence[int]) -> Chart:
        curves, keep = runs[0].curves, kept(len(runs[0].curves.step))
        lines = [Line(0, name, getattr(curves, name)[keep, members[0]]) for name in names]
        return Chart(curves.step[keep], lines, log_y=log_y)

    return chart


def _scored(values: Callable[[Seen], NDArray], floor: str) -> Charted:
    """A score of the samples in the plane, of every run."""

    def chart(runs: Sequence[Seen], members: Sequence[int]) -> Chart:
        lines = [band(i, values(run)) for i, run in enumerate(runs)]
        return Chart(runs[0].steps, lines, level=runs[0].perfect[floor].median)

    return chart


def _signal(name: str) -> Charted:
    """What tells how varied the samples are: 1 is what the data show."""

    def chart(runs: Sequence[Seen], members: Sequence[int]) -> Chart:
        known = [run.diversity for run in runs if run.diversity is not None]
        keep = kept(len(known[0].step))
        return Chart(known[0].step[keep], [band(i, signals(of)[name][keep]) for i, of in enumerate(known)], level=1.0)

    return chart


def _covered(runs: Sequence[Seen], members: Sequence[int]) -> Chart:
    known = [run.diversity for run in runs if run.diversity is not None]
    keep = kept(len(known[0].step))
    lines = [band(i, of.covered[keep].astype(float)) for i, of in enumerate(known)]
    return Chart(known[0].step[keep], lines, level=expected_covered(known[0].weights))


def _slope(runs: Sequence[Seen], members: Sequence[int]) -> Chart:
    """Between real and generated points, where the ideal critic has slope 1 (Gulrajani et al. 2017, proposition 1)."""
    return Chart(runs[0].steps, [band(i, run.slope) for i, run in enumerate(runs)], level=1.0)


def _update(name: str) -> Charted:
    """Of G's updates."""

    def chart(runs: Sequence[Seen], members: Sequence[int]) -> Chart:
        keep = kept(len(runs[0].updates.step))
        lines = [band(i, getattr(run.updates, name)[keep]) for i, run in enumerate(runs)]
        return Chart(runs[0].updates.step[keep], lines, log_y=True)

    return chart


def _of_players(values: Callable[[Balance], dict[str, NDArray]], level: float | None = None) -> Charted:
    """What the players of the first run do to each other: lines (T, K) by name."""

    def chart(runs: Sequence[Seen], members: Sequence[int]) -> Chart:
        balance, k = runs[0].balance, members[0]
        lines = {name: line[:, k] for name, line in values(balance).items()}
        there = np.flatnonzero(np.isfinite(list(lines.values())).all(0))  # a first update turns from none
        keep = there[kept(len(there))]
        return Chart(balance.steps[keep], [Line(0, name, y[keep]) for name, y in lines.items()], level=level)

    return chart


def _off(balance: Balance) -> dict[str, NDArray]:
    off = (balance.mean - balance.centre) / balance.radius
    return {"mean_x": off[..., 0], "mean_y": off[..., 1]}


def _spectrum(runs: Sequence[Seen], members: Sequence[int]) -> Chart:
    """Of the game's Jacobian: the eigenvalue that pushes away most, and the one that turns most."""
    from gan_core.studies.balance import spectrum

    (run, *_), (k, *_) = runs, members
    steps = run.balance.kept[0]
    found = np.array([spectrum(run.config, run.balance, i, k) for i in range(len(steps))])
    lines = [Line(0, "real_part", found.real.max(1)), Line(0, "imaginary_part", np.abs(found.imag).max(1))]
    return Chart(steps, lines, level=0.0)


CHARTS: dict[str, Charted] = {
    "losses": _of_one("d_loss", "g_loss"),
    "outputs": _of_one("d_real", "d_fake"),
    "gradients": _of_one("d_grad", "g_grad", log_y=True),
    "accuracy": _of_players(lambda of: {"accuracy": of.accuracy}, level=0.5),
    "mean": _of_players(_off, level=0.0),
    "turns": _of_players(lambda of: {"d_turn": of.d_turn, "g_turn": of.g_turn}, level=0.0),
    "norms": _of_players(lambda of: {"d_norm": of.d_norm, "g_norm": of.g_norm}),
    "spectrum": _spectrum,
    "quality": _scored(lambda run: run.quality, "high_quality"),
    "w1": _scored(lambda run: run.w1, "w1"),
    "slope": _slope,
    "covered": _covered,
    "effective_modes": _signal("effective_modes"),
    "spread": _signal("spread"),
    "singular_values": _signal("singular_values"),
    "gradient": _update("gradient"),
    "change": _update("change"),
}
