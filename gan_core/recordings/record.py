"""Records a run: trains it, looks at its moments, and packs what a browser needs to play it by itself.

    record("ring")               # bytes of the file, and of the small one for the home page

A file is one frame of `gan_core.packing`. Its header says of what it is (engine, digest, queries, the seeds drawn), and
holds for each panel the samples (T, n, 2), D's field (T, m, m) and the shares of the modes (T, M), then the charts, the
strip and the captions. Where the seed was chosen among several, `ranked` says by what, among which, and the value of
each: the one in the middle is drawn. The same configuration gives the same bytes on one machine.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gan_core.config import LOSSES, RunConfig
from gan_core.packing import Quantised, pack, resampled
from gan_core.recordings import images
from gan_core.recordings.charts import CHARTS, Chart
from gan_core.recordings.images import CHARTS_OF_IMAGES
from gan_core.recordings.registry import RECORDED, Recorded
from gan_core.recordings.seen import Seen, middle

PRESETS_MEASURED = Path(__file__).parents[1] / "records" / "presets.json"
SURE = 8.0  # logits beyond ± this are drawn as this: σ is 0 or 1 to three places
EDGE = 1.5  # of a scaled field: beyond it there is one colour
LEVELS = (-2 / 3, -1 / 3, 0.0, 1 / 3, 2 / 3)  # contours of a critic, between its 5th and 95th percentile
SMALL_MOMENTS, SMALL_POINTS, SMALL_NODES = 36, 96, 16  # of the picture on the home page


def record(name: str, last: int | None = None) -> tuple[bytes, ...]:
    """(the file of a page, the small one of the home page where it has one); `last`: only the first so many moments."""
    recorded = RECORDED[name]
    ranked = None
    if recorded.seeds > 1:
        ranked = _measured(recorded.measured) if recorded.measured else _trained(recorded)
        recorded = recorded.of_seed(ranked.seeds[middle(ranked.values)])
    runs = recorded.watch(last)
    return tuple(make(name, runs, ranked) for make in ([packed] if recorded.thumb is None else [packed, small]))


class Ranked(NamedTuple):
    """Seeds, and by what each is ranked (K,)."""

    seeds: list[int]
    values: np.ndarray


def _trained(recorded: Recorded) -> Ranked:
    """Trained to the end in lock-step, which gives the bits of each alone."""
    together = [config.replace(members=recorded.seeds) for config in recorded.configs]
    values = recorded.ranking([Seen.watch(config, recorded.steps[-1:]) for config in together])
    return Ranked([recorded.config.seed_of(k) for k in range(recorded.seeds)], np.sum(values, axis=0))


def _measured(preset: str) -> Ranked:
    """Of `benchmarks.presets`: high quality of fresh samples at the end."""
    found = json.loads(PRESETS_MEASURED.read_text(encoding="utf-8"))
    first, last = found["head"]["seeds"]
    values = [run["scores"]["high_quality"] for run in found["presets"][preset]["runs"]]
    return Ranked(list(range(first, last + 1)), np.array(values))


def packed(name: str, runs: Sequence[Any], ranked: Ranked | None = None) -> bytes:
    """Of runs as `Recorded.watch` saw them; `ranked`: the seeds among which theirs was chosen."""
    recorded = RECORDED[name]
    members = recorded.drawn(runs)
    shared: dict[int, Quantised] = {}
    of_images = recorded.config.data.is_image
    charts = {chart: (CHARTS | CHARTS_OF_IMAGES)[chart](runs, members) for chart in recorded.charts}
    header = {
        **_about(name, runs, members, ranked),
        "panels": [
            images.panel(run, member, recorded.points)
            if of_images
            else _panel(run, member, recorded, range(len(run.shots)), shared)
            for run, member in zip(runs, members, strict=True)
        ],
        "charts": [{"name": chart, **_chart(of)} for chart, of in charts.items()],
        "strips": [_strip(run, member) for run, member in zip(runs, members, strict=True)] if recorded.strip else [],
        "captions": [
            {"moment": caption.moment, "code": caption.code, "words": caption.words}
            for caption in recorded.captions(runs, members)
        ],
    }
    return pack(header)


def small(name: str, runs: Sequence[Seen], ranked: Ranked | None = None) -> bytes:
    """One panel with fewer moments, samples and nodes."""
    recorded, members = RECORDED[name], RECORDED[name].drawn(runs)
    assert recorded.thumb is not None
    run, member = runs[recorded.thumb], members[recorded.thumb]
    moments = np.unique(np.linspace(0, len(run.shots) - 1, SMALL_MOMENTS).round().astype(int))
    panel = _panel(run, member, replace(recorded, points=SMALL_POINTS, nodes=SMALL_NODES), moments, {})
    about = _about(name, runs, members, ranked) | {"steps": run.steps[moments].astype(np.uint32)}
    return pack({**about, "panels": [panel], "charts": [], "strips": [], "captions": []})


def _about(name: str, runs: Sequence[Any], members: Sequence[int], ranked: Ranked | None) -> dict[str, Any]:
    recorded: Recorded = RECORDED[name]
    chosen: dict[str, Any] = {}
    if ranked is not None:
        values = [round(float(value), 4) for value in ranked.values]
        chosen = {"ranked": {"by": recorded.pick, "seeds": ranked.seeds, "values": values}}
    return {
        **recorded.origin.said(name),
        "seeds": [_seed(run.config, member) for run, member in zip(runs, members, strict=True)],
        "members": [run.members for run in runs],
        **chosen,
        **recorded.unusual,
        "steps": runs[0].steps.astype(np.uint32),
    }


def _seed(config: RunConfig, member: int) -> int:
    return config.seed_of(member)


def _panel(
    run: Seen, member: int, recorded: Recorded, moments: Sequence[int] | np.ndarray, shared: dict[int, Quantised]
) -> dict[str, Any]:
    """One member of one run at these moments, with as many samples and nodes as the entry says. D's field is sent as
    (f − middle)/spread, both of each moment: logits are small as long as D is undecided, and what a critic says may
    drift anywhere."""
    shots, points, nodes = [run.shots[int(i)] for i in moments], recorded.points, recorded.nodes
    xmin, xmax, ymin, ymax = map(float, shots[0].extent)
    low, high = min(xmin, ymin), max(xmax, ymax)
    low, high = low - (high - low) / 4, high + (high - low) / 4  # what leaves the window is drawn a little longer
    real = shots[0].real
    if id(real) not in shared:
        shared[id(real)] = Quantised(real[:points], low, high)
    fake = np.stack([shot.fake[member, :points] for shot in shots])
    fields = np.stack([resampled(shot.field[member], nodes) for shot in shots])
    probability = LOSSES[run.config.train.loss].kind == "probability"
    out: dict[str, Any] = {
        "extent": [xmin, xmax, ymin, ymax],
        "real": shared[id(real)],
        "fake": Quantised(fake, low, high),
        "outside": _outside(np.stack([shot.fake[member] for shot in shots]), shots[0].extent),
    }
    if probability:
        middle, spread = np.zeros(len(fields)), np.abs(fields).max((1, 2)).clip(1e-12, SURE)
    else:
        edges = np.percentile(fields, [5, 95], axis=(1, 2))
        middle, spread = edges.mean(0), np.maximum((edges[1] - edges[0]) / 2, 1e-12)
    scaled = (fields - middle[:, None, None]) / spread[:, None, None]
    out |= {"field": Quantised(scaled.clip(-EDGE, EDGE), -EDGE, EDGE, "u1"), "middle": middle, "spread": spread}
    out |= {"probability": probability, "levels": [0.0] if probability else list(LEVELS)}
    if recorded.averaged:
        averaged = [shot.averaged[member, :points] for shot in shots if shot.averaged is not None]
        out["averaged"] = Quantised(np.stack(averaged), low, high)
    if run.centres is not None:
        out["centres"] = run.centres
        out["shares"] = Quantised(run.near[np.asarray(moments), member], 0.0, 1.0)
    return out


def _outside(fake: np.ndarray, extent: Sequence[float]) -> np.ndarray:
    """(T,): how many of the samples (T, n, 2) lie outside the window."""
    xmin, xmax, ymin, ymax = extent
    x, y = fake[..., 0], fake[..., 1]
    return (~((x >= xmin) & (x <= xmax) & (y >= ymin) & (y <= ymax))).sum(-1).astype(np.uint16)


def _chart(chart: Chart) -> dict[str, Any]:
    lines = [
        {"run": line.run, "name": line.name, "y": line.y}
        | ({} if line.low is None or line.high is None else {"low": line.low, "high": line.high})
        for line in chart.lines
    ]
    return {"x": chart.x.astype(np.uint32), "lines": lines, "level": chart.level, "log_y": chart.log_y}


def _strip(run: Seen, member: int) -> dict[str, Any]:
    """Who gets which mode over the steps, of the member that is drawn."""
    known = run.diversity
    assert known is not None
    return {
        "x": known.step.astype(np.uint32),
        "values": Quantised(known.shares[:, member], 0.0, 1.0, "u1"),
        "right": known.weights / known.weights.sum(),
    }
