"""The two-dimensional data sets: centres and densities against closed forms, samples against densities."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
import torch
from scipy import special, stats

from gan_core.config import POINT_DATA, ConfigError, DataConfig
from gan_core.data import DISTRIBUTIONS, Distribution, distribution, points_digest
from gan_core.data.distributions import checkerboard, grid, line, moons, ring, spiral, swiss_roll, two_gaussians

torch.set_num_threads(1)

TABLE = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
WITHOUT_MODES = ("spiral", "swiss_roll", "moons", "checkerboard", "line", "ellipse", "custom")
DENSE = [name for name in DISTRIBUTIONS if name != "custom"]


def make(name: str, **fields: object) -> Distribution:
    """The registry's entry with those of the fields that it knows."""
    if name == "custom":
        return DISTRIBUTIONS[name](TABLE)
    known = inspect.signature(DISTRIBUTIONS[name]).parameters
    return DISTRIBUTIONS[name](**{field: value for field, value in fields.items() if field in known})


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def lattice(d: Distribution, n: int = 112) -> tuple[torch.Tensor, float]:
    """(n², 2) middles of the cells that tile the extent, and the area of a cell."""
    xmin, xmax, _, _ = d.extent
    ticks = xmin + (xmax - xmin) * (torch.arange(n, dtype=torch.float64) + 0.5) / n
    return torch.cartesian_prod(ticks, ticks), ((xmax - xmin) / n) ** 2


# --- the whole registry ---


