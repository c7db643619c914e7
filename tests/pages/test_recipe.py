"""The section "Recipe" as Streamlit runs it: a knob says what its twins scored, and starts them."""

from __future__ import annotations

import numpy as np
from streamlit.testing.v1 import AppTest

from gan_core.studies.recipe import KNOBS, MLP, shipped
from pages.digits import recipe
from pages.shared.controls import options
from pages.shared.shell import i18n
from tests.pages.test_pages import at_rest, state, tables, until, visit

ENGLISH = i18n.texts("en")


def section(knob: str) -> AppTest:
    return visit("digits", section="recipe", knob=knob)


def test_a_knob_shows_its_twins_beside_real_digits():
    app, table = visit("digits", section="recipe"), shipped()
    for knob in ("pixels", "g_norm", "architecture"):
        options.put(state(app, "digits"), recipe.KNOB, knob)
        app.run()
        assert not app.exception and not app.error
        _, real, *twins = tables(app)[0]
        assert real[0] == ENGLISH["recipe.real"]
        assert [row[0] for row in twins] == [recipe.value_name(value) for value in KNOBS[knob].twins]
        assert twins[0][1] == table.text(knob, next(iter(KNOBS[knob].twins)), "fid")
        assert any(f"--knobs {knob} " in code.value for code in app.code)
        best, second, apart = recipe.ranked(table, knob)
        assert table.cell(knob, best, "fid").mean <= table.cell(knob, second, "fid").mean
        assert np.isfinite(apart) and apart >= 0


def test_the_twins_of_a_knob_are_trained_side_by_side_from_one_start():
    app = section("label_smoothing")
    app.button(key="recipe-start").click().run()
    twins = state(app, recipe.NAME)
    assert twins.show.configs == tuple(KNOBS["label_smoothing"].twins.values())
    assert state(app, "digits").show is None  # what is trained elsewhere stays as it is
    assert not app.exception and twins.config == MLP
    until(lambda: twins.show.job.step_count > 0)
    twins.show.pause()
    at_rest(app, recipe.NAME)
