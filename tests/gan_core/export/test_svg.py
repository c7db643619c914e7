"""SVG is well-formed, holds no script, and says its numbers shortly."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from gan_core.export.drawing import Area, Box, Dots, Drawing, Line, Picture, Text
from gan_core.export.figures import there
from gan_core.export.look import Look
from gan_core.export.svg import _number, svg

NAMES = "{http://www.w3.org/2000/svg}"


def test_every_figure_is_well_formed_and_without_scripts_or_links(each):
    for name, figure in there(each).items():
        text = svg(figure.draw(each, Look(title='<script>alert(1)</script> & "quotes" \x07')))
        root = ElementTree.fromstring(text)
        tags = {element.tag.removeprefix(NAMES) for element in root.iter()}
        assert tags <= {"svg", "title", "rect", "path", "polygon", "g", "circle", "image", "text"}, name
        links = [element.get("href", "data:image/png;") for element in root.iter()]
        assert all(link.startswith("data:image/png;") for link in links)
        places = [e.get(a, "0") for e in root.iter() for a in ("x", "y", "cx", "cy", "d", "points", "width", "height")]
        assert not {"nan", "inf"} & {word for place in places for word in re.findall("[a-z]{3}", place)}
        title = [e.text for e in root.iter(f"{NAMES}text") if e.get("font-weight") == "bold"]
        assert " ".join(title) == '<script>alert(1)</script> & "quotes"'


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (-0.001, "0"), (-0.5, "-0.5"), (12.345, "12.35"), (100, "100"), (-10, "-10")]
)
def test_numbers(value, text):
    assert _number(value) == text


def test_marks_become_what_they_are():
    points = np.array([[0, 0], [10, 10], [np.nan, 1], [20, 5], [30, 5]], float)
    marks = (
        Line(points, "#112233", 2, 0.5, (4, 2)), Area(points[:2], "#112233"), Dots(points, 3, "#445566", hollow=True),
        Picture(np.zeros((2, 2, 4), np.uint8), 0, 0, 5, 5), Box(1, 2, 3, 4, "#778899", width=2),
        Text(5, 6, "a < b", 12, "#000000", "end", turned=True),
    )  # fmt: skip
    root = ElementTree.fromstring(svg(Drawing(100, 50, marks, None, "said")))
    assert root.get("viewBox") == "0 0 100 50" and root.find(f"{NAMES}rect").get("fill") == "none"
    assert root.find(f"{NAMES}path").get("d") == "M0,0 10,10M20,5 30,5"
    assert len(root.findall(f".//{NAMES}circle")) == 4 and root.find(f"{NAMES}text").text == "a < b"
