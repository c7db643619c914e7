"""The table of a command line is read as a page reads it, and everything assumed is said on stderr."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import numpy as np
import pytest

from gan_core.commands import points
from gan_core.commands.output import Refused
from gan_core.data.points import parse_points
from gan_core.data.tables import Wishes

BROUGHT = Path(__file__).parents[1] / "data/brought"
SWAPPED = '"Ширина, см","Длина, см"'


def read(*arguments: str) -> np.ndarray:
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=Path)
    points.add_options(parser)
    return points.table_of(parser.parse_args(["--points", *arguments]))


@pytest.mark.parametrize(
    ("name", "options", "wishes", "said"),
    [
        ("moons_label.csv", [], Wishes(), "columns x1, x2 taken"),
        ("moons_label.csv", ["--columns", "x2,x1"], Wishes(columns=("x2", "x1")), "columns x2, x1 taken"),
        ("thousands_de.csv", [], Wishes(), "1.118 is read as 1118; it might be meant otherwise. (--decimal point"),
        ("thousands_de.csv", ["--decimal", "point"], Wishes(decimal="."), "1.118 is read as 1.118"),
        ("year_headings.csv", ["--no-headings"], Wishes(headings=False), "(--headings reads it as such)"),
        ("outlier_999.csv", ["--without-far"], Wishes(far=False), "One row lies"),
        ("penguins_mass.csv", ["--scale-columns"], Wishes(apart=True), "differ 166-fold"),
        ("penguins2_NA.csv", [], Wishes(), "1 of 120 rows left out"),
        ("excel_ru_cp1251.csv", ["--columns", SWAPPED], Wishes(columns=("Ширина, см", "Длина, см")), "Windows-1251"),
    ],
)  # fmt: skip
def test_what_was_assumed_is_said(name, options, wishes, said, capsys) -> None:
    content = (BROUGHT / name).read_bytes()
    np.testing.assert_array_equal(read(str(BROUGHT / name), *options), parse_points(content, wishes))
    assert said in capsys.readouterr().err
    assert not options or wishes.command().split()[0] == options[0]


def test_a_dash_is_stdin(monkeypatch, capsys) -> None:
    content = (BROUGHT / "moons_label.csv").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    np.testing.assert_array_equal(read("-"), parse_points(content))


@pytest.mark.parametrize(
    "arguments", [["/no/such/file"], ["/"], [str(BROUGHT / "moons_label.csv"), "--columns", "a,b"]]
)
def test_what_cannot_be_read_is_refused_with_the_name_of_the_file(arguments: list[str]) -> None:
    with pytest.raises(Refused, match=arguments[0]):
        read(*arguments)
