"""The section "In the plane": two distributions, with transport plans of samples, sharp and entropic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from pages.distances.drawing import about, chart, number, range_of, words
from pages.distances.options import (
    DIVERGENCES,
    EPSILONS,
    EXAMPLES_PLANE,
    NAMES,
    OF_PLANE,
    PLANE,
    SIDES,
    TRANSPORTED,
    Side,
)  # fmt: skip
from pages.distances.shapes import OWN, both, examples, in_one_scale, shape, taken, uploaded
from pages.shared.controls import options
from pages.shared.play import experiments
from pages.shared.shell import stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app
from pages.shared.views import drag, statistics, tables

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from gan_core.metrics.floors import Range
    from gan_core.theory.gaussians_2d import Normals

LINES_PER_POINT = 4  # of a drawn entropic plan: its strongest ones
WORDS = ("summary", "play", "stop", "closed", "now", "open", "later", "mean")  # of the picture that is taken


def section(page: PageState) -> None:
    # open where a visitor's own numbers have to be brought
    own = any(options.value(page, f"plane_{side}_kind") == OWN for side in SIDES)
    with stage.settings():
        name = options.control(page, "draw_plane", among=TRANSPORTED if own else (*DIVERGENCES, *TRANSPORTED))
        n = options.control(page, "samples")
        epsilon = options.control(page, "epsilon") if name == "sinkhorn" else None
        p, q = both(page, _in_plane, opened=own)
    with stage.begin():
        with stage.area("player"):
            examples(page, "plane", EXAMPLES_PLANE, PLANE)
        if p is None or q is None:
            with stage.area("verdict"):
                st.info(t("distances.upload_missing"), icon=":material/upload_file:")
            return
        p, q = in_one_scale(page, "plane", p, q)
        x, y = _draws(p, q, n)
        key = (*_identity(p), *_identity(q), n)
        plans = experiments.known(page, "plans", key, _plans(x, y))
        numbers = {**plans, **experiments.known(page, "numbers", key, _numbers(p, q, x, y))}
        pairs, told, more = np.empty((0, 3)), t("distances.measuring"), None
        if epsilon is not None:
            if sweep := experiments.known(page, "sweep", key, _sweep(x, y)):
                pairs, told, more = _blurred(sweep, epsilon, len(x))
        elif name not in TRANSPORTED:
            told = ""
        elif plans:
            pairs, told = _paired(plans[name], len(x))
        if own:
            with stage.area("verdict"):
                statistics.said("distances-plane", _said(name, told, numbers))
            with stage.picture(filled=True):
                _transport_picture(x, y, pairs, fills=True)
        else:
            _taken(page, p, q, x, y, pairs)
        with stage.rail():
            _plane_table(p, q, numbers, len(x))
            st.caption(told)
            if more is not None:
                chart(more, "sinkhorn")
        with stage.below():
            about(name)
            if name in DIVERGENCES:
                _density_picture(p, q, name)
            elif not own:
                with st.expander(t("distances.to_keep"), icon=":material/image:"):
                    _transport_picture(x, y, pairs)


def _said(name: str, told: str, numbers: Mapping[str, Any]) -> str:
    """What the pairs cost, and of a sharp plan what a perfect sampler has in its place."""
    if name == "sinkhorn":
        return told
    return f"{told} {t('distances.line_said_floor', floor=range_of(numbers.get(f'floor_{name}')))}"


def _in_plane(page: PageState, side: Side) -> Normals | np.ndarray | None:
    from gan_core.theory.gaussians_2d import Normals

    kind, get = shape(page, "plane", side, OF_PLANE)
    if kind == OWN:
        return uploaded(page, "plane", side, 2)
    if kind == "ring":
        return Normals.ring(8, get["kept"], get["radius"], get["std"])
    return Normals.gaussian((get["x"], get["y"]), (get["std_long"], get["std_short"]), get["angle"])


def _draws(p: Normals | np.ndarray, q: Normals | np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """n samples of each, or as many as the smaller upload has."""
    n = min([n, *(len(d) for d in (p, q) if isinstance(d, np.ndarray))])
    drawn = []
    for seed, d in enumerate((p, q)):
        rng = np.random.default_rng(seed)
        drawn.append(rng.permutation(d)[:n] if isinstance(d, np.ndarray) else d.draw(n, rng))
    return drawn[0], drawn[1]


def _identity(d: Normals | np.ndarray) -> tuple[bytes, ...]:
    """What tells a distribution from any other: the rows of a table, or the numbers of `Normals`."""
    arrays = (d,) if isinstance(d, np.ndarray) else (d.weights, d.means, d.covariances)
    return tuple(array.tobytes() for array in arrays)


def _plans(x: np.ndarray, y: np.ndarray) -> dict[str, Callable[[], tuple[np.ndarray, float]]]:
    """w1, w2: the best plan of the samples and what it costs."""
    from gan_core.theory.transport import matching

    return {name: partial(matching, x, y, order) for name, order in (("w1", 1), ("w2", 2))}


def _numbers(
    p: Normals | np.ndarray, q: Normals | np.ndarray, x: np.ndarray, y: np.ndarray
) -> dict[str, Callable[[], Any]]:
    """What else the table says: grid, the integrals of known densities, or kl_pq, kl_qp, jsd of a table's rows;
    floor_…, what a perfect sampler has."""
    from gan_core.theory.gaussians_2d import plane_grid

    found: dict[str, Callable[[], Any]] = {}
    floors = {name: (p, x, y) for name in ("w1", "w2")}
    if isinstance(p, np.ndarray) or isinstance(q, np.ndarray):
        first, second = (d if isinstance(d, np.ndarray) else s for d, s in ((p, x), (q, y)))
        others = {"kl_pq": (p, first, second), "kl_qp": (q, second, first), "jsd": (p, first, second)}
        found |= {name: partial(measures()[name], *pair) for name, (_, *pair) in others.items()}
        floors |= others
    else:
        found["grid"] = lambda: plane_grid(p, q).integrals()
    return found | {f"floor_{name}": partial(_floor, known, name, *pair) for name, (known, *pair) in floors.items()}


def _plane_table(p: Normals | np.ndarray, q: Normals | np.ndarray, known: Mapping[str, Any], n: int) -> None:
    """All distances, each with how it was found; estimates beside what a perfect sampler reads; … until it is known."""
    from gan_core import theory

    plans = {name: number(known[name][1], 3) if name in known else "…" for name in ("w1", "w2")}
    found: dict[str, tuple[str, str]] = {}
    if isinstance(p, np.ndarray) or isinstance(q, np.ndarray):
        for name in ("kl_pq", "kl_qp", "jsd"):
            value = number(known[name], 3) if name in known else "…"
            found[name] = (value, t("distances.how_floor", floor=range_of(known.get(f"floor_{name}"))))
    else:
        grid = known.get("grid", {})
        found |= {name: (number(grid[name]) if name in grid else "…", t("distances.how_grid")) for name in DIVERGENCES}
        if len(p.weights) == len(q.weights) == 1:
            a, b = (p.means[0], p.covariances[0]), (q.means[0], q.covariances[0])
            closed = t("distances.how_closed")
            found["kl_pq"] = (number(theory.kl_normals(*a, *b)), closed)
            found["kl_qp"] = (number(theory.kl_normals(*b, *a)), closed)
            # W₁ below is of samples, which are farther apart than what they are drawn from: W₁ ≤ W₂ holds of the same
            found["w2"] = (number(theory.w2_normals(*a, *b)), t("distances.how_closed_w2", n=n, value=plans["w2"]))
    for name in ("w1", "w2"):
        if name not in found:
            found[name] = (plans[name], t("distances.how_samples", n=n, floor=range_of(known.get(f"floor_{name}"))))
    rows = [[t(f"distances.name_{n}"), f"**{found[n][0]}**", found[n][1]] for n in NAMES if n in found]
    tables.show(["", t("distances.value"), t("distances.how")], rows)


def _floor(known: Normals | np.ndarray, name: str, x: np.ndarray, y: np.ndarray) -> Range:
    """What samples of the distribution of x score in the place of y. Who samples a table perfectly draws its rows, each
    as often as chance will have it."""
    from gan_core.metrics.divergences import transport_repeats
    from gan_core.metrics.floors import REPEATS, perfect

    def rows(table: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
        return table[rng.integers(len(table), size=n)]

    measure, n = measures()[name], len(y)
    draw = partial(rows, known) if isinstance(known, np.ndarray) else known.draw
    repeats = transport_repeats(n, x.shape[1]) if name in TRANSPORTED else REPEATS
    return perfect(lambda y: {name: measure(x, y)}, draw, n, repeats)[name]


def measures() -> dict[str, Callable[[np.ndarray, np.ndarray], float]]:
    """How each distance of samples is estimated, the first of its two first."""
    from gan_core import metrics
    from gan_core.theory.transport import matching

    estimates = {"kl_pq": metrics.kl_divergence, "kl_qp": metrics.kl_divergence, "jsd": metrics.jensen_shannon,
                 "w1": metrics.wasserstein1}  # fmt: skip
    found = {name: (lambda x, y, estimate=estimate: estimate(x, y).value) for name, estimate in estimates.items()}
    return found | {"w2": lambda x, y: matching(x, y, 2)[1]}


def _density_picture(p: Any, q: Any, name: str) -> None:
    from gan_core.figures import distances as figures
    from gan_core.theory.gaussians_2d import plane_grid

    windows = np.array([d.window(4.0) for d in (p, q)])
    grid = plane_grid(p, q, 161)
    inside_x = (grid.x >= windows[:, 0].min()) & (grid.x <= windows[:, 1].max())
    inside_y = (grid.y >= windows[:, 2].min()) & (grid.y <= windows[:, 3].max())
    shown = replace(
        grid, x=grid.x[inside_x], y=grid.y[inside_y], log_p=grid.log_p[np.ix_(inside_y, inside_x)],
        log_q=grid.log_q[np.ix_(inside_y, inside_x)],
    )  # fmt: skip
    chart(figures.plane(shown.x, shown.y, shown.log_p, shown.log_q, name, labels=words()), "plane")


def _taken(page: PageState, p: Normals, q: Normals, x: np.ndarray, y: np.ndarray, pairs: np.ndarray) -> None:
    """The picture whose p and q are taken by the hand; until something is set, q goes round by itself."""
    from gan_core.export import closed

    names = {name: t(f"distances.name_{name}") for name in closed.NAMES}
    said = {word: t(f"distances.plate.{word}") for word in ("p", "q", "ellipses", "pairs")}
    title = {"title": t("distances.plate.in_plane")}
    app().charts["distances-plane-taken"] = closed.plane(p, q, x, y, pairs, names | said | title)
    sides, shaped = taken(page, "plane", drag.IN_PLANE)
    moving = sides["q"]["kind"] == "gaussian" and not any(word.startswith("plane_") for word in page.words)
    with stage.by_hand():
        drag.plane(
            "distances-plane-taken", **sides, samples={"p": x, "q": y}, pairs=pairs, moving=moving, on_shape=shaped,
            words={word: t(f"distances.{word}") for word in PLANE}
            | {word: t(f"distances.in_plane.{word}") for word in WORDS},
        )  # fmt: skip


def _paired(plan: tuple[np.ndarray, float], n: int) -> tuple[np.ndarray, str]:
    """(n, 3): which sample of p goes to which of q by this transport, and how much of it, the most being 1; what it
    costs, in words."""
    partner, value = plan
    pairs = np.stack([np.arange(n), partner, np.ones(n)], axis=1)
    return pairs, t("distances.matched", n=n, value=number(value, 3))


def _blurred(sweep: Mapping[Any, Any], epsilon: float, n: int) -> tuple[np.ndarray, str, go.Figure]:
    """The same of entropic transport, and its cost over ε."""
    from gan_core.figures import distances as figures

    exact, now, each = sweep["exact"], sweep[epsilon], [sweep[one] for one in EPSILONS]
    numbers = {name: number(now[name], 3) for name in ("raw", "debiased", "raw_same")}
    told = t("distances.sinkhorn_said", epsilon=number(epsilon), n=n, exact=number(exact, 3), **numbers)
    columns = {name: [one[name] for one in each] for name in ("raw", "debiased", "raw_same")}
    figure = figures.regularised(EPSILONS, **columns, exact=exact, at=epsilon, labels=words())
    return now["pairs"], told, figure


def _transport_picture(x: np.ndarray, y: np.ndarray, pairs: np.ndarray, *, fills: bool = False) -> None:
    from gan_core.figures import distances as figures

    both = np.concatenate([x, y])
    (xmin, ymin), (xmax, ymax) = both.min(axis=0) - 0.3, both.max(axis=0) + 0.3
    lines = pairs[:, :2].astype(int)
    chart(figures.pairs(x, y, lines, pairs[:, 2], (xmin, xmax, ymin, ymax), labels=words()), "plane", fills=fills)


def _sweep(x: np.ndarray, y: np.ndarray) -> dict[Any, Callable[[], Any]]:
    """The exact W1, and for every ε what `_entropic` finds."""
    from gan_core.theory.transport import matching

    return {"exact": lambda: matching(x, y)[1], **{one: partial(_entropic, x, y, one) for one in EPSILONS}}


def _entropic(x: np.ndarray, y: np.ndarray, epsilon: float) -> dict[str, Any]:
    """Raw and debiased between the samples, raw between x and itself, and what is drawn of the plan, as `_paired` has
    it: the plans themselves, of 512 samples and all ε, would be 15 MB."""
    from gan_core.theory.transport import sinkhorn

    pair, same = sinkhorn(x, y, epsilon), sinkhorn(x, x, epsilon)
    return {"raw": pair.raw, "debiased": pair.debiased, "raw_same": same.raw, "pairs": _strongest(pair.plan)}


def _strongest(plan: np.ndarray) -> np.ndarray:
    strongest = np.argsort(plan, axis=None)[-LINES_PER_POINT * len(plan) :]
    rows, partners = np.unravel_index(strongest, plan.shape)
    shares = plan.ravel()[strongest]
    return np.stack([rows, partners, shares / shares.max()], axis=1)
