"""The page "Digits" as Streamlit runs it: each section, the address, broken files, the alarm."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gan_core import weights
from gan_core.config import RunConfig
from gan_core.data import fetch, images, load_images
from gan_core.errors import DataUnavailable
from gan_core.figures import digits as figures
from gan_core.metrics import images as image_metrics
from gan_core.metrics.yardsticks import shipped
from gan_core.presets import Preset
from gan_core.recordings import files
from gan_core.zoo import build, checkpoints, plans
from pages.digits import arithmetic, labels, latent_space, models, scores
from pages.digits.replay import NUMBERS, STATE
from pages.shared.controls import options
from pages.shared.play import experiments, resources, shelf
from pages.shared.shell import i18n
from pages.shared.views import opening
from tests.gan_core.run.test_classes import two_members
from tests.pages.test_pages import (
    alarms,
    areas,
    at_rest,
    blocks,
    look_back,
    numbers,
    params,
    press,
    state,
    tables,
    train,
    until,
    views,
    visit,
    words,
)

ENGLISH = i18n.texts("en")
NAME = "digits"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """What is kept for all visitors is kept for one test."""
    yield
    forget()


def forget() -> None:
    for cached in (shelf.replay, shelf.past):
        cached.cache_clear()
    models._models.clear()
    for cached in (arithmetic._known, arithmetic._analogies, labels._shares):
        cached.clear()
    experiments.forget()


def page(section: str | None = None, **address: str) -> AppTest:
    app = visit(NAME, **({"section": section} if section else {}), **address)
    assert not app.exception
    return app


def quick_scores(images: np.ndarray, data: str = "mnist") -> image_metrics.ImageScores:
    """In place of scores that take a second each, and that have tests of their own."""
    half, none = image_metrics.Score(0.5, 0.9, 0.8, 1.0), image_metrics.Copying(len(images), 0, 1, 0, 1, 1, 0, 10_000)
    return image_metrics.ImageScores(
        len(images), copying=none, classes=(1,) * 10, **dict.fromkeys(image_metrics.ESTIMATES, half)
    )


# ── finished runs ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["", "collapsed"])
def test_it_opens_on_a_recorded_run_and_asks_no_worker(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(resources.pool(), "submit", asked.append)
    app = page(**({"run": name} if name else {}))
    assert not asked and not app.error and not app.warning and params(app) == ({"run": name} if name else {})
    assert state(app, NAME).show is None and state(app, STATE).show is None
    ((kind, frame),) = views(app)  # no timeline, which would listen to a socket
    recording = f"past_{name or models.names()[0]}"
    assert kind == "recorded" and frame["address"] == f"recorded/{files.content(recording)[1]}/{recording}"
    assert frame["trains"] and frame["labels"]["train"] == ENGLISH["recorded.train_on"]
    assert [moment for moment, _ in frame["captions"]] == [one["moment"] for one in files.header(recording)["captions"]]
    assert checkpoints.load_card(recording.removeprefix("past_")).sha256[: opening.DIGITS] in frame["about"]


def test_a_run_that_was_trained_anew_rests_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recording is of other weights."""
    monkeypatch.setattr(files, "header", lambda name: {"digest": "of others"})
    app = page()
    run = state(app, STATE)
    card, recorded = shelf.replay(models.names()[0])
    assert "recorded" not in [kind for kind, _ in views(app)] and run.show.job.live is None
    assert list(numbers(app).values()) == [style.format(recorded.scores[name][-1]) for name, style in NUMBERS.items()]
    assert run.show.moment().step == card.steps and not [b for b in app.button if "-if-" in (b.key or "")]


def test_the_scrubber_brings_pictures_and_scores_of_the_past_back() -> None:
    app = page()
    _, recorded = shelf.replay(models.names()[0])
    state(app, STATE).show = shelf.show(models.names()[0], resources.pool())
    app.run()
    look_back(app, int(recorded.steps[0]), STATE)
    assert state(app, STATE).show.moment().step == 0
    assert next(iter(numbers(app).values())) == NUMBERS["fid"].format(recorded.scores["fid"][0])


