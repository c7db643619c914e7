"""What is left of G's gradient when D trains alone: the curves that come with the app.

    python -m gan_core frozen-generator      makes records/frozen.json, which the page shows before anybody trains
    frozen(200).norms["minimax"]             (T, K): ‖∂L_G/∂θ_G‖, of a G that had 200 joint steps
    remedies()["r1"].change("minimax")       (K,): the norm at the end as a multiple of the first

The runs are made by `studies.frozen_generator`; a page that shows the record needs no torch.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.engine.version import VERSION as ENGINE
from gan_core.presets import PRESETS
from gan_core.studies.frozen_curves import FrozenCurves

SHIPPED = Path(__file__).parents[1] / "records" / "frozen.json"
SETTING = PRESETS["vanishing_balanced"].config  # equal players on the usual ring
SEEDS = 5

WARM_UPS, ROUNDS = (0, 200, 1000), 4000  # joint steps before G is frozen, and updates of D alone after that
WITHOUT = "without"
REMEDIES: dict[str, dict[str, Any]] = {
    "instance_noise": {"instance_noise": 0.5},
    "label_smoothing": {"label_smoothing": 0.1},
    "d_steps": {"d_steps": 1},
    "d_lr": {"d_lr": 1e-4},
    "r1": {"r1": 1.0},
    "wasserstein": {"loss": "wasserstein", "wgan_gp": 0.1, "beta2": 0.9},
}
REMEDY_ROUNDS, REMEDY_D_STEPS = 400, 5


def build() -> None:
    """Train all of them, and write the record."""
    from gan_core.studies.frozen_generator import FrozenGenerator

    def run(configs: list[RunConfig], warm_up: int, rounds: int) -> list[dict[str, Any]]:
        work = FrozenGenerator(configs, warm_up=warm_up)
        work.step(warm_up + rounds)
        return [_plain(curves.thinned()) for curves in work.curves]

    base = SETTING.replace(members=SEEDS)
    frozen = {str(w): run([base.replace(loss="non_saturating")], w, ROUNDS)[0] for w in WARM_UPS}
    plain = base.replace(loss="minimax", d_steps=REMEDY_D_STEPS)
    tried = run([plain, *(plain.replace(**changes) for changes in REMEDIES.values())], 0, REMEDY_ROUNDS)
    helps = dict(zip((WITHOUT, *REMEDIES), tried, strict=True))
    parts = [f'"engine": {ENGINE}']
    for part, found in (("frozen", frozen), ("remedies", helps)):
        lines = ",\n".join(f' "{name}": {json.dumps(one)}' for name, one in found.items())
        parts.append(f'"{part}": {{\n{lines}\n}}')
    SHIPPED.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    _shipped.cache_clear()


def frozen(warm_up: int) -> FrozenCurves | None:
    """The recorded curves of a G that was warmed up for so many joint steps; None where none are."""
    return _shipped()["frozen"].get(str(warm_up))


def remedies() -> dict[str, FrozenCurves]:
    """WITHOUT and each of REMEDIES → its recorded curves."""
    return _shipped()["remedies"]


@lru_cache(maxsize=1)
def _shipped() -> dict[str, dict[str, FrozenCurves]]:
    raw = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return {part: {name: _curves(one) for name, one in raw[part].items()} for part in ("frozen", "remedies")}


def _plain(curves: FrozenCurves) -> dict[str, Any]:
    short = np.vectorize(lambda value: float(f"{value:.3g}"))  # three digits of every number
    norms = {name: short(values).tolist() for name, values in curves.norms.items()}
    return {"query": curves.config.to_query(), "rounds": curves.rounds.tolist(), "norms": norms}


def _curves(raw: dict[str, Any]) -> FrozenCurves:
    norms = {name: np.array(values) for name, values in raw["norms"].items()}
    return FrozenCurves(RunConfig.from_query(raw["query"]), np.array(raw["rounds"], np.int64), norms)
