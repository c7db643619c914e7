"""The live views in a real browser: what is drawn, that it stays as it was set, and what comes back to Python."""

from __future__ import annotations

import base64
import inspect
import io
import math
import re
import textwrap
from contextlib import ExitStack

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from gan_core.export.look import THEMES
from pages.shared.views.live.component import VIEW, drawing_code
from tests.browser.driver import context_of, serve, visitor
from tests.gan_core.export.conftest import seen


def app() -> None:
    """The script under test: each view fed by a polling fragment, with pictures whose every number is known."""
    import numpy as np
    import streamlit as st

    from pages.shared.views.live import Chart, Images, Line, Panel, curves, digits, scene

    st.set_page_config(layout="wide")
    x = np.linspace(-2, 2, 50)
    plane = np.tile(x, (50, 1))  # logit(x, y) = x, so D = σ(x) and D = ½ on the y axis
    points = np.array([[1.0, 1.0], [-1.0, 1.0]])
    steps = np.arange(0, 1000, 10)

    def panel(**more):
        return Panel((-2, 2, -2, 2), fake=points, real=-points, field=plane, arrows=points, **more)

    def next_step() -> int:
        st.session_state.step = st.session_state.get("step", 0) + 1
        return st.session_state.step

    def one():
        scene("one", panel(), step=next_step(), hidden=("arrows",), summary="two points", height=400)

    def many():
        panels = [panel(title=f"seed {k}") for k in range(8)]
        st.write("picked", scene("many", panels, step=next_step(), selectable=True))

    def lines():
        loss = np.where((steps > 400) & (steps < 500), np.nan, np.sqrt(steps))
        charts = [
            Chart("Loss", steps, [Line("D", "real", loss), Line("G", "fake", -loss)], references=[(5, "five")]),
            Chart(
                "Norm", steps, [Line("G norm", "fake", 2.0**-steps, 2.0**-steps / 2, 2.0 ** (1 - steps))], log_y=True
            ),
            Chart("Scores", (0, 1), [Line("fake", "fake", np.arange(20.0))], kind="histogram"),
        ]
        put = st.session_state.__setitem__
        curves("lines", charts, step=next_step(), clickable=True, on_click=lambda step: put("clicked", step))
        st.write("clicked", st.session_state.get("clicked"))

    def images():
        grey = np.zeros((8, 28, 28), np.uint8)
        grey[5] = 255
        groups = [Images(grey, "left", [str(i) for i in range(8)]), Images(grey, "right")]
        st.write("picked", digits("images", groups, step=next_step(), columns=4, selectable=True))

    def first():
        name = st.session_state.setdefault("view", st.query_params.get("view", "one"))
        st.fragment({"one": one, "many": many, "lines": lines, "images": images}[name], run_every=0.1)()

    def second():
        st.write("elsewhere")

    st.navigation([st.Page(first, title="First"), st.Page(second, title="Second")]).run()


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("app")
    source = textwrap.dedent(inspect.getsource(app))
    (folder / "live_app.py").write_text(f"from __future__ import annotations\n\n{source}\n\napp()\n")
    with serve(folder / "log.txt", folder / "live_app.py") as server:
        yield server


@pytest.fixture(scope="module")
def window(server, browser):
    context = context_of(browser, server)
    yield context
    context.close()


@pytest.fixture
def visit(server, browser, window):
    """visit(view) opens a view and gives the page once three frames are drawn."""
    with ExitStack() as visitors:

        def go(view: str, width: int = 1280, **options):
            if options:
                options["viewport"] = {"width": width, "height": 900}
            page = visitors.enter_context(visitor(browser, server, context=None if options else window, **options))
            page.goto(f"/?view={view}")
            frames(page, 3)
            return page

        yield go


def root(page):
    return page.locator(".gan-live")


def frames(page, more: int) -> None:
    """Wait until so many more frames of data have been drawn, also if Streamlit mounts the view anew meanwhile."""
    root(page).wait_for()
    handle = root(page).element_handle()
    wanted = int(handle.get_attribute("data-frames") or 0) + more
    drawn = "([root, wanted]) => !root.isConnected || +root.dataset.frames >= wanted"
    page.wait_for_function(drawn, arg=[handle, wanted])
    if not handle.evaluate("root => root.isConnected"):
        frames(page, more)


