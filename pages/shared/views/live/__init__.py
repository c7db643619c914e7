"""What moves on a page: views that draw in the browser and are fed one frame of bytes at a time.

    scene(key, panels, *, step=…, layers=…, hidden=…, labels=…, height=520, probability=True, middle=None,
          selectable=False, selected=None, on_select=None) -> index of the clicked panel | None
        panels: one `Panel` or a list of them (one run, runs side by side, or many members as small multiples)
        Panel(extent, fake, real, field, arrows, lattice, centres, mode_labels, mode_shares, title, note, summary)
    curves(key, charts, *, step=…, cursor=None, start=0, label="step", height=150, width=300, clickable=False,
           on_click=None)
        Chart(title, x, lines, kind="lines" | "histogram", log_y, limits, references, marks, unit)
        Line(label, color, y, low, high)
    digits(key, groups, *, step=…, columns=8, upscale=3, width=260, selectable=False, selected=None, on_select=None)
          -> index of the clicked image | None
        groups: uint8 (n, 28, 28), or one `Images(images, title, labels)` or a list of them
    heat(key, strips, *, step=…, cursor=None, labels=…, row=12, width=300, clickable=False, on_click=None)
        Strip(title, x, values, right, mark): shares (T, M) over steps and what they should be

    words(key, blocks, *, step=…, reserve=0)
        blocks: Numbers([Number(label, value, note, help), …]), Sentence(text, mood, small), Table(head, rows)
    paths(key, panels, *, run=…, extent=…, on_start=…, on_played=…)
        Path(title, path, places, field, eigenvalues, multipliers): of a game in the plane, played in the browser
    board(key, clusters, points, *, version=…, on_drawn=…, on_left=…)     the plane to draw on
    sketch(key, title, x, y, *, run=…, until=…, limits=…)         a curve predicted by hand, then the run's over it
    recorded(key, address, *, panels=…, charts=…, captions=…)     a recorded run that plays by itself, from a file
    timeline(key, header, *, token=…, buttons=…)     progress, scrubber and replay; the browser listens to that socket
    waiting(key, token=…, count=…)     nothing to see: this part of the page looks again whenever that socket says so

Call them like widgets; the same `key` keeps a view in place, with its zoom and its
hidden layers. Words are arguments, in the language of the page. `summary` is what a screen reader says of the picture.
Each view's root element, `.gan-live[data-kind=scene]` and so on, tells `data-step` (the step drawn) and `data-frames`
(how many frames of data were drawn). Inside `recording(selections)` nothing is put on a page: each view leaves its
frame in a list, which a worker may do.
"""

from .board import BOARD_LABELS, board
from .component import asking, is_asked, is_recording, recording, selecting, stamp
from .curves import Chart, Line, curves
from .digits import Images, digits
from .heat import HEAT_LABELS, Strip, heat
from .paths import PATH_LABELS, Path, paths
from .plates import begin, keep, shown
from .recorded import RECORDED_LABELS, recorded
from .scene import LABELS, LAYERS, NOT_ASKED, Panel, scene
from .sketch import MOST_ROWS, SKETCH_LABELS, sketch
from .timeline import TIMELINE_LABELS, timeline
from .waiting import waiting
from .words import Block, Mood, Number, Numbers, Sentence, Table, words

__all__ = [
    "BOARD_LABELS", "HEAT_LABELS", "LABELS", "LAYERS", "MOST_ROWS", "NOT_ASKED", "PATH_LABELS", "RECORDED_LABELS",
    "SKETCH_LABELS", "TIMELINE_LABELS", "Block", "Chart", "Images", "Line", "Mood", "Number", "Numbers", "Panel",
    "Path", "Sentence", "Strip", "Table", "asking", "begin", "board", "curves", "digits", "heat", "is_asked",
    "is_recording", "keep", "paths", "recorded", "recording", "scene", "selecting", "shown", "sketch", "stamp",
    "timeline", "waiting", "words",
]  # fmt: skip
