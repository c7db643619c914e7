"""A run in a file goes on bit for bit; what is no run, or one that was tampered with, is refused with a sentence."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load
from safetensors.numpy import save as write

from gan_core.config import RunConfig
from gan_core.data.points import parse_points, points_digest
from gan_core.errors import ConfigError, SavedError
from gan_core.run.saved import FORMAT, read, save
from gan_core.run.trainer import Trainer

SMALL = {"batch": 8, "g_layers": (8,), "d_layers": (8,), "steps": 100}


def trained(steps: int = 20, **changes: object) -> Trainer:
    trainer = Trainer(RunConfig.of(**SMALL, **changes))
    trainer.step(steps)
    return trainer


def about(content: bytes) -> dict[str, str]:
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length])["__metadata__"]


def changed(content: bytes, arrays: dict | None = None, **words: str) -> bytes:
    """The file with other words in its header, or other arrays."""
    return write({**load(content), **(arrays or {})}, metadata={**about(content), **words})


@pytest.mark.parametrize("members", [1, 5])
def test_a_saved_run_goes_on_bit_for_bit(members: int) -> None:
    first = trained(300, members=members)
    second = read(save(first)).trainer()
    assert second.step_count == 300 and second.seconds == first.seconds
    first.step(77)
    second.step(77)
    assert save(first)[8:] != b"" and load(save(first)).keys() == load(save(second)).keys()
    theirs = load(save(second))
    assert [name for name, array in load(save(first)).items() if not np.array_equal(array, theirs[name], True)] == []
    mine, other = first.history.curves(), second.history.curves()
    np.testing.assert_array_equal(mine.step, other.step)
    np.testing.assert_array_equal(mine.d_loss, other.d_loss)
    np.testing.assert_array_equal(first.generate(20), second.generate(20))


def test_a_table_travels_with_its_run() -> None:
    points = parse_points(np.random.default_rng(0).normal(size=(50, 2)))
    first = Trainer(RunConfig.of(**SMALL, data="custom", points=points_digest(points)), points=points)
    first.step(10)
    second = read(save(first)).trainer()
    first.step(10)
    second.step(10)
    np.testing.assert_array_equal(first.snapshot().fake, second.snapshot().fake)
    other = changed(save(first), {"points": points + np.float32(1)})
    with pytest.raises(ConfigError):
        read(other).trainer()


def test_a_member_that_had_failed_stays_so() -> None:
    first = trained(30, members=2)
    first.ensembles[1].discriminator.theta[0] = float("nan")
    first.step(2)
    assert first.alive.tolist() == [True, False]
    second = read(save(first)).trainer()
    assert second.alive.tolist() == [True, False] and list(map(str, second.failures)) == list(map(str, first.failures))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"\xff" * 100, (10**12).to_bytes(8, "little") + b"{}", (2).to_bytes(8, "little") + b"[]",
        (2**20).to_bytes(8, "little") + b"[" * 2**20, write({"a": np.zeros(3)}), b"\x80\x04\x95" + bytes(99),
    ],
)  # fmt: skip
def test_what_is_no_run_is_refused(content: bytes) -> None:
    with pytest.raises(SavedError) as caught:
        read(content)
    assert str(caught.value).endswith(".")


SOME = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
NO_POINTS = {
    "many": np.tile(SOME, (401, 1)), "few": SOME[:9], "not finite": np.where(SOME > 2, np.nan, SOME),
    "huge": np.float32(1e30) * SOME, "none": SOME[:0],
}  # fmt: skip
NO_FAILURES = (
    "[[1]]", '[[Infinity, [0], "x"]]', '[[NaN, [0], "x"]]', f'[[1{"0" * 400}, [0], "x"]]', '[[-1, [0], "x"]]',
    '[[1.5, [0], "x"]]', '[[true, [0], "x"]]', '[[1, [7], "x"]]', '[[1, ["0"], "x"]]', '[[1, 0, "x"]]', "7",
)  # fmt: skip


def test_a_run_that_was_tampered_with_is_refused() -> None:
    content = save(trained())
    config = json.loads(about(content)["config"])
    wide = json.dumps(config | {"model": config["model"] | {"g_layers": [16]}})
    bad = {
        "another network": (changed(content, config=wide), "has the shape"),
        "no such field": (changed(content, config='{"model": {"g_layer": [8]}}'), "cannot be"),
        "not JSON": (changed(content, config="x" * 1000), "cannot be"),
        "a negative step": (changed(content, step="-5"), "not a run"),
        "a step of a thousand digits": (changed(content, step="9" * 1000), "not a run"),
        "seconds": (changed(content, seconds="nan"), "not a run"),
        **{f"failures {said}": (changed(content, failures=said), "not a run") for said in NO_FAILURES},
        "another format": (changed(content, format=FORMAT + "0"), "not a run"),
        "more tensors": (changed(content, {"more": np.zeros(1)}), "belongs to no part"),
        "more ensembles": (changed(content, {"ensemble.7.x": np.zeros(1)}), "belongs to no part"),
        "long curves": (changed(content, {"curves.steps": np.zeros(9999, np.int64)}), "has the shape"),
        "no curves": (changed(content, {"alive": np.zeros(3, bool)}), "has the shape"),
        **{f"points {name}": (changed(content, {"points": points}), "cannot be") for name, points in NO_POINTS.items()},
        "flat points": (changed(content, {"points": np.zeros(4, np.float32)}), "has the shape"),
    }
    for name, (file, said) in bad.items():
        with pytest.raises(SavedError, match=said):
            read(file).trainer()
            pytest.fail(name)
    with pytest.raises(SavedError, match="MB"):
        read(content, most_bytes=100)


CONTENT = save(trained(3))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(CONTENT) - 1), st.binary(min_size=1, max_size=12))
def test_a_file_with_any_bytes_changed_is_a_run_or_a_sentence(at: int, bytes_: bytes) -> None:
    content = CONTENT[:at] + bytes_ + CONTENT[at + len(bytes_) :]
    try:
        read(content).trainer()
    except (SavedError, ConfigError) as error:
        assert "\n" not in str(error)
