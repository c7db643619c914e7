"""What moves on a page: views that draw in the browser and are fed one frame of bytes at a time.

    scene(key, panels, *, step=…, layers=…, hidden=…, labels=…, height=520, probability=True, middle=None,
          selectable=False, selected=None, on_select=None) -> index of the clicked panel | None
        panels: one `Panel` or a list of them (one run, runs side by side, or many members as small multiples)
        Panel(extent, fake, real, field, arrows, lattice, centres, mode_labels, mode_shares, title, note, summary)
    curves(key, charts, *, step=…, cursor=None, start=0, label="step", height=150, width=300, clickable=False,
           on_click=None) -> the step just clicked | None
        Chart(title, x, lines, kind="lines" | "histogram", log_y, limits, references, marks, unit)
        Line(label, color, y, low, high)
    digits(key, groups, *, step=…, columns=8, upscale=3, width=260, selectable=False, selected=None, on_select=None)
          -> index of the clicked image | None
        groups: uint8 (n, 28, 28), or one `Images(images, title, labels)` or a list of them
    heat(key, strips, *, step=…, cursor=None, labels=…, row=12, width=300, clickable=False, on_click=None)
          -> the step just clicked | None
        Strip(title, x, values, right, mark): shares (T, M) over steps and what they should be

Call them like widgets, best inside the fragment that polls; the same `key` keeps a view in place, with its zoom and its
hidden layers. Words are arguments, in the language of the page. `summary` is what a screen reader says of the picture.
Each view's root element, `.gan-live[data-kind=scene]` and so on, tells `data-step` (the step drawn) and `data-frames`
(how many frames of data were drawn). Inside `feeding(key)` views that are on the page get new frames, all in one
message, and nothing else happens. `scene_frame`, `curves_frame`, `digits_frame` and `heat_frame` give the bytes
alone.
"""

from .component import feeding
from .curves import Chart, Line, curves, curves_frame
from .digits import Images, digits, digits_frame
from .heat import HEAT_LABELS, Strip, heat, heat_frame
from .scene import LABELS, LAYERS, Panel, scene, scene_frame

__all__ = [
    "HEAT_LABELS", "LABELS", "LAYERS", "Chart", "Images", "Line", "Panel", "Strip",
    "curves", "curves_frame", "digits", "digits_frame", "feeding", "heat", "heat_frame", "scene", "scene_frame",
]  # fmt: skip
