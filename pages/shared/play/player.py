"""The player: what plays a page's runs and brings any recorded step back into all its views.

    page = layout.begin("play_2d")
    fields.sidebar(page)
    player.stage(page, view)         # buttons, progress, scrubber, and view(page, frame), which fills the stage's areas

`view` is the page's own function. It gets the `runs.Frame` to draw, whose `runs` hold one `RunFrame` for each run of
`page.variants`, all at the same step, live or from the past; it must not compute for long, and never trains. A script
run calls it once. While runs train, the parts of it that are marked with `pushed` are drawn by workers and come to the
browser over a socket (`channel`, `socket`); what a visitor does to a player goes the same way where the page around it
need not change. Without a socket the browser asks for a look once a second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from gan_core.config import RunConfig
from gan_core.errors import PoolFull
from gan_core.presets import PRESETS
from pages.shared.controls import uploads
from pages.shared.controls.buttons import button
from pages.shared.play import kept, pushed, recorded, resources, visits
from pages.shared.play.runs import RATES, Frame, Show
from pages.shared.shell import address, notices
from pages.shared.shell import stage as places
from pages.shared.shell.i18n import sentence, t
from pages.shared.shell.state import PageState, app
from pages.shared.views import ending, live, opening, slide

View = Callable[[PageState, Frame], None]


@dataclass(frozen=True)
class Ways:
    """What leads on. train: from a recorded run to one that trains. train_on: from a run that has ended. try_out: to
    another one."""

    train: Callable[[PageState], None]
    train_on: Callable[[PageState], None]
    try_out: Callable[[PageState, RunConfig], None]


# what the socket does at once: the button's name, and what it says
AT_ONCE = {"pause": "pause", "step": "both", "step_d": "d", "step_g": "g"}
EMBEDDED = "mnist"  # images that need no download
BRING = "bring"  # in PageState.choices: how often the player was asked for from further down the page
SHOWS_KEPT = 3  # pages of one visitor whose runs are kept, if nobody waits; the longest untouched one goes first


# ── the runs of a page ───────────────────────────────────────────────────────────────────────────────────────────────


def ready(page: PageState) -> Show | None:
    """The page's runs; new ones if there are none, or if they are fresh and the controls changed. None: no room, or
    nobody has asked for a run, and the page shows the recorded one."""
    configs = page.configs()
    if recorded.name(page) is not None:
        return None
    fresh = page.show is None or not page.show.touched
    if page.show is None or (fresh and (page.show.stale(configs) or page.show.job.state == "closed")):
        afresh(page)
    elif len(page.show.configs) == len(configs):
        page.show.retune(configs)
    return page.show


def takes_over(page: PageState, drawn: RunConfig) -> bool:
    """Whether the page may stay as it was drawn with that configuration, though it has another one: only rates differ,
    the runs that train have taken them over, and no words on it speak of them."""
    show, changed = page.show, page.config.differences(drawn).keys()
    if show is None or not show.running or page.problem or page.spelled or not changed <= set(RATES):
        return False
    configs = page.configs()
    if len(configs) != len(show.configs):
        return False
    show.retune(configs)
    address.write_page(page)
    return True


def afresh(page: PageState) -> None:
    """The page's configuration from its beginning: its recorded run where there is one, else new runs."""
    if recorded.there(page) is None:
        restart(page)
    else:
        _put_away(page)


def _put_away(page: PageState) -> None:
    if page.show is not None:
        kept.remember(page, app().kept)
        page.show.close()
        page.show = None


def restart(page: PageState, *, play: bool = False) -> None:
    """New runs with the page's configuration, in place of the old ones."""
    _put_away(page)
    state = app()
    state.pages[page.name] = state.pages.pop(page.name, page)  # the last one is the one used last
    others = [(other, other.show) for other in state.pages.values() if other.show and not other.show.running]
    room = 1 if resources.pool().waiting else SHOWS_KEPT
    for other, show in others[: max(0, len(others) + 1 - room)]:
        show.close()
        other.show = None
    try:
        page.show = resources.start(page.configs(), uploads.points(page.config), page.also)
    except PoolFull as error:
        page.problem = error
    if page.show is not None and page.show.job.state == "queued":  # nobody waits for what is the same visitor's
        for other, show in others:
            show.close()
            other.show = None
    if play:
        _play(page)


def _try_out(page: PageState, config: RunConfig) -> None:
    if page.take(lambda: config):
        restart(page, play=True)


