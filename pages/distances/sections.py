"""The sections of the page "Distances", one a tab; only the open one computes.

    line      two distributions on a line, all distances between them, and a picture of what each adds up
    plane     the same in the plane, with transport plans of samples, sharp and entropic
    fit       one Gaussian for two modes, under either direction of KL and under JSD
    size      what N samples and B bins make of a distance, beside the floor
    game      the value of the minimax game for a D on its way to the optimal one

Every control keeps its value while the visitor is here (`persist_state`), so an example only sets values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import streamlit as st

from pages.shared.controls.bars import bars
from pages.shared.shell import notices
from pages.shared.shell.i18n import t
from pages.shared.views import tables

if TYPE_CHECKING:
    from gan_core.theory.distributions_1d import OnLine
    from gan_core.theory.divergences_1d import Distances
    from gan_core.theory.gaussians_2d import Normals

Side = Literal["p", "q"]
SIDES: tuple[Side, Side] = ("p", "q")
COLOURS = {"p": "#0072B2", "q": "#E69F00"}
NAMES = ("kl_pq", "kl_qp", "jsd", "tv", "w1", "w2")
DIVERGENCES = ("kl_pq", "kl_qp", "jsd", "tv")  # those that need densities
POINTS = 801  # of a drawn curve
EDGES = tuple(float(x) for x in range(-5, 6))  # of the histogram to shape by hand
QUANTILES = 400  # places of a drawn transport plan
LINES_PER_POINT = 4  # of a drawn entropic plan: its strongest ones

# (low, high, step, value) of the sliders that shape a distribution
LINE: dict[str, tuple[float, float, float, float]] = {
    "mean": (-4.0, 4.0, 0.1, 0.0),
    "std": (0.1, 3.0, 0.05, 1.0),
    "mean2": (-4.0, 4.0, 0.1, 2.0),
    "std2": (0.1, 3.0, 0.05, 0.5),
    "weight2": (0.0, 1.0, 0.05, 0.5),
}
PLANE: dict[str, tuple[float, float, float, float]] = {
    "x": (-4.0, 4.0, 0.1, 0.0),
    "y": (-4.0, 4.0, 0.1, 0.0),
    "std_long": (0.1, 2.0, 0.05, 1.0),
    "std_short": (0.1, 2.0, 0.05, 0.5),
    "angle": (0, 180, 5, 30),
    "kept": (1, 8, 1, 8),
    "radius": (0.0, 4.0, 0.1, 2.0),
    "std": (0.05, 1.0, 0.05, 0.2),
}
OF: dict[str, tuple[str, ...]] = {
    "gaussian": ("mean", "std"),
    "two": ("mean", "std", "mean2", "std2", "weight2"),
    "bars": (),
    "sample": (),
}
OF_PLANE: dict[str, tuple[str, ...]] = {
    "gaussian": ("x", "y", "std_long", "std_short", "angle"),
    "ring": ("kept", "radius", "std"),
    "sample": (),
}
BARS = {
    "p": (0.1, 0.2, 0.4, 0.7, 0.9, 0.7, 0.4, 0.2, 0.1, 0.0),
    "q": (0.0, 0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.5, 0.2),
}
# name → what p and q are set to; what is left out keeps its default
EXAMPLES: dict[str, dict[Side, dict[str, Any]]] = {
    "shifted": {"p": {"mean": 0.0, "std": 1.0}, "q": {"mean": 2.0, "std": 1.0}},
    "apart": {"p": {"mean": -2.5, "std": 0.3}, "q": {"mean": 2.5, "std": 0.3}},
    "wider": {"p": {"mean": 0.0, "std": 1.0}, "q": {"mean": 1.0, "std": 2.0}},
    "one_mode": {
        "p": {"kind": "two", "mean": -2.0, "std": 0.5, "mean2": 2.0, "std2": 0.5},
        "q": {"mean": 2.0, "std": 0.5},
    },
    "bars": {"p": {"kind": "bars"}, "q": {"kind": "bars"}},
}
FIRST = "wider"
EXAMPLES_PLANE: dict[str, dict[Side, dict[str, Any]]] = {
    "gaussians": {"p": {}, "q": {"x": 1.0, "y": 0.5, "std_long": 0.8, "std_short": 0.8}},
    "collapse": {"p": {"kind": "ring"}, "q": {"kind": "ring", "kept": 1}},
    "blur": {"p": {"kind": "ring"}, "q": {"std_long": 0.2, "std_short": 0.2}},
}
FIRST_PLANE = "gaussians"
SAMPLES = (32, 64, 128, 256, 512)
EPSILONS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
SIZES = (20, 50, 100, 200, 450, 1000, 2000, 5000, 10_000)
BINS = (2, 5, 10, 20, 30, 50, 100, 200, 500, 900)
REPETITIONS = 60
FIT_STEPS = 120
MEASURES = ("jsd", "kl", "w1")


# ── controls ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _key(*parts: str) -> str:
    return "-".join(("distances", *parts))


def _start(key: str, value: Any) -> str:
    """The key, with a value to begin with."""
    st.session_state.setdefault(key, value)
    return key


def _pick(name: str, options: Sequence[Any], first: Any, words: Callable[[Any], str], **more: Any) -> Any:
    key = _start(_key(name), first)
    return st.segmented_control(
        t(f"distances.{name}"), options, key=key, format_func=words, required=True, persist_state="session", **more
    )


def _step(name: str, options: Sequence[float], first: float, words: Callable[[Any], str] = str) -> Any:
    key = _start(_key(name), first)
    return st.select_slider(
        t(f"distances.{name}"), options, key=key, format_func=words, persist_state="session",
        help=t(f"distances.{name}_help"),
    )  # fmt: skip


def _slide(name: str, low: float, high: float, step: float, first: float, *, word: str = "") -> float:
    key = _start(_key(name), first)
    return st.slider(t(f"distances.{word or name}"), low, high, step=step, key=key, persist_state="session")


def _shape(place: str, side: Side, kinds: Mapping[str, tuple[str, ...]], sliders: Mapping[str, Any], first: Any) -> str:
    """The controls of one side; gives the kind that is chosen. Values are in the session, see `_value`."""
    st.markdown(f":color[**{side}**]{{foreground='{COLOURS[side]}'}} · {t(f'distances.{side}')}")
    kind = st.selectbox(
        t("distances.kind"), list(kinds), key=_start(_key(place, side, "kind"), first.get("kind", "gaussian")),
        format_func=lambda name: t(f"distances.kind_{name}"), label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    for name in kinds[kind]:
        low, high, step, value = sliders[name]
        st.slider(
            t(f"distances.{name}"), low, high, step=step, persist_state="session",
            key=_start(_key(place, side, name), first.get(name, value)),
        )  # fmt: skip
    return kind


def _value(place: str, side: Side, name: str) -> Any:
    return st.session_state[_key(place, side, name)]


def _example(place: str, examples: Mapping[str, dict[Side, dict[str, Any]]], sliders: Mapping[str, Any]) -> None:
    """Buttons that set both sides."""

    def take(name: str) -> None:
        for side in SIDES:
            wanted = examples[name][side]
            st.session_state[_key(place, side, "kind")] = wanted.get("kind", "gaussian")
            for slider, (_, _, _, value) in sliders.items():
                st.session_state[_key(place, side, slider)] = wanted.get(slider, value)

    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(t("distances.examples"), width="content")
        for name in examples:
            st.button(t(f"distances.example_{name}"), key=_key(place, "example", name), on_click=take, args=(name,))


def _uploaded(place: str, side: Side, columns: int) -> np.ndarray | None:
    """The visitor's numbers (n, columns), None while there are none; a sentence if they cannot be read."""
    from gan_core.data.numbers import NumbersError, parse_numbers

    kept = _key(place, side, "numbers")
    key = _key(place, side, "file")

    def changed() -> None:
        file = st.session_state[key]
        if file is not None:
            st.session_state[kept] = file.getvalue()

    st.file_uploader(t(f"distances.upload_{columns}"), type=["csv", "txt", "tsv"], key=key, on_change=changed)
    content = st.session_state.get(kept)
    if content is None:
        st.caption(t("distances.upload_wait"))
        return None
    try:
        return parse_numbers(content, columns)
    except NumbersError as error:
        notices.warning(str(error))
        return None


