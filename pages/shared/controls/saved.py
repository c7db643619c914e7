"""A run as a file: opened where it was, and taken home as it is.

    saved.expander(page)        an expander of a page with a player

The file is the one that `python -m gan_core train --save` writes and `--resume` reads. Nothing in it is unpickled, and
what does not fit its own configuration is refused with a sentence.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from gan_core.config import limits
from pages.shared.controls import files
from pages.shared.play import player
from pages.shared.shell import folded, notices
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app

if TYPE_CHECKING:
    from gan_core.run.saved import Saved
    from pages.shared.play.runs import Work

MEGABYTES = 42  # as many as server.maxUploadSize in .streamlit/config.toml: the largest preset's run has 40
SECONDS = 10  # that a worker may take to gather a run
PROBLEM = "saved_problem"  # in PageState.choices: why a file was not opened


def expander(page: PageState) -> None:
    """Open a run from a file, or take the one on the page home: closed, it costs nothing."""
    if "share" in app().hidden:
        return
    box = folded.box(page, "saved", t("saved.title"), "save")
    if box is None:
        return
    with box:
        upload = f"{page.name}-saved-file"

        def chosen() -> None:
            if (content := files.sent(upload)) is not None:
                page.choices[PROBLEM] = _open(page, content)

        st.file_uploader(
            t("saved.open"), type=["safetensors"], key=upload, on_change=chosen, max_upload_size=MEGABYTES,
            help=t("saved.open_help"),
        )  # fmt: skip
        if problem := page.choices.get(PROBLEM):
            notices.warning(problem)
        if page.show is None or page.show.job.frame is None:
            return
        st.caption(t("saved.keep"))
        with st.container(horizontal=True):
            st.download_button(
                t("saved.weights"), _asked(page, _weights), "run.safetensors", "application/octet-stream",
                key=f"{page.name}-saved-weights", on_click="ignore", icon=":material/download:",
            )  # fmt: skip
            if not page.of_images:
                st.download_button(
                    t("saved.points"), _asked(page, _points), "points.csv", "text/csv",
                    key=f"{page.name}-saved-points", on_click="ignore", icon=":material/download:",
                )  # fmt: skip


def _open(page: PageState, content: bytes) -> object:
    """Start the run of a file where it was; gives why not, if it cannot be."""
    from gan_core.data.points import points_digest
    from gan_core.errors import SavedError
    from gan_core.run.saved import read
    from pages.shared.play import resources

    try:
        saved = read(content, MEGABYTES * 1_000_000)
    except SavedError as error:
        return error
    config = saved.config
    if saved.step >= config.train.steps:  # so that Play goes on
        config = config.replace(steps=max(saved.step + 1, min(2 * saved.step, int(limits("steps")[1]))))
    if not page.take(lambda: config, variants=({},)):
        return page.problem
    if saved.points is not None and points_digest(saved.points) == config.data.points:
        resources.keep_table(config.data.points, saved.points)
    player.restart(page)
    if page.show is None:
        return page.problem
    page.show.touched = True
    restored = page.show.ask(_restore(saved))
    try:
        restored.result(timeout=SECONDS)
    except TimeoutError:  # it waits for its turn, and comes later
        return None
    except Exception as error:
        player.restart(page)
        return error if isinstance(error, SavedError) else t("saved.failed")
    return None


def _restore(saved: Saved) -> Callable[[Work], None]:
    def restore(work: Work) -> None:
        for trainer in work.trainers[:1]:
            saved.restore(trainer)

    return restore


def _asked(page: PageState, make: Callable[[Work], bytes]) -> Callable[[], bytes]:
    """What a worker makes of the runs when somebody presses the button, and not before."""
    show = page.shown
    return lambda: show.ask(make).result(timeout=SECONDS)


def _weights(work: Work) -> bytes:
    from gan_core.run.saved import save

    return save(work.trainers[0])


def _points(work: Work) -> bytes:
    """Every run's samples of the moment, at the latents of the pictures, and the real ones beside them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["x", "y", "of", "step"])
    snapshots = [(trainer, trainer.snapshot()) for trainer in work.trainers]
    for trainer, snapshot in snapshots:
        for config, fake in zip(trainer.member_configs, snapshot.fake, strict=True):
            of = (
                f"seed {config.train.seed}" if len(snapshots) == 1 else f"{config.train.loss}, seed {config.train.seed}"
            )
            writer.writerows([f"{x:.7g}", f"{y:.7g}", of, snapshot.step] for x, y in fake)
    writer.writerows([f"{x:.7g}", f"{y:.7g}", "real", snapshots[0][1].step] for x, y in snapshots[0][1].real)
    return text.getvalue().encode()