def hover(page, across: float, down: float, canvas: int = 0) -> None:
    box = page.locator(".gan-live canvas").nth(canvas).bounding_box()
    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])


def tip(page) -> list[float]:
    """The numbers in the read-out, which appears with the next picture."""
    expect(page.locator(".gan-live .tip")).to_be_visible()
    text = page.locator(".gan-live .tip").inner_text().replace("−", "-")
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text)]


def pixel(page, across: float, down: float, canvas: int = 0) -> list[int]:
    read = "(c, [x, y]) => [...c.getContext('2d').getImageData(x * c.width | 0, y * c.height | 0, 1, 1).data]"
    return page.locator(".gan-live canvas").nth(canvas).evaluate(read, [across, down])


@pytest.fixture(scope="module")
def code(browser):
    """call(expression, argument): evaluate it where the drawing code's functions stand."""
    page = browser.new_page()
    page.add_script_tag(content=drawing_code().replace("export default function", "function start"))

    def call(expression: str, argument=None):
        return page.evaluate(f"(argument) => {expression}", argument)

    yield call
    page.close()


# ---- the scene -----------------------------------------------------------------------------------------------------

# of a window 2 × 2, a picture of `layers` as a PNG, and the colours of the page it is on
DRAWN = """(({ ground, width, layers, ...panel }) => {
  const scene = new Scene("scene", "alone");
  document.body.append(scene.root);
  scene.root.style.cssText = `--st-background-color: ${ground}; width: ${width}px`;
  const kinds = panel.kinds ? [0, 1, 2, 3, 4].map((kind) => ({ id: `kind ${kind}`, kind, label: "" })) : [];
  for (const name of ["fake", "averaged", "real"]) if (panel[name]) panel[name] = Float32Array.from(panel[name]);
  panel.field = Object.assign(Float32Array.from([-1, 1, -1, 1]), { shape: [2, 2] });
  Object.assign(panel, { extent: [-1, 1, -1, 1], middle: 0, spread: 1, levels: [], title: "", note: "" });
  const labels = new Proxy({}, { get: () => "" });
  scene.data = { layers: [...layers.map((id) => ({ id, label: id })), ...kinds], panels: [panel], labels, stacked: 1 };
  scene.colours = palette(scene.root);
  scene.draw();
  const picture = scene.root.querySelector("canvas").toDataURL();
  const { colours } = scene;
  scene.close();
  return { picture, colours };
})(argument)"""
GROUNDS = {"light": "#ffffff", "dark": "#0e1117"}


def scene_of(code, **parts) -> tuple[np.ndarray, dict]:
    """(h, w, 3), the picture on the page, and the page's colours."""
    found = code(DRAWN, parts)
    drawn = Image.open(io.BytesIO(base64.b64decode(found["picture"].partition(",")[2]))).convert("RGBA")
    ground = Image.new("RGBA", drawn.size, parts["ground"])
    return np.asarray(Image.alpha_composite(ground, drawn).convert("RGB"), float), found["colours"]


@pytest.mark.parametrize("theme", GROUNDS)
@pytest.mark.parametrize("width", [200, 300, 420])
def test_points_are_seen_on_every_colour_of_the_field_of_d(code, theme: str, width: int) -> None:
    """Of every kind, at least 3 : 1 (WCAG 2.2, 1.4.11) by the fill or by the rim, and as in kept pictures."""
    x = np.linspace(-0.9, 0.9, 18)
    fake, averaged, *real = (np.stack([x, np.full_like(x, row)], 1) for row in np.linspace(0.85, -0.7, 7))
    clouds = {
        "fake": fake,
        "averaged": averaged,
        "real": np.concatenate(real),
        "kinds": np.repeat(np.arange(5), len(x)),
    }
    parts = {name: cloud.ravel().tolist() for name, cloud in clouds.items()}
    more = {"ground": GROUNDS[theme], "width": width}
    drawn, colours = scene_of(code, layers=["field", "fake", "averaged", "real"], **parts, **more)
    bare, _ = scene_of(code, layers=["field"], **more)
    places = (np.concatenate([fake, averaged, *real]) * [1, -1] + 1) / 2 * (len(bare) - 1)
    ratio = seen(drawn, bare, places, 4.5)
    assert ratio.min() >= 3, ratio.reshape(7, -1).min(1)
    known = THEMES[theme]
    assert (colours["edge"].lower(), colours["rim"].lower()) == (known.edge, known.rim)


