"""What each divergence of two distributions adds up, drawn: on a line, in the plane, from samples, and while a Gaussian
is fitted. Arrays in, a figure out; `labels` replaces the English texts of WORDS by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray
from plotly.subplots import make_subplots
from scipy.special import rel_entr

from gan_core.figures import style
from gan_core.figures.pieces import animated, area, clear, free_corner, line, two_sided
from gan_core.figures.style import Floats, Labels

WORDS = {
    "p": "p (real)",
    "q": "q (generated)",
    "m": "m = (p + q)/2",
    "x": "x",
    "density": "density",
    "log_ratio": "ln({p}/{q})",
    "kl_integrand": "{p} ln({p}/{q})",
    "more": "adds",
    "less": "takes off",
    "infinite": "∞: mass of {p} where {q} has none",
    "half_p": "½ p ln(p/m)",
    "half_q": "½ q ln(q/m)",
    "half_gap": "½ |p − q|",
    "cdf": "share left of x",
    "f": "F (of p)",
    "g": "G (of q)",
    "gap": "|F − G|",
    "plan": "where the mass goes",
    "u": "share u of the mass, from the left",
    "moved": "distance moved",
    "moved_squared": "distance moved, squared",
    "step": "step",
    "play": "▶",
    "pause": "❚❚",
    "kl_pq": "KL(p ‖ q)",
    "kl_qp": "KL(q ‖ p)",
    "jsd": "JSD",
    "n": "samples N of each",
    "estimate": "estimate",
    "different": "p against q",
    "same": "p against p: the floor",
    "truth": "true value",
    "one": "newest experiment",
    "count": "experiments",
    "drawn": "experiments drawn:",
    "epsilon": "ε",
    "value": "value",
    "raw": "raw",
    "debiased": "debiased",
    "raw_same": "raw, p against itself",
    "exact": "exact W₁",
    "game": "V(D)",
    "share": "how far D has come: 1 is the optimal D*",
    "come": "D has come",
    "optimum": "−2 ln 2 + 2 JSD",
    "equilibrium": "−2 ln 2",
    "d": "D(x)",
    "optimal_d": "optimal D*",
    "probability": "D",
}

RATIO_LIMIT = 12.0  # of the axis of a log-ratio


# --- On a line --------------------------------------------------------------------------------------------------------


def log_ratio(
    x: ArrayLike, log_p: ArrayLike, log_q: ArrayLike, *, reverse: bool = False, labels: Labels = None
) -> go.Figure:
    """KL: both densities, the log-ratio, and what is integrated, first ln(first/second).

    Log densities (n,) at x (n,), −inf where a density is 0. `reverse`: KL(q ‖ p) instead of KL(p ‖ q).
    """
    text = style.texts(WORDS, labels)
    x, a, b = (np.asarray(v, float) for v in (x, log_p, log_q))
    names = {"p": "q", "q": "p"} if reverse else {"p": "p", "q": "q"}
    first, second = (b, a) if reverse else (a, b)
    figure = _densities(x, np.exp(a), np.exp(b), text, rows=3, heights=[0.36, 0.28, 0.36])
    present = ~np.isneginf(first)
    infinite = present & np.isneginf(second)
    ratio = np.full_like(x, np.nan)
    both = present & ~infinite
    ratio[both] = first[both] - second[both]
    integrand = np.where(both, np.exp(first) * np.nan_to_num(ratio), 0.0)
    shown = np.where(np.abs(ratio) <= RATIO_LIMIT, ratio, np.nan)
    figure.add_trace(line(x, shown, text["log_ratio"].format(**names), style.NEUTRAL, dash="dash"), 2, 1)
    for name, part, color in (("more", integrand.clip(min=0), style.KL), ("less", integrand.clip(max=0), style.W1)):
        figure.add_trace(area(x, part, text[name], color), 3, 1)
    for left, right in _stretches(x, infinite):
        figure.add_vrect(left, right, fillcolor=style.W1, opacity=0.18, line_width=0, row=3, col=1)
    if infinite.any():
        figure.add_annotation(
            text=text["infinite"].format(**names), x=0.5, xref="x3 domain", y=1, yref="y3 domain", showarrow=False
        )
    figure.add_hline(0, line={"color": style.NEUTRAL, "width": 1}, row=2, col=1)
    figure.update_yaxes(title_text=text["log_ratio"].format(**names), row=2, col=1)
    figure.update_yaxes(title_text=text["kl_integrand"].format(**names), row=3, col=1)
    return _finish(figure, x, text, height=620)


def middle(x: ArrayLike, p: ArrayLike, q: ArrayLike, labels: Labels = None) -> go.Figure:
    """JSD: p, q and their middle m, and the two halves that are integrated, one upon the other."""
    text = style.texts(WORDS, labels)
    x, p, q = (np.asarray(v, float) for v in (x, p, q))
    m = (p + q) / 2
    figure = _densities(x, p, q, text)
    figure.add_trace(line(x, m, text["m"], style.JSD, dash="dash"), 1, 1)
    half_p, half_q = rel_entr(p, m) / 2, rel_entr(q, m) / 2
    figure.add_trace(area(x, half_p, text["half_p"], style.REAL), 2, 1)
    figure.add_trace(area(x, half_q, text["half_q"], style.FAKE), 2, 1)
    figure.add_trace(line(x, half_p + half_q, text["jsd"], style.JSD), 2, 1)
    figure.update_yaxes(title_text=f"{text['half_p']} + {text['half_q']}", row=2, col=1)
    return _finish(figure, x, text)


def overlap(x: ArrayLike, p: ArrayLike, q: ArrayLike, labels: Labels = None) -> go.Figure:
    """Total variation: both densities, and half of what lies between them."""
    text = style.texts(WORDS, labels)
    x, p, q = (np.asarray(v, float) for v in (x, p, q))
    figure = _densities(x, p, q, text)
    figure.add_trace(area(x, np.abs(p - q) / 2, text["half_gap"], style.TV), 2, 1)
    figure.update_yaxes(title_text=text["half_gap"], row=2, col=1)
    return _finish(figure, x, text)


def cdf_gap(
    x: ArrayLike, p: ArrayLike, q: ArrayLike, below_p: ArrayLike, below_q: ArrayLike, labels: Labels = None
) -> go.Figure:
    """W1: both densities, and the area between the cumulative distributions F and G."""
    text = style.texts(WORDS, labels)
    x, p, q, f, g = (np.asarray(v, float) for v in (x, p, q, below_p, below_q))
    figure = _densities(x, p, q, text)
    figure.add_trace(line(x, f, text["f"], style.REAL), 2, 1)
    gap = line(x, g, text["g"], style.FAKE).update(fill="tonexty", fillcolor=clear(style.W1, 0.35))
    figure.add_trace(gap, 2, 1)
    figure.update_yaxes(title_text=text["cdf"], range=[-0.03, 1.08], row=2, col=1)
    return _finish(figure, x, text)


def plan(
    x: ArrayLike, p: ArrayLike, q: ArrayLike, start: ArrayLike, end: ArrayLike, power: int = 1, labels: Labels = None
) -> go.Figure:
    """Transport: p above, q below, and lines from where mass is to where it goes; below, what each share costs.

    start, end (k,): places of the same shares of the mass in p and q, in ascending order, evenly spaced shares.
    """
    text = style.texts(WORDS, labels)
    x, p, q, a, b = (np.asarray(v, float) for v in (x, p, q, start, end))
    figure = make_subplots(2, 1, vertical_spacing=0.16, row_heights=[0.62, 0.38])
    figure.add_trace(area(x, p, text["p"], style.REAL), 1, 1)
    figure.add_trace(area(x, -q, text["q"], style.FAKE), 1, 1)
    every = max(1, len(a) // 40)
    heights = (np.interp(a, x, p), -np.interp(b, x, q))
    lines = np.full((2, 3 * len(a[::every])), np.nan)
    for row, ends in ((0, (a, b)), (1, heights)):
        lines[row, 0::3], lines[row, 1::3] = ends[0][::every], ends[1][::every]
    figure.add_trace(line(lines[0], lines[1], text["plan"], style.W1, width=1).update(hoverinfo="skip"), 1, 1)
    u = (np.arange(len(a)) + 0.5) / len(a)
    cost = np.abs(a - b) ** power
    name = text["moved" if power == 1 else "moved_squared"]
    figure.add_trace(area(u, cost, name, style.W1), 2, 1)
    figure.update_xaxes(title_text=text["x"], range=[x[0], x[-1]], row=1, col=1)
    figure.update_xaxes(title_text=text["u"], range=[0, 1], row=2, col=1)
    figure.update_yaxes(title_text=text["density"], zeroline=True, tickformat=",.3~r", row=1, col=1)
    figure.update_yaxes(title_text=name, rangemode="tozero", row=2, col=1)
    return style.styled(figure, height=560).update_layout(hovermode="closest")


# --- One Gaussian for two modes ---------------------------------------------------------------------------------------


def fits(
    x: ArrayLike,
    target: ArrayLike,
    paths: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]],
    labels: Labels = None,
) -> go.Figure:
    """A Gaussian per divergence on its way to the target p, a row each, with a button that plays them together.

    target (n,) at x (n,); paths: "kl_pq", "kl_qp" or "jsd" → means, stds, values, (T,) each. A path that is over waits.
    """
    text = style.texts(WORDS, labels)
    x, p = np.asarray(x, float), np.asarray(target, float)
    curves = {name: [np.asarray(v, float) for v in path] for name, path in paths.items()}
    length = max(len(means) for means, _, _ in curves.values())
    pens = {"kl_pq": style.Pen(style.KL), "kl_qp": style.Pen(style.KL, "dash"), "jsd": style.Pen(style.JSD)}
    figure = make_subplots(len(curves), 1, shared_xaxes=True, vertical_spacing=0.05)

    def bell(name: str, t: int) -> tuple[Floats, str]:
        means, stds, values = (v[min(t, len(v) - 1)] for v in curves[name])
        q = np.exp(-(((x - means) / stds) ** 2) / 2) / (stds * np.sqrt(2 * np.pi))
        return q, f"{text[name]} = {style.number(float(values))}"

    for row, name in enumerate(curves, start=1):
        q, value = bell(name, 0)
        figure.add_trace(area(x, p, text["p"], style.REAL).update(showlegend=row == 1), row, 1)
        figure.add_trace(line(x, q, value, pens[name].colour, dash=pens[name].dash), row, 1)
        highest = max(p.max(), q.max(), bell(name, length)[0].max())
        figure.update_yaxes(title_text=text[name], range=[0, 1.08 * highest], row=row, col=1)
    frames = [[bell(name, t)[0] for name in curves] for t in range(length)]
    captions = [[bell(name, t)[1] for name in curves] for t in range(length)]
    figure.update_xaxes(title_text=text["x"], range=[x[0], x[-1]], row=len(curves), col=1)
    return animated(
        figure, frames, [str(t) for t in range(length)], range(1, 2 * len(curves), 2), text["step"], text,
        height=170 * len(curves) + 250, captions=captions,
    )  # fmt: skip


# --- From samples -----------------------------------------------------------------------------------------------------


def over_sizes(
    sizes: ArrayLike, different: ArrayLike, same: ArrayLike, truth: float, at: int, labels: Labels = None
) -> go.Figure:
    """Estimates over the sample size: the mean and the middle 90 % of repeated experiments, beside the true value.

    sizes (S,); different, same (S, R): estimates for p against q, and for p against another sample of p.
    """
    text = style.texts(WORDS, labels)
    n = np.asarray(sizes, float)
    figure = go.Figure()
    bands = []
    for name, values, color in (("same", same, style.TV), ("different", different, style.JSD)):
        low, high = np.percentile(np.asarray(values, float), [5, 95], axis=1)
        bands.append((low, high))
        figure.add_scatter(x=np.r_[n, n[::-1]], y=np.r_[high, low[::-1]], fill="toself", mode="lines", opacity=0.25,
                           fillcolor=color, line={"width": 0}, showlegend=False, hoverinfo="skip")  # fmt: skip
        figure.add_trace(line(n, np.mean(np.asarray(values, float), axis=1), text[name], color))
    dashed = {"color": style.NEUTRAL, "dash": "dash"}
    figure.add_hline(truth, line=dashed, annotation_text=text["truth"], annotation_position=free_corner(bands, truth))
    figure.add_vline(at, line={"color": style.NEUTRAL, "dash": "dot"})
    figure.update_xaxes(title_text=text["n"], type="log", dtick=1)
    figure.update_yaxes(title_text=text["estimate"], rangemode="tozero")
    return style.styled(figure, height=430)


def repeats(different: ArrayLike, same: ArrayLike, truth: float, labels: Labels = None) -> go.Figure:
    """The estimates (R,) of one sample size as histograms that fill one experiment after the other, with the newest one
    pointed out; the last is the first of them. A button plays them."""
    text = style.texts(WORDS, labels)
    a, b = np.asarray(same, float)[::-1], np.asarray(different, float)[::-1]
    low, high = min(a.min(), b.min(), truth), max(a.max(), b.max(), truth)
    edges = np.linspace(low, high if high > low else low + 1, 41)
    top = 1.15 * max(np.histogram(values, edges)[0].max() for values in (a, b))

    def bars(values: Floats, drawn: int) -> Floats:
        return np.histogram(values[:drawn], edges)[0]

    figure = go.Figure(layout={"barmode": "overlay", "bargap": 0})
    for name, values, color in (("same", a, style.TV), ("different", b, style.JSD)):
        figure.add_bar(x=(edges[1:] + edges[:-1]) / 2, y=bars(values, len(values)), width=np.diff(edges),
                       name=text[name], marker={"color": color, "opacity": 0.65, "line": {"width": 0}})  # fmt: skip
    upright = np.array([0.0, top])
    figure.add_trace(line(np.full(2, b[-1]), upright, text["one"], style.JSD))
    dashed = {"color": style.NEUTRAL, "dash": "dash"}
    figure.add_vline(truth, line=dashed, annotation={"text": text["truth"], "yshift": -22})
    margin = edges[1] - edges[0]
    figure.update_xaxes(title_text=text["estimate"], range=[edges[0] - margin, edges[-1] + margin])
    figure.update_yaxes(title_text=text["count"], range=[0, top])
    count = range(1, len(b) + 1)
    frames = [
        [{"type": "bar", "y": bars(a, i)}, {"type": "bar", "y": bars(b, i)}, {"x": np.full(2, b[i - 1]), "y": upright}]
        for i in count
    ]
    captions = [[text["same"], text["different"], f"{text['one']}: {style.number(float(b[i - 1]))}"] for i in count]
    return animated(figure, frames, [str(i) for i in count], range(3), text["drawn"], text, height=520,
                    captions=captions, at_end=True)  # fmt: skip


def regularised(
    epsilon: ArrayLike,
    raw: ArrayLike,
    debiased: ArrayLike,
    raw_same: ArrayLike,
    exact: float,
    at: float,
    labels: Labels = None,
) -> go.Figure:
    """Entropic transport over ε (E,): raw and debiased between two samples, raw between equal ones, and exact W1."""
    text = style.texts(WORDS, labels)
    figure = go.Figure()
    for name, values, color, dash in (
        ("raw", raw, style.KL, "solid"),
        ("debiased", debiased, style.W1, "solid"),
        ("raw_same", raw_same, style.TV, "dot"),
    ):
        figure.add_trace(line(epsilon, values, text[name], color, dash=dash))
    figure.add_hline(exact, line={"color": style.NEUTRAL, "dash": "dash"}, annotation_text=text["exact"])
    figure.add_vline(at, line={"color": style.NEUTRAL, "dash": "dot"})
    ticks = np.asarray(epsilon, float)
    names = [style.number(value) for value in ticks]
    figure.update_xaxes(title_text=text["epsilon"], type="log", tickvals=ticks, ticktext=names)
    figure.update_yaxes(title_text=text["value"], rangemode="tozero")
    return style.styled(figure, height=400)


# --- In the plane -----------------------------------------------------------------------------------------------------


def plane(
    x: ArrayLike, y: ArrayLike, log_p: ArrayLike, log_q: ArrayLike, which: str, labels: Labels = None
) -> go.Figure:
    """What "kl_pq", "kl_qp", "jsd" or "tv" adds up at each place, over the contours of p and q.

    x (n,), y (m,); log densities (m, n).
    """
    text = style.texts(WORDS, labels)
    a, b = np.asarray(log_p, float), np.asarray(log_q, float)
    p, q = np.exp(a), np.exp(b)
    m = (p + q) / 2
    integrand = {
        "kl_pq": p * (a - b),
        "kl_qp": q * (b - a),
        "jsd": (rel_entr(p, m) + rel_entr(q, m)) / 2,
        "tv": np.abs(p - q) / 2,
    }[which]
    top = float(np.abs(integrand).max()) or 1.0
    figure = go.Figure(
        go.Heatmap(
            x=x, y=y, z=integrand.astype(np.float32), zmin=-top, zmax=top, zsmooth="best", showscale=False,
            colorscale=two_sided(style.W1, style.KL), hovertemplate="%{z:,.3~r}<extra></extra>",
        )
    )  # fmt: skip
    for name, density, color in (("p", p, style.REAL), ("q", q, style.FAKE)):
        peak = float(density.max())
        levels = {"start": peak * np.exp(-2), "end": peak * np.exp(-2), "size": 1, "coloring": "none"}
        figure.add_contour(x=x, y=y, z=density.astype(np.float32), contours=levels, line={"color": color, "width": 3},
                           name=text[name], showlegend=True, showscale=False, hoverinfo="skip")  # fmt: skip
    return _square(figure, x, y)


def pairs(
    first: ArrayLike, second: ArrayLike, lines: ArrayLike, weights: ArrayLike, extent: Sequence[float],
    labels: Labels = None,
) -> go.Figure:  # fmt: skip
    """Samples p (n, 2) and q (m, 2) with lines (k, 2) from i to j, as strong as their weights (k,) in [0, 1]."""
    text = style.texts(WORDS, labels)
    a, b, strength = np.asarray(first, float), np.asarray(second, float), np.asarray(weights, float)
    i, j = np.asarray(lines, int).reshape(-1, 2).T
    figure = go.Figure()
    for shade in np.unique(np.ceil(4 * strength)):  # four shades are enough, and four traces are quick
        chosen = np.ceil(4 * strength) == shade
        ends = np.full((2, 3 * int(chosen.sum())), np.nan)
        ends[:, 0::3], ends[:, 1::3] = a[i[chosen]].T, b[j[chosen]].T
        threads = line(ends[0], ends[1], text["plan"], style.W1, width=1.5)
        figure.add_trace(threads.update(opacity=shade / 4, showlegend=bool(shade == 4), hoverinfo="skip"))
    for points, name, color in ((a, "p", style.REAL), (b, "q", style.FAKE)):
        figure.add_scatter(
            x=points[:, 0], y=points[:, 1], mode="markers", name=text[name], marker={"size": 7, "color": color}
        )
    xmin, xmax, ymin, ymax = extent
    return _square(figure, [xmin, xmax], [ymin, ymax])


def _square(figure: go.Figure, x: ArrayLike, y: ArrayLike) -> go.Figure:
    xs, ys = np.asarray(x, float), np.asarray(y, float)
    figure.update_xaxes(range=[xs[0], xs[-1]], constrain="domain")
    figure.update_yaxes(range=[ys[0], ys[-1]], scaleanchor="x", constrain="domain")
    return style.styled(figure, height=560).update_layout(hovermode="closest")


# --- Pieces -----------------------------------------------------------------------------------------------------------


def _densities(
    x: Floats, p: Floats, q: Floats, text: Mapping[str, str], rows: int = 2, heights: Sequence[float] = (0.5, 0.5)
) -> go.Figure:
    figure = make_subplots(rows, 1, shared_xaxes=True, vertical_spacing=0.06, row_heights=list(heights))
    for name, density, color in (("p", p, style.REAL), ("q", q, style.FAKE)):
        figure.add_trace(area(x, density, text[name], color), 1, 1)
    figure.update_yaxes(title_text=text["density"], rangemode="tozero", row=1, col=1)
    return figure


def _finish(figure: go.Figure, x: Floats, text: Mapping[str, str], height: int = 520) -> go.Figure:
    figure.update_xaxes(range=[float(x[0]), float(x[-1])])
    rows = len(list(figure.select_yaxes()))
    figure.update_xaxes(title_text=text["x"], row=rows, col=1)
    # plotly turns the legend round as soon as one area is filled to another line
    return style.styled(figure, height=height).update_layout(legend_traceorder="normal")


def _stretches(x: Floats, inside: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Where `inside` holds, as intervals."""
    edges = np.flatnonzero(np.diff(np.r_[False, inside, False].astype(int)))
    return [(float(x[a]), float(x[b - 1])) for a, b in edges.reshape(-1, 2)]
