"""A run in a file: everything that decides how it goes on, in safetensors, and nothing pickled.

    path.write_bytes(save(trainer))
    trainer = read(path.read_bytes()).trainer()       # goes on bit for bit as the first one would have

The file holds the weights by name (`0.generator.…` is member 0), the optimisers' averages, the random streams, the
curves so far and a visitor's points; its metadata the configuration and the step. What comes from elsewhere is checked
before it is used: size, header, configuration, and the name, shape and type of every tensor.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gan_core.checks import whole
from gan_core.config import ConfigError, RunConfig, limits
from gan_core.data.points import check_points
from gan_core.engine.version import VERSION as ENGINE
from gan_core.errors import Failure, PointsError, SavedError
from gan_core.run.history import CURVE_ROWS, CURVES, History

if TYPE_CHECKING:
    from gan_core.run.trainer import Trainer

FORMAT = "gan-explorer run 1"
MOST_BYTES = 200_000_000
MOST_HEADER = 2_000_000  # bytes: a DCGAN with 16 members needs a tenth of it
POINTS = "points"


@dataclass(frozen=True, eq=False)
class Saved:
    """A run as it was read: its configuration, how far it was, and its tensors. `points`: its table (n, 2), if any."""

    config: RunConfig
    step: int
    seconds: float
    stride: int
    failures: tuple[Failure, ...]
    arrays: Mapping[str, NDArray[Any]]

    @property
    def points(self) -> NDArray[np.float32] | None:
        return self.arrays.get(POINTS)

    def trainer(self) -> Trainer:
        """A trainer that goes on from here. Raises SavedError, ConfigError or DataUnavailable."""
        from gan_core.run.trainer import Trainer

        trainer = Trainer(self.config, points=self.points)
        self.restore(trainer)
        return trainer

    def restore(self, trainer: Trainer) -> None:
        """Put a fresh trainer of the same configuration where this run was. Raises SavedError."""
        import torch

        from gan_core.engine.state import restore

        ours = {name: array for name, array in self.arrays.items() if name.startswith("ensemble.")}
        known = {"curves.steps", "curves.values", "alive", POINTS}
        if surplus := sorted(self.arrays.keys() - ours.keys() - known):
            raise SavedError("saved.surplus", tensor=surplus[0][:60])
        steps, values, alive = self._past(len(trainer.alive))
        parts = {f"ensemble.{i}.": ensemble for i, ensemble in enumerate(trainer.ensembles)}
        if surplus := sorted(name for name in ours if not name.startswith(tuple(parts))):
            raise SavedError("saved.surplus", tensor=surplus[0][:60])
        for start, ensemble in parts.items():
            part = {n.removeprefix(start): torch.tensor(a) for n, a in ours.items() if n.startswith(start)}
            restore(ensemble, part, self.step)
        trainer.step_count, trainer.seconds = self.step, self.seconds
        trainer.alive[:] = alive
        trainer.failures[:] = self.failures
        trainer.history = History(len(trainer.alive))
        trainer.history.rows.restore(steps, values, self.stride)
        trainer.history.add(trainer.snapshot())

    def _past(self, members: int) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.bool_]]:
        steps, values, alive = (self.arrays.get(name) for name in ("curves.steps", "curves.values", "alive"))
        n = 0 if steps is None else len(np.atleast_1d(steps))
        wanted = {"curves.steps": (steps, (n,), np.int64), "alive": (alive, (members,), np.bool_),
                  "curves.values": (values, (n, len(CURVES), members), np.float32)}  # fmt: skip
        for name, (array, shape, kind) in wanted.items():
            if array is None:
                raise SavedError("saved.no_tensor", tensor=name)
            if array.shape != shape or array.dtype != kind or n > CURVE_ROWS:
                raise SavedError("saved.shape", tensor=name, found=array.shape, wanted=shape)
        assert steps is not None and values is not None and alive is not None
        return steps, values, alive


def save(trainer: Trainer) -> bytes:
    """The file. The same run gives the same bytes."""
    import torch
    from safetensors.torch import save as write

    from gan_core.engine.state import everything

    rows = trainer.history.rows
    tensors = {
        f"ensemble.{i}.{name}": tensor
        for i, ensemble in enumerate(trainer.ensembles)
        for name, tensor in everything(ensemble).items()
    }
    tensors |= {
        "curves.steps": torch.tensor(rows.steps),
        "curves.values": torch.tensor(rows.values),
        "alive": torch.tensor(trainer.alive),
    }
    if trainer.points is not None:
        tensors[POINTS] = torch.tensor(np.ascontiguousarray(trainer.points, dtype=np.float32))
    about = {
        "format": FORMAT,
        "engine": str(ENGINE),
        "config": trainer.config.to_json(),
        "step": str(trainer.step_count),
        "seconds": repr(float(trainer.seconds)),
        "stride": str(rows.stride),
        "failures": json.dumps([[f.step, list(f.members), f.tensor] for f in trainer.failures]),
    }
    return write(tensors, metadata=about)


def read(content: bytes, most_bytes: int = MOST_BYTES) -> Saved:
    """What a file holds; its tensors are compared with its configuration by `Saved.restore`. Raises SavedError."""
    if len(content) > most_bytes:
        raise SavedError("saved.bytes", size=len(content) / 1e6, most=most_bytes / 1e6)
    about = _metadata(content)
    if about.get("format") != FORMAT:
        raise SavedError("saved.not_a_run")
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load(content)
    except (SafetensorError, ValueError, KeyError, TypeError, MemoryError, OverflowError) as error:
        raise SavedError("saved.not_safetensors") from error
    try:
        config = RunConfig.from_json(about["config"])
    except ConfigError as error:
        raise SavedError("saved.config", why=error) from error
    points = arrays.get(POINTS)
    if points is not None and (points.ndim != 2 or points.shape[1] != 2 or points.dtype != np.float32):
        raise SavedError("saved.shape", tensor=POINTS, found=points.shape, wanted=("n", 2))
    try:
        if points is not None:
            check_points(points)
    except PointsError as error:
        raise SavedError("saved.config", why=error) from error
    try:
        step, stride = (int(about[name][:12]) for name in ("step", "stride"))
        seconds = float(about["seconds"])
        failures = tuple(_failure(one, config) for one in json.loads(about["failures"])[: config.train.members])
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise SavedError("saved.not_a_run") from error
    if not (0 <= step <= limits("steps")[1] and 1 <= stride <= 2**40 and 0 <= seconds < 1e12):
        raise SavedError("saved.not_a_run")
    return Saved(config, step, seconds, stride, failures, arrays)


def _failure(said: Any, config: RunConfig) -> Failure:
    """Raises ValueError or TypeError where it is none."""
    at, members, tensor = said
    step = whole(at, 0, int(limits("steps")[1]))
    failed = tuple(k for each in members if (k := whole(each, 0, config.train.members - 1)) is not None)
    if step is None or len(failed) != len(members):
        raise ValueError("no failure of this run")
    return Failure(step, failed, str(tensor)[:60])


def _metadata(content: bytes) -> dict[str, str]:
    """The texts in the header of a safetensors file. Raises SavedError."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or not 2 <= length <= min(MOST_HEADER, len(content) - 8):
        raise SavedError("saved.not_safetensors")
    try:
        header = json.loads(content[8 : 8 + length])
        about = header.get("__metadata__", {})
        return {str(name): value for name, value in about.items() if isinstance(value, str)}
    except (ValueError, AttributeError, RecursionError) as error:
        raise SavedError("saved.not_safetensors") from error