def test_it_goes_on_training_from_there_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_metrics, "image_scores", quick_scores)
    app = page()
    card, recorded = shelf.replay(models.names()[0])
    assert not app.button(key=f"{STATE}-go_on").help  # Pause takes its place
    press(app, "go_on", STATE)
    assert not app.button(key=f"{STATE}-pause").help and app.button(key=f"{STATE}-back").help
    show = state(app, STATE).show
    until(lambda: show.job.step_count > card.steps)
    show.pause()
    at_rest(app, STATE)
    frame = show.job.frame
    assert frame.step > card.steps and frame.steps[0] == 0
    assert frame.runs[0].curves.step[0] == recorded.curves.step[0] and (np.diff(frame.runs[0].curves.step) > 0).all()
    assert frame.runs[0].snapshot.fake.shape[1] == recorded.fake.shape[1]
    until(lambda: show.answers["scores"].answer.done())
    app.run()
    assert len(numbers(app)) == len(NUMBERS) and f"From step {card.steps:,} on" in words(app)
    press(app, "back", STATE)
    assert state(app, STATE).show is None and show.job.state == "closed"
    assert [kind for kind, _ in views(app)] == ["recorded"]
    assert f"From step {card.steps:,} on" not in words(app)


def test_the_shelf_starts_where_the_card_says() -> None:
    """The first live picture is of the same latents and weights as the last recorded one."""
    name = models.names()[0]
    job = shelf.show(name, resources.pool()).job
    job.do(lambda work: None)
    until(lambda: not job.busy and job.live.frame is not None)
    last = shelf.past(name).snapshot
    live = job.frame.runs[0]
    assert live.snapshot.step == last.step and job.until == 2 * last.step
    assert np.abs(live.snapshot.fake.astype(int) - last.fake).mean() < 1
    job.close()


# ── data that have to be downloaded ──────────────────────────────────────────────────────────────────────────────────


class Download:
    """A download under way, that ends when the test says so."""

    data, over, error = "fashion_mnist", False, None

    def __init__(self) -> None:
        self.waiting: list[Callable[[], object]] = []
        self.call, self.leave = self.waiting.append, self.waiting.remove


@pytest.fixture
def download(monkeypatch: pytest.MonkeyPatch) -> Download:
    under_way = Download()
    monkeypatch.setattr(fetch, "wanted", lambda name: under_way)
    monkeypatch.setattr(images, "load_images", lambda name, split: load_images("mnist", split))
    return under_way


TINY = {"data": "fashion_mnist", "batch": "8", "g_layers": "8", "d_layers": "8", "steps": "20"}


def test_a_run_begins_by_itself_when_its_data_have_come(download: Download) -> None:
    app = page("scratch", **TINY)
    assert "is being downloaded" in app.info[0].value and not app.error
    press(app, "play", NAME)
    job = state(app, NAME).show.job
    assert job.busy and job.version == 0
    download.over = True
    for told in download.waiting:
        told()
    until(lambda: job.state == "finished")
    app.run()
    assert not app.info and state(app, NAME).show.moment().step == 20


def test_a_download_can_be_cancelled(download: Download) -> None:
    app = page("scratch", **TINY)
    assert len(download.waiting) == 1
    press(app, "cancel", NAME)
    assert not download.waiting  # the last one to go: it ends
    at_rest(app, NAME)
    assert state(app, NAME).config.data.data == "mnist" and not app.info


def test_a_download_that_fails_is_a_sentence(download: Download) -> None:
    app = page("scratch", **TINY)
    download.over, download.error = True, DataUnavailable("images.too_long", name="fashion_mnist", minutes=5)
    for told in download.waiting:
        told()
    until(lambda: state(app, NAME).show.job.state == "failed")
    app.run()
    assert any("within 5 minutes" in error.value for error in app.error)


# ── the address ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_section_and_run_stand_in_the_address_and_come_back() -> None:
    app = page("scores", run=models.names()[-1])
    assert models.chosen_section(state(app, NAME)) == "scores"
    assert params(app)["section"] == "scores" and not app.warning
    app.segmented_control(key="digits.section~scores").set_value("replay").run()
    assert "section" not in params(app) and not app.exception


@pytest.mark.parametrize(
    "address", [{"section": "secrets"}, {"run": "nonsense"}, {"section": "Replay", "run": "<b>" * 30}]
)
def test_a_section_or_run_that_is_none_is_a_sentence(address: dict[str, str]) -> None:
    app = page(**address)
    assert len(app.warning) == len(address) and "is not possible" in app.warning[0].value
    assert params(app) == {} and [kind for kind, _ in views(app)] == ["recorded"]


