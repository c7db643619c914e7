"""Tables hold what was recorded, to the last digit."""

import csv
import io

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.export.look import Look
from gan_core.export.tables import COLUMNS, TABLES, described, table


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_curves_are_exact(points):
    found = rows(table("curves", points, Look()))
    assert len(found) == 2 * len(points.curves.step) and {row["seed"] for row in found} == {"3", "4"}
    of_second = [np.float32(row["d_loss"]) for row in found if row["seed"] == "4"]
    assert np.array_equal(np.array(of_second), points.curves.d_loss[:, 1])


def test_samples_are_those_of_the_moment(points):
    found = rows(table("samples", points, Look(step=64)))
    shot = next(shot for shot in points.snapshots if shot.step == 64)
    assert {row["step"] for row in found} == {"64"} and len(found) == 2 * 512
    assert np.array_equal(np.array([[row["x"], row["y"]] for row in found[:512]], np.float32), shot.fake[0])
    assert len(rows(table("real", points, Look()))) == 512


@pytest.mark.parametrize("name", TABLES)
def test_every_table_of_every_run_is_a_table_or_nothing(each, name):
    content = table(name, each, Look())
    if content is not None:
        lines = list(csv.reader(io.StringIO(content.decode())))
        assert len({len(line) for line in lines}) == 1


def test_shares_add_up(points):
    for row in rows(table("modes", points, Look())):
        assert sum(float(row[f"mode_{i}"]) for i in range(1, 9)) == pytest.approx(1, abs=1e-5)


def test_every_column_is_said_with_its_unit(each):
    made = {name: content for name in TABLES if (content := table(name, each, Look())) is not None}
    said = described(made, each.config).decode()
    for name, content in made.items():
        assert f"{name}.csv\n" in said
        for heading in content.partition(b"\n")[0].decode().split(","):
            assert any(heading == key or (key.endswith("_") and heading.startswith(key)) for key in COLUMNS), heading


def test_a_loss_of_logarithms_is_in_nats_and_a_score_in_nothing(points):
    made = {"curves": table("curves", points, Look())}
    said = {loss: described(made, RunConfig.of(loss=loss)).decode() for loss in ("minimax", "wasserstein")}
    assert "nats" in said["minimax"] and "0 to 1" in said["minimax"]
    assert "nats" not in said["wasserstein"] and "a(G(z)) − a(x): a pure number" in said["wasserstein"]
