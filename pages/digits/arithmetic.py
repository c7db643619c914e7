"""Of the section "Latent space": directions that mean something, added to samples, and analogies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from gan_core.numerals import number
from gan_core.studies import latent_measures, latent_space
from pages.digits import models as digits
from pages.digits.measured import KEY, decoder, name_of
from pages.digits.models import Model
from pages.shared.controls import options
from pages.shared.shell import stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live, statistics, tables

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

ATTRIBUTES = tuple(latent_space.ATTRIBUTES)
ALPHAS = (-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0)
KNOWN, SHIFTED = 1000, 100  # sizes of what is measured


@st.cache_resource(max_entries=6, show_spinner=False)
def _known(name: str, digit: int | None, _model: Model) -> latent_measures.Classified:
    """Samples of the run as the classifier reads them; of a run with labels, of the digit that is asked for."""
    z = _model.latents(KNOWN, seed=2)
    return latent_measures.classified(decoder(_model, digit), digits.classify, z)


@st.cache_data(max_entries=24, show_spinner=False)
def _analogies(name: str, attribute: str, _known: latent_measures.Classified, _model: Model) -> tuple[int, int]:
    return latent_measures.analogies(_known, attribute, _model.decode, digits.classify, _model.latent)


def view(page: PageState, model: Model, digit: int | None, below: DeltaGenerator) -> None:
    with st.spinner(t("digits.reading", n=f"{KNOWN:,}")):
        known = _known(name_of("known", model, digit), digit, model)
    ways = latent_measures.directions(known, model.latent)
    if not ways:
        st.info(t("digits.no_directions"))
        return
    with stage.area("player"):
        way = options.control(page, "direction", words=_direction, among=list(ways), width=320)
    rows = model.latents_of_picture()[:4]
    moved = (rows[:, None] + np.array(ALPHAS)[:, None] * ways[way]).astype(np.float32)
    names = [("+" if alpha > 0 else "") + number(alpha) if alpha else "z" for alpha in ALPHAS]
    found = latent_measures.shift(decoder(model, digit), digits.classify, known.z[:SHIFTED], ways[way], ALPHAS)
    what, values = _shifted(found, way)
    with stage.area("verdict"):
        low, middle, high = (values[i] for i in (0, len(ALPHAS) // 2, -1))
        said = t("digits.shift_said", what=what, low=low, middle=middle, high=high, most=number(ALPHAS[-1]), n=SHIFTED,
                 same=f"{found.same[-1]:.0%}")  # fmt: skip
        statistics.said(KEY, said)
    with stage.picture(square=False):
        live.digits(
            f"{KEY}-shifted", live.Images(model.decode(moved.reshape(-1, model.dim), digit), labels=names * len(rows)),
            columns=len(ALPHAS), upscale=4, summary=t("digits.direction"),
        )  # fmt: skip
    with stage.rail():
        _shift_table(found, names, what, values)
    if not model.labelled:
        with below:
            _analogy(page, model, known)


def _direction(way: str) -> str:
    return t(f"digits.direction_{way}") if way in ATTRIBUTES else t("digits.direction_digit", digit=way)


def _shifted(found: latent_measures.Shift, way: str) -> tuple[str, list[str]]:
    """What a direction should change, and its value at each of ALPHAS."""
    if way in ATTRIBUTES:
        return t(f"digits.attribute_{way}"), [f"{value:.2f}" for value in found.amount[way]]
    return t("digits.read_as", digit=way), [f"{share:.0%}" for share in found.classes[:, int(way)]]


def _shift_table(found: latent_measures.Shift, names: Sequence[str], what: str, values: Sequence[str]) -> None:
    from gan_core.weights import read_card

    same = [f"{share:.0%}" for share in found.same]
    tables.show(["α", what, t("digits.same_class")], list(map(list, zip(names, values, same, strict=True))))
    st.caption(t("digits.shift_note", n=SHIFTED, judge=f"{read_card('judge')['accuracy']:.1%}"))


def _analogy(page: PageState, model: Model, known: latent_measures.Classified) -> None:
    st.markdown(f"**{t('digits.analogy')}**", help=t("digits.analogy_help"))
    with st.container(horizontal=True, gap="small"):
        attribute = options.control(page, "attribute", words=_direction, width=200)
        one = options.control(page, "first_digit", width=120)
        two = options.control(page, "second_digit", width=120)
    found = latent_measures.analogy(known, one, two, attribute, model.decode, digits.classify, model.latent)
    if found is None:
        st.info(t("digits.too_few"))
    else:
        much, little = t(f"digits.much_{attribute}"), t(f"digits.little_{attribute}")
        labels = [f"{much} {one}", f"− {little} {one}", f"+ {little} {two}", f"= {found.label[3]}"]
        live.digits(
            f"{KEY}-analogy", live.Images(found.images, labels=labels), columns=4, upscale=4,
            summary=" ".join(labels),
        )  # fmt: skip
    works, pairs = _analogies(name_of("analogies", model, None), attribute, known, model)
    if pairs:
        st.markdown(t("digits.analogy_measured", works=works, pairs=pairs, much=t(f"digits.much_{attribute}")))
