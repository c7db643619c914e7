"""What a Wasserstein critic knows: its estimate beside the exact distance, and two games in which all is known exactly.

    Measurer     observes one run and gives its Measures at every picture: the critic's estimate and the exact W1 of
                 the same samples, accuracy and JSD bound of a discriminator, modes, quality
    LineDuel     D and two critics learn to tell two fixed distributions on a line apart, beside the exact optima
    ParallelLines   (0, u) against (θ, u), WGAN paper, example 1: does G bring θ back to 0?

The estimate is +(E f(real) − E f(fake)), minus the critic's loss: "my critic loss is negative" is only its sign.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_core import metrics
from gan_core.config import RunConfig
from gan_core.engine.ensemble import Ensemble
from gan_core.engine.losses import LOSSES
from gan_core.engine.networks import Network, StackedMLP
from gan_core.engine.optimisers import SGD
from gan_core.engine.random import generator_for
from gan_core.run.history import History, PointSnapshot
from gan_core.theory.divergences_1d import OnLine, WithDensity, quantile

if TYPE_CHECKING:
    from gan_core.run.trainer import Trainer

Floats = NDArray[np.float64]

# --- One run, measured ------------------------------------------------------------------------------------------------

POINTS = 256  # samples of a picture that are measured, the same ones for the estimate and for the exact distance


@dataclass(frozen=True, eq=False)
class Measures:
    """One run of K members at T pictures: `step` (T,), `seconds` (T,) of processor time, all others (T, K).

    estimate        mean f(real) − mean f(fake) of a critic             | NaN where the loss has no such thing
    accuracy        how often D is right                                |
    jsd             ln 2 + V(D)/2: what D proves of the JSD, at most it |
    slope           the steepest ‖∇D‖ found between real and generated samples: what an estimate has to be divided by
                    before it can be compared with W1
    w1              exact, of the same POINTS samples
    near, quality   modes with at least 1 % of the samples near them, share within 3σ; NaN for data without modes
    w1_floor        what a perfect generator scores
    """

    step: NDArray[np.int64]
    seconds: Floats
    estimate: Floats
    accuracy: Floats
    jsd: Floats
    slope: Floats
    w1: Floats
    near: Floats
    quality: Floats
    w1_floor: float

    def at(self, step: int) -> int:
        """The index of the measured picture nearest to a step."""
        return int(np.argmin(np.abs(self.step - step)))

    def correlation(self) -> Floats:
        """(K,): of the estimate with the exact W1 over the run, from the first step on; NaN below three pictures.

        Pictures are dense at the start; each counts for as many steps as it stands for. Before the first step nobody
        has trained the critic, so that picture is left out.
        """
        after = self.step > 0
        steps = self.step[after].astype(float)
        if len(steps) < 3:
            return np.full(self.estimate.shape[1], math.nan)
        return correlation(self.estimate[after], self.w1[after], np.gradient(steps))


def correlation(a: Floats, b: Floats, weights: Floats) -> Floats:
    """Pearson's r of a and b (T, K) along the first axis, with weights (T,); NaN where one of them is constant."""
    w = (weights / weights.sum())[:, None]
    a, b = a - (w * a).sum(0), b - (w * b).sum(0)
    scale = np.sqrt((w * a**2).sum(0) * (w * b**2).sum(0))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (w * a * b).sum(0) / scale


