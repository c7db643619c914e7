"""A loss and an architecture, added as rows, are in the controls of every page, and the command line trains them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gan_core import config
from gan_core.__main__ import main
from gan_core.engine import builders, losses
from pages.shared.shell.i18n import texts
from pages.shared.shell.site import PAGES
from tests.pages.test_pages import visit

SMALL = "batch=8&g_layers=8&d_layers=8"


@pytest.fixture(autouse=True)
def added(monkeypatch):
    """A loss "double_hinge" and an architecture "twin", one row each in both registries, and their words."""
    facts = config.LossFacts("score", ("2·max(0, 1 − a(x)) + …", "−a(G(z))"), (4.0, 0.0))
    hinge = losses.LOSSES["hinge"]
    monkeypatch.setitem(config.LOSSES, "double_hinge", facts)
    monkeypatch.setitem(
        losses.LOSSES, "double_hinge", replace(hinge, facts=facts, d_loss=lambda **k: 2 * hinge.d_loss(**k))
    )
    monkeypatch.setitem(config.ARCHITECTURES, "twin", config.ARCHITECTURES["dcgan"])
    monkeypatch.setitem(builders.ARCHITECTURES, "twin", builders.ARCHITECTURES["dcgan"])
    monkeypatch.setitem(texts("en"), "option.loss.double_hinge", "twice the hinge")
    monkeypatch.setitem(texts("en"), "option.architecture.twin", "a twin")


@pytest.mark.parametrize(
    "name, params",
    [*((page.name, {}) for page in PAGES), ("digits", {"section": "scratch"})],
    ids=lambda value: value if isinstance(value, str) else "+".join(value.values()) or "plain",
)
def test_the_controls_of_every_page_offer_them(name, params):
    app = visit(name, **params)
    assert not app.exception
    for field, words in {"loss": "twice the hinge", "architecture": "a twin"}.items():
        boxes = [box for box in app.selectbox if (box.key or "").startswith(f"{name}.{field}")]
        assert all(words in box.options for box in boxes)


def test_the_pages_that_train_have_these_controls():
    found = {box.key for name, params in (("play_2d", {}), ("digits", {"section": "scratch"}))
             for box in visit(name, **params).selectbox}  # fmt: skip
    assert {"play_2d.loss", "digits.loss", "digits.architecture"} <= found


def test_the_help_of_the_control_has_the_formula():
    (box,) = [box for box in visit("play_2d").selectbox if box.key == "play_2d.loss"]
    assert "- **twice the hinge**: D: 2·max(0, 1 − a(x)) + …, G: −a(G(z))" in box.help


@pytest.mark.parametrize("query", ["loss=double_hinge", "data=mnist&architecture=twin", "loss=double_hinge&data=mnist"])
def test_the_command_line_trains_them(capsys, query):
    assert main(["train", "--query", f"{SMALL}&{query}", "--steps", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"] == 2


def test_what_the_new_row_refuses_is_refused():
    with pytest.raises(config.ConfigError, match="least_squares, feature_matching have a label to smooth"):
        config.RunConfig.of(loss="double_hinge", label_smoothing=0.1)
    with pytest.raises(config.ConfigError, match="makes images"):
        config.RunConfig.of(architecture="twin")
