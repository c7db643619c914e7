"""The player: what plays a page's runs and brings any recorded step back into all its views.

    page = layout.begin("play_2d")
    controls.sidebar(page)
    player.bar(page)                 # buttons, outside of what polls
    player.stage(page, view)         # progress, scrubber, and view(page, frame) as often as something new is there

`view` is the page's own function. It gets the `runs.Frame` to draw, whose `runs` hold one `RunFrame` for each run of
`page.variants`, all at the same step, live or from the past; it must not compute for long, and never trains. While
something moves, the stage is a fragment that asks again by itself; the buttons and controls around it stay still. While
runs train it looks at the whole every second or two, and in between `feed` renews the pictures alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from gan_core.jobs.pool import PoolFull
from pages.shared.controls import uploads
from pages.shared.play import feed, resources
from pages.shared.play.runs import Frame, Show
from pages.shared.shell import notices
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app

View = Callable[[PageState, Frame], None]
FASTEST, SLOWEST = 0.13, 1.0  # seconds between two looks at a run, alone on the server and in a full class
FIRST_LOOK = 0.4  # until there is a first picture
BETWEEN_LOOKS = 1.5  # at the whole, where the pictures have a feed
SECONDS_PER_JOB = 0.03  # a look may come this often for each run on the server …
VIEW_SHARE = 3.0  # … and after this many times the time that drawing takes
SHOWS_KEPT = 3  # pages of one visitor whose runs are kept; the longest untouched one goes first


# ── the runs of a page ───────────────────────────────────────────────────────────────────────────────────────────────


def ready(page: PageState) -> Show | None:
    """The page's runs; new ones if there are none, or if they are fresh and the controls changed. None: no room."""
    configs = page.configs()
    if page.show is None or (not page.show.touched and page.show.stale(configs)):
        restart(page)
    elif len(page.show.configs) == len(configs):
        page.show.retune(configs)
    return page.show


def restart(page: PageState, *, play: bool = False) -> None:
    """New runs with the page's configuration, in place of the old ones."""
    if page.show is not None:
        page.show.close()
        page.show = None
    state = app()
    state.pages[page.name] = state.pages.pop(page.name, page)  # the last one is the one used last
    kept = [(other, other.show) for other in state.pages.values() if other.show and not other.show.running]
    for other, show in kept[: max(0, len(kept) + 1 - SHOWS_KEPT)]:
        show.close()
        other.show = None
    try:
        page.show = resources.start(page.configs(), uploads.points(page.config))
    except PoolFull as error:
        page.problem = str(error)
    if play:
        _play(page)


def _play(page: PageState) -> None:
    if page.show is not None:
        app().pause()  # one visitor trains one page at a time
        page.show.play()


def _new_seed(page: PageState) -> None:
    train = page.config.train
    running = page.show is not None and page.show.running
    page.update(seed=(train.seed + train.members) % 2**31)
    restart(page, play=running)


def _undo(page: PageState) -> None:
    """Back to the configuration that runs, as far as it is another run."""
    show = page.shown
    base = dict(show.configs[0].flat())
    page.update(**{name: base[name] for name in show.stale(page.configs()) if name not in page.decided})


# ── buttons ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def bar(page: PageState) -> None:
    """Play or Pause, single steps, Reset, New seed, Replay; and a word if the controls are ahead of the runs."""
    show = ready(page)
    if show is None:
        notices.error(page.problem)
        st.button(t("player.reset"), key=f"{page.name}-reset", on_click=restart, args=(page,))
        return
    over = show.job.state in ("failed", "closed")
    finished = show.job.step_count >= page.config.train.steps
    with st.container(horizontal=True, gap="small", key=f"{page.name}-player"):

        def button(name: str, icon: str, action: Callable[[], None], *, disabled: bool = False, **how: Any) -> None:
            st.button(
                t(f"player.{name}"), key=f"{page.name}-{name}", icon=f":material/{icon}:", on_click=action,
                help=t(f"player.{name}_help"), disabled=disabled, **how,
            )  # fmt: skip

        if show.running:
            button("pause", "pause", show.pause, type="primary", shortcut="Space")
        else:
            button(
                "play", "play_arrow", lambda: _play(page), type="primary", shortcut="Space", disabled=over or finished
            )
        button("step", "skip_next", show.step, disabled=over or show.running)
        button("step_d", "policy", lambda: show.step_player("d"), disabled=over or show.running)
        button("step_g", "brush", lambda: show.step_player("g"), disabled=over or show.running)
        button("reset", "restart_alt", lambda: restart(page))
        button("new_seed", "casino", lambda: _new_seed(page))
        button("replay", "replay", show.replay, disabled=show.running or show.job.step_count == 0)
    _notices(page, show)


