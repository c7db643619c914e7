"""The two distributions of the page "Distances": their controls, examples, and a visitor's own numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from pages.distances.options import SIDES, Side, Slider
from pages.shared.controls import files, options
from pages.shared.shell import address
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import drag

if TYPE_CHECKING:
    from gan_core.data.picking import Picked
    from gan_core.data.tables import Table, Wishes

COLOURS = {"p": "#0072B2", "q": "#E69F00"}
OWN = "sample"  # the kind that is a visitor's own numbers


def shape(page: PageState, place: str, side: Side, kinds: Mapping[str, Sequence[str]]) -> tuple[str, dict[str, Any]]:
    """The controls of one side; gives the kind that is chosen and the values that shape it."""
    st.markdown(f":color[**{side}**]{{foreground='{COLOURS[side]}'}} · {t(f'distances.{side}')}")
    kind = options.control(page, f"{place}_{side}_kind", word="kind", collapsed=True)
    return kind, {name: options.control(page, f"{place}_{side}_{name}", word=name) for name in kinds[kind]}


def both(page: PageState, side: Callable[[PageState, Side], Any], *, opened: bool) -> tuple[Any, Any]:
    """The controls of both sides, folded unless `opened`; gives what `side(page, name)` shapes, None where an upload is
    missing."""
    with st.expander(t("distances.shapes"), icon=":material/tune:", expanded=opened):
        p, q = (side(page, name) for name in SIDES)
    return p, q


def put(page: PageState, name: str, value: Any) -> None:
    """What the browser reports of a picture that is taken by the hand; nothing of what no control could say."""
    with suppress(KeyError, ValueError):  # someone who tries may report anything
        options.put(page, name, value)


def taken(
    page: PageState, place: str, kinds: Mapping[str, Sequence[str]]
) -> tuple[dict[Side, dict[str, Any]], Callable[[list[drag.Moved]], None]]:
    """For a picture that is taken by the hand: the kind and numbers of both sides, and what hears of new ones."""

    def shaped(rows: list[drag.Moved]) -> None:
        for side, of, value in rows:
            put(page, f"{place}_{side}_{of}", value)
        address.write_page(page)

    sides: dict[Side, dict[str, Any]] = {}
    for side in SIDES:
        kind = options.value(page, f"{place}_{side}_kind")
        sides[side] = {"kind": kind, **{name: options.value(page, f"{place}_{side}_{name}") for name in kinds[kind]}}
    return sides, shaped


def examples(
    page: PageState, place: str, known: Mapping[str, Mapping[Side, Mapping[str, Any]]], sliders: Mapping[str, Slider]
) -> None:
    """Buttons that set both sides; what an example leaves out gets its usual value."""

    def take(name: str) -> None:
        for side in SIDES:
            wanted = {"kind": "gaussian", **known[name][side]}
            options.put(page, f"{place}_{side}_kind", wanted["kind"])
            for slider, (*_, usual) in sliders.items():
                options.put(page, f"{place}_{side}_{slider}", wanted.get(slider, usual))
        address.write_page(page)

    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(t("distances.examples"), width="content")
        for name in known:
            st.button(
                t(f"distances.example_{name}"), key=f"distances-{place}-example-{name}", on_click=take, args=(name,)
            )


def _table_of(columns: int) -> Callable[[bytes, Wishes], Table]:
    def read(content: bytes, wishes: Wishes) -> Table:
        from gan_core.data.numbers import table_of

        return table_of(content, columns, wishes)

    return read


def _values(picked: Picked, wishes: Wishes) -> np.ndarray:
    from gan_core.data.numbers import check_numbers

    return check_numbers(picked).values


# how many columns of numbers are wanted → what is made of a file
KINDS = {n: files.Kind(n, _table_of(n), _values, scales=n > 1, megabytes=1) for n in (1, 2)}


def uploaded(page: PageState, place: str, side: Side, columns: int) -> np.ndarray | None:
    """The visitor's numbers (n, columns), None while there are none; a sentence if they cannot be read."""
    label = t(f"distances.upload_{columns}")
    brought = files.control(page, numbers_of(place, side), KINDS[columns], label, lambda brought: None)
    if brought is None:
        st.caption(t("distances.upload_wait"))
    return None if brought is None else brought.result


def in_one_scale(page: PageState, place: str, p: Any, q: Any) -> tuple[Any, Any]:
    """Both sides, their uploads with each column in units of its standard deviation over all of them if either file's
    visitor wants columns scaled. One unit for both, since a distance between two scales means nothing."""
    mine = {side: d for side, d in zip(SIDES, (p, q), strict=True) if isinstance(d, np.ndarray)}
    kept = {side: page.choices[files.kept(numbers_of(place, side))] for side in mine}
    if not any(brought.wishes.apart for brought in kept.values()):
        return p, q
    unit = np.concatenate(list(mine.values())).std(axis=0)
    st.caption(t("distances.scaled"))
    return tuple(d / np.where(unit > 0, unit, 1.0) if isinstance(d, np.ndarray) else d for d in (p, q))  # type: ignore[return-value]


def numbers_of(place: str, side: Side) -> str:
    """Of what the page keeps a visitor's own numbers as."""
    return f"{place}-{side}"
