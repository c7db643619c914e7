"""The sentences that follow a recorded run, made from what was measured on it: a code and its numbers at a step.

The words of each code stand in the texts of the pages, as `recorded.caption.CODE`. A caption stays until the next one,
and two are `APART` moments apart at least, `APART_SLOWLY` of images, so that there is time to read and to look. It is
long because every kind of run has its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gan_core.config import LOSSES
from gan_core.metrics.floors import Range
from gan_core.numerals import number
from gan_core.recordings.images import SeenImages, SeenPast
from gan_core.recordings.seen import Floats, Seen
from gan_core.run.classes import MIN_SHARE

APART = 9  # moments
APART_SLOWLY = 4  # … of which fewer pass in a second
APART_PAST = 5  # … of finished runs
MOST = 0.5  # share of the samples that are nearest to a mode, when the generator is said to have gone there
SURE = 0.01  # the mean of D over generated samples from which on D is said to be sure of them


class Caption(NamedTuple):
    moment: int
    code: str
    words: dict[str, Any]


Maker = Callable[[Sequence[Any], Sequence[int]], list[Caption]]


def apart(found: Iterator[Caption] | Sequence[Caption], last: Caption, by: int = APART) -> list[Caption]:
    """Those of the captions, in their order, between which there is time to read; the last one always stays."""
    kept: list[Caption] = []
    for caption in found:
        if (not kept or caption.moment - kept[-1].moment >= by) and last.moment - caption.moment >= by:
            kept.append(caption)
    return [*kept, last]


def _of_range(run: Seen, name: str, style: str) -> str:
    """What a perfect sampler scores."""
    return _written(run.perfect[name], style)


def _written(known: Range, style: str) -> str:
    median, low, high = (style.format(x) for x in known)
    return median if low == high else f"{median}, {low}–{high}"


def _step(run: Seen, moment: int) -> str:
    return f"{run.steps[moment]:,}"


# ── one run that learns ──────────────────────────────────────────────────────────────────────────────────────────────


def _followed(way: str, end: str) -> Maker:
    """How many modes are found, and when all of them are; on the way and at the end what the codes `way` and `end`
    say of the numbers."""

    def maker(runs: Sequence[Seen], members: Sequence[int]) -> list[Caption]:
        (run,), (k,) = runs, members
        modes, last = run.near.shape[-1], len(run.shots) - 1
        everywhere = (run.covered[:-1, k] == modes) & (run.covered[1:, k] == modes)
        all_from = int(everywhere[1:].argmax()) + 1 if everywhere[1:].any() else last

        def found() -> Iterator[Caption]:
            yield Caption(0, "learning_start", {"n": run.shots[0].fake.shape[1], "modes": modes})
            for i in range(1, last):
                if i == all_from:
                    yield Caption(i, f"{'learning' if _probability(run) else 'score'}_modes", _scores(run, k, i))
                elif i <= all_from - APART and i % (2 * APART) == 0:
                    yield Caption(i, "learning_few", _scores(run, k, i))
                elif i > all_from and (i - all_from) % (2 * APART) == 0:
                    yield Caption(i, way, _scores(run, k, i))

        return apart(found(), Caption(last, end, _scores(run, k, last) | _of_the_end(run, k)))

    return maker


def _probability(run: Seen) -> bool:
    return LOSSES[run.config.train.loss].kind == "probability"


def _scores(run: Seen, k: int, moment: int) -> dict[str, Any]:
    """What is measured of member k."""
    words: dict[str, Any] = {"step": _step(run, moment), "w1": f"{run.w1[moment, k]:.2f}"}
    words["perfect_w1"] = _of_range(run, "w1", "{:.2f}")
    words["slope"] = number(float(run.slope[moment, k]), 2)
    if _probability(run):
        real, fake = run.opinions
        words |= {"real": f"{real[moment, k]:.2f}", "fake": f"{fake[moment, k]:.2f}"}
    if run.centres is not None:
        words |= {"covered": int(run.covered[moment, k]), "modes": run.near.shape[-1]}
        words |= {"quality": f"{run.quality[moment, k]:.0%}", "shares": _shares(run.nearest[moment, k])}
        words["perfect_quality"] = _of_range(run, "high_quality", "{:.0%}")
        if run.diversity is not None:
            words["weights"] = _shares(run.diversity.weights / run.diversity.weights.sum())
        if (averaged := run.averaged_quality) is not None:
            words["averaged"] = f"{averaged[moment, k]:.0%}"
    return words


def _shares(shares: Floats) -> str:
    return " : ".join(f"{share:.0%}" for share in shares)


def _of_the_end(run: Seen, k: int) -> dict[str, Any]:
    """How quality went over the last fifth of the steps, and how all members ended."""
    late = run.steps >= 0.8 * run.steps[-1]
    words: dict[str, Any] = {"members": run.members}
    if run.centres is not None:
        quality = run.quality[late, k]
        words |= {"low": f"{quality.min():.0%}", "high": f"{quality.max():.0%}"}
        words["all_covered"] = _spread(run.covered[-1], number)
        words["all_quality"] = _spread(run.quality[-1], "{:.0%}".format)
    return words | {"all_w1": _spread(run.w1[-1], "{:.2f}".format)}


def _spread(values: Floats | NDArray[np.int64], written: Callable[[float], str]) -> str:
    """The median of the members and their range."""
    median, low, high = (written(float(of(values))) for of in (np.median, np.min, np.max))
    return f"{median} ({low}–{high})"


learning = _followed("learning_way", "learning_end")
unsettled = _followed("learning_sharper", "learning_unsettled")  # it goes on circling
settling = _followed("learning_way", "learning_settled")
averaged = _followed("averaged_way", "averaged_end")
critic = _followed("critic_way", "critic_end")
shares = _followed("shares_way", "shares_end")
seeds = _followed("learning_way", "seeds_end")  # the one in the middle, and how the others end


def shape(runs: Sequence[Seen], members: Sequence[int]) -> list[Caption]:
    """How far the samples are from data without modes."""
    (run,), (k,) = runs, members
    last = len(run.shots) - 1

    def found() -> Iterator[Caption]:
        yield Caption(0, "shape_start", {"n": run.shots[0].fake.shape[1]} | _scores(run, k, 0))
        for i in range(2 * APART, last, 2 * APART):
            yield Caption(i, "shape_way", _scores(run, k, i))

    return apart(found(), Caption(last, "shape_end", _scores(run, k, last)))


def diverging(runs: Sequence[Seen], members: Sequence[int]) -> list[Caption]:
    """How far away the samples are, and how large what D says of the window, until the numbers end: at every step."""
    (run,), (k,) = runs, members
    last = len(run.shots) - 1

    def numbers(i: int) -> dict[str, Any]:
        shot = run.shots[i]
        fake, (xmin, xmax, ymin, ymax) = shot.fake[k].astype(float), shot.extent
        (x, y), n = fake.T, len(fake)
        outside = n - np.count_nonzero((x >= xmin) & (x <= xmax) & (y >= ymin) & (y <= ymax))
        return {
            "step": _step(run, i), "next": f"{run.steps[i] + 1:,}", "n": n, "outside": outside,
            "far": number(float(np.median(np.hypot(x, y))), 2), "rate": number(run.config.train.g_lr),
            "value": number(float(np.abs(shot.field[k]).max()), 2),
        }  # fmt: skip

    codes = ["start", *["way"] * (last - 1), "end"]
    return [Caption(i, f"diverging_{code}", numbers(i)) for i, code in enumerate(codes)]


# ── one generator that is chased from mode to mode ───────────────────────────────────────────────────────────────────


def hopping(runs: Sequence[Seen], members: Sequence[int]) -> list[Caption]:
    """To which mode most samples go over, where D believes least by then, and where most; what is to be watched is this
    mode, if G has left for it before the caption may go. Where it rests long, how many modes it has."""
    (run,), (k,) = runs, members
    shares, trust, last = run.nearest[:, k], run.trust[:, k], len(run.shots) - 1
    modes = shares.shape[-1]
    held = shares.argmax(-1)
    hops = [i for i in range(1, last) if held[i] != held[i - 1] and shares[i, held[i]] >= MOST]

    def at(i: int) -> dict[str, Any]:
        return {
            "step": _step(run, i), "new": int(held[i]) + 1, "share": f"{shares[i, held[i]]:.0%}",
            "fair": f"{1 / modes:.1%}",
        }  # fmt: skip

    def left(i: int) -> Caption:
        low, high = int(trust[i].argmin()), int(trust[i].argmax())
        words = at(i) | {
            "old": int(held[i - 1]) + 1, "low": low + 1, "high": high + 1, "d_low": f"{trust[i, low]:.2f}",
            "d_high": f"{trust[i, high]:.2f}",
        }  # fmt: skip
        follows = high != held[i] and high in held[i + 1 : i + 1 + APART]
        return Caption(i, "hopping_watch" if follows else "hopping_left", words)

    words = {
        "step": _step(run, last), "covered": int(run.covered[last, k]), "modes": modes, "hops": len(hops),
        "members": run.members, "median": number(np.median(run.covered[last])), "low": int(run.covered[last].min()),
        "high": int(run.covered[last].max()),
    }  # fmt: skip
    start = Caption(0, "hopping_start", {"n": run.shots[0].fake.shape[1], "modes": modes})
    said = apart([start, *map(left, hops)], Caption(last, "hopping_end", words))
    rests = [
        Caption(i, "hopping_way", at(i) | {"covered": int(run.covered[i, k]), "modes": modes})
        for one, other in pairwise(said)
        for i in range(one.moment + 2 * APART, other.moment - APART + 1, 2 * APART)
    ]
    return sorted([*said, *rests])


# ── both losses of G from one start ──────────────────────────────────────────────────────────────────────────────────


def vanishing(runs: Sequence[Seen], members: Sequence[int]) -> list[Caption]:
    """How sure D is, what that leaves of each loss's gradient, and how far the samples came."""
    last = len(runs[0].shots) - 1
    (first, second), (j, k) = runs, members

    def numbers(i: int) -> dict[str, Any]:
        gradients = [
            float(run.updates.gradient[max(0, int(np.searchsorted(run.updates.step, run.steps[i])) - 1), member])
            for run, member in zip(runs, members, strict=True)
        ]
        sure = [float(run.opinions[1][i, member]) for run, member in zip(runs, members, strict=True)]
        return {
            "step": _step(first, i), "sure": number(sure[0], 2), "sure_other": number(sure[1], 2),
            "gradient": number(gradients[0], 2), "gradient_other": number(gradients[1], 2),
            "ratio": f"{gradients[1] / gradients[0]:,.0f}" if gradients[0] > 0 else "∞",
            "way": f"{first.way[i, j]:.2f}", "way_other": f"{second.way[i, k]:.2f}",
        }  # fmt: skip

    def found() -> Iterator[Caption]:
        yield Caption(0, "vanishing_start", {"radius": number(first.config.data.radius)})
        sure = [i for i in range(1, last) if first.opinions[1][i, j] < SURE]
        for n, i in enumerate(sure[::APART]):
            yield Caption(i, "vanishing_sure" if n == 0 else "vanishing_way", numbers(i))

    ways = {
        name: f"{np.median(run.way[last]):.2f} ({run.way[last].min():.2f}–{run.way[last].max():.2f})"
        for name, run in zip(("way", "way_other"), runs, strict=True)
    }
    words = numbers(last) | ways | {"members": first.members}
    return apart(found(), Caption(last, "vanishing_end", words))


