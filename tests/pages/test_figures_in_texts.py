"""Every figure that the texts state is a constant of the program, a closed form, or stands in a shipped record.

A text that says what was measured takes it through {placeholders} from the record that holds it, so it cannot grow old.
A figure that stands in a text itself has to be listed here with where it comes from.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest

from gan_core import metrics
from gan_core.config import LOSSES, PIXELS, limits
from gan_core.data.images import load_images
from gan_core.engine.networks import LEAK
from gan_core.metrics import copying, features
from gan_core.metrics.floors import TAIL
from gan_core.presets import PRESETS
from gan_core.run.modes import LEAST
from gan_core.studies import frozen_generator
from gan_core.studies.mitigations import DATA
from gan_core.studies.published import PUBLISHED
from gan_core.zoo.plans import ZOO
from pages.shared.shell import i18n

# all that is read on the screen: the texts with the errors, and what presets and finished runs say of themselves
PLANS = {f"preset.{name}": preset for name, preset in PRESETS.items()}
PLANS |= {f"zoo.{name}": plan for name, plan in ZOO.items()}
TEXTS = i18n.texts("en") | {f"{key}.said": f"{plan.title} {plan.why}" for key, plan in PLANS.items()}
# no figures: what is filled in, code, years, names with a number in them, sizes of pictures, powers of ten
NOT_FIGURES = re.compile(r"\{[^}]*\}|`[^`]*`|\b(?:19|20)\d\d\b|[A-Za-zα-ωΑ-Ω₀-₉]\d+|\d+[-–]D\b|\d+×\d+|\d+e[-−]\d+|10⁻")
# counts of what was tried, as "7 of 8" and "3 seeds"; two digits, a decimal, a share or a range. Any other single digit
# is a formula's, or counts what is in sight
FIGURE = re.compile(
    r"(?<![\w.,])\d (?:of|in) \d+|(?<![\w.,])\d (?:seeds|runs|times|mode)\b"
    r"|(?<![\w.,])\d[\d.,]*\d(?:\s?%)?|(?<![\w.,])\d\s?%|(?<![\w.,])\d[–-]\d(?:\s?%)?"
)

LN2 = math.log(2)
SETTING = None  # what a visitor may choose, an experiment is built of or a picture is made of; nothing that was found


def ring_of_one() -> float:
    """W₁ of all mass on one mode, in radii: (2/8) cot(π/16)."""
    found = metrics.collapsed_values(1, 8).ring_w1
    assert found is not None
    return found


# text → figure → what it is: a number that the program has, or SETTING
FIGURES: dict[str, dict[str, float | Callable[[], float] | None]] = {
    "option.data.mnist_full": {"60,000": features.TRAIN},
    "option.init.dcgan": {"0.02": SETTING},
    "preset.grid.said": {"25": lambda: PRESETS["grid"].config.data.modes},
    "preset.digits_mlp_recipe.said": dict.fromkeys(("100", "128", "256", "512", "1024", "784"), SETTING),
    "home.caption": {"3,000": SETTING},
    "digits.fresh": {"10,000": lambda: len(load_images("mnist", "train")[0])},
    "recipe.note": {"10,000": lambda: len(load_images("mnist", "train")[0])},
    "digits.score_class_kl_help": {"10": 10, "2.3": math.log(10)},
    "recipe.score_class_kl_help": {"10": 10, "2.30": math.log(10)},
    "digits.verdict": {"10": 10, "1 %": 0.01},
    "digits.classes_range": {"95 %": 0.95},
    "digits.arithmetic_text": {"1,000": SETTING},
    "digits.classes_made": {"10": 10},
    "ending.happened_digits": {"10": 10},
    "ending.if_wide": {"64": SETTING},
    "digits.score_kid_help": {"500": SETTING},
    "digits.score_nearest_help": {"60,000": features.TRAIN},
    "digits.table_help": {"90 %": 1 - 2 * TAIL},
    "digits.table_note": {"90 %": 1 - 2 * TAIL},
    "digits.memory": {"1 %": copying.TAIL},
    "digits.memory_trust": {"5 %": SETTING},
    "digits.neighbours_among": {"10,000": features.EMBEDDED, "50,000": features.TRAIN - features.EMBEDDED},
    "collapse.experiment_grid": {"25": lambda: DATA["grid"].data.modes},
    "collapse.why_grid": {"25": lambda: DATA["grid"].data.modes},
    "collapse.measured_grid": {"25": lambda: DATA["grid"].data.modes},
    "collapse.column_modes_1pct": {"1 %": LEAST},
    "collapse.columns_note": {"1 %": LEAST},
    "collapse.numbers_note": {"9 of 10": 1 - 2 * TAIL, "1 %": LEAST},
    "collapse.alarm_text": {"1 %": LEAST},
    "collapse.alarm_measured": {"95 %": 0.95},
    "collapse.why_text": {"10": SETTING},
    "collapse.mitigations_text": {
        "9 of 10": 1 - 2 * TAIL,
        "1 mode": lambda: PUBLISHED["ring"][0].cells["modes"].mean,
        "6.3": lambda: PUBLISHED["ring"][4].cells["modes"].mean,
    },
    "collapse.myth_all_modes": {"8 of 8": SETTING},
    "collapse.ask.covered_few": {"3 in 8": SETTING},
    "vanishing.densities.trained": {"3 seeds": frozen_generator.SEEDS},
    "collapse.myth_all_modes_text": {"93 %": lambda: 1 - metrics.expected_high_quality(3 / 8)},
    "collapse.myth_high_quality": {"99.9 %": SETTING},
    "collapse.myth_high_quality_text": {"4.5": 3**2 / 2, "98.889 %": metrics.expected_high_quality},
    "collapse.myth_w1_text": {"1.257": ring_of_one},
    "panel.scores_help": {"9 of 10": 1 - 2 * TAIL},
    "panel.modes_help": {"1 %": LEAST},
    "panel.jsd_help": {"0.693": LN2},
    "vanishing.table_help": {"1 %": LEAST},
    "vanishing.frozen_help": {"0.02": lambda: DATA["ring"].data.std, "64": SETTING, "256": SETTING},
    "vanishing.frozen_note": {"1,024": SETTING},
    "vanishing.distance_help": {"1-3": SETTING, "1,000": SETTING, "32": SETTING, "17": SETTING},
    "vanishing.remedy.instance_noise": {"0.5": SETTING},
    "vanishing.remedy.label_smoothing": {"0.9": SETTING},
    "vanishing.ask.helps": {"0.9": SETTING},
    "vanishing.rescaled_help": {"64": SETTING, "256": SETTING, "10": SETTING, "0.01": SETTING, "0.1": SETTING},
    "convergence.beta1_about": {"0.999": SETTING},
    "convergence.two_nets_tiny": {"16": SETTING},
    "convergence.two_nets_usual": {"64": SETTING},
    "convergence.two_false": {"64": SETTING, "0.1": SETTING},
    "convergence.balance.none": {"16": SETTING},
    "convergence.map_text": {"64": SETTING},
    "distances.units": {"0.693": LN2},
    "distances.taken.apart": {"0.693": LN2},
    "distances.bins_help": {"30": SETTING, "900": 30**2},
    "distances.size_noise": {"9 of 10": 0.9},
    "distances.size_signal": {"9 of 10": 0.9},
    "distances.rule_w1": {"1.78": 1.78},  # tested beside the floors of W₁
    "distances.game_text": {"1.386": lambda: LOSSES["minimax"].equilibrium[0]},
    "wgan.about_line": {"1-6": SETTING, "64": SETTING},
    "wgan.about_digits": {"64": SETTING, "128": SETTING, "256": SETTING, "784": PIXELS},
    "wgan.table_note": {"512": SETTING, "9 of 10": 1 - 2 * TAIL},
    "wgan.slope_note": {"50": SETTING, "40": SETTING},
    "wgan.pair_help": {"0.5": SETTING},
    "wgan.lines_said": {"0.05": SETTING},
    "wgan.lines_note": {"2-3": SETTING, "32": SETTING, "0.1": SETTING},
    "options.heights": {"100": SETTING},
    "wgan.digits_note": {"64": SETTING},
    "wgan.ask.follow_closely": {"0.9": SETTING},
    "wgan.ask.follow_loosely": {"0.5": SETTING, "0.9": SETTING},
    "wgan.ask.follow_hardly": {"0.5": SETTING},
    "recipe.about.label_smoothing": {"0.9": SETTING, "0.1": SETTING},
    "recipe.about.beta1": {"0.9": SETTING, "0.5": SETTING},
    "recipe.about.architecture": {"14": SETTING, "28": SETTING},
    "help.architecture": {"784": PIXELS},
    "help.g_layers": {"1024": lambda: limits("g_layers")[1]},
    "help.d_layers": {"1024": lambda: limits("d_layers")[1]},
    "help.g_activation": {"0.2": LEAK},
    "help.d_activation": {"0.2": LEAK},
    "help.init": {"0.8": SETTING, "0.02": SETTING},
    "help.precision": {"24": 24},
    "help.beta1": {"0.5": SETTING},
}


def figures(text: str) -> list[str]:
    return [found.strip() for found in FIGURE.findall(NOT_FIGURES.sub(" ", text))]


@pytest.mark.parametrize("key", [key for key, text in TEXTS.items() if figures(text)])
def test_no_text_states_a_figure_that_nothing_holds(key: str) -> None:
    known = FIGURES.get(key, {})
    unknown = [figure for figure in figures(TEXTS[key]) if figure not in known]
    assert not unknown, f"take {unknown} from a shipped record by a placeholder, or say in this test what holds them"


@pytest.mark.parametrize("key", [key for key in FIGURES if key in TEXTS])
def test_a_figure_is_what_the_program_computes(key: str) -> None:
    for figure, holds in FIGURES[key].items():
        if holds is None or figure not in figures(TEXTS[key]):
            continue
        value = holds() if callable(holds) else holds
        if share := re.fullmatch(r"(\d) (?:of|in) (\d+)", figure):
            assert value == pytest.approx(int(share[1]) / int(share[2])), f"{figure} is {value}"
            continue
        number = re.sub(r"[^\d.]", "", figure)
        value = 100 * value if figure.endswith("%") else value
        places = len(number.partition(".")[2])
        assert f"{value:.{places}f}" == number, f"{figure} is {value}"


def test_finished_runs_are_as_much_faster_as_they_say() -> None:
    """In words, which no figure shows: five and two hundred times."""
    rates = {name: ZOO[name].config.train for name in ("collapsed", "d_won")}
    assert rates["collapsed"].g_lr / rates["collapsed"].d_lr == pytest.approx(5)
    assert rates["d_won"].d_lr / rates["d_won"].g_lr == pytest.approx(200)
    assert "five times" in ZOO["collapsed"].why and "two hundred times" in ZOO["d_won"].why


REFUTED = (
    "same data and same metric",
    "as **one change**",
    "but one gains what the other loses",
    "Balanced networks, no",
    "keeps 1–3",
    "finds all modes,",
    "Least total cost",  # of a pairing, where a mean is shown
)


def test_the_texts_claim_nothing_that_was_refuted() -> None:
    """Sentences that measurement has shown to be wrong, and that may not come back."""
    for text in TEXTS.values():
        for claim in REFUTED:
            assert claim not in text


def test_figures_are_found_and_what_is_none_is_left() -> None:
    found = figures("20 of 20 runs, 98.9 % and 0.27, 1,200 steps, 1–3 of 8, 7 of 8 seeds, 3 times as many")
    assert found == ["20", "20", "98.9 %", "0.27", "1,200", "1–3", "7 of 8", "3 times"]
    assert figures("{n} of `128-128`, Lin et al. 2018, x1, 2-D, 28×28, 1e-4, R1, W₁, 8 modes") == []
