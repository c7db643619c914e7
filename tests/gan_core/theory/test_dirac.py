"""The Dirac-GAN against the closed forms of Mescheder et al. 2018 and against autograd."""

from __future__ import annotations

import itertools

import gan_core.dirac
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from gan_core import config
from gan_core.theory import dirac
from gan_core.theory.dirac import critical_step, crossings, eigenvalues, multipliers, outlook, overdamped, simulate

STEPS = (0.05, 0.2, 0.7)
GAMMAS = (0.1, 0.3, 0.5, 0.9, 1.0, 1.7, 3.0)


def root(x: float) -> complex:
    return complex(x) ** 0.5


def test_both_names_are_one_module() -> None:
    assert gan_core.dirac is dirac


# ── the continuous field ─────────────────────────────────────────────────────────────────────────────────────────────

TABLE: list[tuple[str, dict[str, float], tuple[complex, complex]]] = [
    ("gan", {}, (0.5j, -0.5j)),
    ("non_saturating", {}, (0.5j, -0.5j)),
    ("wgan", {}, (1j, -1j)),
    ("wgan_clip", {"clip": 0.3}, (1j, -1j)),  # at the origin nothing is clipped
]
for _g in GAMMAS:
    _s, _k = _g, 10 * _g
    TABLE += [
        ("r1", {"gamma": _g}, (-_g / 2 + root(_g**2 / 4 - 0.25), -_g / 2 - root(_g**2 / 4 - 0.25))),
        ("r1_r2", {"gamma": _g}, (-_g + root(_g**2 - 0.25), -_g - root(_g**2 - 0.25))),
        ("consensus", {"gamma": _g}, (-_g / 4 + 0.5j, -_g / 4 - 0.5j)),
        (
            "instance_noise",
            {"sigma": _s},
            (-(_s**2) / 4 + root(_s**4 / 16 - 0.25), -(_s**2) / 4 - root(_s**4 / 16 - 0.25)),
        ),
        (
            "unrolled",
            {"unroll_steps": 10, "unroll_rate": _g},
            (-_k / 4 + root(_k**2 / 16 - 0.25), -_k / 4 - root(_k**2 / 16 - 0.25)),
        ),
    ]


@pytest.mark.parametrize(("variant", "settings", "expected"), TABLE)
def test_eigenvalues_are_those_of_the_table(variant: str, settings: dict[str, float], expected: tuple) -> None:
    found = eigenvalues(variant, **settings)
    assert found.shape == (2,) and found.dtype == complex
    assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_every_variant_is_in_the_table_or_has_no_eigenvalues() -> None:
    assert {row[0] for row in TABLE} == dirac.VARIANTS.keys() - {"wgan_gp"}
    assert np.isnan(eigenvalues("wgan_gp")).all() and dirac.jacobian("wgan_gp") is None
    assert outlook(multipliers("wgan_gp", step_size=0.1)) is None and np.isnan(critical_step("wgan_gp"))


@pytest.mark.parametrize("variant", [name for name in dirac.VARIANTS if name != "wgan_gp"])
def test_the_jacobian_is_the_derivative_of_the_field(variant: str) -> None:
    e = 1e-5
    around = np.array([[e, -e, 0, 0], [0, 0, e, -e]])
    v = dirac.field_at(variant, around)
    found = dirac.jacobian(variant)
    assert found is not None
    assert_allclose(found, np.stack([v[:, 0] - v[:, 1], v[:, 2] - v[:, 3]], 1) / (2 * e), atol=1e-9)
    assert_allclose(dirac.field_at(variant, (0.0, 0.0)), 0, atol=1e-15)


