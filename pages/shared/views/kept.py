"""The runs of this visit beside each other: settings, scores with what a perfect generator has, the way back, and two
of them in one chart.

    kept.section(page)         below the stage, once a script run
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from gan_core.checks import one_of
from gan_core.numerals import number
from pages.shared.play import experiments, kept, player
from pages.shared.play.kept import Row
from pages.shared.shell import address, folded, layout, site
from pages.shared.shell.i18n import t, value
from pages.shared.shell.state import PageState, app
from pages.shared.views import statistics, tables
from pages.shared.views.figures import plot
from pages.shared.views.statistics import NUMBERS

CHARTS = {"losses": ("d_loss", "g_loss"), "outputs": ("d_real", "d_fake"), "gradients": ("d_grad", "g_grad")}
OVERLAID, CHART = "kept_overlaid", "kept_chart"  # in PageState.choices
SETTINGS, APART = 6, 2  # that are said of a row, and of its name in a chart


def section(page: PageState) -> None:
    """Closed, it keeps what has come to rest, and costs nothing else."""
    state = app()
    frame = None if page.show is None or page.show.running else page.show.job.frame
    measures = statistics.yardsticks(page, frame) if frame is not None and not page.of_images else ()
    if page.show is not None and not page.show.running:
        kept.remember(page, state.kept, tuple(measures))
        kept.lend(state.kept)
    # no count in its title: Streamlit closes a box that is called otherwise than before
    box = folded.box(page, "kept", t("kept.title"), "view_list")
    page.choices[kept.OPEN] = box is not None
    if box is None:
        return
    with box:
        with st.container():  # filled or not, what follows keeps its place
            _score(page, state.kept)
        found = kept.rows(state.kept)
        if not found:
            st.caption(t("kept.empty"))
            return
        st.caption(t("kept.hint", most=kept.MOST, members=kept.MEMBERS))
        for row in found:
            _row(page, row)
        _overlaid(page, found)


def _score(page: PageState, rows: MutableMapping[kept.Key, Row]) -> None:
    """Have a worker find the scores that the runs' pages did not show."""
    if wanted := kept.unscored(rows):
        tasks = {key: row.score for key, row in wanted.items()}
        kept.take_scores(rows, experiments.known(page, "kept", tuple(wanted), tasks))


def _row(page: PageState, row: Row) -> None:
    picture, said, scored, ways = st.columns([2, 6, 12, 4], gap="small", vertical_alignment="center")
    picture.image(row.picture, width=72)
    with said:
        where = t(f"{_place(row)}.title")
        st.markdown(t("kept.run", number=row.number, where=where, step=f"{row.step:,}"))
        notes = [t(f"kept.{note}") for note in ("changed", "failed") if getattr(row, note)]
        st.caption(" · ".join([*settings(row), *notes]))
    scored.caption("  \n".join(numbers(row)) or ("–" if row.scores is not None else "…"))
    with ways:
        _back(page, row)


def settings(row: Row) -> list[str]:
    """What sets the run apart from its page's own."""
    differences = {name: of for name, of in row.config.differences(row.default).items() if name != "steps"}
    shown = [f"{t(f'field.{name}')} {value(name, chosen)}" for name, chosen in list(differences.items())[:SETTINGS]]
    more = len(differences) - SETTINGS
    return [*(shown or [t("kept.usual")]), *([t("kept.more", n=more)] if more > 0 else [])]


def numbers(row: Row) -> list[str]:
    """The scores, each with what a perfect generator and the best one without skill have."""
    if row.digits is not None:
        made, kl, real = row.digits
        return [
            t("kept.digits", made=number(made)),
            t("kept.kl", value=f"{kl:.3f}", floor=statistics.range_of(real, "{:.3f}".format)),
        ]
    found = []
    for name, (statistic, style) in NUMBERS.items():
        values = [getattr(one, statistic) for one in row.scores or ()]
        if values and values[0] is not None:
            middle = style.format(float(np.median(values)))
            floor = statistics.perfect(row.yardstick, statistic, style.format)
            skill = statistics.without_skill(row.yardstick, statistic, style.format)
            score = t("kept.score", name=t(f"panel.{name}"), value=middle, floor=floor, skill=skill)
            perfect = None if row.yardstick is None else row.yardstick.perfect.get(statistic)
            why = tables.flattery(statistic, float(np.median(values)), perfect)
            found.append(", ".join(filter(None, (score, why))))
    return found


