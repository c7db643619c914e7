"""Does G stand still where its gradient vanishes? Twin runs of both losses, by an optimiser that rescales and by SGD.

    python -m gan_core twin-paths        makes records/vanishing.json, which the page shows
    shipped()["sgd"]["minimax"].path     (K,): how far the generated points have come, by seed
    beside_shipped()["perfect"]          (K,): how far samples of the data are from where the same generators began

D is sure of every generated point long before a slow G reaches a distant ring (the presets in RUNS). Under plain
gradient descent the update is lr · ∇L, and a gradient of 0 is an update of 0. Adam divides by the root of the mean
square of the last gradients, so that a gradient a thousand times as small moves θ as far, until it is small beside ε.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from gan_core.config import RunConfig
from gan_core.engine.version import VERSION as ENGINE
from gan_core.metrics.floors import NO_SKILL
from gan_core.presets import PRESETS

SHIPPED = Path(__file__).parents[1] / "records" / "vanishing.json"
RUNS = {"adam": "vanishing", "sgd": "vanishing_sgd"}  # optimiser → preset
LOSSES = ("minimax", "non_saturating")
SEEDS = 20
ROWS = 60  # steps of a curve that are kept


@dataclass(frozen=True, eq=False)
class Twin:
    """Runs of one optimiser and one loss, a column a seed: step (T,); gradient, change (T, K) as in `run.updates`;
    path (K,), the mean distance of the generated points at the end from where the same latents were at step 0."""

    config: RunConfig
    step: NDArray[np.int64]
    gradient: NDArray[np.float64]
    change: NDArray[np.float64]
    path: NDArray[np.float64]


def compute(optimiser: str, loss: str, seeds: int = SEEDS, first_seed: int = 0, steps: int | None = None) -> Twin:
    """`seeds` members of the preset of this optimiser, from `first_seed` on."""
    from gan_core.run.trainer import Trainer
    from gan_core.run.updates import UpdateWatch

    config = PRESETS[RUNS[optimiser]].config.replace(loss=loss, members=seeds, seed=first_seed)
    trainer = Trainer(config)
    watch = UpdateWatch(trainer)
    trainer.add_callback(watch)
    start = trainer.snapshot().fake
    trainer.step(steps or config.train.steps)
    path = np.linalg.norm(trainer.snapshot().fake - start, axis=-1).mean(-1)
    found = watch.updates()
    kept = np.unique(np.linspace(0, len(found.step) - 1, min(ROWS, len(found.step))).round().astype(int))
    return Twin(config, found.step[kept], found.gradient[kept], found.change[kept], path)


def ways(start: NDArray[Any], real: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """How far others are from where K generators began, start (K, n, 2): samples of the data, real (m, 2), as
    "perfect", and those of every generator without skill. (K,) each: the mean distance over all pairs, because nobody
    says which of these samples a latent would become."""
    rng = np.random.default_rng(1)
    samples = {"perfect": real} | {name: make(real, len(real), rng) for name, make in NO_SKILL.items()}
    return {name: np.array([cdist(one, of).mean() for one in start]) for name, of in samples.items()}


def compute_beside() -> dict[str, NDArray[np.float64]]:
    """`ways` for the seeds of the record: under both optimisers the same nets begin far from the same ring."""
    from gan_core.run.trainer import Trainer

    first = Trainer(PRESETS[RUNS["adam"]].config.replace(members=SEEDS)).snapshot()
    return ways(first.fake, first.real)


def build() -> None:
    """Train all of them, and write the record."""
    write({name: {loss: _plain(compute(name, loss)) for loss in LOSSES} for name in RUNS})


def write(found: dict[str, dict[str, Any]]) -> None:
    """The record of these twins, and what stands beside them."""
    beside = {name: _short(values) for name, values in compute_beside().items()}
    text = ",\n".join(
        f'"{name}": {{\n' + ",\n".join(f' "{loss}": {json.dumps(twin)}' for loss, twin in twins.items()) + "\n}"
        for name, twins in found.items()
    )
    SHIPPED.write_text(f'{{\n"engine": {ENGINE},\n"beside": {json.dumps(beside)},\n{text}\n}}\n', encoding="utf-8")
    for read in (shipped, beside_shipped):
        read.cache_clear()


@lru_cache(maxsize=1)
def shipped() -> dict[str, dict[str, Twin]]:
    """optimiser → loss → Twin, as they come with the app."""
    raw = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return {name: {loss: _twin(one) for loss, one in raw[name].items()} for name in RUNS}


@lru_cache(maxsize=1)
def beside_shipped() -> dict[str, NDArray[np.float64]]:
    """ "perfect" and each generator without skill → (K,), as `ways` has them."""
    raw = json.loads(SHIPPED.read_text(encoding="utf-8"))["beside"]
    return {name: np.array(values) for name, values in raw.items()}


def _plain(twin: Twin) -> dict[str, Any]:
    return {"query": twin.config.to_query(), "step": twin.step.tolist(),
            **{name: _short(getattr(twin, name)) for name in ("path", "gradient", "change")}}  # fmt: skip


def _short(values: NDArray[Any]) -> Any:
    """Three digits of every number."""
    return np.vectorize(lambda value: float(f"{value:.3g}"))(values).tolist()


def _twin(raw: dict[str, Any]) -> Twin:
    return Twin(RunConfig.from_query(raw["query"]), np.array(raw["step"]), np.array(raw["gradient"]),
                np.array(raw["change"]), np.array(raw["path"]))  # fmt: skip
