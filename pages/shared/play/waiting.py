"""What a page waits for while the pool computes it: a script run when there is something new, and none by the clock.

    waiting = Waiting([experiment, …])     # by a script run; lives until the page's next one
    waiting.show()                         # by the part of the page that looks again whenever it is told
    waiting.told()                         # by whatever thread has something new; followed things call it

The browser hears of it over the same socket as of runs (`socket`), and has the part of the page that shows `waiting`
look again once it has drawn the last look: it alone knows what its visitor has set meanwhile. Where no socket gets
through it looks once a second.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Protocol

from pages.shared.play import channel as channels
from pages.shared.shell.state import app
from pages.shared.views import live

PUSHES = 50  # for one computation: as far as it has come is seen well enough


class Followed(Protocol):
    """What can be waited for."""

    def follow(self, waiting: Waiting) -> None:
        """Tell it whenever there is something new, from any thread, and at the end."""


class Waiting:
    """To the socket a channel without pictures, that nothing can be told. Any thread may call its methods."""

    live = False

    def __init__(self, things: Sequence[Followed]) -> None:
        self.layers: frozenset[str] = frozenset()
        self.count = 0  # of what there was to tell; the browser looks where it is more than the last look has seen
        self._lock = threading.Lock()  # guards what follows and the count
        self._listener: Callable[[], object] | None = None
        self.token = channels.admit(self)
        self.key = f"waiting-{len(app().waiting)}"  # on its page
        app().waiting.append(self)
        for thing in things:
            thing.follow(self)

    def show(self) -> None:
        live.waiting(self.key, token=self.token, count=self.count)

    def told(self) -> None:
        with self._lock:
            self.count += 1
            listener = self._listener
        if listener is not None:
            listener()

    def close(self) -> None:
        channels.dismiss(self.token)
        self.told()

    @property
    def there(self) -> bool:
        return channels.find(self.token) is self

    def listen(self, listener: Callable[[], object] | None) -> None:
        with self._lock:
            before, self._listener = self._listener, listener
        if before is not None:
            before()

    def listens(self, listener: Callable[[], object]) -> bool:
        return self._listener is listener

    def state(self) -> Hashable:
        return self.count

    def fetch(self) -> bytes | None:
        return None

    def rested(self, state: Hashable) -> bytes | None:
        return None

    def pack(self) -> bytes:
        header = json.dumps({"count": self.count}).encode()
        return len(header).to_bytes(4, "little") + header

    def sending(self, packet: bytes) -> None:
        pass
