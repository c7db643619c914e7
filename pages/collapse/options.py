"""What the page "Mode collapse" can run: scenarios, the methods that stand side by side, and the address.

arrive(page)                what the address says stands side by side
controls(page)              the top of the settings
start(page, name)           a scenario, from its beginning
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from gan_core.checks import one_of
from gan_core.config import RunConfig, limits
from gan_core.studies.mitigations import METHODS, TABLES
from gan_core.studies.scenarios import FIRST, SCENARIOS, VARIANTS
from pages.shared.controls import fields, options
from pages.shared.controls.options import OneOf
from pages.shared.play import player
from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell import notices
from pages.shared.shell.i18n import t
from pages.shared.shell.state import Option, PageState, app, if_shown
from pages.shared.views import points

MOST_VARIANTS = 4
UNROLLED = (1, 2, 3, 5, 8, 10, 15, 20)
USUAL_UNROLLED: int = METHODS["unrolled"]["unrolled"]
UNROLLED_STEPS, SCENARIO = "unrolled", "experiment"  # in PageState.choices
BESIDE, TAB = "beside", "tab"  # in the address
TABS = ("why", "mitigations", "myths", "alarm")
ABOVE = ("d_lr", "g_lr", "d_steps", "unrolled")  # fields that stand above the folded groups and not in them


class Beside(NamedTuple):
    """The variants side by side, and how many steps "unrolled" looks ahead."""

    names: tuple[str, ...]
    unrolled: int = USUAL_UNROLLED


class Methods:
    """The option of these: plain-unrolled, or plain-unrolled5 where 5 is not the usual."""

    usual = Beside(("plain",))
    says = "collapse.method."

    def read(self, word: str) -> Beside:
        """Raises ValueError."""
        found = [re.fullmatch(r"(unrolled)(\d{1,2})|(\w{1,20})", part) for part in word.split("-")]
        names = tuple(match[1] or match[3] for match in found if match)
        steps = next((int(match[2]) for match in found if match and match[2]), USUAL_UNROLLED)
        low, high = limits("unrolled")
        fits = len(names) == len(found) == len(set(names)) <= MOST_VARIANTS and max(1, low) <= steps <= high
        if not fits or not set(names) <= set(VARIANTS):
            raise options.NoChoice("options.some", tuple(VARIANTS), least=1, most=MOST_VARIANTS)
        return Beside(names, steps)

    def write(self, value: Beside) -> str:
        usual = value.unrolled == USUAL_UNROLLED
        return "-".join(f"{name}{value.unrolled}" if name == "unrolled" and not usual else name for name in value.names)


OPTIONS: dict[str, Option] = {
    BESIDE: Methods(),
    TAB: OneOf(TABS, TABS[0], place=True),
    "table": OneOf(tuple(TABLES), next(iter(TABLES))),  # of mitigations
    "count": OneOf(
        ("shares", "near"), "shares", says="collapse.counting_"
    ),  # of the timeline: samples nearest to a mode, or near to it
}


def chosen(page: PageState) -> tuple[str, ...]:
    """The variants side by side."""
    return options.value(page, BESIDE).names


def unrolled(page: PageState) -> int:
    """How many steps "unrolled" looks ahead, or would."""
    beside: Beside = options.value(page, BESIDE)
    return beside.unrolled if "unrolled" in beside.names else page.choices.get(UNROLLED_STEPS, USUAL_UNROLLED)


def titles(page: PageState, frame: Frame) -> list[str]:
    """The names of the runs; none where there is only one, and while the frame is still that of older settings."""
    names = chosen(page)
    return [method_name(name) for name in names] if len(names) == len(frame.runs) > 1 else []


def named(page: PageState, frame: Frame) -> list[tuple[str, RunFrame]]:
    """The titles with their runs, "" where they have none."""
    return list(zip(titles(page, frame) or [""] * len(frame.runs), frame.runs, strict=True))


def method_name(name: str) -> str:
    return t(f"collapse.method.{name}")


# ── what to run ──────────────────────────────────────────────────────────────────────────────────────────────────────


def variants(beside: Beside) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        VARIANTS[name] | ({"unrolled": beside.unrolled} if name == "unrolled" else {}) for name in beside.names
    )


def arrive(page: PageState) -> None:
    """Run what the address says, unless it contradicts itself; then a sentence says how, and the plain run stays."""
    if not page.vary(variants(options.value(page, BESIDE))):
        options.put(page, BESIDE, Methods.usual)
        notices.warning(page.problem)


def set_beside(page: PageState, config: RunConfig, names: Sequence[str], steps: int | None = None) -> bool:
    """Take over a configuration with variants, unless they contradict each other; then `page.problem` says how."""
    beside = Beside(tuple(names), steps or unrolled(page))
    taken = page.take(lambda: config, variants=variants(beside))
    if taken:
        page.choices |= {UNROLLED_STEPS: beside.unrolled, points.MEMBER: None}
        options.put(page, BESIDE, beside)
    else:
        page.turns[BESIDE] += 1
    return taken


def start(page: PageState, name: str, *, play: bool = False) -> None:
    """A scenario, from its beginning."""
    if set_beside(page, SCENARIOS[name].config, SCENARIOS[name].variants):
        page.choices[SCENARIO] = name
        if play:
            player.restart(page, play=True)
            player.bring(page)
        else:
            player.afresh(page)


def current(page: PageState) -> str | None:
    """The scenario that the controls are at, None for the visitor's own settings."""
    name = page.choices.get(SCENARIO, FIRST)
    same = SCENARIOS[name].config.replace(seed=page.config.train.seed) == page.config
    return name if same and chosen(page) == SCENARIOS[name].variants else None


