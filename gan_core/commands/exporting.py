"""`export`: figures, films and tables as files in a folder: of a run trained here, of several beside each other, or of
what a page of the app shows. The same command twice writes the same bytes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gan_core.commands import app, runs
from gan_core.commands.output import Refused, check_folder, say, tell
from gan_core.config import RunConfig

if TYPE_CHECKING:
    from gan_core.export.files import File, Wish
    from gan_core.export.look import Look
    from gan_core.export.plate import Plate
    from gan_core.run.recording import Recording

MOMENTS = "0,100,1000"


def add(commands: Any) -> None:
    """The command among the others."""
    command = commands.add_parser("export", help="figures, films and tables of a run, or of a page, as files")
    command.add_argument("--preset", action="append", default=[], help="a run; several are drawn beside each other")
    command.add_argument("--query", action="append", default=[], help="the query of a shared link: a run too")
    command.add_argument("--page", help="in place of a run: what this page of the app shows, distances or convergence "
                         "or …, at the address --query")  # fmt: skip
    command.add_argument("--seed", type=int, help="the seed of the first member")
    command.add_argument(
        "--steps", dest="moments", help=f"moments to draw; a run ends at the last ({MOMENTS}; of a page: the end)"
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
    command.add_argument("--layers", default="", help="gap,arrows,lattice: more of the plane (none)")
    command.add_argument("--transparent", action="store_true", help="no background")
    command.set_defaults(command=_export)


def _export(options: argparse.Namespace) -> None:
    check_folder(options.out if options.zip is None else options.zip.absolute().parent)
    look = look_of(options)
    if options.page is not None:
        wish_of(options, None)  # what it can refuse without the page
        app.export(options)
        return
    configs = runs.several(options)
    wish_of(options, {}, configs) if len(configs) == 1 else None
    recordings = [_recorded(config, look.steps) for config in configs]
    if len(recordings) == 1:
        write(options, recordings[0], look, wish_of(options, {}, configs))
        return
    from gan_core.export.beside import apart, beside

    write(options, None, look, wish_of(options, beside(recordings, apart(configs)), configs))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def look_of(options: argparse.Namespace, words: Mapping[str, Any] | None = None) -> Look:
    """words: `words` and `labels` of a Look. Raises ExportError."""
    from gan_core.export.look import USUAL, Look, steps_of

    moments = options.moments if options.moments is not None else None if options.page else MOMENTS
    return Look(shape=options.shape, theme=options.theme, title=options.title, transparent=options.transparent,
                steps=() if moments is None else steps_of(moments), member=options.member,
                layers=tuple(dict.fromkeys((*USUAL, *_names(options.layers)))), **(words or {}))  # fmt: skip


def wish_of(options: argparse.Namespace, more: Mapping[str, Plate] | None, configs: Sequence[RunConfig] = ()) -> Wish:
    """more: figures that are of no single run, None where it is not yet known which there are. Raises ExportError."""
    from gan_core.export.files import Wish

    named = () if more is None else _names(options.figures)
    query = "".join(f' --query "{text}"' for text in options.query)
    again = f"python -m gan_core export --page {options.page}{query}" if options.page is not None else ""
    return Wish(named, _names(options.format), options.width, more or {}, tuple(configs), again)


def write(options: argparse.Namespace, recording: Recording | None, look: Look, wish: Wish) -> None:
    """Make the files, and write them where the options say. Raises ExportError before anything is written."""
    from gan_core.export.files import files, zipped

    made = [file for file in files(recording, look, wish) if file is not None]
    try:
        if options.zip is not None:
            options.zip.write_bytes(zipped(made))
            say(str(options.zip))
            return
        options.out.mkdir(parents=True, exist_ok=True)
        for path in _written(made, options.out):
            say(str(path))
    except OSError as error:
        raise Refused(str(error)) from error


def _written(made: Iterable[File], folder: Path) -> Iterable[Path]:
    for file in made:
        (folder / file.name).write_bytes(file.content)
        yield folder / file.name


def _recorded(config: RunConfig, steps: tuple[int, ...]) -> Any:
    """The run up to the last step, with a picture of each. Raises Refused."""
    from tqdm import tqdm

    from gan_core.data.images import DataUnavailable
    from gan_core.run.recording import record, watch
    from gan_core.run.trainer import Trainer

    try:
        trainer = Trainer(config)
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
