"""Scripts of studies beside the studies: the same numbers, to what float32 leaves of them after so many updates."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from gan_core.config import RunConfig
from gan_core.scripts import studies
from gan_core.scripts.studies import Study
from gan_core.studies import line_duel, parallel_lines
from gan_core.studies.frozen_generator import DISTANCES, FrozenGenerator, GaussianDiscriminators
from gan_core.theory.distributions_1d import GaussianMixture
from tests.gan_core.scripts.made import module

SMALL = RunConfig.of(batch=32, g_layers=(8,), d_layers=(8,), members=2, seed=3)
# the study's rounding is another one than autograd's; a wrong draw or a wrong turn differs in the first digit
ALIKE = {"rel": 2e-3, "abs": 2e-5}
PAIRS = {  # of the page "GAN against WGAN": means and σ of the real and of the generated
    "gaussians": (((0.0,), 0.5), ((3.0,), 0.5)),
    "mixture": (((-1.5, 1.5), 0.5), ((1.5,), 0.5)),
}


def made(of: Study, folder: Path) -> ModuleType:
    """The script, imported; what the notebook runs last is what it would run."""
    cells = [cell for cell in json.loads(studies.notebook(of))["cells"] if cell["cell_type"] == "code"]
    assert "".join(cells[-1]["source"]).strip() == of.run.strip()
    text = studies.script(of)
    assert max(map(len, text.splitlines())) <= 120 and len(text.splitlines()) <= 230
    return module(text, folder, torch.float32)


@pytest.mark.parametrize(
    "changes", [
        {"loss": "non_saturating"}, {"loss": "minimax", "d_steps": 2}, {"loss": "minimax", "instance_noise": 0.5},
        {"loss": "minimax", "label_smoothing": 0.1}, {"loss": "minimax", "r1": 1.0},
        {"loss": "wasserstein", "wgan_gp": 0.1, "beta2": 0.9},
    ], ids=str,
)  # fmt: skip
@pytest.mark.parametrize("warm_up", [0, 20])
def test_g_frozen(changes: dict, warm_up: int, tmp_path: Path) -> None:
    config = SMALL.replace(**changes)
    work = FrozenGenerator([config], warm_up=warm_up)
    work.step(warm_up + 40)
    found = made(studies.frozen(config, warm_up=warm_up, rounds=40), tmp_path)
    (curves,) = work.curves
    assert tuple(found.MEASURED) == tuple(curves.norms)
    for k in range(2):
        rows = np.array(found.train(3 + k, warm_up + 40))
        for i, name in enumerate(found.MEASURED):
            assert rows[:, i] == pytest.approx(curves.norms[name][:, k], **ALIKE), name


@pytest.mark.parametrize("kind", PAIRS)
def test_a_duel_on_a_line(kind: str, tmp_path: Path) -> None:
    pair = PAIRS[kind]
    p, q = (
        GaussianMixture(np.full(len(means), 1 / len(means)), np.array(means), np.full(len(means), std))
        for means, std in pair
    )
    work = line_duel.LineDuel(p, q, penalty=1.0, clip=0.1, seed=5)
    work.step(32)
    expected, x = work.duel(), work.positions
    for name in line_duel.DUELLISTS:
        of = studies.duel(name, *pair, (x[0], x[-1]), penalty=1.0, clip=0.1, seed=5, updates=32)
        rows = made(of, tmp_path).train(6, 32)
        assert [update for update, _ in rows] == expected.updates.tolist()
        for i, (_, (values, slopes, distance)) in enumerate(rows):
            theirs = expected.values[name][i, 1]
            if name != "discriminator":  # a critic is known up to a constant, which rounding alone moves
                values, theirs = values - values.mean(), theirs - theirs.mean()
            assert values.numpy() == pytest.approx(theirs, rel=2e-3, abs=1e-3), name
            # but for a place or two where a kink has come to lie on the other side
            apart = np.abs(slopes.numpy() - expected.slopes[name][i, 1]) > 2e-3
            assert apart.sum() <= 2, name
            assert distance == pytest.approx(expected.found[name][i, 1], rel=2e-3), name


@pytest.mark.parametrize("name", parallel_lines.METHODS)
def test_parallel_lines(name: str, tmp_path: Path) -> None:
    game = parallel_lines.ParallelLinesGame(0.5, warm_up=8, seed=2)
    game.step(8 + 12)
    paths = game.paths()
    rows = made(studies.lines(name, 0.5, warm_up=8, steps=12, seed=2), tmp_path).train(3, 20)
    assert [step for step, _ in rows] == paths.step.tolist()
    # a critic's bias has no slope, and what is left of it by rounding is divided by itself
    assert [theta for _, (theta, _) in rows] == pytest.approx(paths.theta[name][:, 1], abs=5e-3)
    assert [distance for _, (_, distance) in rows] == pytest.approx(paths.found[name][:, 1], abs=2e-3)


def test_discriminators_of_two_gaussians(tmp_path: Path) -> None:
    work = GaussianDiscriminators(seed=4)
    work.step(30)
    curves, found = work.curves(), made(studies.gaussians(seed=4, steps=30), tmp_path)
    assert DISTANCES.tolist() == found.DISTANCES
    for i in (0, 6):
        minimax, non_saturating, jsd = found.measure(found.train(DISTANCES[i], 5, 30), DISTANCES[i])
        assert minimax == pytest.approx(curves.minimax[1, i], **ALIKE)
        assert non_saturating == pytest.approx(curves.non_saturating[1, i], **ALIKE)
        assert jsd == pytest.approx(curves.jsd[1, i], **ALIKE)
