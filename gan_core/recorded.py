"""The gradients of a step, recorded once as a list of torch's operations and then played without Python.

A step of small networks is a hundred operations of some microseconds each. Calling them from Python costs half as much
again, and threads that step side by side wait for one another's Python between any two of them. So once an ensemble in
closed form has taken a few steps, `torch.jit.trace` records its gradients, and from then on the interpreter sees one
call where the processor sees the same operations in the same order, to the same bits. torch.jit is deprecated in favour
of torch.compile, which needs a C++ compiler and 20 s a network, and of torch.export, which is played in Python: neither
serves here. Where nothing can be recorded, the ensemble steps as `gan_core.ensemble` has it.

A recording holds no weights: all that it reads and writes is handed to it at every call, so all ensembles of one shape
and one set of rules share it.
"""

from __future__ import annotations

import copy
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

import torch
from torch import Tensor

from gan_core.config import MEMBER_FIELDS, RunConfig, TrainConfig
from gan_core.draws import Draws
from gan_core.ensemble import Batch, Ensemble
from gan_core.networks import StackedMLP, Tape
from gan_core.penalties import PENALTIES

FIRST = 32  # steps before anything is recorded, which takes as long as fifty of them: many a run is over by then
MOST = 64  # recordings, some hundred kilobytes each: torch lets go of none of them before the process ends

Recording = Callable[..., tuple[Tensor, ...]]

log = logging.getLogger(__name__)
_recordings: dict[Any, Recording | None] = {}
_lock = threading.Lock()  # recording is no work for two threads at once


