"""What two players do to each other along a run: how often D is right, where G's points are, how both updates turn.

    trainer.add_callback(watch := BalanceWatch(trainer))
    trainer.step(1500)
    watch.balance()                     # Balance: all of it at the steps that were looked at

A look copies the parameters of both players and what D said of its batch. The rest is worked out of many looks at once,
which takes a tenth of the time that it takes look by look; `gan_core.studies.balance` says what it is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_core.config import RunConfig
from gan_core.data import Distribution
from gan_core.engine.networks import StackedMLP
from gan_core.engine.random import generator_for, latents
from gan_core.run.watch import Rows

if TYPE_CHECKING:
    from gan_core.run.trainer import Trainer

LOOK = 5  # steps between two looks
LIMIT = 1200  # looks kept at most: all of 6,000 steps
SPECTRUM, SPECTRA = 100, 64  # steps between the parameters kept for a Jacobian, and how many of these are kept
POINTS = 256  # fixed latents and real samples that everything is measured on
BLOCK, NUMBERS = 16, 2**20  # looks worked out at once; fewer if they hold more numbers
MOST_PARAMETERS = 400  # of both players together, for a Jacobian
# what the game's field, one function of both players' parameters, does not know
UNKNOWN_TO_FIELD = {
    "wgan_gp", "dragan", "gamma_steps", "lecam", "consensus", "packing", "unrolled", "spectral_norm", "instance_noise",
    "g_norm", "d_norm", "minibatch_std",
}  # fmt: skip
PLAYERS = ("g", "d")
SERIES = ("accuracy", "mean_x", "mean_y", "spread", "moved", "g_norm", "d_norm", "g_turn", "d_turn")  # a row

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Balance:
    """A run at T looks; K members. A number that is not there is NaN.

    steps (T,). accuracy (T, K): the share of its batch that D called right, NaN of a D that only compares. mean
    (T, K, 2) and spread (T, K): of G's points at the fixed latents z (n, d). moved (T, K): rms distance of these points
    to where they were LOOK steps ago. g_norm, d_norm (T, K): of all parameters. g_turn, d_turn (T, K): the cosine
    between the last update (of LOOK steps) and the one before. fake (K, n, 2): G's points at the last look; real (n, 2)
    of the `distribution`. kept: (steps (S,), parameters (S, K, P) of G and then of D), of small players alone.
    """

    steps: NDArray[np.int64]
    accuracy: Floats
    mean: Floats
    spread: Floats
    moved: Floats
    g_norm: Floats
    d_norm: Floats
    g_turn: Floats
    d_turn: Floats
    z: NDArray
    fake: NDArray
    real: NDArray
    distribution: Distribution
    kept: tuple[NDArray[np.int64], Floats]

    @property
    def centre(self) -> NDArray:
        """(2,): the mean of the data."""
        return self.real.mean(0)

    @property
    def radius(self) -> float:
        """The rms distance of the data from their mean."""
        return float(np.sqrt(((self.real - self.centre) ** 2).sum(1).mean()))


def has_field(config: RunConfig) -> bool:
    """Whether the game of these players is one field of so few parameters that its Jacobian is soon found."""
    return sum(config.parameter_counts) <= MOST_PARAMETERS and not config.differences().keys() & UNKNOWN_TO_FIELD


class _Look(NamedTuple):
    """theta (K, P) of either player; logits (K, 2B) of D's last batch, real and then fake ones, None before it; fake
    (K, n, 2), None where it can be worked out of G's parameters."""

    step: int
    theta: dict[str, Tensor]
    logits: Tensor | None
    fake: Tensor | None


class _State(NamedTuple):
    """As a look left it, for what the next one compares with."""

    theta: dict[str, Tensor]
    update: dict[str, Tensor]
    fake: Tensor


