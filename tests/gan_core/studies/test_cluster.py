"""Calls in processes and on a Dask cluster, never in the caller's process; what fails is a sentence."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gan_core.studies import cluster
from gan_core.studies.cluster import ClusterError, in_parallel

ROOT = Path(__file__).parents[3]


def process(task: int) -> int:
    return os.getpid()


def test_calls_run_in_other_processes_and_come_with_their_tasks() -> None:
    found = dict(in_parallel(process, [1, 2, 3], jobs=2))
    assert found.keys() == {1, 2, 3} and os.getpid() not in found.values()
    assert list(in_parallel(process, [])) == []


@pytest.mark.slow
def test_processes_end_with_the_command_that_was_told_to(tmp_path) -> None:
    psutil = pytest.importorskip("psutil")
    words = ["table", "--methods", "plain", "--steps", "1000000", "--jobs", "2", "--store", str(tmp_path)]
    command = subprocess.Popen(
        [sys.executable, "-m", "gan_core", *words],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    children: list = []
    while command.poll() is None and sum(child.cpu_times().user > 2 for child in children) < 2:
        os.sched_yield()
        children = [child for child in psutil.Process(command.pid).children(recursive=True) if child.is_running()]
    command.send_signal(signal.SIGTERM)
    out, error = command.communicate(timeout=60)
    assert command.returncode == 143 and out == "" and error.rstrip().endswith("Stopped."), error
    assert psutil.wait_procs(children, timeout=30)[1] == []


class _Scheduler:
    """Scheduler and worker as processes of their own, in a folder where gan_core can be imported or cannot."""

    def __init__(self, folder: Path, path: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.options = {
            "cwd": folder,
            "env": {**os.environ, "PYTHONPATH": path},
            "stderr": subprocess.PIPE,
            "text": True,
        }
        self.processes: list[subprocess.Popen] = []
        self.start("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", until="Scheduler at")

    def start(self, command: str, *arguments: str, until: str) -> subprocess.Popen:
        module = f"distributed.cli.{command}"
        started = subprocess.Popen([sys.executable, "-m", module, *arguments], **self.options)
        self.processes.append(started)
        for line in started.stderr:
            if until in line:
                break
        threading.Thread(target=started.stderr.read, daemon=True).start()  # so that it never waits for a reader
        return started

    def worker(self) -> subprocess.Popen:
        arguments = (self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", "/tmp")
        return self.start("dask_worker", *arguments, until="Registered to")

    def end(self) -> None:
        for one in self.processes:
            one.kill()
            one.wait()


@pytest.fixture
def scheduler(tmp_path) -> Iterator[_Scheduler]:
    pytest.importorskip("distributed")
    one = _Scheduler(tmp_path, str(ROOT))
    yield one
    one.end()


def test_one_worker_thread_is_used_and_not_the_callers_process(scheduler: _Scheduler) -> None:
    worker = scheduler.worker()
    assert set(dict(in_parallel(process, [1, 2], dask=scheduler.address)).values()) == {worker.pid}


def test_a_scheduler_that_is_lost_is_a_sentence_and_what_came_is_kept(scheduler: _Scheduler) -> None:
    scheduler.worker()
    results = in_parallel(process, list(range(50)), dask=scheduler.address)
    first = next(results)
    scheduler.end()
    with pytest.raises(ClusterError, match="has gone away"):
        list(results)
    assert first[1] != os.getpid()


def test_without_a_worker_there_is_a_sentence(scheduler: _Scheduler, monkeypatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS", 1.0)
    with pytest.raises(ClusterError, match="has no workers: start some with `dask worker"):
        list(in_parallel(process, [1], dask=scheduler.address))


def test_a_cluster_that_cannot_import_the_package_says_where_to_install_it(tmp_path) -> None:
    pytest.importorskip("distributed")
    one = _Scheduler(tmp_path, "")
    try:
        one.worker()
        with pytest.raises(
            ClusterError, match=r"The scheduler and workers at .* cannot import gan_core: run `pip install"
        ):
            list(in_parallel(process, [1], dask=one.address))
    finally:
        one.end()


def test_a_port_that_speaks_http_or_nothing_is_no_scheduler(monkeypatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS", 0.3)
    pytest.importorskip("distributed")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ClusterError, match="No Dask scheduler answers"):
            list(in_parallel(process, [1], dask=address))

        def answer() -> None:
            connection, _ = server.accept()
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()

        speaker = threading.Thread(target=answer)
        server.settimeout(5)
        server.accept()[0].close()  # of the call before
        speaker.start()
        with pytest.raises(ClusterError, match="No Dask scheduler answers"):
            list(in_parallel(process, [1], dask=address))
        speaker.join()
    with pytest.raises(ClusterError, match="No Dask scheduler answers"):
        list(in_parallel(process, [1], dask="nonsense"))
