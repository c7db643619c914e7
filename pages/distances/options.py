"""What the page "Distances" can be set to: two distributions on a line and in the plane, and what its sections ask.

All of it stands in the address, except for a visitor's own numbers.
"""

from __future__ import annotations

from typing import Any, Literal

from pages.shared.controls.options import Heights, Number, OneOf
from pages.shared.shell.state import Option

Side = Literal["p", "q"]
SIDES: tuple[Side, Side] = ("p", "q")
SECTIONS = ("line", "plane", "fit", "size", "game")
NAMES = ("kl_pq", "kl_qp", "jsd", "tv", "w1", "w2")
DIVERGENCES = ("kl_pq", "kl_qp", "jsd", "tv")  # those that need densities
TRANSPORTED = ("w1", "w2", "sinkhorn")  # pictures of samples in the plane

# (low, high, step, value) of the sliders that shape a distribution
Slider = tuple[float, float, float, float]
LINE: dict[str, Slider] = {
    "mean": (-4.0, 4.0, 0.1, 0.0),
    "std": (0.1, 3.0, 0.05, 1.0),
    "mean2": (-4.0, 4.0, 0.1, 2.0),
    "std2": (0.1, 3.0, 0.05, 0.5),
    "weight2": (0.0, 1.0, 0.05, 0.5),
}
PLANE: dict[str, Slider] = {
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
BARS: dict[Side, tuple[float, ...]] = {
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
FIRST = "apart"
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
MEASURES = ("jsd", "kl", "w1")


def _shape(place: str, kinds: dict[str, tuple[str, ...]], sliders: dict[str, Slider], first: Any) -> dict[str, Option]:
    """The options of both sides: line_p_kind, line_p_mean, …"""
    found: dict[str, Option] = {}
    for side in SIDES:
        usual = first[side]
        found[f"{place}_{side}_kind"] = OneOf(
            tuple(kinds), usual.get("kind", "gaussian"), "box", says="distances.kind_"
        )
        for name, (low, high, step, value) in sliders.items():
            found[f"{place}_{side}_{name}"] = Number(low, high, step, usual.get(name, value))
    return found


OPTIONS: dict[str, Option] = {
    "tab": OneOf(SECTIONS, SECTIONS[0], place=True),
    # on a line
    **_shape("line", OF, LINE, EXAMPLES[FIRST]),
    **{f"line_{side}_heights": Heights(BARS[side]) for side in SIDES},
    "draw": OneOf(NAMES, "jsd", says="distances.name_"),
    "bins_of_samples": OneOf((5, 10, 20, 30, 50, 100, 200), 30, "slider"),
    # in the plane
    **_shape("plane", OF_PLANE, PLANE, EXAMPLES_PLANE[FIRST_PLANE]),
    "samples": OneOf(SAMPLES, 128, "slider"),
    "draw_plane": OneOf((*DIVERGENCES, *TRANSPORTED), DIVERGENCES[0], says="distances.name_"),
    "epsilon": OneOf(EPSILONS, 0.2, "slider"),
    # one Gaussian for two modes
    "fit_distance": Number(0.0, 8.0, 0.5, 5.0),
    "fit_weight": Number(0.1, 0.9, 0.05, 0.5),
    "fit_mean": Number(-4.0, 4.0, 0.1, 0.5),
    "fit_std": Number(0.2, 4.0, 0.1, 1.0),
    # the sample size
    "measure": OneOf(MEASURES, "jsd"),
    "size_distance": Number(0.0, 3.0, 0.25, 0.0),
    "n": OneOf(SIZES, 200, "slider"),
    "bins": OneOf(BINS, 900, "slider"),
    # the value of the game
    "game_distance": Number(0.0, 6.0, 0.25, 2.0),
    "game_path": OneOf(("zero", "half"), "zero"),
    "game_share": Number(0.0, 1.0, 0.01, 0.5),
    "game_certainty": Number(0.0, 3.0, 0.05, 0.5),
}
