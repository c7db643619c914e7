"""A recorded opening is known as a run is: it can be drawn, and says its seed."""

import numpy as np
import pytest

from gan_core.export.drawing import Text
from gan_core.export.figures import there
from gan_core.export.look import Look
from gan_core.recordings.played import played
from gan_core.recordings.registry import RECORDED


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_run_is_drawn_with_its_moments(name):
    runs = played(name)
    assert len(runs) == len(RECORDED[name].configs)
    for run in runs:
        assert [shot.step for shot in run.moments] == list(RECORDED[name].steps)
        assert run.config.data.is_image or np.isfinite(run.snapshot.field).all()
        assert run.snapshot.fake.dtype == np.uint8 if run.config.data.is_image else not (run.snapshot.fake >= 50).any()
    figures = there(runs[0])
    assert {"picture", "strip"} <= set(figures) and not {"opinions", "modes"} & set(figures)
    assert ("slide" in figures) == bool(np.isfinite(runs[0].curves.d_loss).any())  # half of it are the losses
    words = [mark.text for mark in figures["picture"].draw(runs[0], Look()).marks if isinstance(mark, Text)]
    assert f"seed {runs[0].config.train.seed}" in " ".join(words)


def test_the_ring_has_its_curves():
    (run,) = played("ring")
    assert "losses" in there(run) and np.isfinite(run.curves.d_loss).all() and np.isnan(run.curves.d_grad).all()
