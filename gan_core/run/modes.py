"""Mode collapse while it happens: how varied a generator's samples are, step by step, and when to raise the alarm.

    watch = Watch(trainer)              # for data with modes
    trainer.add_callback(watch)         # looks every few steps
    trainer.step(1000)
    watch.diversity()                   # Diversity: shares of the modes, spread, singular values
    alarms(watch.diversity())           # one Alarm or None a member

A generator that collapses shows it in more than one curve: the shares of the modes say how many modes it makes, the
spread how much G(z) varies, though two far modes out of eight vary a lot, and the singular values of ∂G/∂z whether z
still matters at all.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc, entr

from gan_core.metrics.points import near_radius
from gan_core.run.history import POINTS
from gan_core.run.watch import Rows, standing

if TYPE_CHECKING:
    from gan_core.engine.networks import Network
    from gan_core.run.trainer import Trainer

Floats = NDArray[np.floating]

EVERY = 8  # steps between two looks at first: a generator that is chased from mode to mode stays 20 to 50 steps
ROWS = 512  # looks kept at most, fewer if they hold more than NUMBERS: when full, every second one goes
NUMBERS = 2_000_000
JACOBIANS = 64  # … of which so many have their ∂G/∂z taken
LATE = 2**19  # bytes of generators that wait to be measured at most
LEAST = 0.01  # share of the samples that covers a mode


@dataclass(frozen=True, eq=False)
class Diversity:
    """How varied K generators were at T evenly spaced steps, and what the data would show.

    step (T,)         G updates
    near (T, K, M)    share of the samples that are within `radius` of a mode (and no other centre nearer)
    shares (T, K, M)  share of the samples whose nearest mode it is, however far
    spread (T, K)     √E‖G(z) − E G(z)‖², in the units of the data
    singular_values   (T, K, 2): of ∂G/∂z, the larger one first, root mean square over z
    weights (M,)      the real shares; real_spread: √E‖x − E x‖² of the data

    A member that is not finite has NaN.
    """

    step: NDArray[np.int64]
    near: Floats
    shares: Floats
    spread: Floats
    singular_values: Floats
    weights: Floats
    real_spread: float
    radius: float

    def until(self, step: int) -> Diversity:
        """What was known at `step`."""
        rows = slice(int(np.searchsorted(self.step, step, side="right")))
        arrays = {name: getattr(self, name)[rows] for name in ("step", "near", "shares", "spread", "singular_values")}
        return replace(self, **arrays)

    @property
    def covered(self) -> NDArray[np.int64]:
        """(T, K): modes with at least 1 % of the samples near them."""
        return np.count_nonzero(self.near[..., self.weights > 0] >= LEAST - 1e-9, axis=-1)

    @property
    def effective_modes(self) -> Floats:
        """(T, K): exp H of the shares, H = −Σ s ln s: m for m equal shares."""
        return np.exp(_entropy(self.shares))

    @property
    def real_effective_modes(self) -> float:
        return float(np.exp(_entropy(self.weights / self.weights.sum())))


def _entropy(shares: Floats) -> Floats:
    """H along the last axis, nats."""
    return entr(shares).sum(-1)


def measure(generator: Network, latents: NDArray, centres: NDArray, radius: float) -> NDArray[np.float32]:
    """(K, 2M + 3): near, shares, spread and the two singular values of K generators, at latents (K, n, d).

    In NumPy as far as it can be: so few numbers cost a call each, and torch's calls cost twice as much.
    """
    import torch

    x = generator.forward(torch.from_numpy(latents), training=False)[0].numpy()
    with np.errstate(over="ignore", invalid="ignore"):  # of a run that diverges
        gaps = np.square(x[:, :, None] - centres).sum(-1)  # (K, n, M)
        at = np.eye(len(centres))[gaps.argmin(-1)]
        close = gaps.min(-1) <= radius**2
        near, shares = (at * close[..., None]).mean(1), at.mean(1)
        spread = np.sqrt(x.var(1).sum(-1))
        row = np.concatenate([near, shares, spread[:, None], singular_values(generator, latents[:, :JACOBIANS])], 1)
    row[~np.isfinite(x).all((1, 2))] = np.nan
    return row.astype(np.float32)


def singular_values(generator: Network, latents: NDArray) -> Floats:
    """(K, 2): root mean square over latents (K, n, d) of the singular values of J = ∂G/∂z (2, d), the larger one first.

    The vjp of the unit vectors e₁, e₂, each at all of them, gives the rows of J. JJᵀ is the 2×2 matrix (a b; b c),
    whose eigenvalues are (a + c)/2 ± √((a − c)²/4 + b²).
    """
    import torch

    k, n, d = latents.shape
    x, tape = generator.forward(torch.from_numpy(np.concatenate([latents, latents], 1)), training=False)
    units = torch.eye(2, dtype=x.dtype).repeat_interleave(n, 0).expand_as(x)
    rows = generator.vjp_input(tape, units).numpy().reshape(k, 2, n, d)
    first, second = rows[:, 0], rows[:, 1]
    a, b, c = ((p * q).sum(-1) for p, q in ((first, first), (first, second), (second, second)))
    root = np.sqrt(np.square(a - c) / 4 + np.square(b))
    squares = np.stack([(a + c) / 2 + root, (a + c) / 2 - root], -1).clip(0)
    return np.sqrt(squares.mean(1))


@dataclass(frozen=True)
class _Look:
    """At the generators as they were at this step. `due`: what is thinned away meanwhile need not be measured."""

    step: int
    due: bool
    generators: Sequence[Callable[[], Network]]


class Watch:
    """An observer that keeps, every few steps, how varied the samples of a trainer are.

    To measure costs half a step or more, and the run need not wait for it: generators that can be copied are, and
    measured by whoever wants to know, on another thread if it likes, or by the run itself once LATE of them wait.

    The latents are always the same, so curves are comparable from step to step. At most ROWS looks are kept, evenly
    spaced. Raises ValueError for data without modes.
    """

    def __init__(self, trainer: Trainer) -> None:
        distribution = trainer.distribution
        if distribution is None or distribution.centres is None:
            raise ValueError("these data have no modes: there is nothing to collapse to")
        self.centres = distribution.centres.numpy()
        self.weights = np.asarray(distribution.weights, float)
        # of a mixture of Gaussians in the plane: what is between the modes and what is within them
        between = np.cov(self.centres.T, aweights=self.weights, ddof=0).trace()
        self.radius = near_radius(self.centres, distribution.std or 0.0)
        stds = distribution.std or 0.0 if distribution.stds is None else distribution.stds.numpy()
        within = np.average(np.broadcast_to(stds, self.weights.shape) ** 2, weights=self.weights)
        self.real_spread = float(np.sqrt(between + 2 * within))
        latents = trainer.pictures.latents.numpy()  # not a copy: of eight members with 256 of them these are 4 MB
        sizes = np.cumsum([ensemble.size for ensemble in trainer.ensembles])[:-1]
        self.latents = np.split(latents, sizes)  # (k, n, d) for each ensemble of k members
        numbers = 2 * len(self.centres) + 3
        limit = max(64, min(ROWS, NUMBERS // (len(latents) * numbers)))
        self.rows = Rows((len(latents), numbers), limit=limit, stride=EVERY)
        self._last = -1  # step that was looked at
        self._late: deque[_Look] = deque()
        self._measuring = threading.Lock()  # guards the rows

    def due(self, step: int) -> bool:
        return self.rows.due(step) and step > self._last

    def look(self, trainer: Trainer) -> None:
        from gan_core.engine.networks import StackedMLP

        self._last = step = trainer.step_count
        networks = [ensemble.generator for ensemble in trainer.ensembles]
        size = sum(network.theta.nbytes for network in networks)
        stacked = [network for network in networks if isinstance(network, StackedMLP)]
        waits = size <= LATE and stacked == networks
        generators = [network.still() for network in stacked] if waits else list(map(standing, networks))
        self._late.append(_Look(step, self.rows.due(step), generators))
        if not waits or len(self._late) * size > LATE:
            self._measure(step)

    def _measure(self, until: int) -> None:
        """All that was looked at up to that step."""
        with self._measuring:
            while self._late and self._late[0].step <= until:
                look = self._late.popleft()
                if not look.due or self.rows.due(look.step):
                    self.rows.add(look.step, partial(self._row, look))

    def _row(self, look: _Look) -> NDArray[np.float32]:
        pairs = zip(look.generators, self.latents, strict=True)
        return np.concatenate([measure(make(), z, self.centres, self.radius) for make, z in pairs])

    def later(self) -> Callable[[], Diversity]:
        """`diversity` of this moment, worked out when it is first asked for, by whoever asks."""
        return cache(partial(self._until, self._last))

    def diversity(self) -> Diversity:
        return self._until(self._last)

    def _until(self, step: int) -> Diversity:
        self._measure(step)
        with self._measuring:
            return self._known().until(step)

    def _known(self) -> Diversity:
        rows, modes = self.rows.values, len(self.centres)
        return Diversity(
            step=self.rows.steps,
            near=rows[..., :modes],
            shares=rows[..., modes:-3],
            spread=rows[..., -3],
            singular_values=rows[..., -2:],
            weights=self.weights,
            real_spread=self.real_spread,
            radius=self.radius,
        )


# --- What else the curves say -----------------------------------------------------------------------------------------


def signals(diversity: Diversity) -> dict[str, Floats]:
    """Three curves (T, K) on one scale: 1 is what the data show, 0 is a single point.

    effective_modes  (exp H − 1) / (exp H of the data − 1); of data with one mode always 1
    spread           spread / spread of the data
    singular_values  √(σ₁² + σ₂²) / spread of the data. For normal latents spread² ≤ E(σ₁² + σ₂²) (Poincaré's
                     inequality), so it can only be low where the spread is; it says that not even the edges between
                     the modes are steep
    """
    more = diversity.real_effective_modes - 1
    return {
        "effective_modes": (diversity.effective_modes - 1) / more if more > 1e-9 else np.ones_like(diversity.spread),
        "spread": diversity.spread / diversity.real_spread,
        "singular_values": np.sqrt(np.square(diversity.singular_values).sum(-1)) / diversity.real_spread,
    }


# --- The alarm --------------------------------------------------------------------------------------------------------
#
# What it has to catch: a generator that has arrived at the data and covers no more than half of the modes that a
# perfect sampler covers, in the median over WINDOW steps. The shares of the modes are known, so it counts them; the
# curves above say less: of one that is exactly perfect on 4 of 8 modes they see nothing. `measured` says how often it
# is wrong.

WINDOW = 200  # steps that a verdict looks back on: the median over them, so that a swing is not a collapse
WAY = 400  # steps from the first mode covered until the first verdict: so long a healthy generator may spread
LOOKS = 4  # … and at least so many looks
HALF = 0.5  # of the modes that a perfect sampler covers


def expected_covered(weights: NDArray, samples: int = POINTS) -> float:
    """How many modes a perfect sampler covers: Σₖ P(Binomial(n, wₖ) ≥ n/100)."""
    shares = np.asarray(weights, float) / np.sum(weights)
    fewer = np.ceil(LEAST * samples - 1e-9) - 1  # than cover it
    return float(bdtrc(fewer, samples, shares[shares > 0]).sum())


def arrived(diversity: Diversity) -> NDArray[np.bool_]:
    """(T, K): whether the generator had covered a mode WAY steps before. Until then it is on its way."""
    step, covered = diversity.step, diversity.covered >= 1
    first = np.where(covered.any(0), step[covered.argmax(0)], np.iinfo(np.int64).max - WAY)
    return step[:, None] >= first + WAY


def median_covered(diversity: Diversity) -> Floats:
    """(T, K): modes covered, the median over the last WINDOW steps; NaN before there are enough looks."""
    step, covered = diversity.step, diversity.covered.astype(float)
    looks = max(LOOKS, WINDOW // int(step[1] - step[0])) if len(step) > 1 else LOOKS
    found = np.full(covered.shape, np.nan)
    if len(step) > looks:
        found[looks - 1 :] = np.median(np.lib.stride_tricks.sliding_window_view(covered, looks, axis=0), axis=-1)
    return found


def alarmed(diversity: Diversity) -> NDArray[np.bool_]:
    """(T, K): whether the alarm is on at each look; never for members that are not finite."""
    few = median_covered(diversity) <= HALF * expected_covered(diversity.weights) + 1e-9
    return few & arrived(diversity) & np.isfinite(diversity.spread)


@dataclass(frozen=True)
class Alarm:
    """A member has collapsed since step `since`: in the median over the window it covers `covered` modes, where a
    perfect sampler covers `expected`."""

    since: int
    covered: float
    expected: float


def alarms(diversity: Diversity) -> tuple[Alarm | None, ...]:
    """The verdict on each member at the last look."""
    on, covered, expected = alarmed(diversity), median_covered(diversity), expected_covered(diversity.weights)
    return tuple(_alarm(diversity.step, on[:, k], float(covered[-1, k]), expected) for k in range(on.shape[1]))


def _alarm(step: NDArray[np.int64], on: NDArray[np.bool_], covered: float, expected: float) -> Alarm | None:
    if not on[-1]:
        return None
    quiet = np.flatnonzero(~on)
    return Alarm(int(step[quiet[-1] + 1 if len(quiet) else 0]), covered, expected)


def measured() -> dict[str, Any]:
    """How often the alarm was wrong: what `python -m benchmarks.alarm` found."""
    return json.loads((Path(__file__).parents[1] / "records" / "alarm.json").read_text(encoding="utf-8"))
