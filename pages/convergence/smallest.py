"""The section "The smallest GAN": two games side by side from one start, with what has to come of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from gan_core.numerals import number
from pages.convergence.networks import of_networks
from pages.convergence.options import EXTENT, SIDES, SLIDERS, SMALLEST, TURNS
from pages.shared.controls import options, predict
from pages.shared.shell import address, notices, site, stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app
from pages.shared.views import live

if TYPE_CHECKING:
    from gan_core.theory.updates import Floats

ANSWERS = ("converges", "cycles", "leaves")
Given = tuple[tuple[str, Any], ...]  # settings by name, sorted: what a cache can ask for


@dataclass(frozen=True, eq=False)
class Run:
    """A game as it is set: its rules, its path (steps + 1, 2), and its numbers at the equilibrium."""

    variant: str
    settings: Mapping[str, float]
    path: Floats
    eigenvalues: np.ndarray
    multipliers: np.ndarray


def section(page: PageState) -> None:
    how, steps = rules(page)
    games = {side: game(page, side) for side in SIDES}
    with stage.settings():
        for side in SIDES:
            _game_controls(page, side, *games[side], how)
        _rule_controls(page, games, how)
    start = options.value(page, "theta"), options.value(page, "psi")
    runs = {side: _run(variant, s, how, steps, *start) for side, (variant, s) in games.items()}
    _to_keep(runs, how, steps, start)
    with stage.begin():
        _stage(page, runs)


def _to_keep(runs: Mapping[str, Run], how: Given, steps: int, start: tuple[float, float]) -> None:
    """The picture of both games, for exports and slides."""
    from gan_core.export import games

    played = [games.Game(one.variant, one.settings, t(f"convergence.variant_{one.variant}")) for one in runs.values()]
    app().charts["convergence-paths"] = games.dirac(
        played, start=start, steps=steps, extent=EXTENT, **dict(how),
        labels={word: t(f"convergence.plate.{word}") for word in ("of_field", "of_step", "start")}
        | {"title": t("convergence.smallest_title"), "update": t(f"convergence.update_{dict(how)['update']}")},
    )  # fmt: skip


def rules(page: PageState) -> tuple[Given, int]:
    """How both games are played, and for how many steps."""
    update = options.value(page, "update")
    given = {"step_size": options.value(page, "h"), "update": update}
    given |= {name: options.value(page, name) for name in ("optimiser", "beta1")}
    if TURNS[update]:
        given |= {name: options.value(page, name) for name in ("n_d", "n_g")}
        given["d_first"] = int(options.value(page, "first") == "d")
    return tuple(sorted(given.items())), options.value(page, "steps")


def game(page: PageState, side: str) -> tuple[str, Given]:
    """The game of one side, and what it is set to."""
    from gan_core.theory.dirac import VARIANTS

    variant = options.value(page, side)
    s = {name: options.value(page, f"{side}_{variant}_{name}") for name in VARIANTS[variant].settings}
    return variant, tuple(sorted(s.items()))


def _game_controls(page: PageState, side: str, variant: str, s: Given, rules: Given) -> None:
    options.control(page, side)
    for name in dict(s):
        options.control(page, f"{side}_{variant}_{name}", word=name)
        low, high, _ = SLIDERS[name]
        _marks(low, high, *_critical(variant, name, s, low, high, rules))
    if (networks := of_networks(variant, dict(s), options.value(page, "update"))) is not None:
        play = site.entry("play_2d")
        st.page_link(
            play.file, label=t("convergence.networks"), icon=play.symbol, query_params=networks.to_query(),
            help=t("convergence.networks_help"),
        )  # fmt: skip


def _rule_controls(page: PageState, games: Mapping[str, tuple[str, Given]], rules: Given) -> None:
    options.control(page, "update")
    options.control(page, "h")
    low, high = page.options["h"].low, page.options["h"].high  # type: ignore[attr-defined]  # it is a Number
    found = {value for variant, s in games.values() for value in _critical_steps(variant, s, low, high, rules)}
    _marks(low, high, tuple(sorted(found)), ())
    with st.popover(t("convergence.more"), width="stretch"):
        for name in ("optimiser", "beta1"):
            options.control(page, name)
        st.caption(t("convergence.beta1_about"))
        if TURNS[options.value(page, "update")]:
            for name in ("n_d", "n_g", "first"):
                options.control(page, name)
        for name in ("steps", "theta", "psi"):
            options.control(page, name)


@lru_cache(maxsize=256)
def _critical(
    variant: str,
    name: str,
    s: Given,
    low: float,
    high: float,
    rules: Given,
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Between low and high: where one step begins or ceases to converge, and where the field no longer turns."""
    from gan_core.theory import dirac

    setting = dirac.VARIANTS[variant].settings.get(name)
    whole = setting is not None and setting.whole
    straight = dirac.overdamped(variant, **dict(s)).get(name, np.inf)
    crossed = () if whole else dirac.crossings(variant, name, low, high, points=121, **dict(s) | dict(rules))
    return crossed, (straight,) if low <= straight <= high else ()