def _words() -> dict[str, str]:
    from gan_core.figures.distances import WORDS

    return {name: t(f"distances.figure.{name}") for name in WORDS}


def _chart(figure: Any, name: str) -> None:
    from gan_core.figures import style

    st.plotly_chart(figure, key=_key("chart", name), config=style.EXPORT, width="stretch")


def _number(value: float, digits: int = 4) -> str:
    from gan_core.figures import style

    return style.number(float(value), digits)


# ── on a line ────────────────────────────────────────────────────────────────────────────────────────────────────────


@st.fragment
def line() -> None:
    from gan_core.theory.distributions_1d import Sample
    from gan_core.theory.divergences_1d import compare

    _example("line", EXAMPLES, LINE)
    left, right = st.columns([2, 3], gap="large")
    with left:
        boxes = st.columns(2, gap="medium")
        shaped = {}
        for side, box in zip(SIDES, boxes, strict=True):
            with box:
                shaped[side] = _on_line(side)
    p, q = shaped["p"], shaped["q"]
    if p is None or q is None:
        right.info(t("distances.upload_missing"), icon=":material/upload_file:")
        return
    with left:
        bins = 30
        if isinstance(p, Sample) or isinstance(q, Sample):
            bins = _step("bins_of_samples", (5, 10, 20, 30, 50, 100, 200), 30)
        found = compare(p, q, bins)
        _table(found)
    with right:
        name = _pick("draw", NAMES, "kl_pq", lambda one: t(f"distances.figure.{one}") if one in (*DIVERGENCES[:3],) else
                     t(f"distances.name_{one}"))  # fmt: skip
        st.markdown(t(f"distances.about_{name}"))
        _chart(_line_picture(name, p, q, bins), "line")


