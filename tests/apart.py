"""Coroutines of tests, in a thread of their own: the driver of the browser keeps a running loop in its process."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def apart(coroutine: Coroutine[object, object, T]) -> T:
    """The result of the coroutine, or its error."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
