"""Thirty export at once, on one server: `python -m benchmarks.exports [--visitors N] [--json]`; with --sizes, what each
kind of file weighs and takes alone, as the README says.

For each kind of file: seconds until the first, the middle and the last visitor has it, what memory it takes, and what
somebody else waits for meanwhile, whose run takes single steps: for the step, and for its picture. The server's own
pool, and the threads that Streamlit gives to downloads: the event loop's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from gan_core.config import RunConfig
from gan_core.errors import Refusal
from gan_core.export.closed import densities, lines
from gan_core.export.files import FORMATS, Wish, files, possible, zipped
from gan_core.export.games import Game, dirac
from gan_core.export.look import Look
from gan_core.export.plate import Plate
from gan_core.run.recording import Recording, record, watch
from gan_core.run.trainer import Trainer
from gan_core.scripts.notebook import notebook
from gan_core.scripts.textbook import script
from gan_core.studies.speed import machine
from gan_core.theory.distributions_1d import GaussianMixture
from pages.shared.play import making, process, resources, socket
from pages.shared.play.runs import Show

VISITORS, STEPS = 30, 2000
FIGURE, WIDTH = "slide", 1920
PAUSE = 0.2  # seconds between two steps of the other visitor
RING = RunConfig.of(data="ring", steps=10 * STEPS)
KINDS = (*FORMATS, "zip")


def recorded() -> Recording:
    trainer = Trainer(RING)
    watch(trainer)
    trainer.step(STEPS)
    return record(trainer)


async def other(show: Show, over: asyncio.Event) -> list[tuple[float, float]]:
    """Seconds until each single step is done, and from then on until its picture is packed."""
    loop, waits = asyncio.get_running_loop(), []
    while not over.is_set():
        start = time.perf_counter()
        show.step()
        while show.job.busy:
            await asyncio.sleep(0.002)
        done = time.perf_counter()
        await loop.run_in_executor(socket.PACKERS, show.channel.pack)
        waits.append((done - start, time.perf_counter() - done))
        await asyncio.sleep(PAUSE)
    return waits


async def together(recording: Recording, kind: str, visitors: int, show: Show) -> dict[str, Any]:
    formats = possible(recording) if kind == "zip" else (kind,)
    wish = Wish((FIGURE,) if kind in ("svg", "png") else (), formats, WIDTH)
    seconds, sizes, refused = list[float](), list[int](), list[str]()
    begun, before, most = time.perf_counter(), process.resident(), 0
    over = asyncio.Event()
    beside = asyncio.create_task(other(show, over))

    async def visitor(k: int) -> None:
        try:
            found = await asyncio.to_thread(making.made, resources.pool(), recording, Look(), wish, k)
        except Refusal as error:
            refused.append(str(error))
            return
        sizes.append(sum(len(file.content) for file in found))
        seconds.append(time.perf_counter() - begun)

    async def memory() -> None:
        nonlocal most
        while not over.is_set():
            most = max(most, process.resident())
            await asyncio.sleep(0.05)

    watching = asyncio.create_task(memory())
    await asyncio.gather(*(visitor(k) for k in range(visitors)))
    over.set()
    waits = await beside
    await watching
    steps, packs = ([1000 * wait[i] for wait in waits] for i in (0, 1))
    return {
        "visitors": visitors,
        "first_s": round(min(seconds, default=0), 2), "median_s": round(statistics.median(seconds or [0]), 2),
        "last_s": round(max(seconds, default=0), 2), "refused": len(refused), "kb": round(max(sizes, default=0) / 1000),
        "extra_mb": round((most - before) / 1e6),
        "step_ms": [round(statistics.median(steps)), round(max(steps))],
        "picture_ms": [round(statistics.median(packs)), round(max(packs))],
    }  # fmt: skip


SUBJECTS = ("the plane", "digits", "densities", "parallel lines", "the smallest GAN")


def subjects() -> dict[str, tuple[Recording | None, dict[str, Plate]]]:
    """What is exported: a recording, or a figure of none."""
    digits = Trainer(RunConfig.of(data="mnist", g_layers=(64,), d_layers=(64,), steps=STEPS))
    watch(digits)
    digits.step(200)
    p, q = (GaussianMixture.gaussian(mean, 0.3) for mean in (-2.5, 2.5))
    plates = (densities(p, q), lines(0.7), dirac([Game("gan"), Game("r1", {"gamma": 1.0})], step_size=0.2, steps=500))
    found: list[tuple[Recording | None, dict[str, Plate]]] = [(recorded(), {}), (record(digits), {})]
    found += [(None, {name: plate}) for name, plate in zip(SUBJECTS[2:], plates, strict=True)]
    return dict(zip(SUBJECTS, found, strict=True))


def sizes() -> Iterator[tuple[str, list[tuple[int, float] | None]]]:
    """A kind of file, and of each subject (bytes, seconds of processor time); None where there is no such file."""
    known = subjects().items()
    for kind, make in SIZED.items():
        yield kind, [_measured(make, name, recording, more) for name, (recording, more) in known]


Sized = Callable[[str, Recording | None, dict[str, Plate]], bytes | None]


def _measured(make: Sized, name: str, recording: Recording | None, more: dict[str, Plate]) -> tuple[int, float] | None:
    begun = time.process_time()
    content = make(name, recording, more)
    return None if content is None else (len(content), time.process_time() - begun)


def _file(form: str, width: int = WIDTH, figure: str = "picture") -> Sized:
    """The one file of this format; all tables together."""

    def make(name: str, recording: Recording | None, more: dict[str, Plate]) -> bytes | None:
        there = form in possible(recording, more) and (recording is not None or figure == "picture")
        if not there:
            return None
        wish = Wish((name if more else figure,), (form,), width, more)
        return b"".join(file.content for file in files(recording, Look(), wish) if file and file.name.endswith(form))

    return make


def _everything(name: str, recording: Recording | None, more: dict[str, Plate]) -> bytes:
    wish = Wish((), possible(recording, more), WIDTH, more)
    return zipped([file for file in files(recording, Look(), wish) if file is not None])


def _code(written: Callable[[RunConfig], str]) -> Sized:
    return lambda name, recording, more: None if recording is None else written(recording.config).encode()


SIZED: dict[str, Sized] = {
    "SVG": _file("svg"), "PNG 2×": _file("png"), "PNG 4×": _file("png", 2 * WIDTH),
    "time strip, SVG": _file("svg", figure="strip"), "time strip, PNG 2×": _file("png", figure="strip"),
    "film, GIF": _file("gif"), "film, WebP": _file("webp"), "replay, HTML": _file("html"), "tables, CSV": _file("csv"),
    "all of it, zip": _everything, "script": _code(script), "notebook": _code(notebook),
}  # fmt: skip


async def measure(visitors: int, kinds: list[str]) -> dict[str, Any]:
    recording = recorded()
    show = Show.start(resources.pool(), (RING.replace(seed=1),), None, owner="the other")
    while show.moment() is None:
        await asyncio.sleep(0.01)
    try:
        alone = asyncio.Event()
        asyncio.get_running_loop().call_later(3, alone.set)
        waits = await other(show, alone)
        found: dict[str, Any] = {"nobody": {"step_ms": round(1000 * statistics.median(w[0] for w in waits))}}
        for kind in kinds:
            found[f"one {kind}"] = await together(recording, kind, 1, show)
            found[kind] = await together(recording, kind, visitors, show)
            print(kind, found[f"one {kind}"], found[kind], file=sys.stderr, flush=True)
        return found
    finally:
        show.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--visitors", type=int, default=VISITORS)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sizes", action="store_true", help="bytes and seconds of one file of each kind, alone: 80 s")
    options = parser.parse_args()
    if options.sizes:
        print("| | " + " | ".join(SUBJECTS) + " |\n|" + "---|" * (len(SUBJECTS) + 1))
        for kind, row in sizes():
            cells = ["–" if one is None else f"{one[0] / 1000:,.0f} kB, {one[1]:.1f} s" for one in row]
            print(f"| {kind} | " + " | ".join(cells) + " |", flush=True)
        return
    try:
        found = asyncio.run(measure(options.visitors, options.kinds))
    finally:
        resources.end()
    if options.json:
        print(json.dumps({"machine": machine(1), "results": found}, indent=2))
        return
    print(
        "| | first | median | last | refused | kB | more memory | a step of another | its picture |\n"
        + "|---" * 9
        + "|"
    )
    for kind, row in found.items():
        if "visitors" in row:
            print(
                f"| {kind} | {row['first_s']} s | {row['median_s']} s | {row['last_s']} s | {row['refused']} | "
                f"{row['kb']} | {row['extra_mb']} MB | {row['step_ms'][0]} ms, at most {row['step_ms'][1]} | "
                f"{row['picture_ms'][0]} ms, at most {row['picture_ms'][1]} |"
            )


if __name__ == "__main__":
    main()
