"""Digits: finished runs at once, what they are worth, their latent space, digits on demand, and runs of one's own."""

import streamlit as st

from gan_core.presets import PRESETS
from pages.digits import labels, latent_space, models, recipe, replay, scores
from pages.shared.controls import fields, saved
from pages.shared.play import player
from pages.shared.play.runs import Frame
from pages.shared.shell import layout, stage
from pages.shared.shell.i18n import t, value
from pages.shared.shell.state import PageState
from pages.shared.views import code, images, kept, points, statistics, stills

STUDIED = ("scores", "latent", "labels")  # sections that play no run, and whose pictures can be kept all the same
SHOWN = [name for name, preset in PRESETS.items() if preset.config.data.is_image]


def view(page: PageState, frame: Frame) -> None:
    with stage.area("verdict"):
        images.collapse_alarm(page, frame)
        points.member_picker(page, frame)
    with stage.picture(panels=len(points.members_shown(page, frame.runs[0]))):
        images.samples(page, frame)
    with stage.rail():
        statistics.curves(page, frame, ("losses", "outputs", "gradients", "histogram"), height=80, width=240)
    with stage.below():
        if frame.runs[0].config.train.ema:
            decay = value("ema", frame.runs[0].config.train.ema)
            st.markdown(f"**{t('digits.averaged', decay=decay)}**", help=t("digits.averaged_help"))
            images.averaged(page, frame)
        images.class_strips(page, frame)
        st.markdown(f"**{t('digits.neighbours')}**", help=t("digits.neighbours_help"))
        images.neighbours(page, frame)
        st.markdown(f"**{t('digits.walk')}**", help=t("digits.walk_help"))
        images.walk(page, frame)
        st.markdown(f"**{t('digits.growth')}**", help=t("digits.growth_help"))
        images.growth(page, frame)
        stills.expander(page, frame)


def scratch(page: PageState) -> None:
    with stage.settings():
        fields.top(page, SHOWN)
    fields.sidebar(page)
    player.stage(page, view)
    kept.section(page)
    code.expander(page, ("fid", "manifolds"))
    layout.share(page)
    saved.expander(page)


page = models.begin({**latent_space.OPTIONS, **labels.OPTIONS, **recipe.OPTIONS})
section = models.section(page)
page.of_runs = section == models.TRAINING
{
    "replay": replay.section,
    "scores": scores.section,
    "latent": latent_space.section,
    "labels": labels.section,
    "recipe": recipe.section,
    "scratch": scratch,
}[section](page)
if section in STUDIED:
    layout.share(page)
