"""Computations of a few seconds that always give the same answer: they run once, in the pool, for all visitors.

    experiment = experiments.shared("frozen 0", make, read, until=2000)   # starts it, or finds it
    experiments.stage([experiment], view)                                 # view() as often as something new is there
    experiment.look()                                                     # the newest result, None before the first

`make()` builds the work and `read(work)` its result, a frozen object of NumPy arrays; both run in a worker, so torch is
imported there. A class that presses the same button waits for one computation, and whoever comes later finds it done.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from contextlib import nullcontext
from functools import cached_property
from typing import Any, Protocol

import streamlit as st

from gan_core.errors import PoolFull
from gan_core.jobs.admission import MB, Need
from gan_core.jobs.job import Job, Workload
from pages.shared.play import resources
from pages.shared.shell import notices
from pages.shared.shell import stage as places
from pages.shared.shell.i18n import sentence, t
from pages.shared.shell.state import PageState, app

KEPT = 48  # results of all visitors together; the one that nobody asked for longest goes first
NEED = Need(held=16 * MB, passing=48 * MB)  # of the largest of them
SECONDS = 0.4  # between two looks


class _Later:
    """A work that is made by the worker that first needs it, and let go of when its last step is done."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make

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


class Experiment:
    """One computation under way or done. Any thread may look."""

    def __init__(self, make: Callable[[], Any], read: Callable[[Any], Any], until: int, owner: Hashable = None) -> None:
        self.until = until
        self.error: object | None = None
        self._newest: Any = None
        self._cut = False
        self._job = Job(_Later(make), until=until, publish=lambda later: read(later.work), need=NEED, owner=owner)
        resources.pool().submit(self._job)
        self._job.play()

    def close(self) -> None:
        """Nobody wants it any more; what has come by now is no result."""
        self._cut = self.running
        self._job.close()

    def look(self) -> Any:
        over = self._job.state in ("finished", "failed")
        self._job.look()
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


def start_button(page: PageState, name: str, run: str, label: str, *, at_once: bool = False) -> set[str]:
    """A button that starts the experiment `run`; all that this visitor has started with it. `at_once`: without a click,
    for who has asked for its picture.

    It asks for the click and is not called back: pressed together with a changed setting, it has to start what the new
    setting says.
    """
    started: set[str] = page.choices.setdefault(f"{name}-started", set())
    pressed = st.button(
        label, key=f"{page.name}-{name}", icon=":material/play_arrow:", type="primary", disabled=run in started
    )
    if pressed or (at_once and run not in started):
        started.add(run)
        st.rerun()  # the button above is out of date
    return started


def pressed(
    page: PageState, name: str, run: str, label: str, make: Callable[[], Any], read: Callable[[Any], Any], until: int,
    *, at_once: bool = False,
) -> Experiment | None:  # fmt: skip
    """The experiment `run` of a `start_button`; None before it was pressed, and while the server has no room."""
    started = start_button(page, name, run, label, at_once=at_once)
    return wanted(run, make, read, until) if run in started else None


class Waited(Protocol):
    """What a stage waits for."""

    @property
    def running(self) -> bool: ...

    @property
    def progress(self) -> float: ...

    @property
    def error(self) -> object:
        """Why it came to nothing, if it did: its str() is a sentence."""


def stage(experiments: Sequence[Waited], view: Callable[[], None], *, areas: bool = False) -> None:
    """How far they are, and `view()`; looks again by itself while one is running, then lets the page follow.

    areas: `view` fills those of a stage that has begun, see `shell.stage`; how far they are stands where the time does.
    """
    running = any(experiment.running for experiment in experiments)
    with places.moving() if areas else st.container():  # of its own, see player.stage
        st.fragment(_look, run_every=SECONDS if running else None)(experiments, view, running, areas)


def _look(experiments: Sequence[Waited], view: Callable[[], None], polling: bool, areas: bool) -> None:
    under_way = [experiment for experiment in experiments if experiment.running]
    view()
    with places.area("time") if areas else nullcontext():
        if under_way:
            share = sum(experiment.progress for experiment in under_way) / len(under_way)
            st.progress(share, text=t("experiments.running", percent=f"{share:.0%}"))
        for error in {sentence(experiment.error) for experiment in experiments if experiment.error}:
            notices.error(error)
    if polling and not under_way:
        st.rerun()
