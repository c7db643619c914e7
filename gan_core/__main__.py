"""The same runs without a browser.

    python -m gan_core train --preset ring --steps 2000 --seed 3 --json
    python -m gan_core train --query "data=grid&modes=25&members=4"
    python -m gan_core script --preset ring > ring.py
    python -m gan_core export --preset ring --steps 0,100,1000 --format svg,png,webp,html --out figures
    python -m gan_core bench --json
    python -m gan_core map --x d_lr:1e-5:1e-2:12 --y g_lr:1e-5:1e-2:12 --seeds 4 --csv
    python -m gan_core table --data ring --methods plain,unrolled,pacgan2 --seeds 10 --latex

Progress goes to stderr, the result to stdout: one JSON object with --json, a small table without. What cannot run is
answered with a sentence and exit status 2. `table` prints Markdown unless told otherwise, and goes on where it was
interrupted.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gan_core.commands import build, exporting, points, runs, saving, scripts
from gan_core.commands.output import Refused, check_folder, guarded, kept, say
from gan_core.config import ConfigError
from gan_core.zoo.plans import ZOO

if TYPE_CHECKING:
    from gan_core.run.trainer import Trainer
    from gan_core.studies.map import Map
    from gan_core.studies.mitigations import Task


def main(arguments: Sequence[str] | None = None) -> int:
    with guarded() as ending:
        options = _parser().parse_args(arguments)
        options.command(options)
    return ending.status


def _of_many_runs(command: argparse.ArgumentParser, *, steps: int | None, store: str) -> None:
    """What a command is asked that computes many runs: how far they go, where finished ones are kept, and where."""
    command.add_argument(
        "--steps", type=int, default=steps, help=f"how far each run goes ({steps or 'as the protocol'})"
    )
    command.add_argument("--store", type=Path, default=Path(store), metavar="FOLDER", help=f"finished runs (./{store})")
    where = command.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=int, default=-1, help="processes; -1 is one a core (-1)")
    where.add_argument("--dask", metavar="ADDRESS", help="compute on the Dask cluster whose scheduler is there")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gan_core", description="Runs of the GAN explorer without a browser."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    train = commands.add_parser("train", help="train one configuration, print its scores")
    source = runs.add_options(train)
    train.add_argument("--steps", type=int, help="how far to train")
    source.add_argument("--resume", type=Path, metavar="FILE", help="go on with a run that --save wrote, bit for bit")
    train.add_argument("--points", type=Path, metavar="FILE", help="train on the points of this table; - is stdin")
    points.add_options(train)
    train.add_argument("--save", type=Path, metavar="FILE", help="write the run to this safetensors file at its end")
    train.add_argument("--log", type=Path, metavar="FILE", action="append", default=[],
                       help="write every recorded step to this .csv or .parquet file")  # fmt: skip
    train.add_argument("--tensorboard", type=Path, metavar="FOLDER", help="the same for TensorBoard")
    train.add_argument("--trackio", metavar="PROJECT", help="the same for Trackio")
    train.add_argument("--threads", type=int, default=1, help="how many threads may compute (1): members side by side, "
                       "to the same bits; or inside one run of images, whose last digits depend on it")  # fmt: skip
    train.add_argument("--json", action="store_true", help="one JSON object on stdout")
    train.set_defaults(command=_train)

    scripts.add(commands)

    bench = commands.add_parser("bench", help="speed as a ratio to the textbook loop, both measured side by side")
    bench.add_argument("--rounds", type=int, default=10, help="rounds; the median counts (10)")
    bench.add_argument("--threads", type=int, default=2, help="how many threads may compute (2)")
    bench.add_argument("--only", help="only the rows whose name contains one of these, with commas between")
    bench.add_argument("--json", action="store_true", help="one JSON object on stdout")
    bench.set_defaults(command=_bench)

    exporting.add(commands)

    judge = commands.add_parser("build-judge", help="train the classifier that scores digits, on the whole of MNIST")
    judge.add_argument("--data", choices=["mnist", "mnist_full"], default="mnist_full", help="(mnist_full)")
    judge.add_argument("--epochs", type=int, default=14, help="how often it sees every digit (14)")
    judge.add_argument("--threads", type=int, default=1, help="threads inside an operation (1)")
    judge.set_defaults(command=build.judge)

    zoo = commands.add_parser("build-pretrained", help="train a run that comes with the app, and write its checkpoint")
    zoo.add_argument("name", metavar="NAME", choices=list(ZOO), help=f"one of {', '.join(ZOO)}")
    zoo.add_argument("--steps", type=int, help="how far to train, in place of the plan's own number")
    zoo.add_argument("--data", choices=["mnist", "mnist_full"], help="in place of the plan's own data")
    zoo.add_argument("--folder", type=Path, help="where to write (pretrained)")
    zoo.add_argument("--threads", type=int, default=1, help="threads inside an operation (1)")
    zoo.set_defaults(command=build.pretrained)

    build.add_records(commands)

    recipe = commands.add_parser("recipe", help="the recipe for digits, knob by knob: twin runs over seeds")
    recipe.add_argument("--knobs", help="which, with commas between: pixels,g_norm,labels … (all)")
    recipe.add_argument("--seeds", type=int, default=3, help="how many seeds each value gets (3)")
    recipe.add_argument("--seconds", type=float, default=20, help="processor time a run, three times that where "
                        "convolutions take part (20)")  # fmt: skip
    recipe.add_argument("--store", type=Path, default=Path("recipe"), metavar="FOLDER", help="finished runs (./recipe)")
    recipe.add_argument("--json", action="store_true", help="every run as JSON on stdout")
    recipe.set_defaults(command=_recipe)

    table = commands.add_parser("table", help="mitigations of mode collapse over seeds, beside the published tables")
    table.add_argument("--protocol", default="chase", help="chase: the run that collapses; rest: at rates that fall "
                       "to 0; balanced: players of equal rates; pacgan: the paper's (chase)")  # fmt: skip
    table.add_argument("--data", default="ring", help="ring or grid (ring)")
    table.add_argument("--methods", help="which, with commas between: plain,unrolled:2,pacgan2 … (all); behind a colon "
                       "how many seeds this one gets")  # fmt: skip
    table.add_argument("--seeds", type=int, default=10, help="how many seeds a method gets (10)")
    _of_many_runs(table, steps=None, store="table")
    form = table.add_mutually_exclusive_group()
    for name, what in {"json": "all numbers and every run", "csv": "for a spreadsheet", "latex": "for a paper"}.items():
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, default="markdown", help=what)
    table.set_defaults(command=_mitigations)

    chart = commands.add_parser("map", help="two settings against each other: cells × seeds, finished ones kept")
    chart.add_argument("--x", default="d_lr", metavar="SETTING[:LOW:HIGH:COUNT]", help="across (d_lr:1e-5:1e-2:12)")
    chart.add_argument("--y", default="g_lr", metavar="SETTING[:LOW:HIGH:COUNT]", help="upwards (g_lr:1e-5:1e-2:12)")
    common = chart.add_mutually_exclusive_group()
    common.add_argument("--preset", help="what all runs have in common: a preset (2 × 64 networks on the ring)")
    common.add_argument("--query", help="… or the query of a shared link")
    chart.add_argument("--seeds", type=int, default=4, help="runs a cell (4)")
    _of_many_runs(chart, steps=1500, store="map")
    chart.add_argument("--csv", action="store_true", help="a line for each run on stdout, in place of a summary")
    chart.add_argument("--parquet", type=Path, metavar="FILE", help="the same lines into this file")
    chart.add_argument("--figure", type=Path, metavar="FILE.html", help="the map as a page of its own")
    chart.set_defaults(command=_map, seed=None, points=None)
    return parser


def _train(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    from gan_core.commands.logs import logged
    from gan_core.commands.report import report, table

    save_to = options.save
    if save_to is not None:
        saving.check(save_to)
    trainer = _trainer(options)
    config, first = trainer.config, trainer.step_count
    trainer.take_threads(max(1, options.threads))
    started, cpu = time.perf_counter(), time.process_time()
    try:
        with (
            logged(trainer, options.log, options.tensorboard, options.trackio) as flush,
            tqdm(total=config.train.steps, initial=first, unit="step", file=sys.stderr) as bar,
        ):
            while trainer.step_count < config.train.steps and trainer.failure is None:
                before = trainer.step_count
                trainer.step(min(25, config.train.steps - before))
                bar.update(trainer.step_count - before)
                flush()
    except KeyboardInterrupt as stop:
        if save_to is not None:
            saving.keep(trainer, save_to)
            stop.args = (f"The run is kept in {save_to}: --resume {save_to} goes on from step {trainer.step_count:,}.",)
        raise
    if save_to is not None:
        saving.keep(trainer, save_to)
    times = {
        "seconds": round(time.perf_counter() - started, 3),
        "cpu_seconds": round(time.process_time() - cpu, 3),
    }
    result = report(trainer) | times
    say(json.dumps(result, indent=2) if options.json else table(result))


def _trainer(options: argparse.Namespace) -> Trainer:
    """The run that the options ask for, new or as it was saved. Raises Refused or ConfigError."""
    from gan_core.data.images import DataUnavailable
    from gan_core.run.trainer import Trainer

    try:
        if options.resume is None:
            config, table = runs.configured(options)
            return Trainer(config, points=table)
        if options.points is not None or options.seed is not None:
            raise Refused("--resume goes on with the saved run's points and seed: leave --points and --seed out.")
        return saving.resumed(options.resume, options.steps)
    except DataUnavailable as error:
        raise Refused(str(error)) from error


def _bench(options: argparse.Namespace) -> None:
    from gan_core.studies.speed import measure, table

    results = measure(rounds=max(1, options.rounds), threads=max(1, options.threads), only=options.only or "")
    say(json.dumps(results, indent=2) if options.json else table(results))


def _recipe(options: argparse.Namespace) -> None:
    import torch
    from tqdm import tqdm

    from gan_core.studies.recipe import KNOBS, Table, compute, total_seconds
    from gan_core.zoo.checkpoints import CheckpointError

    torch.set_num_threads(1)
    knobs = [name.strip() for name in options.knobs.split(",")] if options.knobs is not None else list(KNOBS)
    total, folder = total_seconds(knobs, options.seeds, options.seconds), options.store
    check_folder(folder)
    with kept(folder) as finished, tqdm(total=round(total), unit="s", file=sys.stderr) as bar:
        try:
            records = compute(
                knobs, options.seeds, options.seconds, bar.update, folder=folder, kept=lambda: finished.append("")
            )
        except (CheckpointError, OSError) as error:
            raise Refused(str(error)) from error
    table = Table(tuple(records))
    say(table.json() if options.json else table.markdown())


def _mitigations(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    from gan_core.studies.cluster import ClusterError
    from gan_core.studies.mitigations import METHODS, PROTOCOLS, Store, beside, compute, plan
    from gan_core.studies.table import Table

    protocol = PROTOCOLS.get(options.protocol)
    every = METHODS if protocol is None else protocol.methods
    methods = [name.strip() for name in options.methods.split(",")] if options.methods is not None else list(every)
    if options.jobs == 0:
        raise ConfigError("jobs", 0, "config.processes")
    steps = options.steps if options.steps is not None or protocol is None else protocol.steps
    tasks = plan(options.data, methods, options.seeds, steps, options.protocol)
    check_folder(options.store)
    with kept(options.store) as finished, tqdm(total=len(tasks), unit="run", file=sys.stderr) as bar:

        def done(task: Task, was_kept: bool) -> None:
            finished.append(task.file)
            bar.set_postfix_str(f"{task.method}, seed {task.seed}{' (kept)' if was_kept else ''}")
            bar.update()

        try:
            records = compute(tasks, Store(options.store), jobs=options.jobs, dask=options.dask, done=done)
        except (ClusterError, OSError) as error:
            raise Refused(str(error)) from error
    base = PROTOCOLS[options.protocol].base(options.data, steps)
    say(getattr(Table.of(base, records, beside(base)), options.form)())


def _map(options: argparse.Namespace) -> None:
    from tqdm import tqdm

    from gan_core.studies.cluster import ClusterError
    from gan_core.studies.map import USUAL, Map, Plan, checked_range, compute
    from gan_core.studies.mitigations import Store

    if options.jobs == 0:
        raise ConfigError("jobs", 0, "config.processes")
    if options.figure is not None and options.figure.suffix != ".html":
        raise Refused(f"{options.figure}: the figure is a page, so its name has to end in .html")
    base = USUAL if options.query is None and options.preset is None else runs.configured(options)[0]
    plan = Plan.of(base, checked_range(options.x), checked_range(options.y), options.seeds, options.steps)
    check_folder(options.store)
    with kept(options.store) as finished, tqdm(total=len(plan.cells), unit="cell", file=sys.stderr) as bar:

        def done(cells: int) -> None:
            finished.extend([""] * cells)
            bar.update(cells)

        try:
            records = compute(plan, Store(options.store), jobs=options.jobs, dask=options.dask, done=done)
        except (ClusterError, OSError) as error:
            raise Refused(str(error)) from error
    found = Map.of(plan, records)
    try:
        if options.parquet is not None:
            import pandas as pd

            pd.DataFrame(found.rows()).to_parquet(options.parquet, index=False)
        if options.figure is not None:
            options.figure.write_text(_map_figure(found).to_html(include_plotlyjs=True), encoding="utf-8")
    except OSError as error:
        raise Refused(str(error)) from error
    say(found.csv() if options.csv else found.summary(), end="" if options.csv else "\n")


def _map_figure(found: Map) -> Any:
    from gan_core.figures.map import settings_map

    modes = found.median("modes")
    words = {"x": found.plan.x, "y": found.plan.y, "value": "modes"}
    limits = (0.0, float(found.plan.base.data.modes))
    return settings_map(found.plan.xs, found.plan.ys, modes, modes, found.diverged, limits, labels=words)


if __name__ == "__main__":
    sys.exit(main())