def _on_line(side: Side) -> OnLine | None:
    """The distribution that the controls of one side shape; None while an upload is missing."""
    from gan_core.theory.distributions_1d import GaussianMixture, Histogram, Sample

    kind = _shape("line", side, OF, LINE, EXAMPLES[FIRST][side])
    if kind == "sample":
        values = _uploaded("line", side, 1)
        return None if values is None else Sample(values[:, 0])
    if kind == "bars":
        kept = _start(_key("line", side, "heights"), list(BARS[side]))
        heights = st.session_state[kept]

        def shaped(values: list[float]) -> None:
            st.session_state[kept] = values

        labels = [f"{a:g} … {b:g}" for a, b in pairwise(EDGES)]
        bars(_key("line", side, "bars"), heights, colour=COLOURS[side], labels=labels, on_change=shaped)
        st.caption(t("distances.bars_hint", low=_number(EDGES[0]), high=_number(EDGES[-1])))
        if not sum(heights) > 0:
            heights = [1.0] * len(heights)
        return Histogram(np.array(EDGES), np.array(heights))
    get = {name: _value("line", side, name) for name in OF[kind]}
    if kind == "gaussian":
        return GaussianMixture.gaussian(get["mean"], get["std"])
    weights = np.array([1 - get["weight2"], get["weight2"]])
    return GaussianMixture(weights, np.array([get["mean"], get["mean2"]]), np.array([get["std"], get["std2"]]))