def autograd_field(variant: str, theta: float, psi: float) -> tuple[float, float]:
    """From the definition of the game, each player's own objective differentiated by torch, in float64."""
    x = torch.tensor([theta, psi], dtype=torch.float64, requires_grad=True)
    s = {name: setting.default for name, setting in dirac.VARIANTS[variant].settings.items()}
    f = torch.nn.functional.logsigmoid

    def ascent(value: torch.Tensor) -> torch.Tensor:
        return torch.autograd.grad(value, x, create_graph=True)[0]

    value = f(x[1] * x[0])
    v = ascent(value) * torch.tensor([-1.0, 1.0])
    if variant == "non_saturating":
        v = torch.stack([ascent(f(-x[1] * x[0]))[0], v[1]])
    elif variant in ("wgan", "wgan_clip", "wgan_gp"):
        v = ascent(x[0] * x[1]) * torch.tensor([-1.0, 1.0])
        if variant == "wgan_gp":
            v = v - ascent(s["gamma"] / 2 * (x[1].abs() - s["target"]) ** 2)
    elif variant in ("r1", "r1_r2"):
        v = v - ascent(s["gamma"] / 2 * x[1] ** 2 * (2 if variant == "r1_r2" else 1))
    elif variant == "consensus":
        v = v - s["gamma"] * ascent(v.square().sum() / 2)
    elif variant == "unrolled":
        psi_ahead = x[1]
        for _ in range(int(s["unroll_steps"])):
            psi_ahead = psi_ahead + s["unroll_rate"] * x[0] * torch.sigmoid(-psi_ahead * x[0])
        v = torch.stack([-ascent(f(psi_ahead * x[0]))[0], v[1]])
    elif variant == "instance_noise":  # the trapezoid rule converges as fast as any on a Gaussian
        xi = torch.linspace(-9, 9, 4001, dtype=torch.float64)
        w = torch.exp(-(xi**2) / 2)
        w = w / w.sum()
        mean = (w * f(x[1] * (x[0] + s["sigma"] * xi))).sum()
        v = torch.stack([-ascent(mean)[0], ascent(mean + (w * f(-x[1] * s["sigma"] * xi)).sum())[1]])
    return v[0].item(), v[1].item()


@pytest.mark.parametrize("variant", dirac.VARIANTS)
def test_the_field_is_the_gradient_of_the_game(variant: str) -> None:
    for theta, psi in itertools.product((-2.0, -0.3, 0.4, 1.5), (-1.7, -0.2, 0.6, 2.0)):
        expected = autograd_field(variant, theta, psi)
        assert_allclose(dirac.field_at(variant, (theta, psi)), expected, rtol=0, atol=1e-9)


def test_a_field_has_the_shape_of_its_points() -> None:
    points = np.linspace(-2, 2, 24).reshape(2, 3, 4)
    for variant in dirac.VARIANTS:
        v = dirac.field_at(variant, points)
        assert v.shape == points.shape
        assert_allclose(v[:, 1, 2], dirac.field_at(variant, points[:, 1, 2]))


# ── paths ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_reference_paths() -> None:
    start = {"start": (1.0, 1.0), "step_size": 0.2}
    assert_allclose(simulate("gan", steps=1, **start)[1], (0.946212, 1.053788), atol=5e-7)
    assert_allclose(np.hypot(*simulate("gan", steps=100, **start)[-1]), 1.962624, atol=5e-7)
    assert_allclose(simulate("non_saturating", steps=1, **start)[1], (0.853788, 1.053788), atol=5e-7)
    assert_allclose(np.hypot(*simulate("wgan", steps=500, **start)[-1]), 2**0.5 * 1.04**250, rtol=1e-12)
    assert_allclose(simulate("r1", gamma=0.3, steps=10, **start)[-1], (0.364932, 0.891537), atol=5e-7)


@pytest.mark.parametrize("h", STEPS)
def test_the_simultaneous_gan_grows_by_its_factor_each_step(h: float) -> None:
    path = simulate("gan", start=(1, 0.5), step_size=h, steps=80)
    r2 = (path**2).sum(1)
    slope = 1 / (1 + np.exp(path.prod(1)))
    assert_allclose(r2[1:] / r2[:-1], 1 + h**2 * slope[:-1] ** 2, rtol=1e-12)


def test_the_flow_of_the_gan_is_a_circle() -> None:
    """Simultaneous steps leave it by a factor exp(½ h t f'²) of r²: half the step, half the drift."""
    drift = [
        float((simulate("gan", start=(1, 1), step_size=h, steps=round(5 / h))[-1] ** 2).sum()) - 2 for h in (2e-3, 1e-3)
    ]
    assert drift[0] / drift[1] == pytest.approx(2, rel=0.01) and drift[1] < 5e-3


