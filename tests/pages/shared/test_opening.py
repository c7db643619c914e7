"""What pages open with: the recorded run of their settings, which asks nothing of the server, and the way to train."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from gan_core.figures import style
from gan_core.metrics.points import mode_shares
from gan_core.packing import array_of
from gan_core.presets import FLAGSHIP, PRESETS
from gan_core.recordings import files
from gan_core.recordings.captions import APART, hopping
from gan_core.recordings.played import played
from gan_core.recordings.registry import RECORDED
from gan_core.studies.scenarios import FIRST, SCENARIOS
from pages.shared.play import files as served
from pages.shared.play import resources
from pages.shared.shell.i18n import speaking, t
from pages.shared.views import opening
from tests.pages.test_pages import at_rest, press, state, until, views, visit

MOST_LETTERS = 210  # of a caption: three lines, of 75 at most, less what is left free at their ends
SECTIONS = {
    "digits": {"section": "scratch"},
    "convergence-two": {"tab": "two"},
}  # of the pages that do not begin with it
ALIKE = ("recipe_", "preset_", "scenario_", "past_")  # of these, one of each kind
# by a player
PLAYED = [name for name in RECORDED if not name.startswith(ALIKE)]
PLAYED += ["recipe_g_norm", "preset_collapse", "preset_settling", "scenario_chase"]


def arrive(recording: str) -> AppTest:
    """A visitor of the page, or of a part of one, whose names are joined by a hyphen, or of its settings."""
    page, kind = RECORDED[recording].page, recording.partition("_")
    if kind[0] == "preset":
        return visit(page, preset=kind[2])
    if kind[0] == "scenario":
        words = RECORDED[recording].config.to_query(SCENARIOS[FIRST].config)
        return visit(page, beside="-".join(SCENARIOS[kind[2]].variants), **words)
    if page == "recipe":
        return visit("digits", section="recipe")
    name, _, part = page.partition("-")
    return visit(name, **SECTIONS.get(page, {"part": part} if part else {}))


@pytest.mark.parametrize("name", PLAYED)
def test_a_look_costs_no_job_and_play_trains_the_same_run(name: str) -> None:
    recorded = RECORDED[name]
    before = set(resources.pool()._jobs)
    app = arrive(name)
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
    seeds = files.header(name)["seeds"] if recorded.seeds > 1 else [config.train.seed for config in recorded.configs]
    trained = tuple(config.replace(seed=seed) for config, seed in zip(recorded.configs, seeds, strict=True))
    assert show is not None and show.running and show.configs == trained
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
    content = files.content(name)[0]
    steps = array_of(content, header["steps"])
    looks = [array_of(content, of["x"]) for of in header["charts"] if of["name"] == "made"]  # of the classifier

    def told(moment: int) -> int:
        return next((x[x <= steps[moment]][-1] for x in looks), steps[moment])

    for (moment, text), (gone, _) in pairwise(said):
        assert text.startswith(f"**At step {told(moment):,}**") and gone - moment < 3 * APART
    assert said[-1][1].startswith(f"**Step {told(-1):,}.**")


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


def test_a_preset_that_is_chosen_opens_on_its_recording_and_trains_what_it_shows() -> None:
    """Also where the page has run something else before; the box of presets goes on to say which one it is."""
    app = at_rest(press(visit("play_2d"), "step"))
    assert state(app).show is not None
    app.selectbox(key=presets(app)).set_value("settling").run()
    ((_, frame),) = [one for one in views(app) if one[0] == "recorded"]
    assert frame["address"].endswith("/preset_settling") and state(app).show is None and not frame["offer"]
    app = at_rest(press(app, "step"))
    assert state(app).config.train.seed == files.header("preset_settling")["seeds"][0]
    assert app.selectbox(key=presets(app)).value == "settling"


def presets(app: AppTest) -> str:
    return next(box.key for box in app.selectbox if box.key.startswith("play_2d.preset~"))


def test_what_does_not_settle_says_so_and_offers_what_does() -> None:
    ((_, frame),) = [one for one in views(visit("play_2d")) if one[0] == "recorded"]
    assert "does not settle" in frame["captions"][-1][1] and PRESETS[FLAGSHIP].title in frame["offer"]
    ((_, frame),) = [one for one in views(visit("play_2d", hide="presets")) if one[0] == "recorded"]
    assert not frame["offer"]


@pytest.mark.parametrize("name", RECORDED)
def test_every_word_of_a_recording_is_there(name: str) -> None:
    recorded, header = RECORDED[name], files.header(name)
    methods = [opening.run_name(recorded, method) for method in recorded.names]
    said = [opening._said(one["code"], one["words"], methods) for one in header["captions"]]
    said += [opening.about(name), opening._summary(name), *(opening._chart(one, recorded)["title"]
                                                            for one in header["charts"])]  # fmt: skip
    assert not [text for text in said if "recorded." in text or "{" in text]
    several = max(recorded.seeds, *header["members"])
    assert (f"median of {several} seeds" if several > 1 else "One seed is shown") in opening.about(name)
    longest = max(len(re.sub(r"\*", "", text)) for text in said[: len(header["captions"])])
    assert longest <= MOST_LETTERS


def test_other_settings_are_a_run_of_ones_own() -> None:
    app = at_rest(visit("play_2d", seed="1"))
    assert state(app).show is not None and "recorded" not in [kind for kind, _ in views(app)]


@pytest.mark.parametrize("button", ["step", "reset", "new_seed"])
def test_every_button_of_the_player_makes_the_run(button: str) -> None:
    app = at_rest(press(visit("play_2d"), button))
    show = state(app).show
    assert show is not None and show.job.step_count == (1 if button == "step" else 0)
    (shown,) = files.header("ring")["seeds"]  # what is trained is what was shown
    assert show.configs[0].train.seed == shown + (button == "new_seed")


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
    app = at_rest(press(arrive(name), "reset", page), page)
    charts = [chart for kind, frame in views(app) if kind == "curves" for chart in frame["charts"]]
    lines = [chart for chart in charts if chart["kind"] == "lines"]
    assert all("ghost" in one or one["x"]["shape"][0] or one["unit"] == t("recorded.none_yet") for one in lines)
    assert lines or page.startswith(("wgan", "recipe"))  # measured when there is something to measure; no charts
    state(app, page).show.close()


def test_no_run_shows_the_curve_of_other_settings_as_its_own() -> None:
    app = at_rest(visit("play_2d", batch="128"))
    charts = [chart for kind, frame in views(app) if kind == "curves" for chart in frame["charts"]]
    greys = [chart["unit"] for chart in charts if "ghost" in chart]
    assert greys and set(greys) == {t("recorded.grey_other")}
    app = at_rest(visit("play_2d", seed="1234"))  # the same settings
    charts = [chart for kind, frame in views(app) if kind == "curves" for chart in frame["charts"]]
    (seed,) = files.header("ring")["seeds"]
    greys = {chart["unit"] for chart in charts if "ghost" in chart}
    assert greys == {t("recorded.grey", seed=seed)}
