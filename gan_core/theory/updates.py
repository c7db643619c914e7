"""How a vector field of two players becomes steps: who moves when, along which direction, and how far.

    UPDATES      simultaneous, alternating, extragradient, optimistic: a row each
    OPTIMISERS   sgd (with momentum: the heavy ball) and adam, as in `gan_core.engine.optimisers`

An update is written once, as a function of (field, move, state): the same lines simulate a game and, on the field's
linear part, give the matrix whose eigenvalues say whether the update contracts (`matrix`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Field = Callable[[Floats], Floats]  # (2, …) → (2, …): where each player wants to go
GENERATOR, DISCRIMINATOR, BOTH = (0,), (1,), (0, 1)  # rows of x
EPSILON = 1e-8  # of Adam


@dataclass(frozen=True)
class Setting:
    """A number that can be set: what it is by default, and from where to where it may be, both included."""

    default: float
    low: float
    high: float

    @property
    def whole(self) -> bool:
        return isinstance(self.default, int)


class State(NamedTuple):
    """x (2, …) = (θ, ψ); of the optimiser the averages `first` and `second` and the steps (2,) of each player; `last`:
    the field one step ago."""

    x: Floats
    first: Floats
    second: Floats
    last: Floats
    steps: NDArray[np.int64]


# (state, g (2, …), the players that move) → the state after they have gone along g
Move = Callable[[State, Floats, tuple[int, ...]], State]


@dataclass(frozen=True)
class Update:
    """`step`(field, move, state, settings) → the next state. `remembers` the field of the step before."""

    step: Callable[[Field, Move, State, Mapping[str, Any]], State]
    settings: Mapping[str, Setting] = field(default_factory=dict)
    remembers: bool = False


# both at the same point:  x ← x + h v(x)
def _simultaneous(field: Field, move: Move, state: State, _: Mapping[str, Any]) -> State:
    return move(state, field(state.x), BOTH)


# n_g steps of θ with ψ at rest, then n_d steps of ψ with the new θ; or the other way round, as the trainer does
def _alternating(field: Field, move: Move, state: State, settings: Mapping[str, Any]) -> State:
    turns = [(GENERATOR, settings["n_g"]), (DISCRIMINATOR, settings["n_d"])]
    for player, times in reversed(turns) if settings["d_first"] else turns:
        for _ in range(times):
            state = move(state, field(state.x), player)
    return state


# Korpelevich 1976: the field is read one plain step ahead.  x ← x + h v(x + h v(x))
def _extragradient(field: Field, move: Move, state: State, settings: Mapping[str, Any]) -> State:
    ahead = state.x + settings["step_size"] * field(state.x)
    return move(state, field(ahead), BOTH)


# Daskalakis et al. 2018:  x ← x + h (2 v(x) − v(x before))
def _optimistic(field: Field, move: Move, state: State, _: Mapping[str, Any]) -> State:
    now = field(state.x)
    return move(state, 2 * now - state.last, BOTH)._replace(last=now)


UPDATES: dict[str, Update] = {
    "simultaneous": Update(_simultaneous),
    "alternating": Update(
        _alternating, {"n_d": Setting(1, 1, 20), "n_g": Setting(1, 1, 20), "d_first": Setting(0, 0, 1)}
    ),
    "extragradient": Update(_extragradient),
    "optimistic": Update(_optimistic, remembers=True),
}


@dataclass(frozen=True)
class Optimiser:
    """`move`(step size, settings) → Move. `linear`: a move is a linear function of what it remembers and of g."""

    move: Callable[[float, Mapping[str, Any]], Move]
    settings: Mapping[str, Setting]
    linear: bool


# Polyak's heavy ball:  m ← β₁m + g,  x ← x + h m;  β₁ = 0 is the plain step, and β₁ < 0 brakes (Gidel et al. 2019)
def _sgd(step_size: float, settings: Mapping[str, Any]) -> Move:
    beta1 = settings["beta1"]

    def move(state: State, g: Floats, players: tuple[int, ...]) -> State:
        x, first, rows = state.x.copy(), state.first.copy(), list(players)
        first[rows] = beta1 * first[rows] + g[rows]
        x[rows] += step_size * first[rows]
        return state._replace(x=x, first=first)

    return move


# Kingma & Ba 2015:  m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  x ← x + h m̂ / (√v̂ + ε)
def _adam(step_size: float, settings: Mapping[str, Any]) -> Move:
    beta1, beta2 = settings["beta1"], settings["beta2"]

    def move(state: State, g: Floats, players: tuple[int, ...]) -> State:
        x, first, second = (part.copy() for part in (state.x, state.first, state.second))
        steps = state.steps.copy()
        for row in players:
            steps[row] += 1
            first[row] = beta1 * first[row] + (1 - beta1) * g[row]
            second[row] = beta2 * second[row] + (1 - beta2) * g[row] ** 2
            mean, square = first[row] / (1 - beta1 ** steps[row]), second[row] / (1 - beta2 ** steps[row])
            x[row] += step_size * mean / (np.sqrt(square) + EPSILON)
        return state._replace(x=x, first=first, second=second, steps=steps)

    return move


OPTIMISERS: dict[str, Optimiser] = {
    "sgd": Optimiser(_sgd, {"beta1": Setting(0.0, -0.99, 0.99)}, linear=True),
    "adam": Optimiser(_adam, {"beta1": Setting(0.5, -0.99, 0.999), "beta2": Setting(0.999, 0.0, 0.99999)}, False),
}


def begin(field: Field, x: Floats) -> State:
    """At x (2, …), before any step."""
    zero = np.zeros_like(x)
    return State(x, zero, zero, field(x), np.zeros(2, np.int64))


def matrix(jacobian: Floats, update: Update, optimiser: Optimiser, settings: Mapping[str, Any]) -> Floats:
    """One step on the linear field J x, as the matrix (2k, 2k) of (x, and whatever of it the step remembers).

    Its eigenvalues are those of the discrete update at the equilibrium. The optimiser has to be linear.
    """

    def linear(x: Floats) -> Floats:
        return jacobian @ x

    parts = ["x", *["first"] * bool(settings["beta1"]), *["last"] * update.remembers]
    unit = np.eye(2 * len(parts))
    zero = np.zeros((2, len(unit)))
    state = State(zero, zero, zero, zero, np.zeros(2, np.int64))
    given: dict[str, Any] = {part: unit[2 * i : 2 * i + 2] for i, part in enumerate(parts)}
    state = state._replace(**given)
    after = update.step(linear, optimiser.move(settings["step_size"], settings), state, settings)
    return np.concatenate([getattr(after, part) for part in parts])