class Measurer:
    """An observer that measures every picture of a run of points, each once; exact transport costs 10 ms a member.

    A single update of one player replaces the picture of its step, so it is the picture that counts. Raises ValueError
    for images.
    """

    def __init__(self, trainer: Trainer) -> None:
        data = trainer.distribution
        if data is None:
            raise ValueError("exact transport is measured between points in the plane: these are images")
        self.loss = trainer.config.train.loss
        self.centres = None if data.centres is None or data.weights is None else data.centres[data.weights > 0].numpy()
        self.std = data.std
        self._rows: dict[
            int, tuple[weakref.ref[PointSnapshot], float, Floats]
        ] = {}  # step → picture, seconds, MEASURED
        self._floor = math.nan
        self._history = trainer.history

    def due(self, step: int) -> bool:
        return History.due(step) or step == self._history.snapshots[-1].step

    def look(self, trainer: Trainer) -> None:
        self._history = trainer.history
        for snapshot in trainer.history.snapshots:
            assert isinstance(snapshot, PointSnapshot)
            known = self._rows.get(snapshot.step)
            if known is None or known[0]() is not snapshot:
                columns = [self._measure(snapshot, k) for k in range(snapshot.members)]
                self._rows[snapshot.step] = (weakref.ref(snapshot), snapshot.seconds, np.array(columns).T)

    def measures(self) -> Measures:
        steps = sorted(self._rows)
        values = np.array([self._rows[step][2] for step in steps]).transpose(1, 0, 2)
        return Measures(
            step=np.array(steps),
            seconds=np.array([self._rows[step][1] for step in steps]),
            w1_floor=self._floor,
            **dict(zip(MEASURED, values, strict=True)),
        )

    def _measure(self, snapshot: PointSnapshot, k: int) -> tuple[float, ...]:
        """One member, in the order of MEASURED."""
        real, fake = snapshot.real[:POINTS], snapshot.fake[k, :POINTS]
        real_logits, fake_logits = (a[k, :POINTS].astype(float) for a in (snapshot.real_logits, snapshot.fake_logits))
        w1, self._floor = metrics.wasserstein1(real, fake)
        near = quality = math.nan
        if self.centres is not None and self.std is not None:
            radius = metrics.near_radius(self.centres, self.std)
            near = metrics.near_modes(snapshot.fake[k], self.centres, radius)
            quality = metrics.mode_coverage(snapshot.fake[k], self.centres, self.std).high_quality
        estimate = float(real_logits.mean() - fake_logits.mean()) if self.loss == "wasserstein" else math.nan
        right = accuracy(self.loss, real_logits, fake_logits)
        slope = float(snapshot.between_slope[k].max())
        return estimate, right, jsd_bound(self.loss, real_logits, fake_logits), slope, w1, near, quality


MEASURED = tuple(f.name for f in fields(Measures) if f.name not in ("step", "seconds", "w1_floor"))


def slope_map(field: NDArray, extent: Sequence[float]) -> Floats:
    """‖∇f‖ of a field (…, m, m) at y_i, x_j, from edge to edge of (xmin, xmax, ymin, ymax), by central differences."""
    xmin, xmax, ymin, ymax = extent
    rows, columns = field.shape[-2:]
    steps = (ymax - ymin) / (rows - 1), (xmax - xmin) / (columns - 1)
    return np.hypot(*np.gradient(np.asarray(field, float), *steps, axis=(-2, -1)))


def accuracy(loss: str, real_logits: Floats, fake_logits: Floats) -> float:
    """The share of samples that D tells right, real and fake counted alike; NaN for a critic, which has no threshold.

    Of a relativistic D, which only compares, the share of pairs in which the real one scores higher.
    """
    if loss == "wasserstein":
        return math.nan
    if loss == "relativistic":
        return float((real_logits[:, None] > fake_logits).mean())
    threshold = 0.5 if loss == "least_squares" else 0.0
    return float((np.mean(real_logits > threshold) + np.mean(fake_logits < threshold)) / 2)


def jsd_bound(loss: str, real_logits: Floats, fake_logits: Floats) -> float:
    """ln 2 + ½ (E log D(real) + E log(1 − D(fake))), on average at most the JSD; NaN unless D is a probability."""
    if not LOSSES[loss].probability:
        return math.nan
    value = -np.logaddexp(0, -real_logits).mean() - np.logaddexp(0, fake_logits).mean()
    return float(math.log(2) + value / 2)


# --- Exact optima on a line -------------------------------------------------------------------------------------------


def kantorovich(p: OnLine, q: OnLine, x: NDArray) -> tuple[Floats, Floats]:
    """(f, f′) of an optimal critic at the ascending points x (m,), with mean 0 under p: f′ = sign(G − F).

    E_p f − E_q f = ∫ f′ (G − F) dx, so a slope of ±1 everywhere is best, and W1 = ∫ |F − G|. Where F = G the critic is
    free; there the slope is 0.
    """
    gap = q.moments(x)[0] - p.moments(x)[0]
    slope = np.where(np.abs(gap) > 1e-12, np.sign(gap), 0.0)
    f = np.concatenate([[0.0], np.cumsum((slope[1:] + slope[:-1]) / 2 * np.diff(x))])
    mass = np.diff(p.moments(x)[0], prepend=0.0)
    return f - float(mass @ f / mass.sum()), slope


def optimal_logit(p: WithDensity, q: WithDensity, x: NDArray) -> tuple[Floats, Floats]:
    """(a, a′) of the optimal discriminator's logit a = log p − log q at x (m,), the slope by differences."""
    a = p.log_pdf(x) - q.log_pdf(x)
    return a, np.gradient(a, x)


