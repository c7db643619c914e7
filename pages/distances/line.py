"""The section "On a line": two distributions, all distances between them, and a picture of what each adds up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from pages.distances.drawing import about, chart, columns, number, range_of, words
from pages.distances.options import DIVERGENCES, EXAMPLES, LINE, NAMES, OF, SIDES, Side
from pages.distances.shapes import COLOURS, OWN, both, examples, put, shape, taken, uploaded
from pages.shared.controls import options
from pages.shared.controls.bars import bars
from pages.shared.play import experiments
from pages.shared.shell import address, stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app
from pages.shared.views import drag, figures, statistics, tables

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from gan_core.metrics.floors import Range
    from gan_core.theory.distributions_1d import OnLine
    from gan_core.theory.divergences_1d import Distances

EDGES = tuple(float(x) for x in range(-5, 6))  # of the histogram to shape by hand
POINTS = 801  # of a drawn curve
QUANTILES = 400  # places of a drawn transport plan
DRAWS = 40  # of a perfect sampler
Floors = Mapping[str, "Range"]  # of every distance what a perfect sampler reads; empty until it is known
WORDS = ("summary", "play", "stop", "pull", "scale", "apart", "partly", "met")  # of the picture that is taken


def section(page: PageState) -> None:
    from gan_core.theory.distributions_1d import Sample
    from gan_core.theory.divergences_1d import compare

    plain = all(options.value(page, f"line_{side}_kind") in drag.PLAIN for side in SIDES)
    with stage.settings():
        name = options.control(
            page, "draw",
            words=lambda one: t(f"distances.{'figure.' if one in DIVERGENCES[:3] else 'name_'}{one}"),
        )  # fmt: skip
        bins = st.container()  # asked for where there are samples
        one, other = both(page, _on_line, opened=not plain)
    with stage.begin():
        with stage.area("player"):
            examples(page, "line", EXAMPLES, LINE)
        if one is None or other is None:
            with stage.area("verdict"):
                st.info(t("distances.upload_missing"), icon=":material/upload_file:")
            return
        p, q, in_bins = distribution(*one), distribution(*other), 30
        if isinstance(p, Sample) or isinstance(q, Sample):
            with bins:
                in_bins = options.control(page, "bins_of_samples")
        found = compare(p, q, in_bins)
        floors = _floors(page, one, other, in_bins) if Sample in (type(p), type(q)) else None
        figure = figures.shared(_line_picture, name, one, other, in_bins, labels=words())
        if plain:
            _taken(page, name, (one, other))
        else:
            with stage.area("verdict"):
                statistics.said("distances-line", _said(name, found, floors))
            with stage.picture(filled=True):
                chart(figure, "line", fills=True)
        with stage.below():
            left, right = columns()
            with left:
                _table(found, floors)
            with right:
                about(name)
                if plain:
                    with st.expander(t("distances.to_keep"), icon=":material/image:"):
                        chart(figure, "line")


def _said(name: str, found: Distances, floors: Floors | None) -> str:
    """What is drawn, in a sentence; of samples beside what a perfect sampler reads."""
    value = t("distances.line_said", name=t(f"distances.name_{name}"), value=number(getattr(found, name)))
    return value if floors is None else f"{value} {t('distances.line_said_floor', floor=range_of(floors.get(name)))}"


def _taken(page: PageState, name: str, shapes: tuple[Shape, Shape]) -> None:
    """The picture whose p and q are taken by the hand; until something is set, q slides past p by itself."""

    from gan_core.export import closed
    from gan_core.theory.distributions_1d import GaussianMixture

    p, q = (distribution(*one) for one in shapes)
    assert isinstance(p, GaussianMixture) and isinstance(q, GaussianMixture)
    names = {one: t(f"distances.name_{one}") for one in NAMES}
    kept = {word: t(f"distances.plate.{word}") for word in ("title", "p", "q", "added", "pull")}
    app().charts["distances-line-taken"] = closed.densities(p, q, name, names | kept)

    def drawn(chosen: str) -> None:
        put(page, "draw", chosen)
        address.write_page(page)

    sides, shaped = taken(page, "line", drag.PLAIN)
    with stage.by_hand(square=False):
        drag.densities(
            "distances-line-taken", **sides, draw=name, moving=not any(word.startswith("line_") for word in page.words),
            names=names, adds={one: t(f"distances.adds_{one}") for one in NAMES},
            words={word: t(f"distances.{word}") for word in LINE}
            | {word: t(f"distances.taken.{word}") for word in WORDS},
            on_shape=shaped, on_draw=drawn,
        )  # fmt: skip


Shape = tuple[str, tuple[float, ...]]  # a kind of distribution and its numbers, which can be compared


def distribution(kind: str, numbers: tuple[float, ...]) -> OnLine:
    from gan_core.theory.distributions_1d import GaussianMixture, Histogram, Sample

    if kind == OWN:
        return Sample(np.array(numbers))
    if kind == "bars":
        heights = numbers if sum(numbers) > 0 else (1.0,) * len(numbers)
        return Histogram(np.array(EDGES), np.array(heights))
    if kind == "gaussian":
        return GaussianMixture.gaussian(*numbers)
    mean, std, mean2, std2, weight2 = numbers
    return GaussianMixture(np.array([1 - weight2, weight2]), np.array([mean, mean2]), np.array([std, std2]))


def _on_line(page: PageState, side: Side) -> Shape | None:
    """What the controls of one side shape; None while an upload is missing."""
    kind, get = shape(page, "line", side, OF)
    if kind == OWN:
        values = uploaded(page, "line", side, 1)
        return None if values is None else (OWN, tuple(values[:, 0].tolist()))
    if kind == "bars":
        name = f"line_{side}_heights"
        heights = options.value(page, name)

        def shaped(values: list[float]) -> None:
            options.put(page, name, values)
            address.write_page(page)

        labels = [f"{number(a)} … {number(b)}" for a, b in pairwise(EDGES)]
        bars(f"distances-line-{side}-bars", heights, colour=COLOURS[side], labels=labels, on_change=shaped)
        st.caption(t("distances.bars_hint", low=number(EDGES[0]), high=number(EDGES[-1])))
        return "bars", tuple(heights)
    names = ("mean", "std") if kind == "gaussian" else ("mean", "std", "mean2", "std2", "weight2")
    return kind, tuple(get[one] for one in names)


def _floors(page: PageState, one: Shape, other: Shape, bins: int) -> Floors:
    """Median and 5–95 % of every distance where a sample is of the very distribution that it is compared with; empty
    until a worker knows."""
    from gan_core.metrics.floors import ranges

    p, q = distribution(*one), distribution(*other)
    drawn: list[Mapping[str, float]] = []

    def draw(i: int) -> None:
        drawn.append(_drawn(p, q, bins, i))

    tasks: dict[Any, Callable[[], Any]] = {i: partial(draw, i) for i in range(DRAWS)}
    tasks["floors"] = lambda: ranges(drawn)
    return experiments.known(page, "line-floors", (one, other, bins), tasks).get("floors", {})


def _drawn(p: OnLine, q: OnLine, bins: int, seed: int) -> dict[str, float]:
    """All distances of a sample from what it is drawn anew from, or of two samples that are split anew from both
    together."""
    from gan_core.theory.distributions_1d import Sample, quantile
    from gan_core.theory.divergences_1d import compare

    rng = np.random.default_rng([0, seed])
    if isinstance(p, Sample) and isinstance(q, Sample):
        mixed = rng.permutation(np.concatenate([p.values, q.values]))
        pair: tuple[OnLine, OnLine] = Sample(mixed[: len(p.values)]), Sample(mixed[len(p.values) :])
    elif isinstance(p, Sample):
        pair = Sample(quantile(q, rng.uniform(size=len(p.values)))), q
    else:
        assert isinstance(q, Sample)
        pair = p, Sample(quantile(p, rng.uniform(size=len(q.values))))
    distances = compare(*pair, bins)
    return {name: float(getattr(distances, name)) for name in NAMES}


def _table(found: Distances, floors: Floors | None) -> None:
    """Every distance and how it was found; of samples beside what a perfect sampler reads, of known densities exact."""
    rows = []
    for name in NAMES:
        how = "closed" if name in found.closed else "bins" if found.bins and name in DIVERGENCES else "numerical"
        value = f"**{number(getattr(found, name))}**"
        beside = [] if floors is None else [range_of(floors.get(name))]
        rows.append([t(f"distances.name_{name}"), value, t(f"distances.how_{how}", bins=found.bins), *beside])
    head = ["", t("distances.value"), t("distances.how"), *([] if floors is None else [t("distances.perfect_sampler")])]
    tables.show(head, rows)
    st.caption(t("distances.units"))


def _line_picture(name: str, one: Shape, other: Shape, bins: int, *, labels: dict[str, str]) -> go.Figure:
    from gan_core.figures import distances as figures
    from gan_core.theory.distributions_1d import Histogram
    from gan_core.theory.divergences_1d import densities as with_densities
    from gan_core.theory.divergences_1d import transport

    p, q = distribution(*one), distribution(*other)
    first, second = with_densities(p, q, bins)
    low, high = min(p.window[0], q.window[0]), max(p.window[1], q.window[1])
    edges = np.concatenate([d.edges for d in (first, second) if isinstance(d, Histogram)] + [np.empty(0)])
    # both sides of every jump, so that a step is drawn upright
    x = np.unique(np.concatenate([np.linspace(low, high, POINTS), edges, np.nextafter(edges, -np.inf)]))
    log_p, log_q = first.log_pdf(x), second.log_pdf(x)
    if name in ("kl_pq", "kl_qp"):
        return figures.log_ratio(x, log_p, log_q, reverse=name == "kl_qp", labels=labels)
    densities = np.exp(log_p), np.exp(log_q)
    if name == "jsd":
        return figures.middle(x, *densities, labels=labels)
    if name == "tv":
        return figures.overlap(x, *densities, labels=labels)
    if name == "w1":
        return figures.cdf_gap(x, *densities, p.moments(x)[0], q.moments(x)[0], labels=labels)
    places = transport(p, q, (np.arange(QUANTILES) + 0.5) / QUANTILES)
    return figures.plan(x, *densities, *places, power=2, labels=labels)
