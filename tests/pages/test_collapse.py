"""The page "Mode collapse" as Streamlit runs it: experiments, mitigations, sentences, alarm, table, claims."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gan_core.config import RunConfig
from gan_core.metrics.floors import NO_SKILL
from gan_core.run.modes import Diversity
from gan_core.studies.differences import PLAIN, VERDICTS, against, too_few
from gan_core.studies.mitigations import METHODS, PROTOCOLS, TABLES
from gan_core.studies.table import COLUMNS, PERFECT, Table, shipped
from gan_core.studies.table import NO_SKILL as SKILL
from pages.collapse import misconceptions, mitigations, numbers, options, timeline
from pages.shared.shell import i18n
from pages.shared.shell.i18n import t
from tests.pages.test_pages import alarms, at_rest, params, press, state, tables, until, views, visit, words

NAME = "collapse"
ENGLISH = i18n.texts("en")
FAST = {"members": "2", "steps": "24", "batch": "16", "g_layers": "8", "d_layers": "8", "latent_dim": "2"}


def page(**address: str) -> AppTest:
    return at_rest(visit(NAME, **address), NAME)


def trained(app: AppTest, steps: int) -> AppTest:
    """The page after its runs have been trained so far."""
    show = state(app, NAME).show
    show.play()
    show.job.play(until=steps)
    until(lambda: show.job.step_count >= steps)
    show.pause()
    return at_rest(app, NAME)


# ── what runs ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_opens_with_eight_seeds_of_the_run_that_collapses() -> None:
    app = page()
    assert state(app, NAME).show.configs == (options.SCENARIOS["seeds"].config,)
    assert params(app) == {} and not app.error and not app.warning
    assert "8 of 8 seeds at step 0" in words(app)


@pytest.mark.parametrize("name", options.SCENARIOS)
def test_every_experiment_opens_side_by_side_from_one_start(name: str) -> None:
    app = page()
    app.selectbox(key=f"{NAME}.experiment~seeds").set_value(name).run()
    app = at_rest(app, NAME)
    experiment, show = options.SCENARIOS[name], state(app, NAME).show
    assert len(show.configs) == len(experiment.variants)
    starts = {run.snapshot.fake.tobytes() for run in show.job.frame.runs}
    assert len(starts) == 1  # the same seeds give the same generator
    assert ENGLISH[f"collapse.why_{name}"] in words(app)
    assert not app.warning and not app.error


def test_methods_stand_side_by_side_and_in_the_address() -> None:
    app = page(**FAST)
    app.multiselect(key=f"{NAME}.beside~0").set_value(["plain", "unrolled"]).run()
    app = at_rest(app, NAME)
    assert params(app)["beside"] == "plain-unrolled"
    assert [config.train.unrolled for config in state(app, NAME).show.configs] == [0, 10]
    app.select_slider(key=f"{NAME}.unrolled~1").set_value(5).run()
    app = at_rest(app, NAME)
    assert params(app)["beside"] == "plain-unrolled5"
    assert state(app, NAME).show.configs[1].train.unrolled == 5
    again = page(**params(app))
    assert state(again, NAME).show.configs == state(app, NAME).show.configs
    assert params(again) == params(app)


@pytest.mark.parametrize("word", ["magic", "plain-plain", "plain-", "", "a-b-c-d-e", "unrolled99", "plain-unrolled0x"])
def test_an_address_that_names_no_methods_is_one_sentence(word: str) -> None:
    app = page(beside=word)
    assert len(app.warning) == 1 and ("beside" in app.warning[0].value or "unrolled" in app.warning[0].value)
    assert state(app, NAME).show.configs == (options.SCENARIOS["seeds"].config,)
    assert params(app) == {}


def test_methods_that_contradict_a_setting_are_refused_with_a_sentence() -> None:
    app = page(**FAST, d_norm="batch")
    app.multiselect(key=f"{NAME}.beside~0").set_value(["plain", "wgan_gp"]).run()
    assert "batch normalisation" in words(app)
    assert len(state(app, NAME).show.configs) == 1


def test_no_methods_at_all_are_the_plain_run() -> None:
    app = page(**FAST)
    app.multiselect(key=f"{NAME}.beside~0").set_value([]).run()
    assert len(state(at_rest(app, NAME), NAME).show.configs) == 1


# ── what it says ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_prediction_is_asked_before_and_marked_after() -> None:
    app = page(**FAST)
    assert not app.radio[0].disabled
    app.radio[0].set_value("few").run()
    app = trained(app, 24)
    assert app.radio[0].disabled and app.radio[0].value == "few"
    assert app.success or app.info  # right or wrong, as the run showed
    assert "at step 24" in words(app)


def test_the_sentence_counts_seeds_and_the_past_can_be_asked() -> None:
    app = trained(page(**FAST), 24)
    known = state(app, NAME).show.job.frame.runs[0].diversity
    few = int((known.covered[-1] <= 3).sum())
    assert f"in {few} of 2 seeds at step 24" in words(app) or "in all 2 seeds at step 24" in words(app)
    state(app, NAME).show.look_at(0)
    app.run()
    assert "at step 0" in words(app)


def one_alarm(steps: int = 120) -> Diversity:
    """Two members: one that covers everything, one that keeps a single mode."""
    shares = np.tile(np.eye(8)[0], (steps, 2, 1))
    shares[:, 0] = 1 / 8
    shares[:5] = 0  # both on their way
    width = np.array([2.0, 2.0]) * np.ones((steps, 1))
    return Diversity(
        step=np.arange(steps) * 8, near=shares, shares=shares, spread=width,
        singular_values=np.stack([width, 0 * width], -1), weights=np.ones(8), real_spread=2.0, radius=0.5,
    )  # fmt: skip


def test_the_alarm_says_who_since_when_and_how_many_modes_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    from gan_core.run.modes import WAY, WINDOW, Watch

    monkeypatch.setattr(Watch, "later", lambda self: one_alarm)
    app = at_rest(press(page(**FAST), "step", NAME), NAME)
    monkeypatch.setattr(Diversity, "until", lambda self, step: self)  # as if the run had come that far
    app.run()
    (text,) = alarms(app)
    assert "Alarm in 1 of 2 at step" in text and "seed 1" in text and f"since step {5 * 8 + WAY}" in text
    # it stands beside a table of one moment
    assert f"a median of 1 modes over {WINDOW} steps, of a perfect sampler 8" in text


def test_the_card_of_the_alarm_says_how_often_it_was_wrong() -> None:
    from gan_core.run.modes import measured

    found = measured()
    rows = {name: cells for table in tables(page(**FAST, tab="alarm")) for name, *cells in table}
    for kind, of in found["kinds"].items():
        caught = of["per_run"]["caught"]
        assert rows[t(f"collapse.measured_{kind}")][0].startswith(
            f"{caught['k']} of {caught['n']}" if caught["n"] else "–"
        )
    assert f"seeds {found['seeds'][0]} to {found['seeds'][1]}" in words(page(**FAST, tab="alarm"))


def test_of_several_seeds_the_large_strip_is_of_the_one_that_covers_a_median_number_of_modes() -> None:
    """Over all steps, so that it stays the same while the newest counts go up and down."""
    covered = np.array([[1, 5, 3, 2], [1, 7, 3, 2], [1, 5, 2, 8]])
    assert timeline.median_member(covered, [0, 1, 2, 3]) == 2  # means 1, 5⅔, 2⅔, 4
    assert timeline.median_member(covered, [1, 2, 3]) == 3 and timeline.median_member(covered, [3]) == 3
    assert timeline.median_member(np.ones((4, 5), int), [0, 1, 2]) == 1  # all alike


def test_the_seed_that_is_looked_at_has_the_large_strip_and_else_the_others_lie_below_it() -> None:
    app = trained(page(**FAST | {"members": "3"}), 24)

    def strips() -> list[dict[str, Any]]:
        return [strip for kind, frame in views(app) if kind == "heat" for strip in frame["strips"]]

    (large,) = strips()
    seeds = [large["title"].partition(",")[0], *(other["title"] for other in large["others"])]
    assert sorted(seeds) == ["seed 0", "seed 1", "seed 2"] and large["title"].endswith(", the median of 3")
    state(app, NAME).choices["member"] = 1
    (alone,) = strips() if app.run() else []
    assert (alone["title"], alone["others"]) == ("seed 1", [])
    state(app, NAME).choices["member"] = None


def test_data_without_modes_say_so() -> None:
    app = page(**FAST, data="spiral", std="0.05")
    assert ENGLISH["collapse.no_modes"] in words(app)


def test_perfect_and_unskilled_scores_and_closed_forms_stand_beside_the_runs() -> None:
    app = page(**FAST)

    def rows() -> dict[str, list[str]]:
        app.run()
        return {name: cells for table in tables(app) for name, *cells in table}

    until(lambda: "…" not in rows()["W₁"])
    found = rows()
    assert found["reverse KL"][-1] == "2.079" and found["JSD"][-1] == "0.497" and found["W₁"][-1] == "2.514"
    assert found["high quality"][-3].startswith("99.0% (98.") and found["high quality"][-1] == "98.9%"
    square = t("skill.uniform")
    assert found["modes covered"][-3:-1] == ["8", f"8 ({square})"] and found["W₁"][-2] == f"0.749 ({square})"
    assert "No better than a generator without skill in" in words(app)


# ── the table, the claims, the words ─────────────────────────────────────────────────────────────────────────────────


def test_the_shipped_tables_are_shown_with_their_protocol_and_exports() -> None:
    app = page(tab="mitigations")
    for name in TABLES:
        app.segmented_control(key="collapse.table~0").set_value(name).run()
        found = shipped(name)
        (shown,) = methods(app)
        assert {len(row) for row in shown} == {len(COLUMNS) + 3} and len(shown) == len(found.lines)
        assert [row[0] for row in shown][: len(found.rows)] == [options.method_name(row.name) for row in found.rows]
        assert shown[0][1 : len(COLUMNS) + 1] == [found.text(found.rows[0], name) for name in COLUMNS]
        assert found.protocol in words(app) and found.deviations in words(app)
        names = [row[0] for row in shown]
        assert all(name in names for name in (PERFECT, *SKILL.values()))
    exports = {button.label for button in app.get("download_button")}
    assert {"CSV", "Markdown", "LaTeX"} <= exports


def test_the_runs_on_the_screen_are_judged_in_the_same_form() -> None:
    app = trained(page(**FAST, beside="plain-pacgan2", tab="mitigations"), 8)
    app.button(key=f"{NAME}-score").click().run()

    def scored() -> bool:
        app.run()
        return len(methods(app)) == 2

    until(scored)
    plain, packed, *_ = methods(app)[1]
    runs, seconds = len(COLUMNS) + 2, 1 + list(COLUMNS).index("cpu_seconds")
    assert (plain[0], packed[0]) == ("plain", "PacGAN 2") and (plain[runs], packed[runs]) == ("2", "2")
    assert (plain[seconds], packed[seconds]) == ("–", "–")  # the workers are shared, so nobody knows


def methods(app: AppTest) -> list[list[list[str]]]:
    """The rows of each table of methods."""
    return [table[1:] for table in tables(app) if table[0][0] == ENGLISH["collapse.column_method"]]


@pytest.mark.parametrize("name", misconceptions.MISCONCEPTIONS)
def test_every_claim_can_be_put_to_the_test(name: str) -> None:
    samplers, runs = misconceptions.MISCONCEPTIONS[name]
    app = page(**FAST, tab="myths")
    if samplers:
        app.button(key=f"{NAME}-score-{name}").click().run()

        def shown() -> list[str]:
            app.run()
            return [block.value for block in app.markdown if t(f"collapse.sampler_{samplers[-1]}") in block.value]

        until(shown)
        (table,) = shown()
        others = [t("panel.perfect"), *(t(f"skill.{who}") for who in NO_SKILL)]
        assert all(word in table for word in [*(t(f"collapse.sampler_{sampler}") for sampler in samplers), *others])
    for run in runs:
        app.button(key=f"{NAME}-run-{name}-{run}").click().run()
        show = state(app, NAME).show
        assert show.configs[0].train.members == options.SCENARIOS[run].config.train.members
        assert show.running or show.job.step_count
        assert state(app, NAME).choices["bring"] > 0 and params(app)["tab"] == "myths"  # it is seen, and nothing jumps
        show.close()
    assert not app.exception


def test_every_composed_word_is_there() -> None:
    keys = {f"collapse.experiment_{name}" for name in options.SCENARIOS}
    keys |= {f"collapse.why_{name}" for name in options.SCENARIOS}
    keys |= {f"collapse.method.{name}" for name in options.VARIANTS}
    keys |= {f"collapse.method.{name}" for protocol in PROTOCOLS.values() for name in protocol.methods}
    keys |= {f"collapse.{word}_{name}" for word in ("table", "about") for name in TABLES}
    keys |= {f"collapse.number_{name}" for name in numbers.NUMBERS}
    keys |= {f"collapse.column_{name}" for name in COLUMNS}
    keys |= {f"collapse.myth_{name}{part}" for name in misconceptions.MISCONCEPTIONS for part in ("", "_text")}
    keys |= {f"collapse.sampler_{name}" for names, _ in misconceptions.MISCONCEPTIONS.values() for name in names}
    assert sorted(keys - ENGLISH.keys()) == []


def test_the_variants_are_configurations_that_run() -> None:
    for name, changes in options.VARIANTS.items():
        assert RunConfig.of(**changes), name


def test_a_table_says_whether_quality_orders_its_methods():
    """In the chase nobody comes near the modes, so the page sends whoever asks for quality to the one at rest."""
    said = {name: mitigations.telling(shipped(name)) for name in TABLES}
    assert [name for name, text in said.items() if text] == ["ring", "grid"]
    quality = [row.cells["high_quality"].mean for row in shipped("ring").rows]
    assert f"the most is {max(quality):.1f} %" in said["ring"] and max(quality) < 2
    assert max(row.cells["high_quality"].mean for row in shipped("balanced").rows) > 90


def test_the_table_that_one_sees_first_compares_the_cures_where_high_quality_means_something():
    """All cures of the chase; those that work are far above what needs no skill, and plain runs are not above it."""
    first = next(iter(TABLES))
    found, square = shipped(first), max(row.cells["high_quality"].mean for row in shipped(first).yardsticks[1:])
    assert options.OPTIONS["table"].usual == first and not mitigations.telling(found)
    assert {row.name for row in found.rows} <= set(METHODS) and found.rows[0].name == PLAIN
    cured = [row for row in found.rows if found.works(row)]
    assert cured and all(row.cells["high_quality"].mean > 20 * square for row in cured)
    plain, *_ = found.rows
    assert plain.cells["high_quality"].mean < mitigations.FAR * square and plain.cells["near"].mean < 4
    assert not found.works(plain)


@pytest.mark.parametrize("name", TABLES)
def test_who_differs_from_plain_is_said_by_the_test_and_drawn_as_it_is_said(name: str) -> None:
    """Every method is named once a line, or nobody where no difference could be told."""
    found = shipped(name)
    said = mitigations.beside_plain(found)
    if too_few(found):
        assert "nobody can be told from plain" in said and len(said.splitlines()) == 1
        return
    for column, line in zip(mitigations.AXES, said.splitlines()[1:], strict=True):
        assert t(f"collapse.column_{column}") in line and found.text(found.rows[0], column) in line
        of_column = groups(found, column)
        if len(of_column["untold"]) == len(found.rows) - 1:
            assert line.endswith(f"{ENGLISH['collapse.differs_nobody']}.")
            continue
        for verdict, of in of_column.items():
            words = t(f"collapse.differs_{verdict}", names=" · ".join(of))
            assert (words in line) == bool(of), (column, verdict)


def groups(found: Table, column: str) -> dict[str, list[str]]:
    """The methods as they are called, by what is said of them."""
    each = against(found, column).items()
    return {verdict: [options.method_name(name) for name, of in each if of.verdict == verdict] for verdict in VERDICTS}