def _place(row: Row) -> str:
    """The page that the run was on; a page in parts has a state for each."""
    return row.page.split("-")[0]


def _back(page: PageState, row: Row) -> None:
    words = _words(row)
    if row.page == page.name:
        st.button(t("kept.back"), key=f"{page.name}-kept-{row.number}", icon=":material/undo:", on_click=_restore,
                  args=(page, row))  # fmt: skip
    else:
        layout.link(_place(row), t("kept.back"), query=words, icon=site.entry(_place(row)).symbol)
    with st.popover(t("kept.link"), icon=":material/link:"):
        start = (st.context.url or "").split("?")[0].rsplit("/", 1)[0]
        st.code(f"{start}/{_place(row)}?{urlencode(words)}", language=None, wrap_lines=True)


def _words(row: Row) -> dict[str, str]:
    return address.query(row.base, row.default) | dict(row.words)


def _restore(page: PageState, row: Row) -> None:
    if page.take(lambda: row.base, variants=row.variants):
        player.restart(page)


def _overlaid(page: PageState, found: Sequence[Row]) -> None:
    """Two runs in one chart."""
    from gan_core.figures.kept import overlaid

    by_number = {row.number: row for row in found}
    usual = [row.number for row in found[:2]]
    chosen = [n for n in page.choices.get(OVERLAID, usual) if n in by_number][:2]
    key = f"{page.name}-kept-overlaid~{'-'.join(map(str, chosen))}"  # see controls.widget_key

    def picked() -> None:
        page.choices[OVERLAID] = [n for n in st.session_state[key] if n in by_number]

    st.session_state[key] = chosen
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.multiselect(
        t("kept.overlaid"), list(by_number), key=key, max_selections=2, on_change=picked,
        format_func=lambda n: _name(by_number[n], found),
    )  # fmt: skip
    with right:
        chart = _chart_picker(page)
    if not chosen:
        return
    both = [by_number[n] for n in chosen]
    named = {
        _name(row, both): (row.steps, {t(f"kept.{curve}"): row.curves[curve] for curve in CHARTS[chart]})
        for row in both
    }
    words = {"step": t("panel.step"), "value": t(f"panel.{chart}")}
    figure = overlaid(named, log=chart == "gradients", labels=words, levels=_levels(both, chart))
    plot(figure, key=f"{page.name}-kept-chart", title=words["value"])


def _levels(rows: Sequence[Row], chart: str) -> dict[str, float]:
    """What the curves are compared with, where it is the same for these runs: a perfect generator's losses, D's ½."""
    each = [{name: level for level, name in statistics.levels(row.config, chart)} for row in rows]
    return each[0] if all(one == each[0] for one in each) else {}


def _name(row: Row, among: Sequence[Row]) -> str:
    """By what sets it apart from the others of its page, else by what does from the page's own."""
    others = [one.config for one in among if one.page == row.page and one is not row]
    apart = dict.fromkeys(name for other in others for name in row.config.differences(other) if name != "steps")
    own = dict(row.config.flat())
    said = [f"{t(f'field.{name}')} {value(name, own[name])}" for name in list(apart)[:APART]]
    return t("kept.name", number=row.number, what=" · ".join(said) or settings(row)[0])


def _chart_picker(page: PageState) -> str:
    at = one_of(page.choices.get(CHART), CHARTS) or next(iter(CHARTS))
    key = f"{page.name}-kept-chart~{at}"

    def chosen() -> None:
        page.choices[CHART] = one_of(st.session_state[key], CHARTS) or at

    st.session_state[key] = at
    st.segmented_control(
        t("kept.chart"), list(CHARTS), key=key, required=True, on_change=chosen, label_visibility="collapsed",
        format_func=lambda name: t(f"panel.{name}"),
    )  # fmt: skip
    return at
