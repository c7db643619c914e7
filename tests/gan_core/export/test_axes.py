"""The axes of a chart lie where Plotly puts them, and a value where its axis says."""

import numpy as np
import plotly.graph_objects as go
import pytest

from gan_core.export.axes import SMALLEST, drawn, placed, plain, read, values
from gan_core.export.drawing import Text
from gan_core.export.layout import LABEL, Room
from gan_core.export.look import Look


def axes(figure):
    chart = figure.to_dict()
    return read(chart["layout"], chart["data"])


def test_arrays_come_back_as_plotly_packed_them():
    array = np.arange(6.0).reshape(2, 3)
    packed = go.Figure(go.Heatmap(z=array)).to_dict()["data"][0]["z"]
    assert isinstance(packed, dict) and (values(packed) == array).all()
    assert values([1, 2]).tolist() == [1, 2] and values(None).size == 0 and plain("<b>a</b><br>b") == "a b"


def test_a_value_lies_where_its_axis_says():
    figure = (
        go.Figure(go.Scatter(x=[1, 100], y=[3, 5])).update_xaxes(type="log", range=[0, 2]).update_yaxes(range=[3, 5])
    )
    found = placed(axes(figure), Room(0, 0, 400, 300))
    x, y = found["x"], found["y"]
    assert float(x.at(10.0)) == pytest.approx((x.start + x.end) / 2)
    assert float(y.at(3.0)) == y.start > y.end == float(y.at(5.0))  # y runs upwards
    assert 0 < x.start < x.end <= 400 and next(name for _, name in x.ticks) == "1"


def test_ranges_hold_all_that_is_drawn_and_areas_begin_at_0():
    figure = go.Figure(go.Bar(x=[1, 2], y=[4, 8])).add_hline(10)
    y = axes(figure)["y"]
    assert y.low == 0 and y.high > 10
    figure = go.Figure(go.Scatter(x=["a", "b"], y=[1, 2], error_y={"array": [0, 3]})).update_yaxes(autorange="reversed")
    x, y = axes(figure).values()
    assert x.names == ("a", "b") and x.numbers(["b", "c"])[0] == 1 and y.low >= 5 > y.high


def test_tied_axes_have_one_unit():
    figure = (
        go.Figure(go.Scatter(x=[0, 1], y=[0, 1]))
        .update_xaxes(range=[-1, 1])
        .update_yaxes(range=[-2, 2], scaleanchor="x")
    )
    x, y = placed(axes(figure), Room(0, 0, 900, 300)).values()
    assert (x.end - x.start) / 2 == pytest.approx((y.start - y.end) / 4)


@pytest.mark.parametrize("title", ["pull on a sample at x", "density"])
def test_a_title_along_a_short_axis_is_whole(title):
    figure = go.Figure(go.Scatter(x=[0, 1], y=[0, 1])).update_yaxes(title_text=title)
    found = placed(axes(figure), Room(0, 0, 400, 105))
    said = [mark for mark in drawn(found["y"], found["x"], Look()) if isinstance(mark, Text) and mark.turned]
    assert " ".join(mark.text for mark in said) == title and all(mark.x - mark.size >= 0 for mark in said)
    assert all(mark.size >= SMALLEST * LABEL and mark.x <= found["y"].start for mark in said)
