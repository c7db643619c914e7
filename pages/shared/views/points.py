"""Points in the plane, and the members of a run: which of them is looked at.

    points.plane(page, frame)                        points, D, arrows, latent grid; one panel a run or member
    points.member_picker(page, frame)                which member is looked at, where there are several

`points.member(page)` is the member looked at, None for all. Where a page shows several runs, give `titles`, one each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from gan_core.checks import one_of
from gan_core.config import LOSSES, RunConfig
from gan_core.run import optimum
from pages.shared.controls import uploads
from pages.shared.play import visits
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live

if TYPE_CHECKING:
    from gan_core.run.history import Moment, PointSnapshot, Snapshot

MEMBER, LAYERS, WINDOW = "member", "layers", "window"  # in PageState.choices
SHOWN_AS_BUTTONS = 5  # members; more go into a box
BOX = 130  # pixels of that
KINDS = 5  # colours of a visitor's labels: more are not told apart by every eye
WALL = 32  # members drawn side by side and scored at most


# ── members ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def member(page: PageState) -> int | None:
    """The member that is looked at, None for all of them."""
    chosen = page.choices.get(MEMBER)
    members = page.config.train.members if page.show is None else page.show.configs[0].train.members
    return 0 if members == 1 else chosen if chosen is not None and chosen < members else None


def member_picker(page: PageState, frame: Frame) -> None:
    """All members, or one of them by its seed; nothing where there is only one."""
    count, config = frame.runs[0].snapshot.members, frame.runs[0].config
    if count == 1:
        return
    at = member(page)
    key = f"{page.name}-member-{at}"  # see controls.widget_key

    def chosen() -> None:
        page.choices[MEMBER] = one_of(st.session_state[key], range(count))

    options: list[str | int] = ["all", *range(count)]
    st.session_state[key] = "all" if at is None else at
    words: dict[str, Any] = {
        "label": t("panel.member"), "options": options, "key": key, "on_change": chosen,
        "label_visibility": "collapsed",
        "format_func": lambda k: t("panel.everybody") if k == "all" else member_name(config, k),
    }  # fmt: skip
    if count <= SHOWN_AS_BUTTONS:
        st.segmented_control(**words)
    else:
        st.selectbox(**words, width=BOX)


def member_name(config: RunConfig, k: int) -> str:
    return t("panel.member_name", seed=config.seed_of(k))


def members_shown(page: PageState, run: RunFrame) -> list[int]:
    """The one that is looked at, or all of them."""
    at = member(page)
    return list(range(run.snapshot.members)) if at is None else [at]


def members_drawn(page: PageState, frame: Frame, most: int = WALL) -> list[int]:
    """Of those, the ones that have a panel, where all runs together have `most`: of each as many, at least one."""
    return members_shown(page, frame.runs[0])[: max(1, min(WALL, most // len(frame.runs)))]


# ── the plane ────────────────────────────────────────────────────────────────────────────────────────────────────────


def in_plane(shot: Moment) -> PointSnapshot:
    """The moment, which is one of points. Raises ValueError where it is not: a page refuses such data beforehand."""
    from gan_core.run.history import PointSnapshot

    if not isinstance(shot, PointSnapshot):
        raise ValueError("this picture is of images, and a plane shows points")
    return shot


def of_players(shot: Moment) -> Snapshot:
    """The moment, which is one of a run with both players. Raises ValueError where only samples are left of it."""
    from gan_core.run.history import Snapshot

    if not isinstance(shot, Snapshot):
        raise ValueError("nothing is known of D at this moment")
    return shot


@pushed
def plane(
    page: PageState, frame: Frame, *, titles: Sequence[str] = (), hidden: Sequence[str] = ("arrows", "lattice"),
    height: int | None = None, most: int = WALL,
) -> None:  # fmt: skip
    """Real and generated points, D's opinion and its ½ contour, the arrows −∂L_G/∂x of the run's loss, the latent grid.

    `hidden` are the layers that are off at first. A click on one of several members looks at that one, and from there
    Escape and a button lead back. `most`: panels, of which every run has as many members.
    """
    members = members_drawn(page, frame, most)
    picks = [(run, k, title) for run, title in titled(frame, titles) for k in members]
    several, looked_at = len(picks) > len(frame.runs), [k for _, k, _ in picks]
    shares = [share for run in frame.runs for share in _mode_shares(run, members)]
    words, kinds = kinds_of(page, frame)
    key = f"{page.name}-plane"

    def chosen(index: int) -> None:
        if several or index < 0:
            page.choices[MEMBER] = looked_at[index] if index >= 0 else None

    live.scene(
        key,
        [_panel(*pick, share, several, kinds) for pick, share in zip(picks, shares, strict=True)],
        step=frame.step,
        hidden=(*hidden, "gap"),
        kinds=words,
        labels={name: t(f"scene.{name}") for name in live.LABELS},
        summary=t("scene.summary", step=f"{frame.step:,}"),
        height=height,
        abreast=len(picks) // len(frame.runs) if several else None,
        selectable=several,
        back=not several and any(run.snapshot.members > 1 for run in frame.runs),
        on_select=chosen,
        on_layers=layered(page),
        on_window=looking(page),
        kept=False,
    )


def looking(page: PageState) -> Callable[[tuple[float, float, float]], None]:
    """The part of the window that the pictures of the page's runs show, once somebody has zoomed in a live one."""
    return partial(page.choices.__setitem__, WINDOW)


