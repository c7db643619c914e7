"""The referee's cases: what the app said of them, and what it says now, as the README shows it.

Each line of the README's table is a case of CASES, whose figure is computed here or read from a shipped record, and
names the test that holds it.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gan_core.config import DataConfig, RunConfig
from gan_core.data import DISTRIBUTIONS, Distribution
from gan_core.engine.random import generator_for
from gan_core.engine.version import VERSION
from gan_core.metrics.floors import TAIL, Range, perfect
from gan_core.metrics.points import mode_coverage, near_modes, near_radius, wasserstein1
from gan_core.metrics.yardsticks import shipped as digits
from gan_core.run import modes
from gan_core.run.judging import draw
from gan_core.run.trainer import Trainer
from gan_core.studies.differences import against
from gan_core.studies.mitigations import PROTOCOLS, TABLES
from gan_core.studies.table import shipped as table
from gan_core.studies.twin_paths import shipped as twin_paths
from pages.shared.views.statistics import undecided
from tests.pages.test_figures_in_texts import figures
from tests.test_audit import STRONGER

ROOT = Path(__file__).parents[1]
RECORDS = ROOT / "gan_core" / "records"
LINE = re.compile(r"^\| (?P<case>.+?) \| (?P<before>.+?) \| (?P<now>.+?) \| (?P<tests>`test_.+?) \|$", re.M)


# --- What the numbers are ---------------------------------------------------------------------------------------------


def of_perfect(data: Distribution, n: int, statistic: Callable[[Any], float], repeats: int = 200) -> Range:
    """The distribution of a statistic of n samples of the data themselves."""
    return perfect(lambda x: {"it": statistic(x)}, lambda size, rng: draw(data, size, rng), n, repeats)["it"]


def covered(name: str, **settings: Any) -> str:
    data = DISTRIBUTIONS[name](**settings)
    radius = near_radius(data.centres, data.std)
    return f"{of_perfect(data, 512, lambda x: near_modes(x, data.centres, radius)).median:.0f}"


def high_quality(std: float) -> str:
    data = DISTRIBUTIONS["ring"](std=std)
    found = of_perfect(data, 2500, lambda x: mode_coverage(x, data.centres, data.std).high_quality)
    return f"{100 * found.median:.1f} %"


def seeds(name: str) -> str:
    """How many runs the rows of a table have."""
    runs = [row.runs for row in table(name).rows]
    return "–".join(map(str, dict.fromkeys((min(runs), max(runs)))))


def whole(name: str) -> str:
    """Of how many runs of a table how many cover all modes."""
    scored = [record["scores"] for record in table(name).records]
    return f"{sum(scores['near'] == scores['modes'] for scores in scored)} of {len(scored)}"


def transport(name: str, **settings: Any) -> str:
    """W1 of 200 points, as Play shows it."""
    data = DISTRIBUTIONS[name](**settings)
    real = data.sample(512, generator_for(0, "picture")).numpy()
    return "{:.2f} ({:.2f}–{:.2f})".format(*of_perfect(data, 512, lambda x: wasserstein1(real, x, 200).value, 60))


def without_skill() -> str:
    square = {row.name: row for row in table("ring").yardsticks}["uniform square"]
    return f"near {table('ring').text(square, 'near')}, HQ {table('ring').text(square, 'high_quality')} %"


def working(name: str) -> str:
    """The methods that are beyond noise in modes and in quality."""
    return ", ".join(row.name for row in table(name).rows if table(name).works(row)) or "none"


def spread(found: list[float]) -> str:
    return "{:.1f} ({:.1f}–{:.1f})".format(*found)


def collapsed_digits() -> str:
    scores = json.loads((ROOT / "pretrained" / "collapsed.json").read_text(encoding="utf-8"))["scores"]
    return ", ".join(f"{name} {np.median(scores[name]['values']):.3g}" for name in ("precision", "coverage"))


def counted(what: str, of: dict[str, Any] | None = None) -> str:
    found = (of or modes.measured())["all"]["per_run"][what]
    low, high = (100 * bound for bound in found["interval"])
    return f"{found['k']} of {found['n']} runs ({low:.0f}–{high:.0f} %)"


def audited() -> str:
    """What the alarm did on the seeds that were looked at last."""
    record = modes.measured()
    audit = record["audit"]
    first, last = audit["seeds"]
    now, before = (of["kinds"]["ring"]["per_run"]["false"] for of in (audit, record))
    return (
        f"An audit on {last - first + 1} further seeds of each kind caught {counted('caught', audit)} and was wrong in "
        f"{counted('false', audit)}; of the balanced ring these were {now['k']} of {now['n']}, where the record has "
        f"{before['k']} of {before['n']}"
    )


def silent(count: int) -> str:
    """Of all generators that are exactly perfect on so many of eight modes, for how many the alarm stays off."""
    from tests.gan_core.run.test_modes import COMING, alarms, run_of

    every = list(itertools.combinations(range(8), count))
    off = sum(alarms(run_of(COMING + [count] * 60, kept=which)) == (None,) for which in every)
    return f"silent in {off} of {len(every)}"


def paths(optimiser: str) -> str:
    """How far G's points come under the saturating and under the non-saturating loss, medians over seeds."""
    found = (np.median(twin_paths()[optimiser][loss].path) for loss in ("minimax", "non_saturating"))
    return "{:.2f}, {:.2f}".format(*found)


