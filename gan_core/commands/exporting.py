"""`export`: a run trained here, and its figures, films and tables as files in a folder. The same command twice writes
the same bytes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from gan_core.commands import runs
from gan_core.commands.output import Refused, check_folder, say, tell
from gan_core.config import RunConfig


def add(commands: Any) -> None:
    """The command among the others."""
    command = commands.add_parser("export", help="train a run, and write its figures, film and tables into a folder")
    runs.add_options(command)
    command.add_argument(
        "--steps", dest="moments", default="0,100,1000", help="moments to draw; the run ends at the last (0,100,1000)"
    )
    command.add_argument("--format", default="svg,png", help="svg,png,webp,gif,html,csv (svg,png)")
    command.add_argument("--figures", default="", help="picture,strip,slide,losses … (all that there are)")
    command.add_argument("--out", type=Path, default=Path("figures"), metavar="DIR", help="where to (./figures)")
    command.add_argument("--zip", type=Path, metavar="FILE", help="one zip instead of a folder")
    command.add_argument("--shape", default="16:9", help="16:9, 4:3 or 1:1 (16:9)")
    command.add_argument("--theme", default="light", help="light or dark (light)")
    command.add_argument("--title", default="", help="in place of each figure's own")
    command.add_argument("--width", type=int, default=1920, help="of PNG, in pixels (1920)")
    command.add_argument("--member", type=int, help="draw this one alone, counted from 0 (all)")
    command.add_argument("--layers", default="", help="gap,arrows,lattice: on the plane (none)")
    command.add_argument("--transparent", action="store_true", help="no background")
    command.set_defaults(command=lambda options: _export(options, *runs.configured(options)), steps=None, points=None)


def _export(options: argparse.Namespace, config: RunConfig, table: Any) -> None:
    from gan_core.export.files import Wish, files, zipped
    from gan_core.export.look import Look, steps_of

    def names(text: str) -> tuple[str, ...]:
        return tuple(name.strip() for name in text.split(",") if name.strip())

    steps = steps_of(options.moments)
    look = Look(shape=options.shape, theme=options.theme, title=options.title, transparent=options.transparent,
                steps=steps, member=options.member, layers=names(options.layers))  # fmt: skip
    wish = Wish(figures=names(options.figures), formats=names(options.format), width=options.width)
    if options.zip is None:
        check_folder(options.out)
    else:
        check_folder(options.zip.absolute().parent)
    recording = _recorded(config, table, steps)
    made = [file for file in files(recording, look, wish) if file is not None]
    try:
        if options.zip is not None:
            options.zip.write_bytes(zipped(made))
            say(str(options.zip))
            return
        options.out.mkdir(parents=True, exist_ok=True)
        for file in made:
            (options.out / file.name).write_bytes(file.content)
            say(str(options.out / file.name))
    except OSError as error:
        raise Refused(str(error)) from error


def _recorded(config: RunConfig, table: Any, steps: tuple[int, ...]) -> Any:
    """The run up to the last step, with a picture of each. Raises Refused."""
    from tqdm import tqdm

    from gan_core.data.images import DataUnavailable
    from gan_core.run.recording import record, watch
    from gan_core.run.trainer import Trainer

    try:
        trainer = Trainer(config, points=table)
    except DataUnavailable as error:
        raise Refused(str(error)) from error
    watch(trainer)
    with tqdm(total=steps[-1], unit="step", file=sys.stderr) as bar:
        for step in steps:
            while trainer.step_count < step and trainer.failure is None:
                before = trainer.step_count
                trainer.step(min(25, step - before))
                bar.update(trainer.step_count - before)
            if trainer.failure is None or not trainer.history.steps:
                trainer.history.add(trainer.snapshot())
    if trainer.failure is not None:
        tell(str(trainer.failure))
    return record(trainer)
