"""The pictures of a run, to keep: curves, the plane, D's outputs, a sheet of images.

Arrays in, a figure out; `labels` replaces the English texts by name. Where there are several members, curves show each
as a thin line and their median as a thick one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from gan_core.figures import style
from gan_core.figures.style import Labels

CURVES = {
    "step": "step",
    "losses": "loss (nats)",
    "d_loss": "D",
    "g_loss": "G",
    "outputs": "mean output of D",
    "d_real": "real",
    "d_fake": "generated",
    "gradients": "norm of the gradient",
    "d_grad": "‖∇D‖",
    "g_grad": "‖∇G‖",
}
PLANE = {"real": "real", "fake": "generated", "field": "D(x)", "half": "D = ½"}
OPINIONS = {"real": "real", "fake": "generated", "output": "output of D", "count": "samples"}
# chart → its two curves and their colours
PAIRS = {
    "losses": (("d_loss", style.DISCRIMINATOR), ("g_loss", style.GENERATOR)),
    "outputs": (("d_real", style.REAL), ("d_fake", style.FAKE)),
    "gradients": (("d_grad", style.DISCRIMINATOR), ("g_grad", style.GENERATOR)),
}
OPINION = [[0.0, style.LOW], [0.5, "#FFFFFF"], [1.0, style.HIGH]]
IMAGE_GAP = 2  # pixels between the images of a sheet


def curves(
    chart: str,
    step: ArrayLike,
    values: Mapping[str, ArrayLike],
    *,
    references: Sequence[tuple[float, str]] = (),
    marks: Sequence[tuple[int, str]] = (),
    labels: Labels = None,
) -> go.Figure:
    """One chart of a run: "losses", "outputs" or "gradients" (logarithmic).

    step (T,); values: by the names in PAIRS[chart], each (T,) or (T, K) for K members. references: (value, name) of
    levels to compare with; marks: (step, text) of what was changed then.
    """
    words = style.texts(CURVES, labels)
    figure = go.Figure()
    for name, color in PAIRS[chart]:
        found = np.asarray(values[name], float)
        members = found[:, None] if found.ndim == 1 else found
        if members.shape[1] > 1:
            for k in range(members.shape[1]):
                figure.add_scatter(x=step, y=members[:, k], line=style.line(color, width=1), opacity=0.3,
                                   showlegend=False, hoverinfo="skip")  # fmt: skip
        figure.add_scatter(x=step, y=np.median(members, axis=1), name=words[name], line=style.line(color))
    for value, text in references:
        figure.add_hline(value, line={"color": style.NEUTRAL, "dash": "dash"}, annotation_text=text)
    for at, text in marks:
        figure.add_vline(at, line={"color": style.NEUTRAL, "dash": "dot"}, annotation_text=text)
    figure.update_xaxes(title=words["step"])
    figure.update_yaxes(title=words[chart], type="log" if chart == "gradients" else "linear")
    return style.styled(figure)


def plane(
    extent: Sequence[float],
    real: ArrayLike,
    fake: ArrayLike,
    field: ArrayLike,
    *,
    probability: bool = True,
    labels: Labels = None,
) -> go.Figure:
    """Both clouds (n, 2) over D, whose logits `field` (m, m) stand on a regular grid of extent = (x, x, y, y).

    With `probability` D is σ(logit), with its contour at ½; else the logits themselves.
    """
    words = style.texts(PLANE, labels)
    xmin, xmax, ymin, ymax = extent
    logits = np.asarray(field, float)
    shown = 0.5 * (1 + np.tanh(logits / 2)) if probability else logits
    xs, ys = np.linspace(xmin, xmax, logits.shape[1]), np.linspace(ymin, ymax, logits.shape[0])
    figure = go.Figure()
    figure.add_heatmap(
        x=xs, y=ys, z=shown, colorscale=OPINION, opacity=0.6, zsmooth="best",
        zmin=0 if probability else None, zmax=1 if probability else None,
        colorbar={"title": words["field"]}, hovertemplate=words["field"] + " %{z:.3f}<extra></extra>",
    )  # fmt: skip
    if probability:
        half = {"start": 0.5, "end": 0.5, "size": 1, "coloring": "lines"}
        figure.add_contour(
            x=xs, y=ys, z=shown, contours=half, line={"width": 2}, showscale=False, name=words["half"],
            colorscale=[[0, style.NEUTRAL], [1, style.NEUTRAL]], hoverinfo="skip",
        )  # fmt: skip
    for points, name, color in ((fake, "fake", style.FAKE), (real, "real", style.REAL)):  # real ones on top
        x, y = np.asarray(points, float).T
        figure.add_scatter(
            x=x, y=y, mode="markers", name=words[name], marker={"size": 5, "color": color, "opacity": 0.7}
        )
    figure.update_xaxes(range=[xmin, xmax], constrain="domain")
    figure.update_yaxes(range=[ymin, ymax], scaleanchor="x", constrain="domain")
    return style.styled(figure, height=620).update_layout(hovermode="closest")


def opinions(edges: ArrayLike, real: ArrayLike, fake: ArrayLike, *, labels: Labels = None) -> go.Figure:
    """Histograms of D's outputs on real and generated samples: edges (b + 1,), counts (b,)."""
    words = style.texts(OPINIONS, labels)
    edges = np.asarray(edges, float)
    figure = go.Figure(layout={"barmode": "overlay", "bargap": 0})
    for counts, name, color in ((real, "real", style.REAL), (fake, "fake", style.FAKE)):
        figure.add_bar(x=(edges[:-1] + edges[1:]) / 2, y=counts, width=np.diff(edges), name=words[name],
                       marker={"color": color, "opacity": 0.6, "line": {"width": 0}})  # fmt: skip
    figure.update_xaxes(title=words["output"])
    figure.update_yaxes(title=words["count"])
    return style.styled(figure)


def sheet(images: ArrayLike, columns: int = 8) -> go.Figure:
    """Images (n, h, w) uint8 side by side, in rows of `columns`."""
    tiles = np.asarray(images)
    n, high, wide = tiles.shape
    rows = -(-n // columns)
    page = np.zeros((rows * (high + IMAGE_GAP), columns * (wide + IMAGE_GAP)), np.uint8)
    for i, tile in enumerate(tiles):
        y, x = i // columns * (high + IMAGE_GAP), i % columns * (wide + IMAGE_GAP)
        page[y : y + high, x : x + wide] = tile
    figure = go.Figure(go.Heatmap(z=page, colorscale="gray", showscale=False, hoverinfo="skip"))
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x")
    return style.styled(figure, height=620)
