"""What runs an event loop, in a thread of its own: the driver of the browser keeps a running loop in its thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def aside(call: Callable[[], T]) -> T:
    """What the call returns, or its error."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(call).result()


def apart(coroutine: Coroutine[object, object, T]) -> T:
    """The result of the coroutine, or its error."""
    return aside(lambda: asyncio.run(coroutine))