def _table(found: Distances) -> None:
    rows = []
    for name in NAMES:
        how = "closed" if name in found.closed else "bins" if found.bins and name in DIVERGENCES else "numerical"
        value = f"**{_number(getattr(found, name))}**"
        rows.append([t(f"distances.name_{name}"), value, t(f"distances.how_{how}", bins=found.bins)])
    tables.show(["", t("distances.value"), t("distances.how")], rows)
    st.caption(t("distances.units"))


def _line_picture(name: str, p: OnLine, q: OnLine, bins: int) -> Any:
    from gan_core.figures import distances as figures
    from gan_core.theory.distributions_1d import Histogram
    from gan_core.theory.divergences_1d import densities as with_densities
    from gan_core.theory.divergences_1d import transport

    first, second = with_densities(p, q, bins)
    low, high = min(p.window[0], q.window[0]), max(p.window[1], q.window[1])
    edges = np.concatenate([d.edges for d in (first, second) if isinstance(d, Histogram)] or [[]])
    # both sides of every jump, so that a step is drawn upright
    x = np.unique(np.concatenate([np.linspace(low, high, POINTS), edges, np.nextafter(edges, -np.inf)]))
    log_p, log_q = first.log_pdf(x), second.log_pdf(x)
    words = _words()
    if name in ("kl_pq", "kl_qp"):
        return figures.log_ratio(x, log_p, log_q, reverse=name == "kl_qp", labels=words)
    densities = np.exp(log_p), np.exp(log_q)
    if name == "jsd":
        return figures.middle(x, *densities, labels=words)
    if name == "tv":
        return figures.overlap(x, *densities, labels=words)
    if name == "w1":
        return figures.cdf_gap(x, *densities, p.moments(x)[0], q.moments(x)[0], labels=words)
    places = transport(p, q, (np.arange(QUANTILES) + 0.5) / QUANTILES)
    return figures.plan(x, *densities, *places, power=2, labels=words)


# ── in the plane ─────────────────────────────────────────────────────────────────────────────────────────────────────


@st.fragment
def plane() -> None:
    _example("plane", EXAMPLES_PLANE, PLANE)
    left, right = st.columns([2, 3], gap="large")
    with left:
        shaped = {}
        for side, box in zip(SIDES, st.columns(2, gap="medium"), strict=True):
            with box:
                shaped[side] = _in_plane(side)
    p, q = shaped["p"], shaped["q"]
    if p is None or q is None:
        right.info(t("distances.upload_missing"), icon=":material/upload_file:")
        return
    of_samples = isinstance(p, np.ndarray) or isinstance(q, np.ndarray)
    with left:
        n = _step("samples", SAMPLES, 128)
        x, y = _draws(p, q, n)
        _plane_table(p, q, x, y)
    with right:
        options = [*(() if of_samples else DIVERGENCES), "w1", "w2", "sinkhorn"]
        if st.session_state.get(_key("draw_plane")) not in options:
            st.session_state[_key("draw_plane")] = options[0]
        name = _pick("draw_plane", options, options[0], lambda one: t(f"distances.name_{one}"))
        st.markdown(t(f"distances.about_{name}"))
        if name in DIVERGENCES:
            _density_picture(p, q, name)
        else:
            _transport_picture(name, x, y)


def _in_plane(side: Side) -> Normals | np.ndarray | None:
    from gan_core.theory.gaussians_2d import Normals

    kind = _shape("plane", side, OF_PLANE, PLANE, EXAMPLES_PLANE[FIRST_PLANE][side])
    if kind == "sample":
        return _uploaded("plane", side, 2)
    get = {name: _value("plane", side, name) for name in OF_PLANE[kind]}
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


