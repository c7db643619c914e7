"""The section "Scores": all finished runs in one table beside real digits, and what the classifier says of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from gan_core.engine.version import VERSION as ENGINE
from gan_core.errors import CheckpointError
from pages.digits import models
from pages.shared.play import shelf
from pages.shared.shell import notices
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import images, live, tables

if TYPE_CHECKING:
    from gan_core.zoo.checkpoints import Card

# score → how it is written, and whether more is better (None: neither end is)
SCORES: dict[str, str] = {
    "fid": "{:.1f}",
    "class_kl": "{:.3f}",
    "precision": "{:.2f}",
    "recall": "{:.2f}",
    "confidence": "{:.3f}",
    "nearest_pixel": "{:.2f}",
    "nearest_feature": "{:.2f}",
}
SAMPLE = "sample"  # in PageState.choices


def section(page: PageState) -> None:
    cards, broken = _cards()
    for error in broken:
        notices.error(error)
    if cards:
        _table(cards)
        _trade_off(cards)
    name = models.run_picker(page, models.names())
    if name is not None:
        _verdict(page, name)


def _cards() -> tuple[list[Card], list[CheckpointError]]:
    """The cards that can be read, and why each of the others cannot."""
    cards, broken = [], []
    for name in models.names():
        try:
            cards.append(models.card(name))
        except CheckpointError as error:
            broken.append(error)
    return cards, broken


def _table(cards: list[Card]) -> None:
    first = cards[0]
    rows = [
        [
            models.run_title(card.name),
            *(style.format(card.scores[score].value) for score, style in SCORES.items()),
            f"{card.steps:,}",
            f"{card.cpu_seconds / 60:.1f}",
        ]
        for card in cards
    ]
    real = [t("digits.real"), *(style.format(first.scores[score].floor) for score, style in SCORES.items()), "–", "–"]
    head = ["", *(t(f"digits.score_{score}") for score in SCORES), t("digits.steps"), t("digits.cpu_minutes")]
    st.markdown(f"**{t('digits.table')}**", help=t("digits.table_help", n=f"{first.samples:,}"))
    tables.show(head, [real, *rows], grey={0})
    st.caption(t("digits.table_note", n=f"{first.samples:,}", bias=f"{first.fid_bias:.2f}"))
    with st.expander(t("digits.about_scores"), icon=":material/help:"):
        st.markdown(
            "\n".join(f"- **{t(f'digits.score_{score}')}**: {t(f'digits.score_{score}_help')}" for score in SCORES)
        )
        st.markdown(t("digits.judge_card", **_judge_words()))


def _judge_words() -> dict[str, str]:
    from gan_core.weights import read_card

    card = read_card("judge")
    return {"accuracy": f"{card['accuracy']:.2%}", "n": f"{card['test_digits']:,}"}


def _trade_off(cards: list[Card]) -> None:
    from gan_core.figures import digits as figures
    from gan_core.figures import style

    def values(score: str) -> list[float]:
        return [card.scores[score].value for card in cards]

    floor = (cards[0].scores["precision"].floor, cards[0].scores["recall"].floor)
    figure = figures.trade_off(
        [models.run_title(card.name) for card in cards], values("precision"), values("recall"), floor,
        labels={name: t(f"digits.trade_off_{name}") for name in figures.TRADE_OFF},
    )  # fmt: skip
    st.plotly_chart(figure, key="digits-trade-off", config=style.EXPORT, width="stretch")


def _verdict(page: PageState, name: str) -> None:
    """One run: its samples, which digits it makes, and whether it shows training digits again."""
    from gan_core.figures import digits as figures
    from gan_core.figures import style

    try:
        card, recorded = shelf.replay(name)
    except CheckpointError as error:
        notices.error(error)
        return
    fake, key = recorded.fake[-1], "digits-verdict-samples"
    chosen = min(page.choices.get(SAMPLE, 0), len(fake) - 1)

    def clicked() -> None:
        index = st.session_state[key].selected
        if index is not None:
            page.choices[SAMPLE] = int(index)

    left, right = st.columns([1, 1], gap="medium")
    with left:
        st.markdown(f"**{t('digits.grid')}**", help=t("digits.grid_help"))
        live.digits(
            key, fake, columns=10, upscale=2, selectable=True, selected=chosen, on_select=clicked,
            summary=t("digits.grid_summary", step=f"{card.steps:,}"),
        )  # fmt: skip
        st.markdown(f"**{t('digits.neighbours')}**", help=t("digits.neighbours_help"))
        images.nearest("digits-verdict-neighbours", fake[chosen])
        st.caption(_memory(card))
    with right:
        made = sum(count >= 0.01 * card.samples for count in card.classes)
        kl = card.scores["class_kl"]
        st.markdown(
            t("digits.verdict", made=made, n=f"{card.samples:,}", kl=f"{kl.value:.3f}", floor=f"{kl.floor:.3f}")
        )
        figure = figures.classes(
            card.classes, images.shares(card.config.data.data),
            labels={name: t(f"digits.classes_{name}") for name in figures.CLASSES},
        )  # fmt: skip
        st.plotly_chart(figure, key="digits-verdict-classes", config=style.EXPORT, width="stretch")
    st.caption(t("digits.rebuild", licence=card.licence, engine=card.versions.get("engine", "–"), now=ENGINE))
    st.code(f"python -m gan_core build-pretrained {card.name}", language="bash")


def _memory(card: Card) -> str:
    """Nearer to the training digits than held-out digits are: learned by heart; farther: off the data."""
    pixel, feature = card.scores["nearest_pixel"], card.scores["nearest_feature"]
    ratio = feature.value / max(feature.floor, 1e-9)
    verdict = "memory_near" if ratio < 0.8 else "memory_far" if ratio > 1.25 else "memory_alike"
    words = {"pixel": f"{pixel.value:.2f}", "pixel_real": f"{pixel.floor:.2f}", "feature": f"{feature.value:.2f}",
             "feature_real": f"{feature.floor:.2f}"}  # fmt: skip
    return f"{t('digits.memory', **words)} {t(f'digits.{verdict}')}"
