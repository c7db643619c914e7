"""Threads next to each other for work that falls into independent parts: the members of a run, the runs of a pair.

Each thread computes with one torch thread. Whole parts side by side beat several threads inside every small operation,
and since a part is the same whoever carries it out, results do not depend on the number of threads.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar, cast

T = TypeVar("T")


_others = threading.local()  # .worked: seconds of processor time that other threads took for the one that waited


def worked() -> float:
    """Seconds of processor time that this thread took, and for it those that worked side by side, of which the longest
    share counts."""
    return time.thread_time() + getattr(_others, "worked", 0.0)


def side_by_side(parts: Sequence[Callable[[], T]], threads: int) -> list[T]:
    """What the parts return, in their order, from at most `threads` threads; what one raises is raised here."""
    threads = min(threads, len(parts))
    if threads <= 1:
        return _one_after_another(parts)
    try:
        shares = [_threads().submit(_timed, parts[i::threads]) for i in range(threads)]
    except RuntimeError:  # the interpreter is shutting down and takes no work from threads any more
        return _one_after_another(parts)
    results: list[T | None] = [None] * len(parts)
    longest = 0.0
    for i, share in enumerate(shares):
        results[i::threads], seconds = share.result()
        longest = max(longest, seconds)
    _others.worked = getattr(_others, "worked", 0.0) + longest
    return cast(list[T], results)


def _one_after_another(parts: Sequence[Callable[[], T]]) -> list[T]:
    return [part() for part in parts]


def _timed(parts: Sequence[Callable[[], T]]) -> tuple[list[T], float]:
    began = worked()
    return _one_after_another(parts), worked() - began


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    import torch

    return ThreadPoolExecutor(os.cpu_count(), "threads", initializer=torch.set_num_threads, initargs=(1,))