def test_real_points_lie_on_top_of_whatever_was_generated(code) -> None:
    one = {"fake": [0.0, 0.0], "averaged": [0.0, 0.0], "real": [0.0, 0.0], "ground": "#ffffff", "width": 420}
    for layers in (["field", "real", "fake", "averaged"], ["real", "averaged", "fake"]):
        drawn, colours = scene_of(code, layers=layers, **one)
        assert drawn[len(drawn) // 2, len(drawn) // 2].tolist() == [
            int(colours["real"][i : i + 2], 16) for i in (1, 3, 5)
        ]
    drawn, colours = scene_of(code, layers=["real", "fake"], kinds=[2], **one)
    assert drawn[len(drawn) // 2, len(drawn) // 2].tolist() == [
        int(colours["kinds"][2][i : i + 2], 16) for i in (1, 3, 5)
    ]


def test_the_scene_draws_the_newest_step_and_says_what_it_is(visit):
    page = visit("one")
    shown = int(root(page).get_attribute("data-step"))
    frames(page, 2)
    assert int(root(page).get_attribute("data-step")) >= shown + 2
    canvas = page.locator(".gan-live canvas")
    assert canvas.get_attribute("role") == "img" and canvas.get_attribute("aria-label") == "two points"


def test_colours_are_d_and_its_half_is_a_line(visit):
    page = visit("one")
    fake_side, real_side = pixel(page, 0.05, 0.5), pixel(page, 0.95, 0.5)
    assert fake_side[0] > fake_side[2] and real_side[2] > real_side[0]  # purple, green
    assert fake_side[3] == pytest.approx(real_side[3], abs=3) and 60 < real_side[3] < 128
    line = [pixel(page, 0.5 + d / 400, 0.4)[3] for d in (-1, 0, 1)]
    assert max(line) > 150
    page.locator(".chip[data-layer=field]").click()
    frames(page, 2)
    assert pixel(page, 0.05, 0.5)[3] == 0


def test_the_row_of_layers_has_its_room_before_it_has_buttons(visit):
    """A run that took a recording's place stood 22 pixels higher for a moment."""
    page = visit("one")
    moved = root(page).evaluate(
        """root => {
          const row = root.querySelector('.row'), buttons = [...row.children];
          const top = () => root.querySelector('.grid').getBoundingClientRect().top, before = top();
          row.replaceChildren();
          const after = top();
          row.replaceChildren(...buttons);
          return [buttons.length, after - before];
        }"""
    )
    assert moved[0] >= 3 and moved[1] == 0


def test_an_older_frame_that_comes_late_changes_nothing(code):
    shown = """(() => {
      const view = Object.assign(new View("scene", "late"), { draw() {} });
      view.show({ step: 2 }, 20, "then");
      view.show({ step: 1 }, 10, "now");
      return [view.data.step, view.send];
    })()"""
    assert code(shown) == [2, "now"]  # but a click goes to the element that is on the page now


def test_an_update_that_is_overtaken_while_it_loads_takes_no_view_away(code):
    """Streamlit calls the cleanup of an update that came late, when the next one has been shown in the same element."""
    there = """(async () => {
      const module = await import(URL.createObjectURL(new Blob([argument], { type: "text/javascript" })));
      const element = { parentElement: document.body.appendChild(document.createElement("div")) };
      const view = document.createElement("div");
      const { ganLive } = globalThis;
      globalThis.ganLive = { ...ganLive, show: (_, { parentElement }) => parentElement.append(view) };
      const cleanup = module.default(element);
      module.default(element);
      globalThis.ganLive = ganLive;
      return [view.isConnected, typeof cleanup];
    })()"""
    assert code(there, VIEW.replace("KIND", "scene")) == [True, "undefined"]


