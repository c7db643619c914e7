"""Controls for the fields of a configuration: one field is one widget, made from the limits that `config` states.

    controls.top(page, names_of_presets)        presets, data set and loss, for the top of the settings
    controls.sidebar(page)                      everything else in groups, in the sidebar
    controls.field(page, "g_lr")                one control, wherever a page wants it
    controls.group(page, "rates", ("g_lr",))    some controls under a heading

The widget shows `page.config`; its callback calls `page.update`. A control is left out where it would mean nothing
(`means_something`). The words are `field.<name>`, `help.<name>` and, for choices, `option.<field>.<value>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, Literal

import streamlit as st

from gan_core.checks import one_of
from gan_core.config import (
    ARCHITECTURES,
    FIELDS,
    IMAGE_DATA,
    LOSSES,
    OPTIMISERS,
    POINT_DATA,
    TYPES,
    RunConfig,
    limits,
    options,
)
from gan_core.numerals import number
from gan_core.presets import PRESETS
from pages.shared.controls import drawn, uploads
from pages.shared.play import player, runs
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app, if_shown

GROUPS: dict[str, tuple[str, ...]] = {
    "rates": ("g_lr", "d_lr", "d_steps", "update"),
    "data": ("modes", "radius", "std", "weights", "pixels"),
    "run": ("members", "seed", "steps"),
    "nets": ("architecture", "grow_steps", "labels", "latent_dim", "latent", "g_layers", "d_layers", "g_activation",
             "d_activation", "g_norm", "d_norm", "init", "d_input_scale", "precision"),
    "optimiser": ("optimiser", "beta1", "beta2", "batch", "decay_steps", "ema", "lookahead", "consensus"),
    "tricks": ("wgan_gp", "r1", "r2", "gamma_steps", "gamma_end", "dragan", "lecam", "spectral_norm", "clip",
               "label_smoothing", "instance_noise", "noise_steps", "d_dropout", "minibatch_std", "packing", "unrolled",
               "skip_d_below"),
}  # fmt: skip
OPEN = ("rates",)  # groups that are unfolded at first

RATES = (
    0.0, 1e-5, 2e-5, 3e-5, 5e-5, 1e-4, 2e-4, 3e-4, 5e-4, 1e-3, 2e-3, 3e-3, 5e-3,
    0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0,
)  # fmt: skip
# Values worth stopping at; a value from an address that is not among them is added. Other numbers are typed.
LADDERS: dict[str, tuple[float, ...]] = {
    "g_lr": RATES,
    "d_lr": RATES,
    "batch": (16, 32, 64, 128, 256, 512, 1024),
    "members": (1, 2, 3, 4, 6, 8, 12, 16),
    "latent_dim": (1, 2, 4, 8, 16, 32, 64, 100, 128, 256),
    "std": (0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0),
    "beta1": (0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999),
    "beta2": (0.0, 0.9, 0.99, 0.999, 0.9999),
    "wgan_gp": (0.0, 0.01, 0.1, 1.0, 10.0, 100.0),
    "r1": (0.0, 0.01, 0.1, 1.0, 10.0, 100.0),
    "r2": (0.0, 0.01, 0.1, 1.0, 10.0, 100.0),
    "dragan": (0.0, 0.01, 0.1, 1.0, 10.0, 100.0),
    "lecam": (0.0, 0.001, 0.01, 0.1, 0.3, 1.0),
    "gamma_steps": (0, 500, 1000, 2000, 5000, 10_000, 20_000),
    "gamma_end": (0.0, 0.01, 0.1, 0.2, 0.5, 1.0),
    "decay_steps": (0, 500, 1000, 2000, 3000, 5000, 10_000, 20_000),
    "ema": (0.0, 0.9, 0.99, 0.995, 0.999, 0.9995, 0.9999),
    "lookahead": (0, 2, 5, 10, 20, 50, 100, 500, 1000, 5000),
    "consensus": (0.0, 0.01, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0),
    "clip": (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
    "noise_steps": (0, 500, 1000, 2000, 5000, 10_000, 20_000),
    "packing": (1, 2, 4, 8, 10),
    "grow_steps": (1, 50, 100, 200, 300, 500, 1000, 2000, 5000),
    "d_steps": (*range(1, 11), 15, 20, 30, 50),
    "unrolled": (0, 1, 2, 3, 5, 8, 10, 15, 20),
}
# What has to change together with the data so that the new data set is a good example of itself.
WITH_DATA: dict[str, dict[str, Any]] = {
    "ring": {"modes": 8, "radius": 2.0, "std": 0.02},
    "grid": {"modes": 25, "radius": 4.0, "std": 0.05},
    "two_gaussians": {"radius": 2.0, "std": 0.2},
}
# Data that a visitor brings: what happens when they are chosen.
OWN_DATA: dict[str, Callable[[PageState], None]] = {"custom": uploads.choose, drawn.NAME: drawn.choose}


def means_something(name: str, config: RunConfig) -> bool:
    """Whether changing the field could change this run."""
    data, model, train = config.data, config.model, config.train
    points = not data.is_image
    rules: dict[str, bool] = {
        "modes": data.data in ("ring", "grid"),
        "radius": points and data.data != "custom",
        "std": points and data.data not in ("custom", "checkerboard"),
        "weights": data.data in ("ring", "grid", "two_gaussians"),
        "points": False,
        "architecture": data.is_image,
        "labels": data.is_image,
        "pixels": data.is_image,
        **{name: name in OPTIMISERS[train.optimiser].betas for name in ("beta1", "beta2")},
        "gamma_steps": train.r1 > 0 or train.r2 > 0,
        "gamma_end": train.gamma_steps > 0,
        "noise_steps": train.instance_noise > 0,
        "label_smoothing": LOSSES[train.loss].smoothable,
        "skip_d_below": LOSSES[train.loss].kind != "critic",
        "unrolled": points,
    }
    return ARCHITECTURES[model.architecture].offers(name) and rules.get(name, True)


def sidebar(page: PageState, groups: Sequence[str] = tuple(GROUPS), *, without: Sequence[str] = ()) -> None:
    """All groups in the sidebar, unless the address hides them; `without` names fields that the page decides itself."""
    if "controls" in app().hidden:
        return
    decided = page.decided | set(without)
    own_points = _has_table(page)
    with st.sidebar:
        for name in sorted(groups, key=lambda name: own_points and name != "data"):  # then the table comes first
            group(page, name, [field for field in GROUPS[name] if field not in decided])


def group(page: PageState, name: str, fields: Sequence[str]) -> None:
    """A folded group is empty until somebody opens it: forty controls took a script run two fifths of its time."""
    shown = [field for field in fields if means_something(field, page.config)]
    own_points = name == "data" and _has_table(page)
    if shown or own_points:
        opened, key = name in OPEN or own_points, group_key(page, name, own_points=own_points)
        box = st.expander(t(f"controls.{name}"), expanded=opened, key=key, on_change="rerun")
        if not box.open:
            return
        with box:
            if set(shown).isdisjoint(runs.RATES):
                _controls(page, shown)
            else:
                st.fragment(_controls)(page, shown, page.config)
            if own_points:
                uploads.editor(page)


def _controls(page: PageState, shown: Sequence[str], drawn: RunConfig | None = None) -> None:
    """The controls of a group. `drawn`: what the page around them was drawn with. Where only rates have changed since
    the runs that train take them over, and nothing else needs to be drawn."""
    if drawn is not None and page.config != drawn and not player.takes_over(page, drawn):
        st.rerun()
    for name in shown:
        field(page, name)


def group_key(page: PageState, name: str, *, own_points: bool = False) -> str:
    """The key of a group's expander; that of one's own points is another, which begins open."""
    return f"{page.name}.group.{name}" + (".own" if own_points else "")


def field(page: PageState, name: str, *, width: int | Literal["stretch"] = "stretch") -> None:
    """One control. Its value is the configuration's; what cannot run is refused with a sentence in `page.problem`."""
    key = widget_key(page, name)
    value = _shown(page, name)
    words: dict[str, Any] = {"label": t(f"field.{name}"), "help": _help(name), "key": key, "width": width}

    changed = if_shown(key, lambda: update(page, name, st.session_state[key]))

    if "options" in FIELDS[name].metadata:
        _set(key, value)
        st.selectbox(**words, options=_choices(page, name), format_func=_option(name), on_change=changed)
    elif TYPES[name] is bool:
        _set(key, value)
        st.toggle(**words, on_change=changed)
    elif TYPES[name] in (int, float):
        _set(key, value)
        _number(name, value, {**words, "on_change": changed})
    else:
        _set(key, "-".join(f"{part:g}" for part in value))
        st.text_input(**words, on_change=changed)