def test_an_address_with_a_configuration_means_to_train_it() -> None:
    app = at_rest(page(preset="digits_mlp"), NAME)
    assert state(app, NAME).show.job.frame.step == 0 and params(app) == {"section": "scratch"}
    assert models.chosen_section(state(page("scores", seed="3"), NAME)) == "scores"


# ── scores ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_begins_with_real_digits_and_has_every_run() -> None:
    app = page("scores")
    _, real, *others = tables(app)[0]
    runs = others[len(shipped()["yardsticks"]) :]
    assert len(runs) == len(models.names()) and real[0] == ENGLISH["digits.row_real"]
    assert [row[0] for row in others[:5]] == [ENGLISH[f"digits.row_{name}"] for name in shipped()["yardsticks"]]
    card = checkpoints.load_card(models.names()[0])
    fid, (least, most) = card.scores["fid"], card.spread["fid"]
    assert runs[0][1] == f"{fid.value:.1f} ({least:.1f}–{most:.1f})"
    assert real[1] == f"{fid.floor:.1f} ({fid.low:.1f}–{fid.high:.1f})"
    said = words(app)
    assert "not of Inception" in said and "of 10 digits" in said and "nobody can be expected" not in said
    assert "**60,000 training digits**" in said and f"C_T = {card.copying.c_t:+.1f}".replace("-", "−") in said
    assert "No sign of copying" in said


def test_a_digit_that_is_clicked_among_the_scores_leaves_the_other_sections_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show, clicks = scores.live.digits, {}

    def shown(key: str, *what: Any, **how: Any) -> None:
        clicks[key] = how.get("on_select")
        show(key, *what, **how)

    monkeypatch.setattr(scores.live, "digits", shown)
    app = page("scores")
    clicks["digits-verdict-samples"](5)
    state(app, NAME).choices[models.SECTION] = models.TRAINING
    at_rest(app.run(), NAME)
    state(app, NAME).choices[models.SECTION] = "scores"
    assert not app.run().exception
    assert state(app, NAME).choices[scores.CHOSEN] == 5


def test_copies_are_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    card, recorded = shelf.replay(models.names()[0])
    copied = dataclasses.replace(card.copying, near=900, near_p=0.0, same=400)
    changed = dataclasses.replace(card, copying=copied), recorded
    monkeypatch.setattr(shelf, "replay", lambda name: changed)
    monkeypatch.setattr(shelf.replay, "cache_clear", lambda: None, raising=False)
    assert "Training digits are shown again" in words(page("scores"))
    monkeypatch.undo()


def test_the_table_has_two_figures() -> None:
    app = page("scores")
    assert len(app.get("plotly_chart")) == 2


# ── the latent space ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def small_studies(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured in the latent space, of few samples."""
    for size, small in {"PAIRS": 4, "SCORED": 20, "MOVED": 2, "RANDOM": 3}.items():
        monkeypatch.setattr(latent_space, size, small)
    monkeypatch.setattr(arithmetic, "KNOWN", 200)
    monkeypatch.setattr(latent_space, "_real_confidence", lambda: 0.99)
    monkeypatch.setattr(image_metrics, "image_scores", quick_scores)


@pytest.mark.usefixtures("small_studies")
@pytest.mark.parametrize("view", latent_space.VIEWS)
def test_every_view_of_the_latent_space_answers(view: str) -> None:
    app = page("latent")
    app.segmented_control(key="digits.view~0").set_value(view).run()

    def answered() -> bool:
        app.run()
        assert not app.exception and not app.error
        return bool(app.get("plotly_chart")) or view == "arithmetic"

    until(answered)
    until(lambda: app.run() and not app.get("progress"))
    said = {"walk": "Measured over 4 pairs", "arithmetic": "still the same digit", "coordinate": "random directions"}
    assert said.get(view, "20 samples at every limit") in words(app)
    assert {"player", "below"} <= areas(app)
    assert {"opens"} <= areas(app) if view == "walk" else {"verdict", "picture-low", "rail"} <= areas(app)


# ── digits on demand ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("small_studies")
def test_what_is_asked_of_the_latent_space_stands_in_the_address_and_comes_back() -> None:
    words = {"section": "latent", "view": "truncation", "limit_normal": "0.5", "coordinate": "3", "walk_to": "12"}
    app = visit(NAME, **words, knob="labels")
    assert not app.exception and not app.warning and params(app) == words | {"knob": "labels"}
    assert app.select_slider(key="digits.limit_normal~0").value == 0.5
    app.select_slider(key="digits.limit_normal~0").set_value(float("inf")).run()
    assert "limit_normal" not in params(app)
    app = visit(NAME, section="latent", view="arithmetic", direction="9", second_digit="10")
    assert not app.exception and len(app.warning) == 1 and app.warning[0].value.startswith("“second_digit")


