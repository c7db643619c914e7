"""Every recorded step of a run, written while it trains: a table (CSV, Parquet), TensorBoard, Trackio.

    with logged(trainer, [Path("run.csv")], tensorboard=None, trackio=None) as flush:
        trainer.step(25); flush()

A row is one member at one recorded step: the first 128 steps are all recorded, later ones a few apart.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from gan_core.commands.output import Refused
from gan_core.run.history import CURVES

if TYPE_CHECKING:
    from gan_core.run.trainer import Trainer

COLUMNS = ("step", "seed", *CURVES)
Row = tuple[int, int, tuple[float, ...]]  # step, seed, the curves


class Log(Protocol):
    def write(self, rows: list[Row]) -> None: ...

    def close(self) -> None: ...


class _Csv:
    def __init__(self, path: Path) -> None:
        self.file = open(path, "w", newline="", encoding="utf-8")  # noqa: SIM115
        self.writer = csv.writer(self.file)
        self.writer.writerow(COLUMNS)

    def write(self, rows: list[Row]) -> None:
        self.writer.writerows([step, seed, *(f"{value:.9g}" for value in values)] for step, seed, values in rows)
        self.file.flush()

    def close(self) -> None:
        self.file.close()


class _Parquet:
    def __init__(self, path: Path) -> None:
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError as error:
            raise Refused("A Parquet log needs the package pyarrow; a log that ends in .csv needs none.") from error
        types = [("step", pyarrow.int64()), ("seed", pyarrow.int64()), *((name, pyarrow.float32()) for name in CURVES)]
        self.schema = pyarrow.schema(types)
        self.table, self.writer = pyarrow.table, parquet.ParquetWriter(path, self.schema)

    def write(self, rows: list[Row]) -> None:
        if rows:
            columns = zip(*((step, seed, *values) for step, seed, values in rows), strict=True)
            self.writer.write_table(self.table([list(column) for column in columns], schema=self.schema))

    def close(self) -> None:
        self.writer.close()


class _TensorBoard:
    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise Refused("--tensorboard needs a package more: python -m pip install tensorboard") from error
        self.writer = SummaryWriter(str(folder))

    def write(self, rows: list[Row]) -> None:
        for step, seed, values in rows:
            for name, value in zip(CURVES, values, strict=True):
                self.writer.add_scalar(f"{name}/seed {seed}", value, step)

    def close(self) -> None:
        self.writer.close()


class _Trackio:
    """Of Hugging Face: kept on this machine, without an account; `trackio show` opens it."""

    def __init__(self, project: str, config: dict[str, str]) -> None:
        try:
            import trackio
        except ImportError as error:
            raise Refused("--trackio needs a package more: python -m pip install trackio") from error
        self.trackio: Any = trackio
        trackio.init(project=project, config=config)

    def write(self, rows: list[Row]) -> None:
        for step, seed, values in rows:
            named = {f"{name}/seed {seed}": value for name, value in zip(CURVES, values, strict=True)}
            self.trackio.log(named, step=step)

    def close(self) -> None:
        self.trackio.finish()


TABLES: dict[str, Callable[[Path], Log]] = {".csv": _Csv, ".parquet": _Parquet}


@contextmanager
def logged(
    trainer: Trainer, tables: list[Path], tensorboard: Path | None = None, trackio: str | None = None
) -> Iterator[Callable[[], None]]:
    """Gives what writes all that was recorded since the last call; at the end it is called once more, whatever ended
    the run. Raises Refused before the run if a log cannot be kept."""
    logs, written = [], -1
    with ExitStack() as stack:
        for path in tables:
            if path.suffix.lower() not in TABLES:
                raise Refused(f"{path}: a log ends in {' or '.join(TABLES)}.")
        try:
            logs += [TABLES[path.suffix.lower()](path) for path in tables]
            logs += [_TensorBoard(tensorboard)] if tensorboard is not None else []
        except OSError as error:
            raise Refused(f"The log cannot be written: {error}") from error
        logs += [_Trackio(trackio, trainer.config.to_query())] if trackio is not None else []
        for log in logs:
            stack.callback(log.close)

        def flush() -> None:
            nonlocal written
            curves = trainer.history.curves()
            rows = _rows(trainer, curves, np.flatnonzero(curves.step > written))
            for log in logs:
                log.write(rows)
            written = max(written, int(curves.step[-1]) if len(curves.step) else -1)

        try:
            yield flush
        finally:
            if logs:
                flush()


def _rows(trainer: Trainer, curves: Any, places: np.ndarray) -> list[Row]:
    seeds = [config.train.seed for config in trainer.member_configs]
    values = np.stack([getattr(curves, name)[places] for name in CURVES]) if len(places) else np.empty((0, 0, 0))
    return [
        (int(curves.step[place]), seed, tuple(float(v) for v in values[:, i, k]))
        for i, place in enumerate(places)
        for k, seed in enumerate(seeds)
    ]