def layered(page: PageState) -> Callable[[tuple[str, ...]], None]:
    """What the pictures of the page's runs show, once somebody has chosen in a live one; see `exports`."""

    def chosen(layers: tuple[str, ...]) -> None:
        page.choices[LAYERS] = tuple(name for name in layers if name in live.LAYERS)
        visits.again()()  # the panel of exports, which is no part of the view, says it

    return chosen


def titled(frame: Frame, titles: Sequence[str]) -> list[tuple[RunFrame, str]]:
    """The runs with their titles, "" where they have none."""
    return list(zip(frame.runs, titles or [""] * len(frame.runs), strict=True))


def kinds_of(page: PageState, frame: Frame) -> tuple[Sequence[str], np.ndarray | None]:
    """The words that colour a visitor's points, the commonest first and the rarest together; and of each real point of
    the picture which it is. Nothing for other data."""
    table, labels = uploads.points(page.config), uploads.labels(page)
    if table is None or labels is None:
        return (), None
    return _kinds(np.ascontiguousarray(in_plane(frame.runs[0].snapshot).real).tobytes(), table.tobytes(), labels)


@lru_cache(8)
def _kinds(real: bytes, table: bytes, labels: tuple[str, ...]) -> tuple[Sequence[str], np.ndarray]:
    """Of two clouds as the bytes of (n, 2) float32: the real points of a picture are rows of the table."""
    words = [word for word, _ in Counter(labels).most_common()]
    shown = words if len(words) <= KINDS else [*words[: KINDS - 1], "…"]
    number = {word: min(i, len(shown) - 1) for i, word in enumerate(words)}
    rows = {table[8 * i : 8 * i + 8]: number[word] for i, word in enumerate(labels)}
    found = [rows.get(real[i : i + 8], 0) for i in range(0, len(real), 8)]
    return tuple(shown), np.array(found, np.uint8)


def _panel(
    run: RunFrame, k: int, title: str, mode_shares: np.ndarray | None, several: bool, kinds: np.ndarray | None
) -> live.Panel:
    from gan_core.run.pictures import arrows

    now = in_plane(run.snapshot)
    gap = None
    if optimum.known(run):
        best = optimum.found(run, now, k) if live.is_asked("gap") else None
        gap = live.NOT_ASKED if best is None else best.distance
    if several:
        title = f"{title} {member_name(run.config, k)}".strip()
    return live.Panel(
        extent=now.extent,
        fake=now.fake[k],
        averaged=None if now.averaged is None else now.averaged[k],
        real=now.real,
        field=now.field[k],
        gap=gap,
        arrows=arrows(now, run.config.train.loss, k) if live.is_asked("arrows") else live.NOT_ASKED,
        lattice=now.lattice[k] if live.is_asked("lattice") else live.NOT_ASKED,
        centres=run.centres,
        mode_shares=mode_shares,
        mode_std=run.std if run.stds is None else run.stds,
        title=title,
        probability=is_probability(run),
        kinds=kinds,
    )


def _mode_shares(run: RunFrame, members: Sequence[int]) -> list[np.ndarray | None]:
    """For each member (m,) the share of its samples that lie near each mode, as the number of modes counts them."""
    from gan_core.metrics.points import counts_of_members, near_radius

    if run.centres is None or run.std is None:
        return [None] * len(members)
    fake = run.snapshot.fake[list(members)]
    return list(counts_of_members(fake, run.centres, near_radius(run.centres, run.std)) / fake.shape[1])


def is_probability(run: RunFrame) -> bool:
    """Whether σ(logit) means "real" under this loss; the others score."""
    return LOSSES[run.config.train.loss].kind == "probability"