@pytest.mark.usefixtures("small_studies")
def test_two_clicks_choose_a_walk() -> None:
    app = visit(NAME, section="latent", walk_from="40")
    (grid, *_) = [frame for kind, frame in views(app) if kind == "digits"]
    assert grid["key"] == "digits.walk_from~0" and grid["selected"] == 7
    names = grid["groups"][0]["labels"]
    assert names[39] == "from" and names[7] == "to" and names.count("") == 38
    assert app.number_input(key="digits.walk_to~0").label == "from sample 40 to"
    page, end = state(app, NAME), 8
    for clicked in (12, 26):  # what the view's callback does with a click
        options.keep(page, "walk_from", clicked)
        latent_space.go_on_to(page, end)
        end = clicked
    app.run()
    assert {name: params(app)[name] for name in ("walk_from", "walk_to")} == {"walk_from": "12", "walk_to": "26"}
    assert app.number_input(key="digits.walk_to~2").label == "from sample 12 to"


def test_a_phrase_is_digits_and_blanks() -> None:
    assert labels.parse(" 20 7") == [2, 0, None, 7]


@pytest.mark.parametrize(
    ("phrase", "said"),
    [("seven", "“s” cannot be drawn"), ("1\n2", "cannot be drawn"), ("٣", "cannot be drawn"), ("½", "cannot be drawn"),
     ("", "nothing to draw"), ("   ", "nothing to draw"), ("1" * 25, "25 characters are too many")],
)  # fmt: skip
def test_any_other_phrase_is_a_sentence(phrase: str, said: str) -> None:
    with pytest.raises(labels.PhraseError, match=said):
        labels.parse(phrase)


