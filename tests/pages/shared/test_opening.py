"""What pages open with: the recorded run of their settings, which asks nothing of the server, and the way to train."""

from __future__ import annotations

from itertools import pairwise

import pytest
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from gan_core.figures import style
from gan_core.metrics.points import mode_shares
from gan_core.packing import array_of
from gan_core.recordings import files
from gan_core.recordings.captions import APART, hopping
from gan_core.recordings.played import played
from gan_core.recordings.registry import FINISHED, RECORDED
from pages.shared.play import files as served
from pages.shared.play import resources
from pages.shared.shell.i18n import speaking
from pages.shared.views import opening
from tests.pages.test_pages import at_rest, press, state, until, views, visit

SECTIONS = {
    "digits": {"section": "scratch"},
    "convergence-two": {"tab": "two"},
}  # of the pages that do not begin with it
# by a player; of the recipe, whose knobs are alike, one
ELSEWHERE = ("recipe", FINISHED)
PLAYED = [name for name, run in RECORDED.items() if run.page not in ELSEWHERE] + ["recipe_g_norm"]


def arrive(page: str) -> AppTest:
    """A visitor of a page, or of a part of one, whose names are joined by a hyphen."""
    if page == "recipe":
        return visit("digits", section="recipe")
    name, _, part = page.partition("-")
    return visit(name, **SECTIONS.get(page, {"part": part} if part else {}))


@pytest.mark.parametrize("name", PLAYED)
def test_a_look_costs_no_job_and_play_trains_the_same_run(name: str) -> None:
    recorded = RECORDED[name]
    before = set(resources.pool()._jobs)
    app = arrive(recorded.page)
    assert not app.exception and not app.warning and not app.error
    assert state(app, recorded.page).show is None and set(resources.pool()._jobs) <= before
    (frame,) = [frame for kind, frame in views(app) if kind == "recorded"]
    assert frame["address"] == f"recorded/{files.content(name)[1]}/{name}"
    said, header = frame["captions"], files.header(name)
    assert [moment for moment, _ in said] == [caption["moment"] for caption in header["captions"]]
    assert len(frame["panels"]) == len(header["panels"]) and len(frame["charts"]) == len(header["charts"])
    for drawn, chart in zip(frame["charts"], header["charts"], strict=True):
        assert len(drawn["lines"]) == len(chart["lines"])
    app = press(app, "play", recorded.page)
    show = state(app, recorded.page).show
    assert show is not None and show.running and show.configs == recorded.configs
    until(lambda: show.moment() is not None)  # until then the recording stands there
    app.run()
    assert "recorded" not in [kind for kind, _ in views(app)]
    show.pause()
    at_rest(app, recorded.page)
    show.close()


ANSWERS = {"collapse": "few", "vanishing": "alike", "wgan": "loosely"}  # to what these pages ask before their runs


@pytest.mark.parametrize("name", ANSWERS)
def test_a_recording_waits_while_its_page_asks_what_it_will_show(name: str) -> None:
    app = visit(name)
    ((_, frame),) = [one for one in views(app) if one[0] == "recorded"]
    (asked,) = [radio for radio in app.radio if "-ask-" in (radio.key or "")]
    assert frame["waits"] and not asked.disabled and asked.value is None
    app = asked.set_value(ANSWERS[name]).run()
    ((_, frame),) = [one for one in views(app) if one[0] == "recorded"]
    assert not frame["waits"] and state(app, name).show is None
    assert not any(frame["waits"] for kind, frame in views(visit("play_2d")) if kind == "recorded")


@pytest.mark.parametrize("name", RECORDED)
def test_what_stands_below_a_later_picture_says_of_which_step_it_is(name: str) -> None:
    """A caption stays while the picture moves on: only the last one, where it rests, speaks of what is seen."""
    header = files.header(name)
    with speaking("en"):
        methods = [opening.run_name(RECORDED[name], method) for method in RECORDED[name].names]
        said = [(of["moment"], opening._said(of["code"], of["words"], methods)) for of in header["captions"]]
    steps = array_of(files.content(name)[0], header["steps"])
    for (moment, text), (gone, _) in pairwise(said):
        assert text.startswith(f"**At step {steps[moment]:,}**") and gone - moment < 3 * APART
    assert said[-1][1].startswith(f"**Step {steps[-1]:,}.**")


@pytest.mark.parametrize("name", RECORDED)
def test_the_mode_to_be_watched_is_where_g_goes_next_and_not_where_it_is(name: str) -> None:
    """Of all shipped records, as their samples say it."""
    captions = [of for of in files.header(name)["captions"] if of["code"] == "hopping_watch"]
    assert captions or RECORDED[name].captions is not hopping
    (run, *_) = played(name) if captions else (None,)
    for of in captions:
        assert run is not None and run.centres is not None
        stay = run.snapshots[of["moment"] : of["moment"] + APART + 1]
        now, *later = [1 + int(mode_shares(shot.fake[0], run.centres).argmax()) for shot in stay]
        assert of["words"]["high"] != now == of["words"]["new"] and of["words"]["high"] in later


@pytest.mark.parametrize("name", [name for name, recorded in RECORDED.items() if any(recorded.names)])
def test_methods_have_the_pens_of_the_live_charts(name: str) -> None:
    for chart in files.header(name)["charts"]:
        lines = opening._chart(chart, RECORDED[name])["lines"]
        pens = {of["run"]: line[1:] for of, line in zip(chart["lines"], lines, strict=True)}
        wanted = [style.METHODS.get(method, twin) for method, twin in zip(RECORDED[name].names, style.TWINS)]  # noqa: B905
        assert pens == {run: tuple(pen) for run, pen in enumerate(wanted)}


def test_other_settings_are_a_run_of_ones_own() -> None:
    app = at_rest(visit("play_2d", seed="1"))
    assert state(app).show is not None and "recorded" not in [kind for kind, _ in views(app)]


@pytest.mark.parametrize("button", ["step", "reset", "new_seed"])
def test_every_button_of_the_player_makes_the_run(button: str) -> None:
    app = at_rest(press(visit("play_2d"), button))
    show = state(app).show
    assert show is not None and show.job.step_count == (1 if button == "step" else 0)
    assert show.configs[0].train.seed == (1 if button == "new_seed" else 0)


def answer(name: str, digest: str) -> tuple[int, bytes, str | None]:
    found = served.recorded(Request({"type": "http", "path_params": {"name": name, "digest": digest}}))
    return found.status_code, bytes(found.body), found.headers.get("cache-control")


def test_a_file_may_be_kept_for_ever_and_another_digest_is_another_address() -> None:
    content, digest = files.content("ring")
    assert answer("ring", digest) == (200, content, served.FOR_EVER)
    assert served.address("ring") == f"recorded/{digest}/ring"
    for name, mine in [("ring", "0" * 16), ("../../app", digest), ("nothing", digest)]:
        assert answer(name, mine)[:2] == (404, b"")


@pytest.mark.parametrize("name", PLAYED)
def test_before_its_first_step_a_run_shows_a_recorded_one_in_grey(name: str) -> None:
    page = RECORDED[name].page
    app = at_rest(press(arrive(page), "reset", page), page)
    charts = [chart for kind, frame in views(app) if kind == "curves" for chart in frame["charts"]]
    lines = [chart for chart in charts if chart["kind"] == "lines"]
    assert all(
        "ghost" in one or one["x"]["shape"][0] for one in lines
    )  # what is not recorded comes with the first step
    assert lines or page.startswith(("wgan", "recipe"))  # measured when there is something to measure; no charts
    state(app, page).show.close()