def shared_latents() -> str:
    trainer = Trainer(RunConfig.of(batch=16, g_layers=(8,), d_layers=(8,)))
    first = set(map(tuple, trainer.decode(trainer.ensembles[0].random.latent()[0].numpy(), 0)))
    return f"{100 * np.mean([tuple(x) in first for x in trainer.fresh(500)]):.0f} %"


def of_protocol(name: str) -> str:
    data = PROTOCOLS[name].data["ring"].data
    return f"radius {data.radius:g}, σ {data.std:g}"


def engines() -> str:
    """The engines of the shipped tables."""
    found = {record["versions"]["engine"] for name in TABLES for record in table(name).records}
    return ", ".join(f"by engine {engine}, each row begins alike" for engine in sorted(found))


CASES: dict[str, Callable[[], str]] = {
    "a uniform square beside the cures of the ring": without_skill,
    "methods that work on the ring, the chase": lambda: working("ring"),
    "“perfect” modes (≥ 1 % of 512), ring of 64": lambda: covered("ring", modes=64),
    "… grid of 64": lambda: covered("grid", modes=64, radius=4.0, std=0.05),
    "… weights seven times 1 and once 600": lambda: covered("ring", weights=(1.0,) * 7 + (600.0,)),
    "… weights four times 1 and four times 50": lambda: covered("ring", weights=(1.0,) * 4 + (50.0,) * 4),
    "“perfect” high quality where modes overlap, σ .5": lambda: high_quality(0.5),
    "… σ 1": lambda: high_quality(1.0),
    "“perfect” W1, two Gaussians": lambda: transport("two_gaussians", std=0.2, weights=(1.0, 3.0)),
    "… line": lambda: transport("line"),
    "FID of 1,000 real digits": lambda: spread(digits()["floors"]["mnist"]["fid"]),
    "… of copies of training digits": lambda: spread(digits()["yardsticks"]["copies"]["fid"]),
    "the collapsed digits": collapsed_digits,
    "generators with 5 % verbatim copies that are found":
        lambda: f"{100 * digits()['copying']['held_out']['0.05']['either']:.0f} %",
    "collapsed runs that the alarm catches": lambda: counted("caught"),
    "healthy runs in which it is wrong": lambda: counted("false"),
    "the alarm, exactly perfect on 3 of 8 modes": lambda: silent(3),
    "… on 4 of 8": lambda: silent(4),
    "PacGAN's ring": lambda: of_protocol("pacgan"),
    "a shipped table, computed again": engines,
    "no gradient, Adam: way under log(1−D) and under −log D": lambda: paths("adam"),
    "… plain SGD": lambda: paths("sgd"),
    "fresh samples from latents that the run trained on": shared_latents,
    "the line of an undecided D, labels smoothed by .1": lambda: undecided(RunConfig.of(label_smoothing=0.1))[1],
}  # fmt: skip


def lines() -> dict[str, re.Match[str]]:
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## The referee's cases")[2].partition("\n## ")[0]
    return {found["case"]: found for found in LINE.finditer(text)}