def _plane_table(p: Normals | np.ndarray, q: Normals | np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
    """All distances, each with how it was found; estimates beside their floors."""
    from gan_core import metrics, theory
    from gan_core.theory.gaussians_2d import plane_grid
    from gan_core.theory.transport import matching

    found: dict[str, tuple[str, str]] = {}
    if isinstance(p, np.ndarray) or isinstance(q, np.ndarray):
        first, second = (d if isinstance(d, np.ndarray) else s for d, s in ((p, x), (q, y)))
        for name, measure, pair in (
            ("kl_pq", metrics.kl_divergence, (first, second)),
            ("kl_qp", metrics.kl_divergence, (second, first)),
            ("jsd", metrics.jensen_shannon, (first, second)),
        ):
            value, floor = measure(*pair)
            found[name] = (_number(value, 3), t("distances.how_floor", floor=_number(floor, 2)))
    else:
        grid = plane_grid(p, q).integrals()
        found |= {name: (_number(value), t("distances.how_grid")) for name, value in grid.items()}
        if len(p.weights) == len(q.weights) == 1:
            a, b = (p.means[0], p.covariances[0]), (q.means[0], q.covariances[0])
            closed = t("distances.how_closed")
            found["kl_pq"] = (_number(theory.kl_normals(*a, *b)), closed)
            found["kl_qp"] = (_number(theory.kl_normals(*b, *a)), closed)
            found["w2"] = (_number(theory.w2_normals(*a, *b)), closed)
    estimate = metrics.wasserstein1(x, y)
    found["w1"] = (_number(estimate.value, 3), t("distances.how_samples", n=len(x), floor=_number(estimate.floor, 2)))
    if "w2" not in found:
        found["w2"] = (_number(matching(x, y, 2)[1], 3), t("distances.how_matched", n=len(x)))
    rows = [[t(f"distances.name_{n}"), f"**{found[n][0]}**", found[n][1]] for n in NAMES if n in found]
    tables.show(["", t("distances.value"), t("distances.how")], rows)


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
    _chart(figures.plane(shown.x, shown.y, shown.log_p, shown.log_q, name, labels=_words()), "plane")


def _transport_picture(name: str, x: np.ndarray, y: np.ndarray) -> None:
    from gan_core.figures import distances as figures
    from gan_core.theory.transport import matching

    both = np.concatenate([x, y])
    (xmin, ymin), (xmax, ymax) = both.min(axis=0) - 0.3, both.max(axis=0) + 0.3
    extent = (xmin, xmax, ymin, ymax)
    if name != "sinkhorn":
        partner, value = matching(x, y, 1 if name == "w1" else 2)
        st.caption(t("distances.matched", n=len(x), value=_number(value, 3)))
        lines = np.stack([np.arange(len(x)), partner], axis=1)
        _chart(figures.pairs(x, y, lines, np.ones(len(x)), extent, labels=_words()), "plane")
        return
    epsilon = _step("epsilon", EPSILONS, 0.2, "{:g}".format)
    sweep = _sinkhorn_sweep(x, y)
    now = sweep[EPSILONS.index(epsilon)]
    numbers = {name: _number(now[name], 3) for name in ("raw", "debiased", "raw_same", "exact")}
    st.caption(t("distances.sinkhorn_said", epsilon=f"{epsilon:g}", n=len(x), **numbers))
    strongest = np.argsort(now["plan"], axis=None)[-LINES_PER_POINT * len(x) :]
    lines = np.stack(np.unravel_index(strongest, now["plan"].shape), axis=1)
    shares = now["plan"].ravel()[strongest]
    _chart(figures.pairs(x, y, lines, shares / shares.max(), extent, labels=_words()), "plane")
    columns = {name: [one[name] for one in sweep] for name in ("raw", "debiased", "raw_same")}
    _chart(figures.regularised(EPSILONS, **columns, exact=now["exact"], at=epsilon, labels=_words()), "sinkhorn")


@st.cache_data(max_entries=16, show_spinner=False)
def _sinkhorn_sweep(x: np.ndarray, y: np.ndarray) -> list[dict[str, Any]]:
    """For every ε: raw and debiased between the samples, raw between x and itself, the exact W1, and the plan."""
    from gan_core.theory.transport import matching, sinkhorn

    exact = matching(x, y)[1]
    found = []
    for epsilon in EPSILONS:
        pair, same = sinkhorn(x, y, epsilon), sinkhorn(x, x, epsilon)
        found.append(
            {"raw": pair.raw, "debiased": pair.debiased, "raw_same": same.raw, "exact": exact, "plan": pair.plan}
        )
    return found


# ── one Gaussian for two modes ───────────────────────────────────────────────────────────────────────────────────────


@st.fragment
def fit() -> None:
    from gan_core.figures import distances as figures
    from gan_core.theory.distributions_1d import GaussianMixture

    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown(t("distances.fit_text"))
        distance = _slide("fit_distance", 0.0, 8.0, 0.5, 5.0)
        weight = _slide("fit_weight", 0.1, 0.9, 0.05, 0.5)
        start = (_slide("fit_mean", -4.0, 4.0, 0.1, 0.5), _slide("fit_std", 0.2, 4.0, 0.1, 1.0))
    target = GaussianMixture(np.array([1 - weight, weight]), np.array([-distance, distance]) / 2, np.full(2, 0.6))
    paths = _fits(distance, weight, *start)
    x = np.linspace(-distance / 2 - 4, distance / 2 + 4, 401)
    with right:
        _chart(figures.fits(x, np.exp(target.log_pdf(x)), paths, labels=_words()), "fit")
    with left:
        rows = [
            [t(f"distances.name_{name}"), *(f"{found[-1]:.3f}".replace("-", "−") for found in path)]
            for name, path in paths.items()
        ]
        tables.show(["", t("distances.mean"), t("distances.std"), t("distances.value")], rows)
        st.caption(t("distances.fit_note", mean=_number(target.moments(target.breaks[-1:])[1, 0], 3),
                     std=_number(_std(target), 3)))  # fmt: skip


def _std(d: Any) -> float:
    _, mean, square = d.moments(d.breaks[-1:])[:, 0]
    return float(np.sqrt(square - mean**2))


@st.cache_data(max_entries=64, show_spinner=False)
def _fits(distance: float, weight: float, mean: float, std: float) -> dict[str, tuple[np.ndarray, ...]]:
    from gan_core.theory.distributions_1d import GaussianMixture
    from gan_core.theory.divergences_1d import fit_gaussian

    target = GaussianMixture(np.array([1 - weight, weight]), np.array([-distance, distance]) / 2, np.full(2, 0.6))
    found = {name: fit_gaussian(target, name, (mean, std), FIT_STEPS) for name in ("kl_pq", "kl_qp", "jsd")}
    return {name: (one.means, one.stds, one.values) for name, one in found.items()}


# ── the sample size ──────────────────────────────────────────────────────────────────────────────────────────────────


@st.fragment
def size() -> None:
    from gan_core.figures import distances as figures
    from gan_core.theory.divergences_1d import expected_floor

    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown(t("distances.size_text"))
        measure = _pick("measure", MEASURES, "jsd", lambda one: t(f"distances.measure_{one}"))
        d = _slide("size_distance", 0.0, 3.0, 0.25, 0.0)
        n = _step("n", SIZES, 200, "{:,}".format)
        bins = _step("bins", BINS, 900) if measure != "w1" else 1
    truth, different, same = _experiments(measure, d, bins)
    i = SIZES.index(n)
    low, high = np.percentile(same[i], [5, 95])
    with left:
        word = "size_noise" if low <= different[i][0] <= high else "size_signal"
        said = t(
            f"distances.{word}", n=f"{n:,}", one=_number(different[i][0], 3), truth=_number(truth, 3),
            floor=_number(same[i].mean(), 3), low=_number(low, 3), high=_number(high, 3), runs=REPETITIONS,
            measure=t(f"distances.measure_{measure}"),
        )  # fmt: skip
        box = st.warning if word == "size_noise" else st.success
        box(said, icon=":material/casino:" if word == "size_noise" else ":material/check:")
        rule = t(f"distances.rule_{measure}", value=_number(expected_floor(n, measure, bins), 3))
        st.caption(rule + (" " + t("distances.rule_breaks") if measure != "w1" and n <= 5 * bins else ""))
    with right:
        words = _words()
        _chart(figures.repeats(different[i], same[i], truth, labels=words), "repeats")
        _chart(figures.over_sizes(SIZES, different, same, truth, n, labels=words), "sizes")


@st.cache_data(max_entries=64, show_spinner=False)
def _experiments(measure: str, distance: float, bins: int) -> tuple[float, np.ndarray, np.ndarray]:
    """(true value, estimates of p against q, of p against p), (S, R) each."""
    from gan_core import theory
    from gan_core.theory.distributions_1d import GaussianMixture
    from gan_core.theory.divergences_1d import estimates

    p, q = GaussianMixture.gaussian(0.0, 1.0), GaussianMixture.gaussian(distance, 1.0)
    truth = {"jsd": theory.gaussian_jsd, "kl": theory.gaussian_kl, "w1": theory.gaussian_w1}[measure](distance)
    different = [estimates(p, q, n, measure, bins, REPETITIONS) for n in SIZES]
    same = [estimates(p, p, n, measure, bins, REPETITIONS, seed=1) for n in SIZES]
    return float(truth), np.array(different), np.array(same)


# ── the value of the game ────────────────────────────────────────────────────────────────────────────────────────────


@st.fragment
def game() -> None:
    from gan_core import theory
    from gan_core.figures import game as figures

    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown(t("distances.game_text"))
        d = _slide("game_distance", 0.0, 6.0, 0.25, 2.0)
        path = _pick("game_path", ("zero", "half"), "zero", lambda one: t(f"distances.game_path_{one}"))
        share = _slide("game_share", 0.0, 1.0, 0.01, 0.5) if path == "zero" else _slide(
            "game_certainty", 0.0, 3.0, 0.05, 0.5)  # fmt: skip
    x = np.linspace(min(0.0, d) - 8, max(0.0, d) + 8, 2001)
    log_p, log_q = (-((x - mean) ** 2) / 2 - np.log(2 * np.pi) / 2 for mean in (0.0, d))
    p, q = np.exp(log_p), np.exp(log_q)
    best = log_p - log_q

    def logit(s: float) -> np.ndarray:
        """Of the D that is s of the way from its start to D*: D = s D*, or a = s a*."""
        if path == "half":
            return s * best
        chance = s * theory.optimal_discriminator(log_p, log_q)
        with np.errstate(divide="ignore"):
            return np.log(chance) - np.log1p(-chance)

    shares = np.linspace(0.0, 1.0, 101) if path == "zero" else np.linspace(0.0, 3.0, 121)
    values = np.array([theory.value_of_the_game(logit(s), p, q, x) for s in shares])
    now = float(theory.value_of_the_game(logit(share), p, q, x))
    jsd = float(theory.gaussian_jsd(d))
    optimum = float(theory.optimal_value(jsd))
    with left:
        st.markdown(t("distances.game_said", value=_number(now), optimum=_number(optimum), jsd=_number(jsd),
                      bound=_number(now / 2 + theory.LN2)))  # fmt: skip
    with right:
        near = np.abs(x - d / 2) <= d / 2 + 4.5
        chosen = theory.optimal_discriminator(logit(share), 0.0)  # σ of the logit
        figure = figures.game(
            x[near], p[near], q[near], chosen[near], theory.optimal_discriminator(log_p, log_q)[near],
            shares, values, (share, now), optimum, labels=_words(),
        )  # fmt: skip
        _chart(figure, "game")


SECTIONS: dict[str, Callable[[], None]] = {"line": line, "plane": plane, "fit": fit, "size": size, "game": game}
