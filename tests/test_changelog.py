"""Every figure of the changelog is the program's or a record's, or is named here with the command that measures it."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path

from gan_core.config import limits
from gan_core.metrics import copying, features
from gan_core.metrics.classifier import NAME as JUDGE
from gan_core.metrics.floors import TAIL
from gan_core.metrics.points import near_modes
from gan_core.run import modes
from gan_core.run.history import POINTS
from gan_core.studies import recipe, twin_paths
from gan_core.studies.table import shipped
from gan_core.weights import read_card
from tests.pages.test_figures_in_texts import figures

ROOT = Path(__file__).parents[1]
ENDS = f"{100 * TAIL:.0f}–{100 * (1 - TAIL):.0f} %"


def balance_seeds() -> int:
    record = json.loads((ROOT / "gan_core/records/balance.json").read_text(encoding="utf-8"))
    return min(last - first + 1 for first, last in (of["seeds"] for of in record["runs"].values()))


def recipe_seconds() -> str:
    """Of the twins that get one share."""
    found = recipe.shipped()
    return f"{found.seconds('labels'):g}"


def critic_steps() -> str:
    return f"Up to {limits('d_steps')[1]:g} critic steps, and packs of {limits('packing')[1]:g}"


# phrases whose figures the program or a record says
SAID: tuple[Callable[[], str], ...] = (
    lambda: f"were trained anew, {recipe_seconds()} s each",
    lambda: f"the ring's of {shipped('ring').records[0]['steps']:,} steps now",
    lambda: f"the median and {ENDS} of a perfect sampler of p",
    lambda: f"(median, {ENDS})",
    lambda: f"(median and middle {100 * (1 - 2 * TAIL):.0f} %)",
    lambda: f"among all {features.TRAIN:,} training digits",
    lambda: f"nearer than all but {100 * copying.TAIL:.0f} % of held-out digits",
    lambda: f"a record over {twin_paths.SEEDS} seeds",
    lambda: f"over {balance_seeds()} seeds each",
    critic_steps,
    lambda: f"at least {100 * inspect.signature(near_modes).parameters['min_share'].default:.0f} % of the samples",
    lambda: f"count the same {POINTS} samples",
    lambda: f"in the median over {modes.WINDOW} steps, {modes.WAY} steps after the first mode",
    lambda: "{:.1f} % right on the {:,} test digits".format(
        100 * read_card(JUDGE)["accuracy"], read_card(JUDGE)["test_digits"]
    ),
)
# phrases whose figures are sizes of pictures, or were measured once, of one machine: → what measures them
MEASURED: dict[str, str] = {
    "have 75 characters at most": "python -m tests.browser.look",
    "its plane at 600 pixels in a window of 1280 × 800": "python -m tests.browser.look",
    "the alarm heard 256": "the version before",
    "have 200 pixels or more at every size of the window": "python -m tests.browser.look",
    "16:9, 4:3": "shapes of a slide",
    "one file of 215 to 340 kB": "python -m gan_core record",
    "on a screen of 720 lines": "tests/browser/test_opening.py",
    "single step takes 32 ms in place of 3.7 s": "python -m benchmarks.exports",
    "panels of 200 pixels or more": "tests/browser/test_board.py",
    "5 % of copies are found": "tests/gan_core/metrics/test_copying.py",
    "exactly perfect on 3 or 4 of 8": "tests/gan_core/run/test_modes.py",
    "below the 690 MB of the smallest server": "python -m benchmarks.memory",
    "a run's first 500 steps instead of a quarter": "python -m benchmarks.class_load",
    "1.8 times the steps a second": "python -m gan_core bench",
    "training keeps 70 % of the speed": "python -m benchmarks.pages",
    "takes 460 MB instead of 620": "python -m benchmarks.memory",
    "eight runs in lock-step make 4.5 times the steps of the textbook loop (before: 2.7)": "python -m gan_core bench",
    "thirty runs in the pool 1.3 times": "python -m benchmarks.class_load",
}


def text() -> str:
    return re.sub(r"\s+", " ", re.sub(r"\]\([^)]*\)", "]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")))


def test_no_figure_of_the_changelog_comes_from_nowhere() -> None:
    rest = text()
    for phrase in (*(say() for say in SAID), *MEASURED):
        assert phrase in rest, phrase
        rest = rest.replace(phrase, "")
    assert not figures(rest), "take it from a record in SAID, or name in MEASURED what measures it"


def test_what_measures_a_figure_is_there() -> None:
    from gan_core.__main__ import _parser

    commands = _parser().format_help()
    for by in MEASURED.values():
        if by.startswith("python -m gan_core "):
            assert by.split()[-1] in commands, by
        elif by.startswith("python -m benchmarks."):
            assert (ROOT / "benchmarks" / f"{by.rpartition('.')[2]}.py").is_file(), by
        elif by.startswith("tests/"):
            assert (ROOT / by).is_file(), by
