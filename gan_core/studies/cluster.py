"""Many calls of one function in parallel: in processes of this machine, or on a Dask cluster.

    for task, record in in_parallel(work, tasks, jobs=-1):
        …
    for task, record in in_parallel(work, tasks, dask="tcp://10.0.0.5:8786"):
        …

Results come as they are finished. Whatever the cluster does is a sentence, `ClusterError`: no scheduler at the address,
no worker, no gan_core on them, a scheduler that is lost. What came before is the caller's already.
"""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
R = TypeVar("R")

CLUSTER = "python -m pip install joblib distributed"
SECONDS = 10.0  # to wait for a scheduler, for its first worker, and for all of them to import this package
PACKAGE = __name__.split(".")[0]
NETWORK = ("distributed", "tornado", "asyncio", "concurrent")  # whose errors are the cluster's


class ClusterError(RuntimeError):
    """The processes or the Dask cluster cannot be used, in a sentence."""


def in_parallel(
    work: Callable[[T], R], tasks: Sequence[T], jobs: int = -1, dask: str | None = None
) -> Iterator[tuple[T, R]]:
    """Each task with what `work` makes of it, as they finish. Raises ClusterError."""
    if not tasks:
        return iter(())
    return _in_processes(work, tasks, jobs) if dask is None else _on_cluster(work, tasks, dask)


def _in_processes(work: Callable[[T], R], tasks: Sequence[T], jobs: int) -> Iterator[tuple[T, R]]:
    try:
        from joblib import Parallel, delayed, parallel_config
    except ImportError as error:
        raise ClusterError(f"A table needs packages more: {CLUSTER}") from error
    try:
        with parallel_config(backend="loky", n_jobs=jobs):
            calls = (delayed(_paired)(work, task) for task in tasks)
            yield from Parallel(return_as="generator_unordered", batch_size=1)(calls)
    except BaseException:
        _end_processes()
        raise


def _paired(work: Callable[[T], R], task: T) -> tuple[T, R]:
    return task, work(task)


def _end_processes() -> None:
    """Now, and not when they have been idle for minutes."""
    from joblib.externals.loky import get_reusable_executor

    with contextlib.suppress(Exception):
        get_reusable_executor(reuse=True).shutdown(wait=False, kill_workers=True)


def _on_cluster(work: Callable[[T], R], tasks: Sequence[T], address: str) -> Iterator[tuple[T, R]]:
    try:
        from distributed import as_completed
    except ImportError as error:
        raise ClusterError(f"--dask needs a package more: {CLUSTER}") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it would log is said in a sentence
    client = _client(address)
    try:
        _check_imports(client, address)
        # pure=False: a run is computed where it was asked for, and never taken from a cluster's memory
        futures = {client.submit(work, task, pure=False): task for task in tasks}
        finished = as_completed(futures)
        for future in finished:
            yield futures[future], future.result()
    except ClusterError:
        raise
    except Exception as error:  # what a run itself raises is not the cluster's
        if not isinstance(error, OSError) and type(error).__module__.split(".")[0] not in NETWORK:
            raise
        raise ClusterError(_lost(address)) from error
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=2)


def _lost(address: str) -> str:
    return f"The Dask cluster at {address} has gone away. What was finished is kept: the same command goes on there."


def _client(address: str) -> Any:
    """A client of the scheduler there. Raises ClusterError."""
    nobody = f"No Dask scheduler answers at {address}: start one with `dask scheduler`, or leave --dask out."
    parts = urlsplit(address if "//" in address else f"tcp://{address}")
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 8786), timeout=SECONDS) as probe:
            if parts.scheme in ("tcp", ""):
                probe.settimeout(SECONDS)
                greeting = probe.recv(8)  # a scheduler speaks first; a web server waits to be asked
                if not greeting or greeting.startswith(b"HTTP"):
                    raise ClusterError(nobody)
    except (OSError, ValueError) as error:
        raise ClusterError(nobody) from error
    from distributed import Client

    try:
        return Client(address, timeout=SECONDS)
    except Exception as error:  # distributed raises what its layers do: OSError, ValueError, CommClosedError, …
        raise ClusterError(nobody) from error


def _check_imports(client: Any, address: str) -> None:
    """Raises ClusterError unless there are workers, and they and the scheduler can import what a run needs."""
    try:
        client.wait_for_workers(1, timeout=SECONDS)
    except Exception as error:
        nobody = f"The Dask scheduler at {address} has no workers: start some with `dask worker {address}`."
        raise ClusterError(nobody) from error
    finders = {"the scheduler": client._run_on_scheduler, "workers": client._run}
    missing = [who for who, run in finders.items() if not _all(client, run, find_spec, PACKAGE)]
    if missing:
        raise ClusterError(
            f"{' and '.join(missing).capitalize()} at {address} cannot import {PACKAGE}: run `pip install .[cluster]` "
            "there in this project's folder, or start them in that folder with PYTHONPATH=. set."
        )
    if not _all(client, client._run, ready):
        raise ClusterError(f"Workers at {address} cannot import torch: run `pip install .[cluster]` there.")


def ready() -> bool:
    """Can runs be trained here?"""
    return all(find_spec(name) is not None for name in ("torch", "numpy", "safetensors"))


def _all(client: Any, run: Callable[..., Any], function: Callable[..., Any], *arguments: str) -> bool:
    """Whether a function says yes on the scheduler, or on every worker. Raises ClusterError."""
    try:
        found = client.sync(run, function, *arguments, callback_timeout=SECONDS)
    except Exception as error:
        raise ClusterError(f"The Dask cluster does not answer within {SECONDS:.0f} s: is it busy, or another version "
                           "of distributed?") from error  # fmt: skip
    return all(found.values()) if isinstance(found, dict) else bool(found)