def test_registry_is_what_a_configuration_can_name() -> None:
    assert tuple(DISTRIBUTIONS) == POINT_DATA


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_sample_is_float32_and_lies_in_a_square_extent(name: str) -> None:
    d = make(name)
    x = d.sample(5000, seeded())
    xmin, xmax, ymin, ymax = d.extent
    assert d.name == name
    assert x.shape == (5000, 2) and x.dtype == torch.float32
    assert (xmin, xmax) == (ymin, ymax) == (-xmax, xmax)
    assert x.abs().max() < xmax


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_generator_alone_decides_the_sample(name: str) -> None:
    d, state = make(name), torch.get_rng_state()
    first, again, other = d.sample(64, seeded(1)), make(name).sample(64, seeded(1)), d.sample(64, seeded(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_sample_belongs_to_its_taker(name: str) -> None:
    d = make(name)
    d.sample(64, seeded(1)).fill_(math.nan)
    assert d.sample(64, seeded(1)).isfinite().all()


@pytest.mark.parametrize("name", DENSE)
def test_unknown_keyword_is_a_type_error(name: str) -> None:
    with pytest.raises(TypeError):
        DISTRIBUTIONS[name](colour="red")


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_modes_are_described_where_there_are_modes(name: str) -> None:
    d = make(name)
    assert d.has_density == (d.log_prob is not None) == (name != "custom")
    assert (d.std is None) == (name in ("checkerboard", "custom"))
    if name in WITHOUT_MODES:
        assert d.centres is None and d.weights is None
    else:
        assert d.centres.dtype == d.weights.dtype == torch.float32
        assert d.centres.shape == (len(d.weights), 2)
        assert float(d.weights.sum()) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", DENSE)
def test_density_integrates_to_one(name: str) -> None:
    d = make(name, std=0.1)
    x, area = lattice(d)
    log_prob = d.log_prob(x)
    assert log_prob.shape == (len(x),) and log_prob.dtype == torch.float32
    assert float(log_prob.double().exp().sum()) * area == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("name", DENSE)
def test_samples_fall_where_the_density_says(name: str) -> None:
    """χ² over 14 × 14 boxes of the extent: its mean is the number of boxes, its standard deviation √(2 · boxes)."""
    d, n = make(name, std=0.1), 20_000
    x, area = lattice(d)
    shares = d.log_prob(x).double().exp().reshape(14, 8, 14, 8).sum((1, 3)).numpy() * area
    sample = d.sample(n, seeded(3)).numpy()
    counts, _, _ = np.histogram2d(*sample.T, bins=14, range=[d.extent[:2], d.extent[2:]])
    expected = n * shares
    assert counts[expected < 1e-3].sum() == 0
    big = expected >= 20
    chi2 = float(((counts - expected)[big] ** 2 / expected[big]).sum())
    assert abs(chi2 - big.sum()) < 5 * math.sqrt(2 * big.sum())


@pytest.mark.parametrize("name", DENSE)
def test_mean_log_density_of_a_sample_is_the_negative_entropy(name: str) -> None:
    d, n = make(name, std=0.1), 20_000
    x, area = lattice(d)
    log_prob = d.log_prob(x).double()
    entropy = float(special.entr(log_prob.exp().numpy()).sum()) * area
    of_sample = d.log_prob(d.sample(n, seeded(4)))
    assert of_sample.isfinite().all()
    error = float(of_sample.std()) / math.sqrt(n)
    assert -float(of_sample.mean()) == pytest.approx(entropy, abs=5 * error + 1e-4)


def test_density_far_from_everything_is_still_a_number() -> None:
    x = torch.tensor([[1000.0, -1000.0]])
    assert ring().log_prob(x).isfinite().all() and spiral(std=0.5).log_prob(x).isfinite().all()
    assert torch.equal(checkerboard().log_prob(x), torch.tensor([-math.inf]))


def test_density_of_no_points_is_empty() -> None:
    assert all(make(name).log_prob(torch.empty(0, 2)).shape == (0,) for name in DENSE)


# --- mixtures ---


def check_ring(centres: np.ndarray, modes: int, radius: float) -> None:
    """All on the circle, and neighbours, the last and the first too, are 2R sin(π/M) apart."""
    assert len(centres) == modes
    np.testing.assert_allclose(np.hypot(*centres.T), radius, rtol=1e-6)
    gaps = np.hypot(*(centres - np.roll(centres, -1, axis=0)).T)
    np.testing.assert_allclose(gaps, 2 * radius * math.sin(math.pi / modes), atol=1e-6 * radius)
    assert len(np.unique(centres.round(4), axis=0)) == modes


@pytest.mark.parametrize("modes", [1, 2, 3, 8, 64])
@pytest.mark.parametrize("radius", [0.5, 2.0])
def test_ring_has_equally_spaced_distinct_modes(modes: int, radius: float) -> None:
    check_ring(ring(modes=modes, radius=radius).centres.double().numpy(), modes, radius)


def test_ring_with_both_ends_of_the_circle_is_told_apart() -> None:
    angle = np.linspace(0, 2 * math.pi, 8)  # 0 and 2π are one mode of double weight, and only 7 are left
    with pytest.raises(AssertionError):
        check_ring(2 * np.stack((np.cos(angle), np.sin(angle)), axis=1), 8, 2.0)


def test_ring_of_eight_is_the_published_one() -> None:
    half = math.sqrt(2)
    expected = [(2, 0), (half, half), (0, 2), (-half, half), (-2, 0), (-half, -half), (0, -2), (half, -half)]
    d = ring()
    np.testing.assert_allclose(d.centres, expected, atol=1e-6)
    assert d.std == 0.02


def test_grid_of_25_is_the_published_one() -> None:
    d = grid()
    assert {tuple(c) for c in d.centres.tolist()} == {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert d.std == 0.05


@pytest.mark.parametrize("modes", [1, 4, 9, 64])
def test_grid_fills_its_width_in_equal_steps(modes: int) -> None:
    side = math.isqrt(modes)
    ticks = np.unique(grid(modes=modes, radius=3).centres.numpy()[:, 0])
    np.testing.assert_allclose(ticks, np.linspace(-3, 3, side) if side > 1 else [0], atol=1e-6)


def test_grid_refuses_what_is_no_square() -> None:
    with pytest.raises(ValueError, match="8 modes"):
        grid(modes=8)


def test_two_gaussians_are_two_radii_apart() -> None:
    np.testing.assert_array_equal(two_gaussians(radius=1.5).centres, [[-1.5, 0], [1.5, 0]])


@pytest.mark.parametrize("weights", [(), (1, 2, 3, 4)])
def test_mixture_density_against_scipy(weights: tuple[float, ...]) -> None:
    d = ring(modes=4, radius=1.0, std=0.3, weights=weights)
    shares = np.array(weights or (1, 1, 1, 1)) / sum(weights or (1, 1, 1, 1))
    angles = [0, math.pi / 2, math.pi, 3 * math.pi / 2]
    x = np.random.default_rng(5).normal(size=(500, 2))
    each = [stats.multivariate_normal([math.cos(a), math.sin(a)], 0.09).logpdf(x) for a in angles]
    expected = special.logsumexp(np.stack(each, axis=1), b=shares, axis=1)
    np.testing.assert_allclose(d.log_prob(torch.from_numpy(x)), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("weights", [(), (1, 0, 2, 5, 0)])
def test_modes_are_drawn_by_their_weights_with_the_stated_moments(weights: tuple[float, ...]) -> None:
    n, d = 50_000, ring(modes=5, std=0.02, weights=weights)
    x = d.sample(n, seeded(6))
    mode = torch.cdist(x, d.centres).argmin(1)
    shares = np.array(weights or (1,) * 5) / sum(weights or (1,) * 5)
    drawn = np.bincount(mode.numpy(), minlength=5) / n
    assert (np.abs(drawn - shares) <= 5 * np.sqrt(shares * (1 - shares) / n)).all()  # a weight of 0 is never drawn
    noise = (x - d.centres[mode]).double() / 0.02
    assert (noise.mean(0).abs() < 5 / math.sqrt(n)).all()  # standard error of a mean
    assert (noise.square().mean(0) - 1).abs().max() < 5 * math.sqrt(2 / n)  # and of a variance
    assert abs(float((noise[:, 0] * noise[:, 1]).mean())) < 5 / math.sqrt(n)


@pytest.mark.parametrize(("d", "modes", "std"), [(ring(), 8, 0.02), (grid(), 25, 0.05), (two_gaussians(), 2, 0.02)])
def test_entropy_of_separate_modes(d: Distribution, modes: int, std: float) -> None:
    """H = ln M + 1 + ln 2πσ²; −ln p has the standard deviation 1 in two dimensions."""
    n = 50_000
    entropy = math.log(modes) + 1 + math.log(2 * math.pi * std**2)
    assert -float(d.log_prob(d.sample(n, seeded(7))).mean()) == pytest.approx(entropy, abs=5 / math.sqrt(n))


@pytest.mark.parametrize("weights", [(1, 2), (1, -1, 1), (0, 0, 0), (1, math.nan, 1), (1, math.inf, 1)])
def test_bad_weights_are_refused(weights: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="3 weights"):
        ring(modes=3, weights=weights)


# --- curves and the board ---


@pytest.mark.parametrize("std", [0.02, 0.3, 2.0])
def test_line_density_against_its_closed_form(std: float) -> None:
    """Along the line Φ((u+L)/σ) − Φ((u−L)/σ) over 2L, across it N(v; 0, σ²)."""
    rng, half = np.random.default_rng(8), 2 * math.sqrt(1.25)
    u, v = rng.uniform(-half - 3 * std, half + 3 * std, 1000), rng.uniform(-4 * std, 4 * std, 1000)
    along, across = np.array([2, 1]) / math.sqrt(5), np.array([-1, 2]) / math.sqrt(5)
    density = (special.ndtr((u + half) / std) - special.ndtr((u - half) / std)) / (2 * half)
    expected = np.log(density) + stats.norm.logpdf(v, scale=std)
    actual = line(std=std).log_prob(torch.from_numpy(u[:, None] * along + v[:, None] * across))
    np.testing.assert_allclose(actual, expected, atol=2e-4)


@pytest.mark.parametrize("name", ["spiral", "swiss_roll", "moons", "line", "ellipse"])
@pytest.mark.parametrize("std", [0.02, 0.5])
def test_curve_density_against_the_plain_sum(name: str, std: float) -> None:
    """Samples against 20,000 points on the curve; and of its own nodes none that counts is left out anywhere:
    not where all are equally far, not a thousand units away."""
    d = make(name, std=std)
    t = (torch.arange(-10_000, 10_000, dtype=torch.float64) + 0.5) / 10_000
    sample = d.sample(100, seeded())
    everywhere = torch.cat((sample, lattice(d, 9)[0].float(), torch.zeros(1, 2), torch.tensor([[1e3, -1e3]])))
    nodes, shares = d._quadrature
    for x, centres, weights, tolerance in (
        (sample, d.curve(t).numpy(), np.full(len(t), 1 / len(t)), 5e-4),
        (everywhere, nodes.reshape(-1, 2).numpy(), shares.repeat(len(nodes)).numpy(), 1e-5),
    ):
        squares = ((x.double().numpy()[:, None] - centres) ** 2).sum(-1)
        expected = special.logsumexp(-squares / (2 * std**2), b=weights, axis=1) - math.log(2 * math.pi * std**2)
        np.testing.assert_allclose(d.log_prob(x), expected, rtol=1e-6, atol=tolerance)


def nearest(x: torch.Tensor, curve: np.ndarray) -> torch.Tensor:
    return torch.cdist(x, torch.from_numpy(curve).float()).amin(1)


def test_swiss_roll_is_the_known_one() -> None:
    """t = 3π/2 (1 + 2u), (t cos t, t sin t) / 7.5."""
    t = 1.5 * math.pi * (1 + 2 * np.linspace(0, 1, 5001))
    roll = np.stack((t * np.cos(t), t * np.sin(t)), axis=1) / 7.5
    x = swiss_roll(radius=4.5 * math.pi / 7.5, std=1e-4).sample(500, seeded())
    assert nearest(x, roll).max() < 2e-3
    # the parameter, not the length, is uniform: the mean of |x|² is E t² / 7.5²
    assert float(x.square().sum(1).mean()) == pytest.approx(float((t**2).mean()) / 7.5**2, rel=0.1)


def test_moons_are_the_known_ones() -> None:
    """(cos a, sin a) and (1 − cos a, ½ − sin a), moved by −(½, ¼) and 2/1.5 times as large."""
    a = np.linspace(0, math.pi, 3001)
    upper, lower = np.stack((np.cos(a), np.sin(a)), axis=1), np.stack((1 - np.cos(a), 0.5 - np.sin(a)), axis=1)
    upper, lower = ((moon - [0.5, 0.25]) * 2 / 1.5 for moon in (upper, lower))
    x = moons(std=1e-4).sample(2000, seeded())
    to_upper, to_lower = nearest(x, upper), nearest(x, lower)
    assert torch.minimum(to_upper, to_lower).max() < 2e-3
    assert abs(int((to_upper < to_lower).sum()) - 1000) < 5 * math.sqrt(500)


@pytest.mark.parametrize("radius", [0.1, 0.3, 2.0, 7.7])
def test_no_sample_of_the_board_is_off_its_squares(radius: float) -> None:
    d = checkerboard(radius=radius)
    x = d.sample(50_000, seeded(9))
    np.testing.assert_allclose(d.log_prob(x), -math.log(8 * (radius / 2) ** 2), rtol=1e-6)
    column, row = ((x.double() / radius + 1) * 2).clamp(0, 3.999).floor().int().T
    on_border = (((x.double() / radius + 1) * 2) - ((x.double() / radius + 1) * 2).round()).abs().amin(1) < 1e-5
    assert ((column + row) % 2 == 0)[~on_border].all()
    share = torch.bincount(4 * column + row, minlength=16)[:16].double() / 50_000
    assert (share[share > 0.01] - 1 / 8).abs().max() < 5 * math.sqrt(7 / 64 / 50_000)


# --- from a configuration ---


def test_configuration_passes_what_the_data_set_knows() -> None:
    d = distribution(DataConfig("ring", modes=3, radius=1.5, std=0.1, weights=(1, 1, 2)))
    assert torch.equal(d.centres, ring(3, 1.5, 0.1).centres)
    assert d.std == 0.1 and d.weights.tolist() == [0.25, 0.25, 0.5]
    assert distribution(DataConfig("checkerboard", modes=3, radius=1.5, std=0.1)).radius == 1.5


@pytest.mark.parametrize("name", DENSE)
def test_every_data_set_follows_from_a_configuration(name: str) -> None:
    d = distribution(DataConfig(name, modes=9, radius=1.0, std=0.05))
    assert torch.equal(d.sample(32, seeded()), make(name, modes=9, radius=1.0, std=0.05).sample(32, seeded()))


def test_custom_data_draws_the_rows_of_its_own_table_only() -> None:
    config = DataConfig("custom", points=points_digest(TABLE))
    x = distribution(config, TABLE).sample(2000, seeded())
    assert {tuple(row) for row in x.tolist()} == {tuple(row) for row in TABLE.tolist()}
    with pytest.raises(ConfigError, match="upload"):
        distribution(config)
    with pytest.raises(ConfigError, match="another"):
        distribution(config, TABLE[::-1])


@pytest.mark.parametrize("table", [np.zeros((0, 2)), np.zeros((5, 3)), np.zeros(4), np.full((5, 2), np.nan)])
def test_custom_data_refuses_what_is_no_table(table: np.ndarray) -> None:
    with pytest.raises(ValueError, match="finite"):
        DISTRIBUTIONS["custom"](table)


def test_images_are_no_points() -> None:
    with pytest.raises(ConfigError, match="plane"):
        distribution(DataConfig("mnist"))
