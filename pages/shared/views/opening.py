"""What a page shows before anybody has asked for a run: the recorded one of these very settings (`play.recorded` knows
which), played by the browser.

opening.show(page, name, train)     it, with its captions; `train` hands over to the run itself;
                                    while somebody is asked what it will show, it `waits`
opening.small(key, name)            the picture alone, for the home page
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from gan_core.export.plate import Plate
from gan_core.numerals import number
from gan_core.packing import array_of, pixels
from gan_core.presets import FLAGSHIP, PRESETS
from gan_core.recordings import files, shipped
from gan_core.recordings.lookup import alike, shown
from gan_core.recordings.registry import RECORDED, Recorded
from pages.shared.play import moments
from pages.shared.play.files import address
from pages.shared.play.recorded import of_settings
from pages.shared.play.runs import Frame
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app
from pages.shared.views import live, points
from pages.shared.views.live.plates import charts_of, images_of

if TYPE_CHECKING:
    from gan_core.export.drawing import Drawing
    from gan_core.export.look import Look

DIGITS = 8  # of a digest, by which it is known
SHEET = 8  # columns of the images of a movement where they are kept
# of the lines of one run: name → its label's key, its colour and its dash
LINES: Mapping[str, tuple[str, str, str]] = {
    **{f"d_{of}": ("recorded.line_d", "purple", "solid") for of in ("loss", "grad", "turn", "norm")},
    **{f"g_{of}": ("recorded.line_g", "green", "solid") for of in ("loss", "grad", "turn", "norm")},
    "d_real": ("panel.real", "real", "solid"),
    "d_fake": ("panel.fake", "fake", "solid"),
    "accuracy": ("recorded.line_d", "purple", "solid"),
    "mean_x": ("recorded.line_x", "fake", "solid"),
    "mean_y": ("recorded.line_y", "fake", "dash"),
    "real_part": ("recorded.line_re", "text", "solid"),
    "imaginary_part": ("recorded.line_im", "grey", "dash"),
}
# of the charts whose level is not what a perfect generator scores
REAL = dict.fromkeys(("fid", "class_kl", "precision", "recall"), "recipe.real")
LEVELS: Mapping[str, str] = {
    "slope": "recorded.level_slope", "accuracy": "recorded.level_undecided", "mean": "recorded.level_mean",
    "turns": "recorded.level_zero", "spectrum": "recorded.level_zero", **REAL,
}  # fmt: skip


def recorded(page: PageState) -> Frame | None:
    """The recorded run that is what this page would train, as the runs of a page are, at the moment at which somebody
    reached for it, or at its end; any thread may ask."""
    found = of_settings(page)
    return None if found is None else _looked_at(found, moments.of(page))


def _looked_at(recording: str, moment: moments.Moment) -> Frame:
    whole = _recorded(recording)
    return whole if moment.step is None else whole.at(moment.step)


@lru_cache(maxsize=4)
def _recorded(recording: str) -> Frame:
    from gan_core.recordings.played import played

    return Frame(played(recording))


def show(
    page: PageState, recording: str, train: Callable[[], None], *, waits: bool = False,
    offer: Callable[[str], None] | None = None,
) -> None:  # fmt: skip
    """`offer` opens a preset: the one that the recording offers at its end, where there is one."""
    header, recorded = files.header(recording), RECORDED[recording]
    offered = recorded.offers if offer is not None and "presets" not in app().hidden else ""
    methods = [run_name(recorded, method) for method in recorded.names]
    seeds = [t("panel.member_name", seed=seed) for seed in header["seeds"]]
    titles = [" · ".join(filter(None, pair)) for pair in zip(methods, seeds, strict=True)]
    charts = [_chart(chart, recorded) for chart in header["charts"]]
    _keep(page, recording, charts, methods)
    live.recorded(
        f"{page.name}-recorded", address(recording),
        panels=titles if len(titles) > 1 else [""],
        charts=charts,
        captions=[(one["moment"], _said(one["code"], one["words"], methods)) for one in header["captions"]],
        about=" ".join(filter(None, (about(recording), why(recording)))), strips=methods[: len(header["strips"])],
        strip_labels={"step": t("panel.step"), "row": t("scene.mode"), "right": t("collapse.right"),
                      "legend": t("collapse.legend")},
        scene_labels={label: t(f"scene.{label}") for label in live.LABELS},
        labels=_labels(train=t("recorded.train_on")) if "weights" in header else _labels(),
        summary=_summary(recording), on_train=train, waits=waits,
        offer=t("recorded.offer", title=_preset(offered)) if offered else "",
        on_offer=partial(offer, offered) if offer is not None and offered else None,
        on_layers=points.layered(page), on_window=points.looking(page),
        std=recorded.config.data.std, token=moments.of(page).token,
    )  # fmt: skip


def _labels(**others: str) -> dict[str, str]:
    return {label: t(f"recorded.{label}") for label in live.RECORDED_LABELS} | others


def _summary(recording: str) -> str:
    """What is seen, for whoever does not see it."""
    recorded, panels = RECORDED[recording], len(files.header(recording)["panels"])
    alike = recorded.page if recorded.config.data.is_image else "run" if panels == 1 else "runs"
    return t(f"recorded.summary_{recording}", default=t(f"recorded.summary_{alike}", default="", panels=panels))


def _preset(name: str) -> str:
    return t(f"preset.{name}.title", default=PRESETS[name].title)


def _keep(page: PageState, recording: str, charts: Sequence[Mapping[str, Any]], methods: Sequence[str]) -> None:
    """What can be kept of it: its charts, and where the page has no runs of its own to keep, the picture."""
    title = ", ".join(chart["title"] for chart in charts)
    live.keep(f"{page.name}-recorded-charts", Plate(title, partial(_charts, recording, charts, t("panel.step"), title)))
    if not page.plays:
        steps = array_of(files.content(recording)[0], files.header(recording)["steps"]).tolist()
        picture = Plate(
            t("export.figure_picture"), partial(_picture, recording, moments.of(page), methods), steps=steps
        )
        live.keep(f"{page.name}-recorded-picture", picture)


def _charts(
    recording: str, charts: Sequence[Mapping[str, Any]], step: str, title: str, look: Look, caption: str
) -> Drawing:
    content = files.content(recording)[0]
    found = []
    for pens, of in zip(charts, files.header(recording)["charts"], strict=True):
        lines = []
        for (label, colour, dash), line in zip(pens["lines"], of["lines"], strict=True):
            low, high = (array_of(content, line[edge]) if edge in line else None for edge in ("low", "high"))
            lines.append(live.Line(label, colour, array_of(content, line["y"]), low, high, dash=dash))
        level = [] if of["level"] is None else [(of["level"], pens["level"])]
        x = array_of(content, of["x"])
        found.append(live.Chart(pens["title"], x, lines, log_y=of["log_y"], references=level))
    return charts_of(found, step).captioned(caption).draw(replace(look, title=look.title or title))


def _picture(
    recording: str, moment: moments.Moment, methods: Sequence[str], look: Look, caption: str
) -> Drawing:  # fmt: skip
    """Of the moment of the look; the file's captions are of its own seeds."""
    from gan_core.export.beside import beside
    from gan_core.export.figures import FIGURES

    runs = _looked_at(recording, moment).runs
    several = beside(runs, methods)
    return several["picture"].draw(look) if several else FIGURES["picture"].draw(runs[0], look)


