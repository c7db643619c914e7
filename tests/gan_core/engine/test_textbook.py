"""The loop that tutorials write: what it is compared with has to be the same nets, and it has to learn.

It draws from torch's global generator, as tutorials do; each test gives the generator its state back.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
import torch

from gan_core.engine import textbook
from gan_core.presets import PRESETS


@pytest.fixture(autouse=True)
def a_state_of_its_own() -> Iterator[None]:
    with torch.random.fork_rng():
        yield


def parameters(player: torch.nn.Module) -> int:
    return sum(p.numel() for p in player.parameters())


def test_the_ring_is_the_ring() -> None:
    x = textbook.ring(4000)
    assert float(x.norm(dim=1).mean()) == pytest.approx(2, abs=0.01)
    assert float(x.norm(dim=1).std()) == pytest.approx(0.02, abs=0.002)
    octants = (torch.atan2(x[:, 1], x[:, 0]) / (math.pi / 4)).round().long() % 8
    assert (octants.bincount(minlength=8) > 400).all()


def test_its_nets_are_as_large_as_those_of_the_preset() -> None:
    loop = textbook.ring_gan()
    assert (parameters(loop.generator), parameters(loop.discriminator)) == PRESETS["bench_ring"].config.parameter_counts


@pytest.mark.parametrize("make", [textbook.ring_gan, textbook.ring_wgan_gp])
def test_a_step_moves_both_players_and_keeps_both_losses(make) -> None:
    loop = make()
    before = [p.detach().clone() for p in (*loop.generator.parameters(), *loop.discriminator.parameters())]
    loop.step(2)
    after = [*loop.generator.parameters(), *loop.discriminator.parameters()]
    assert len(loop.losses) == 2 and all(math.isfinite(value) for pair in loop.losses for value in pair)
    assert all(not torch.equal(a, b) for a, b in zip(before[::2], after[::2], strict=True))


def test_the_penalty_is_nothing_where_the_slope_is_one() -> None:
    loop = textbook.ring_wgan_gp()
    loop.discriminator = lambda x: x[:, :1]
    assert float(loop.penalty(torch.zeros(5, 2), torch.ones(5, 2))) == pytest.approx(0, abs=1e-12)
    loop.discriminator = lambda x: 3 * x[:, :1]
    assert float(loop.penalty(torch.zeros(5, 2), torch.ones(5, 2))) == pytest.approx(4)


@pytest.mark.parametrize(("make", "shape"), [(textbook.digits_mlp, (784,)), (textbook.digits_dcgan, (1, 28, 28))])
def test_loops_of_digits_draw_digits(make, shape: tuple[int, ...]) -> None:
    loop = make(torch.full((3, 784), 255, dtype=torch.uint8))
    assert torch.equal(loop.real(4), torch.ones(4, *shape))
    assert loop.generator(torch.zeros(2, 64)).shape == (2, *shape)
    assert loop.discriminator(loop.real(4)).shape == (4, 1)