def _help(name: str) -> str:
    if name != "loss":
        return t(f"help.{name}")
    formulas = (f"- **{_option(name)(loss)}**: D: {f.formula[0]}, G: {f.formula[1]}" for loss, f in LOSSES.items())
    return t("help.loss", formulas="\n".join(formulas))


def widget_key(page: PageState, name: str) -> str:
    """The key of a field's widget. It is another one each time the program has changed the field: the browser may not
    know the new value yet when the visitor presses something else, and its old one would count as the visitor's wish.
    """
    return f"{page.name}.{name}" + (f"~{page.turns[name]}" if page.turns[name] else "")


def update(page: PageState, name: str, value: Any) -> None:
    """Take the value of one control over into the page's configuration."""
    if isinstance(value, str) and "options" not in FIELDS[name].metadata:
        page.parse(by=name, **{name: re.sub(r"[\s,;]+", "-", value.strip())})
    elif name == "data" and value in OWN_DATA:
        OWN_DATA[value](page)
    elif name == "data":
        page.update(by="data", data=value, points="", weights=(), **WITH_DATA.get(value, {}))
    else:
        page.update(by=name, **{name: value})


def _number(name: str, value: float, words: dict[str, Any]) -> None:
    low, high = limits(name)
    if name in LADDERS:
        rungs = sorted({*(rung for rung in LADDERS[name] if low <= rung <= high), value})
        st.select_slider(**words, options=rungs, format_func=partial(number, digits=6))
    elif TYPES[name] is int:
        st.number_input(**words, min_value=int(low), max_value=int(high), step=1 if name != "steps" else 1000)
    else:
        step = 0.5 if high >= 10 else 0.05
        st.number_input(**words, min_value=float(low), max_value=float(high), step=step, format="%g")


