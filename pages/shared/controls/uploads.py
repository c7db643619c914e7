"""A visitor's own points: an uploaded file or a typed table becomes the data set "custom" of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from gan_core.config import ConfigError, RunConfig
from pages.shared.controls import files
from pages.shared.play import resources
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState

if TYPE_CHECKING:
    from gan_core.data.picking import Picked
    from gan_core.data.tables import Table, Wishes

EXAMPLE = [[round(0.1 * i, 1), round(0.01 * i * i, 2)] for i in range(-10, 11)]  # a parabola to begin with
LAST = "table"  # in PageState.choices: digest of the table used last
LABELS = "labels"  # … digest of a table, and the word of each of its rows
FILE = "points"  # of what the page keeps the file as
MEGABYTES = 2


def points(config: RunConfig) -> np.ndarray | None:
    """The table that the configuration names, None if it names none; a drawing is in the configuration itself."""
    return resources.table(config.data.points)


def labels(page: PageState) -> tuple[str, ...] | None:
    """The words that colour the points of the page's table, one a row; None where nothing does."""
    digest, found = page.choices.get(LABELS, ("", None))
    return found if digest == page.config.data.points else None


def available(config: RunConfig) -> RunConfig:
    """The configuration, if its drawing is one, or the server has its table. Raises ConfigError."""
    if config.data.data == "custom" and is_in_link(config):
        from gan_core.data.drawings import read

        read(config.data.points)
    elif config.data.data == "custom" and points(config) is None:
        raise ConfigError("points", config.data.points, "config.lost_table")
    return config


def is_in_link(config: RunConfig) -> bool:
    """Whether an address holds all of its data. A table it only names, and the server keeps it for a while."""
    if config.data.data != "custom":
        return True
    from gan_core.data.drawings import is_drawing

    return is_drawing(config.data.points)


def choose(page: PageState) -> None:
    """The data set "my own points" was chosen: the table used last, or an example to change."""
    digest = page.choices.get(LAST)
    if digest is not None and resources.table(digest) is not None:
        page.update(data="custom", points=digest, weights=())
    else:
        _typed(page, EXAMPLE)


def command(page: PageState) -> str:
    """What a command line has to say to read the page's table as it was read here; empty for other data."""
    from gan_core.data.points import points_digest

    if is_in_link(page.config):
        return ""
    brought: files.Brought | None = page.choices.get(files.kept(FILE))
    mine = brought is not None and brought.result is not None
    if not (brought and mine and points_digest(brought.result) == page.config.data.points):
        return " --points table.csv"
    return f" --points table.csv {brought.wishes.command()}".rstrip()


def _table_of(content: bytes, wishes: Wishes) -> Table:
    from gan_core.data.points import table_of

    return table_of(content, wishes)


def _standardised(picked: Picked, wishes: Wishes) -> np.ndarray:
    from gan_core.data.points import standardise

    return standardise(picked.values, wishes.apart)


KIND = files.Kind(2, _table_of, _standardised, scales=True, megabytes=MEGABYTES)


def _typed(page: PageState, content: Sequence[Sequence[object]] | np.ndarray) -> None:
    from gan_core.data.points import PointsError, parse_points

    try:
        _use(page, parse_points(content))
    except PointsError as error:
        page.problem = error


def _use(page: PageState, table: np.ndarray) -> None:
    from gan_core.data.points import points_digest

    page.choices[LAST] = digest = points_digest(table)
    resources.keep_table(digest, table)
    page.update(data="custom", points=digest, weights=())


def editor(page: PageState) -> None:
    """The table in use, a file to replace it, and a table to type."""
    from gan_core.data.points import MAX_ROWS, MIN_POINTS, points_digest

    table = points(page.config)
    st.caption(t("tables.loaded", n=0 if table is None else len(table)))

    def taken(brought: files.Brought) -> None:
        if brought.result is not None:
            page.choices[LABELS] = points_digest(brought.result), brought.labels
            _use(page, brought.result)

    files.control(page, FILE, KIND, t("tables.upload"), taken)
    st.caption(t("tables.hint", least=MIN_POINTS, most=f"{MAX_ROWS:,}"))
    rows_key = f"{page.name}-rows"
    st.caption(t("tables.edit"))
    rows = st.data_editor(
        np.array(EXAMPLE), num_rows="dynamic", height=180, key=rows_key,
        column_config={"0": st.column_config.NumberColumn("x"), "1": st.column_config.NumberColumn("y")},
    )  # fmt: skip
    st.button(t("tables.use"), key=f"{page.name}-use", on_click=_typed, args=(page, rows), width="stretch")
