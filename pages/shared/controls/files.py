"""A file that a visitor brings: shown as it was read, with everything that was assumed, each a click away from its
opposite.

    kind = files.Kind(2, table_of=points.table_of, check=lambda picked, wishes: …, scales=True)
    brought = files.control(page, "points", kind, label, taken)     # the uploader, the choices, a preview
    brought.result                                                  # what `check` made of it; None with a problem
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from gan_core.checks import one_of
from pages.shared.shell import notices
from pages.shared.shell.i18n import sentence, t
from pages.shared.shell.state import PageState
from pages.shared.views import tables
from pages.shared.views.figures import plot

if TYPE_CHECKING:
    from gan_core.data.picking import Picked
    from gan_core.data.tables import Table, Wishes
    from gan_core.errors import TableError

TYPES = ["csv", "txt", "tsv", "dat", "xlsx", "xls", "parquet"]
ROWS = 4  # of the preview
CHOICES = 300  # columns and labels that a box offers
HELD = 48_000_000  # bytes of all visitors' files as they were read
CELL = 75  # bytes of one, as measured of small ones

_holding = threading.Lock()
_held: OrderedDict[tuple[int, str], tuple[weakref.ref[PageState], int]] = OrderedDict()  # the oldest first


@dataclass(frozen=True)
class Kind:
    """What a page makes of a file: how many columns it takes, how it reads it, and what it checks and keeps.

    `check` raises TableError. `scales`: whether each column may be scaled by itself.
    """

    columns: int
    table_of: Callable[[bytes, Wishes], Table]
    check: Callable[[Picked, Wishes], Any]
    scales: bool
    megabytes: int


@dataclass(frozen=True, eq=False)
class Brought:
    """A file, what its visitor said of it, and what was read. colour: the column that colours the points, "" for none;
    the first that may, where nobody says."""

    content: bytes
    wishes: Wishes
    table: Table | None
    picked: Picked | None
    result: Any
    problem: TableError | None
    colour: str | None = None

    @property
    def colours(self) -> dict[str, Sequence[str]]:
        """The columns of few words or labels in numbers, a word for each row of the table."""
        if self.table is None or self.picked is None or len(self.picked.names) < 2:
            return {}
        labels = ((c.name, c.cells) for c in self.table.columns if c.kind == "label")
        return dict([*self.table.words, *labels][:CHOICES])

    @property
    def labels(self) -> tuple[str, ...] | None:
        """Of each row that was picked, the word that colours it; None for no colours."""
        by = next(iter(self.colours), "") if self.colour is None else self.colour
        if by not in self.colours or self.picked is None:
            return None
        return tuple(self.colours[by][i] for i in self.picked.rows)


def bring(content: bytes, kind: Kind, wishes: Wishes | None = None, colour: str | None = None) -> Brought:
    """As much of the file as can be read."""
    from gan_core.data.picking import pick
    from gan_core.data.tables import TableError, Wishes

    wishes = wishes or Wishes()
    table = picked = result = problem = None
    try:
        table = kind.table_of(content, wishes)
        picked = pick(table, wishes, kind.columns)
        result = kind.check(picked, wishes)
    except TableError as error:
        problem = error
    return Brought(content, wishes, table, picked, result, problem, colour)


def _keep(page: PageState, place: str, brought: Brought) -> None:
    """Of all visitors' files the last ones of HELD bytes are kept as they were read. Of an older one stays what the
    page computes with; to read it otherwise it has to be brought again."""
    page.choices[kept(place)] = brought
    columns = [] if brought.table is None else [column.cells for column in brought.table.columns]
    words = [] if brought.table is None else [cells for _, cells in brought.table.words]
    with _holding:
        _held.pop((id(page), place), None)
        _held[id(page), place] = weakref.ref(page), len(brought.content) + CELL * sum(map(len, [*columns, *words]))
        for at in [at for at, (of, _) in _held.items() if of() is None]:
            del _held[at]
        while len(_held) > 1 and sum(size for _, size in _held.values()) > HELD:
            (_, where), (of, _) = _held.popitem(last=False)
            if (owner := of()) is not None and (old := owner.choices.get(kept(where))) is not None:
                owner.choices[kept(where)] = replace(old, content=b"", table=None, picked=None)


def kept(place: str) -> tuple[str, str]:
    """Where a page keeps it, in PageState.choices."""
    return "file", place


def sent(key: str) -> bytes | None:
    """What the file holds that the uploader of this key has just been given, which the server then lets go of. None
    where the visitor has taken it away, and for a file that is not there any more: it was read when it came, and what
    was read of it stays."""
    file = st.session_state[key]
    if not isinstance(file, UploadedFile):
        return None
    context = get_script_run_ctx()
    if context is not None and isinstance(manager := context.uploaded_file_mgr, MemoryUploadedFileManager):
        manager.remove_file(context.session_id, file.file_id)
    return file.getvalue()


def control(page: PageState, place: str, kind: Kind, label: str, taken: Callable[[Brought], None]) -> Brought | None:
    """The uploader, and below it what was read; `taken` hears of every reading. None while there is no file."""
    key = f"{page.name}-{place}-file"

    def take(content: bytes, wishes: Wishes | None = None, colour: str | None = None) -> None:
        brought = bring(content, kind, wishes, colour)
        _keep(page, place, brought)
        taken(brought)

    def changed() -> None:
        if (content := sent(key)) is not None:
            take(content)

    st.file_uploader(label, type=TYPES, key=key, on_change=changed, max_upload_size=kind.megabytes)
    brought: Brought | None = page.choices.get(kept(place))
    if brought is None:
        return None
    if brought.problem is not None:
        notices.warning(brought.problem)
    if not brought.content:
        st.caption(t("file.let_go"))
    now = brought  # as the widgets below know it; one that is of what was there before has no say, see state.if_shown

    def paint(colour: str) -> None:
        if page.choices.get(kept(place)) is now:
            page.choices[kept(place)] = painted = replace(now, colour=colour)
            taken(painted)

    def say(wishes: Wishes) -> None:
        if page.choices.get(kept(place)) is now:
            take(now.content, wishes, now.colour)

    if now.table is not None:
        _choices(f"{page.name}-{place}", now.table, now, kind, say)
    if now.picked is not None:
        _preview(f"{page.name}-{place}", now, paint)
    return now


def _choices(key: str, table: Table, brought: Brought, kind: Kind, say: Callable[[Wishes], None]) -> None:
    """What was assumed, and a widget for each part of it that may be meant otherwise."""
    wishes, picked = brought.wishes, brought.picked
    if picked is not None:
        st.caption(notices.plain(sentence(picked.sentence())))
    if len(table.columns) > kind.columns:
        _columns(key, table, brought, kind, say)
    for doubt in picked.doubts if picked is not None else table.doubts:
        if doubt.wish == "apart" and not kind.scales:
            st.caption(notices.plain(sentence(doubt.said)))
            continue
        widget = f"{key}-{doubt.wish}"
        changes: dict[str, Any] = {doubt.wish: doubt.instead} | ({"columns": ()} if doubt.wish == "headings" else {})
        if not doubt.faint:
            st.caption(notices.plain(sentence(doubt.said)))
        st.session_state[widget] = doubt.now in (True, ",") if doubt.wish != "far" else not doubt.now
        st.toggle(t(f"file.{doubt.wish}"), key=widget, on_change=say, args=(replace(wishes, **changes),))


def _columns(key: str, table: Table, brought: Brought, kind: Kind, say: Callable[[Wishes], None]) -> None:
    """A box for each column that is wanted; taking the other one's column exchanges the two."""
    names = [column.name for column in table.columns][:CHOICES]
    now = list(brought.picked.names if brought.picked else brought.wishes.columns or names[: kind.columns])

    def chosen(i: int) -> None:
        wanted = st.session_state[f"{key}-column-{i}"]
        if wanted in names:
            told = [now[i] if name == wanted else name for name in now]
            told[i] = wanted
            say(replace(brought.wishes, columns=tuple(told)))

    for i, box in enumerate(st.columns(kind.columns)):
        widget = f"{key}-column-{i}"
        st.session_state[widget] = now[i]
        label = t(f"file.column_{i + 1}") if kind.columns > 1 else t("file.column")
        box.selectbox(
            label, names, key=widget, on_change=chosen, args=(i,),
            format_func=lambda name: t("file.nameless", n=name) if name.isdecimal() else name,
        )  # fmt: skip


def _preview(key: str, brought: Brought, paint: Callable[[str], None]) -> None:
    from gan_core.figures.brought import preview

    picked, names = brought.picked, list(brought.colours)
    assert picked is not None
    if names:
        widget, colours = f"{key}-colour", ["", *names]
        st.session_state[widget] = names[0] if brought.colour is None else brought.colour
        st.selectbox(
            t("file.colour"), colours, key=widget,
            on_change=lambda: paint(one_of(st.session_state[widget], colours) or ""),
            format_func=lambda name: name or t("file.colourless"),
        )  # fmt: skip
    if len(picked.values):
        figure = preview(picked.values, picked.names, brought.labels)
        plot(figure, key=f"{key}-preview")
    cells = [[f"{value:.6g}" for value in row] for row in picked.values[:ROWS]]
    shown = [notices.plain(name) for name in picked.names]
    tables.show(shown, [*cells, *([["…"] * len(shown)] if len(picked.values) > ROWS else [])])
    st.caption(t("file.rows", n=f"{len(picked.values):,}"))