def _choices(page: PageState, name: str) -> tuple[str, ...]:
    if name == "data":
        return IMAGE_DATA if page.default.data.is_image else (*POINT_DATA, drawn.NAME)
    return options(name)


def _shown(page: PageState, name: str) -> Any:
    """The value of the configuration; of the data that are a drawing, what the box calls it."""
    return drawn.NAME if name == "data" and drawn.now(page) else dict(page.config.flat())[name]


def _has_table(page: PageState) -> bool:
    return page.config.data.data == "custom" and drawn.now(page) is None


def _option(name: str) -> Callable[[str], str]:
    return lambda value: t(f"option.{name}.{value}")


def _set(key: str, value: Any) -> None:
    """The configuration decides what a widget shows."""
    st.session_state[key] = value


def presets(page: PageState, names: Sequence[str]) -> None:
    """A box of presets; choosing one starts it from the beginning. `why` says why the chosen one exists."""
    if "presets" in app().hidden:
        return
    chosen = chosen_preset(page, names)
    page.spelled |= chosen is not None
    key = f"{page.name}.preset~{chosen}"  # see widget_key

    def changed() -> None:
        wanted = one_of(st.session_state[key], names)
        if wanted not in (None, chosen):
            _choose(page, wanted)

    _set(key, chosen)
    st.selectbox(
        t("controls.presets"), names, key=key, index=None if chosen is None else 0, format_func=preset_title,
        on_change=if_shown(key, changed), placeholder=t("controls.own"), help=t("controls.presets_help"),
    )  # fmt: skip


def chosen_preset(page: PageState, names: Sequence[str]) -> str | None:
    """The preset that the controls are at, with whatever seed, None for the visitor's own settings."""
    return next((name for name in names if _seedless(PRESETS[name].config) == _seedless(page.config)), None)


@lru_cache(maxsize=4 * len(PRESETS))
def _seedless(config: RunConfig) -> RunConfig:
    return config.replace(seed=0)


def _choose(page: PageState, name: str) -> None:
    page.take(lambda: PRESETS[name].config)
    player.afresh(page)


def top(
    page: PageState, names: Sequence[str], fields: Sequence[str] = ("data", "loss"), best: str | None = None
) -> None:
    """The presets and the choices that matter most, and why this preset exists; below it the way to the `best` one."""
    presets(page, names)
    chosen = chosen_preset(page, names)
    if chosen:
        st.caption(preset_why(chosen))
    if best is not None and best != chosen and "presets" not in app().hidden:
        st.button(
            t("controls.best", title=preset_title(best)), key=f"{page.name}-best", icon=":material/trophy:",
            help=preset_why(best), on_click=_choose, args=(page, best), width="stretch",
        )  # fmt: skip
    for name in fields:
        field(page, name)


def preset_title(name: str) -> str:
    """In the visitor's language if it has a [preset.<name>] section, else as `presets` says it."""
    return t(f"preset.{name}.title", default=PRESETS[name].title)


def preset_why(name: str) -> str:
    return t(f"preset.{name}.why", default=PRESETS[name].why)
