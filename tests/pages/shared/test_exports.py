"""What a page's buttons give: a file of the moment on the screen, also while the run trains; or a sentence."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
import zipfile

import pytest

from gan_core.commands.output import Refused
from gan_core.config import RunConfig
from gan_core.errors import ExportError, PoolFull
from gan_core.export import film, flipbook
from gan_core.export.look import THEMES, Look
from gan_core.jobs.pool import Pool
from pages.shared.play import moments, resources
from pages.shared.shell import headless, site
from pages.shared.shell.i18n import t
from pages.shared.shell.state import KEY
from pages.shared.views import exports, points
from tests.browser.look import SECTIONS
from tests.gan_core.export.conftest import legends, taken_for
from tests.gan_core.export.test_bad_input import READERS
from tests.gan_core.export.test_figures import words
from tests.pages.test_pages import at_rest, look_back, press, state, until, views, visit

SMALL = {"g_layers": "8", "d_layers": "8", "batch": "16"}


def opened(name: str = "play_2d", **params: str):
    app = at_rest(visit(name, **SMALL, **params), name)
    app.session_state[f"{name}-export"] = True
    return app.run()


def file(app, kind: str, name: str = "play_2d") -> bytes:
    """What the button gives. It is made in a thread that has no session."""
    page = state(app, name)
    chosen = page.choices[exports.CHOSEN]
    return exports.content(page.show.moment(), page, chosen, kind, owner=None, says={})


def test_every_kind_of_file_is_what_it_says() -> None:
    app = opened(members="2")
    at_rest(press(app, "step"))
    app.selectbox(key="play_2d-export-figure").set_value("losses").run()
    app.selectbox(key="play_2d-export-width").set_value(1280).run()
    app.text_input(key="play_2d-export-title").set_value("<script>alert(1)</script>").run()
    assert not app.exception and not app.warning
    drawn = file(app, "svg")
    assert "<script" not in drawn.decode() and ElementTree.fromstring(drawn) is not None
    assert file(app, "png")[:4] == b"\x89PNG" and file(app, "html").startswith(b"<!doctype html>")
    names = zipfile.ZipFile(io.BytesIO(file(app, "csv"))).namelist()
    tables = {"curves.csv", "samples.csv", "real.csv", "modes.csv", "COLUMNS.txt"}
    assert tables | {"run.json", "CITATION.txt"} == set(names)


def test_a_file_is_of_the_moment_that_is_looked_at_and_of_the_member() -> None:
    app = opened()
    for _ in range(3):
        at_rest(press(app, "step"))
    look_back(app, 1)
    app.selectbox(key="play_2d-export-figure").set_value("picture").run()
    assert "step 1<" in file(app, "svg").decode()


def test_a_file_is_made_while_the_run_trains() -> None:
    app = opened(steps="1000000")
    press(app, "play")
    until(lambda: state(app).show.job.step_count > 20)
    before = state(app).show.job.step_count
    assert ElementTree.fromstring(file(app, "svg")) is not None and state(app).show.running
    until(lambda: state(app).show.job.step_count > before)
    app.session_state[KEY].close()


@pytest.mark.slow
def test_every_kind_of_file_is_made_while_the_run_trains() -> None:
    app = opened(steps="1000000")
    press(app, "play")
    until(lambda: state(app).show.job.step_count > 20)
    for kind in exports.MIME:
        content = file(app, kind)
        READERS[{"zip": "zip", "csv": "zip"}.get(kind, kind)](content)
    assert state(app).show.running
    app.session_state[KEY].close()


def test_runs_side_by_side_are_chosen_by_what_sets_them_apart() -> None:
    app = opened("vanishing")
    box = app.selectbox(key="vanishing-export-run")
    assert len(set(box.options)) == 3  # and all beside each other
    box.set_value(1).run()
    page = state(app, "vanishing")
    assert page.choices[exports.CHOSEN]["run"] == 1
    config = page.show.configs[1]
    found = zipfile.ZipFile(io.BytesIO(file(app, "csv", "vanishing"))).read("run.json").decode()
    assert RunConfig.from_json(found) == config


def test_what_cannot_be_made_is_a_sentence_on_the_page(monkeypatch) -> None:
    app = opened()
    monkeypatch.setattr(resources, "pool", lambda: Pool(workers=1, max_jobs=0))
    page = state(app)
    with pytest.raises(PoolFull):
        exports.made_of(page, page.show, page.choices[exports.CHOSEN], "svg", None, {})
    monkeypatch.undo()
    assert "already holds 0 runs" in app.run().warning[0].value
    assert not app.run().warning  # it is said once


def test_charts_of_a_page_without_runs_are_kept_as_pictures(monkeypatch) -> None:
    monkeypatch.setattr(film, "FRAMES", 2)
    monkeypatch.setattr(flipbook, "PAGES", 2)
    app = visit("distances")
    app.session_state["distances-export"] = True
    app.run()
    page, charts = state(app, "distances"), app.session_state[KEY].charts
    assert charts and not app.exception
    assert {b.label for b in app.get("download_button")} >= {"SVG", "PNG", "All of it"}
    drawn, chosen = exports.Drawn(charts, exports.caption(page, {})), page.choices[exports.CHOSEN]
    picture = exports.made_of(page, None, chosen, "svg", None, {}, drawn)
    assert ElementTree.fromstring(picture) is not None and "Distances" in picture.decode()
    whole = exports.made_of(page, None, chosen, "zip", None, {}, drawn)
    names = zipfile.ZipFile(io.BytesIO(whole)).namelist()
    assert {f"{exports.file_name(key)}.{kind}" for key in charts for kind in ("svg", "png")} <= set(names)


def test_runs_are_kept_beside_each_other_with_layers_and_moments() -> None:
    app = opened("vanishing")
    at_rest(press(app, "step", "vanishing"), "vanishing")
    app.selectbox(key="vanishing-export-run").set_value(exports.TOGETHER).run()
    app.multiselect(key="vanishing-export-layers").set_value(["fake", "arrows"]).run()
    page = state(app, "vanishing")
    drawn = file(app, "svg", "vanishing").decode()
    assert not app.exception and set(exports.layers(page)) - {"averaged"} == {"fake", "arrows"}
    assert "where G pulls" in drawn and "missing mode" not in drawn
    assert all(name in drawn for name in exports.names_of(page.show.moment()).values())
    app.text_input(key="vanishing-export-steps").set_value("0, 1").run()
    app.selectbox(key="vanishing-export-run").set_value(0).run()
    app.selectbox(key="vanishing-export-figure").set_value("strip").run()
    assert "step 1<" in file(app, "svg", "vanishing").decode()
    app.text_input(key="vanishing-export-steps").set_value("soon").run()
    assert "'soon'" in app.warning[0].value


def test_a_run_without_a_picture_is_a_sentence_in_every_format(monkeypatch) -> None:
    app = opened()
    page = state(app)
    monkeypatch.setattr(type(page.show), "moment", lambda show: None)
    for kind in exports.MIME:
        with pytest.raises(ExportError, match="wait for its first picture"):
            exports.made_of(page, page.show, page.choices[exports.CHOSEN], kind, None, {})


def test_a_teachers_link_can_leave_it_out() -> None:
    assert not [box for box in visit("play_2d", hide="figures").expander if "slides" in box.label]


def test_a_finished_run_is_kept_as_it_was_recorded() -> None:
    """Of its past only samples are left, and nothing of D."""
    from gan_core.export.files import Wish, files, possible
    from gan_core.export.look import Look
    from pages.shared.play import shelf

    past = shelf.past("mlp")
    names = {made.name for made in files(past, Look(), Wish((), ("svg", "html", "csv"))) if made is not None}
    assert {f"picture-{past.snapshot.step:06d}.svg", "strip.svg", "losses.svg", "replay.html"} <= names
    assert not any("opinions" in name or "modes" in name for name in names) and "gif" in possible(past)


def test_a_recorded_opening_is_kept_before_anything_trains() -> None:
    app = visit("vanishing")
    app.session_state["vanishing-export"] = True
    app.run()
    page = state(app, "vanishing")
    assert (
        page.show is None
        and not app.exception
        and {b.label for b in app.get("download_button")} >= {"SVG", "All of it"}
    )
    chosen = page.choices[exports.CHOSEN]
    end, steps = exports._moment(page, None).step, exports._moment(page, None).steps
    assert any(t("export.hint_recorded") == one.value for one in app.caption) and end == steps[-1]
    assert len(set(app.selectbox(key="vanishing-export-run").options)) == 3
    drawn = exports.made_of(page, None, chosen | {"run": exports.TOGETHER, "figure": "picture"}, "svg", None, {})
    assert "non-saturating" in drawn.decode()
    moments.of(page).step = steps[3] + 1  # as the browser says it; the nearest one that was recorded
    frame = exports._moment(page, None)
    assert frame.step == steps[3] and frame.steps == steps
    earlier = exports.made_of(page, None, chosen | {"run": exports.TOGETHER, "figure": "picture"}, "svg", None, {})
    assert earlier != drawn


def test_a_chart_that_moves_is_kept_as_it_is_at_the_click() -> None:
    app = opened("vanishing")
    page = state(app, "vanishing")
    at_rest(press(app, "step", "vanishing"), "vanishing")
    found = exports.kept_of(page.show, "en")
    assert {"vanishing-gradients", "vanishing-on-curve"} <= set(found)
    drawn = exports.Drawn(found, "")
    chosen = page.choices[exports.CHOSEN] | {"figure": "vanishing-gradients"}
    assert ElementTree.fromstring(exports.made_of(page, page.show, chosen, "svg", None, {}, drawn)) is not None


def test_what_is_shown_of_the_plane_is_shown_in_its_picture() -> None:
    app = opened()
    page, box = state(app), "play_2d-export-layers"
    assert app.multiselect(key=box).value == ["real", "fake", "field", "modes"]
    points.layered(page)(("real", "fake", "arrows", "kind 2"))  # as the browser says it
    app.run()
    assert app.multiselect(key=box).value == ["real", "fake", "arrows"]
    app.selectbox(key="play_2d-export-figure").set_value("picture").run()
    drawn = file(app, "svg").decode()
    assert "where G pulls" in drawn and "missing mode" not in drawn
    app.multiselect(key=box).set_value(["real"]).run()
    assert exports.layers(page) == ("real",)
    assert "where G pulls" not in file(app, "svg").decode()


def test_a_finding_of_a_page_is_no_refusal_of_its_address() -> None:
    """Where one experiment may be noise, the page says so in a box of warning."""
    found = headless.charts("distances", "tab=size")
    assert found and all(t("distances.tab_size") in " ".join(words(plate.draw(Look()))) for plate in found.values())
    with pytest.raises(Refused, match="nowhere"):
        headless.charts("distances", "tab=nowhere")


ADDRESSES = [
    (entry.name, {word: section} if word and section else {})
    for entry in site.PAGES
    for word, sections in [SECTIONS.get(entry.name, ("", ("",)))]
    for section in sections
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "section"), ADDRESSES, ids=str)
def test_every_figure_of_every_page_can_be_kept(name: str, section: dict[str, str], monkeypatch) -> None:
    """As the page opens, and of pages with a player after a step: each view is a figure of the run, or has a plate, and
    what its legend names is told apart by every eye and in grey."""
    drawn = legends(monkeypatch)
    app = visit(name, **section)
    here = app.session_state[KEY].here
    looks = [app]
    if any(button.key == f"{here}-reset" for button in app.button):
        looks.append(at_rest(press(at_rest(app, here), "step", here), here))
    for look in looks:
        assert not look.exception
        page = look.session_state[KEY].pages[here]
        charts = {**look.session_state[KEY].charts, **look.session_state["gan-live-shown"]}
        frame = exports._moment(page, page.show)
        of_run = set() if frame is None else set(exports.figures_of(frame, 0))
        for kind, view in views(look):
            if kind not in ("scene", "curves", "digits", "heat", "paths"):
                continue
            key = view["key"]
            assert key in charts or (frame is not None and any(part in key for part in OF_RUN)), (kind, key)
        assert frame is None or {"picture", "slide"} <= of_run
        assert (
            f"{name}-{section.get('tab', 'line')}-taken" in charts or name != "distances" or section["tab"] in UNTAKEN
        )
        for plate in charts.values():
            for theme in THEMES:
                try:
                    assert plate.draw(Look(theme=theme)).marks
                except ExportError as error:
                    assert str(error)
    assert not [found for legend in drawn if (found := taken_for(legend))]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "section"), ADDRESSES, ids=str)
def test_every_figure_of_a_section_has_a_name_of_its_own(name: str, section: dict[str, str]) -> None:
    """Its file says of which page and what it is; the list to choose from tells no two by the same words."""
    look = visit(name, **section)
    page = look.session_state[KEY].pages[look.session_state[KEY].here]
    charts = {**look.session_state[KEY].charts, **look.session_state["gan-live-shown"]}
    frame = exports._moment(page, page.show)
    of_run = {} if frame is None else exports.figures_of(frame, 0)
    files = [exports.file_name(key) for key in {**of_run, **charts}]
    assert len(set(files)) == len(files) and all(any(c.isalpha() for c in file) for file in files), files
    known = (name, "recipe", "latent", "digits", "shelf", *map(str, section.values()))
    assert all("-" in exports.file_name(key) and key.startswith(known) for key in charts), list(charts)
    told = [*of_run.values(), *(plate.title for plate in charts.values())]
    assert all(told) and len(set(told)) == len(told), told


# the views of which a run has figures of its own
UNTAKEN = ("size", "fit", "game")  # sections of Distances where nothing is taken by the hand
OF_RUN = ("-plane", "-curves", "-samples", "-histogram", "-timeline", "-modes", "-strips")