def test_the_flow_of_the_non_saturating_gan_closes_in_as_eight_over_t() -> None:
    h, steps = 0.1, 15_000  # alternating steps add and take nothing of their own
    path = simulate("non_saturating", start=(1, 1), step_size=h, steps=steps, update="alternating")
    assert (path[-1] ** 2).sum() * steps * h == pytest.approx(8, rel=0.02)


@pytest.mark.parametrize("h", [0.1, 0.2])
def test_simultaneous_non_saturating_steps_settle_at_twice_the_step(h: float) -> None:
    path = simulate("non_saturating", start=(1, 1), step_size=h, steps=6000)
    assert (path[-2000:] ** 2).sum(1).mean() == pytest.approx(2 * h, rel=0.1)


@pytest.mark.parametrize("h", STEPS)
@pytest.mark.parametrize(("d_first", "sign"), [(0, -1), (1, 1)])
def test_alternating_wgan_keeps_its_invariant(h: float, d_first: int, sign: int) -> None:
    theta, psi = simulate("wgan", start=(1, 0.3), step_size=h, steps=500, update="alternating", d_first=d_first).T
    kept = theta**2 + psi**2 + sign * h * theta * psi
    assert_allclose(kept, kept[0], rtol=1e-12)


def test_clipping_holds_psi_and_the_path_goes_on_for_ever() -> None:
    path = simulate("wgan_clip", start=(1, 1), step_size=0.2, steps=2000, clip=0.5)
    assert np.abs(path[1:, 1]).max() <= 0.5
    assert (path[-500:] ** 2).sum(1).max() > 0.01


def test_the_gradient_penalty_keeps_wgan_away_from_the_equilibrium() -> None:
    r = np.hypot(*simulate("wgan_gp", start=(1, 1), step_size=0.2, steps=3000)[-1000:].T)
    assert np.isfinite(r).all() and r.max() > 0.1


@pytest.mark.parametrize("variant", dirac.VARIANTS)
@pytest.mark.parametrize("update", dirac.UPDATES)
def test_near_the_equilibrium_a_path_does_what_the_multipliers_say(variant: str, update: str) -> None:
    for optimiser_settings in ({}, {"beta1": -0.4}, {"beta1": 0.5}):
        found = multipliers(variant, step_size=0.15, update=update, **optimiser_settings)
        path = simulate(variant, start=(2e-15, 1e-15), step_size=0.15, steps=400, update=update, **optimiser_settings)
        grown = np.abs(path[-100:]).max() / np.abs(path[200:300]).max()
        if (said := outlook(found)) == "converges":
            assert grown < 1
        elif said == "leaves":
            assert grown > 1
        elif said == "cycles":
            assert grown == pytest.approx(1, abs=0.05)


def test_extragradient_on_the_bilinear_game() -> None:
    for h in (0.1, 0.5, 0.9, 1.0, 1.3):
        squared = np.abs(multipliers("wgan", step_size=h, update="extragradient")) ** 2
        assert_allclose(squared, 1 - h**2 + h**4, atol=1e-12)
        path = simulate("wgan", start=(1, 1), step_size=h, steps=20, update="extragradient")
        assert_allclose((path[-1] ** 2).sum(), 2 * (1 - h**2 + h**4) ** 20, rtol=1e-9)


@pytest.mark.parametrize(("n_d", "n_g"), [(1, 1), (5, 1), (2, 3)])
@pytest.mark.parametrize("h", [0.2, 1.0, 3.0])
def test_alternating_multipliers(n_d: int, n_g: int, h: float) -> None:
    a = h * 0.5 * (n_g * n_d) ** 0.5
    middle = 1 - a**2 / 2
    expected = [middle + root(middle**2 - 1), middle - root(middle**2 - 1)]
    found = multipliers("gan", step_size=h, update="alternating", n_d=n_d, n_g=n_g)
    assert_allclose(np.sort_complex(found), np.sort_complex(np.array(expected)), atol=1e-9)
    assert outlook(found) == ("cycles" if a <= 2 else "leaves")


