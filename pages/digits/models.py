"""The page "Digits": its sections, and the finished run that most of them look at.

    page = digits.begin(OPTIONS)               # first line of the page: address, sections, the chosen run
    digits.section(page)                       # the row of sections; the name of the chosen one
    digits.run_picker(page, names)             # the row of finished runs; the name of the chosen one, None without any
    digits.model(name)                         # its generator, shared by all visitors
    digits.classify(images)                    # what the shipped classifier reads

?section=latent&run=mlp says both in the address. An address with a configuration and no section means training that
configuration, so the links of the other pages and of before lead where they always led.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from gan_core.checks import one_of
from gan_core.config import RunConfig
from gan_core.jobs.pool import one_torch_thread
from gan_core.presets import PRESETS
from pages.shared.controls import options
from pages.shared.controls.options import OneOf
from pages.shared.shell import address, layout, notices
from pages.shared.shell.i18n import t
from pages.shared.shell.state import Option, PageState

if TYPE_CHECKING:
    from gan_core.run.trainer import Trainer
    from gan_core.zoo.checkpoints import Card

NAME = "digits"
SECTION, RUN = "section", "run"  # in the address
SECTIONS = ("replay", "scores", "latent", "labels", "recipe", "scratch")
FIRST, TRAINING = SECTIONS[0], SECTIONS[-1]
DEFAULT = PRESETS["digits_mlp"].config
AT_ONCE = 200  # latents in one pass of a generator: 10 MB of activations
MODELS_KEPT = 3  # generators of finished runs in memory, 5 to 20 MB each; the least recently used goes first


# ── where the visitor is ─────────────────────────────────────────────────────────────────────────────────────────────


def begin(extra: Mapping[str, Option]) -> PageState:
    """The page's state. `extra` are the options of its sections. Who arrives gets the section of the address; what is
    none is a sentence."""
    words, known = st.query_params.to_dict(), names()
    settings = {
        SECTION: OneOf(sections(), FIRST, place=True),
        RUN: OneOf(known, next(iter(known), ""), "box", says=run_title),
        **extra,
    }
    page = layout.begin(NAME, DEFAULT, options=settings)
    if page.arrived:
        configured = words.keys() - settings.keys() - (address.APP_WORDS - {"preset"})
        if words.get(SECTION) in sections():
            page.choices[SECTION] = words[SECTION]
        elif configured:
            page.choices[SECTION] = TRAINING
    _place(page)
    address.write_page(page)
    return page


def _place(page: PageState) -> None:
    """The section in the address, where that would otherwise not mean it: no option tells, for which one it means
    depends on the configuration."""
    implied = FIRST if page.config == page.default else TRAINING
    page.words.pop(SECTION, None)
    if (here := chosen_section(page)) != implied:
        page.words[SECTION] = here


def sections() -> tuple[str, ...]:
    """Those that have something to show."""
    return tuple(name for name in SECTIONS if name != "labels" or labelled())


def chosen_section(page: PageState) -> str:
    return page.choices.get(SECTION, FIRST)


def section(page: PageState) -> str:
    """The row of sections; gives the chosen one. Only what is chosen is computed."""
    here = chosen_section(page)
    key = f"{NAME}.{SECTION}~{here}"  # see controls.widget_key

    def changed() -> None:
        page.problem = ""
        open_section(page, one_of(st.session_state[key], sections()) or here)

    options.section_row(f"{NAME}.{SECTION}", sections(), here, key, changed)
    return here


def open_section(page: PageState, name: str) -> None:
    page.choices[SECTION] = name
    _place(page)


# ── finished runs ────────────────────────────────────────────────────────────────────────────────────────────────────


def names() -> tuple[str, ...]:
    from gan_core.zoo import checkpoints

    return checkpoints.names()


def card(name: str) -> Card:
    """Raises CheckpointError."""
    from gan_core.zoo import checkpoints

    file = checkpoints.FOLDER / f"{name}.json"
    return _card(name, file, file.stat().st_mtime_ns if file.is_file() else 0)


@lru_cache(maxsize=32)
def _card(name: str, file: Path, changed: int) -> Card:
    """Read once, as long as the file is the same: a script run asks for all of them."""
    from gan_core.zoo import checkpoints

    return checkpoints.load_card(name)


def labelled() -> tuple[str, ...]:
    """The finished runs that can be asked for a digit; without those whose card is broken, of which the sections that
    show all runs speak."""
    from gan_core.weights import CheckpointError

    def asked(name: str) -> bool:
        try:
            return card(name).config.model.labelled
        except CheckpointError:
            return False

    return tuple(filter(asked, names()))


def run_title(name: str) -> str:
    """In the visitor's language if it has a [zoo.<name>] section; the file's name if its card cannot be read."""
    from gan_core.weights import CheckpointError

    try:
        return t(f"zoo.{name}.title", default=card(name).title)
    except CheckpointError:
        return name


def run_picker(page: PageState, among: Sequence[str]) -> str | None:
    """A box of finished runs, and why the chosen one is there. None, with a sentence, if there is none to choose."""
    from gan_core.weights import CheckpointError

    if not among:
        st.error(t("digits.no_runs"), icon=":material/error:")
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="choice"):
        at = options.control(page, RUN, among=among, collapsed=True, width=260)
        try:
            why = t(f"zoo.{at}.why", default=card(at).why)
        except CheckpointError as error:
            notices.error(error)
            return None
        with st.container(key="later-why"):
            st.caption(why)
    return at


# ── their generators, and who reads what they make ───────────────────────────────────────────────────────────────────

# One thread for all visitors: every thread that has used torch keeps the memory of its largest picture for itself, and
# Streamlit runs each script in a thread of its own.
_torch = ThreadPoolExecutor(1, "digits", initializer=one_torch_thread)


class Model:
    """The generator of a finished run, for all visitors. Any thread may ask; one is served after the other.

    Raises CheckpointError when it is first asked for a picture, if its file cannot be used.
    """

    def __init__(self, name: str, config: RunConfig) -> None:
        self.name, self.config = name, config

    @cached_property
    def _trainer(self) -> Trainer:
        from gan_core.zoo import checkpoints

        return checkpoints.load(self.name).trainer()

    @property
    def latent(self) -> str:
        return self.config.model.latent

    @property
    def dim(self) -> int:
        return self.config.model.latent_dim

    @property
    def labelled(self) -> bool:
        """Whether a digit can be asked for."""
        return self.config.model.labelled

    def latents(self, n: int, seed: int = 0) -> np.ndarray:
        """(n, dim) latents as the run draws them."""
        rng = np.random.default_rng(seed)
        z = rng.standard_normal((n, self.dim)) if self.latent == "normal" else rng.uniform(-1, 1, (n, self.dim))
        return z.astype(np.float32)

    def latents_of_picture(self) -> np.ndarray:
        """(n, dim): the latents behind the pictures of its replay."""
        return _torch.submit(lambda: self._trainer.latents_of_picture()).result()

    def decode(self, z: np.ndarray, digits: np.ndarray | int | None = None) -> np.ndarray:
        """(n, 28, 28) uint8 at the latents z (n, dim); of the asked digits where the run has labels, 0 without any."""
        asked = (0 if digits is None else digits) if self.labelled else None

        def pictures() -> np.ndarray:
            labels = None if asked is None else np.broadcast_to(np.asarray(asked, np.int64), len(z))
            parts = [slice(i, i + AT_ONCE) for i in range(0, max(1, len(z)), AT_ONCE)]
            return np.concatenate(
                [self._trainer.decode(z[rows], labels=None if labels is None else labels[rows]) for rows in parts]
            )

        return _torch.submit(pictures).result()


def classify(images: np.ndarray) -> np.ndarray:
    """(N, 10) probabilities, as the shipped classifier reads images (N, 28, 28). Raises CheckpointError."""
    from gan_core.metrics import classifier

    return _torch.submit(classifier.classify, images).result()


_models: OrderedDict[str, Model] = OrderedDict()
_models_lock = threading.Lock()


def model(name: str) -> Model:
    """Raises CheckpointError on a broken card."""
    config = card(name).config
    with _models_lock:
        known = _models.get(name)
        if known is None or known.config != config:
            known = _models[name] = Model(name, config)
        _models.move_to_end(name)
        while len(_models) > MODELS_KEPT:
            _models.popitem(last=False)
    return known
