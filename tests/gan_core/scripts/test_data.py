"""The real samples of a script: from the same generator the same numbers, to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from gan_core.config import POINT_DATA, ConfigError, RunConfig
from gan_core.data import distribution, points_digest
from gan_core.data.images import load_images
from gan_core.data.points import standardise
from gan_core.scripts.data import POINTS
from gan_core.scripts.textbook import script
from tests.gan_core.scripts.made import module

WEIGHED = {"ring": (1.0, 2.0, 0.0, 1.0, 1.0, 1.0, 1.0, 3.0), "two_gaussians": (1.0, 3.0)}
CASES = (
    [(name, ()) for name in POINT_DATA if name != "custom"] + list(WEIGHED.items()) + [("two_gaussians", (2.0, 2.0))]
)


def test_there_is_a_text_for_every_data_set() -> None:
    assert {*POINTS, "custom"} == set(POINT_DATA)


@pytest.mark.parametrize(("name", "weights"), CASES)
def test_the_same_generator_gives_the_same_samples(name: str, weights: tuple[float, ...], tmp_path: Path) -> None:
    config = RunConfig.of(data=name, weights=weights, radius=1.7, std=0.03, modes=9 if name == "grid" else 8)
    ours, theirs = (torch.Generator().manual_seed(3) for _ in range(2))
    made = module(script(config), tmp_path)
    for n in (1, 500):
        assert torch.equal(made.sample_real(n, ours), distribution(config.data).sample(n, theirs))


def test_a_table_goes_along_and_another_one_is_refused(tmp_path: Path) -> None:
    table = standardise(np.random.default_rng(0).normal(size=(60, 2)))
    config = RunConfig.of(data="custom", points=points_digest(table))
    made = module(script(config, points=table), tmp_path)
    assert np.array_equal(made.POINTS.numpy(), table)
    with pytest.raises(ConfigError, match="its table is not at hand"):
        script(config)
    with pytest.raises(ConfigError, match="another one"):
        script(config, points=table[::-1].copy())


@pytest.mark.parametrize("pixels", ["symmetric", "unit"])
def test_digits_are_read_from_the_files_of_mnist(pixels: str, at_work: Path) -> None:
    made = module(script(RunConfig.of(data="mnist", pixels=pixels)), at_work)
    images, labels = load_images("mnist", "train")
    assert np.array_equal(made.images.numpy(), images) and np.array_equal(made.labels.numpy(), labels)
    drawn = made.sample_real(100, torch.Generator().manual_seed(0))
    assert drawn.shape == (100, 784) and drawn.max() == 1 and drawn.min() == (0 if pixels == "unit" else -1)
