"""Pictures that are taken by the hand: their code is one module, and what a browser tells of them is checked.

Their numbers are tested in tests/js/mixtures.test.js, the dragging itself in tests/browser/test_drag.py.
"""

import re
from collections import Counter

import pytest

from pages.distances.options import OF, OF_PLANE
from pages.distances.options import OPTIONS as DISTANCES
from pages.shared.controls import options
from pages.shared.shell.state import PageState
from pages.shared.views import drag

DECLARED = re.compile(r"^(?:function|class|const|let) (\w+)|^(?:const|let) \{?\[?([\w, ]+)", re.MULTILINE)


def test_joined_the_files_declare_no_name_twice():
    names = Counter(one or more for one, more in DECLARED.findall(drag.drawing_code()))
    assert "Densities" in names and "Lines" in names and max(names.values()) == 1
    assert not re.search(r"^(import|export (?!default))", drag.drawing_code(), re.MULTILINE)


def test_every_kind_that_is_dragged_has_the_numbers_of_its_controls():
    assert all(OF[kind] == names for kind, names in drag.PLAIN.items())
    assert all(OF_PLANE[kind] == names for kind, names in drag.IN_PLANE.items())


@pytest.mark.parametrize(("name", "value"), [("line_q_mean", 99), ("line_q_std", "wide"), ("draw", "<b>"), ("x", 1)])
def test_what_no_control_could_say_changes_nothing(name, value):
    from pages.distances import shapes

    page = PageState("distances", None, None, (), (), plays=False)
    page.options = DISTANCES
    before = {one: options.value(page, one) for one in DISTANCES}
    shapes.put(page, name, value)
    assert not page.words and before == {one: options.value(page, one) for one in DISTANCES}


def test_nothing_that_is_dragged_has_streamlit_look_for_tables(monkeypatch):
    """It does, and imports pandas for it, 60 MB of the 690 that a class has, in all that is no list and no bytes."""
    sent = []
    monkeypatch.setattr(drag, "_drag", lambda **said: sent.append(said["data"]))
    drag._mount("drag", {"kind": "lines", "theta": 0.5}, {})
    assert sent == [['{"kind": "lines", "theta": 0.5}']]