def test_hovering_tells_where_and_what(visit):
    page = visit("one")
    hover(page, 0.75, 0.25)
    x, y, d = tip(page)
    assert (x, y) == (pytest.approx(1, abs=0.02), pytest.approx(1, abs=0.02))
    assert d == pytest.approx(1 / (1 + math.exp(-1)), abs=0.01)


@pytest.mark.slow
def test_zoom_and_layers_outlive_updates_other_pages_and_a_reload(visit):
    page = visit("one")
    hover(page, 0.75, 0.25)
    page.mouse.wheel(0, -600)
    page.locator(".chip[data-layer=arrows]").click()
    page.locator(".chip[data-layer=real]").click()

    def kept():
        frames(page, 3)
        hover(page, 0.5, 0.5)
        frames(page, 1)
        x, y, _ = tip(page)
        pressed = {n: page.locator(f".chip[data-layer={n}]").get_attribute("aria-pressed") for n in ("arrows", "real")}
        return (x, y), pressed

    place, pressed = kept()
    assert 0.1 < place[0] < 1 and place[0] == pytest.approx(place[1], abs=0.03)  # moved towards (1, 1)
    assert pressed == {"arrows": "true", "real": "false"}
    page.get_by_role("link", name="Second").click()
    page.get_by_text("elsewhere").wait_for()
    page.get_by_role("link", name="First").click()
    assert kept() == (place, pressed)
    page.reload()
    assert kept() == (place, pressed)
    page.get_by_role("button", name="whole window").click()
    hover(page, 0.5, 0.5)
    frames(page, 1)
    assert tip(page)[:2] == [pytest.approx(0, abs=0.02)] * 2


def test_a_view_that_streamlit_mounts_anew_is_the_same_view(visit):
    page = visit("one")
    drawn = int(root(page).get_attribute("data-frames"))
    handle = root(page).element_handle()
    page.get_by_role("link", name="Second").click()
    page.get_by_text("elsewhere").wait_for()
    page.get_by_role("link", name="First").click()
    frames(page, 1)
    assert root(page).evaluate("(now, then) => now === then", handle)
    assert int(root(page).get_attribute("data-frames")) > drawn


def test_a_turn_outwards_at_home_scrolls_the_page(visit):
    page = visit("one")
    hover(page, 0.5, 0.5)
    prevented = page.locator(".gan-live canvas").evaluate(
        """c => [100, -100].map(deltaY => {
             const turn = new WheelEvent("wheel", { deltaY, cancelable: true, bubbles: true });
             c.dispatchEvent(turn);
             return turn.defaultPrevented; })"""
    )
    assert prevented == [False, True]


def test_the_keyboard_zooms_and_moves(visit):
    page = visit("one")
    page.locator(".gan-live canvas").focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    hover(page, 0.5, 0.5)
    frames(page, 1)
    x, y, _ = tip(page)
    assert x == pytest.approx(0.25, abs=0.03) and y == pytest.approx(0, abs=0.03)
    page.keyboard.press("0")
    frames(page, 1)
    hover(page, 0.501, 0.5)
    assert tip(page)[0] == pytest.approx(0, abs=0.03)


def test_panels_zoom_together_and_one_can_be_picked(visit):
    page = visit("many")
    canvases = page.locator(".gan-live canvas")
    expect(canvases).to_have_count(8)
    expect(page.get_by_text("picked None")).to_be_visible()
    canvases.nth(5).click()
    page.get_by_text("picked 5").wait_for()
    frames(page, 3)
    assert [canvases.nth(k).get_attribute("aria-pressed") for k in (4, 5)] == ["false", "true"]
    canvases.nth(2).focus()
    page.keyboard.press("Enter")
    page.get_by_text("picked 2").wait_for()
    page.get_by_role("link", name="Second").click()
    page.get_by_text("elsewhere").wait_for()
    page.get_by_role("link", name="First").click()
    page.get_by_text("picked 2").wait_for()
    assert canvases.nth(2).get_attribute("aria-pressed") == "true"
    hover(page, 0.75, 0.25, canvas=0)
    page.mouse.wheel(0, -600)
    hover(page, 0.5, 0.5, canvas=7)
    frames(page, 1)
    assert tip(page)[0] > 0.1