def _critical_steps(variant: str, s: Given, low: float, high: float, rules: Given) -> tuple[float, ...]:
    return _critical(variant, "step_size", s, low, high, tuple(rule for rule in rules if rule[0] != "step_size"))[0]


def _marks(low: float, high: float, turns: tuple[float, ...], straight: tuple[float, ...]) -> None:
    """Ticks under a slider at its critical values, and what they are."""
    said = [t("convergence.turn", value=number(value)) for value in turns]
    said += [t("convergence.straight", value=number(value)) for value in straight]
    if not said:
        return
    places = [(value, "") for value in turns] + [(value, " class=straight") for value in straight]
    ticks = "".join(f'<i style="left:{100 * (at - low) / (high - low):.2f}%"{kind}></i>' for at, kind in places)
    st.html(f'<div class="gan-marks">{ticks}</div>')
    st.caption(" · ".join(said))


@lru_cache(maxsize=128)
def _run(
    variant: str,
    s: Given,
    rules: Given,
    steps: int,
    theta: float,
    psi: float,
) -> Run:
    from gan_core.theory import dirac

    given = dict(s) | dict(rules)
    path = dirac.simulate(variant, start=(theta, psi), steps=steps, **given)
    return Run(variant, dict(s), path, dirac.eigenvalues(variant, **dict(s)), dirac.multipliers(variant, **given))


def _stage(page: PageState, runs: Mapping[str, Run]) -> None:
    from gan_core.export import games
    from gan_core.theory import dirac

    run = "&".join(["paths", *(f"{name}={word}" for name, word in sorted(page.words.items()) if name in SMALLEST)])
    played = ("played", run) in page.choices

    def clicked(place: tuple[float, float]) -> None:
        page.choices["outside"] = max(map(abs, place)) > EXTENT
        if page.choices["outside"]:
            return
        for name, value in zip(("theta", "psi"), place, strict=True):
            options.put(page, name, round(value, 2))
        address.write_page(page)

    def ended() -> None:
        page.choices["played", run] = True

    with stage.area("verdict"):
        if page.choices.pop("outside", False):
            notices.warning(t("convergence.outside", extent=number(EXTENT)))
        else:
            for one in runs.values():
                st.markdown(f"**{t(f'convergence.variant_{one.variant}')}** · {_theory(one)}")
    places = games.lattice(EXTENT)
    panels = [
        live.Path(
            t(f"convergence.variant_{one.variant}"), one.path, places.T,
            dirac.field_at(one.variant, places, **one.settings).T, one.eigenvalues, one.multipliers, tint,
        )
        for one, tint in zip(runs.values(), games.TINTS, strict=False)
    ]  # fmt: skip
    with stage.picture(panels=len(panels)):
        live.paths(
            "convergence-paths", panels, run=run, extent=EXTENT, shown=played,
            labels={name: t(f"convergence.paths.{name}") for name in live.PATH_LABELS},
            summary=t("convergence.summary"), on_start=clicked, on_played=ended,
        )  # fmt: skip
    with stage.rail():
        for column, (name, one) in zip(st.columns(2, gap="medium"), runs.items(), strict=True):
            with column:
                _foretold(page, name, one, run, played)
    with stage.below():
        st.caption(t("convergence.green"))


def _foretold(page: PageState, side: str, one: Run, run: str, played: bool) -> None:
    """The question before Play, and after it what came."""
    from gan_core.theory import dirac

    r = np.hypot(*one.path.T)
    last = dirac.finite_steps(one.path)
    evidence = t("convergence.went", first=number(r[0]), last=number(r[last]), step=f"{last:,}")
    shown = dirac.seen(one.path) if played else None
    if last + 1 < len(one.path):
        notices.warning(t("convergence.overflow", step=f"{last:,}"))
    predict.question(page, f"path_{side}", ANSWERS, run=run, started=played, shown=shown, evidence=evidence)


def _theory(one: Run) -> str:
    """The numbers that decide, without the verdict: that is asked."""
    from gan_core.theory import dirac

    if not np.isfinite(one.eigenvalues).all():
        return t("convergence.jumps")
    if not one.multipliers.size:
        return t("convergence.not_linear")
    h = dirac.critical_step(one.variant, **one.settings)
    largest = f"{np.abs(one.multipliers).max():.4f}"
    steps = t("convergence.critical_h", h=number(h)) if h > 0 else t("convergence.no_critical_h")
    return f"{t('convergence.numbers', largest=largest)} {steps}"