def pulls(logit: NDArray, slope: NDArray) -> dict[str, NDArray]:
    """−∂L_G/∂x that each loss hands to a sample with this logit (or critic's value) and its slope, by loss.

    saturating: σ(a) a′, non-saturating: (1 − σ(a)) a′, critic: f′.
    """
    chance = 0.5 * (1 + np.tanh(np.asarray(logit, float) / 2))
    return {"minimax": chance * slope, "non_saturating": (1 - chance) * slope, "wasserstein": np.asarray(slope, float)}


def exact_duel(p: WithDensity, q: WithDensity, x: NDArray) -> dict[str, Floats]:
    """At x (m,): the "discriminator" D*, the "critic" f*, and the `pulls` of both, each exact."""
    logit, logit_slope = optimal_logit(p, q, x)
    f, f_slope = kantorovich(p, q, x)
    of_d = pulls(logit, logit_slope)
    return {
        "discriminator": 0.5 * (1 + np.tanh(logit / 2)),
        "critic": f,
        "minimax": of_d["minimax"],
        "non_saturating": of_d["non_saturating"],
        "wasserstein": f_slope,
    }


# --- D and critics on a line ------------------------------------------------------------------------------------------

DUELLISTS = ("discriminator", "penalty", "clip")
SEEDS = 3
TABLE = 4001  # places of a distribution's quantile table: what is drawn from it is interpolated between them
POSITIONS = 161


@dataclass(frozen=True, eq=False)
class Duel:
    """Who has learned what after `updates` (T,): values and slopes (T, S, m) at positions (m,), by duellist.

    `found` (T, S): what each proves of the distance, ln 2 + V/2 of the JSD or the critic's estimate divided by its
    steepest slope, which W1 bounds from above.
    """

    updates: NDArray[np.int64]
    positions: Floats
    values: Mapping[str, NDArray[np.float32]]
    slopes: Mapping[str, NDArray[np.float32]]
    found: Mapping[str, Floats]


class LineDuel:
    """A work for the pool: a small D and two critics, with penalty λ and with clipping ±c, learn p (real) from q.

    Nothing moves but they: q is no generator. SEEDS networks 1-64-64-1 each, in lock-step, on fresh batches. Where all
    slopes are the same s, the critic minimises −W1 s + λ(|s| − 1)²: best at s = 1 + W1/2λ, so a small λ makes it too
    steep; but for λ > W1/2 there is a second minimum at s < 0, and who starts there keeps the wrong sign.
    """

    failure = None

    def __init__(self, p: OnLine, q: OnLine, *, penalty: float = 1.0, clip: float = 0.1, seed: int = 0) -> None:
        self.step_count = 0
        u = (np.arange(TABLE) + 0.5) / TABLE
        self.tables = [torch.from_numpy(quantile(d, u)).float() for d in (p, q)]
        low, high = min(p.window[0], q.window[0]), max(p.window[1], q.window[1])
        self.positions = np.linspace(low, high, POSITIONS)
        adam = {"optimiser": "adam", "beta1": 0.5, "beta2": 0.9, "d_lr": 1e-3}
        settings: dict[str, dict[str, Any]] = {
            "discriminator": {"loss": "minimax"} | adam,
            "penalty": {"loss": "wasserstein", "wgan_gp": penalty} | adam,
            "clip": {"loss": "wasserstein", "clip": clip, "optimiser": "rmsprop", "d_lr": 1e-3},
        }
        base = RunConfig.of(latent="uniform", latent_dim=1, batch=256, seed=seed)
        self.players = {name: self._ensemble(base.replace(**changes)) for name, changes in settings.items()}
        self._kept: list[tuple[int, dict[str, tuple[NDArray, NDArray]], dict[str, Floats]]] = []
        self._keep()

    def step(self, n: int = 1) -> None:
        for _ in range(n):
            for ensemble in self.players.values():
                ensemble.step_d()
            self.step_count += 1
            if _due(self.step_count):
                self._keep()

    def duel(self) -> Duel:
        updates, looks, found = zip(*self._kept, strict=True)
        values, slopes = (
            {name: np.array([look[name][i] for look in looks], np.float32) for name in DUELLISTS} for i in (0, 1)
        )
        return Duel(
            np.array(updates), self.positions, values, slopes, {n: np.array([f[n] for f in found]) for n in DUELLISTS}
        )

    def _ensemble(self, config: RunConfig) -> Ensemble:
        members = [config.replace(seed=config.train.seed + s) for s in range(SEEDS)]
        weights = [generator_for(m.train.seed, "discriminator") for m in members]
        real, fake = self.tables
        return Ensemble(
            members,
            lambda n, g: _interpolate(real, torch.rand(n, 1, generator=g)),
            generator=cast(Network, _Fixed(fake, SEEDS)),
            discriminator=StackedMLP((1, 64, 64, 1), "leaky_relu", weights),
        )

    def _keep(self) -> None:
        x = torch.from_numpy(self.positions).float().view(1, -1, 1).expand(SEEDS, -1, -1)
        looks, found = {}, {}
        for name, ensemble in self.players.items():
            logits, tape = ensemble.discriminator.forward(x, training=False)
            slope = ensemble.discriminator.slope(tape).squeeze(-1).numpy().copy()
            looks[name] = (logits.squeeze(-1).numpy().copy(), slope)
            real, fake = (self._judge(ensemble, table) for table in self.tables)
            if name == "discriminator":
                found[name] = np.array([jsd_bound("minimax", r, f) for r, f in zip(real, fake, strict=True)])
            else:
                found[name] = (real.mean(1) - fake.mean(1)) / np.maximum(np.abs(slope).max(1), 1e-12)
        self._kept.append((self.step_count, looks, found))

    def _judge(self, ensemble: Ensemble, places: Tensor) -> Floats:
        wide = places.view(1, -1, 1).expand(SEEDS, -1, -1)
        return ensemble.discriminator.forward(wide, training=False)[0].squeeze(-1).double().numpy()


