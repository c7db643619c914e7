"""What all visitors share for as long as the server runs.

None of it lies in Streamlit's caches: one message of any visitor empties those for all.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import os
import pkgutil
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from gan_core.config import RunConfig
from gan_core.errors import Field, PoolFull
from gan_core.jobs.admission import MB, Admission, TooLarge, budget_for_runs, server_memory
from gan_core.jobs.pool import Pool, one_torch_thread
from gan_core.run.memory import LONGEST_STEP, estimate, lowered, step_seconds
from pages.shared.play.runs import Show
from pages.shared.shell import i18n
from pages.shared.shell.state import app

MAX_RUNS = 100  # alive at once: a class of thirty with three pages each
GIVE_BACK_SECONDS, GIVE_BACK_SOONER = 20.0, 1.5  # between two times that freed memory goes back; the second when …
PRESSED = 0.6  # … the server holds this share of what it may
FULL = 0.88  # and from here on no further run starts: what passes needs the rest
ROOMS = ("export", "figures", "metrics", "run", "studies", "theory")  # of gan_core, that pages need sooner or later
LATE = ("streamlit.emojis", "streamlit.material_icon_names", "safetensors.numpy")  # that Streamlit and a shelf do, too
PAGES = Path(__file__).parents[2]
SCRIPT = "page.py"  # of each page's folder: what a visit runs, and nothing to import
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
# Of Python's interpreter between threads. With its own 5 ms a page's script holds up a step, which asks for the
# interpreter ten times; with .5 ms two workers of a full class keep one another waiting for a third of their time.
SWITCH_SECONDS = 1e-4
# glibc's mallopt: option, value. One heap for all threads; 64 MB may lie free at its top. Blocks larger than MAPPED
# have pages of their own, which go back when a block is freed. What a step or a picture needs is smaller, or it would
# be faulted in anew every time: digits lose a tenth of their speed, convolutions a third. But in a class of thirty the
# heap then holds up to 200 MB that are free and lie between others; with MAPPED_WHEN_SHORT half as much.
MALLOPT = {"M_ARENA_MAX": (-8, 1), "M_TRIM_THRESHOLD": (-1, 2**26)}
M_MMAP_THRESHOLD, MAPPED, MAPPED_WHEN_SHORT = -3, 2**23, 2**20
TABLES_KEPT = 64  # uploaded tables of all visitors together, the least recently used goes first: at most 10 MB


_building, _warm = threading.Lock(), threading.Lock()
_given_back = 0.0  # when freed memory last went back, on time.monotonic


def pool() -> Pool:
    """The workers that train everybody's runs, one for each of at most two cores."""
    with _building:
        return _pool()


@cache
def _pool() -> Pool:
    _spare_memory()
    sys.setswitchinterval(SWITCH_SECONDS)
    workers = Pool(
        workers=min(2, os.cpu_count() or 1),
        max_jobs=MAX_RUNS,
        prepare=_prepare,
        admission=Admission(budget_for_runs(), left=_left),
    )
    atexit.register(workers.close)
    return workers


def warm_up() -> None:
    """What the first visitor would wait for begins now, in the workers."""
    pool()
    threading.Thread(target=_keep_small, name="memory", daemon=True).start()
    threading.Thread(target=_import, name="imports", daemon=True).start()


def _import() -> None:
    """What pages import and read when they first need it, which takes whoever opens one first up to half a second."""
    for name in (*LATE, *_modules()):
        importlib.import_module(name)
    i18n.languages()
    from plotly.graph_objects import Figure, Scatter

    from gan_core.figures.style import styled

    styled(Figure(Scatter())).to_json()  # the first chart has Plotly import the classes of its layout


def _modules() -> Iterator[str]:
    """The modules of ROOMS, and all that scripts of pages import."""
    for room in ROOMS:
        package = importlib.import_module(f"gan_core.{room}")
        yield from (module.name for module in pkgutil.iter_modules(package.__path__, f"gan_core.{room}."))
    for file in sorted(PAGES.rglob("*.py")):
        if file.name != SCRIPT and file.stem.isidentifier() and not file.stem.startswith("__"):
            yield ".".join(file.relative_to(PAGES.parent).with_suffix("").parts)


