"""The trained runs that come with the app: their cards tell the truth, and broken files are refused in a sentence."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load, save

from gan_core.metrics.images import ESTIMATES, image_scores
from gan_core.weights import FOLDER, read_card, read_weights, write
from gan_core.zoo import checkpoints
from gan_core.zoo.build import build, log_spaced, rescore
from gan_core.zoo.checkpoints import CheckpointError, names
from gan_core.zoo.plans import ZOO

LIMIT = 25_000_000  # bytes of all weights together


@pytest.mark.parametrize("name", names())
def test_a_card_tells_the_truth(name: str) -> None:
    """The scores are computed anew from the weights. The last bits of a convolution differ between processors, and a
    pixel that is rounded the other way moves a score a little."""
    checkpoint = checkpoints.load(name)
    card, replay, trainer = checkpoint.card, checkpoint.replay, checkpoint.trainer()
    scores = image_scores(trainer.generate(card.samples, seed=card.sample_seeds[0]), card.config.data.data)
    raw = read_card(name)["scores"]
    assert set(card.scores) == set(ESTIMATES) == set(raw)
    for score, found in scores.estimates.items():
        first, (least, most) = raw[score]["values"][0], card.spread[score]
        counted = 0.01 if score in ("precision", "recall", "density", "coverage") else 0.0
        drawn = 0.6 if score in ("fid_infinite", "kid") else 0.0  # differences of large numbers
        assert found.value == pytest.approx(first, rel=0.02, abs=0.002 + counted + drawn), score
        assert card.scores[score][1:] == pytest.approx(found[1:], rel=1e-4), score
        assert least <= card.scores[score].value <= most and least <= first <= most
        assert len(raw[score]["values"]) == len(card.sample_seeds) == len(set(card.sample_seeds))
    for score in checkpoints.REPLAYED:
        assert replay.scores[score][-1] == pytest.approx(raw[score]["values"][0], rel=0.01, abs=0.002), score
    assert not card.copying.copies and card.copying.n == len(card.sample_seeds) * card.samples
    assert card.copying.searched == (60_000 if card.config.data.data == "mnist_full" else 10_000)
    assert np.abs(np.subtract(scores.classes, card.classes)).sum() <= 0.01 * card.samples
    # the plan is what was trained, and the last picture is what the weights draw
    assert card.config == ZOO[name].config
    assert card.name == name and card.steps == card.config.train.steps and card.cpu_seconds > 0
    assert "CC BY-SA 3.0" in card.licence and "MNIST" in card.data and card.versions["torch"]
    last = trainer.snapshot().fake[0, : checkpoints.PICTURES].astype(int)
    assert np.abs(last - replay.fake[-1]).mean() < 0.5
    assert replay.steps[0] == 0 and replay.steps[-1] == card.steps and (np.diff(replay.steps) > 0).all()
    assert replay.fake.shape == (len(replay.steps), checkpoints.PICTURES, 28, 28)
    assert replay.classes.shape == (len(replay.steps), 10) and (replay.classes.sum(1) == card.samples).all()
    assert replay.curves.step[-1] <= card.steps and replay.curves.d_loss.shape == (len(replay.curves.step), 1)


def test_all_of_them_are_there_and_small() -> None:
    assert names() == tuple(ZOO)
    assert {path.stem for path in FOLDER.iterdir()} == {"judge", "features", "features.safetensors", *names()}
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= LIMIT
    for card in FOLDER.glob("*.json"):
        assert "/home" not in card.read_text() and "/tmp" not in card.read_text()


# ── a small one, built here ──────────────────────────────────────────────────────────────────────────────────────────


pytestmark = pytest.mark.xdist_group("checkpoints")  # what is built is built in one process


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pretrained")
    lines: list[str] = []
    card = build("dcgan", 12, "mnist", folder=folder, samples=20, report=lines.append)
    assert card.steps == 12 and card.config.data.data == "mnist" and len(lines) == len(log_spaced(12))
    return folder


@pytest.mark.slow
def test_training_goes_on_where_it_stopped(built: Path) -> None:
    checkpoint = checkpoints.load("dcgan", built)
    trainer = checkpoint.trainer()
    assert trainer.step_count == 12 and trainer.config.train.steps == 24 and trainer.history.steps == (12,)
    np.testing.assert_array_equal(trainer.snapshot().fake[0, : checkpoints.PICTURES], checkpoint.replay.fake[-1])
    for name, tensor in trainer.ensembles[0].state().items():
        assert (tensor == checkpoint.weights[name]).all()
    trainer.step(3)
    assert trainer.step_count == 15 and trainer.failure is None and trainer.snapshot().step == 15
    again = checkpoint.trainer()  # the first one has not touched the weights
    again.step(3)
    np.testing.assert_array_equal(again.snapshot().fake, trainer.snapshot().fake)


@pytest.mark.slow
def test_scored_anew_a_checkpoint_stays_what_it_is(built: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(built, tmp_path / "pretrained")
    card = json.loads((folder / "dcgan.json").read_text())
    stale = card | {"scores": {**card["scores"], "fid": {"values": [1.0], "floor": [1.0, 1.0, 1.0]}}}
    (folder / "dcgan.json").write_text(json.dumps(stale))
    assert rescore("dcgan", folder=folder, samples=20).scores["fid"].value > 100
    for file in ("dcgan.json", "dcgan.safetensors"):
        assert (folder / file).read_bytes() == (built / file).read_bytes()


def rewrite(folder: Path, change: Callable[[dict], None]) -> None:
    """Another set of tensors, with a card whose checksum fits."""
    card = json.loads((folder / "dcgan.json").read_text())
    tensors = read_weights("dcgan", card["sha256"], folder)
    change(tensors)
    write("dcgan", tensors, card, folder)


def cut(folder: Path) -> None:
    path = folder / "dcgan.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


def no_safetensors(folder: Path) -> None:
    """A pickle, as torch.save writes it, under a checksum that fits: it is never opened as one."""
    content = b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R."
    (folder / "dcgan.safetensors").write_bytes(content)
    card = json.loads((folder / "dcgan.json").read_text()) | {"sha256": hashlib.sha256(content).hexdigest()}
    (folder / "dcgan.json").write_text(json.dumps(card))


def flip(folder: Path) -> None:
    content = bytearray((folder / "dcgan.safetensors").read_bytes())
    content[-5] ^= 1
    (folder / "dcgan.safetensors").write_bytes(content)


def card_without(field: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        card = json.loads((folder / "dcgan.json").read_text())
        del card[field]
        (folder / "dcgan.json").write_text(json.dumps(card))

    return damage


def card_with(**fields: object) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        card = json.loads((folder / "dcgan.json").read_text()) | fields
        (folder / "dcgan.json").write_text(json.dumps(card))

    return damage


def card_config(folder: Path) -> None:
    card = json.loads((folder / "dcgan.json").read_text())
    card["config"]["train"]["loss"] = "hope"
    (folder / "dcgan.json").write_text(json.dumps(card))


WEIGHT = "generator.0.weight"
DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut": (cut, "checksum"),
    "one bit": (flip, "checksum"),
    "another file": (lambda f: shutil.copy(FOLDER / "judge.safetensors", f / "dcgan.safetensors"), "checksum"),
    "missing": (lambda f: (f / "dcgan.safetensors").unlink(), "missing"),
    "no card": (lambda f: (f / "dcgan.json").unlink(), "missing"),
    "card cut": (lambda f: (f / "dcgan.json").write_text('{"name": '), "not JSON"),
    "card of bytes": (lambda f: (f / "dcgan.json").write_bytes(b"\xff\xfe\x00"), "not JSON"),
    "card is a list": (lambda f: (f / "dcgan.json").write_text("[]"), "not a card"),
    "card without scores": (card_without("scores"), "not the card of a run"),
    "card without checksum": (card_without("sha256"), "not the card of a run"),
    "card of an impossible run": (card_config, "hope"),
    "huge steps": (card_with(steps=10**400), "a number that is not between"),
    "a huge score": (
        card_with(scores={"fid": {"values": [-(10**4000)], "floor": [1, 1, 1]}}),
        "a number that is not between",
    ),
    "a huge time": (card_with(cpu_seconds=2.0**60), "a number that is not between"),
    "a time that is no number": (card_with(cpu_seconds=math.nan), "a number that is not between"),
    "an endless time": (card_with(cpu_seconds=-math.inf), "a number that is not between"),
    "no safetensors": (no_safetensors, "not a safetensors file"),
    "wrong shape": (lambda f: rewrite(f, lambda t: t.update({WEIGHT: t[WEIGHT].T})), r"is \(64, 3136\)"),
    "wrong type": (lambda f: rewrite(f, lambda t: t.update({WEIGHT: t[WEIGHT].half()})), "float16"),
    "a tensor short": (lambda f: rewrite(f, lambda t: t.pop(WEIGHT)), f"no tensor {WEIGHT}"),
    "a tensor too many": (lambda f: rewrite(f, lambda t: t.update(extra=t[WEIGHT].clone())), "extra"),
    "no past": (lambda f: rewrite(f, lambda t: t.pop("replay.fake")), "no tensor fake"),
    "a shorter past": (lambda f: rewrite(f, lambda t: t.update({"replay.fake": t["replay.fake"][1:]})), "fake"),
    "a past without steps": (lambda f: rewrite(f, lambda t: t.pop("replay.steps")), "no tensor steps"),
}


@pytest.mark.parametrize(("damage", "says"), DAMAGE.values(), ids=DAMAGE.keys())
def test_broken_files_are_a_sentence(damage: Callable[[Path], object], says: str, built: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(built, tmp_path / "pretrained")
    damage(folder)
    with pytest.raises(CheckpointError, match=says) as caught:
        checkpoints.load("dcgan", folder)
    sentence = str(caught.value)
    assert sentence.startswith("dcgan.") and sentence.endswith("Restore the folder pretrained from the repository.")
    assert str(tmp_path) not in sentence and "\n" not in sentence


def test_there_is_no_other_name() -> None:
    for name in ("../judge", "judge", "", "stylegan"):
        with pytest.raises(CheckpointError, match="none of that name"):
            checkpoints.load(name)


def test_the_same_tensors_give_the_same_bytes(built: Path) -> None:
    content = (built / "dcgan.safetensors").read_bytes()
    assert save(dict(reversed(load(content).items()))) == content