def moving(key: str, file: str, *, height: int) -> None:
    """The picture of a file alone, over and over."""
    live.recorded(
        key, address(file), panels=[""], small=True, height=height,
        scene_labels={label: t(f"scene.{label}") for label in live.LABELS},
        summary=t(f"recorded.summary_{file.removesuffix(files.SMALL)}", default=t("recorded.summary_run")),
    )  # fmt: skip


def turns(name: str) -> bool:
    """Whether there is a movement of that name, of the weights that the finished run has."""
    from gan_core.recordings.turning import TURNING

    return name in TURNING and shipped.current(name)


def turning(key: str, name: str) -> None:
    """What moves of a finished run that `turns`, over and over, with its captions and its chart."""
    from gan_core.figures import style
    from gan_core.recordings.turning import TURNING

    of, header = TURNING[name], files.header(name)
    kind, step = name.removesuffix(f"_{of.run}"), t(f"recorded.step_{name.partition('_')[0]}")
    title = t(f"recorded.chart_{of.chart}")
    charts = [{
        "title": title, "lines": [(t("panel.fake"), style.FAKE, "solid")],
        "level": t("recipe.real" if of.chart == "sure" else "recorded.level_right"),
    }]  # fmt: skip
    live.recorded(
        key, address(name), panels=[""], charts=charts,
        captions=[(one["moment"], t(f"recorded.caption.{one['code']}", **one["words"])) for one in header["captions"]],
        about=t(f"recorded.about_{kind}"),
        scene_labels={label: t(f"scene.{label}") for label in live.LABELS},
        labels=_labels(step=step),
        summary=t(f"recorded.summary_{kind}"),
    )  # fmt: skip
    live.keep(f"{key}-chart", Plate(title, partial(_charts, name, charts, step, title)))
    (panel,) = header["panels"]
    shown = array_of(files.content(name)[0], panel["images"])
    middle = live.Images(pixels(shown[len(shown) // 2], panel["count"]))
    live.keep(f"{key}-images", images_of([middle], SHEET, t(f"recorded.summary_{kind}")))


def small(key: str, name: str, *, height: int) -> None:
    """The small picture of a recorded run, or of a closed form."""
    moving(key, f"{name}{files.SMALL}", height=height)


def ghosts(page: PageState, frame: Frame, charts: Mapping[str, live.Chart], *, empty: bool = False) -> list[live.Chart]:
    """The charts of a run by their names. As long as nothing is in it, each shows in grey what a recorded run came to,
    of the same settings or else of this page's first ones, and says which, so that it is no empty frame; where no such
    run has it, the chart comes with the first step, unless `empty` keeps its place."""
    of_page = (name for name, recorded in RECORDED.items() if recorded.page == page.name)
    same = alike([run.config for run in frame.runs], page.name)
    recording = same or next(of_page, None)
    if recording is None:
        return list(charts.values())
    content, known = files.content(recording)[0], {of["name"]: of for of in files.header(recording)["charts"]}

    def with_ghost(name: str, chart: live.Chart) -> live.Chart:
        if name not in known or chart.kind != "lines" or (frame.step > 0 and len(chart.x)):
            return chart
        lines = [array_of(content, line["y"]) for line in known[name]["lines"]]
        grey = array_of(content, known[name]["x"]), lines
        return replace(chart, ghost=grey, unit=whose(known[name]))

    def whose(of: Mapping[str, Any]) -> str:
        if same is None:
            return t("recorded.grey_other")
        if any("low" in line for line in of["lines"]):
            return t("recorded.grey_median", members=max(files.header(same)["members"]))
        return t("recorded.grey", seed=", ".join(map(str, dict.fromkeys(shown(same)))))

    found = [with_ghost(name.partition("/")[0], chart) for name, chart in charts.items()]
    if empty or frame.step > 0:
        return found
    return [chart for chart in found if chart.ghost is not None or chart.kind != "lines" or len(chart.x)]


def about(recording: str) -> str:
    """What it is a recording of: of which seeds, and why these."""
    header = files.header(recording)
    several, by = max(RECORDED[recording].seeds, *header["members"]), RECORDED[recording].pick
    of = t("recorded.one_seed")
    if several > 1:
        of = t("recorded.median", members=several, by=t(f"recorded.by_{by}"))
    seeds = ", ".join(map(str, dict.fromkeys(header["seeds"])))
    weights = header.get("weights", "")[:DIGITS]
    said = t(
        "recorded.about_past" if weights else "recorded.about", seed=seeds, engine=header["engine"], weights=weights
    )
    return " ".join(filter(None, [said, of]))


def why(recording: str) -> str:
    """Why it is this run that a page opens with, where another one ends better."""
    return t(f"recorded.why_{recording}", default="", flagship=_preset(FLAGSHIP))


def run_name(recorded: Recorded, method: str) -> str:
    """Of runs side by side; a number as it is written by hand."""
    if not method:
        return ""
    return number(float(method)) if method[0].isdigit() else t(f"{recorded.says}{method}")


def _said(code: str, words: Mapping[str, Any], methods: Sequence[str]) -> str:
    """A caption; what it says of `each` of the runs stands in one row."""
    if "each" in words:
        each = (t(f"recorded.each.{code}", name=name, **of) for name, of in zip(methods, words["each"], strict=True))
        words = {**words, "each": ", ".join(each)}
    return t(f"recorded.caption.{code}", **words)


def _chart(chart: Mapping[str, Any], recorded: Recorded) -> dict[str, Any]:
    """The words and the pens of its lines: those of one run are coloured as a chart of it while it trains, those of
    several by their methods."""
    from gan_core.figures import style

    def line(of: Mapping[str, Any]) -> tuple[str, str, str]:
        if of["name"] in LINES:
            label, colour, dash = LINES[of["name"]]
            return t(label), colour, dash
        method = recorded.names[of["run"]]
        pen = style.METHODS.get(method) or style.TWINS[of["run"]]
        return (run_name(recorded, method), *pen) if method else (t("panel.fake"), "fake", "solid")

    return {
        "title": t(f"recorded.chart_{chart['name']}"), "lines": [line(of) for of in chart["lines"]],
        "level": t(LEVELS.get(chart["name"], "panel.perfect")),
    }  # fmt: skip
