"""Downloads beside everything else: each in a process of its own, which can be ended, for all who wait for it.

    fetch = wanted("mnist_full")    # None: `load_images` answers at once
    fetch.call(told)                # told() is called by another thread when it is over
    fetch.leave(told)               # who waits no longer; the last one to go ends the download
    fetch.over, fetch.error         # None, or DataUnavailable

`python -m gan_core.data.fetch mnist_full` is that process.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from gan_core.data import images
from gan_core.errors import DataUnavailable, Option

SECONDS = 300.0  # for 12 to 31 MB
COMMAND = (sys.executable, "-m", "gan_core.data.fetch")
PACKAGES = Path(__file__).parents[2]  # the folder that gan_core lies in

_fetches: dict[str, Fetch] = {}  # under way, by the name of the data
_starting = threading.Lock()


def wanted(name: str) -> Fetch | None:
    """The download that has to end before these images can be read, begun if nobody has; None if they are there."""
    if images.here(name):
        return None
    with _starting:
        if name not in _fetches:
            _fetches[name] = Fetch(name)
            _fetches[name].start()
        return _fetches[name]


class Fetch(threading.Thread):
    """One download. Any thread may call its methods, and none of them waits."""

    def __init__(self, name: str) -> None:
        super().__init__(name=f"fetch {name}", daemon=True)
        self.data = name
        self.error: DataUnavailable | None = None
        self.over = False
        self._lock = threading.Lock()  # guards what follows
        self._waiting: list[Callable[[], object]] = []
        self._process: subprocess.Popen[str] | None = None
        self._ended = False  # nobody waits any more

    def call(self, told: Callable[[], object]) -> None:
        """`told()` when it is over; at once if it is."""
        with self._lock:
            if not self.over:
                self._waiting.append(told)
                return
        told()

    def leave(self, told: Callable[[], object]) -> None:
        """As if `told` had never waited; a download that nobody waits for ends."""
        with self._lock:
            if told in self._waiting:
                self._waiting.remove(told)
            last = not self._waiting and not self.over
        if last:
            self.end()

    def end(self) -> None:
        """Let go of the download; whoever asks for it now starts another one."""
        with _starting:
            if _fetches.get(self.data) is self:
                del _fetches[self.data]
        with self._lock:
            self._ended = True
            if self._process is not None:
                self._process.terminate()

    def run(self) -> None:
        error = self._outcome()
        with _starting:
            if _fetches.get(self.data) is self:
                del _fetches[self.data]
        with self._lock:
            self.error, self.over = error, True
            waiting, self._waiting = self._waiting, []
        for told in waiting:
            told()

    def _outcome(self) -> DataUnavailable | None:
        paths = os.pathsep.join(filter(None, [str(PACKAGES), os.environ.get("PYTHONPATH")]))
        with self._lock:
            if self._ended:
                return DataUnavailable("images.ended", name=Option("data", self.data))
            self._process = subprocess.Popen(
                [*COMMAND, self.data], env={**os.environ, "PYTHONPATH": paths}, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
        try:
            said, _ = self._process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            return DataUnavailable("images.too_long", name=Option("data", self.data), minutes=SECONDS / 60)
        if self._ended:
            return DataUnavailable("images.ended", name=Option("data", self.data))
        if self._process.returncode:
            reason = said.strip()[-120:] or f"exit status {self._process.returncode}"
            return DataUnavailable(
                "images.not_here", name=Option("data", self.data), reason=reason, where=images.where(self.data)
            )
        return None


@atexit.register
def _end_all() -> None:
    for fetch in list(_fetches.values()):
        fetch.end()


def main(name: str) -> int:
    """Fetch the data set; why it could not be done is printed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # an exception: what was begun is tidied away
    try:
        images.download(name)
    except DataUnavailable as error:
        print(error.arguments.get("reason", error))
        return 1
    return 0 if images.here(name) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
