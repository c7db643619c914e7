"""`build-judge`, `build-pretrained` and their like: what comes with the app, made anew; where it goes is checked first.
And `scores`, which shows the finished runs."""

from __future__ import annotations

import argparse
import json
from typing import Any

from gan_core.commands.output import Refused, check_folder, say, tell
from gan_core.recordings.registry import RECORDED
from gan_core.zoo.plans import ZOO


def add_records(commands: Any) -> None:
    """The commands that show or make what is recorded of the finished runs and of the page Vanishing gradients."""
    table = commands.add_parser("scores", help="the finished runs beside real digits and makers without skill")
    table.add_argument("--json", action="store_true", help="one JSON object on stdout")
    table.set_defaults(command=scores)
    again = commands.add_parser("rescore", help="score finished runs anew, without training")
    again.add_argument("names", metavar="NAME", nargs="*", help=f"among {', '.join(ZOO)} (all)")
    again.set_defaults(command=rescored)
    known = commands.add_parser("build-features", help="what the classifier sees in every digit of MNIST")
    known.set_defaults(command=features)
    beside = commands.add_parser("build-yardsticks", help="what real digits and makers without skill score")
    beside.add_argument("--draws", type=int, default=100, help="random draws of held-out digits (100)")
    beside.set_defaults(command=yardsticks)
    record = commands.add_parser("record", help="record the runs that the pages open with, which a browser plays")
    record.add_argument("names", metavar="NAME", nargs="*", help=f"among {', '.join(RECORDED)}, and pictures (all)")
    record.set_defaults(command=recorded)
    twins = commands.add_parser("twin-paths", help="both losses of G under Adam and SGD, over seeds")
    twins.set_defaults(command=twin_paths)
    frozen = commands.add_parser("frozen-generator", help="G's gradient while D trains alone, and under each remedy")
    frozen.set_defaults(command=frozen_generator)
    digits = commands.add_parser(
        "build-recipe-digits", help="what the twins of the shipped recipe drew, seed 0 of each"
    )
    digits.set_defaults(command=recipe_digits)
    curves = commands.add_parser("build-riddles", help="the recorded runs of the guessing game about losses")
    curves.set_defaults(command=riddles)


def judge(options: argparse.Namespace) -> None:
    import torch

    from gan_core.data.images import DataUnavailable
    from gan_core.metrics.classifier import build

    torch.set_num_threads(max(1, options.threads))
    try:
        card = build(options.data, max(1, options.epochs), report=tell)
    except DataUnavailable as error:
        raise Refused(str(error)) from error
    say(json.dumps(card, indent=2))


def pretrained(options: argparse.Namespace) -> None:
    from gan_core.data.images import DataUnavailable
    from gan_core.weights import FOLDER, CheckpointError, read_card
    from gan_core.zoo.build import build

    plan, folder = ZOO[options.name].config, options.folder
    if folder is None and (options.steps not in (None, plan.train.steps) or options.data not in (None, plan.data.data)):
        raise Refused("That would overwrite the checkpoint that comes with the app: say with --folder where to write.")
    check_folder(folder or FOLDER)
    try:
        build(
            options.name,
            options.steps,
            options.data,
            folder=options.folder,
            threads=max(1, options.threads),
            report=tell,
        )
        card = read_card(options.name, options.folder)
    except (DataUnavailable, CheckpointError, RuntimeError) as error:
        raise Refused(str(error)) from error
    say(json.dumps(card, indent=2))


def scores(options: argparse.Namespace) -> None:
    from gan_core.weights import CheckpointError
    from gan_core.zoo.scores import table

    try:
        found = table()
    except CheckpointError as error:
        raise Refused(str(error)) from error
    say(found.json() if options.json else found.markdown())


def rescored(options: argparse.Namespace) -> None:
    from gan_core.weights import CheckpointError
    from gan_core.zoo.build import rescore

    if unknown := [name for name in options.names if name not in ZOO]:
        raise Refused(f"There is no run {unknown[0]!r}; choose among {', '.join(ZOO)}.")
    for name in options.names or ZOO:
        try:
            card = rescore(name)
        except CheckpointError as error:
            raise Refused(str(error)) from error
        parts = [f"{score} {found.value:.4g} ({found.floor:.4g})" for score, found in card.scores.items()]
        tell(f"{name}: {', '.join(parts)}")


def features(options: argparse.Namespace) -> None:
    from gan_core.data.images import DataUnavailable
    from gan_core.metrics.features import build

    try:
        card = build(report=tell)
    except DataUnavailable as error:
        raise Refused(str(error)) from error
    say(json.dumps(card, indent=2))


def yardsticks(options: argparse.Namespace) -> None:
    from gan_core.zoo.scores import build_yardsticks

    build_yardsticks(max(2, options.draws), report=tell)


def twin_paths(options: argparse.Namespace) -> None:
    from gan_core.studies.twin_paths import build

    build()


def frozen_generator(options: argparse.Namespace) -> None:
    from gan_core.studies.frozen_record import build

    build()


def recipe_digits(options: argparse.Namespace) -> None:
    import torch

    from gan_core.studies.recipe_digits import build

    torch.set_num_threads(1)
    build(report=tell)


def riddles(options: argparse.Namespace) -> None:
    import torch

    from gan_core.studies.riddles import RIDDLES, build, write

    torch.set_num_threads(1)
    found = {}
    for name, told in build():
        tell(f"{name}: {'no candidate shows it' if told is None else told['digest']}")
        if told is not None:
            found[name] = told
    if missing := RIDDLES.keys() - found:
        raise Refused(f"Nothing was written: no run shows {', '.join(sorted(missing))}.")
    write(found)


def recorded(options: argparse.Namespace) -> None:
    from gan_core.recordings.shipped import SOURCES, write

    for name in options.names:
        if name not in SOURCES:
            raise Refused(f"There is no recorded run {name!r}; there are {', '.join(SOURCES)}.")
    sizes: dict[str, int] = {}
    for name in options.names or SOURCES:
        sizes |= write(name, report=tell)
    say(json.dumps(sizes, indent=2))