def trained_duel(duel: Duel, p: OnLine) -> dict[str, Floats]:
    """What `exact_duel` gives, of the trained ones: (T, m) each, the median of the seeds; "penalty" and "clip" for f*.

    A critic is only known up to a constant, and a clipped one up to a factor: both have mean 0 under p (as f* has), and
    the clipped one is divided by its steepest slope.
    """
    mass = np.diff(p.moments(duel.positions)[0], prepend=0.0)
    mass = mass / mass.sum()
    found: dict[str, Floats] = {}
    for name in ("penalty", "clip"):
        f = duel.values[name].astype(float)
        f = f - (f @ mass)[..., None]
        if name == "clip":
            f = f / np.maximum(np.abs(duel.slopes[name]).max(-1, keepdims=True), 1e-12)
        found[name] = np.median(f, axis=1)
    logit = duel.values["discriminator"].astype(float)
    of_d = pulls(logit, duel.slopes["discriminator"])
    found["discriminator"] = np.median(0.5 * (1 + np.tanh(logit / 2)), axis=1)
    found["minimax"] = np.median(of_d["minimax"], axis=1)
    found["non_saturating"] = np.median(of_d["non_saturating"], axis=1)
    found["wasserstein"] = np.median(duel.slopes["penalty"], axis=1).astype(float)
    return found


def _due(update: int) -> bool:
    """1, 2, 4, …, 64, and then every 50th: what an animation shows."""
    return update % 50 == 0 or (update <= 64 and update & (update - 1) == 0)


def _interpolate(table: Tensor, u: Tensor) -> Tensor:
    """The quantiles of a table at u in [0, 1), of any shape."""
    place = (u * len(table) - 0.5).clamp(0, len(table) - 1)
    left = place.floor().long().clamp_max(len(table) - 2)
    return torch.lerp(table[left], table[left + 1], place - left)


# Of a generator, training asks no more than forward and pull.


class _Fixed:
    """A generator that cannot learn: z uniform on (−1, 1) becomes a sample of the table's distribution."""

    def __init__(self, table: Tensor, members: int) -> None:
        self.table = table
        self.theta = torch.zeros(members, 1)
        self.grad = torch.zeros_like(self.theta)
        self.names = [("nothing", slice(0, 1))]

    def forward(self, z: Tensor, *, training: bool = True, parts: int = 1) -> tuple[Tensor, None]:
        return _interpolate(self.table, (z + 1) / 2), None

    def pull(self, tape: None, dy: Tensor) -> None:
        """There is nothing to pull."""


# --- Parallel lines ---------------------------------------------------------------------------------------------------

METHODS: dict[str, dict[str, Any]] = {
    "minimax": {"loss": "minimax"},
    "non_saturating": {"loss": "non_saturating"},
    "wgan_clip": {"loss": "wasserstein", "clip": 0.1, "optimiser": "rmsprop"},
    "wgan_gp": {"loss": "wasserstein", "wgan_gp": 1.0, "beta1": 0.0, "beta2": 0.9},
}
LINES = 4  # runs of each method
EVERY = 4  # steps between two records
RATE = 0.1  # of θ, by plain gradient descent: the size of a gradient counts
RETURNED = 0.05  # |θ| below which it is back


