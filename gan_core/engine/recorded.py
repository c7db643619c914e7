"""The gradients of a step, recorded once and then played without Python.

A step of small networks is a hundred operations of some microseconds each. A tenth to a sixth of its time goes to
calling them from Python, and threads that step side by side wait for one another's Python between any two of them. So
once an ensemble in closed form has taken a few steps, `torch.jit.trace` records its gradients, and from then on the
interpreter sees one call where the processor sees the same operations in the same order, to the same bits. torch.jit is
deprecated in favour of torch.compile, which needs a C++ compiler and 20 s a network, and of torch.export, which is
played in Python: neither serves here. Where nothing can be recorded, the ensemble steps as
`gan_core.engine.ensemble` has it.

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
from typing import Any, cast

import torch
from torch import Tensor

from gan_core.config import RunConfig
from gan_core.engine.ensemble import Batch, Ensemble
from gan_core.engine.networks import StackedMLP, Tape
from gan_core.engine.penalties import PENALTIES
from gan_core.engine.random import Draws

FIRST = 32  # steps before anything is recorded, which takes as long as fifty of them: many a run is over by then
MOST = 64  # recordings, some hundred kilobytes each: torch lets go of none of them before the process ends

Tensors = tuple[Tensor, ...]
Piece = Callable[..., Tensors]  # (ensemble, *tensors) → tensors: a part of a step that may be recorded

log = logging.getLogger(__name__)
_recordings: dict[Any, Callable[..., Tensors] | None] = {}
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
        self._played: dict[Piece, Callable[..., Tensors]] = {}
        if self._recordable:
            # what every piece is handed before its own tensors
            self._tensors = (*self.generator.tensors, *self.discriminator.tensors, *self.weights.values())

    @property
    def _plays(self) -> bool:
        return self._recordable and self.steps >= FIRST

    def _d_gradient(self) -> Batch:
        return self._play_fresh(_d_gradient) if self._plays else super()._d_gradient()

    def _both_gradients(self) -> Batch:
        if not self._plays:
            return super()._both_gradients()
        batch = self._play_fresh(_both_gradients)
        self._g_seen = batch.logits
        return batch

    def _g_gradient(self, batch: Batch) -> None:
        if not self._plays:
            super()._g_gradient(batch)
            return
        tape = cast(Tape, batch.tape).tensors
        batch.real_logits, batch.fake_logits = self._play(_g_gradient, batch.real, batch.real_logits, *tape)
        self._g_seen = batch.logits

    def _play_fresh(self, gradient: Piece) -> Batch:
        """That gradient on a fresh batch."""
        z, real = self.draws.latent(), self.draws.real()
        between = "wgan_gp" in self.weights
        epsilon = [self.draws.uniform(real.shape[1] // self.config.model.packing)] if between else []
        real_logits, fake_logits, *rest = self._play(gradient, z, real, *epsilon)
        u0s, tape = rest[: len(self.weights)], Tape.of(rest[len(self.weights) :])
        self.batch = Batch(z, tape.output, tape, real, real_logits, fake_logits)
        self._d_seen = self.batch.logits
        on = zip(self.weights.items(), u0s, strict=True)
        self._penalised = [(weight, PENALTIES[name], u0) for (name, weight), u0 in on]
        return self.batch

    def _play(self, piece: Piece, *given: Tensor) -> Tensors:
        """A piece of a step on these tensors, from its recording if there can be one."""
        tensors = *self._tensors, *given
        if piece not in self._played:
            self._played[piece] = self._recording(piece, tensors) or self._operations(piece)
        return self._played[piece](*tensors)

    def _operations(self, piece: Piece) -> Callable[..., Tensors]:
        """The piece as a function of all tensors that it reads and writes."""

        def operations(*tensors: Tensor) -> Tensors:
            left = iter(tensors)
            twin = copy.copy(self)
            twin.generator = self.generator.over([next(left) for _ in self.generator.tensors])
            twin.discriminator = self.discriminator.over([next(left) for _ in self.discriminator.tensors])
            twin.weights = {name: next(left) for name in self.weights}
            return piece(twin, *left)

        return operations

    def _recording(self, piece: Piece, tensors: Tensors) -> Callable[..., Tensors] | None:
        """The recording for ensembles of this shape and these rules, made on these tensors if it is the first."""
        players = tuple((p.activation, p.squash, p.input_scale) for p in (self.generator, self.discriminator))
        rules = (self.train.loss, self.train.label_smoothing, self.config.model.packing, *self.weights)
        key = (piece, players, rules, tuple((tensor.shape, tensor.dtype) for tensor in tensors))
        with _lock:
            if key not in _recordings:
                _recordings[key] = self._record(piece, tensors) if len(_recordings) < MOST else None
            return _recordings[key]

    def _record(self, piece: Piece, tensors: Tensors) -> Callable[..., Tensors] | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that it is deprecated, and that shapes stay as they are
                return torch.jit.trace(self._operations(piece), tensors, check_trace=False)
        except Exception:  # whatever torch finds that it cannot record: the ensemble steps on as it did
            log.warning("no recording of %s for %s", piece.__name__, self.config, exc_info=True)
            return None


def _d_gradient(twin: Recorded, *drawn: Tensor) -> Tensors:
    return _on_a_fresh_batch(Ensemble._d_gradient, twin, *drawn)


def _both_gradients(twin: Recorded, *drawn: Tensor) -> Tensors:
    return _on_a_fresh_batch(Ensemble._both_gradients, twin, *drawn)


def _on_a_fresh_batch(
    gradient: Callable[[Ensemble], Batch], twin: Recorded, z: Tensor, real: Tensor, *epsilon: Tensor
) -> Tensors:
    twin.draws = cast(Draws, _Drawn(z, real, epsilon))
    batch = gradient(twin)
    u0s = (u0 for *_, u0 in twin._penalised)
    return batch.real_logits, batch.fake_logits, *u0s, *cast(Tape, batch.tape).tensors


def _g_gradient(twin: Recorded, real: Tensor, real_logits: Tensor, *tape: Tensor) -> Tensors:
    batch = Batch(tape[0], tape[-1], Tape.of(tape), real, real_logits, real_logits)
    Ensemble._g_gradient(twin, batch)
    return batch.real_logits, batch.fake_logits


class _Drawn:
    """In place of `Draws`, what was drawn already."""

    def __init__(self, z: Tensor, real: Tensor, epsilon: Tensors) -> None:
        self._z, self._real, self._epsilon = z, real, epsilon

    def latent(self) -> Tensor:
        return self._z

    def real(self) -> Tensor:
        return self._real

    def uniform(self, rows: int) -> Tensor:
        return self._epsilon[0]