class BalanceWatch:
    """An observer of a trainer of points in the plane. Raises ValueError for images."""

    def __init__(self, trainer: Trainer) -> None:
        if trainer.distribution is None:
            raise ValueError("where G's points are is measured in the plane: these are images")
        config, data = trainer.config, trainer.distribution
        members, counts = len(trainer.member_configs), config.parameter_counts
        self.data, self.real = data, data.sample(POINTS, generator_for(config.train.seed, "picture"))
        drawn = generator_for(config.train.seed, "latent")
        self.z = latents(config.model.latent, POINTS, config.model.latent_dim, drawn).to(trainer.dtype)
        one = trainer.ensembles[0]
        self._closed = one.generator if isinstance(one.generator, StackedMLP) else None
        self._threshold = one.game.loss.facts.threshold
        self._block = max(1, min(BLOCK, NUMBERS // (members * sum(counts))))
        self._rows = Rows((len(SERIES), members), limit=LIMIT, stride=LOOK)
        has_spectra = has_field(config) and self._closed is not None and isinstance(one.discriminator, StackedMLP)
        self._kept = Rows((members, sum(counts)), limit=SPECTRA, stride=SPECTRUM) if has_spectra else None
        self._pending: list[_Look] = []
        self._last: _State | None = None
        self._newest = -1  # step that was looked at

    def due(self, step: int) -> bool:
        return step % LOOK == 0 and step > self._newest

    @torch.inference_mode()
    def look(self, trainer: Trainer) -> None:
        look = self._look(trainer)
        self._newest = look.step
        if self._kept is not None and self._kept.due(look.step):
            self._kept.add(look.step, lambda: torch.cat([look.theta[name] for name in PLAYERS], 1).float().numpy())
        if self._last is None:
            unknown = {name: torch.full_like(theta, torch.nan) for name, theta in look.theta.items()}
            self._last = _State(look.theta, unknown, self._points([look])[0])
            return
        self._pending.append(look)
        if len(self._pending) == self._block:
            rows, self._last = self._worked_out(self._last, self._pending)
            for at, row in zip(self._pending, rows, strict=True):
                if self._rows.due(at.step):
                    self._rows.add(at.step, row.copy)
            self._pending = []

    @torch.inference_mode()
    def balance(self) -> Balance:
        """What is known so far. Called by the thread that steps the trainer."""
        assert self._last is not None
        steps, values, last = self._rows.steps, self._rows.values, self._last
        if self._pending:  # worked out again when the block is full, so that its bits do not depend on who looks when
            rows, last = self._worked_out(last, self._pending)
            due = [i for i, look in enumerate(self._pending) if self._rows.due(look.step)]
            steps = np.concatenate([steps, [self._pending[i].step for i in due]]).astype(np.int64)
            values = np.concatenate([values, rows[due]])
        found = dict(zip(SERIES, values.transpose(1, 0, 2), strict=True))
        mean = np.stack([found.pop("mean_x"), found.pop("mean_y")], -1)
        kept = (np.empty(0, np.int64), np.empty((0, values.shape[2], 0), np.float32))
        return Balance(
            steps=steps, mean=mean, **found, z=self.z.numpy(), fake=last.fake.float().numpy(), real=self.real.numpy(),
            distribution=self.data, kept=kept if self._kept is None else (self._kept.steps, self._kept.values),
        )  # fmt: skip

    def _look(self, trainer: Trainer) -> _Look:
        runs = trainer.ensembles
        theta = {
            "g": torch.cat([e.generator.theta for e in runs]),
            "d": torch.cat([e.discriminator.theta for e in runs]),
        }
        said = [torch.cat(e.logits, 1) for e in runs if e.logits is not None]
        fake = None
        if self._closed is None:
            fake = torch.cat([e.generator.forward(self.z[None], training=False)[0] for e in runs])
        return _Look(trainer.step_count, theta, torch.cat(said) if said else None, fake)

    def _points(self, looks: Sequence[_Look]) -> Tensor:
        """(T, K, n, 2): where the fixed latents go."""
        if self._closed is None:
            return torch.stack([look.fake for look in looks if look.fake is not None])
        theta = torch.stack([look.theta["g"] for look in looks])
        wide = self.z.expand(len(theta) * theta.shape[1], *self.z.shape)
        return self._closed.evaluate(theta.flatten(0, 1), wide).unflatten(0, theta.shape[:2])

    def _worked_out(self, last: _State, looks: Sequence[_Look]) -> tuple[Floats, _State]:
        """(T, len(SERIES), K), and what the next looks are compared with."""
        fake = self._points(looks)
        mean = fake.mean(2)
        before = torch.cat([last.fake[None], fake[:-1]])
        found = {
            "accuracy": torch.stack([self._accuracy(look) for look in looks]),
            "mean_x": mean[..., 0],
            "mean_y": mean[..., 1],
            "spread": (fake - mean.unsqueeze(2)).square().sum(-1).mean(-1).sqrt(),
            "moved": (fake - before).square().sum(-1).mean(-1).sqrt(),
        }
        state = _State({}, {}, fake[-1])
        for name in PLAYERS:
            theta = torch.stack([last.theta[name], *(look.theta[name] for look in looks)])
            update = theta.diff(dim=0)
            earlier = torch.cat([last.update[name][None], update[:-1]])
            found[f"{name}_norm"] = torch.linalg.vector_norm(theta[1:], dim=-1)
            found[f"{name}_turn"] = torch.cosine_similarity(earlier, update, dim=-1)
            state.theta[name], state.update[name] = theta[-1], update[-1]
        return torch.stack([found[name] for name in SERIES], 1).float().numpy(), state

    def _accuracy(self, look: _Look) -> Tensor:
        """(K,)"""
        if self._threshold is None or look.logits is None:
            return torch.full((len(look.theta["d"]),), torch.nan)
        real, fake = look.logits.chunk(2, dim=1)
        return ((real > self._threshold).float().mean(1) + (fake <= self._threshold).float().mean(1)) / 2
