"""The section "Recipe" as Streamlit runs it: a knob says what its twins scored, and starts them."""

from __future__ import annotations

import numpy as np
from streamlit.testing.v1 import AppTest

from gan_core.recordings import files
from gan_core.studies.recipe import KNOBS, NO_SKILL, shipped
from pages.digits import recipe
from pages.shared.controls import options
from pages.shared.shell import i18n
from tests.pages.test_pages import at_rest, press, state, tables, until, views, visit

ENGLISH = i18n.texts("en")


def section(knob: str) -> AppTest:
    return visit("digits", section="recipe", knob=knob)


def test_a_knob_shows_its_twins_beside_real_digits():
    app, table = visit("digits", section="recipe"), shipped()
    for knob in ("pixels", "g_norm", "architecture"):
        options.put(state(app, "digits"), recipe.KNOB, knob)
        app.run()
        assert not app.exception and not app.error
        _, real, *rows = tables(app)[0]
        twins, makers = rows[: -len(NO_SKILL)], rows[-len(NO_SKILL) :]
        assert [row[0] for row in makers] == [ENGLISH[f"digits.row_{maker}"] for maker in NO_SKILL]
        assert real[0] == ENGLISH["recipe.real"]
        assert [row[0] for row in twins] == [recipe.value_name(value) for value in KNOBS[knob].twins]
        assert twins[0][1] == table.text(knob, next(iter(KNOBS[knob].twins)), "fid")
        assert any(f"--knobs {knob} " in code.value for code in app.code)
        best, second, apart = recipe.ranked(table, knob)
        assert table.cell(knob, best, "fid").mean <= table.cell(knob, second, "fid").mean
        assert np.isfinite(apart) and apart >= 0


def test_values_are_told_from_what_one_gets_without_skill():
    table = shipped()
    maker, fid = "one Gaussian in pixel space", table.no_skill["gaussian"]["fid"]
    assert fid == min(of["fid"] for of in table.no_skill.values())  # by its median, and by its ends
    for knob in table.knobs:
        said = recipe._verdict(table, knob)
        assert f"{maker}: FID {fid.median:,.0f}" in said
        for value in KNOBS[knob].twins:
            mean, error = table.cell(knob, value, "fid")
            assert table.skilled(knob, value) == (mean + recipe.CLEAR * error < fid.low)
    assert "learned to draw" not in recipe._verdict(table, "architecture")


def test_knobs_are_ordered_by_what_they_decide():
    app, table = section("lr"), shipped()
    _, *rows = tables(app)[1]
    assert [row[0] for row in rows] == [ENGLISH[f"recipe.knob.{one.knob}"] for one in table.effects]
    ratios = [float(row[3].split(" ± ")[0]) for row in rows]
    assert ratios == sorted(ratios, reverse=True) and len(rows) == len(table.knobs)


def test_the_twins_of_a_knob_open_on_a_recording_and_are_trained_side_by_side_from_one_start():
    app = section("label_smoothing")
    (frame,) = [frame for kind, frame in views(app) if kind == "recorded"]
    assert frame["address"].endswith("/recipe_label_smoothing") and len(frame["panels"]) == 2
    app = press(app, "play", recipe.NAME)
    twins, knob = state(app, recipe.NAME), KNOBS["label_smoothing"]
    assert twins.show.configs == knob.looked_at and twins.config == knob.base
    assert state(app, "digits").show is None  # what is trained elsewhere stays as it is
    assert not app.exception
    until(lambda: twins.show.job.step_count > 0)
    twins.show.pause()
    at_rest(app, recipe.NAME)


def test_live_twins_are_through_within_half_a_minute_of_a_core():
    """By the record, whose twins are larger: so many steps in so many seconds of processor time."""
    table = shipped()
    for name in table.knobs:
        knob = KNOBS[name]
        each = [table.seconds(name) / table.cell(name, value, "steps").mean for value in knob.twins]
        assert knob.live * sum(each) < (30 if knob.share == 1 else 45)  # convolutions are watched with half the batch


def test_recorded_twins_differ_where_the_page_says_so_and_in_at_least_half_of_the_knobs():
    """In the digits that are made; in how they share them, by more than real ones do."""
    told = 0
    for name, knob in KNOBS.items():
        words = files.header(f"recipe_{name}")["captions"][-1]["words"]
        kl = dict(zip(knob.twins, (float(one["kl"]) for one in words["each"]), strict=True))
        clear = 5 * float(words["floor"].split(",")[0])  # median, range
        assert not knob.apart or kl[knob.apart[1]] - kl[knob.apart[0]] > clear
        told += max(kl.values()) - min(kl.values()) > clear
    assert told >= len(KNOBS) / 2


def test_the_page_says_which_twins_differ_with_other_seeds_and_how_they_are_made_smaller():
    said = {knob: recipe._live(knob) for knob in KNOBS}
    assert "By then **0** draws the ten digits more evenly than **0.9** in each of eight seeds" in said["beta1"]
    assert "no value draws" in said["latent"] and all("half a minute of a core" in one for one in said.values())
    assert [knob for knob, one in said.items() if "half as wide" not in one] == ["architecture"]
