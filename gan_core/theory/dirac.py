"""The smallest GAN there is: the Dirac-GAN of Mescheder, Geiger & Nowozin 2018 (arXiv:1801.04406).

The data are a point at 0, the generator puts a point at θ, and D(x) = ψx. All of training is a path in the plane of
(θ, ψ) with its equilibrium at (0, 0). As in the paper, D calls *fake* what it scores high; the slope of the trainer's D
is −ψ. With f(t) = −log(1 + e^−t) the players follow

    GAN      θ̇ = −ψ f'(ψθ),   ψ̇ = θ f'(ψθ),      f'(t) = σ(−t),   f'(0) = ½

and every other variant is a row of VARIANTS.

    simulate("r1", start=(1, 1), step_size=.2, steps=500, gamma=.3)   the path, (steps + 1, 2)
    eigenvalues("r1", gamma=.3)        of the continuous field at the equilibrium, complex (2,)
    multipliers("r1", step_size=.2)    of the discrete update there: it contracts if all lie inside the unit circle
    critical_step, overdamped, crossings     where that changes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any, Literal

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import ArrayLike

from gan_core.config import ConfigError
from gan_core.theory.updates import (
    GENERATOR,
    OPTIMISERS,
    UPDATES,
    Floats,
    Optimiser,
    Setting,
    State,
    Update,
    begin,
    matrix,
)

Settings = Mapping[str, Any]
Outlook = Literal["converges", "cycles", "leaves"]

MOST_STEPS, MOST = 1_000_000, 1e6  # of anything that can be set
NEUTRAL = 1e-9  # so near to the unit circle, a multiplier lies on it
_NODES, _WEIGHTS = hermegauss(64)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()  # E g(ξ) = Σ w g(node) for ξ ~ N(0, 1)


@dataclass(frozen=True)
class Variant:
    """A game on the plane.

    field: (x (2, …), settings) → (θ̇, ψ̇) (2, …). jacobian: settings → (2, 2), its derivative at (0, 0); None where it
    has none. damping: the setting s at which λ = −d(s)/2 ± √(d(s)²/4 − ¼) stops turning, by setting. project: what is
    done to x (2, …) after a move of D.
    """

    field: Callable[[Floats, Settings], Floats]
    jacobian: Callable[[Settings], Sequence[Sequence[float]]] | None
    settings: Mapping[str, Setting] = default(default_factory=dict)
    damping: Mapping[str, Callable[[Settings], float]] = default(default_factory=dict)
    project: Callable[[Floats, Settings], Floats] | None = None


def _slope(t: Floats) -> Floats:
    """f'(t) = σ(−t)"""
    return 1 / (1 + np.exp(t))


def _gan(x: Floats, _: Settings) -> Floats:
    theta, psi = x
    slope = _slope(psi * theta)
    return np.stack([-psi * slope, theta * slope])


# G descends −log D instead, whose slope is that of the other side
def _non_saturating(x: Floats, _: Settings) -> Floats:
    theta, psi = x
    return np.stack([-psi * _slope(-psi * theta), theta * _slope(psi * theta)])


# f(t) = t
def _wgan(x: Floats, _: Settings) -> Floats:
    theta, psi = x
    return np.stack([-psi, theta])


def _clip(x: Floats, s: Settings) -> Floats:
    return np.stack([x[0], np.clip(x[1], -s["clip"], s["clip"])])


# penalty (γ/2)(|ψ| − g₀)²: it pulls ψ away from 0, and jumps there
def _wgan_gp(x: Floats, s: Settings) -> Floats:
    v = _wgan(x, s)
    v[1] -= s["gamma"] * (np.abs(x[1]) - s["target"]) * np.sign(x[1])
    return v


# D sees θ + σξ and 0 + σξ', ξ and ξ' ~ N(0, 1), and the field is the mean over both; f'(t) = ½ − ½ tanh(t/2), so that
# nothing cancels near the equilibrium:  ψ̇ = θ E f'(ψ(θ+σξ)) − ½ E σξ (tanh(ψ(θ+σξ)/2) + tanh(ψσξ/2))
def _instance_noise(x: Floats, s: Settings) -> Floats:
    psi, noise = x[1][..., None], s["sigma"] * _NODES
    fake, real = np.tanh(psi * (x[0][..., None] + noise) / 2), np.tanh(psi * noise / 2)
    slope = 0.5 - 0.5 * (fake @ _WEIGHTS)
    return np.stack([-x[1] * slope, x[0] * slope - 0.5 * ((noise * (fake + real)) @ _WEIGHTS)])