@pytest.fixture
def conditional(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge, and one run with labels that has taken two steps."""
    for file in ("judge.json", "judge.safetensors", "features.json", "features.safetensors.xz"):
        shutil.copy(weights.FOLDER / file, tmp_path)
    small = {"data": "mnist", "labels": "conditional", "batch": 8, "g_layers": (8,), "d_layers": (8,), "latent_dim": 4}
    plan = Preset(RunConfig.of(**small, steps=2), "With labels", "A test")
    for registry in (checkpoints.ZOO, plans.ZOO):
        monkeypatch.setitem(registry, "with_labels", plan)
    monkeypatch.setattr(build, "image_scores", quick_scores)
    build.build("with_labels", folder=tmp_path, samples=20)
    for module in (weights, checkpoints):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    monkeypatch.setattr(labels, "ASKED", 2)
    forget()


def test_a_finished_run_that_was_trained_on_says_what_happened_and_leads_on(conditional: None) -> None:
    app = page()
    press(app, "go_on", STATE)
    show = state(app, STATE).show
    until(lambda: show.job.state == "finished")
    app = at_rest(at_rest(app, STATE), STATE)
    assert show.job.step_count == 4
    assert len([block for block in blocks(app, "sentence") if "**Step 4.** " in block["sentence"]]) == 1
    press(app, "on", STATE)
    until(lambda: show.job.step_count == 8 and show.job.state == "finished")
    at_rest(app, STATE)
    (first, _) = [button.key for button in app.button if "-if-" in (button.key or "")]
    app.button(key=first).click().run()
    app.run()
    run = state(app, NAME)
    assert models.chosen_section(run) == "scratch" and run.show.configs == run.configs()
    assert run.config.train.steps == 2
    assert run.config.differences() and state(app, STATE).show is None and not app.exception
    run.show.close()


def test_a_digit_and_a_phrase_are_drawn_and_read(conditional: None) -> None:
    app = page("labels")
    assert "of 35 as 7" in words(app) and "of 2 of each digit" in words(app)
    app.pills(key="digits.draw_me~0").set_value(3).run()
    assert "of 35 as 3" in words(app) and {"verdict", "picture-low", "rail"} <= areas(app)
    app.text_input(key=f"{labels.KEY}-phrase").set_value("31 4").run()
    read = next(block.value for block in app.caption if "The classifier reads:" in block.value)
    assert len(read.removeprefix("The classifier reads: ")) == 4 and not app.warning
    app.text_input(key=f"{labels.KEY}-phrase").set_value("π").run()
    assert "“π” cannot be drawn" in app.warning[0].value and not app.exception


def test_the_latent_space_of_a_run_with_labels_keeps_the_digit(conditional: None) -> None:
    model = models.model("with_labels")
    z = model.latents(3)
    assert (model.decode(z, 7) == model.decode(z, np.array([7, 7, 7]))).all()
    assert (model.decode(z, 7) != model.decode(z, 8)).any()


def test_without_a_run_with_labels_there_is_no_such_section(damaged: Path) -> None:
    assert "labels" not in models.sections()


# ── broken files ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The judge and one finished run, whose weights were cut."""
    for file in ("judge.json", "judge.safetensors", "features.json", "features.safetensors.xz"):
        shutil.copy(weights.FOLDER / file, tmp_path)
    name = models.names()[0]
    shutil.copy(weights.FOLDER / f"{name}.json", tmp_path)
    (tmp_path / f"{name}.safetensors").write_bytes((weights.FOLDER / f"{name}.safetensors").read_bytes()[:5000])
    for module in (weights, checkpoints):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    forget()
    return tmp_path


@pytest.mark.parametrize("section", ["replay", "scores", "latent"])
def test_a_cut_file_is_a_sentence_in_every_section(section: str, damaged: Path) -> None:
    app = page(section)
    assert "cut or changed" in app.error[0].value and "Restore the folder pretrained" in app.error[0].value
    card = next(damaged.glob(f"{checkpoints.names()[0]}.json"))
    card.write_text("[]")
    assert "it is not a card" in page(section).error[0].value
    card.unlink()
    assert page(section).error[0].value == ENGLISH["digits.no_runs"]


# ── the alarm ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_alarm_of_a_live_run_says_who_and_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    from gan_core.run.classes import ClassHistory, ClassWatch

    monkeypatch.setattr(ClassWatch, "history", lambda self: two_members())
    app = at_rest(train(NAME, batch="8", g_layers="8", d_layers="8", members="2", seed="5"), NAME)
    assert "No verdict before" in words(app)
    monkeypatch.setattr(ClassHistory, "until", lambda self, step: self)  # as if the run had come that far
    app.run()
    (text,) = alarms(app)
    assert "1 of 2 collapsing" in text and "seed 6: 2 digits, KL 1.61" in text


def test_the_strips_of_who_gets_which_digit_have_the_digits_as_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 0 to 9: an 8 read 9."""
    from gan_core.run.classes import ClassWatch

    monkeypatch.setattr(ClassWatch, "history", lambda self: two_members())
    app = at_rest(train(NAME, batch="8", g_layers="8", d_layers="8", members="2", seed="5"), NAME)
    (sent,) = [frame for kind, frame in views(app) if kind == "heat"]
    rows = {sent["first"] + row for strip in sent["strips"] for row in range(strip["right"]["shape"][0])}
    assert rows == set(range(10)) and sent["labels"]["row"] == ENGLISH["digits.digit"]


@pytest.mark.parametrize("verdict", ["collapsing", "no_verdict", "no_collapse"])
def test_the_longest_verdict_has_room_in_three_lines(verdict: str) -> None:
    longest = {
        "step": "10,000", "made": "9.5", "n": 8, "kl": "2.30", "floor": "0.021 (0.009–0.043)", "k": 8, "seed": 12345,
    }  # fmt: skip
    said = [i18n.t(f"digits.{key}", **longest | more) for key, more in (("classes_made", {"n": 200}), (verdict, {}))]
    assert len(" ".join(said).replace("*", "")) <= 3 * 66  # characters of a line of the stage


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_composed_word_is_there() -> None:
    keys = {f"digits.section_{name}" for name in models.SECTIONS} | {f"digits.view_{v}" for v in latent_space.VIEWS}
    keys |= {f"digits.{view}_text" for view in latent_space.VIEWS}
    keys |= {f"digits.score_{score}{part}" for score in scores.ESTIMATES for part in ("", "_help")}
    keys |= {f"digits.row_{name}" for name in ("real", *shipped()["yardsticks"])}
    for name in ("classes", "walks", "truncation", "coordinates", "agreement", "trade_off"):
        keys |= {f"digits.{name}_{word}" for word in getattr(figures, name.upper())}
    for name in latent_space.latent_space.ATTRIBUTES:
        keys |= {f"digits.{part}_{name}" for part in ("direction", "attribute", "much", "little")}
    assert sorted(keys - ENGLISH.keys()) == []