def far(runs: Sequence[Seen], members: Sequence[int]) -> list[Caption]:
    """One loss alone: how sure D is, what is left of G's gradient, and how far the samples came."""
    (run,), (k,) = runs, members
    last = len(run.shots) - 1

    def numbers(i: int) -> dict[str, Any]:
        row = max(0, int(np.searchsorted(run.updates.step, run.steps[i])) - 1)
        return {
            "step": _step(run, i), "sure": number(float(run.opinions[1][i, k]), 2), "way": f"{run.way[i, k]:.2f}",
            "gradient": number(float(run.updates.gradient[row, k]), 2), "radius": number(run.config.data.radius),
        }  # fmt: skip

    def found() -> Iterator[Caption]:
        yield Caption(0, "far_start", {"radius": number(run.config.data.radius)})
        for i in range(APART, last, 2 * APART):
            yield Caption(i, "far_sure" if run.opinions[1][i, k] < SURE else "far_way", numbers(i))

    words = numbers(last) | {"ways": _spread(run.way[last], "{:.2f}".format), "members": run.members}
    return apart(found(), Caption(last, "far_end", words))


# ── methods side by side ─────────────────────────────────────────────────────────────────────────────────────────────


def distances(runs: Sequence[Seen], members: Sequence[int]) -> list[Caption]:
    """How far each method's samples are from the data, in the order of the runs: the seeds in the plane."""
    last = len(runs[0].shots) - 1
    floor = {"perfect": _of_range(runs[0], "w1", "{:.2f}")}

    def numbers(i: int) -> dict[str, Any]:
        far = {f"w1_{n}": f"{run.w1[i, member]:.2f}" for n, (run, member) in enumerate(zip(runs, members, strict=True))}
        return {"step": _step(runs[0], i)} | far | floor

    def found() -> Iterator[Caption]:
        yield Caption(0, "distances_start", numbers(0))
        for i in range(1, last):
            yield Caption(i, "distances_way", numbers(i))

    spread = {
        f"w1_{n}": f"{np.median(run.w1[last]):.2f} ({run.w1[last].min():.2f}–{run.w1[last].max():.2f})"
        for n, run in enumerate(runs)
    }
    words = {"step": _step(runs[0], last), "members": runs[0].members} | spread | floor
    return apart(found(), Caption(last, "distances_end", words))


