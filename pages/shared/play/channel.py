"""From a worker of the pool to the browser, without a script run: what one page's runs push to whoever looks at them.

    channel = show.channel       # one for each `runs.Show`; its token is the address of the socket (`socket`)
    channel.draw(views)          # views(frame, layers) -> the frames of all views, as the last script run placed them
    channel.published()          # by a worker, after each new frame and when the runs have come to rest

A packet is made only when the browser has drawn the last one, so nothing ever queues, and it holds all views of a page,
so that everything on it shows one step. No Streamlit here.

    packet   uint32 length of the header | header (JSON) | kind, length, frame | …

`socket` puts eight bytes before it as it sends it, a number that grows.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import weakref
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, Protocol

from gan_core.jobs.playable import Playable

log = logging.getLogger(__name__)
TOKEN_BYTES = 16  # 128 bits: nobody guesses the address of another visitor's runs


class Frame(Protocol):
    """What is drawn; see `runs.Frame`."""

    @property
    def step(self) -> int: ...

    @property
    def steps(self) -> list[int]: ...

    def measure(self) -> None: ...

    def finish(self) -> None: ...


class Show(Protocol):
    """What is looked at; see `runs.Show`."""

    at: int | None
    touched: bool
    drawn: Any

    @property
    def job(self) -> Playable[Any, Any]: ...

    @property
    def running(self) -> bool: ...

    @property
    def moving(self) -> bool: ...

    def moment(self) -> Any: ...

    def pause(self) -> None: ...

    def step(self) -> None: ...

    def step_player(self, player: str) -> None: ...

    def look_at(self, step: int | None) -> None: ...


Views = Callable[[Any, Collection[str] | None], Sequence[bytes]]  # of a frame and of what `live.recording` is asked


class Source(Protocol):
    """What a socket listens to: a `Channel`, or a `waiting.Waiting`."""

    layers: frozenset[str]

    @property
    def there(self) -> bool:
        """Whether what it is about is still there."""

    @property
    def live(self) -> bool: ...

    def listen(self, listener: Callable[[], object] | None) -> None: ...

    def listens(self, listener: Callable[[], object]) -> bool: ...

    def fetch(self) -> bytes | None: ...

    def state(self) -> Hashable: ...

    def rested(self, state: Hashable) -> bytes | None: ...

    def pack(self) -> bytes: ...

    def sending(self, packet: bytes) -> None: ...


_sources: weakref.WeakValueDictionary[str, Source] = weakref.WeakValueDictionary()


def find(token: str) -> Source | None:
    """The channel with that token, as long as its runs are there."""
    return _sources.get(token)


def admit(source: Source) -> str:
    """The token of a new one."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    _sources[token] = source
    return token


def dismiss(token: str) -> None:
    _sources.pop(token, None)


class Told(Protocol):
    def told(self) -> None:
        """There is something new; any thread may say so."""


