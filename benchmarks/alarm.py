"""How often the alarm of gan_core.run.modes is wrong: runs that lose modes unnoticed, and false alarms.

    python -m benchmarks.alarm --folder looks > gan_core/records/alarm.json

Ten kinds of run, twenty seeds each and eight for the audit, all members of a kind in lock-step. What the alarm has to
catch is decided by 2,500 fresh samples every few steps, of which it knows nothing: it hears the 512 samples of a
picture. How long a generator is on its way was chosen on the seeds of CHOSEN_ON; the record is of the seeds of
MEASURED_ON, and beside it stands the same of those of AUDITED_ON, which were looked at when all else was settled. Each
kind's looks are kept as a file in the folder, so an interrupted command goes on where it stopped; all of them take
about a quarter of an hour of one core.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import betaincinv

from gan_core.config import RunConfig
from gan_core.engine.version import VERSION as ENGINE
from gan_core.metrics.points import near_modes
from gan_core.presets import PRESETS
from gan_core.run.modes import WAY, WINDOW, Diversity, Watch, alarmed
from gan_core.run.trainer import Trainer

CHOSEN_ON, MEASURED_ON, AUDITED_ON = 0, 300, 400  # the first seed of each
SEEDS = {CHOSEN_ON: 20, MEASURED_ON: 20, AUDITED_ON: 8}  # how many from there on
STEPS = 1200
EVERY = 40  # steps between two looks with fresh samples
FRESH = 2500
RESAMPLES = 2000  # of runs, for the intervals of what is counted per look

_SMALL = {"g_layers": (64, 64), "d_layers": (64, 64), "batch": 128}
_CHASE = PRESETS["collapse"].config.replace(batch=128)
KINDS: dict[str, RunConfig] = {
    "ring": RunConfig.of(**_SMALL),
    "saturating": RunConfig.of(**_SMALL, loss="minimax"),
    "unequal": RunConfig.of(**_SMALL, weights=(1.0, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0, 3.0)),
    "grid": RunConfig.of(**_SMALL, data="grid", modes=25, radius=4.0, std=0.05),
    "two_gaussians": RunConfig.of(**_SMALL, data="two_gaussians"),
    "relativistic": PRESETS["relativistic"].config.replace(**_SMALL),
    "far": RunConfig.of(**_SMALL, loss="minimax", radius=4.0, g_lr=1e-4, d_lr=3e-3),
    "chase": _CHASE,
    "chase_non_saturating": _CHASE.replace(loss="non_saturating"),
    "chase_grid": _CHASE.replace(data="grid", modes=25, radius=4.0, std=0.05),
}


@dataclass(frozen=True)
class Looks:
    """The runs of one kind: what the alarm heard, and how many modes fresh samples covered (T, K) at `fresh_step`."""

    heard: Diversity
    fresh_step: NDArray[np.int64]
    fresh: NDArray[np.int64]


def watched(config: RunConfig, first_seed: int) -> Looks:
    """Train as many members as there are seeds from there on, and look at them."""
    trainer = Trainer(config.replace(members=SEEDS[first_seed], seed=first_seed, steps=STEPS))
    watch = Watch(trainer)
    trainer.add_callback(watch)
    steps, fresh = [], []
    while trainer.step_count < STEPS:
        trainer.step(EVERY)
        steps.append(trainer.step_count)
        clouds = [trainer.fresh(FRESH, k) for k in range(SEEDS[first_seed])]
        fresh.append([near_modes(cloud, watch.centres[watch.weights > 0], watch.radius) for cloud in clouds])
    return Looks(watch.diversity(), np.array(steps), np.array(fresh))


def kept(folder: Path, kind: str, first_seed: int) -> Looks:
    """From the folder, or trained and then kept there."""
    path = folder / f"{kind}-{first_seed}.npz"
    arrays = ("step", "near", "shares", "spread", "singular_values", "weights")
    if not path.exists():
        looks = watched(KINDS[kind], first_seed)
        heard = {name: getattr(looks.heard, name) for name in arrays}
        numbers = np.array([looks.heard.real_spread, looks.heard.radius])
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, fresh_step=looks.fresh_step, fresh=looks.fresh, numbers=numbers, **heard)
    with np.load(path) as found:
        spread, radius = map(float, found["numbers"])
        heard = Diversity(**{name: found[name] for name in arrays}, real_spread=spread, radius=radius)
        return Looks(heard, found["fresh_step"], found["fresh"])


# ── counting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Counts:
    """Of K runs, what was to be caught at T looks and whether the alarm was on: all (T, K).

    `collapsed`: in the median over WINDOW steps fresh samples cover no more than half of the modes; only of looks at
    which the run has arrived and WINDOW steps have been looked at, `judged`.
    """

    judged: NDArray[np.bool_]
    collapsed: NDArray[np.bool_]
    alarm: NDArray[np.bool_]


def counted(looks: Looks) -> Counts:
    """The alarm at the looks with fresh samples, beside what these say."""
    step, span = looks.fresh_step, WINDOW // EVERY
    modes = int(np.count_nonzero(looks.heard.weights > 0))
    median = np.full(looks.fresh.shape, np.nan)
    median[span - 1 :] = np.median(np.lib.stride_tricks.sliding_window_view(looks.fresh, span, axis=0), axis=-1)
    covered = looks.fresh >= 1
    first = np.where(covered.any(0), step[covered.argmax(0)], STEPS + 1)
    judged = (step[:, None] >= first + WAY) & np.isfinite(median)
    at = np.searchsorted(looks.heard.step, step)
    return Counts(judged, judged & (median <= modes / 2), alarmed(looks.heard)[at])


def interval(k: int, n: int) -> list[float]:
    """Clopper and Pearson's 95 % interval of a share that k of n independent runs have shown."""
    low = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, 0.025))
    return [low, 1.0 if k == n else float(betaincinv(k + 1, n - k, 0.975))]


