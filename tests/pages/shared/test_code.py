"""The code behind a page: every page has it, open it shows source and formula, and gives a script of the very run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gan_core.scripts.sources import TOPICS
from gan_core.scripts.textbook import script
from gan_core.zoo import checkpoints
from pages.convergence import options as convergence
from pages.digits import models, replay
from pages.distances import options as distances
from pages.shared.play import shelf
from pages.shared.shell import i18n
from pages.shared.shell.site import PAGES
from pages.shared.views import code
from pages.vanishing import options as vanishing
from pages.wgan import options as wgan
from tests.pages.test_pages import at_rest, press, state, visit

SMALL = {"g_layers": "8", "d_layers": "8", "batch": "16"}


@pytest.fixture(autouse=True)
def opened(unfold: Callable[[str], None]) -> None:
    unfold(i18n.t("code.title"))


def source(app: Any) -> str:
    return next(block.value for block in app.code if block.language == "python")


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_every_page_shows_the_code_behind_it(name: str) -> None:
    app = visit(name)
    assert not app.exception
    assert "def " in source(app) and app.latex and app.get("button_group")


def sections() -> list[tuple[str, dict[str, str]]]:
    tabs = {"distances": distances.SECTIONS, "convergence": convergence.SECTIONS, "vanishing": vanishing.TABS}
    found = [(name, {"tab": tab}) for name, row in tabs.items() for tab in row]
    found += [("wgan", {"part": part}) for part in wgan.PARTS]
    return found + [("digits", {"section": section}) for section in models.SECTIONS]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "address"), sections(), ids=str)
def test_every_section_shows_its_code_and_gives_a_file(name: str, address: dict[str, str]) -> None:
    app = visit(name, **address)
    assert not app.exception
    assert "def " in source(app)
    made = ("-code-", "-calculation-")  # of a run, of what a page computes without one
    files = [one for one in app.get("download_button") if any(part in one.proto.id for part in made)]
    assert files or address == {"tab": "losses"}  # a riddle's run is told once it is guessed


def test_play_shows_the_run_and_gives_it_as_a_script() -> None:
    app = at_rest(visit("play_2d", loss="hinge", r1="0.5", **SMALL))
    assert "(1 - real_logits).relu()" in source(app) and "max" in app.latex[0].value
    downloads = app.get("download_button")
    assert len([one for one in downloads if "-code-" in one.proto.id]) == 2
    state(app).choices[code.OPEN] = "Added to D’s loss: R1 penalty γ"
    app.run()
    assert "return u0.square().sum(-1).mean(-1) / 2" in source(app)


def test_what_cannot_be_a_script_is_a_sentence_and_a_changed_rate_is_said() -> None:
    app = visit("digits", data="mnist", architecture="dcgan", precision="bfloat16", section="scratch", batch="4")
    assert any("a script could not repeat it" in one.value for one in app.warning)
    app = at_rest(press(at_rest(visit("play_2d", **SMALL)), "step"))
    assert not app.warning
    app.select_slider(key="play_2d.g_lr").set_value(3e-4).run()
    at_rest(app)
    app.run()
    assert any("Learning rates were changed" in one.value for one in app.warning)


def test_finished_runs_give_a_script_and_say_what_it_is_not() -> None:
    app = visit("digits")  # its first run was computed in bfloat16
    assert not app.exception and not [one for one in app.warning if "a script could not repeat it" in one.value]
    assert len([one for one in app.get("download_button") if "-code-" in one.proto.id]) == 3
    said = " ".join(one.value for one in app.caption)
    assert "begins with the shipped weights" in said and "computes in float32" in said


@pytest.mark.parametrize("name", checkpoints.names())
def test_every_finished_run_has_a_script(name: str) -> None:
    (config,), _ = replay._script(name)
    assert config.replace(precision=checkpoints.load_card(name).config.model.precision) == shelf.past(name).config
    assert f"STEPS, BATCH, LATENT_DIM = {config.train.seed}, {config.train.steps}" in script(config)


def test_every_topic_has_a_word() -> None:
    kinds = {"loss", "penalty", "update", "unrolled", "consensus", "lookahead", "optimiser", *TOPICS}
    assert {f"code.{kind}" for kind in kinds} <= i18n.texts("en").keys()


def test_a_link_may_hide_it() -> None:
    app = visit("play_2d", hide="code", **SMALL)
    assert not [one for one in app.expander if one.label == i18n.t("code.title")]
