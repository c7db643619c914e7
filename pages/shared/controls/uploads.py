"""A visitor's own points: an uploaded CSV file or a typed table becomes the data set "custom" of a page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from gan_core.config import ConfigError, RunConfig
from pages.shared.play import resources
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState

EXAMPLE = [[round(0.1 * i, 1), round(0.01 * i * i, 2)] for i in range(-10, 11)]  # a parabola to begin with
LAST = "table"  # in PageState.choices: digest of the table used last


def points(config: RunConfig) -> np.ndarray | None:
    """The table that the configuration names, None if it names none."""
    return resources.table(config.data.points)


def available(config: RunConfig) -> RunConfig:
    """The configuration, if the server has its table. Raises ConfigError."""
    if config.data.data == "custom" and points(config) is None:
        raise ConfigError("points", config.data.points, "config.lost_table")
    return config


def choose(page: PageState) -> None:
    """The data set "my own points" was chosen: the table used last, or an example to change."""
    digest = page.choices.get(LAST)
    if digest is not None and resources.table(digest) is not None:
        page.update(data="custom", points=digest, weights=())
    else:
        _take(page, EXAMPLE)


def _take(page: PageState, content: bytes | Sequence[Sequence[object]] | np.ndarray) -> None:
    from gan_core.data.points import PointsError, parse_points, points_digest

    try:
        table = parse_points(content)
    except PointsError as error:
        page.problem = error
        return
    page.choices[LAST] = digest = points_digest(table)
    resources.keep_table(digest, table)
    page.update(data="custom", points=digest, weights=())


def editor(page: PageState) -> None:
    """The table in use, a file to replace it, and a table to type."""
    from gan_core.data.points import MAX_ROWS, MIN_POINTS

    table = points(page.config)
    st.caption(t("tables.loaded", n=0 if table is None else len(table)))
    upload_key, rows_key = f"{page.name}-upload", f"{page.name}-rows"

    def uploaded() -> None:
        file = st.session_state[upload_key]
        if file is not None:
            _take(page, file.getvalue())

    st.file_uploader(
        t("tables.upload"), type=["csv", "txt", "tsv"], key=upload_key, on_change=uploaded,
        help=t("tables.hint", least=MIN_POINTS, most=f"{MAX_ROWS:,}"), max_upload_size=2,
    )  # fmt: skip
    st.caption(t("tables.edit"))
    rows = st.data_editor(
        np.array(EXAMPLE), num_rows="dynamic", height=180, key=rows_key,
        column_config={"0": st.column_config.NumberColumn("x"), "1": st.column_config.NumberColumn("y")},
    )  # fmt: skip
    st.button(t("tables.use"), key=f"{page.name}-use", on_click=_take, args=(page, rows), width="stretch")