def test_every_case_is_shown_and_no_other() -> None:
    assert list(lines()) == list(CASES)


@pytest.mark.parametrize("case", CASES)
def test_what_the_readme_shows_is_what_the_program_says(case: str) -> None:
    assert lines()[case]["now"] == CASES[case]()


def test_every_case_has_its_test() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for case, found in lines().items():
        for name in re.findall(r"`(test_\w+)`", found["tests"]):
            assert f"def {name}(" in tests, (case, name)


def test_smoothing_moves_the_line() -> None:
    """The D that maximises .9 log D + .1 log(1 − D) + log(1 − D), by search."""
    d = np.linspace(0.001, 0.999, 9_999)
    value = 0.9 * np.log(d) + 0.1 * np.log(1 - d) + np.log(1 - d)
    assert undecided(RunConfig.of(label_smoothing=0.1))[0] == pytest.approx(d[value.argmax()], abs=1e-3)
    assert undecided(RunConfig.of()) == (0.5, "½")


# --- Every other figure of the README ---------------------------------------------------------------------------------


BESIDE_ADAM = ("lookahead", "consensus", "lecam", "dragan", "feature_matching", "spectral_norm")  # by the README
AHEAD = ("optimistic_adam", "extragradient")  # optimisers that look ahead


def sentences() -> list[str]:
    """What the README says of the shipped records, with their figures."""
    rows = {row.name: row for row in table("balanced").rows}
    plain, averaged, decay, pairs, pairs_averaged = (
        f"{rows[name].cells['high_quality'].mean:.0f} %"
        for name in ("plain", "averaged", "decay", "relativistic", "relativistic_averaged")
    )
    quality = {name: "{:.0f} ± {:.0f}".format(*row.cells["high_quality"]) for name, row in rows.items()}
    (left,) = (row.cells["w1"] for row in table("rest").rows if row.name == "wgan_gp")
    rested = {row.name: "{:.1f} ± {:.1f}".format(*row.cells["high_quality"]) for row in table("rest").rows}
    steps = {name: f"{table(name).records[0]['steps']:,}" for name in TABLES}
    return [
        f"*Balanced players on the ring* ({seeds('balanced')} seeds, {steps['balanced']} steps): "
        f"{whole('balanced')} runs cover all eight modes, and with Adam {plain} of the samples lie within 3σ "
        f"(perfect: {high_quality(DataConfig().std)}). The moving average of the same generators has {averaged}, rates "
        f"that fall to 0 give {decay}; for the relativistic loss with R1 and R2 it is {pairs} and, averaged, "
        f"{pairs_averaged}. Raw iterates circle a good solution.",
        "Optimistic Adam ({} seeds) and extragradient ({}) do not stop that here: {} and {}, W₁ {} and {}, beside {} "
        "and {} with Adam".format(
            *(rows[name].runs for name in AHEAD),
            *(f"{rows[name].cells['high_quality'].mean:.0f} %" for name in AHEAD),
            *(f"{rows[name].cells['w1'].mean:.2f}" for name in AHEAD),
            plain,
            f"{rows['plain'].cells['w1'].mean:.2f}",
        ),
        "Lookahead ({}) has {} %, consensus ({}) {} %, LeCam ({}) {} %, DRAGAN ({}) {} %, feature matching ({}) {} %, "
        "spectral normalisation ({}) {} %, Adam alone {} %".format(
            *(part for name in BESIDE_ADAM for part in (rows[name].runs, quality[name])), quality["plain"]
        ),
        "it was so on four further seeds ({} modes hit, HQ {} %; `tests/test_audit.py`)".format(*STRONGER),
        audited(),
        f"with as many samples (median and {100 * TAIL:.0f}–{100 * (1 - TAIL):.0f} %, by Monte Carlo)",
        f"*The chase at rest on the ring* ({seeds('rest')} seeds, {steps['rest']} steps) has the same networks",
        f"Unrolling and two, three and four in a pack work ({rested['unrolled']}, {rested['pacgan2']}, "
        f"{rested['pacgan3']} and {rested['pacgan4']} % of high quality, plain runs {rested['plain']} %)",
        f"An exact rank test over seeds, corrected for {len(rested) - 1} cures",
        f"and minibatch std too ({rested['minibatch_std']} %)",
        f"(stronger D: {rested['stronger_d']} %)",
        "WGAN-GP leaves the data at these rates: W₁ {:.0f} ± {:.0f}".format(*left),
        f"*The chase on the ring* ({seeds('ring')} seeds, {steps['ring']} steps) is the run that collapses",
        f"*The protocol of PacGAN* ({seeds('pacgan')} seeds) is shortened to {steps['pacgan']} of "
        f"{PROTOCOLS['pacgan'].steps:,} steps",
        f"*The alarm of mode collapse* caught {counted('caught').replace('runs', 'collapsed runs')} and was wrong in "
        f"{counted('false').replace('runs', 'healthy ones')}, on {len(modes.measured()['kinds'])} kinds of run",
    ]