def test_optimistic_multipliers_on_the_bilinear_game() -> None:
    """x ← x + h(2Jx − Jx'), eigenvalue ±i of J: μ² − (1 ± 2ih)μ ± ih = 0."""
    h = 0.3
    expected = np.concatenate([np.roots([1, -(1 + 2j * h * s), 1j * h * s]) for s in (1, -1)])
    found = multipliers("wgan", step_size=h, update="optimistic")
    assert_allclose(np.sort_complex(np.round(found, 12)), np.sort_complex(np.round(expected, 12)), atol=1e-9)
    assert outlook(found) == "converges"


def test_negative_momentum_turns_alternating_cycles_into_convergence() -> None:
    """Gidel et al. 2019: of the bilinear game, alternating with β < 0 converges, β = 0 cycles, β > 0 diverges."""
    said = [outlook(multipliers("wgan", step_size=0.3, update="alternating", beta1=beta)) for beta in (-0.5, 0.0, 0.5)]
    assert said == ["converges", "cycles", "leaves"]
    path = simulate("wgan", start=(1, 1), step_size=0.3, steps=1200, update="alternating", beta1=-0.5)
    assert np.hypot(*path[-1]) < 1e-6


@pytest.mark.parametrize(
    ("variant", "settings", "expected"),
    [
        ("r1", {}, "converges"),
        ("wgan", {"update": "alternating"}, "cycles"),
        ("non_saturating", {}, "cycles"),  # on a small circle of its own, r² = 2h
        ("wgan", {}, "leaves"),
        ("wgan", {"step_size": 1e3}, "leaves"),  # it overflows
    ],
)
def test_what_a_path_did_is_read_from_its_radius(variant: str, settings: dict, expected: str) -> None:
    assert dirac.seen(simulate(variant, **{"start": (1, 1), "step_size": 0.2, "steps": 500} | settings)) == expected


# ── where it changes ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("gamma", [g for g in GAMMAS if g <= 1])
def test_r1_with_the_step_of_the_closed_form(gamma: float) -> None:
    assert critical_step("r1", gamma=gamma) == pytest.approx(4 * gamma)
    for h in (0.3, 2 * gamma, 0.1):
        radius2 = np.abs(multipliers("r1", step_size=h, gamma=gamma)).max() ** 2
        assert radius2 == pytest.approx(1 - h * gamma + h**2 / 4)
    radii = [np.abs(multipliers("r1", step_size=f * 2 * gamma, gamma=gamma)).max() for f in (0.9, 1.0, 1.1)]
    assert radii[1] < min(radii[0], radii[2])  # the best step is 2γ


@pytest.mark.parametrize(
    ("variant", "settings", "expected"),
    [
        ("gan", {}, 0.0),
        ("wgan", {}, 0.0),
        ("r1", {"gamma": 0.3}, 1.2),
        ("r1", {"gamma": 2.0}, 2 / (1 + 0.75**0.5)),
        ("r1_r2", {"gamma": 0.3}, 2.4),
        ("instance_noise", {"sigma": 0.7}, 0.98),
        ("consensus", {"gamma": 1.0}, 1.6),
        ("consensus", {"gamma": 3.0}, 24 / 13),
        ("unrolled", {"unroll_steps": 5, "unroll_rate": 0.2}, 2.0),
    ],
)
def test_the_critical_step_from_both_sides(variant: str, settings: dict[str, float], expected: float) -> None:
    assert critical_step(variant, **settings) == pytest.approx(expected)
    if not expected:
        return
    for factor, wanted in ((0.98, "converges"), (1.02, "leaves")):
        h = factor * expected
        assert outlook(multipliers(variant, step_size=h, **settings)) == wanted
        path = simulate(variant, start=(1e-6, 1e-6), step_size=h, steps=2000, **settings)
        assert (np.hypot(*path[-1]) < np.hypot(*path[0])) == (wanted == "converges")
    (found,) = crossings(variant, "step_size", 0.05, 2 * expected, **settings)
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("variant", "name", "critical", "rest"),
    [
        ("r1", "gamma", 1.0, {}),
        ("r1_r2", "gamma", 0.5, {}),
        ("instance_noise", "sigma", 2**0.5, {}),
        ("unrolled", "unroll_rate", 0.25, {"unroll_steps": 8}),
    ],
)
def test_the_critical_setting_from_both_sides(variant: str, name: str, critical: float, rest: dict) -> None:
    """Below it the field turns around the equilibrium, above it goes straight there."""
    assert overdamped(variant, **rest)[name] == pytest.approx(critical)
    assert eigenvalues(variant, **rest | {name: 0.98 * critical}).imag.all()
    assert not eigenvalues(variant, **rest | {name: 1.02 * critical}).imag.any()

    def turns(factor: float) -> int:
        """How often θ changes its sign."""
        path = simulate(variant, start=(1e-3, 0), step_size=0.02, steps=6000, **rest | {name: factor * critical})
        return int((np.diff(np.sign(path[:, 0])) != 0).sum())

    assert turns(0.7) > 5 and turns(1.1) <= 1


