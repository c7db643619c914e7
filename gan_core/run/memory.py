"""What a run will hold in memory, worked out from its configuration before anything of it is made. No torch.

    need = estimate(RunConfig.of(members=8))        # an admission.Need: bytes held, bytes that pass
    lowered(config, step_seconds)                   # "batch": the setting that would save most of a cost

Parameters are counted exactly. Activations are: rows × widths × 4 bytes × how many such arrays a pass keeps, with
factors fitted to measured runs; `tests/gan_core/run/test_memory.py` holds the sum to a factor of two of what a process
grows by.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

from gan_core.config import ARCHITECTURES, LOSSES, PENALTIES, PIXELS, UPDATES, ConfigError, RunConfig
from gan_core.jobs.admission import Need
from gan_core.run.history import (
    CURVE_ROWS,
    CURVES,
    GRID,
    IMAGES,
    LATTICE,
    LEAST_PICTURE_BYTES,
    PICTURE_BYTES,
    POINTS,
    WEIGHT_BINS,
    pictures_until,
)

FLOAT = 4  # bytes
TOGETHER = os.cpu_count() or 1  # members that compute at a time: one a thread
DRAWN, DRAWN_NUMBERS = 16, 2**14  # batches drawn ahead, and numbers of a member's: engine.random.BLOCK and LARGEST
COPIES = 4  # of the parameters: themselves, gradient, and Adam's two averages
# arrays of the size of the activations that a step keeps or makes, when it is recorded: in D (real and fake), in G
D_ARRAYS, G_ARRAYS, LOOK_ARRAYS, UNROLLED_ARRAYS = 12, 4, 1.6, 6
CONVOLUTION = 330_000  # bytes for each sample of a batch
CONVOLUTION_ALWAYS = 18_000_000
CONVOLUTION_OPERATIONS = 2_000_000  # for each sample and pass through one player, the products of a layer counted once
OPERATIONS_PER_SECOND = 70e9
LONGEST_STEP = 4.0  # seconds; longer, and whoever presses Pause believes that nothing happens
# operations a weight and row that D's update has in addition: R1 and R2 share their way back, the others look elsewhere
PENALTY_OPERATIONS: dict[tuple[str, ...], float] = {("r1", "r2"): 4.5, ("wgan_gp",): 6.5, ("dragan",): 6.5}
CONSENSUS_OPERATIONS = 33  # … of both players, for each of their gradients: it is differentiated again
PENALISED = 1.6  # a gradient penalty keeps the first backward pass


def estimate(config: RunConfig) -> Need:
    """Bytes of a run in training, with a history that has grown as far as it may."""
    model, train = config.model, config.train
    k, n = train.members, train.batch
    parameters = k * sum(config.parameter_counts) * FLOAT
    at_once = min(k, TOGETHER)
    out = PIXELS if config.data.is_image else 2
    g_widths, d_widths = sum(model.g_layers) + out, sum(model.d_layers) + out * model.packing
    drawn = (
        n
        * FLOAT
        * (drawn_ahead(n * model.latent_dim) * model.latent_dim + (1 if config.data.is_image else DRAWN) * out)
    )
    curves = 2 * CURVE_ROWS * len(CURVES) * FLOAT  # and a copy in the frame
    picture = k * _picture(config)
    if ARCHITECTURES[model.architecture].convolutional:
        penalised = PENALISED if any(getattr(train, name) for name in PENALTIES) else 1.0
        passing = CONVOLUTION_ALWAYS + int(at_once * n * CONVOLUTION * penalised)
    else:
        passing = parameters * at_once // k + at_once * _perceptrons_passing(config, n, g_widths, d_widths)
    pictures, least = (
        min(max(limit, 3 * picture), pictures_until(train.steps) * picture)
        for limit in (PICTURE_BYTES, LEAST_PICTURE_BYTES)
    )
    average = k * config.parameter_counts[0] * FLOAT if train.ema else 0
    looked_at = (IMAGES if config.data.is_image else POINTS) * model.latent_dim * FLOAT
    held = COPIES * parameters + average + k * (drawn + curves + looked_at) + pictures + 2 * picture
    return Need(held=held, passing=passing, spare=pictures - least)


def drawn_ahead(numbers: int) -> int:
    """How many batches of latents, of so many numbers each, a member draws at once; as `engine.random.ahead`."""
    return DRAWN if numbers % DRAWN else max(1, min(DRAWN, DRAWN_NUMBERS // numbers))


def _perceptrons_passing(config: RunConfig, n: int, g_widths: int, d_widths: int) -> int:
    """Bytes of one member: the larger of a step and a look."""
    step = n * FLOAT * (2 * d_widths * D_ARRAYS + g_widths * G_ARRAYS)
    unrolled = config.train.unrolled * (2 * n * d_widths + config.parameter_counts[1]) * FLOAT * UNROLLED_ARRAYS
    rows = IMAGES if config.data.is_image else POINTS + GRID**2
    samples = IMAGES if config.data.is_image else POINTS + LATTICE**2
    look = int(LOOK_ARRAYS * rows * d_widths * FLOAT) + samples * g_widths * FLOAT
    return max(step + unrolled, look)


def _picture(config: RunConfig) -> int:
    """Bytes of one member in a picture."""
    beside, averaged = FLOAT * (config.train.batch + WEIGHT_BINS + 1), bool(config.train.ema)
    if config.data.is_image:
        return IMAGES * (PIXELS * (1 + averaged) + 2 * FLOAT) + beside
    return FLOAT * (POINTS * (2 + 2 + 1 + 1 + 1 + 2 * averaged) + GRID**2 + 2 * LATTICE**2) + beside


def step_seconds(config: RunConfig) -> float:
    """About how long one step takes one core, in which nothing can interrupt it.

    A pass through a layer is 2 operations a weight and row, forward and backward together 6, and 18 where the backward
    pass is differentiated again.
    """
    train, (g, d) = config.train, config.parameter_counts
    if ARCHITECTURES[config.model.architecture].convolutional:  # a weight meets many places of an image
        g = d = CONVOLUTION_OPERATIONS // 2
    return train.members * train.batch * _operations(config, g, d) / OPERATIONS_PER_SECOND


def _operations(config: RunConfig, g: int, d: int) -> float:
    """Of one step, for each sample of a batch, of players with so many weights."""
    train = config.train
    update, paired = UPDATES[train.update], LOSSES[train.loss].paired
    of_d: float = 12 * d + 2 * g  # D's pass over real and fake, both ways, and the fakes
    of_d += sum(cost * d for at, cost in PENALTY_OPERATIONS.items() if any(getattr(train, name) for name in at))
    of_g = 6 * g + 4 * d  # … and back through D, whose weights have no part in it
    if update.at_once:
        of_g -= 2 * g + 2 * d  # the fakes and D's word on them are there
    elif paired:
        of_g += 4 * d
    both = CONSENSUS_OPERATIONS * (g + d) if train.consensus else 0
    joint = both * (1 if update.at_once else train.d_steps + 1)
    return update.times * (train.d_steps * of_d + of_g + joint) + 18 * 2 * d * train.unrolled


def lowered(config: RunConfig, cost: Callable[[RunConfig], float]) -> str:
    """The setting that would save most of the cost if it were half as large; "" if none would."""
    saved: dict[str, float] = {}
    for name in ("members", "batch", "unrolled", "d_steps", "g_layers", "d_layers"):
        value = dict(config.flat())[name]
        half = tuple(max(1, width // 2) for width in value) if isinstance(value, tuple) else value // 2
        with suppress(ConfigError):
            saved[name] = cost(config) - cost(config.replace(**{name: half}))
    best = max(saved, key=lambda name: saved[name], default="")
    return best if best and saved[best] > 0 else ""
