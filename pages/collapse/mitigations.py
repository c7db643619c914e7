"""The table of mitigations: the shipped one, and the runs on the screen in the same form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.collapse.options import chosen, method_name
from pages.shared.controls import options
from pages.shared.play import experiments
from pages.shared.play.runs import Work
from pages.shared.play.waiting import Waiting
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import figures as shared_figures
from pages.shared.views import tables
from pages.shared.views.figures import plot

if TYPE_CHECKING:
    from gan_core.metrics.scores import Yardstick
    from gan_core.studies.published import Row
    from gan_core.studies.table import Table

SAMPLES = 2500
AXES = ("near", "high_quality")  # columns of the picture: no method works that has not both
FAR = 5  # times what needs no skill, from which on quality orders methods


def section(page: PageState) -> None:
    """A shipped table, how to compute it again, and the runs on the screen scored the same way."""
    from gan_core.studies.mitigations import PROTOCOLS, TABLES
    from gan_core.studies.table import shipped

    st.markdown(t("collapse.mitigations_text"))
    key = f"{page.name}-mitigations"
    name = options.control(page, "table", label=t("collapse.tables"), collapsed=True)
    found, (protocol, _) = shipped(name), TABLES[name]
    scored = [record["scores"] for record in found.records]
    whole = sum(scores["near"] == scores["modes"] for scores in scored)
    st.caption(t(f"collapse.about_{name}", whole=whole, runs=len(scored)))
    if missing := [method_name(each) for each in PROTOCOLS[protocol].methods if each not in found.methods]:
        st.caption(t("collapse.not_recorded", names=" · ".join(missing)))
    if said := telling(found):
        st.markdown(said)
    st.markdown(beside_plain(found))
    _picture(found, f"{key}-picture")
    st.caption(t("collapse.differs_picture"))
    table(found, f"{key}-shipped")
    st.caption(t("collapse.mitigations_command"))
    st.code(f"{found.command(protocol)} --latex", language="bash")
    _this_run(page)


def _this_run(page: PageState) -> None:
    show = page.show
    st.markdown(f"**{t('collapse.scores_title')}**")
    st.caption(t("collapse.scores_hint", n=f"{SAMPLES:,}"))
    if show is None or show.moving or not show.touched:
        return
    if st.button(t("collapse.scores_start"), key=f"{page.name}-score", icon=":material/scoreboard:"):
        page.choices["scored"] = show.job.step_count
    if page.choices.get("scored") == show.job.step_count:
        experiments.stage([Scoring(page)], lambda: _show_scores(page))


def _show_scores(page: PageState) -> None:
    if (found := scored(page)) is not None:
        table(found, f"{page.name}-scored")


@dataclass
class Scoring:
    """The runs on the screen scored by a worker, each member by as many samples as in the papers."""

    page: PageState
    error: str = ""

    @property
    def records(self) -> list[dict[str, Any]]:
        """Those that are there; a worker is asked for the others."""
        names, show = chosen(self.page), self.page.shown

        def question(i: int, k: int) -> Callable[[Work], dict[str, Any]]:
            def ask(work: Work) -> dict[str, Any]:
                from gan_core.studies.mitigations import record

                return record(names[i], work.trainers[i], k)

            return ask

        step = show.job.step_count
        found = [
            show.answer(("scored", i, k), step, question(i, k))
            for i in range(len(show.configs))
            for k in range(show.configs[i].train.members)
        ]
        return [record for record in found if record is not None and record["steps"] == step]

    @property
    def beside(self) -> Yardstick | None:
        """What the records are compared with."""
        from gan_core.studies.mitigations import beside

        base = self.page.config
        return self.page.shown.answer("scored beside", base.data, lambda work: beside(base))

    def follow(self, waiting: Waiting) -> None:
        self.page.shown.answered.add(waiting)

    @property
    def progress(self) -> float:
        known = len(self.records) + (self.beside is not None)
        return known / (1 + sum(config.train.members for config in self.page.shown.configs))

    @property
    def running(self) -> bool:
        return self.progress < 1


def scored(page: PageState) -> Table | None:
    """The runs on the screen as a table; None until a worker has scored them all, and what they are compared with."""
    from gan_core.studies.table import Table

    scoring = Scoring(page)
    return None if scoring.running else Table.of(page.config.replace(members=1), scoring.records, scoring.beside)


def table(found: Table, key: str) -> None:
    """A table with its protocols and its exports; what others published stands grey below."""
    from gan_core.studies.table import COLUMNS

    head = [t("collapse.column_method"), *(t(f"collapse.column_{name}") for name in COLUMNS),
            t("collapse.column_beyond"), t("collapse.column_runs")]  # fmt: skip
    rows = [
        [
            _name(entry),
            *(found.text(entry, name) for name in COLUMNS),
            _beyond(found, entry),
            str(entry.runs or "–"),
        ]
        for entry in found.lines
    ]
    with st.container(key=f"{key}-dense", gap="small"):
        tables.show(head, rows, grey={i for i, entry in enumerate(found.lines) if not entry.runs})
    st.markdown(_working(found))
    st.caption(" ".join(filter(None, (t("collapse.columns_note"), _better(found)))))
    if sources := list(dict.fromkeys(f"({_paper(entry)}) {entry.source}" for entry in found.published)):
        st.caption(t("collapse.published_note", sources="; ".join(sources)))
    st.caption(found.protocol)
    if found.deviations:
        st.caption(found.deviations)
    with st.container(horizontal=True, gap="small"):
        for form, mime in {"csv": "text/csv", "markdown": "text/markdown", "latex": "text/x-tex"}.items():
            ending = {"csv": "csv", "markdown": "md", "latex": "tex"}[form]
            st.download_button(
                t(f"collapse.export_{form}"), getattr(found, form), f"mode-collapse-{found.base.data.data}.{ending}",
                mime, key=f"{key}-{form}", icon=":material/download:", on_click="ignore",
            )  # fmt: skip


def _name(entry: Row) -> str:
    from gan_core.studies.table import NO_SKILL, PERFECT

    known = {PERFECT: t("collapse.perfect_sampler")} | {name: t(f"skill.{who}") for who, name in NO_SKILL.items()}
    if entry.source:
        return f"{entry.name} ({_paper(entry)})"
    return method_name(entry.name) if entry.runs else known.get(entry.name, entry.name)


def _paper(entry: Row) -> str:
    """Of a published row, as its paper is called: the word in brackets."""
    return entry.source.partition("(")[2].partition(")")[0]


def _beyond(found: Table, entry: Row) -> str:
    """The columns in which a row is better than generators without skill, in words."""
    if found.beyond_text(entry) == "–":
        return "–"
    return ", ".join(t(f"collapse.column_{name}") for name in found.beyond(entry)) or t("collapse.nothing")


def _better(found: Table) -> str:
    """Which means of the methods are better than perfect, and why, in sentences."""
    from gan_core.studies.table import COLUMNS

    if found.beside is None:
        return ""
    scored = {
        _name(entry): {COLUMNS[name].score: cell.mean / COLUMNS[name].factor for name, cell in entry.cells.items()}
        for entry in found.rows
    }
    called = {column.score: t(f"collapse.column_{name}") for name, column in COLUMNS.items()}
    return tables.flattered(scored, found.beside.perfect, called.__getitem__)


def _working(found: Table) -> str:
    """Which methods are beyond noise on both axes, in modes and in quality: only these may be said to work."""
    from gan_core.studies.table import FEWEST

    if found.beside is None:
        return ""
    if all(entry.runs < FEWEST for entry in found.rows):
        return t("collapse.too_few", fewest=FEWEST)
    both = [_name(entry) for entry in found.rows if found.works(entry)]
    return t("collapse.works", names=", ".join(both)) if both else t("collapse.nothing_works")


def telling(found: Table) -> str:
    """Where no method's quality is far beyond what needs no skill, what it can tell in this table."""
    perfect, *unskilled = (row.cells["high_quality"].mean for row in found.yardsticks)
    best = max(found.rows, key=lambda row: row.cells["high_quality"].mean)
    most, by_chance = best.cells["high_quality"].mean, max(unskilled)
    if most >= FAR * by_chance:
        return ""
    numbers = {"best": f"{most:.1f}", "perfect": f"{perfect:.1f}", "chance": f"{by_chance:.1f}"}
    return t("collapse.quality_low", name=_name(best), **numbers)