def bring(page: PageState) -> None:
    """The browser scrolls to the player: what was pressed below it has begun there."""
    page.choices[BRING] = page.choices.get(BRING, 0) + 1


def _play(page: PageState) -> None:
    if page.show is not None:
        app().pause()  # one visitor trains one page at a time
        page.show.play()


def _train(page: PageState, *, play: bool = False) -> None:
    """What is recorded here, or was, is trained."""
    recorded.take_seed(page)
    restart(page, play=play)


def _open_preset(page: PageState, name: str) -> None:
    if page.take(lambda: PRESETS[name].config):
        afresh(page)


def _new_seed(page: PageState) -> None:
    recorded.take_seed(page)
    train = page.config.train
    running = page.show is not None and page.show.running
    page.update(seed=(train.seed + train.members) % 2**31)
    restart(page, play=running)


def _undo(page: PageState) -> None:
    """Back to the configuration that runs, as far as it is another run."""
    show = page.shown
    base = dict(show.configs[0].flat())
    page.update(**{name: base[name] for name in show.stale(page.configs()) if name not in page.decided})


OWN = Ways(lambda page: _train(page, play=True), _play, _try_out)


# ── buttons ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def bar(page: PageState) -> None:
    """Play or Pause, single steps, Reset, New seed; and a word if the controls are ahead of the runs."""
    show = ready(page)
    if show is None and recorded.name(page) is not None:
        with places.area("player"):
            _first_buttons(page)
        return
    if show is None:
        notices.error(page.problem)
        st.button(t("player.reset"), key=f"{page.name}-reset", on_click=restart, args=(page,))
        return
    with places.area("player"):
        if show.job.state == "closed":
            _first_buttons(page)
        else:
            _all_buttons(page, show)
        _notices(page, show)


def _all_buttons(page: PageState, show: Show) -> None:
    with st.container(horizontal=True, gap="small", key=f"{page.name}-player"):
        with st.container(width="content"):  # a fragment's own is as wide as can be, and Reset would stand far away
            st.fragment(_buttons)(page, show)
        button(page, "reset", "restart_alt", lambda: restart(page))
        button(page, "new_seed", "casino", lambda: _new_seed(page))


def _first_buttons(page: PageState) -> None:
    """Of a page whose runs nobody has asked for, or that have made room for others: each makes them."""

    def begin(action: Callable[[Show], None]) -> None:
        _train(page)
        if page.show is not None:
            action(page.show)

    with st.container(horizontal=True, gap="small", key=f"{page.name}-player"):
        button(page, "play", "play_arrow", lambda: _train(page, play=True), in_turn=True, type="primary",
               shortcut="Space")  # fmt: skip
        button(page, "step", "skip_next", lambda: begin(lambda show: show.step()))
        button(page, "step_d", "policy", lambda: begin(lambda show: show.step_player("d")))
        button(page, "step_g", "brush", lambda: begin(lambda show: show.step_player("g")))
        button(page, "reset", "restart_alt", lambda: _train(page))
        button(page, "new_seed", "casino", lambda: _new_seed(page))


def _buttons(page: PageState, show: Show) -> None:
    """What changes nothing but the runs: a click on it runs these lines alone, not the page, which the browser has
    follow. The row is their own, for a fragment stands in a column."""
    with resources.pool().going_first(), st.container(horizontal=True, gap="small", width="content"):
        show.shown_running = show.running
        still = show.job.state not in ("failed", "closed") and not show.shown_running
        if show.shown_running:
            button(page, "pause", "pause", show.pause, in_turn=True, type="primary", shortcut="Space")
        else:
            finished = show.job.step_count >= page.config.train.steps
            button(
                page, "play", "play_arrow", lambda: _play(page), in_turn=True, type="primary", shortcut="Space",
                disabled=not still or finished,
            )  # fmt: skip
        button(page, "step", "skip_next", show.step, disabled=not still)
        button(page, "step_d", "policy", lambda: show.step_player("d"), disabled=not still)
        button(page, "step_g", "brush", lambda: show.step_player("g"), disabled=not still)


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
    show.noticed = show.trouble
    if show.fetching is not None:
        _downloading(page, show.fetching)
    elif show.job.state == "failed":
        notices.error(t("player.failed", error=sentence(show.job.error)))
    elif show.job.state == "closed":
        st.info(t("player.closed"))