@dataclass(frozen=True, eq=False)
class Paths:
    """θ and what D or the critic found at `step` (T,), (T, K) each, by method."""

    step: NDArray[np.int64]
    theta: Mapping[str, Floats]
    found: Mapping[str, Floats]

    def returned(self, method: str) -> int:
        """In how many runs θ is back at 0."""
        return int((np.abs(self.theta[method][-1]) < RETURNED).sum())


class ParallelLines:
    """A work for the pool: a generator with one parameter θ makes (θ, u), real is (0, u), u uniform on [0, 1].

    D or the critic (2-32-32-1, Adam or RMSprop) takes `warm_up` updates before θ moves, then `d_steps` for each of
    its steps. A step_count of warm_up + n means n steps of θ.
    """

    failure = None

    def __init__(self, start: float, *, warm_up: int = 0, d_steps: int = 5, seed: int = 0) -> None:
        self.warm_up, self.step_count = warm_up, 0
        base = RunConfig.of(
            latent="uniform", latent_dim=1, batch=64, d_layers=(32, 32), d_lr=1e-3, d_steps=d_steps, seed=seed
        )
        self.games = {name: _game(base.replace(**changes), start) for name, changes in METHODS.items()}
        heights = torch.linspace(0, 1, 101)
        self.real = torch.stack([torch.zeros_like(heights), heights], dim=1)
        self._rows: list[tuple[int, Floats]] = []
        if not warm_up:
            self._keep()

    def step(self, n: int = 1) -> None:
        for _ in range(n):
            for game in self.games.values():
                game.step_d() if self.step_count < self.warm_up else game.step()
            self.step_count += 1
            steps = self.step_count - self.warm_up
            if steps >= 0 and steps % EVERY == 0:
                self._keep()

    def paths(self) -> Paths:
        steps = np.array([step for step, _ in self._rows], np.int64)
        rows = np.array([row for _, row in self._rows]).reshape(len(steps), len(METHODS), 2, LINES)
        theta, found = ({name: rows[:, i, j] for i, name in enumerate(METHODS)} for j in (0, 1))
        return Paths(steps, theta, found)

    def _keep(self) -> None:
        row = []
        for name, game in self.games.items():
            theta = game.generator.theta
            fake = self.real.expand(LINES, -1, -1).clone()
            fake[..., 0] = theta
            real_logits, fake_logits = (
                game.discriminator.forward(x, training=False)[0].squeeze(-1).double().numpy()
                for x in (self.real.expand(LINES, -1, -1), fake)
            )
            if LOSSES[METHODS[name]["loss"]].probability:
                found = [jsd_bound("minimax", *pair) for pair in zip(real_logits, fake_logits, strict=True)]
            else:
                found = real_logits.mean(1) - fake_logits.mean(1)
            row.append([theta[:, 0].double().numpy().copy(), np.asarray(found)])
        self._rows.append((self.step_count - self.warm_up, np.array(row)))


def _game(config: RunConfig, start: float) -> Ensemble:
    def real(n: int, generator: torch.Generator) -> Tensor:
        return torch.cat([torch.zeros(n, 1), torch.rand(n, 1, generator=generator)], dim=1)

    members = [config.replace(seed=config.train.seed + k) for k in range(LINES)]
    line = _Line(start, LINES)
    game = Ensemble(members, real, generator=cast(Network, line))
    game.g_optimiser = SGD([{"params": [line.theta], "lr": RATE}])
    return game


class _Line:
    """G(z) = (θ, u) with u = (z + 1)/2: one parameter a member."""

    def __init__(self, start: float, members: int) -> None:
        self.theta = torch.full((members, 1), float(start))
        self.grad = torch.zeros_like(self.theta)
        self.theta.grad = self.grad
        self.names = [("theta", slice(0, 1))]

    def forward(self, z: Tensor, *, training: bool = True, parts: int = 1) -> tuple[Tensor, None]:
        return torch.cat([self.theta.unsqueeze(1).expand(-1, z.shape[1], -1), (z + 1) / 2], dim=2), None

    def pull(self, tape: None, dy: Tensor) -> None:
        self.grad.copy_(dy[..., 0].sum(1, keepdim=True))
