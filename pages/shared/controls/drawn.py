"""Data that a visitor draws on the plane of a page, where its picture is otherwise.

    drawn.choose(page)          "draw your own" was chosen among the data
    drawn.now(page)             the Drawing that is the page's data, None for other data
    drawn.control(page)         in the settings: what is drawn, and the way to the board
    drawn.is_open(page)         whether the board takes the picture's place; then
    drawn.board(page)           the board, on the stage

What is drawn stays in the browser, and runs go on with their data, until the visitor trains on it. Then it stands in
the configuration itself; one that is too long for an address becomes a table that the server keeps, as uploads are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from pages.shared.play import player, resources
from pages.shared.shell import notices
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live

if TYPE_CHECKING:
    from gan_core.data.drawings import Drawing

NAME = "drawn"  # among the data of a page
EXAMPLE = [[293, 694, 24, 1], [730, 694, 24, 1], [512, 293, 70, 2]]  # a triangle of unlike clusters to begin with
LAST, OPEN, REFUSED = "drawing", "board", "refused-drawing"  # in PageState.choices


def now(page: PageState) -> Drawing | None:
    if page.config.data.data != "custom":
        return None
    from gan_core.data.drawings import is_drawing, read

    points = page.config.data.points
    if is_drawing(points):
        return read(points)
    digest, last = page.choices.get(LAST, ("", None))
    return last if digest == points else None


def choose(page: PageState) -> None:
    """The drawing made last, or an example to change, and the board to do it on."""
    from gan_core.data.drawings import received

    _, last = page.choices.get(LAST, ("", None))
    _use(page, last or received({"clusters": EXAMPLE, "points": []}))
    _open(page)


def _use(page: PageState, drawing: Drawing) -> None:
    from gan_core.data.points import points_digest

    points = drawing.text()
    if not points:
        table = drawing.table()
        points = points_digest(table)
        resources.keep_table(points, table)
    page.choices[LAST] = points, drawing
    page.update(data="custom", points=points, weights=())


def _open(page: PageState, wanted: bool = True) -> None:
    page.choices[OPEN] = wanted
    page.choices.pop(REFUSED, None)


def is_open(page: PageState) -> bool:
    return bool(page.choices.get(OPEN)) and now(page) is not None


def control(page: PageState) -> None:
    if (drawing := now(page)) is None:
        return
    said = t("drawn.has", clusters=len(drawing.clusters), points=f"{len(drawing.brush):,}")
    modes = t("drawn.modes") if drawing.has_modes else t("drawn.no_modes")
    st.caption(f"{said} {modes}")
    st.button(
        t("drawn.open"), key=f"{page.name}-draw", icon=":material/draw:", on_click=_open, args=(page,), width="stretch"
    )


def board(page: PageState) -> None:
    from gan_core.data.drawings import HALF, SIDE

    drawing = now(page)
    assert drawing is not None

    def trained(sent: object) -> None:
        from gan_core.data.drawings import received
        from gan_core.errors import PointsError

        try:
            found = received(sent)
        except PointsError as error:
            page.choices[REFUSED] = error
            return
        _open(page, False)
        _use(page, found)
        player.restart(page, play=True)

    if (refused := page.choices.get(REFUSED)) is not None:
        notices.warning(refused)
    nodes = np.array(drawing.brush, np.int64)
    live.board(
        f"{page.name}-board", [(c.x, c.y, c.width, c.weight) for c in drawing.clusters],
        np.column_stack([nodes % SIDE, nodes // SIDE]), version=page.config.data.points,
        labels={name: t(f"board.{name}") for name in live.BOARD_LABELS}, summary=t("board.summary", half=HALF),
        on_drawn=trained, on_left=lambda: _open(page, False),
    )  # fmt: skip