def _downloading(page: PageState, name: str) -> None:
    """The data are on their way, which anybody may break off who does not want to wait."""

    def cancel() -> None:
        page.update(data=EMBEDDED)
        restart(page)

    data, instead = (t(f"option.data.{one}") for one in (name, EMBEDDED))
    with st.container(horizontal=True, vertical_alignment="center", key=f"{page.name}-downloading"):
        words = t("player.downloading", data=data, instead=instead)
        st.info(words, icon=":material/download:", width="stretch")
        st.button(t("player.cancel"), key=f"{page.name}-cancel", icon=":material/close:", on_click=cancel)


# ── what moves ───────────────────────────────────────────────────────────────────────────────────────────────────────


def stage(
    page: PageState, view: View, *, buttons: Callable[[PageState], None] = bar,
    ask: Callable[[PageState], bool] | None = None, foresee: Callable[[PageState, None], None] | None = None,
    charts: bool = False, ways: Ways = OWN,
) -> None:  # fmt: skip
    """Buttons, progress, scrubber and the views, each in its place on the stage. From here on the browser listens
    to the runs by itself, and asks for another script run when they have come to rest.

    `ask` puts the page's prediction above a recorded run, and says whether it is open: then the recording waits.
    `foresee` puts below it what may be sketched before a run; with a run, that is the view's.
    `charts`: the slide of this section shows its charts until somebody has trained the runs. `ways`: what leads on from
    runs that are not simply trained with the page's configuration."""
    if charts and slide.on() and (page.show is None or not page.show.touched):
        return
    app().staged = True
    with places.begin():
        buttons(page)
        recording = recorded.name(page)
        if page.show is None:
            st.empty()  # the place of what moves
        else:
            # A container of its own: when a fragment runs, Streamlit drops what it has not yet sent of the one before,
            # and without the container around it what follows on the page would have no place until then.
            with places.moving():
                page.show.shown_running = page.show.running
                st.fragment(_look)(page, view, page.show.touched, slide.on(), page.config, ways)
        if recording is None:
            return
        waits = False
        if ask is not None:
            with places.area("verdict"):
                waits = ask(page)
        with places.opens():
            opening.show(page, recording, lambda: ways.train(page), waits=waits, offer=partial(_open_preset, page))
        if foresee is not None:
            with places.below():
                foresee(page, None)


def _look(page: PageState, view: View, touched: bool, as_slide: bool, drawn: RunConfig, ways: Ways) -> None:
    """The views. In a run of this fragment alone, which the browser asks for, the page follows the runs, also where one
    of its buttons has ended them."""
    show = page.show
    if show is None:
        st.rerun()
    now = (show.running, show.touched, show.trouble, slide.on())
    if now != (show.shown_running, touched, show.noticed, as_slide):
        st.rerun()
    if page.config != drawn and not show.running:
        st.rerun()  # what the page says of its rates, too
    if page.choices.get(kept.OPEN) and not show.moving and kept.remember(page, app().kept):
        st.rerun()  # whoever looks at the runs of the visit sees this one among them
    # mostly the browser asks for it, and its visitor waits for no answer
    with resources.pool().going_first(patient=lambda: not visits.asks()):
        _draw(page, view, show, ways)


def _draw(page: PageState, view: View, show: Show, ways: Ways) -> None:
    moving = show.moving  # before the frame: whatever comes to rest now has published its last
    show.job.look()
    frame = show.moment()
    with places.area("time"):
        _timeline(page, show)
    if frame is not None:
        show.drawn, show.parts = frame, []
        show.channel.place()
        with live.selecting(show.channel.selections):
            (slide.view if slide.on() else view)(page, frame)
        if not slide.on():
            with places.ending():
                ending.show(page, frame, train_on=ways.train_on, try_out=ways.try_out)
        show.channel.draw(pushed.again(show.parts, show.channel.selections, app().language))
        return
    with places.waiting():
        if place := show.job.place:
            st.info(t("player.queued", place=place), icon=":material/hourglass_top:")
        elif moving and show.fetching is None:
            st.info(t("player.preparing"), icon=":material/hourglass_top:")


def _timeline(page: PageState, show: Show) -> None:
    """How far it is, and the scrubber over what was recorded."""
    live.timeline(
        f"{page.name}-timeline-of-steps", show.channel.header(), token=show.channel.token,
        buttons={f"{page.name}-{name}": action for name, action in AT_ONCE.items()},
        labels={name: _word(name) for name in live.TIMELINE_LABELS}, bring=page.choices.get(BRING, 0),
        on_look=show.look_at,
    )  # fmt: skip


def _word(name: str) -> str:
    """A word of the timeline; its numbers are filled in by the browser."""
    return t(f"player.timeline_{name}")
