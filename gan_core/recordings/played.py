"""A recorded run as a run that was trained here is known: its pictures and its curves, for whoever draws or keeps it.

played("ring")        # a Recording for each panel of the file
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.data.distributions import distribution
from gan_core.packing import array_of, pixels
from gan_core.recordings import files
from gan_core.recordings.registry import RECORDED
from gan_core.run.history import CURVES, Curves, Moment, PointSnapshot
from gan_core.run.recording import Recording

NOTHING = np.empty((1, 0), np.float32)  # of what a file does not hold


def played(name: str) -> tuple[Recording, ...]:
    """The run of each panel, of the one member that is drawn: samples, D's field and what charts show of both players;
    of logits, gradients and latents nothing. Raises OSError, or ValueError on what is no such file."""
    frame, header = files.content(name)[0], files.header(name)
    panels = enumerate(zip(RECORDED[name].configs, header["seeds"], header["panels"], strict=True))
    return tuple(
        _recording(frame, header, panel, config.replace(members=1, seed=seed), run)
        for run, (config, seed, panel) in panels
    )


def _scaled(frame: bytes, entry: Mapping[str, Any]) -> np.ndarray:
    """Codes on their scale; the highest code is what is not finite."""
    codes = array_of(frame, entry)
    most = np.iinfo(codes.dtype).max - 1
    values = entry["low"] + codes / most * (entry["high"] - entry["low"])
    return np.where(codes > most, np.nan, values).astype(np.float32)


def _recording(frame: bytes, header: Any, panel: Any, config: RunConfig, run: int) -> Recording:
    shots = (_sheets if "images" in panel else _planes)(frame, array_of(frame, header["steps"]).tolist(), panel)
    centres = array_of(frame, panel["centres"]) if "centres" in panel else None
    return Recording(
        config=config, snapshot=shots[-1], snapshots=shots, curves=_curves(frame, header, run), marks=(),
        centres=centres, weights=None if centres is None else _weights(config),
        std=None if centres is None else config.data.std, failures=(),
    )  # fmt: skip


def _weights(config: RunConfig) -> np.ndarray:
    """(M,): the real shares of the modes."""
    weights = distribution(config.data).weights
    assert weights is not None
    return weights.numpy()


def _sheets(frame: bytes, steps: Sequence[int], panel: Any) -> tuple[Moment, ...]:
    """Of images, in the grey levels of the file."""
    codes = array_of(frame, panel["images"])
    made = (pixels(one, panel["count"]) for one in codes)
    return tuple(Moment(step=step, fake=fake[None]) for step, fake in zip(steps, made, strict=True))


def _planes(frame: bytes, steps: Sequence[int], panel: Any) -> tuple[Moment, ...]:
    """Of points."""
    fakes, real, fields = (_scaled(frame, panel[part]) for part in ("fake", "real", "field"))
    middle, spread = (array_of(frame, panel[part]) for part in ("middle", "spread"))
    averaged = _scaled(frame, panel["averaged"]) if "averaged" in panel else [None] * len(fakes)
    return tuple(
        PointSnapshot(
            step=step, fake=fake[None], real=real, field=(field * wide + at)[None], extent=tuple(panel["extent"]),
            real_logits=NOTHING, fake_logits=NOTHING, batch_logits=NOTHING, weight_counts=NOTHING,
            weight_reach=NOTHING, logit_gradient=np.zeros_like(fake)[None], interpolates_grad=NOTHING,
            lattice=np.empty((1, 0, 0, 2), np.float32), averaged=None if average is None else average[None],
        )
        for step, fake, field, at, wide, average in zip(steps, fakes, fields, middle, spread, averaged, strict=True)
    )  # fmt: skip


def _curves(frame: bytes, header: Any, run: int) -> Curves:
    """Of the two players, where the file's charts show them; nothing else."""
    found = {line["name"]: (array_of(frame, chart["x"]), array_of(frame, line["y"])[:, None])
             for chart in header["charts"] for line in chart["lines"]
             if line["run"] == run and line["name"] in CURVES}  # fmt: skip
    if not found:
        return Curves(np.empty(0, np.int64), *[np.empty((0, 1), np.float32)] * len(CURVES))
    steps = next(iter(found.values()))[0].astype(np.int64)
    missing = np.full((len(steps), 1), np.nan, np.float32)
    return Curves(steps, *(found[name][1] if name in found else missing for name in CURVES))
