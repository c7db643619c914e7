"""Why something cannot be done: a code with its arguments, and the English of every code in one table.

    raise PoolFull("pool.full", most=100)
    str(error)                                   the English sentence, for the command line and the log
    error.say(words, label)                      the same in another language: `words(code)` is its template, and
                                                 `label(name)` what its pages call a Field or an Option

In a template {name} is an argument; a name that is none is a field of the configuration, {field.value} one of its
values: "choose {d_norm} = {d_norm.none}". Nothing is imported here, so that everybody can refuse something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

ENGLISH: dict[str, str] = {
    # a configuration, and what else is asked for by name
    "config.sentence": "{field} = {value} is not possible: {allowed}",
    "config.nameless": "a nameless field",
    "config.one_of": "choose one of {options}",
    "config.among": "choose among {options}",
    "config.at_least_one": "name at least one of {options}",
    "config.member_fields": "members of one ensemble may differ only in {fields}",
    "config.some_labels": "give {n} whole numbers from 0 to {last}, or one for all",
    "config.unlabelled": "this run was trained without labels and cannot be told a class",
    "config.seeds": "at least one seed is needed",
    "config.seconds": "give each run some processor time",
    "config.processes": "give a number of processes, or -1 for one a core",
    "config.plane": "points in the plane are one of {options}",
    "config.no_table": "its table is not at hand; upload it, or choose other data",
    "config.other_table": "the table at hand is another one; upload the one of this run",
    # fields of the configuration, alone and together
    "config.no_field": "there is no such setting",
    "config.near_field": "there is no such setting; did you mean “{near}”?",
    "config.json": "it has to be a JSON object as to_json writes it",
    "config.json_object": "it has to be an object with the sections data, model and train",
    "config.sections": "the sections are the objects data, model and train",
    "config.other_section": "the section {section} has no such field",
    "config.grid_modes": "a grid has 1, 4, 9, 16, 25, 36, 49 or 64 modes",
    "config.no_modes_to_weigh": "only {data.ring}, {data.grid} and {data.two_gaussians} have modes to weigh",
    "config.one_weight_each": "give one weight for each mode, or none for equal ones",
    "config.a_weight": "at least one weight has to be above 0",
    "config.needs_table": "{data} = {data.custom} needs a table: upload one, or type it into the table of the page",
    "config.no_drawing": "it is cut or changed, and no drawing any more; copy the whole link again, or draw anew",
    "config.takes_no_table": "only {data} = {data.custom} takes a table",
    "config.images_only": "it makes images; points in the plane need {plane}",
    "config.no_classes": "points in the plane have no classes; choose {options}, or {labels} = {labels.none}",
    "config.mixed_pack": "a pack would mix classes; with labels D scores one sample at once",
    "config.penalty_precision": "a gradient penalty needs the slope of a slope, for which eight bits are too few",
    "config.script_consensus": "consensus differentiates both gradients once more, at every move of either player, "
    "which the textbook loop of a script does not; set it to 0 for a script",
    "config.script_precision": "how bfloat16 rounds depends on how the products are grouped, so a script could not "
    "repeat it; choose {precision.float32}",
    "config.no_layer": "a player needs at least one hidden layer",
    "config.penalty_minibatch_std": "a gradient penalty takes each sample alone, and {minibatch_std} mixes the "
    "samples of a batch",
    "config.clip_or_penalty": "clipping and the gradient penalty are two ways to bound the critic's slope; choose one",
    "config.no_label_to_smooth": "only {options} have a label to smooth",
    "config.no_scale": "a critic's loss has no scale to compare with",
    "config.no_noise": "there is no instance noise to let fall; set {instance_noise} above 0",
    "config.no_gamma": "there is no γ to let fall; set {r1} or {r2} above 0",
    "config.no_gamma_steps": "γ falls only over {gamma_steps}; set that above 0",
    "config.clip_or_norm": "clipping and spectral normalisation are two ways to bound the critic's slope; choose one",
    "config.simultaneous": "both players move from the same point only with one D step a G step and without unrolling",
    "config.unrolled_plain": "unrolling is built here without penalties, clipping, spectral normalisation, dropout "
    "and {minibatch_std}",
    "config.features_plain": "it looks into D's last hidden layer, which is built here for plain MLPs without norms, "
    "minibatch statistics, {d_activation.maxout}, labels and unrolling; choose another loss",
    "config.unrolled_optimiser": "unrolling is built here for these methods: {options}",
    "config.consensus_plain": "consensus differentiates both players' gradients once more, which is built here for "
    "losses alone: without gradient penalties, LeCam, spectral normalisation, dropout, labels, unrolling, feature "
    "matching and bfloat16",
    "config.divides_batch": "it has to divide the batch ({size})",
    "config.two_samples": "batch statistics need at least two samples",
    "config.rows": "members × batch may be at most {most:,}",
    "config.penalty_batch_norm": "a gradient penalty takes each sample alone, and batch normalisation in D mixes the "
    "samples of a batch; choose {d_norm} = {d_norm.none} or {d_norm.layer}",
    "config.parameters": "all members together may have at most {most:,} parameters; these have {n:,}",
    "config.unrolled_points": "unrolling differentiates through D's optimiser, which is built here for plain MLPs on "
    "points",
    "config.without_labels": "{name} is built here without labels; choose {others}, or {labels} = {labels.none}",
    "config.without_packing": "{name} is built here for one sample at once; choose {others}",
    "config.closed_form": "the closed form of an MLP computes in {precision.float32}; only convolutions gain by "
    "{precision.bfloat16}",
    "config.switch": "it is 1 (on) or 0 (off)",
    "config.text": "it is a text of at most {longest} letters and digits",
    "config.whole_number": "it is a whole number from {low:.10g} to {high:.10g}",
    "config.list_of_whole_numbers": "it is a list of at most {longest}, joined by -, each a whole number from {low:g} "
    "to {high:g}",
    "config.number": "it is a number from {low:.10g} to {high:.10g}",
    "config.list_of_numbers": "it is a list of at most {longest}, joined by -, each a number from {low:g} to {high:g}",
    "config.loss_has_no_label": "{name} has no label to smooth",
    # a map of two settings
    "map.empty_range": "a range goes from a smaller to a larger finite number",
    "map.logarithmic": "its values are spaced by factors, so they have to be above 0",
    "map.too_fine": "between {low} and {high} there are not so many different values; take fewer, or a wider range",
    "map.equal_axes": "the two axes of a map are two different settings; choose another one",
    "map.plane": "a map is drawn of runs on points in the plane that are not a table; choose such data",
    "map.cells": "a map has at most {most:,} cells; take fewer values an axis",
    "map.range": "write a setting, from, to and how many values, as in d_lr:1e-5:1e-2:12, or the setting alone",
    # the Dirac-GAN
    "dirac.start": "a start is two finite numbers, (θ, ψ)",
    "dirac.setting": "there is no such setting here; there are {options}",
    # the same, asked for by a page's address
    "config.lost_table": "the table of this link is not on this server; upload it again, or choose other data; the "
    "page's own data set is shown",
    "config.other_page": "this page shows the other kind of data",
    # the processors of the server
    "pool.full": "This server already holds {most} runs, which is all it takes; close a page that you no longer need, "
    "or try again in a few minutes.",
    "pool.too_large": "This run would need about {needed:,.0f} MB of memory, and one visitor of this server may have "
    "{most:,.0f} MB; lower its members, its batch or the widths of its layers.",
    "pool.field_too_large": "This run would need about {needed:,.0f} MB of memory, and one visitor of this server may "
    "have {most:,.0f} MB; lower “{field}”.",
    "pool.yours_too_large": "Your runs together would need about {needed:,.0f} MB of memory, and one visitor of this "
    "server may have {most:,.0f} MB; reset a large run on another page, or make this one smaller.",
    "pool.too_slow": "One step of this run would take about {seconds:.0f} s, in which nothing could stop it; lower "
    "“{field}”.",
    "pool.crashed": "The run stopped at step {step} because of an error inside the program ({error}); the other runs "
    "go on, and the server's log has the details.",
    # a run
    "run.failed": "The run stopped being finite at step {step:,}: {tensor} is no longer a number. Lower the learning "
    "rates, or choose another loss or penalty, and reset.",
    "run.member_failed": "Member {members} stopped being finite at step {step:,}: {tensor} is no longer a number. "
    "Lower the learning rates, or choose another loss or penalty, and reset.",
    "run.rate": "{name} → {rate}",
    # shipped weights
    "checkpoint.sentence": "{file} cannot be used: {reason}. Restore the folder pretrained from the repository.",
    "checkpoint.missing": "it is missing or cannot be read",
    "checkpoint.not_json": "it is not JSON",
    "checkpoint.too_large": "it holds a number that is not between ±{most:,}",
    "checkpoint.not_an_object": "it is not a card, which is a JSON object",
    "checkpoint.not_a_card": "it is not the card of a run ({error})",
    "checkpoint.changed": "its checksum is not the one on its card, so it was cut or changed",
    "checkpoint.another_judge": "it holds what another classifier saw",
    "checkpoint.not_safetensors": "it is not a safetensors file",
    "checkpoint.no_tensor": "it has no tensor {tensor}",
    "checkpoint.surplus": "its tensor {tensor} belongs to no part of the network",
    "checkpoint.shape": "its tensor {tensor} is {found} of {found_type}, and {wanted} of {wanted_type} belongs there",
    "checkpoint.the_run": "The run {name!r}",
    "checkpoint.unknown": "there is none of that name, only {names}",
    # a run in a file
    "saved.bytes": "The file has {size:.1f} MB; {most:,.0f} MB are allowed.",
    "saved.not_safetensors": "This is not a safetensors file, or it is damaged.",
    "saved.not_a_run": "This file is not a run of this program: save one with `train --save` or on the page of a run.",
    "saved.config": "The file holds a run that cannot be: {why}",
    "saved.no_tensor": "The file has no tensor {tensor}, so the run in it is not whole.",
    "saved.surplus": "The tensor {tensor} of the file belongs to no part of its run.",
    "saved.shape": "The tensor {tensor} of the file has the shape {found}, and {wanted} belongs there.",
    "saved.stream": "The tensor {tensor} of the file is no state of a random stream.",
    # what is exported
    "export.shape": "There is no shape {value!r}; the shapes are {options}.",
    "export.theme": "There is no theme {value!r}; the themes are {options}.",
    "export.figure": "There is no figure {value!r} of this run; there are {options}.",
    "export.layer": "There is no layer {value!r}; the layers are {options}.",
    "export.format": "There is no format {value!r}; the formats are {options}.",
    "export.width": "A picture that is {value!r} pixels wide cannot be made; from {least} to {most:,} can.",
    "export.steps": "The steps {value!r} cannot be read; write whole numbers from 0 to {most:,} with commas between "
    "them, at most {count} of them.",
    "export.member": "There is no member {value!r}; they are counted from 0 to {last}.",
    "export.no_curves": "No step has been taken yet, so there are no curves; let the run take one.",
    "export.no_players": "Of this moment only the samples were recorded, and not what D says of them; train the run "
    "on, or take another figure.",
    "export.no_modes": "Nobody knows the modes of these data, so there is no strip of who gets which; take another "
    "figure.",
    "export.no_picture": "Nothing of this run was recorded yet; wait for its first picture.",
    "export.slow": "The file was not ready within {seconds:.0f} s, because the server has much to do; try again later, "
    "or ask for a smaller one.",
    "export.crashed": "The file was not made because of an error inside the program; the server's log has the details.",
    "export.trace": "A chart with {value!r} in it cannot be drawn; these can: {options}.",
    "export.no_table": "Tables are of one run, and this is of several or of none; take svg, png or another format.",
    "export.no_film": "A film needs two recorded moments; let the run take a step first.",
    # images
    "images.embedded_damaged": "The embedded MNIST file {file} is missing or damaged ({reason}); restore the folder "
    "gan_core/data/mnist from the repository.",
    "images.where": "the folder {folder}/raw under {variable} (by default {usual})",
    "images.damaged": "The files of {name} are damaged ({reason}); empty {where}, so that they are fetched again, or "
    "choose {data.mnist}, which is built in.",
    "images.under_way": "{name} waits for a download that is under way; try again in a minute, or choose {data.mnist}.",
    "images.too_long": "{name} could not be downloaded within {minutes:.0f} minutes; choose {data.mnist}, which is "
    "built in, or try again when the network is better.",
    "images.ended": "The download of {name} was ended; choose {data.mnist}, which is built in, or press "
    "Reset to try again.",
    "images.not_here": "{name} is not on this machine and could not be downloaded ({reason}); choose {data.mnist}, "
    "which is built in and needs neither network nor torchvision, or put the four original files, plain or .gz, into "
    "{where}.",
    # a visitor's file: what cannot be read
    "table.bytes": "The file has {size:.1f} MB; {most:,.0f} MB are allowed, so upload fewer rows.",
    "table.rows": "The table has {n:,} rows; {most:,} are allowed, so take a random part of it.",
    "table.columns": "Line {number} has {n:,} columns; {most} are allowed, so keep those that you want to see.",
    "table.cells": "The table has {n:,} cells; {most:,} are allowed, so keep the columns that you want to see.",
    "table.no_text": "This is no text: its character {place:,} is none that a table has. Save the table as CSV and "
    "upload that.",
    "table.long_cell": "A cell of the table is longer than a page; save the table as CSV again and upload that.",
    "table.no_numbers": "The table has no columns of numbers; at least one has to be mostly numbers, one row a line.",
    "table.damaged": "The {kind} file cannot be read, so it may be damaged; save the table as CSV and upload that.",
    "table.no_reader": "{kind} files are read where the Python package {package} is installed, and here it is not; "
    "save the table as CSV and upload that.",
    "table.unpacked": "Unpacked, the file would have {size:,.0f} MB; {most:,.0f} MB are allowed, so save fewer rows.",
    "table.packed": "This is a packed file ({kind}); unpack it and upload the table in it.",
    "table.array": "This is an array of NumPy ({kind}); write it with numpy.savetxt and upload that.",
    "table.few_columns": "The table has {n} columns of numbers; {columns} are needed, separated by a comma, a "
    "semicolon, a tab or blanks.",
    "table.one_number_column": "The table has one column of numbers; {columns} are needed, separated by a comma, a "
    "semicolon, a tab or blanks.",
    "table.pick": "Name {columns} different columns, among {names}.",
    "table.no_column": "The table has no column {name} of numbers, only {names}.",
    "table.mostly_missing": "{n:,} of {rows:,} rows have no number in a chosen column; choose other columns, or fill "
    "them.",
    # … and what was assumed where it can
    "table.assumed": "Read: {parts}.",
    "table.plain": "numbers, as they stand",
    "table.file": "{kind} file",
    "table.encoding": "letters in {name}",
    "table.semicolon": "columns between semicolons",
    "table.tab": "columns between tabs",
    "table.comma": "columns between commas",
    "table.bar": "columns between bars",
    "table.blanks": "columns between blanks",
    "table.separator": "columns between “{mark}”",
    "table.decimal_comma": "decimal comma",
    "table.headings": "headings {shown}",
    "table.skipped": "{n} lines skipped above the numbers",
    "table.skipped_one": "1 line skipped above the numbers",
    "table.dropped": "empty columns dropped: {n}",
    "table.picked": "columns {names} taken",
    "table.picked_one": "column {names} taken",
    "table.left_out": "{n:,} of {rows:,} rows left out for want of a number, the first in line {line} ({cell})",
    "table.numbers_as_headings": "Line {number} may be headings and is read as such: {shown}.",
    "table.maybe_headings": "Line {number} may be headings ({shown}), and is read as numbers.",
    "table.marks": "In column {column}, {cell} is read as {value}; it might be meant otherwise.",
    "table.far_one": "One row lies {times:,.0f} × further out than the rest (line {line}).",
    "table.far": "{n} rows lie {times:,.0f} × further out than the rest (the first in line {line}).",
    "table.apart": "The columns differ {times:,.0f}-fold in their spread.",
    # what somebody draws
    "drawing.clusters": "The drawing has {n:,} clusters; {most} are allowed, so erase some.",
    "drawing.points": "The brush has left {n:,} points; {most:,} are allowed, so erase some.",
    "drawing.little": "The drawing has {n} points that can be told apart and no cluster; draw at least {least} points, "
    "or place a cluster.",
    "drawing.unreadable": "What came from the browser is no drawing on this plane; load the page anew and draw again.",
    # a visitor's table of points
    "points.row": "Row {number}",
    "points.one_column": "one column",
    "points.columns": "{n:,} columns",
    "points.empty": "The table has no rows of numbers; give at least {least} rows of two numbers, x and y.",
    "points.dimensions": "The table has {n} dimensions; it needs two: rows, and the columns x and y.",
    "points.no_table": "This is not a table; upload a CSV file, or give a list of rows of two numbers.",
    "points.not_standardised": "Its points are not finite, or farther out than those of any table that is read here.",
    "points.rows": "The table has {n:,} rows; {most:,} are allowed, so take a random part of it.",
    "points.not_two": "{place} has {columns}; two are needed, x and y.",
    "points.empty_cell": "{place} has an empty cell; fill it with a number, or delete the row.",
    "points.not_a_number": "{place} holds {cell}, which is not a number; correct it, or delete the row.",
    "points.not_finite": "{place} holds {cell}, which is not finite; correct it, or delete the row.",
    "points.one_point": "All points of the table are the same; give at least {least} different ones.",
    "points.few": "The table has {n} points that can be told apart; at least {least} are needed, so add rows, or "
    "leave out one that lies far from all others.",
    # a visitor's samples
    "numbers.samples": "There are {n:,} samples; from {least} to {most:,} are allowed.",
}


class Field(str):
    """The name of a field of the configuration, among the arguments: a page shows its label."""


class Option(str):
    """A value of a field, among the arguments: a page shows what its control calls it. Several stand in a tuple."""

    field: str

    def __new__(cls, field: str, value: str) -> Option:
        made = super().__new__(cls, value)
        made.field = field
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]  # what __new__ takes
        return self.field, str(self)


def choices(field: str, names: Iterable[str]) -> tuple[Option, ...]:
    """Several values of a field, as an argument."""
    return tuple(Option(field, name) for name in names)


class Sentence:
    """Something to say: the code of a template, and its arguments, among which may be other sentences."""

    code: str
    arguments: Mapping[str, Any]

    def __init__(self, code: str, /, **arguments: Any) -> None:
        self.code, self.arguments = code, arguments

    def say(self, words: Callable[[str], str] = ENGLISH.__getitem__, label: Callable[[str], str] = str) -> str:
        def spoken(argument: Any) -> Any:
            if isinstance(argument, Sentence):
                return argument.say(words, label)
            if isinstance(argument, tuple) and any(isinstance(part, Sentence) for part in argument):
                return "; ".join(map(spoken, argument))
            if isinstance(argument, tuple) and any(isinstance(part, Option) for part in argument):
                return ", ".join(map(spoken, argument))
            return label(argument) if isinstance(argument, Field | Option) else argument

        arguments = _Arguments({name: spoken(argument) for name, argument in self.arguments.items()})
        arguments.label = label
        return words(self.code).format_map(arguments)

    def __str__(self) -> str:
        return self.say()


class _Arguments(dict[str, Any]):
    label: Callable[[str], str]

    def __missing__(self, field: str) -> _Field:
        named = _Field(self.label(Field(field)))
        named.value = lambda value: self.label(Option(field, value))
        return named


class _Field(str):
    """What a field is called, whose attributes are what its values are called."""

    value: Callable[[str], str]

    def __getattr__(self, value: str) -> str:
        return self.value(value)


class Refusal(Sentence, Exception):
    """A sentence with what was wrong, what is allowed and what to do."""


class ConfigError(Refusal, ValueError):
    """A configuration that cannot run: names the field, its value, and what is allowed.

    Attributes: `field` (the name in the URL), `value` (as given), `allowed` (a phrase, in English).
    """

    def __init__(self, field: str, value: object, code: str, /, **arguments: Any) -> None:
        super().__init__(code, **arguments)
        self.field, self.value = field, value

    @property
    def allowed(self) -> str:
        return super().say()

    def say(self, words: Callable[[str], str] = ENGLISH.__getitem__, label: Callable[[str], str] = str) -> str:
        said = label(Option("switch" if isinstance(self.value, bool) else self.field, str(self.value)))
        shown = repr(self.value) if said == str(self.value) else said
        return words("config.sentence").format(
            field=label(Field(self.field)) if self.field else words("config.nameless"),
            value=shown if len(shown) <= 60 else shown[:57] + "…",
            allowed=super().say(words, label),
        )


class CheckpointError(Refusal, RuntimeError):
    """Shipped weights that cannot be used: one sentence with the file, what is wrong, and what to do."""

    def __init__(self, file: str | Sentence, code: str, /, **arguments: Any) -> None:
        super().__init__("checkpoint.sentence", file=file, reason=Sentence(code, **arguments))


class DataUnavailable(Refusal, RuntimeError):
    """A data set that cannot be had here and now: one sentence with the reason and what to do."""


class TableError(Refusal, ValueError):
    """A file that cannot be read as a table: one sentence with what was wrong, what is allowed and what to do."""


class PointsError(TableError):
    """A table that cannot be data: one sentence with what was wrong, what is allowed and what to do."""


class NumbersError(TableError):
    """A text that holds no sample: one sentence with what was wrong and what is allowed."""


class SavedError(Refusal, ValueError):
    """A file that is not a run: one sentence with what is wrong."""


class ExportError(Refusal, ValueError):
    """A figure or a file that cannot be made: one sentence with the reason and what can be."""


class PoolFull(Refusal, RuntimeError):
    """There is no room for another run."""


class Failure(Sentence):
    """Members that stopped being finite: at which step, and the first tensor that was not."""

    def __init__(self, step: int, members: tuple[int, ...], tensor: str) -> None:
        self.step, self.members, self.tensor = step, members, tensor
        code = "run.failed" if members == (0,) else "run.member_failed"
        super().__init__(code, step=step, members=", ".join(str(m + 1) for m in members), tensor=tensor)