def _keep_small() -> None:
    """Where memory is short, freed memory goes back every few seconds, whether or not anybody opens a page, and large
    blocks at once; and who waits for some starts when there is some."""
    while True:
        time.sleep(GIVE_BACK_SOONER)
        short = resident() > PRESSED * _memory()
        _mallopt(M_MMAP_THRESHOLD, MAPPED_WHEN_SHORT if short else MAPPED)
        if short:
            give_back(GIVE_BACK_SOONER)
        pool().admit()


def _left() -> float:
    """Bytes that runs may still take, as measured."""
    return FULL * _memory() - resident()


@cache
def _memory() -> int:
    """Bytes that the server may use."""
    return server_memory()


def resident() -> int:
    """Bytes of this process in memory; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        return 0


def end() -> None:
    """Every run ends. A worker that is still inside torch when the interpreter goes would abort the process."""
    pool().close()


def page_sent() -> None:
    """The last call of every script run."""
    give_back()


def _spare_memory() -> None:
    """The C library keeps freed memory for each thread apart, and Streamlit starts a thread for every script run."""
    for option, value in (*MALLOPT.values(), (M_MMAP_THRESHOLD, MAPPED)):
        _mallopt(option, value)


def _mallopt(option: int, value: int) -> None:
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(option, value)


def give_back(after: float = GIVE_BACK_SECONDS) -> None:
    """Freed memory back to the system, if the last time is so many seconds ago. The C library is asked to keep it,
    which makes steps faster; but then the largest picture that any thread ever made would be kept for good, in pieces
    between what is in use: 180 of the 550 MB that a class of fifteen held."""
    global _given_back
    if time.monotonic() - _given_back < after:
        return
    _given_back = time.monotonic()
    with contextlib.suppress(OSError, AttributeError, TypeError):  # a C library without malloc_trim
        ctypes.CDLL(None).malloc_trim(0)


def tidy() -> None:
    """After a visit. What it had lies in reference cycles, which Python alone would look for much later: a collection
    looks at all that lives here, for .2 s, so it waits until others have left too."""
    if time.monotonic() - _given_back >= GIVE_BACK_SECONDS:
        gc.collect()
        give_back()


def start(configs: Sequence[RunConfig], points: np.ndarray | None) -> Show:
    """Runs in the pool, at step 0 and paused, or in the queue for it. Raises PoolFull."""
    largest = max(configs, key=step_seconds)
    if (seconds := step_seconds(largest)) > LONGEST_STEP:
        raise PoolFull("pool.too_slow", seconds=seconds, field=_field(largest, step_seconds))
    try:
        return Show.start(pool(), configs, points, owner=id(app()))
    except TooLarge as error:
        largest = max(configs, key=_bytes)
        needed, most = error.needed / MB, error.most / MB
        raise PoolFull("pool.field_too_large", needed=needed, most=most, field=_field(largest, _bytes)) from error


def _bytes(config: RunConfig) -> int:
    return estimate(config).total


def _field(config: RunConfig, cost: Callable[[RunConfig], float]) -> Field:
    """What to lower."""
    return Field(lowered(config, cost) or "batch")


def _prepare() -> None:
    """In every worker, before its first run: what runs and views need of ours is imported here, so that no visitor's
    thread has to wait for it."""
    with _warm:
        one_torch_thread()
        from gan_core.run.trainer import Trainer

        Trainer(RunConfig.of(batch=4, g_layers=(4,), d_layers=(4,))).step()


_tables: OrderedDict[str, np.ndarray] = OrderedDict()
_tables_lock = threading.Lock()


def table(digest: str) -> np.ndarray | None:
    """An uploaded table by its digest: a reload or a shared link finds it while the server runs."""
    return _tables.get(digest)


def keep_table(digest: str, points: np.ndarray) -> None:
    with _tables_lock:
        _tables[digest] = points
        _tables.move_to_end(digest)
        while len(_tables) > TABLES_KEPT:
            _tables.popitem(last=False)
