"""Computations of a few seconds that always give the same answer: they run once, in the pool, for all visitors.

    experiment = experiments.shared("frozen 0", make, read, until=2000)   # starts it, or finds it
    experiments.stage([experiment], view)                                 # view() whenever something new is there
    experiment.look()                                                     # the newest result, None before the first

`make()` builds the work and `read(work)` its result, a frozen object of NumPy arrays; both run in a worker, so torch is
imported there. A class that presses the same button waits for one computation, and whoever comes later finds it done.

What one visitor's page wants to know, and its script must not work out, is a computation too, its own and short:

    known = experiments.known(page, "plan", key, tasks)   # what each of the tasks about `key` has found out, by name
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import nullcontext
from functools import cached_property
from typing import Any, Protocol

import streamlit as st

from gan_core.errors import PoolFull
from gan_core.jobs.admission import MB, Need
from gan_core.jobs.job import Job, Workload
from gan_core.studies.tasks import Study
from pages.shared.play import resources
from pages.shared.play.channel import Followers
from pages.shared.play.waiting import PUSHES, Followed, Waiting
from pages.shared.shell import notices
from pages.shared.shell import stage as places
from pages.shared.shell.i18n import sentence, t
from pages.shared.shell.state import PageState, app
from pages.shared.views import slide

KEPT = 48  # results of all visitors together; the one that nobody asked for longest goes first
NEED = Need(held=16 * MB, passing=48 * MB)  # of the largest of them


class _Later:
    """A work that is made by the worker that first needs it, and let go of when its last step is done."""

    def __init__(self, make: Callable[[], Any], stepped: Callable[[int], None]) -> None:
        self.make, self.stepped = make, stepped

    @cached_property
    def work(self) -> Workload:
        return self.make()

    @property
    def step_count(self) -> int:
        return self.work.step_count if "work" in self.__dict__ else 0

    @property
    def failure(self) -> object | None:
        return self.work.failure

    def step(self, n: int = 1) -> None:
        self.work.step(n)
        self.stepped(self.work.step_count)


class Experiment:
    """One computation under way or done. Any thread may look."""

    def __init__(self, make: Callable[[], Any], read: Callable[[Any], Any], until: int, owner: Hashable = None) -> None:
        self.until = until
        self.error: object | None = None
        self._newest: Any = None
        self._cut = False
        self._followers, self._pushed = Followers(), 0
        self._job = Job(
            _Later(make, self._stepped), until=until, publish=lambda later: read(later.work), need=NEED, owner=owner
        )
        self._job.follow(self._news)
        resources.pool().submit(self._job)
        self._job.play()

    def follow(self, waiting: Waiting) -> None:
        self._followers.add(waiting)

    def _stepped(self, steps: int) -> None:
        """By the worker: a result that somebody waits for is due as often as it is pushed, and not whenever it can."""
        share = PUSHES * steps // self.until if self.until else PUSHES
        if share > self._pushed and self._followers:
            self._job.look()
        self._pushed = share

    def _news(self) -> None:
        self.look()  # one that is over lets go of its memory, whether or not anybody comes back to it
        self._followers.tell()

    def pause(self) -> None:
        """It is over soon, and whoever comes back finds it done."""

    def close(self) -> None:
        """Nobody wants it any more; what has come by now is no result."""
        self._cut = self.running
        self._job.close()
        self._followers.tell()

    def look(self) -> Any:
        over = self._job.state in ("finished", "failed")
        frame = self._job.frame
        if frame is not None:
            self._newest = frame
        if over:
            self.error = self._job.error
            self._job.close()  # its networks are not needed any more
        return self._newest

    @property
    def running(self) -> bool:
        return self._job.state in ("queued", "running")

    @property
    def done(self) -> bool:
        """Whether `look` gives the final result."""
        return not self.running and not self._cut and not self.error and self.look() is not None

    @property
    def result(self) -> Any:
        """The final result; None before."""
        return self.look() if self.done else None

    @property
    def progress(self) -> float:
        return min(1.0, self._job.step_count / self.until)


_shared: OrderedDict[str, Experiment] = OrderedDict()
_sharing = threading.Lock()


def shared(
    name: str, make: Callable[[], Any], read: Callable[[Any], Any], until: int, owner: Hashable = None
) -> Experiment:
    """The experiment of that name, which has to say all that its result depends on; `owner`, who starts it, answers for
    its memory. Raises PoolFull."""
    with _sharing:
        if name not in _shared:
            _shared[name] = Experiment(make, read, until, owner)
        _shared.move_to_end(name)
        while len(_shared) > KEPT:
            _shared.popitem(last=False)[1].close()
        return _shared[name]


def forget() -> None:
    """Let go of all of them; who asks again starts them anew."""
    with _sharing:
        _shared.clear()


def wanted(name: str, make: Callable[[], Any], read: Callable[[Any], Any], until: int) -> Experiment | None:
    """The shared experiment, or a sentence in its place while the server has no room for another run."""
    try:
        return shared(name, make, read, until, id(app()))
    except PoolFull as error:
        notices.warning(error, "hourglass_top")
        return None


# ── what one page wants to know ──────────────────────────────────────────────────────────────────────────────────────


class _Known(Experiment):
    """About one `key`: what each of `tasks` finds out, by its name, one a step."""

    def __init__(self, key: Hashable, tasks: Mapping[Any, Callable[[], Any]]) -> None:
        names = list(tasks)
        self.key = key
        super().__init__(
            lambda: Study(list(tasks.values())), lambda study: dict(zip(names, study.results, strict=False)),
            len(names), id(app()),
        )  # fmt: skip

    def _stepped(self, steps: int) -> None:
        """Nobody looks before all is found out."""


def known(page: PageState, what: str, key: Hashable, tasks: Mapping[Any, Callable[[], Any]]) -> Mapping[Any, Any]:
    """What each of `tasks` finds out about `key`, by its name; empty until a worker has all of it, and then the page
    looks again. Of each `what` a page has one: that of another key is given up. Empty too, with a sentence, while the
    server has no room."""
    experiment = page.works.get(what)
    if not isinstance(experiment, _Known) or experiment.key != key:
        if experiment is not None:
            page.works.pop(what).close()
        try:
            experiment = _Known(key, tasks)
        except PoolFull as error:
            notices.warning(error, "hourglass_top")
            return {}
        page.works[what] = experiment
    running = experiment.running
    with st.container(key=f"waiting-{what}"):  # which style.css hides; empty or not, what follows keeps its number
        if running:
            st.fragment(_wait)(experiment, Waiting([experiment]))
    if not running and experiment.error:
        notices.error(experiment.error)
    return (not running and experiment.result) or {}


def _wait(experiment: Experiment, waiting: Waiting) -> None:
    waiting.show()  # before the look: what comes after that is news
    if not experiment.running:
        st.rerun()


def start_button(page: PageState, name: str, run: str, label: str) -> set[str]:
    """A button that starts the experiment `run`; all that this visitor has started with it.

    It asks for the click and is not called back: pressed together with a changed setting, it has to start what the new
    setting says.
    """
    started: set[str] = page.choices.setdefault(f"{name}-started", set())
    pressed = st.button(
        label, key=f"{page.name}-{name}", icon=":material/play_arrow:", type="primary", disabled=run in started
    )
    if pressed:
        started.add(run)
        st.rerun()  # the button above is out of date
    return started


def pressed(
    page: PageState, name: str, run: str, label: str, make: Callable[[], Any], read: Callable[[Any], Any], until: int,
) -> Experiment | None:  # fmt: skip
    """The experiment `run` of a `start_button`; None before it was pressed, and while the server has no room."""
    started = start_button(page, name, run, label)
    return wanted(run, make, read, until) if run in started else None


class Waited(Followed, Protocol):
    """What a stage waits for."""

    @property
    def running(self) -> bool: ...

    @property
    def progress(self) -> float: ...

    @property
    def error(self) -> object:
        """Why it came to nothing, if it did: its str() is a sentence."""


def stage(experiments: Sequence[Waited], view: Callable[[], None], *, areas: bool = False) -> None:
    """How far they are, and `view()`; looks again whenever one that is running has something new, then lets the page
    follow.

    areas: `view` fills those of a stage that has begun, see `shell.stage`; how far they are stands where the time does.
    """
    running = any(experiment.running for experiment in experiments)
    waiting = Waiting(experiments) if running else None
    with places.moving() if areas else st.container():  # of its own, see player.stage
        st.fragment(_look)(experiments, view, waiting, areas, 0 if waiting is None else waiting.count)


def _look(
    experiments: Sequence[Waited], view: Callable[[], None], waiting: Waiting | None, areas: bool, seen: int
) -> None:
    if waiting is not None:
        waiting.show()  # before the looks below: what comes after them is news
        if slide.on() and waiting.count > seen:
            st.rerun()  # the slide of a page's charts is no part of this one
    under_way = [experiment for experiment in experiments if experiment.running]
    view()
    with places.area("time") if areas else nullcontext():
        if under_way:
            share = sum(experiment.progress for experiment in under_way) / len(under_way)
            st.progress(share, text=t("experiments.running", percent=f"{share:.0%}"))
        for error in {sentence(experiment.error) for experiment in experiments if experiment.error}:
            notices.error(error)
    if waiting is not None and not under_way:
        st.rerun()
