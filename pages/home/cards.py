"""What stands on the map: every page with a picture that moves and the question it answers, and every preset."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from gan_core.presets import FLAGSHIP, PRESETS
from gan_core.recordings.registry import THUMBS
from gan_core.recordings.sketches import SKETCHES
from pages.shared.controls import fields
from pages.shared.play import shelf
from pages.shared.shell import layout, site
from pages.shared.shell.i18n import t
from pages.shared.views import live, opening

PICTURE = 230  # pixels of a card's picture
COLUMNS = 4
DIGITS, MOMENTS = 9, 12  # of the picture that stands for them, which moves
HERO = f"preset_{FLAGSHIP}"  # the recorded run
PICTURES = {page: name for name, page in THUMBS.items()} | {name: name for name in SKETCHES}


def hero() -> None:
    """What a GAN is, in words and as a run that moves: the one that ends best, to which the button leads."""
    picture, words = st.columns([2, 3], gap="large", vertical_alignment="center")
    with picture:
        opening.moving("home-hero", HERO, height=360)
    with words:
        st.markdown(t("home.text"))
        with st.container(key="home-start"):
            layout.link("play_2d", t("home.start"), preset=FLAGSHIP, icon=":material/play_arrow:")
        st.caption(f"{t('home.caption', title=fields.preset_title(FLAGSHIP))} {opening.about(HERO)}")


def path() -> None:
    """Stop after stop."""
    st.markdown(f"#### {t('path.title')}")
    with st.container(horizontal=True, gap="small", key="path"):
        for number, stop in enumerate(site.PATH, start=1):
            layout.link(stop.page, f"{number}. {t(f'path.{stop.name}')}", preset=stop.preset)


def pages() -> None:
    st.markdown(f"#### {t('home.pages')}")
    _rows("page", [one.name for one in site.PAGES if one.settings], _page)


def _page(name: str) -> None:
    layout.link(name, f"**{t(f'{name}.title')}**", icon=site.entry(name).symbol)
    st.caption(t(f"home.question_{name}"))  # above the picture: a small window ends below
    _picture(name)


def _picture(page: str) -> None:
    if page in PICTURES:
        opening.small(f"home-{page}", PICTURES[page], height=PICTURE)
    else:
        _digits()


def _digits() -> None:
    """A finished run from noise to digits; nothing where it is not there."""
    from gan_core.errors import CheckpointError
    from gan_core.zoo import checkpoints

    names = checkpoints.names()
    try:
        moments = [shot.fake[0][:DIGITS] for shot in shelf.past(names[0]).snapshots] if names else []
    except CheckpointError:
        moments = []
    if moments:
        chosen = np.unique(np.linspace(0, len(moments) - 1, MOMENTS).round().astype(int))
        images = np.stack([moments[i] for i in chosen])
        live.digits("home-digits", images, columns=3, upscale=3, width=150, summary=t("home.digits_summary"))


def presets() -> None:
    """Those that run well, and those that fail on purpose; each with its reason."""
    shown = [name for name in PRESETS if not name.startswith("bench_")]
    for title, names in (
        ("home.run_well", [name for name in shown if not PRESETS[name].fails]),
        ("home.fail", [name for name in shown if PRESETS[name].fails]),
    ):
        st.markdown(f"#### {t(title)}")
        _rows("preset", names, _preset)


def _rows(kind: str, names: Sequence[str], show: Callable[[str], None]) -> None:
    """A card each, whose link covers all of it (style.css)."""
    for first in range(0, len(names), COLUMNS):
        for column, name in zip(st.columns(COLUMNS), names[first : first + COLUMNS], strict=False):
            with column.container(border=True, height="stretch", key=f"card-{kind}-{name}", gap="xsmall"):
                show(name)


def _preset(name: str) -> None:
    page = "digits" if PRESETS[name].config.data.is_image else "play_2d"
    layout.link(page, f"**{fields.preset_title(name)}**", preset=name, icon=site.entry(page).symbol)
    st.caption(fields.preset_why(name))
