"""What figures are put together from: areas, clear colours, and an animation that plays every frame."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gan_core.figures import pieces, style

X = np.arange(3.0)
WORDS = {"play": "go", "pause": "stop"}


def test_a_line_and_an_area_keep_their_numbers_and_colour() -> None:
    line, area = pieces.line(X, X**2, "f", "#102030", dash="dot"), pieces.area(X, X, "g", "#102030")
    np.testing.assert_array_equal(line.y, X**2)
    assert (line.name, line.line.color, line.line.dash) == ("f", "#102030", "dot")
    assert area.fill == "tozeroy" and area.fillcolor == "rgba(16, 32, 48, 0.3)"


def test_a_two_sided_scale_is_clear_in_the_middle() -> None:
    scale = pieces.two_sided("#ff0000", "#0000ff")
    assert scale[0] == [0, "#ff0000"] and scale[-1] == [1, "#0000ff"]
    assert [color for at, color in scale if at == 0.5] == ["rgba(255, 0, 0, 0)", "rgba(0, 0, 255, 0)"]


def test_an_animation_has_a_frame_and_a_step_for_every_name() -> None:
    figure = go.Figure([pieces.line(X, X, "still", style.REAL), pieces.line(X, X, "moves", style.FAKE)])
    frames = [[X], [2 * X]]
    drawn = pieces.animated(figure, frames, ["0", "5"], [1], "step", WORDS, height=300)
    assert [frame.name for frame in drawn.frames] == ["0", "5"]
    assert [step.label for step in drawn.layout.sliders[0].steps] == ["0", "5"]
    for frame, (y,) in zip(drawn.frames, frames, strict=True):
        assert list(frame.traces) == [1]
        np.testing.assert_array_equal(frame.data[0].y, y)
    assert [button.label for button in drawn.layout.updatemenus[0].buttons] == ["go", "stop"]
    assert drawn.layout.updatemenus[0].buttons[0].args[1]["frame"]["redraw"] is False


def test_frames_that_say_something_rename_their_traces_and_redraw_the_legend() -> None:
    figure = go.Figure([pieces.line(X, X, "0", style.REAL)])
    drawn = pieces.animated(figure, [[X]], ["0"], [0], "step", WORDS, height=300, captions=[["JSD = 0"]])
    assert drawn.frames[0].data[0].name == "JSD = 0"
    assert drawn.layout.updatemenus[0].buttons[0].args[1]["frame"]["redraw"] is True
