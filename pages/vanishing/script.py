"""The exact curves of "Flat in what?" and "Two Gaussians" as scripts, and which lines each section shows."""

from __future__ import annotations

from gan_core.scripts.calculations import Calculation
from pages.shared.controls import options
from pages.shared.shell.state import PageState

TOPICS = {"distance": ("far", "saturation")}  # of a section; of the others USUAL
USUAL = ("saturation",)


def curves(page: PageState) -> Calculation:
    """Both losses and their slopes, as functions and at the point that is looked at."""
    from gan_core import theory

    functions = (
        theory.minimax_loss, theory.minimax_gradient, theory.non_saturating_loss, theory.non_saturating_gradient,
        theory.minimax_gradient_of_probability, theory.non_saturating_gradient_of_probability, theory.gradient_ratio,
    )  # fmt: skip
    code = f"""a = {options.value(page, "at")}  # D's output; D = σ(a)
share = 1 / (1 + math.exp(-a))
print(f"D = {{share:.4g}}")
print(f"log(1 − D) {{minimax_loss(a):.4g}}, −log D {{non_saturating_loss(a):.4g}}")
print(f"slopes in a: {{minimax_gradient(a):.4g}}, {{non_saturating_gradient(a):.4g}}")
slopes = minimax_gradient_of_probability(share), non_saturating_gradient_of_probability(share)
print(f"slopes in D: {{slopes[0]:.4g}}, {{slopes[1]:.4g}}; ratio of those in a: {{gradient_ratio(a):.4g}}")

logits = np.linspace(-10, 10, 401)  # the curves
losses = minimax_loss(logits), non_saturating_loss(logits)
gradients = minimax_gradient(logits), non_saturating_gradient(logits)
"""
    return Calculation("Both losses of G", functions, code, USUAL)


def distance(page: PageState) -> Calculation:
    """What is exact of two Gaussians at a distance."""
    from gan_core import theory

    code = f"""d = {options.value(page, "d")}
non_saturating, minimax = gaussian_gradients(d)
print(f"gradient of log(1 − D) {{minimax:.6g}}, of −log D {{non_saturating:.6g}}, JSD {{gaussian_jsd(d):.6g}}")

distances = np.linspace(0, 8, 161)  # the curves
curves = {{"jsd": gaussian_jsd(distances)}} | dict(zip(("non_saturating", "minimax"), gaussian_gradients(distances)))
"""
    return Calculation("Two Gaussians at a distance", (theory.gaussian_gradients, theory.gaussian_jsd), code, ("far",))


CALCULATIONS = {"curves": curves, "distance": distance}
