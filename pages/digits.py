"""Digits: finished runs at once, what they are worth, their latent space, digits on demand, and runs of one's own."""

import streamlit as st

from gan_core.presets import PRESETS
from pages.ui import (
    controls,
    digits,
    digits_labels,
    digits_latent,
    digits_replay,
    digits_scores,
    images,
    layout,
    panels,
    player,
    recipe,
    stills,
)
from pages.ui.i18n import t
from pages.ui.runs import Frame
from pages.ui.state import PageState

SHOWN = [name for name, preset in PRESETS.items() if preset.config.data.is_image]


def view(page: PageState, frame: Frame) -> None:
    images.collapse_alarm(page, frame)
    panels.member_picker(page, frame)
    left, right = st.columns([5, 4], gap="medium")
    with left:
        st.markdown(f"**{t('digits.grid')}**", help=t("digits.grid_help"))
        images.samples(page, frame)
    with right:
        panels.curves(page, frame, ("losses", "outputs", "gradients", "histogram"), height=80)
    images.class_strips(page, frame)
    st.markdown(f"**{t('digits.neighbours')}**", help=t("digits.neighbours_help"))
    images.neighbours(page, frame)
    st.markdown(f"**{t('digits.walk')}**", help=t("digits.walk_help"))
    images.walk(page, frame)
    st.markdown(f"**{t('digits.growth')}**", help=t("digits.growth_help"))
    images.growth(page, frame)
    stills.expander(page, frame)


def scratch(page: PageState) -> None:
    controls.sidebar(page)
    controls.top(page, SHOWN)
    player.bar(page)
    player.stage(page, view)
    layout.share(page)


page = digits.begin()
{
    "replay": digits_replay.section,
    "scores": digits_scores.section,
    "latent": digits_latent.section,
    "labels": digits_labels.section,
    "recipe": recipe.section,
    "scratch": scratch,
}[digits.section(page)](page)
