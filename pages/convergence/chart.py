"""The section "The map": two settings against each other, filled in live by the pool; a cell opens in Play."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from gan_core.checks import whole
from gan_core.config import ConfigError
from gan_core.errors import PoolFull
from gan_core.jobs.admission import MB, Need
from gan_core.jobs.job import Job
from pages.shared.controls import options
from pages.shared.play import resources
from pages.shared.play.channel import Followers
from pages.shared.play.waiting import Waiting
from pages.shared.shell import layout, notices, stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app
from pages.shared.views import statistics, tables
from pages.shared.views.figures import plot

if TYPE_CHECKING:
    from gan_core.studies.kept import Kept
    from gan_core.studies.map import Cell, Map, Plan

NAME = "map"  # in PageState.works
KEPT = 20_000  # cells, some hundred bytes each
NEED = Need(held=24 * MB, passing=48 * MB)
WORKERS = 2


@cache
def _kept() -> Kept:
    """The cells of all visitors together, which a server that is started anew finds again."""
    from gan_core.data.images import cache_folder
    from gan_core.studies.kept import Kept
    from gan_core.studies.map import is_record

    return Kept(cache_folder() / "map.jsonl", is_record, most=KEPT)


def _keep(cell: Cell, record: dict[str, Any]) -> None:
    _kept()[cell.file] = record


def known_cells(plan: Plan) -> dict[Cell, dict[str, Any]]:
    """The cells of the plan that come with the app, or that anybody has had computed."""
    from gan_core.studies.map_record import shipped

    def known(cell: Cell) -> dict[str, Any] | None:
        return shipped().get(cell.file) or _kept().get(cell.file)

    seeds = plan.base.train.members
    found = {cell: record for cell in plan.cells if (record := known(cell)) is not None}
    return {cell: record for cell, record in found.items() if len(record["scores"]["modes"]) == seeds}


class Chart:
    """A map under way: jobs in the pool, one for each worker, that share its blocks."""

    def __init__(self, plan: Plan) -> None:
        from gan_core.studies.map import Charting

        self.plan = plan
        self._lock, self._over = threading.Lock(), False
        self._followers = Followers()
        known = known_cells(plan)
        blocks = plan.blocks([cell for cell in plan.cells if cell not in known])
        self.jobs: list[Job[Any, Any]] = []
        for part in [blocks[k::WORKERS] for k in range(WORKERS)]:
            if not part:
                continue
            until = len(part) * plan.base.train.steps
            job = Job(Charting(part, self._found), until=until, publish=lambda work: None, need=NEED, owner=id(app()))
            job.follow(self._followers.tell)
            try:
                resources.pool().submit(job)
            except PoolFull:
                if not self.jobs:
                    raise
                break  # one worker takes what it has; the rest is there at the next press
            job.play()
            self.jobs.append(job)

    @property
    def running(self) -> bool:
        return any(job.state in ("queued", "running") for job in self.jobs)

    def pause(self) -> None:
        """For who goes on elsewhere; "Go on" makes another."""
        self.close()

    def close(self) -> None:
        """No cell is kept from now on, not even of the step that a worker is in: the page has counted them by then."""
        with self._lock:
            self._over = True
        for job in self.jobs:
            job.close()
        self._followers.tell()

    def follow(self, waiting: Waiting) -> None:
        self._followers.add(waiting)

    def _found(self, cell: Cell, record: dict[str, Any]) -> None:
        with self._lock:
            if not self._over:
                _keep(cell, record)
        self._followers.tell()


def _chart(page: PageState) -> Chart | None:
    """The one that was started last, under way or not."""
    chart = page.works.get(NAME)
    return chart if isinstance(chart, Chart) else None


def section(page: PageState) -> None:
    with stage.settings():
        x, y = (options.control(page, f"map_{axis}") for axis in "xy")
        with st.popover(t("convergence.map_size"), width="stretch"):
            count, seeds, steps = (options.control(page, f"map_{name}") for name in ("cells", "seeds", "steps"))
        metric = options.control(page, "map_metric")
    try:
        plan = planned(x, y, count, seeds, steps)
    except ConfigError as error:
        notices.warning(error)
        return
    with stage.begin():
        with stage.area("player"):
            _buttons(page, plan)
        chart = _chart(page)
        waiting = Waiting([chart]) if chart is not None and chart.running else None
        with stage.moving():
            st.fragment(_look)(page, plan, metric, waiting)


def planned(x: str, y: str, count: int, seeds: int, steps: int) -> Plan:
    """The map of two settings. Raises ConfigError."""
    from gan_core.studies.map import AXES, USUAL, Plan

    def axis(name: str) -> tuple[str, float, float, int]:
        low, high = AXES[name].low, AXES[name].high
        return name, low, high, min(count, int(high - low) + 1) if AXES[name].whole else count

    return Plan.of(USUAL, axis(x), axis(y), seeds, steps)


def _buttons(page: PageState, plan: Plan) -> None:
    """It asks for the clicks and is not called back, so that they mean what the settings say now."""
    chart = _chart(page)
    running = chart is not None and chart.running
    known = len(known_cells(plan))
    word = "map_go_on" if 0 < known < len(plan.cells) else "map_start"
    with st.container(horizontal=True, gap="small"):
        start = st.button(
            t(f"convergence.{word}"), key="convergence-map-start", type="primary",
            icon=":material/play_arrow:", disabled=running or known == len(plan.cells),
        )  # fmt: skip
        stop = st.button(t("convergence.map_stop"), key="convergence-map-stop", icon=":material/stop:",
                         disabled=not running)  # fmt: skip
    if start:
        if chart is not None:
            chart.close()
        try:
            page.works[NAME] = Chart(plan)
        except PoolFull as error:
            notices.warning(error, "hourglass_top")
            return
        st.rerun()
    if stop and chart is not None:
        chart.close()
        st.rerun()


def _look(page: PageState, plan: Plan, metric: str, waiting: Waiting | None) -> None:
    from gan_core.studies.map import Map

    if waiting is not None:
        waiting.show()
    chart = _chart(page)
    over = waiting is not None and not (chart is not None and chart.running)  # before the looks below
    records = known_cells(plan)
    figure = _figure(Map.of(plan, records), metric)
    with stage.area("verdict"):
        statistics.said("convergence-map", t("convergence.map_click"))
    with stage.picture(filled=True):
        event = plot(figure, key="convergence-map", fills=True, on_select="rerun", selection_mode="points")
    if (cell := clicked(plan, event)) is not None:
        layout.hand_over("play_2d", cell.config)
    said = t("convergence.map_said", known=len(records), cells=len(plan.cells), seeds=plan.base.train.members,
             steps=f"{plan.base.train.steps:,}")  # fmt: skip
    with stage.rail():
        st.caption(f"{t('convergence.map_text')} {said}")
    if over:
        st.rerun()


def _figure(found: Map, metric: str) -> Any:
    from gan_core.figures.map import WORDS, settings_map

    plan = found.plan
    values = found.median(metric)
    high = metric != "w1"
    limits = {"modes": (0.0, float(plan.base.data.modes)), "high_quality": (0.0, 1.0), "w1": (0.0, 2.0)}[metric]
    words = {"x": t(f"convergence.axis_{plan.x}"), "y": t(f"convergence.axis_{plan.y}"),
             "value": t(f"convergence.map_metric_{metric}"), "diverged": t("convergence.map_diverged")}  # fmt: skip
    assert set(words) == set(WORDS)
    return settings_map(
        plan.xs, plan.ys, values, found.coarse(values), found.diverged, limits, better_high=high,
        notes=[[_seeds(found, row, column) for column in range(len(plan.xs))] for row in range(len(plan.ys))],
        labels=words,
    )  # fmt: skip


def clicked(plan: Plan, event: Any) -> Cell | None:
    """The cell of the point that was clicked; the points run row by row."""
    points = event.selection.points if event is not None else []
    place = whole(points[0].get("point_index"), 0, len(plan.cells) - 1) if points else None
    if place is None:
        return None
    row, column = divmod(place, len(plan.xs))
    return next(one for one in plan.cells if (one.row, one.column) == (row, column))


def _seeds(found: Map, row: int, column: int) -> str:
    """What is known of a cell over its seeds, beside what a perfect generator has, and the best one without skill; ""
    while it is not computed."""
    from gan_core.studies.map_record import no_skill, perfect

    if not found.known[row, column]:
        return ""
    said = {name: found.scores[name][row, column] for name in ("modes", "w1", "diverged")}
    beside = {"skill": f"{min(no_skill().values()):.2f}", "floor": statistics.range_of(perfect(), "{:.2f}".format)}
    return t("convergence.map_cell", most=found.plan.base.data.modes, **beside, **_spread(said))


def _spread(said: Mapping[str, np.ndarray]) -> dict[str, str]:
    def written(values: np.ndarray, digits: int) -> str:
        values = values[np.isfinite(values)]
        return tables.median_and_range(values, lambda value: f"{value:.{digits}f}", bold=False) if values.size else "–"

    gone = said["diverged"]
    return {"modes": written(said["modes"], 0), "w1": written(said["w1"], 2),
            "diverged": "–" if np.isnan(gone).any() else f"{int(gone.sum())} / {len(gone)}"}  # fmt: skip
