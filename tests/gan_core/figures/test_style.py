"""What all figures share: colours that can be read on both pages, export as a vector graphic."""

import re
import tomllib
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

from gan_core.figures import style

LIGHT, DARK = "#ffffff", "#0e1117"


def luminance(color: str) -> float:
    channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(a: str, b: str) -> float:
    """WCAG 2: from 1 to 21; 3 is asked of lines in a diagram."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_colours_can_be_read_on_the_light_and_on_the_dark_page():
    for color in (style.REAL, style.GENERATOR, style.DISCRIMINATOR, style.NON_SATURATING, style.SATURATING):
        assert contrast(color, LIGHT) >= 3 and contrast(color, DARK) >= 3
    # orange, the colour of what is generated throughout the app, is drawn wide or filled
    assert contrast(style.FAKE, LIGHT) >= 2.2 and contrast(style.FAKE, DARK) >= 3


def test_the_theme_of_the_app_has_the_same_colours():
    config = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["theme"]["chartCategoricalColors"] == style.PALETTE
    assert len(set(style.PALETTE)) == 10


def test_a_figure_has_no_camera_that_saves_the_screen():
    assert "toImage" in style.MODE_BAR["modeBarButtonsToRemove"] and style.MODE_BAR["displaylogo"] is False


def test_the_bar_of_a_figure_stands_in_its_right_margin_and_not_over_its_legend():
    layout = style.styled(go.Figure()).layout
    assert layout.modebar.orientation == "v" and layout.margin.r >= 40
    assert layout.legend.xanchor == "left" and layout.legend.y > 1


def test_a_legend_shows_two_dashes_of_the_longest():
    """Plotly's are five line widths long and as far apart, and a usual sample, of 30 pixels, had one."""
    for dash, least in (("longdash", 3 * 5 * style.LINE_WIDTH), ("dash", 0)):
        figure = style.styled(go.Figure(go.Scatter(y=[0, 1], line=style.line(style.REAL, dash=dash))))
        assert (figure.layout.legend.itemwidth or 0) >= least
    assert figure.layout.legend.itemwidth is None  # the others need no wider one


def test_each_method_has_one_pen_that_no_other_has_that_is_no_players_and_is_legible_on_both_pages():
    assert len(set(style.METHODS.values())) == len(style.METHODS)
    for name, pen in style.METHODS.items():
        assert pen.colour not in (style.REAL, style.FAKE), name
        assert min(contrast(pen.colour, page) for page in (LIGHT, DARK)) >= 3, name


def test_no_method_has_the_hue_of_a_distance_or_of_what_has_failed_and_these_have_one_each():
    """Saturating, W1 and what has diverged were one vermilion."""
    meant = (style.JSD, style.TV, style.W1, style.KL, style.FAILED)
    assert len(set(meant)) == len(meant)
    assert not {pen.colour for pen in style.METHODS.values()} & set(meant)
    assert all(contrast(colour, page) >= 3 for colour in (style.W1, style.FAILED) for page in (LIGHT, DARK))


ROOT = Path(__file__).parents[3]
DRAWING = [
    path
    for folder in ("gan_core/figures", "gan_core/export", "pages")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".js", ".css") and path.name != "style.py"
]
# of a page's ground, its letters and rules, of the rims of points, and of what is counted from nothing to much: these
# mean no player, run or method
GROUND = {"#ffffff", "#000000", "#0e1117", "#fafafa", "#1a1c23", "#31333f", "#5b606e", "#a6abb8", "#cdd1d9", "#3a404d",
          "#7a7c83", "#808080", "#888888", "#8a8c93", "#8c8c8c", "#ff4b4b", "#3a2800", "#ffe2a8", "#002336",
          "#d6e9f8"}  # fmt: skip
COUNTED = {"#fde725", "#7ad151", "#22a884", "#2a788e", "#414487", "#440154"}
DARKER = {"#b8a900": "#f0e442"}  # a hue of the table where the light page would swallow it


def test_no_picture_has_a_hue_that_the_table_has_not():
    opinions = style.HIGH, style.LOW, style.HIGH_ON_DARK, style.LOW_ON_DARK
    methods = (pen.colour for pen in style.METHODS.values())
    table = {
        colour.lower()
        for colour in (*style.PALETTE, *style.APART, *style.KINDS, *style.KINDS_ON_DARK, *opinions, *methods)
    }
    for path in DRAWING:
        hues = {hue[:7].lower() for hue in re.findall(r"#[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?\b", path.read_text())}
        assert {DARKER.get(hue, hue) for hue in hues} - GROUND - COUNTED <= table, path.relative_to(ROOT)


def test_no_figure_takes_a_players_hue_by_counting():
    """What is told apart by its order has the hues of APART, none of which is a player's."""
    players = {style.REAL, style.FAKE, style.GENERATOR, style.DISCRIMINATOR}
    assert not players & set(style.APART) and len(set(style.TWINS)) == len(style.TWINS)
    theme = ("export/look.py", "export/plotted.py")  # what has no colour of its own has the theme's
    for path in (path for path in DRAWING if not path.as_posix().endswith(theme)):
        assert "PALETTE" not in path.read_text(), path.relative_to(ROOT)
