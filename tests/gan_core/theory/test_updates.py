"""Updates and optimisers against their definitions, written out once more."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gan_core.theory.updates import OPTIMISERS, UPDATES, Floats, Setting, begin, matrix

J = np.array([[-0.1, -0.8], [0.6, 0.2]])
SETTINGS = {"step_size": 0.3, "beta1": 0.0, "beta2": 0.9, "n_d": 2, "n_g": 1, "d_first": 0}


def field(x: Floats) -> Floats:
    return J @ x


@pytest.mark.parametrize("name", UPDATES)
@pytest.mark.parametrize("beta1", [-0.5, 0.0, 0.7])
def test_the_matrix_is_the_step(name: str, beta1: float) -> None:
    update, settings = UPDATES[name], SETTINGS | {"beta1": beta1}
    state = begin(field, np.array([1.0, -0.4]))
    move = OPTIMISERS["sgd"].move(0.3, settings)
    one = matrix(J, update, OPTIMISERS["sgd"], settings)
    memory = [state.x, *[state.first] * bool(beta1), *[state.last] * update.remembers]
    vector = np.concatenate(memory)
    for _ in range(5):
        state, vector = update.step(field, move, state, settings), one @ vector
        assert_allclose(vector[:2], state.x, atol=1e-12)


def test_plain_steps() -> None:
    x, h, eye = np.array([1.0, -0.4]), 0.3, np.eye(2)
    g_moves, d_moves = eye + h * J * [[1], [0]], eye + h * J * [[0], [1]]
    once = {
        "simultaneous": (eye + h * J) @ x,
        "alternating": d_moves @ d_moves @ g_moves @ x,
        "extragradient": (eye + h * J @ (eye + h * J)) @ x,
        "optimistic": (eye + h * J) @ x,  # at first nothing is remembered but the field at the start
    }
    move = OPTIMISERS["sgd"].move(h, SETTINGS)
    for name, wanted in once.items():
        assert_allclose(UPDATES[name].step(field, move, begin(field, x), SETTINGS).x, wanted)
    other = UPDATES["alternating"].step(field, move, begin(field, x), SETTINGS | {"d_first": 1})
    assert_allclose(other.x, g_moves @ d_moves @ d_moves @ x)


def test_adam_and_the_heavy_ball_on_a_constant_pull() -> None:
    """Of a constant g, Adam's first steps are ±h whatever its size; the heavy ball's add up to h g/(1 − β₁)."""

    def constant(x: Floats) -> Floats:
        return np.array([3.0, -0.01])

    settings = SETTINGS | {"beta1": 0.5}
    state = begin(constant, np.zeros(2))
    for t in range(1, 4):
        state = UPDATES["simultaneous"].step(constant, OPTIMISERS["adam"].move(0.3, settings), state, settings)
        assert_allclose(state.x, [0.3 * t, -0.3 * t], rtol=1e-5)
    ball = begin(constant, np.zeros(2))
    for _ in range(60):
        before, ball = (
            ball.x,
            UPDATES["simultaneous"].step(constant, OPTIMISERS["sgd"].move(0.3, settings), ball, settings),
        )
    assert_allclose(ball.x - before, 0.3 * np.array([3.0, -0.01]) / 0.5)


def test_a_player_that_rests_keeps_its_memory() -> None:
    settings = SETTINGS | {"n_d": 3, "beta1": 0.5}
    state = UPDATES["alternating"].step(
        field, OPTIMISERS["adam"].move(0.1, settings), begin(field, np.array([1.0, 1.0])), settings
    )
    assert state.steps.tolist() == [1, 3]


def test_whole_settings_are_told_from_others() -> None:
    assert Setting(1, 1, 20).whole and not Setting(1.0, 0.0, 2.0).whole