# penalty (γ/2)ψ²: ‖∇D‖² is ψ², wherever it is taken
def _r1(x: Floats, s: Settings) -> Floats:
    v = _gan(x, s)
    v[1] -= s["gamma"] * x[1]
    return v


def _r1_r2(x: Floats, s: Settings) -> Floats:
    return _r1(x, {"gamma": 2 * s["gamma"]})


# Mescheder et al. 2017:  v − γ ∇½‖v‖²;  of the GAN  ½‖v‖² = ½(θ² + ψ²)p²  with p = σ(−ψθ), p' = −p(1 − p)
def _consensus(x: Floats, s: Settings) -> Floats:
    theta, psi = x
    p = _slope(psi * theta)
    along = (theta**2 + psi**2) * p * -p * (1 - p)
    gradient = np.stack([theta * p**2 + along * psi, psi * p**2 + along * theta])
    return _gan(x, s) - s["gamma"] * gradient


# Metz et al. 2017: G descends f(ψ_K θ) with ψ_{j+1} = ψ_j + η θ f'(ψ_j θ), through all K steps (d = dψ_j/dθ)
def _unrolled(x: Floats, s: Settings) -> Floats:
    theta, psi = x
    ahead, d = psi, np.zeros_like(psi)
    for _ in range(s["unroll_steps"]):
        p = _slope(ahead * theta)
        d = d + s["unroll_rate"] * (p - theta * p * (1 - p) * (ahead + theta * d))
        ahead = ahead + s["unroll_rate"] * theta * p
    return np.stack([-_slope(ahead * theta) * (ahead + theta * d), theta * _slope(psi * theta)])


def _damped(of: Callable[[Settings], float]) -> Callable[[Settings], list[list[float]]]:
    """ψ is held back: λ² + dλ + ¼ = 0."""
    return lambda s: [[0.0, -0.5], [0.5, -of(s)]]


def _unrolled_jacobian(s: Settings) -> list[list[float]]:
    return [[-s["unroll_steps"] * s["unroll_rate"] / 2, -0.5], [0.5, 0.0]]


VARIANTS: dict[str, Variant] = {
    "gan": Variant(_gan, _damped(lambda s: 0.0)),
    "non_saturating": Variant(_non_saturating, _damped(lambda s: 0.0)),
    "wgan": Variant(_wgan, lambda s: [[0.0, -1.0], [1.0, 0.0]]),
    "wgan_clip": Variant(
        _wgan, lambda s: [[0.0, -1.0], [1.0, 0.0]], {"clip": Setting(1.0, 0.0, MOST)}, project=_clip
    ),
    "wgan_gp": Variant(_wgan_gp, None, {"gamma": Setting(0.7, 0.0, MOST), "target": Setting(1.0, 0.0, MOST)}),
    "instance_noise": Variant(
        _instance_noise,
        _damped(lambda s: s["sigma"] ** 2 / 2),
        {"sigma": Setting(0.7, 0.0, MOST)},
        damping={"sigma": lambda s: 2**0.5},
    ),
    "r1": Variant(
        _r1,
        _damped(lambda s: s["gamma"]),
        {"gamma": Setting(0.3, 0.0, MOST)},
        damping={"gamma": lambda s: 1.0},
    ),
    "r1_r2": Variant(
        _r1_r2,
        _damped(lambda s: 2 * s["gamma"]),
        {"gamma": Setting(0.3, 0.0, MOST)},
        damping={"gamma": lambda s: 0.5},
    ),
    "consensus": Variant(
        _consensus,
        lambda s: [[-s["gamma"] / 4, -0.5], [0.5, -s["gamma"] / 4]],
        {"gamma": Setting(1.0, 0.0, MOST)},
    ),
    "unrolled": Variant(
        _unrolled,
        _unrolled_jacobian,
        {"unroll_steps": Setting(5, 0, 100), "unroll_rate": Setting(0.2, 0.0, MOST)},
        damping={
            "unroll_steps": lambda s: 2 / s["unroll_rate"] if s["unroll_rate"] else np.inf,
            "unroll_rate": lambda s: 2 / s["unroll_steps"] if s["unroll_steps"] else np.inf,
        },
    ),
}  # fmt: skip
STEP_SIZE = Setting(0.2, 0.0, MOST)


# ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────────────


def simulate(
    variant: str, *, start: ArrayLike, step_size: float, steps: int, update: str = "simultaneous",
    optimiser: str = "sgd", **settings: float,
) -> Floats:  # fmt: skip
    """The path of (θ, ψ) from `start` (2,): (steps + 1, 2), the start first.

    `settings`: those of the variant, the update and the optimiser. After the last step at which all is finite, the rows
    are not a number (`finite_steps`). Raises ConfigError on what is no variant, update, optimiser or setting of theirs.
    """
    game, how, by, s = _rules(variant, update, optimiser, settings, step_size)
    x = np.array(start, float)
    if x.shape != (2,) or not np.isfinite(x).all():
        raise ConfigError("start", start, "dirac.start")
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or not 0 <= steps <= MOST_STEPS:
        raise ConfigError("steps", steps, "config.whole_number", low=0, high=MOST_STEPS)

    def along(x: Floats) -> Floats:
        return game.field(x, s)

    free, project = by.move(s["step_size"], s), game.project

    def move(state: State, g: Floats, players: tuple[int, ...]) -> State:
        state = free(state, g, players)
        return state if project is None or players == GENERATOR else state._replace(x=project(state.x, s))

    path = np.full((steps + 1, 2), np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        state = begin(along, x)
        for t in range(steps + 1):
            if not np.isfinite(state.x).all():
                break
            path[t] = state.x
            if t < steps:
                state = how.step(along, move, state, s)
    return path


def finite_steps(path: Floats) -> int:
    """How many steps of the path (steps + 1, 2) were taken before it overflowed."""
    return int(np.isfinite(path).all(1).sum()) - 1


def field_at(variant: str, x: ArrayLike, **settings: float) -> Floats:
    """(θ̇, ψ̇) at x (2, …), like x."""
    game, _, _, s = _rules(variant, "simultaneous", "sgd", settings)
    with np.errstate(over="ignore"):
        return game.field(np.asarray(x, float), s)


def seen(path: Floats) -> Outlook:
    """What a path (steps + 1, 2) did, judged by r alone: the largest r of its last tenth against that of the tenth in
    its middle, a tenth up or down; one that overflowed has left."""
    if finite_steps(path) + 1 < len(path):
        return "leaves"
    r, tenth = np.hypot(*path.T), max(1, len(path) // 10)
    before, after = r[len(path) // 2 :][:tenth].max(), r[-tenth:].max()
    return "converges" if after < 0.9 * before else "leaves" if after > 1.1 * before else "cycles"


# ── what has to happen near the equilibrium ──────────────────────────────────────────────────────────────────────────


def jacobian(variant: str, **settings: float) -> Floats | None:
    """(2, 2): the field's derivative at the equilibrium; None where it has none."""
    game, _, _, s = _rules(variant, "simultaneous", "sgd", settings)
    return None if game.jacobian is None else np.array(game.jacobian(s), float)


def eigenvalues(variant: str, **settings: float) -> np.ndarray:
    """Of the continuous field at the equilibrium, complex (2,), + before −; not numbers where the field jumps there.

    λ = (a + d)/2 ± √((a − d)²/4 + bc)  of the Jacobian ((a, b), (c, d)). Raises ConfigError.
    """
    found = jacobian(variant, **settings)
    if found is None:
        return np.full(2, complex(np.nan, np.nan))
    (a, b), (c, d) = found
    root = np.sqrt(complex((a - d) ** 2 / 4 + b * c))
    return np.array([(a + d) / 2 + root, (a + d) / 2 - root])


def multipliers(
    variant: str, *, step_size: float, update: str = "simultaneous", optimiser: str = "sgd", **settings: float
) -> np.ndarray:
    """Eigenvalues of one discrete update at the equilibrium: two, and two more for each memory that the update has.

    None of a field that jumps there, or an optimiser that is not linear (Adam divides by the size of past gradients,
    which is 0 at the equilibrium): an empty array. Raises ConfigError.
    """
    game, how, by, s = _rules(variant, update, optimiser, settings, step_size)
    if game.jacobian is None or not by.linear:
        return np.empty(0, complex)
    return np.linalg.eigvals(matrix(np.array(game.jacobian(s), float), how, by, s)).astype(complex)


def outlook(found: np.ndarray) -> Outlook | None:
    """What these multipliers say of a path that starts near the equilibrium; None if there are none."""
    if not found.size:
        return None
    radius = np.abs(found).max()
    return "converges" if radius < 1 - NEUTRAL else "leaves" if radius > 1 + NEUTRAL else "cycles"


def critical_step(variant: str, **settings: float) -> float:
    """The step size h from which simultaneous plain steps no longer converge; 0 if none does, nan without eigenvalues.

    |1 + hλ| < 1  ⟺  h < −2 Re λ / |λ|²
    """
    found = eigenvalues(variant, **settings)
    if not np.isfinite(found).all():
        return float("nan")
    bounds = [-2 * value.real / abs(value) ** 2 if abs(value) else 0.0 for value in found]
    return max(0.0, min(bounds))


def overdamped(variant: str, **settings: float) -> dict[str, float]:
    """By setting: the value from which the field no longer turns around the equilibrium but goes straight there."""
    game, _, _, s = _rules(variant, "simultaneous", "sgd", settings)
    return {name: float(at(s)) for name, at in game.damping.items()}


def crossings(variant: str, name: str, low: float, high: float, *, points: int = 241, **rest: Any) -> tuple[float, ...]:
    """The values of the setting `name` (or "step_size") between low and high at which the discrete update begins or
    ceases to converge near the equilibrium; `rest` as `multipliers` takes it. To 1e-9 of the interval."""

    def excess(value: float) -> float:
        found = multipliers(variant, **rest | {name: value})
        return float(np.abs(found).max()) - 1 if found.size else np.nan

    places = np.linspace(low, high, points)
    converges = [excess(value) < -NEUTRAL for value in places]
    found = []
    for i in np.flatnonzero(np.diff(np.array(converges, int))):
        a, b = places[i], places[i + 1]
        while b - a > 1e-9 * (high - low):
            middle = (a + b) / 2
            a, b = (middle, b) if (excess(middle) < -NEUTRAL) == converges[i] else (a, middle)
        found.append(float((a + b) / 2))
    return tuple(found)


# ── what may be asked for ────────────────────────────────────────────────────────────────────────────────────────────


def settings_of(variant: str, update: str = "simultaneous", optimiser: str = "sgd") -> dict[str, Setting]:
    """All that can be set beside the step size. Raises ConfigError."""
    for field_name, name, known in (
        ("variant", variant, VARIANTS), ("update", update, UPDATES), ("optimiser", optimiser, OPTIMISERS),
    ):  # fmt: skip
        if name not in known:
            raise ConfigError(field_name, name, "config.one_of", options=", ".join(known))
    return {**VARIANTS[variant].settings, **UPDATES[update].settings, **OPTIMISERS[optimiser].settings}


def _rules(
    variant: str, update: str, optimiser: str, given: Settings, step_size: float = STEP_SIZE.default
) -> tuple[Variant, Update, Optimiser, dict[str, Any]]:
    """The rows, and all settings, checked."""
    known = settings_of(variant, update, optimiser)
    for name in given:
        if name not in known:
            raise ConfigError(name, given[name], "dirac.setting", options=", ".join(known))
    s: dict[str, Any] = {"step_size": step_size} | {name: setting.default for name, setting in known.items()}
    s.update(given)
    for name, value in s.items():
        setting = known.get(name, STEP_SIZE)
        kinds = (int, np.integer) if setting.whole else (int, float, np.integer, np.floating)
        if isinstance(value, bool) or not isinstance(value, kinds) or not setting.low <= value <= setting.high:
            code = "config.whole_number" if setting.whole else "config.number"
            raise ConfigError(name, value, code, low=setting.low, high=setting.high)
    return VARIANTS[variant], UPDATES[update], OPTIMISERS[optimiser], s
