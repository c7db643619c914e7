"""The stage: where its areas lie, and that what is written on a page can be read, light and dark."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from gan_core.figures import style
from gan_core.recordings.registry import RECORDED
from gan_core.studies import parallel_lines
from gan_core.studies.mitigations import PROTOCOLS
from pages.collapse import options as collapse
from pages.shared.shell import stage
from pages.wgan import options as wgan

ROOT = Path(__file__).parents[3]
CSS = (ROOT / "pages/shared/shell/style.css").read_text(encoding="utf-8")
LIVE = ROOT / "pages/shared/views/live"
PAGE, TEXT = {"light": "#FFFFFF", "dark": "#171614"}, {"light": "#31333F", "dark": "#FAFAFA"}
SIDEBAR = {"light": "#F8F8F7", "dark": "#262730"}
READ, SEEN = 4.5, 3.0  # WCAG's least contrasts of text and of what is drawn


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def over(colour: str, ground: str, alpha: float) -> str:
    pairs = [(int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(alpha * top + (1 - alpha) * below):02x}" for top, below in pairs)


def areas(rule: str) -> list[str]:
    """The names in a rule's grid-template-areas, from above, a row's from the left."""
    found = re.search(r"grid-template-areas: ([^;]+);", rule)
    assert found is not None
    return re.findall(r"[a-z]+", found[1])


def orders(rules: str) -> dict[str, int]:
    """The place of each area in a stage that is one column."""
    found = re.findall(r':has\(> (?:\[class\*=")?\.?st-key-stage-([a-z]+)[^{]*\{[^}]*order: (\d)', rules)
    return {name: int(order) for name, order in found}


def test_every_area_has_its_place_on_every_stage() -> None:
    """One panel stands in a grid, several in a column, in which a player can stay at the foot of the window."""
    alone, telephone = CSS.index(".st-key-stage {"), CSS.rindex("@media")
    names = set(get_args(stage.Area))
    on_telephone = areas(CSS[CSS.index("  .st-key-stage {", telephone) :])
    assert on_telephone == ["picture", "time", "player", "verdict", "rail", "below"]
    assert set(areas(CSS[alone:])) == names and areas(CSS[alone:])[0] == "verdict"
    several = orders(CSS[:telephone])
    assert set(several) == names | {"ending"} and sorted(several, key=several.__getitem__)[0] == "verdict"
    narrow = several | orders(CSS[telephone:])
    del narrow["ending"]
    assert sorted(narrow, key=narrow.__getitem__) == on_telephone


def test_the_picture_and_the_stage_agree_on_the_room_around_it() -> None:
    """At 1280 × 800 that leaves more than 600 pixels."""
    around = re.search(r"--picture: min\(100vh - ([\d.]+)rem, (\d+)%\)", CSS)
    in_code = re.search(r"const AROUND = (\d+);", (LIVE / "scene.js").read_text(encoding="utf-8"))
    assert around is not None and in_code is not None
    assert int(in_code[1]) == 16 * float(around[1])
    beside = 1280 - 300 - 2 * 1.4 * 16  # the sidebar, and the margins of the page
    assert min(800 - int(in_code[1]), int(around[2]) / 100 * beside) >= 600


@pytest.mark.parametrize("scheme", PAGE)
def test_the_frame_of_a_control_is_seen(scheme: str) -> None:
    """WCAG 2.2, 1.4.11; the slow test of the first screens measures every control."""
    edge = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"][scheme]["borderColor"]
    assert min(contrast(edge, ground) for ground in (PAGE[scheme], SIDEBAR[scheme])) >= SEEN


@pytest.mark.parametrize("scheme", PAGE)
def test_primary_buttons_and_small_words_can_be_read(scheme: str) -> None:
    primary = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"][scheme]["primaryColor"]
    assert contrast("#FFFFFF", primary) >= READ and contrast(primary, PAGE[scheme]) >= SEEN
    opacities = re.findall(r"(?:color: inherit; )?opacity: (0\.\d+)", CSS)
    opacities += re.findall(
        r"\.(?:chip\[|number|grey|when|note|sentence)[^{]*\{[^}]*opacity: (0\.\d+)", (LIVE / "live.css").read_text()
    )
    faint = re.search(r"faint: faded\(text, (0\.\d+)\)", (LIVE / "common.js").read_text(encoding="utf-8"))
    assert faint is not None and len(opacities) > 4
    for alpha in map(float, (*opacities, faint[1])):
        assert contrast(over(TEXT[scheme], PAGE[scheme], alpha), PAGE[scheme]) >= READ, alpha


def test_the_hues_of_an_opinion_are_no_players_and_the_same_live_and_still() -> None:
    code = (LIVE / "common.js").read_text(encoding="utf-8")
    for name, colour in {"high": style.HIGH, "low": style.LOW}.items():
        assert re.search(rf'{name}: dark \? "#[0-9A-F]{{6}}" : "{colour}"', code), name
        assert colour not in (style.REAL, style.FAKE)


def test_whatever_can_stand_side_by_side_has_a_pen_of_its_own() -> None:
    of_tables = {name for protocol in PROTOCOLS.values() for name in protocol.methods}
    assert {*collapse.VARIANTS, *wgan.VARIANTS, *of_tables} <= style.METHODS.keys()
    for together in (
        collapse.VARIANTS,
        wgan.VARIANTS,
        parallel_lines.METHODS,
        *(run.names for run in RECORDED.values() if run.page != "recipe"),
    ):
        pens = [style.METHODS[name] for name in together if name]
        assert len(set(pens)) == len(pens)
    hues = {style.METHODS[name].colour for name in wgan.VARIANTS}  # a legend's sample is too short for a dash
    assert len(hues) == len(wgan.VARIANTS)


def test_a_verdict_and_a_caption_have_the_same_room() -> None:
    live = (LIVE / "live.css").read_text(encoding="utf-8")
    caption = re.search(r"\.caption \{[^}]*min-height: ([\d.]+rem)", live)
    verdict = re.search(r"grid-area: verdict; order: 1; min-height: ([\d.]+rem)", CSS)
    assert caption is not None and verdict is not None and caption[1] == verdict[1]
    assert "var(--sentence," in live and "--sentence:" in CSS and "var(--leading," in live and "--leading:" in CSS