# sections whose figures are no findings, and those that are held elsewhere
OTHERS = {
    "Two commands": "a version",
    "What one sees first": "places in a window, beside the command that measures them and the test that holds them",
    "Command line": "settings, and what `tests/gan_core/scripts` asserts",
    "What people bring": "cases of `tests/gan_core/data/test_tables.py`",
    "The scripts and the trainer": "a record that `tests/gan_core/scripts` holds, and the bound of each preset",
    "The layout of the house": "what script runs cost, beside the command that measures it",
    "Hosting": "settings, and memory beside the command that measures it",
    "Benchmarks": "timings of one machine, beside the commands that measure them",
}


def test_all_balanced_players_but_spectral_normalisation_are_beyond_noise_in_modes_and_quality() -> None:
    """One of its runs keeps a single mode, which the README says."""
    found = table("balanced")
    assert [row.name for row in found.rows if not found.works(row)] == ["spectral_norm"]
    (spectral,) = (row for row in found.rows if row.name == "spectral_norm")
    assert sorted(spectral.values["near"])[:2] == [1, 8]


def test_in_the_chase_at_rest_unrolling_and_packs_work_and_a_stronger_d_is_told_from_plain_in_modes_alone() -> None:
    """As the README says, with what it says of the others."""
    found = table("rest")
    work, others = ["unrolled", "pacgan2", "pacgan3", "pacgan4"], ["relativistic", "instance_noise"]
    assert working("rest") == ", ".join(work)
    told = {
        column: {name: of.verdict for name, of in against(found, column).items()} for column in ("near", "high_quality")
    }
    better = [*work, "minibatch_std"]
    assert told["near"] == dict.fromkeys([*better, "stronger_d"], "more") | dict.fromkeys(others, "untold") | {
        "wgan_gp": "less"
    }
    assert told["high_quality"] == dict.fromkeys(better, "more") | dict.fromkeys(
        [*others, "stronger_d", "wgan_gp"], "untold"
    )
    assert {*PROTOCOLS["rest"].methods} == {*found.methods}


def test_every_figure_of_the_readme_is_a_records_or_a_named_measurement() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    said = re.sub(r"\s+", " ", text)
    for sentence in sentences():
        assert sentence in said, sentence
    for section in re.split(r"^## ", re.sub(r"```.*?```", "", text, flags=re.S), flags=re.M):
        title = section.partition("\n")[0]
        rest = re.sub(r"\s+", " ", LINE.sub("", section))
        for sentence in sentences():
            rest = rest.replace(sentence, "")
        assert title in OTHERS or not figures(rest), title


# --- Records say by which engine they were computed -------------------------------------------------------------------

WITHOUT_RUNS = ("digits.json",)  # real digits and makers without skill: no engine has a part in it


def engines_in(content: Any) -> set[int]:
    if isinstance(content, list):
        return set().union(*map(engines_in, content)) if content else set()
    if not isinstance(content, dict):
        return set()
    own = {content["engine"]} if isinstance(content.get("engine"), int) else set()
    return own.union(*map(engines_in, content.values()))


@pytest.mark.parametrize("path", sorted(RECORDS.glob("*.json")), ids=lambda path: path.name)
def test_a_record_names_the_engine_that_computed_it(path: Path) -> None:
    found = engines_in(json.loads(path.read_text(encoding="utf-8")))
    assert found == (set() if path.name in WITHOUT_RUNS else {VERSION})
