"""The exact halves of the parts "On a line" and "Parallel lines" as scripts."""

from __future__ import annotations

from gan_core.scripts.calculations import Calculation
from pages.shared.controls import options
from pages.shared.shell.state import PageState


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
