"""What is drawn: read as it was written, bounded, refused with a sentence, and sampled as the closed forms say."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from gan_core.config import ConfigError, RunConfig
from gan_core.data import distribution
from gan_core.data.drawings import (
    HALF,
    MAX_CLUSTERS,
    MAX_POINTS,
    POINTS_EACH,
    SIDE,
    Cluster,
    Drawing,
    is_drawing,
    read,
    received,
)
from gan_core.data.points import points_digest
from gan_core.errors import PointsError
from gan_core.scripts.textbook import script
from tests.gan_core.scripts.made import module

TWO = Drawing((Cluster(200, 512, 40, 1), Cluster(800, 512, 40, 3)))
UNLIKE = Drawing((Cluster(200, 300, 10, 1), Cluster(800, 512, 50, 1), Cluster(512, 1000, 40, 2)))


def stroke(n: int, seed: int = 0) -> tuple[int, ...]:
    """Points as a brush leaves them along a line."""
    random = np.random.default_rng(seed)
    x = (random.uniform(100, 900, n) + random.normal(0, 20, n)).round().astype(int)
    return tuple(sorted((x * SIDE + x + random.integers(0, 30, n)).tolist()))


def config_of(drawing: Drawing) -> RunConfig:
    return RunConfig.of(data="custom", points=drawing.text(), g_layers=(8,), d_layers=(8,), batch=16)


# ── as a text ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "drawing",
    [TWO, UNLIKE, Drawing((), stroke(10)), Drawing(TWO.clusters, stroke(400)),
     Drawing((Cluster(0, 0, 2, 1), Cluster(1023, 1023, 200, 9)), (0,) * 3 + (SIDE**2 - 1,) * 2)],
)  # fmt: skip
def test_what_is_written_is_read_again_also_from_an_address(drawing: Drawing) -> None:
    text = drawing.text()
    assert read(text) == drawing and is_drawing(text) and text.isalnum()
    config = config_of(drawing)
    assert RunConfig.from_query(config.to_query()) == config == RunConfig.from_json(config.to_json())


def test_an_address_has_room_for_clusters_and_for_some_hundred_points() -> None:
    full = Drawing(tuple(Cluster(30 * i, 30 * i, 100, 9) for i in range(MAX_CLUSTERS)))
    assert 0 < len(full.text()) < 220
    assert 0 < len(Drawing((), stroke(500)).text()) <= 1500
    assert Drawing((), stroke(MAX_POINTS)).text() == ""


def test_a_digest_of_a_table_is_no_drawing() -> None:
    assert not is_drawing(points_digest(TWO.table())) and not is_drawing("")


@pytest.mark.parametrize(
    "text",
    ["drawn", "drawn1", "drawnaa", "drawnzzzzzzzz", TWO.text()[:-1], TWO.text() + "a", "drawn" + TWO.text()[5:].upper(),
     Drawing((), stroke(20)).text()[:-2], "drawn" + "7" * 400, "drawnae" + "a" * 20],
)  # fmt: skip
def test_a_text_that_was_cut_or_changed_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(ConfigError, match="copy the whole link again"):
        distribution(RunConfig.of(data="custom", points=text).data)


# ── from a browser ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_browser_sends_whole_numbers_on_the_grid() -> None:
    sent = {"clusters": [[200, 512, 40, 1], [800, 512, 40, 3]], "points": [3, 1, 0, 1]}
    assert received(sent) == Drawing(TWO.clusters, (SIDE, SIDE + 3))


@pytest.mark.parametrize(
    "sent",
    [None, [], "drawn", 3, {}, {"clusters": []}, {"clusters": 3, "points": []}, {"clusters": [], "points": "12"},
     {"clusters": [], "points": [1]}, {"clusters": [], "points": [math.nan, 1]}, {"clusters": [], "points": [1.5, 1]},
     {"clusters": [], "points": [1e300, 1]}, {"clusters": [], "points": [True, 1]},
     {"clusters": [], "points": [-1, 1]},
     {"clusters": [], "points": [1, SIDE]}, {"clusters": [[1, 2, 3]], "points": []},
     {"clusters": [[1, 2, 3, 4, 5]], "points": []}, {"clusters": [3], "points": []},
     {"clusters": ["1234"], "points": []},
     {"clusters": [[1, 2, 1, 1]], "points": []}, {"clusters": [[1, 2, 40, 0]], "points": []},
     {"clusters": [[1, 2, 40, 10]], "points": []}, {"clusters": [[1, 2, 10**400, 1]], "points": []},
     {"clusters": [[math.inf, 2, 40, 1]], "points": []}, {"clusters": [{}], "points": []}],
)  # fmt: skip
def test_what_is_no_drawing_is_refused_with_a_sentence(sent: Any) -> None:
    with pytest.raises(PointsError, match=r"no drawing on this plane; load the page anew"):
        received(sent)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [({"clusters": [], "points": [1, 2] * 1_000_000}, "1,000,000 points; 5,000 are allowed"),
     ({"clusters": [[1, 2, 40, 1]] * 33, "points": []}, "33 clusters; 32 are allowed"),
     ({"clusters": [], "points": []}, "0 points that can be told apart and no cluster"),
     ({"clusters": [], "points": [5, 5] * 50}, "1 points that can be told apart and no cluster; draw at least 10")],
)  # fmt: skip
def test_too_much_and_too_little_is_refused_with_the_limit(sent: Any, sentence: str) -> None:
    with pytest.raises(PointsError, match=sentence):
        received(sent)


# ── as data ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_clusters_stand_where_they_were_drawn() -> None:
    data = distribution(config_of(TWO).data)
    x = HALF * (2 * np.array([200, 800]) / 1023 - 1)
    assert data.centres.numpy() == pytest.approx(np.column_stack([x, np.full(2, HALF * (1024 / 1023 - 1))]), abs=1e-6)
    assert (data.std, data.stds, data.weights.tolist()) == (0.2, None, [0.25, 0.75])
    assert data.extent == (-HALF, HALF, -HALF, HALF)


@pytest.mark.parametrize("drawing", [TWO, UNLIKE])
def test_samples_of_clusters_have_their_shares_means_and_widths(drawing: Drawing) -> None:
    """The nearest centre decides; the clusters are too far apart to be mistaken. Bounds at 5 standard errors."""
    n, data = 40_000, distribution(config_of(drawing).data)
    x = data.sample(n, torch.Generator().manual_seed(5)).numpy().astype(float)
    centres = data.centres.numpy()
    mode = np.linalg.norm(x[:, None] - centres, axis=-1).argmin(1)
    for k, cluster in enumerate(drawing.clusters):
        mine, share = x[mode == k], float(data.weights[k])
        assert abs(len(mine) / n - share) < 5 * math.sqrt(share * (1 - share) / n)
        assert np.abs(mine.mean(0) - centres[k]).max() < 5 * cluster.std / math.sqrt(len(mine))
        # Σ|x − c|²/σ² is χ² with two degrees of freedom for each sample
        squares = ((mine - centres[k]) ** 2).sum() / cluster.std**2
        assert stats.chi2(2 * len(mine)).cdf(squares) == pytest.approx(0.5, abs=0.5 - 1e-6)


def test_the_density_of_unlike_clusters_is_that_of_a_mixture_and_integrates_to_one() -> None:
    data = distribution(config_of(UNLIKE).data)
    ticks = np.linspace(*data.extent[:2], 281)
    grid = np.stack(np.meshgrid(ticks, ticks), -1).reshape(-1, 2)
    density = data.log_prob(torch.tensor(grid, dtype=torch.float32)).double().exp().numpy()
    weighed = zip(data.weights, data.centres, UNLIKE.clusters, strict=True)
    known = sum(float(w) * stats.multivariate_normal(c.numpy(), u.std**2).pdf(grid) for w, c, u in weighed)
    assert density == pytest.approx(known, rel=1e-3, abs=1e-6)
    assert density.sum() * (ticks[1] - ticks[0]) ** 2 == pytest.approx(1, abs=2e-3)
    assert data.stds.tolist() == pytest.approx([0.05, 0.25, 0.2]) and data.std == 0.25
    assert data.extent[1] == pytest.approx(HALF * (2000 / 1023 - 1) + 0.6)  # the upper cluster reaches further


def test_a_brush_is_a_table_in_which_a_cluster_counts_as_many_points_as_it_weighs() -> None:
    drawing = Drawing(TWO.clusters, stroke(200))
    table = drawing.table()
    assert table.shape == (200 + 4 * POINTS_EACH, 2) and table.dtype == np.float32
    assert np.array_equal(table, drawing.table())
    data = distribution(config_of(drawing).data)
    assert data.centres is None and not data.has_density and torch.equal(data.points, torch.tensor(table))
    nodes = np.array(drawing.brush)
    assert table[:200] == pytest.approx(
        HALF * (2 * np.column_stack([nodes % SIDE, nodes // SIDE]) / 1023 - 1), abs=1e-6
    )
    assert np.linalg.norm(table[300:600] - data.points[300:600].numpy().mean(0), axis=1).mean() == pytest.approx(
        0.2 * math.sqrt(math.pi / 2), rel=0.1
    )  # E|x − c| = σ√(π/2)


@pytest.mark.parametrize("drawing", [TWO, UNLIKE, Drawing(TWO.clusters, stroke(50))])
def test_a_script_draws_the_same_samples_as_the_run(drawing: Drawing, tmp_path: Path) -> None:
    config = config_of(drawing)
    made = module(script(config), tmp_path)
    ours, theirs = (torch.Generator().manual_seed(3) for _ in range(2))
    assert torch.equal(made.sample_real(300, ours), distribution(config.data).sample(300, theirs))


def test_a_run_on_a_drawing_knows_its_modes_and_of_unlike_ones_their_widths() -> None:
    from gan_core.run.modes import Watch
    from gan_core.run.recording import record
    from gan_core.run.trainer import Trainer

    for drawing in (TWO, UNLIKE):
        trainer = Trainer(config_of(drawing))
        watch = Watch(trainer)
        real = trainer.distribution.sample(100_000, torch.Generator().manual_seed(0)).numpy()
        assert watch.real_spread == pytest.approx(float(np.sqrt(real.var(0).sum())), rel=0.01)
        recording = record(trainer)
        assert recording.std == max(c.std for c in drawing.clusters)
        assert (recording.stds is None) == (drawing is TWO)