class Followers:
    """Who waits for one thing: pages of several visitors, each as long as it is there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: weakref.WeakSet[Told] = weakref.WeakSet()

    def add(self, follower: Told) -> None:
        with self._lock:
            self._all.add(follower)

    def tell(self) -> None:
        with self._lock:
            everybody = list(self._all)
        for one in everybody:
            one.told()

    def __bool__(self) -> bool:
        return bool(self._all)


class Channel:
    """What one page's runs send. Any thread may call its methods; only `pack` takes its time."""

    def __init__(self, show: Show) -> None:
        self.selections: dict[str, Any] = {}  # what the visitor has chosen in the views, by their keys
        self._show = weakref.ref(show)
        self.layers: frozenset[str] = frozenset()  # made on request, and looked at
        self._views: Views | None = None
        self._fails: Views | None = None  # … and could not be drawn: the log says it once and not for every picture
        self._placed: bool | None = False  # the page shows all views of `show.drawn`; None: a script run places them
        self._lock = threading.Lock()  # guards what follows
        self._listener: Callable[[], object] | None = None  # of the socket that looks at the moment
        self._wanted = False  # it waits for a packet
        self._made: bytes | None = None  # the packet that waits for it
        self._rested: tuple[Hashable, bytes] | None = None  # … and that of runs that have come to rest, with its state
        self.token = admit(self)

    @property
    def show(self) -> Show | None:
        """The runs; None when they have ended."""
        return self._show() if self.token in _sources else None

    @property
    def there(self) -> bool:
        return self.show is not None

    def place(self) -> None:
        """By a script run, which begins to put the views of `show.drawn` on the page."""
        self._placed = None

    def draw(self, views: Views) -> None:
        """By a script run, which has put these views there."""
        self._views, self._placed = views, self._placed is None and self.asked is None
        self.changed()

    def close(self) -> None:
        """No packet any more; whoever listens is told, and finds no runs."""
        dismiss(self.token)
        self._views = None
        self._tell()

    def listen(self, listener: Callable[[], object] | None) -> None:
        """`listener()` is called from any thread when there may be something to send. There is one listener: the one
        before is told a last time, and finds that `listens` is false."""
        with self._lock:
            before, self._listener = self._listener, listener
            self._wanted, self._made, self._rested = False, None, None
        if (show := self.show) is not None:
            show.job.attend(listener is not None)
        if before is not None:
            before()

    def listens(self, listener: Callable[[], object]) -> bool:
        return self._listener is listener

    @property
    def live(self) -> bool:
        """Whether workers make the packets: the runs train, and the newest step is looked at."""
        show = self.show
        return show is not None and show.running and show.at is None

    @property
    def asked(self) -> Collection[str] | None:
        """Of the layers that are made on request, those that somebody looks at; None, all of them, while the runs rest:
        then there is time, and a click on a layer is answered at once."""
        return self.layers if self.live else None

    def fetch(self) -> bytes | None:
        """The packet that a worker has made; None if there is none, and then the next frame becomes one."""
        with self._lock:
            made, self._made = self._made, None
            self._wanted = made is None
        if made is None and (show := self.show) is not None:
            show.job.look()
        return made

    def published(self) -> None:
        """A worker has a new frame, or the runs have come to rest; then it works out what their views show, so that no
        script run has to."""
        show, afterwards = self.show, None
        if self.live:
            with self._lock:
                wanted, self._wanted = self._wanted, False
            if not wanted:
                return
            frame = self._moment()
            made = self._packet(frame, self._views)
            with self._lock:
                self._made = made
            afterwards = frame and frame.measure  # so that the run itself need not
        elif show is not None and not show.moving and self._views is not None:
            state, made = self.state(), self._packet(self._moment(), self._views)
            with self._lock:
                self._rested = None if self._listener is None else (state, made)
            frame = show.job.frame
            afterwards = frame and frame.finish  # a script run, and whoever keeps a figure, finds all of it
        self._tell()
        if afterwards is not None:
            afterwards()

    def rested(self, state: Hashable) -> bytes | None:
        """The packet that a worker made when the runs came to rest, if nothing has changed since; once."""
        with self._lock:
            rested, self._rested = self._rested, None
        return rested[1] if rested is not None and rested[0] == state else None

    def changed(self) -> None:
        """Something else than a new frame may have to be sent: the runs start, or another step is looked at."""
        self._tell()

    def _tell(self) -> None:
        listener = self._listener
        if listener is not None:
            listener()

    def state(self) -> Hashable:
        """What a packet of runs at rest shows: two of the same state are the same."""
        show = self.show
        return None if show is None else (show.job.version, show.at, show.running, show.moving, self._views)

    def header(self) -> dict[str, Any]:
        """How far the runs are."""
        return _header(self.show, self._moment())

    def pack(self) -> bytes:
        """The packet of this moment, made by the calling thread: without views, if the page shows them already."""
        frame, show = self._moment(), self.show
        placed = bool(self._placed) and show is not None and frame is show.drawn
        return self._packet(frame, None if placed else self._views)

    def sending(self, packet: bytes) -> None:
        """The page is about to show this packet's views, if it has any."""
        if len(packet) > 4 + int.from_bytes(packet[:4], "little"):
            self._placed = False

    def _moment(self) -> Any:
        show = self.show
        return None if show is None else show.moment()

    def _packet(self, frame: Any, views: Views | None) -> bytes:
        header = json.dumps(_header(self.show, frame), separators=(",", ":")).encode()
        drawn: Sequence[bytes] = []
        try:
            if frame is not None and views is not None:
                drawn = views(frame, self.asked)
        except Exception:
            # where the runs were closed while they were drawn, nobody looks any more
            if self.show is not None and self._fails is not views:
                self._fails = views
                log.exception("the views of a page could not be drawn")
        return len(header).to_bytes(4, "little") + header + b"".join(drawn)


def _header(show: Show | None, frame: Frame | None) -> dict[str, Any]:
    """How far the runs are, for the timeline of the page."""
    if show is None:
        return {"running": False, "moving": False, "gone": True}
    job, newest = show.job, show.job.frame  # none again, once the runs are closed
    # the run is often some steps further than the newest picture: who does not look back sees the scrubber at its end
    last = job.step_count if frame is None or show.at is not None else frame.step
    return {
        "running": show.running, "moving": show.moving, "step": 0 if frame is None else frame.step,
        "last": last, "until": job.until, "rate": round(job.rate), "at": show.at, "version": job.version,
        "touched": show.touched, "seen": frame is not None,
        "steps": [] if frame is None or newest is None or show.running else newest.steps,  # the newest knows them all
    }  # fmt: skip
