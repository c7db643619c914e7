"""Play in 2-D: every setting, the live plane, the curves and the scores of one run or several seeds."""

from gan_core.presets import FLAGSHIP, PRESETS
from pages.play_2d import optimum
from pages.shared.controls import drawn, fields, saved
from pages.shared.play import player
from pages.shared.play.runs import Frame
from pages.shared.shell import layout, stage
from pages.shared.shell.state import PageState
from pages.shared.views import code, foreseen, kept, points, statistics, stills

SHOWN = [name for name, preset in PRESETS.items() if not preset.config.data.is_image and not name.startswith("bench_")]


def view(page: PageState, frame: Frame) -> None:
    with stage.area("verdict"):
        statistics.verdict(page, frame)
        points.member_picker(page, frame)
    if drawn.is_open(page):
        with stage.picture():
            drawn.board(page)
    else:
        with stage.picture(panels=len(points.members_shown(page, frame.runs[0]))):
            points.plane(page, frame)
    with stage.rail():
        statistics.scores(page, frame)
        statistics.curves(page, frame, ("losses", "outputs", "histogram", "gradients"), height=84, width=240)
    with stage.below():
        foreseen.show(page, frame)
        statistics.members(page, frame)
        optimum.curve(page, frame)
        stills.expander(page, frame)


page = layout.begin("play_2d")
with stage.settings():
    fields.top(page, SHOWN, best=FLAGSHIP)
    drawn.control(page)
fields.sidebar(page)
player.stage(page, view, foresee=foreseen.show)
kept.section(page)
code.expander(page, ("modes", "w1", "jsd", "optimum"))
layout.share(page)
saved.expander(page)
