"""The parts "On a line" and "Parallel lines" as scripts: what is exact, and who learns."""

from __future__ import annotations

from gan_core.scripts import studies
from gan_core.scripts.calculations import Calculation
from gan_core.scripts.studies import Study
from gan_core.studies.line_duel import DUELLISTS
from pages.shared.controls import options
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.wgan.line import CLIP, DUEL_UPDATES, pair
from pages.wgan.lines import METHODS, THETA_STEPS
from pages.wgan.options import method


def line(page: PageState) -> Calculation:
    """The optima that D and both critics are compared with, and the distances that they can find."""
    from gan_core.studies.line_duel import POSITIONS
    from gan_core.theory.distributions_1d import GaussianMixture
    from gan_core.theory.divergences_1d import jsd, w1
    from gan_core.theory.optimal_critic import exact_duel

    distance = options.value(page, "distance")
    real, fake = {
        "gaussians": ("GaussianMixture.gaussian(0.0, 0.5)", f"GaussianMixture.gaussian({distance}, 0.5)"),
        "mixture": (
            f"GaussianMixture(np.full(2, 0.5), np.array([{-distance / 2}, {distance / 2}]), np.full(2, 0.5))",
            f"GaussianMixture.gaussian({distance / 2}, 0.5)",
        ),
    }[options.value(page, "pair")]
    code = f"""p = {real}
q = {fake}
x = np.linspace(min(p.window[0], q.window[0]), max(p.window[1], q.window[1]), {POSITIONS})
p_x, q_x = np.exp(p.log_pdf(x)), np.exp(q.log_pdf(x))
best = exact_duel(p, q, x)  # D*, f*, and what each loss hands to a sample at x
print(f"JSD {{jsd(p, q):.6g}}, W1 {{w1(p, q):.6g}}")
"""
    return Calculation("On a line, exactly", (GaussianMixture, exact_duel, jsd, w1), code, ("optimal_critic",))


def lines(page: PageState) -> Calculation:
    """All distances of the two lines."""
    from gan_core.theory.parallel_lines import parallel_lines

    code = f"""theta = {options.value(page, "theta")}
found = vars(parallel_lines(theta))
for name, value in found.items():
    print(f"{{name:>4}} {{value:.6g}}")

places = np.linspace(-2.0, 2.0, 401)  # the curves
curves = {{name: np.array([getattr(parallel_lines(place), name) for place in places]) for name in found}}
"""
    return Calculation("Parallel lines, exactly", (parallel_lines,), code, ("parallel_lines",))


CALCULATIONS = {"line": line, "lines": lines}


def _duel(page: PageState) -> dict[str, Study]:
    kind, distance = options.value(page, "pair"), options.value(page, "distance")
    p, q = pair(kind, distance)
    window = min(p.window[0], q.window[0]), max(p.window[1], q.window[1])
    real, fake = ((tuple(one.means.tolist()), float(one.stds[0])) for one in (p, q))
    return {
        t(f"wgan.found_{name}"): studies.duel(
            name, real, fake, window, penalty=options.value(page, "weight"), clip=CLIP, seed=page.config.train.seed,
            updates=DUEL_UPDATES, title=t(f"wgan.found_{name}"),
        ) for name in DUELLISTS
    }  # fmt: skip


def _lines(page: PageState) -> dict[str, Study]:
    theta, warm_up, seed = options.value(page, "theta"), options.value(page, "warm_up"), page.config.train.seed
    return {
        method(name): studies.lines(
            name, theta, warm_up=warm_up, steps=THETA_STEPS, seed=seed, title=f"{t('wgan.part_lines')}: {method(name)}"
        )
        for name in METHODS
    }


STUDIES = {"line": _duel, "lines": _lines}