def rate(hits: NDArray, of: NDArray) -> dict[str, object]:
    """Of looks (T, K): the share, and its 95 % interval over runs drawn with replacement, since a run's looks agree."""
    k, n = hits.sum(0), of.sum(0)
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(n), size=(RESAMPLES, len(n)))
    total = n[drawn].sum(1)
    shares = (k[drawn].sum(1) / np.maximum(total, 1))[total > 0]
    known = [round(float(q), 4) for q in np.quantile(shares, (0.025, 0.975))] if len(shares) else None
    return {"k": int(k.sum()), "n": int(n.sum()), "interval": known}


def summary(counts: list[Counts]) -> dict[str, object]:
    """Per look and per run: how much of what was to be caught was caught, and how often the alarm was wrong.

    A run counts as caught if the alarm was on at most of the looks at which it had collapsed; a healthy run is one that
    never had, and its alarm is false if it was on at any look.
    """
    judged, collapsed, alarm = (
        np.concatenate([getattr(one, name) for one in counts], axis=1) for name in ("judged", "collapsed", "alarm")
    )
    fine = judged & ~collapsed
    ever, caught = collapsed.any(0), (collapsed & alarm).sum(0) > collapsed.sum(0) / 2
    healthy = judged.any(0) & ~ever
    false = healthy & (fine & alarm).any(0)
    runs = {}
    for name, k, n in (("caught", caught & ever, ever), ("false", false, healthy)):
        bounds = interval(int(k.sum()), int(n.sum())) if n.any() else None
        runs[name] = {"k": int(k.sum()), "n": int(n.sum()), "interval": bounds and [round(b, 4) for b in bounds]}
    return {
        "runs": int(judged.shape[1]),
        "on_their_way": int((~judged.any(0)).sum()),
        "per_look": {"caught": rate(collapsed & alarm, collapsed), "false": rate(fine & alarm, fine)},
        "per_run": runs,
    }


def measured(folder: Path, first_seed: int) -> dict[str, object]:
    """What the record says of the seeds from there on."""
    counts: dict[str, Counts] = {}
    for kind in KINDS:
        started = time.process_time()
        counts[kind] = counted(kept(folder, kind, first_seed))
        print(f"{kind}, seeds from {first_seed}: {time.process_time() - started:.0f} s", file=sys.stderr)
    return {
        "seeds": [first_seed, first_seed + SEEDS[first_seed] - 1],
        "all": summary(list(counts.values())),
        "kinds": {kind: {"query": KINDS[kind].to_query()} | summary([of]) for kind, of in counts.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("looks"), help="where each kind's looks are kept (./looks)")
    parser.add_argument("--chosen", action="store_true", help="on the seeds that the constants were chosen on instead")
    options = parser.parse_args()
    torch.set_num_threads(1)
    record = {
        "steps": STEPS,
        "every": EVERY,
        "fresh": FRESH,
        **measured(options.folder, CHOSEN_ON if options.chosen else MEASURED_ON),
        **({} if options.chosen else {"audit": measured(options.folder, AUDITED_ON)}),
        "engine": ENGINE,
        "versions": {"torch": torch.__version__, "numpy": np.__version__},
    }
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