def test_crossings_of_a_penalty_at_a_given_step() -> None:
    """R1 at step h converges from γ = h/4 on, up to where h reaches 2/(γ/2 + √(γ²/4 − ¼))."""
    low, high = crossings("r1", "gamma", 0.0, 6.0, step_size=0.5)
    assert low == pytest.approx(0.125, abs=1e-6)
    assert critical_step("r1", gamma=high) == pytest.approx(0.5, abs=1e-6)
    assert crossings("gan", "step_size", 0.01, 3.0) == ()
    assert crossings("wgan", "step_size", 0.01, 2.0, update="extragradient") == pytest.approx((1.0,), abs=1e-6)
    assert crossings("gan", "beta1", -0.9, 0.9, step_size=0.3, update="alternating") == pytest.approx((0.0,), abs=1e-3)


# ── bad input ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_path_that_overflows_ends_at_its_last_finite_point() -> None:
    path = simulate("wgan", start=(1, 1), step_size=1e3, steps=500)
    last = dirac.finite_steps(path)
    assert path.shape == (501, 2) and 0 < last < 500
    assert np.isfinite(path[: last + 1]).all() and np.isnan(path[last + 1 :]).all()
    assert dirac.finite_steps(simulate("r1", start=(1, 1), step_size=0.2, steps=7)) == 7


@pytest.mark.parametrize("variant", dirac.VARIANTS)
@pytest.mark.parametrize("update", dirac.UPDATES)
@pytest.mark.parametrize("optimiser", dirac.OPTIMISERS)
def test_every_combination_runs(variant: str, update: str, optimiser: str) -> None:
    path = simulate(variant, start=(1, -1), step_size=0.1, steps=20, update=update, optimiser=optimiser)
    assert path.shape == (21, 2) and np.isfinite(path).all() and (path[0] == (1, -1)).all()
    assert (multipliers(variant, step_size=0.1, update=update, optimiser=optimiser).size > 0) == (
        optimiser == "sgd" and variant != "wgan_gp"
    )
    assert simulate(variant, start=(1, -1), step_size=0.1, steps=0, update=update).shape == (1, 2)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"variant": "dcgan"}, "one of gan, non_saturating"),
        ({"update": "random"}, "simultaneous, alternating"),
        ({"optimiser": "lbfgs"}, "sgd, adam"),
        ({"start": (1.0, np.nan)}, "two finite numbers"),
        ({"start": (1.0,)}, "two finite numbers"),
        ({"steps": -1}, "whole number"),
        ({"steps": 2.5}, "whole number"),
        ({"steps": 10**9}, "whole number"),
        ({"step_size": -0.1}, "number from 0"),
        ({"step_size": np.nan}, "number from 0"),
        ({"sigma": 1.0}, "no such setting here; there are gamma"),
        ({"gamma": -1.0}, "number from 0"),
        ({"gamma": "much"}, "number from 0"),
        ({"update": "alternating", "n_d": 0}, "whole number from 1"),
        ({"update": "alternating", "n_d": 1.5}, "whole number from 1"),
        ({"beta1": 1.0}, "-0.99 to 0.99"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(changes: dict, said: str) -> None:
    usual = {"variant": "r1", "start": (1, 1), "step_size": 0.2, "steps": 5}
    with pytest.raises(config.ConfigError, match=said):
        simulate(**usual | changes)
