"""The formulas of the registries' rows in LaTeX, as KaTeX sets them: what stands beside the code, and in a notebook.

a is what D puts out, D = σ(a); x a real sample, G(z) a generated one.
"""

from __future__ import annotations

from gan_core.config import RunConfig
from gan_core.engine.penalties import PENALTIES, REACH

_MINIMAX = r"-\mathbb{E}\log D(x) - \mathbb{E}\log\bigl(1 - D(G(z))\bigr)"

# (L_D, L_G) of each loss
LOSSES: dict[str, tuple[str, str]] = {
    "minimax": (_MINIMAX, r"\mathbb{E}\log\bigl(1 - D(G(z))\bigr)"),
    "non_saturating": (_MINIMAX, r"-\mathbb{E}\log D(G(z))"),
    "least_squares": (
        r"\tfrac12\mathbb{E}\bigl(a(x) - 1\bigr)^2 + \tfrac12\mathbb{E}\,a(G(z))^2",
        r"\tfrac12\mathbb{E}\bigl(a(G(z)) - 1\bigr)^2",
    ),
    "hinge": (
        r"\mathbb{E}\max\bigl(0, 1 - a(x)\bigr) + \mathbb{E}\max\bigl(0, 1 + a(G(z))\bigr)",
        r"-\mathbb{E}\,a(G(z))",
    ),
    "wasserstein": (r"\mathbb{E}\,a(G(z)) - \mathbb{E}\,a(x)", r"-\mathbb{E}\,a(G(z))"),
    "relativistic": (
        r"\mathbb{E}\log\bigl(1 + e^{a(G(z)) - a(x)}\bigr)",
        r"\mathbb{E}\log\bigl(1 + e^{a(x) - a(G(z))}\bigr)",
    ),
    "kl": (r"\mathbb{E}\,e^{a(G(z)) - 1} - \mathbb{E}\,a(x)", r"-\mathbb{E}\,e^{a(G(z)) - 1}"),
    "reverse_kl": (r"\mathbb{E}\,a(G(z)) - 1 + \mathbb{E}\,e^{-a(x)}", r"1 - \mathbb{E}\,a(G(z))"),
    "pearson": (
        r"\mathbb{E}\bigl(\tfrac14 a(G(z))^2 + a(G(z))\bigr) - \mathbb{E}\,a(x)",
        r"-\mathbb{E}\bigl(\tfrac14 a(G(z))^2 + a(G(z))\bigr)",
    ),
    "hellinger": (r"\mathbb{E}\,e^{a(G(z))} + \mathbb{E}\,e^{-a(x)} - 2", r"1 - \mathbb{E}\,e^{a(G(z))}"),
    "mmd": (
        r"-\mathrm{MMD}^2",
        r"\mathrm{MMD}^2 = \mathbb{E}\,k(x, x') + \mathbb{E}\,k(y, y') - 2\,\mathbb{E}\,k(x, y)",
    ),
    "feature_matching": (_MINIMAX, r"\tfrac12\bigl\lVert\mathbb{E}\,h(x) - \mathbb{E}\,h(G(z))\bigr\rVert^2"),
}

PENALTY: dict[str, str] = {
    "r1": r"R_1 = \tfrac{\gamma}{2}\,\mathbb{E}\,\lVert\nabla D(x)\rVert^2",
    "r2": r"R_2 = \tfrac{\gamma}{2}\,\mathbb{E}\,\lVert\nabla D(G(z))\rVert^2",
    "wgan_gp": r"\lambda\,\mathbb{E}\bigl(\lVert\nabla D(\hat x)\rVert - 1\bigr)^2,\quad"
    r" \hat x = \varepsilon x + (1 - \varepsilon)\,G(z)",
    "dragan": r"\lambda\,\mathbb{E}\bigl(\lVert\nabla D(\hat x)\rVert - 1\bigr)^2,\quad"
    rf" \hat x = x + {REACH}\, s\, u",
}
LECAM = r"\lambda\bigl(\mathbb{E}(a(x) - \bar a_{\text{fake}})^2 + \mathbb{E}(a(G(z)) - \bar a_{\text{real}})^2\bigr)"

OPTIMISER: dict[str, str] = {
    "adam": r"m \leftarrow \beta_1 m + (1-\beta_1)g,\quad v \leftarrow \beta_2 v + (1-\beta_2)g^2,\quad"
    r" \theta \leftarrow \theta - \eta\,\frac{\hat m}{\sqrt{\hat v} + \epsilon}",
    "optimistic_adam": r"\theta \leftarrow \theta - \eta\,(2u_t - u_{t-1}),\quad"
    r" u = \frac{\hat m}{\sqrt{\hat v} + \epsilon} \text{ of Adam}",
    "rmsprop": r"v \leftarrow \alpha v + (1-\alpha)g^2,\quad"
    r" \theta \leftarrow \theta - \eta\,\frac{g}{\sqrt v + \epsilon}",
    "sgd": r"\theta \leftarrow \theta - \eta\, g",
}

UPDATE: dict[str, str] = {
    "alternating": r"\theta_D \leftarrow \theta_D - \eta_D\nabla L_D(\theta_D, \theta_G),\quad\text{then}\quad"
    r" \theta_G \leftarrow \theta_G - \eta_G\nabla L_G(\theta_D^{\text{new}}, \theta_G)",
    "simultaneous": r"(\theta_D, \theta_G) \leftarrow (\theta_D, \theta_G)"
    r" - \bigl(\eta_D\nabla L_D,\ \eta_G\nabla L_G\bigr)(\theta_D, \theta_G)",
    "extragradient": r"\tilde x = x - \eta\,v(x),\quad x \leftarrow x - \eta\,v(\tilde x),\quad"
    r" x = (\theta_D, \theta_G),\ v = (\nabla L_D, \nabla L_G)",
}
CONSENSUS = r"v \leftarrow v + \gamma\,\nabla\tfrac12\lVert v\rVert^2,\quad v = (\nabla L_D, \nabla L_G)"
LOOKAHEAD = r"\varphi \leftarrow \tfrac12(\varphi + \theta),\quad \theta \leftarrow \varphi"
UNROLLED = (
    r"\theta_{j+1} = \theta_j - \mathrm{update}\bigl(\nabla L_D(\theta_j, G)\bigr),\quad"
    r" G \text{ descends } L_G(\theta_K, G)"
)


def losses_in_latex(config: RunConfig) -> tuple[str, str]:
    """L_D and L_G of the configuration's loss."""
    d, g = LOSSES[config.train.loss]
    return f"L_D = {d}", f"L_G = {g}"


def penalties_in_latex(config: RunConfig) -> dict[str, str]:
    """What is added to L_D, by its field."""
    found = {name: PENALTY[name] for name in PENALTIES if getattr(config.train, name)}
    return found | ({"lecam": LECAM} if config.train.lecam else {})
