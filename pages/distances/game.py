"""The section "Value of the game": the minimax value for a D on its way to the optimal one, which it walks by itself
until somebody says where it is."""

from __future__ import annotations

import numpy as np

from pages.distances.drawing import asks, chart, number, words
from pages.shared.controls import options
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import statistics, tables

THERE, BACK = 28, 14  # moments of D's walk to the optimum, and back to where the slider has it


def section(page: PageState) -> None:
    from gan_core import theory
    from gan_core.figures import game as figures

    settings, verdict, picture, rail = asks(page, "game_text")
    with settings:
        d, path = (options.control(page, name) for name in ("game_distance", "game_path"))
        placed = "game_share" if path == "zero" else "game_certainty"
        share = options.control(page, placed)
    walks = placed not in page.words
    x = np.linspace(min(0.0, d) - 8, max(0.0, d) + 8, 2001)
    log_p, log_q = (-((x - mean) ** 2) / 2 - np.log(2 * np.pi) / 2 for mean in (0.0, d))
    p, q = np.exp(log_p), np.exp(log_q)
    best = log_p - log_q

    def logit(s: float) -> np.ndarray:
        """Of the D that is s of the way from its start to D*: D = s D*, or a = s a*."""
        if path == "half":
            return s * best
        chance = s * theory.optimal_discriminator(log_p, log_q)
        with np.errstate(divide="ignore"):
            return np.log(chance) - np.log1p(-chance)

    shares = np.linspace(0.0, 1.0, 101) if path == "zero" else np.linspace(0.0, 3.0, 121)
    values = np.array([theory.value_of_the_game(logit(s), p, q, x) for s in shares])
    now = float(theory.value_of_the_game(logit(share), p, q, x))
    jsd = float(theory.gaussian_jsd(d))
    optimum = float(theory.optimal_value(jsd))
    bound = now / 2 + theory.LN2
    with verdict:
        statistics.said("distances-game", t("distances.game_said", value=number(now), optimum=number(optimum),
                                            jsd=number(jsd), bound=number(bound)))  # fmt: skip
    with picture:
        near = np.abs(x - d / 2) <= d / 2 + 4.5

        def chosen(s: float) -> np.ndarray:
            return theory.optimal_discriminator(logit(s), 0.0)[near]  # σ of the logit

        way = np.r_[np.linspace(shares[1], 1.0, THERE), np.linspace(1.0, share, BACK)]
        worth = [float(theory.value_of_the_game(logit(s), p, q, x)) for s in way]
        walk = (way, [chosen(s) for s in way], worth) if walks else None
        figure = figures.game(
            x[near], p[near], q[near], chosen(share), theory.optimal_discriminator(log_p, log_q)[near],
            shares, values, (share, now), optimum, labels=words(), walk=walk,
        )  # fmt: skip
        chart(figure, "game", begins=walks, fills=True)
    with rail:
        rows = [
            [t("distances.figure.game"), *(number(one) for one in (now, optimum, -2 * theory.LN2))],
            [t("distances.game_bound"), *(number(one) for one in (bound, jsd, 0.0))],
        ]
        tables.show(["", *(t(f"distances.game_{at}") for at in ("now", "best", "alike"))], rows)
