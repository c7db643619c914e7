"""What all visitors share for as long as the server runs.

None of it lies in Streamlit's caches: one message of any visitor empties those for all.
"""

from __future__ import annotations

import atexit
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
from pages.shared.play import process
from pages.shared.play.runs import Show
from pages.shared.shell import i18n
from pages.shared.shell.state import app

MAX_RUNS = 100  # alive at once: a class of thirty with three pages each
PRESSED = 0.7  # of what it may: where the server holds more, memory is short, and …
GIVE_BACK_SOONER = 1.5  # … what was freed goes back so many seconds later
FULL = 0.88  # and from here on no further run starts: what passes needs the rest
ROOMS = ("export", "figures", "metrics", "run", "studies", "theory")  # of gan_core, that pages need sooner or later
LATE = ("streamlit.emojis", "streamlit.material_icon_names", "safetensors.numpy")  # that Streamlit and a shelf do, too
PAGES = Path(__file__).parents[2]
SCRIPT = "page.py"  # of each page's folder: what a visit runs, and nothing to import
# Of Python's interpreter between threads. With a tenth of a millisecond the threads of a full class change so often
# that a page's script takes half as much processor time again, and its answer twice as long or longer; with Python's
# own 5 ms a class trains a little less.
SWITCH_SECONDS = 2e-3
TABLES_KEPT = 64  # uploaded tables of all visitors together, the least recently used goes first: at most 10 MB


_building, _warm = threading.Lock(), threading.Lock()


def pool() -> Pool:
    """The workers that train everybody's runs, one for each of at most two cores."""
    with _building:
        return _pool()


@cache
def _pool() -> Pool:
    process.spare()
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
    """What the first visitors would wait for: the workers, and what pages import and read when they first need it,
    which took whoever came in the first second up to another one."""
    pool()
    threading.Thread(target=_keep_small, name="memory", daemon=True).start()
    for name in (*LATE, *_modules()):
        importlib.import_module(name)
    i18n.languages()
    from plotly.graph_objects import Figure, Scatter

    from gan_core.figures.style import styled

    styled(Figure(Scatter())).to_json()  # the first chart has Plotly import the classes of its layout
    process.forget_code()
    process.settle()


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
    blocks at once; now and then what else can be done without goes. And who waits for some starts when there is some.
    """
    while True:
        time.sleep(GIVE_BACK_SOONER)
        short = process.resident() > PRESSED * _memory()
        process.map_large(short)
        if short:
            process.collect()
            process.forget_code()
            process.give_back(GIVE_BACK_SOONER)
        pool().admit()


def _left() -> float:
    """Bytes that runs may still take, as measured."""
    return FULL * _memory() - process.resident()


@cache
def _memory() -> int:
    """Bytes that the server may use."""
    return server_memory()


def end() -> None:
    """Every run ends. A worker that is still inside torch when the interpreter goes would abort the process."""
    pool().close()


def page_sent() -> None:
    """The last call of every script run."""
    process.give_back()


def tidy() -> None:
    """After a visit."""
    process.collect()
    process.give_back()


def start(configs: Sequence[RunConfig], points: np.ndarray | None, also: Sequence[str] = ()) -> Show:
    """Runs in the pool, at step 0 and paused, or in the queue for it; see `Show.start`. Raises PoolFull."""
    largest = max(configs, key=step_seconds)
    if (seconds := step_seconds(largest)) > LONGEST_STEP:
        raise PoolFull("pool.too_slow", seconds=seconds, field=_field(largest, step_seconds))
    try:
        return Show.start(pool(), configs, points, owner=id(app()), also=also)
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
