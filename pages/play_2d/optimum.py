"""What D misses of the best D against this G, over training."""

from __future__ import annotations

from functools import partial

import numpy as np

from gan_core.numerals import number
from gan_core.run import optimum
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live, points, statistics


@pushed
def curve(page: PageState, frame: Frame) -> None:
    """V(G, D*) − V(G, D) at every picture, beside what a perfect pair reads; nothing where D* is not known."""
    run = frame.runs[0]
    if not optimum.known(run):
        return
    shots = tuple(points.in_plane(shot) for shot in run.snapshots)
    now = points.in_plane(run.snapshot)
    count = min(now.members, points.WALL)
    makes = [partial(optimum.gaps, run, shot, count) for shot in shots]
    made = page.shown.remember("optimum", shots, makes)
    charts = []
    if made is not None:
        shown = [k for k in points.members_shown(page, run) if k < count]
        line = statistics.band("V(G, D*) − V(G, D)", "purple", np.stack(made.parts)[:, shown])
        floor = optimum.floor(run, now)
        levels = [(floor.median, t("panel.floor", value=statistics.range_of(floor, "{:.3f}".format)))]
        steps = np.array([shot.step for shot in made.of])
        charts = [live.Chart(t("panel.optimum"), steps, [line], references=levels, log_y=True)]
    key = f"{page.name}-optimum"
    live.curves(
        key, charts, step=frame.step, label=t("panel.step"), height=130, width=280, **statistics.time_axis(page, key)
    )
    words = t("panel.optimum_note", blur=number(optimum.blur(run, now), 2), n=now.fake.shape[1])
    live.words(f"{page.name}-optimum-note", [live.Sentence(words, small=True)], step=frame.step)