def _notices(page: PageState, show: Show) -> None:
    changed = show.stale(page.configs())
    if changed:
        with st.container(horizontal=True, vertical_alignment="center", key=f"{page.name}-changed"):
            st.info(t("player.changed", fields=", ".join(t(f"field.{name}") for name in changed)), width="stretch")
            st.button(
                t("player.restart"), key=f"{page.name}-restart", type="primary", icon=":material/restart_alt:",
                on_click=restart, args=(page,), kwargs={"play": show.running},
            )  # fmt: skip
            st.button(t("player.undo"), key=f"{page.name}-undo", icon=":material/undo:", on_click=_undo, args=(page,))
    if show.job.state == "failed":
        notices.error(t("player.failed", error=show.job.error))
    elif show.job.state == "closed":
        st.info(t("player.closed"))


# ── what polls ───────────────────────────────────────────────────────────────────────────────────────────────────────


def stage(page: PageState, view: View) -> None:
    """Progress, scrubber and the page's views; looks again by itself while something moves."""
    if page.show is None:
        return
    show, moving = page.show, page.show.moving
    # Containers of their own: when a look starts, Streamlit drops what it has not yet sent of the fragment, and without
    # the container around it what follows on the page would have no place until the look is done.
    fed = show.running and bool(show.parts)  # those of the look before
    with st.container():
        pause = max(BETWEEN_LOOKS, 3 * _patience(show)) if fed else _patience(show)
        st.fragment(_look, run_every=pause if moving else None)(page, view, moving, fed)
    if fed:
        with st.container(gap=None):
            st.fragment(_feed, run_every=_patience(show))(page)


def _patience(show: Show) -> float:
    """Seconds until the next look: few where the server is idle, more in a full class or for a slow view."""
    if show.job.frame is None:
        return FIRST_LOOK
    return min(SLOWEST, max(FASTEST, SECONDS_PER_JOB * resources.pool().load, VIEW_SHARE * show.view_seconds))


def _look(page: PageState, view: View, polling: bool, fed: bool) -> None:
    show = page.show
    if show is None:
        return
    moving = show.moving  # before the frame: whatever comes to rest now has published its last one
    frame = show.moment()
    if frame is not None:
        start = time.perf_counter()
        show.drawn, show.parts = frame, []
        _timeline(page, show, frame, moving)
        view(page, frame)
        show.view_seconds = time.perf_counter() - start
    elif moving:
        st.info(t("player.preparing"), icon=":material/hourglass_top:")
    if polling != (moving if polling else show.moving):
        st.rerun()  # it came to rest, or a view asked the runs something: buttons and polling have to follow
    if moving and show.running and fed != bool(show.parts):
        st.rerun()  # there is something to feed now, or nothing any more


def _feed(page: PageState) -> None:
    """The pictures alone, between two looks."""
    show = page.show
    if show is None:
        return
    if not show.running:
        st.rerun()  # a look at where it came to rest
    if (frame := show.moment()) is not None:
        start = time.perf_counter()
        feed.renew(page, frame)
        show.view_seconds = time.perf_counter() - start


def _timeline(page: PageState, show: Show, frame: Frame, moving: bool) -> None:
    """How far it is, and the scrubber over what was recorded."""
    step, last, stop = frame.step, show.job.step_count, page.config.train.steps
    text = t("player.progress", step=f"{step:,}", steps=f"{stop:,}")
    if show.running:
        text += " · " + t("player.rate", rate=f"{show.job.rate:,.0f}")
    elif show.at is not None:
        text = t("player.past", step=f"{step:,}", last=f"{last:,}")
    newest = show.job.frame
    recorded = [step] if newest is None else newest.steps
    steps = sorted({0, step}) if show.running else recorded  # while it cannot be moved its two ends are enough
    key = f"{page.name}-scrub" if moving else f"{page.name}-scrub-{last}-{show.moves}"  # see controls.widget_key

    def scrubbed() -> None:
        show.look_at(st.session_state[key])

    bar, scrubber = st.columns([2, 3], vertical_alignment="center", gap="medium")
    bar.progress(min(1.0, step / stop), text=text)
    st.session_state[key] = step
    scrubber.select_slider(
        t("player.scrub"), options=steps if len(steps) > 1 else [step, step + 1], key=key, format_func="{:,}".format,
        on_change=None if moving else scrubbed, disabled=moving or len(steps) == 1, help=t("player.scrub_help"),
        label_visibility="collapsed",
    )  # fmt: skip
