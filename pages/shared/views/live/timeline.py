"""How far runs are, and the way back through what was recorded: what is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gan_core.checks import whole
from gan_core.packing import pack

from .component import mount, said, worded

TIMELINE_LABELS: Mapping[str, str] = {
    "step": "Step",
    "progress": "step **{step}** of {until}",
    "rate": "{rate} steps/s",
    "past": "step **{step}** of {last}, looked back at",
    "replay": "replay",
    "stop": "pause the replay",
    "speed": "speed",
    "newest": "to the newest step",
}


def timeline(
    key: str,
    header: Mapping[str, Any],
    *,
    token: str,
    buttons: Mapping[str, str],
    labels: Mapping[str, str] | None = None,
    bring: int = 0,
    on_rest: Callable[[], None] = lambda: None,
    on_look: Callable[[int | None], None] = lambda step: None,
) -> None:
    """Show progress and scrubber; from then on the browser listens to the socket with that token.

    header: as `channel.Channel.pack` sends it. buttons: what the socket can do at once, by the key of the Streamlit
    button that does it otherwise. bring: a larger number than before brings the player into sight.
    labels: words by the names in `TIMELINE_LABELS`. on_rest is called before the rerun
    that the browser asks for when runs have come to rest; on_look with the step before one in which, without a socket,
    another one is looked at, None for the present.
    """
    frame = {"key": key, "token": token, "buttons": buttons, "labels": worded(TIMELINE_LABELS, labels),
             "bring": bring, **header}  # fmt: skip

    def looked() -> None:
        wish = said(key, "look")
        if isinstance(wish, Mapping):
            on_look(whole(wish.get("step"), 0))

    mount("timeline", key, pack(frame), on_rest_change=on_rest, on_look_change=looked)