class Recorded(Ensemble):
    """An ensemble that plays its gradients from recordings, as soon and as far as there can be any."""

    generator: StackedMLP
    discriminator: StackedMLP

    def __init__(self, members: Sequence[RunConfig], *args: Any, **kwargs: Any) -> None:
        super().__init__(members, *args, **kwargs)
        self._recordable = (
            self.closed_form
            and not self.train.instance_noise  # draws within the gradient, as dropout does
            and not self.config.model.d_dropout
            and sys.version_info < (3, 14)  # where torch.jit "may break", in its own words
        )
        self._penalties_on = [name for name, weight in self.weights.items() if weight is not None]
        self._found: dict[str, Recording | None] = {}
        if self._recordable:
            # what a gradient reads and writes besides its batch
            weights = (cast(Tensor, self.weights[name]) for name in self._penalties_on)
            self._tensors = (*self.generator.tensors, *self.discriminator.tensors, *weights)

    def _d_gradient(self) -> Batch:
        return self._play_fresh("_d_gradient") or super()._d_gradient()

    def _both_gradients(self) -> Batch:
        batch = self._play_fresh("_both_gradients")
        if batch is None:
            return super()._both_gradients()
        self._g_seen = batch.logits
        return batch

    def _g_gradient(self, batch: Batch) -> None:
        play = self._recording("_g_gradient")
        if play is None:
            super()._g_gradient(batch)
            return
        tape = cast(Tape, batch.tape).tensors
        batch.real_logits, batch.fake_logits = play(*self._tensors, batch.real, batch.real_logits, *tape)
        self._g_seen = batch.logits

    def _play_fresh(self, gradient: str) -> Batch | None:
        """That gradient on a fresh batch, played; None where there is no recording of it."""
        play = self._recording(gradient)
        if play is None:
            return None
        given = self._given(self.draws.latent(), self.draws.real(), self.draws.uniform)
        real_logits, fake_logits, *rest = play(*self._tensors, *given)
        u0s, tape = rest[: len(self._penalties_on)], Tape.of(rest[len(self._penalties_on) :])
        self.batch = Batch(given[0], tape.output, tape, given[1], real_logits, fake_logits)
        self._d_seen = self.batch.logits
        self._penalised = [
            (cast(Tensor, self.weights[name]), PENALTIES[name], u0)
            for name, u0 in zip(self._penalties_on, u0s, strict=True)
        ]
        return self.batch

    def _given(self, z: Tensor, real: Tensor, uniform: Callable[[int], Tensor]) -> tuple[Tensor, ...]:
        """All that is drawn for a gradient on a fresh batch: z, real, and ε where a penalty looks between the two."""
        if "wgan_gp" not in self._penalties_on:
            return z, real
        return z, real, uniform(real.shape[1] // self.config.model.packing)

    def _over(self, tensors: Sequence[Tensor]) -> tuple[Ensemble, Sequence[Tensor]]:
        """The same ensemble over tensors in place of its own, as `_tensors` lists them; and those that are left."""
        rest = list(tensors)

        def take(n: int) -> list[Tensor]:
            taken, rest[:n] = rest[:n], []
            return taken

        twin = copy.copy(cast(Ensemble, self))
        twin.generator = self.generator.over(take(len(self.generator.tensors)))
        twin.discriminator = self.discriminator.over(take(len(self.discriminator.tensors)))
        twin.weights = self.weights | dict(zip(self._penalties_on, take(len(self._penalties_on)), strict=True))
        return twin, rest

    def _recording(self, gradient: str) -> Recording | None:
        """The recording of this gradient; None before there is any use for one, and where there cannot be one."""
        if not self._recordable or self.steps < FIRST:
            return None
        if gradient not in self._found:
            alike = replace(self.train, **{name: getattr(TrainConfig(), name) for name in MEMBER_FIELDS})
            shape = (self.size, self.config.model, self.config.data.is_image, self.generator.theta.dtype)
            key = (gradient, shape, alike, tuple(self._penalties_on))
            with _lock:
                if key not in _recordings:
                    _recordings[key] = self._record(gradient) if len(_recordings) < MOST else None
            self._found[gradient] = _recordings[key]
        return self._found[gradient]

    def _record(self, gradient: str) -> Recording | None:
        """A recording, on a batch of zeros: which numbers flow through it makes no difference."""
        model, batch = self.config.model, self.train.batch

        def zeros(*shape: int) -> Tensor:
            return self.generator.theta.new_zeros(self.size, *shape)

        given = self._given(zeros(batch, model.latent_dim), zeros(batch, self.generator.biases[-1].shape[-1]), zeros)
        if gradient == "_g_gradient":
            tape = self.generator.forward(given[0])[1]
            given = (given[1], zeros(batch // model.packing), *tape.tensors)
        gradient_of = _old_batch if gradient == "_g_gradient" else _fresh_batch

        def operations(*tensors: Tensor) -> tuple[Tensor, ...]:
            twin, rest = self._over(tensors)
            return gradient_of(twin, gradient, *rest)

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that it is deprecated, and that shapes stay as they are
                return torch.jit.trace(operations, (*self._tensors, *given), check_trace=False)
        except Exception:  # whatever torch finds it cannot record: the ensemble steps on as it did
            log.warning("no recording of %s for %s", gradient, self.config, exc_info=True)
            return None


def _fresh_batch(twin: Ensemble, gradient: str, z: Tensor, real: Tensor, *epsilon: Tensor) -> tuple[Tensor, ...]:
    twin.draws = cast(Draws, _Drawn(z, real, epsilon))
    batch = getattr(Ensemble, gradient)(twin)
    return batch.real_logits, batch.fake_logits, *(u0 for *_, u0 in twin._penalised), *batch.tape.tensors


def _old_batch(twin: Ensemble, gradient: str, real: Tensor, real_logits: Tensor, *tape: Tensor) -> tuple[Tensor, ...]:
    batch = Batch(tape[0], tape[-1], Tape.of(tape), real, real_logits, real_logits)
    getattr(Ensemble, gradient)(twin, batch)
    return batch.real_logits, batch.fake_logits


class _Drawn:
    """In place of `Draws`, what was drawn already."""

    def __init__(self, z: Tensor, real: Tensor, epsilon: tuple[Tensor, ...]) -> None:
        self._z, self._real, self._epsilon = z, real, epsilon

    def latent(self) -> Tensor:
        return self._z

    def real(self) -> Tensor:
        return self._real

    def uniform(self, rows: int) -> Tensor:
        return self._epsilon[0]