def controls(page: PageState) -> None:
    """The top of the settings: experiment, variants side by side, and the fields that decide the chase."""
    if "presets" in app().hidden:
        return
    name, steps = current(page), unrolled(page)
    key, methods_key = f"{page.name}.{SCENARIO}~{name}", options.key(page, BESIDE)  # see fields.widget_key
    unrolled_key = f"{page.name}.{UNROLLED_STEPS}~{page.turns[BESIDE]}"

    def experiment_chosen() -> None:
        if (wanted := one_of(st.session_state[key], SCENARIOS)) not in (None, name):
            start(page, wanted)

    def methods_chosen() -> None:
        names = tuple(name for name in VARIANTS if name in st.session_state[methods_key]) or ("plain",)
        if names != chosen(page) and set_beside(page, page.config, names):
            player.afresh(page)

    def unrolled_chosen() -> None:
        wanted = st.session_state[unrolled_key]
        if wanted != steps and set_beside(page, page.config, chosen(page), wanted):
            player.afresh(page)

    st.session_state[key] = name
    st.selectbox(
        t("collapse.experiment"), list(SCENARIOS), key=key, index=None if name is None else 0,
        on_change=if_shown(key, experiment_chosen), format_func=lambda each: t(f"collapse.experiment_{each}"),
        placeholder=t("controls.own"),
    )  # fmt: skip
    if name is not None:
        st.caption(t(f"collapse.why_{name}"))
    st.session_state[methods_key] = list(chosen(page))
    st.multiselect(
        t("collapse.side_by_side"), list(VARIANTS), key=methods_key, format_func=method_name,
        on_change=if_shown(methods_key, methods_chosen), max_selections=MOST_VARIANTS,
        help=t("collapse.side_by_side_help"),
    )  # fmt: skip
    if "unrolled" in chosen(page):
        st.session_state[unrolled_key] = steps
        st.select_slider(
            t("field.unrolled"), sorted({*UNROLLED, steps}), key=unrolled_key,
            on_change=if_shown(unrolled_key, unrolled_chosen), help=t("help.unrolled"),
        )  # fmt: skip
    for field in ABOVE[:3]:
        if field not in page.decided:
            fields.field(page, field)
