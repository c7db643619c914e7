"""The buttons of players: whatever goes when it is pressed leaves no tooltip behind."""

from __future__ import annotations

import pytest

from gan_core.recordings.registry import FINISHED
from tests.pages.test_pages import press, state, visit

# a player's page, and what begins its runs
BEGINS = [("play_2d", "play_2d", {}, "play"), ("digits", "digits", {"section": "scratch"}, "play"),
          ("digits", FINISHED, {"run": "d_won"}, "go_on")]  # fmt: skip


@pytest.mark.parametrize(("page", "player", "address", "begins"), BEGINS)
def test_what_goes_when_it_is_pressed_and_what_comes_has_no_tooltip(
    page: str, player: str, address: dict[str, str], begins: str
) -> None:
    app = visit(page, **address)
    for pressed in (begins, "pause"):
        before = {button.key: button.help for button in app.button}
        press(app, pressed, player)
        after = {button.key: button.help for button in app.button}
        assert f"{player}-{pressed}" in before.keys() - after.keys()
        gone, come = before.keys() - after.keys(), after.keys() - before.keys()
        assert not any(before[key] for key in gone) and not any(after[key] for key in come)
    show = state(app, player).show
    assert show is not None
    show.close()