def beside_plain(found: Table) -> str:
    """Which methods have more or less than the plain row by more than the seeds differ, a line for each axis."""
    from gan_core.studies.differences import LEVEL, PLAIN, VERDICTS, against, too_few

    plain = next(row for row in found.rows if row.name == PLAIN)
    others = len(found.rows) - 1
    if too_few(found):
        return t("collapse.differs_too_few", runs=plain.runs, methods=others)
    lines = [t("collapse.differs", runs=plain.runs, methods=others, level=f"{100 * LEVEL:.0f}")]
    for column in AXES:
        names: dict[str, list[str]] = {verdict: [] for verdict in VERDICTS}
        for name, difference in against(found, column).items():
            names[difference.verdict].append(method_name(name))
        said = "; ".join(t(f"collapse.differs_{v}", names=" · ".join(of)) for v, of in names.items() if of)
        if len(names["untold"]) == others:
            said = t("collapse.differs_nobody")
        heading, mean = t(f"collapse.column_{column}"), found.text(plain, column)
        lines.append(f"- {t('collapse.differs_column', column=heading, plain=mean, said=said)}")
    return "\n".join(lines)


def _picture(found: Table, key: str) -> None:
    """Modes against quality: the methods in their colours with their runs, and in grey the generators without skill. A
    ring: it cannot be told from plain."""
    from gan_core.figures import collapse as figures
    from gan_core.studies.differences import against

    perfect, *unskilled = found.yardsticks
    rows = [*found.rows, *unskilled]
    names, methods = tuple(_name(row) for row in rows), tuple(row.name for row in found.rows)
    modes, quality = (tuple(row.cells[name] for row in rows) for name in AXES)
    runs = tuple(tuple(row.values[name] for row in found.rows) for name in AXES)
    told = (against(found, name) for name in AXES)
    rings = tuple(frozenset(method_name(who) for who, of in each.items() if of.verdict == "untold") for each in told)
    figure = shared_figures.shared(
        figures.mitigations, names, methods, modes, quality, found.base.data.modes,
        perfect.cells["high_quality"].mean, runs=runs, hollow=rings,
        labels={"modes": t("collapse.column_near"), "high_quality": t("collapse.column_high_quality"),
                "all": t("collapse.all_modes"), "perfect": t("panel.perfect")},
    )  # fmt: skip
    plot(figure, key=key)
