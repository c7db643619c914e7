"""The end of a run: what happened, beside its floor, further training, and experiments that can be started."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.studies.recipe import KNOBS
from pages.collapse import options as collapse
from pages.digits import models
from pages.shared.shell import i18n
from pages.shared.shell.state import PageState
from pages.shared.views.ending import OF_IMAGES, OFFERED, WHAT_IF, offers
from pages.vanishing import options as vanishing
from pages.wgan import options as wgan
from tests.pages.test_pages import at_rest, blocks, press, state, until, visit

FAST = {"batch": "16", "g_layers": "8", "d_layers": "8", "steps": "3"}


def test_a_run_that_has_ended_says_what_happened_goes_on_and_leads_on() -> None:
    app = at_rest(visit("play_2d", **FAST))
    assert not [button for button in app.button if button.key and "-if-" in button.key]
    press(app, "play")
    until(lambda: state(app).show.job.state == "finished")
    said = [block["sentence"] for block in blocks(at_rest(at_rest(app)), "sentence")]
    ended = [text for text in said if "of high quality (perfect:" in text]
    assert len(ended) == 1 and ended[0].startswith("**Step 3.**")
    offered = [button.key for button in app.button if button.key and "-if-" in button.key]
    assert len(offered) == OFFERED
    state(app).show.look_at(1)  # what is said of the end stays, and so does what leads on
    back = [block["sentence"] for block in blocks(at_rest(app), "sentence")]
    assert state(app).show.drawn.step == 1 and ended[0] in back
    assert [button.key for button in app.button if button.key and "-if-" in button.key] == offered
    press(app, "on")
    until(lambda: state(app).show.job.state == "finished")
    assert state(app).config.train.steps == state(app).show.job.step_count == 6
    at_rest(app)
    press(app, offered[0].removeprefix("play_2d-"))
    assert state(app).show.configs == state(app).configs() and state(app).config.differences()
    state(app).show.close()


@pytest.mark.parametrize("name", PRESETS)
def test_after_every_preset_there_is_something_to_try_that_can_run(name: str) -> None:
    config = PRESETS[name].config
    offered = offers(PageState("play_2d", config, config))
    assert len(offered) >= OFFERED and all(other != config for _, other in offered)


# each page with a player as it opens: its runs, and what sets them apart
OPENED: dict[str, tuple[RunConfig, tuple[Mapping[str, Any], ...]]] = {
    "play_2d": (RunConfig(), ({},)),
    "digits": (models.DEFAULT, ({},)),
    "collapse": (collapse.SCENARIOS[collapse.FIRST].config, ({},)),
    "vanishing": (PRESETS["vanishing"].config, tuple({"loss": name} for name in vanishing.LOSSES)),
    "wgan": (wgan.DEFAULTS["beside"], tuple(wgan.VARIANTS[name] for name in wgan.FIRST)),
    "wgan-critic": (wgan.DEFAULTS["critic"], tuple(wgan.VARIANTS[name] for name in wgan.BOUNDS)),
    "wgan-digits": (wgan.DEFAULTS["digits"], tuple(wgan.DIGITS.values())),
    **{f"recipe-{knob}": (of.base, of.variants) for knob, of in KNOBS.items()},
}


@pytest.mark.parametrize("name", OPENED)
def test_every_page_with_a_player_leads_on_to_runs_of_all_its_variants(name: str) -> None:
    config, variants = OPENED[name]
    page = PageState(name, config, config, variants, variants)
    offered = offers(page)[:OFFERED]
    assert len(offered) == OFFERED
    for _, other in offered:
        assert len(page.configs(other)) == len(variants) and other != config  # none contradicts a variant


def test_every_experiment_has_its_words() -> None:
    assert {f"ending.if_{name}" for name in (*WHAT_IF, *OF_IMAGES)} <= set(i18n.texts("en"))