@pytest.mark.parametrize(
    "view", ["many", *(pytest.param(name, marks=pytest.mark.slow) for name in ("one", "lines", "images"))]
)
def test_a_telephone_shows_all_without_scrolling_sideways(visit, view):
    page = visit(view, width=390, has_touch=True, is_mobile=True, device_scale_factor=3)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for box in (canvas.bounding_box() for canvas in page.locator(".gan-live canvas").all()):
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    sharp = page.locator(".gan-live canvas").first.evaluate("c => c.width / c.getBoundingClientRect().width")
    assert sharp == pytest.approx(3, rel=0.02)


def test_the_views_follow_the_theme(visit):
    page = visit("one", color_scheme="light")
    light = pixel(page, 0.95, 0.5)
    page.emulate_media(color_scheme="dark")
    frames(page, 3)
    dark = pixel(page, 0.95, 0.5)
    assert light[:3] == pytest.approx((0x44, 0xAA, 0x99), abs=8)  # the hue of "real", and a calmer one on the dark page
    assert dark[:3] == pytest.approx((0x2A, 0x8C, 0x7C), abs=8)


# ---- the curves ----------------------------------------------------------------------------------------------------


def legend(page, chart: int) -> dict[str, str]:
    chips = page.locator(".gan-live figure").nth(chart).locator(".chip")
    return {chip.locator("span").inner_text(): chip.locator("b").inner_text() for chip in chips.all()}


def test_all_charts_read_out_the_same_exact_step(visit):
    page = visit("lines")
    assert page.locator(".when").inner_text() == "step 990"
    assert legend(page, 0) == {"D": "31.46", "G": "−31.46"}
    hover(page, 0.5, 0.5)
    frames(page, 1)
    step = int(page.locator(".when").inner_text().split()[1])
    assert step % 10 == 0 and 400 < step < 520
    page.locator(".gan-live canvas").first.focus()
    for _ in range(60):
        if step <= 100:
            break
        page.keyboard.press("ArrowLeft")
        step -= 10
    frames(page, 1)
    assert page.locator(".when").inner_text() == "step 100"
    assert legend(page, 0)["D"] == "10"
    assert legend(page, 1)["G norm"] == "7.89·10⁻³¹"


def test_a_gap_is_a_gap(visit):
    page = visit("lines")
    hover(page, 0.5, 0.5)
    page.locator(".gan-live canvas").first.focus()
    for _ in range(20):
        if page.locator(".when").inner_text() == "step 450":
            break
        step = int(page.locator(".when").inner_text().split()[1])
        page.keyboard.press("ArrowLeft" if step > 450 else "ArrowRight")
        frames(page, 1)
    assert legend(page, 0)["D"] == "–"


def test_a_click_on_a_chart_sends_its_step(visit):
    page = visit("lines")
    hover(page, 0.3, 0.5)
    frames(page, 1)
    step = page.locator(".when").inner_text().split()[1]
    page.mouse.down()
    page.mouse.up()
    page.get_by_text(f"clicked {step}").wait_for()


def test_a_line_can_be_hidden_and_a_bin_read_out(visit):
    page = visit("lines")
    chip = page.locator(".gan-live figure").first.locator(".chip").nth(1)
    chip.click()
    frames(page, 2)
    assert chip.get_attribute("aria-pressed") == "false"
    hover(page, 0.97, 0.5, canvas=2)
    frames(page, 1)
    assert legend(page, 2) == {"fake": "19"}


# ---- the images ----------------------------------------------------------------------------------------------------


def test_images_are_sharp_and_counted_over_the_groups(visit):
    page = visit("images")
    canvas = page.locator(".gan-live canvas").nth(1)
    cell = canvas.evaluate("c => [c.clientWidth / 4, c.clientHeight / 2]")
    assert pixel(page, 0.375, 0.75, canvas=1)[:3] == [255] * 3  # image 5, white: second row, second of four
    assert pixel(page, 0.125, 0.75, canvas=1)[:3] == [0] * 3
    canvas.click(position={"x": 2.5 * cell[0], "y": 0.4 * cell[1]})
    page.get_by_text("picked 10").wait_for()
    frames(page, 3)
    page.keyboard.press("ArrowRight")
    page.get_by_text("picked 11").wait_for()