def covering(runs: Sequence[Seen], members: Sequence[int]) -> list[Caption]:
    """How many modes each covers: in `each`, in the order of the runs; at the end the median of all seeds."""
    first, last = runs[0], len(runs[0].shots) - 1
    known = {"modes": first.near.shape[-1], "members": first.members}

    def found() -> Iterator[Caption]:
        yield Caption(0, "covering_start", known)
        for i in range(2 * APART, last, 2 * APART):
            each = [{"covered": int(run.covered[i, k])} for run, k in zip(runs, members, strict=True)]
            yield Caption(i, "covering_way", known | {"step": _step(first, i), "each": each})

    each = [{"covered": _spread(run.covered[last], number)} for run in runs]
    return apart(found(), Caption(last, "covering_end", known | {"step": _step(first, last), "each": each}))


def slopes(runs: Sequence[Seen], members: Sequence[int]) -> list[Caption]:
    """How steep each critic is where mass has to be moved, and how far its generator's samples are from the data."""
    last = len(runs[0].shots) - 1
    fixed = {
        "perfect": _of_range(runs[0], "w1", "{:.2f}"), "c": number(runs[0].config.train.clip),
        "seed": runs[0].config.member(members[0]).train.seed,
    }  # fmt: skip

    def numbers(i: int) -> dict[str, Any]:
        found: dict[str, Any] = {"step": _step(runs[0], i)}
        for n, (run, member) in enumerate(zip(runs, members, strict=True)):
            found |= {f"slope_{n}": number(run.slope[i, member], 2), f"w1_{n}": f"{run.w1[i, member]:.2f}"}
        return found | fixed

    def found() -> Iterator[Caption]:
        yield Caption(0, "slopes_start", numbers(0))
        for i in range(1, last):
            yield Caption(i, "slopes_way", numbers(i))

    return apart(found(), Caption(last, "slopes_end", numbers(last)))


