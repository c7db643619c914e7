"""The ring of the benchmark in JAX: the whole step compiled, a hundred steps a call. Used where JAX is installed."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax, nn, random

STEPS_A_CALL = 100
RATE, BETA1, BETA2, EPSILON = 1e-3, 0.5, 0.999, 1e-8
Layers = list[tuple[jax.Array, jax.Array]]


def layers(key: jax.Array, *sizes: int) -> Layers:
    made = []
    for fan_in, fan_out in pairwise(sizes):
        key, a, b = random.split(key, 3)
        bound = fan_in**-0.5
        made.append((random.uniform(a, (fan_in, fan_out), minval=-bound, maxval=bound),
                     random.uniform(b, (fan_out,), minval=-bound, maxval=bound)))  # fmt: skip
    return made


def forward(net: Layers, x: jax.Array, activation: Any) -> jax.Array:
    for weight, bias in net[:-1]:
        x = activation(x @ weight + bias)
    return x @ net[-1][0] + net[-1][1]


def judge(d: Layers, x: jax.Array) -> jax.Array:
    return forward(d, x, partial(nn.leaky_relu, negative_slope=0.2))


def d_loss(d: Layers, real: jax.Array, fake: jax.Array) -> jax.Array:
    return nn.softplus(-judge(d, real)).mean() + nn.softplus(judge(d, fake)).mean()


def g_loss(g: Layers, d: Layers, z: jax.Array) -> jax.Array:
    return nn.softplus(-judge(d, forward(g, z, nn.relu))).mean()


def adam(net: Layers, state: tuple[Any, Any], gradient: Layers, t: jax.Array) -> tuple[Layers, tuple[Any, Any]]:
    m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, state[0], gradient)
    v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, state[1], gradient)

    def moved(p: jax.Array, m: jax.Array, v: jax.Array) -> jax.Array:
        return p - RATE * (m / (1 - BETA1**t)) / (jnp.sqrt(v / (1 - BETA2**t)) + EPSILON)

    return jax.tree.map(moved, net, m, v), (m, v)


def one_step(run: Any, _: None) -> tuple[Any, None]:
    g, d, g_state, d_state, t, key = run
    key, a, b, c = random.split(key, 4)
    z = random.normal(a, (256, 2))
    angle = random.randint(b, (256,), 0, 8) * (2 * jnp.pi / 8)
    real = 2 * jnp.stack([jnp.cos(angle), jnp.sin(angle)], 1) + 0.02 * random.normal(c, (256, 2))
    t = t + 1
    d, d_state = adam(d, d_state, jax.grad(d_loss)(d, real, forward(g, z, nn.relu)), t)
    g, g_state = adam(g, g_state, jax.grad(g_loss)(g, d, z), t)
    return (g, d, g_state, d_state, t, key), None


@jax.jit
def many_steps(run: Any) -> Any:
    return lax.scan(one_step, run, None, STEPS_A_CALL)[0]


class RingGAN:
    """`members` independent runs by vmap; `step(n)` rounds n up to whole calls."""

    def __init__(self, members: int = 1) -> None:
        def start(key: jax.Array) -> Any:
            a, b, c = random.split(key, 3)
            g, d = layers(a, 2, 128, 128, 2), layers(b, 2, 128, 128, 1)
            zeros = partial(jax.tree.map, jnp.zeros_like)
            return g, d, (zeros(g), zeros(g)), (zeros(d), zeros(d)), jnp.array(0.0), c

        self.run = jax.vmap(start)(random.split(random.key(0), members))
        self.advance = jax.jit(jax.vmap(many_steps))

    def step(self, n: int = 1) -> None:
        for _ in range(-(-n // STEPS_A_CALL)):
            self.run = self.advance(self.run)
        jax.block_until_ready(self.run)
