"""What a run came to, for the command line: one JSON object, or a small table for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gan_core.engine.version import VERSION as ENGINE

if TYPE_CHECKING:
    from gan_core.run.trainer import Trainer

AVERAGED = ("jsd", "w1", "captured", "captured_share", "near", "high_quality", "reverse_kl")  # with the same floors


def report(trainer: Trainer) -> dict[str, Any]:
    """What a run came to: its configuration, for each member the last losses, and of points the scores, each with what
    a perfect sampler scores and what that says; then what generators without skill score."""
    from gan_core.run.judging import judged, yardstick_of

    curves = trainer.history.curves()
    members, without_skill = [], {}
    for k, config in enumerate(trainer.member_configs):
        member: dict[str, Any] = {"seed": config.train.seed, "alive": bool(trainer.alive[k])}
        if len(curves.step):
            member |= {"d_loss": float(curves.d_loss[-1, k]), "g_loss": float(curves.g_loss[-1, k])}
        if trainer.distribution is not None:
            found, beside = judged(trainer, k), yardstick_of(trainer)
            member |= found.flat(beside) | {"verdicts": beside.verdicts(found)}
            without_skill = beside.medians_without_skill
            if trainer.config.train.ema:
                averaged = judged(trainer, k, averaged=True).flat()
                member |= {f"averaged_{name}": averaged[name] for name in AVERAGED if name in averaged}
        else:
            member |= _digit_scores(trainer, k)
        if (accuracy := trainer.class_accuracy) is not None:
            member |= dict(zip(("class_accuracy_real", "class_accuracy_fake"), accuracy[k].tolist(), strict=True))
        members.append(_json(member))
    return {
        "query": trainer.config.to_query(),
        "engine": ENGINE,
        "steps": trainer.step_count,
        "update": trainer.config.train.update,
        "members": members,
        **({"without_skill": _json(without_skill)} if without_skill else {}),
        "failures": [str(failure) for failure in trainer.failures],
    }


def _digit_scores(trainer: Trainer, member: int) -> dict[str, Any]:
    """Of a run on digits: how many the classifier reads as 0, …, 9, and each score beside what real digits score."""
    from gan_core.errors import CheckpointError
    from gan_core.metrics.images import SAMPLES, image_scores

    images = trainer.generate(SAMPLES, member, seed=trainer.member_configs[member].train.seed)
    try:
        found = image_scores(images, trainer.config.data.data)
    except (CheckpointError, ValueError):  # no classifier, or other images than digits
        return {}
    said: dict[str, Any] = {"samples": found.samples, "classes": "-".join(map(str, found.classes))}
    for name, score in found.estimates.items():
        ends = {"floor": score.floor, "floor_low": score.low, "floor_high": score.high}
        said |= {name: float(score.value), **{f"{name}_{end}": float(value) for end, value in ends.items()}}
    said["copies"] = found.copying.copies
    return said


def _json(value: Any) -> Any:
    """JSON has no word for infinity or NaN: they become text."""
    if isinstance(value, dict):
        return {name: _json(part) for name, part in value.items()}
    return value if not isinstance(value, float) or value - value == 0 else str(value)


SIGNS = {"perfect": " =", "no_skill": " -", "between": "  "}  # behind a score, for its verdict
LEGEND = "perfect: median (5-95 %)   = as good as perfect at this n   - no better than a generator without skill"


def table(result: dict[str, Any]) -> str:
    """The run in a line, its members a line each, and each score of points beside what explains it."""
    members, skill = result["members"], result.get("without_skill", {})
    query = "&".join(f"{name}={value}" for name, value in result["query"].items()) or "the defaults"
    head = f"{query}: {result['steps']:,} steps, {result['update']} updates, {result['seconds']} s"
    scored = [name for name in members[0].get("verdicts", {})]
    told = {f"{name}{part}" for name in scored for part in ("", "_floor", "_floor_low", "_floor_high")} | {"verdicts"}
    names = list(dict.fromkeys(name for member in members for name in member if name not in told))
    lines = [head, *_aligned([names, *([_cell(member.get(name, "")) for name in names] for member in members)])]
    if scored:
        columns = [*(f"seed {member['seed']}  " for member in members), "perfect", *skill]
        rows = [
            [name, *(_cell(member[name]) + SIGNS[member["verdicts"][name]] for member in members),
             _perfect(members[0], name), *(_cell(of[name]) for of in skill.values())]
            for name in scored
        ]  # fmt: skip
        lines += ["", *_aligned([["", *columns], *rows]), LEGEND]
    return "\n".join([*lines, *result["failures"]])


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def _perfect(member: dict[str, Any], name: str) -> str:
    median, low, high = (_cell(member[f"{name}_{part}"]) for part in ("floor", "floor_low", "floor_high"))
    return f"{median} ({low}-{high})"


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