# ── two small players, whose game is looked at ───────────────────────────────────────────────────────────────────────


def circling(runs: Sequence[Seen], members: Sequence[int]) -> list[Caption]:
    """Where the middle of G's points is, and what D says meanwhile."""
    (run,), (k,) = runs, members
    last = len(run.shots) - 1
    middles = np.array([shot.fake[k].mean(0) for shot in run.shots])
    real, fake = run.opinions

    def numbers(i: int) -> dict[str, Any]:
        return {
            "step": _step(run, i), "real": f"{real[i, k]:.2f}", "fake": f"{fake[i, k]:.2f}",
            "w1": f"{run.w1[i, k]:.2f}", "perfect": _of_range(run, "w1", "{:.2f}"),
            "far": f"{np.hypot(*middles[i]):.2f}", "radius": number(run.config.data.radius),
        }  # fmt: skip

    def found() -> Iterator[Caption]:
        yield Caption(0, "circling_start", numbers(0))
        for i in range(1, last):
            yield Caption(i, "circling_way", numbers(i))

    far = np.hypot(*middles[last // 2 :].T)
    words = numbers(last) | {"low": f"{far.min():.2f}", "high": f"{far.max():.2f}"}
    return apart(found(), Caption(last, "circling_end", words))


# ── digits ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def digits(runs: Sequence[SeenImages], members: Sequence[int]) -> list[Caption]:
    """Which of the ten are made, as the classifier reads them."""
    return _read("digits", runs, members)


def digits_beside(runs: Sequence[SeenImages], members: Sequence[int]) -> list[Caption]:
    """… by each method, in the order of the runs."""
    return _read("digits_beside", runs, members)


def twins(runs: Sequence[SeenImages], members: Sequence[int]) -> list[Caption]:
    """… by each twin, however many there are: in `each`, in the order of the runs."""
    return _read("twins", runs, members)


def _read(code: str, runs: Sequence[SeenImages], members: Sequence[int]) -> list[Caption]:
    """The classifier looks more seldom than pictures are taken: the step is that of its look, which all runs share."""
    first, last = runs[0], len(runs[0].shots) - 1

    def numbers(i: int) -> dict[str, Any]:
        known = [run.classes.until(int(first.steps[i])) for run in runs]
        found: dict[str, Any] = {"step": f"{known[0].step[-1]:,}", "n": known[0].samples}
        found["floor"] = _written(known[0].perfect, "{:.2f}")
        read = [(int(of.made[-1, k]), f"{of.kl[-1, k]:.2f}") for of, k in zip(known, members, strict=True)]
        if code == "twins":
            return found | {"each": [{"made": made, "kl": kl} for made, kl in read]}
        for n, (made, kl) in enumerate(read):
            found |= {f"made_{n}": made, f"kl_{n}": kl}
        return found

    def found() -> Iterator[Caption]:
        yield Caption(0, f"{code}_start", {})
        for i in range(1, last):
            yield Caption(i, f"{code}_way", numbers(i))

    return apart(found(), Caption(last, f"{code}_end", numbers(last)), APART_SLOWLY)


# ── finished runs ────────────────────────────────────────────────────────────────────────────────────────────────────


def past(runs: Sequence[SeenPast], members: Sequence[int]) -> list[Caption]:
    """How many of the ten are made by then, which most often, and how far all of it is from real digits."""
    (run,) = runs
    last, n = len(run.shots) - 1, int(run.classes[0].sum())

    def numbers(i: int) -> dict[str, Any]:
        counts = run.classes[i]
        most = int(counts.argmax())
        found = {"step": f"{run.steps[i]:,}", "n": f"{n:,}", "made": int(np.count_nonzero(counts >= MIN_SHARE * n))}
        found |= {"most": most, "share": f"{counts[most] / n:.0%}"}
        for name, style in (("fid", "{:.0f}"), ("class_kl", "{:.3f}")):
            real = run.real[name]
            found |= {name: style.format(run.scores[name][i])}
            found |= {f"real_{name}": _written(Range(real.floor, real.low, real.high), style)}
        return found

    def found() -> Iterator[Caption]:
        yield Caption(0, "past_start", numbers(0))
        for i in range(1, last):
            yield Caption(i, "past_way", numbers(i))

    return apart(found(), Caption(last, "past_end", numbers(last)), APART_PAST)
