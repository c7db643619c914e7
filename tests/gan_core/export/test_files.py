"""An export is whole, the same twice, and unzips to the run that it is of."""

import io
import zipfile

import pytest

from gan_core.config import RunConfig
from gan_core.errors import ExportError
from gan_core.export.files import FORMATS, Wish, files, possible, zipped
from gan_core.export.look import Look

CHEAP = Wish(("picture",), ("svg", "csv"))


def made(recording, look, wish):
    return [file for file in files(recording, look, wish) if file is not None]


def test_the_same_export_twice_is_the_same_zip(points):
    look = Look(steps=(0, 64), title="A title")
    first, second = (zipped(made(points, look, Wish(formats=("svg", "csv"), width=320))) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as bundle:
        names = bundle.namelist()
        assert len(set(names)) == len(names) and bundle.testzip() is None
        assert {
            "picture-000000.svg",
            "picture-000064.svg",
            "strip.svg",
            "curves.csv",
            "COLUMNS.txt",
            "CITATION.txt",
        } <= set(names)
        assert RunConfig.from_json(bundle.read("run.json").decode()) == points.config
        assert b"in the units of the data" in bundle.read("COLUMNS.txt")
        assert b"nobody holds rights" in bundle.read("CITATION.txt")


def test_every_run_is_exported(each):
    found = made(each, Look(), CHEAP)
    assert all(file.content for file in found) and {"run.json", "CITATION.txt"} <= {file.name for file in found}


def test_a_width_is_the_pictures(points):
    (picture, *_) = made(points, Look(), Wish(("losses",), ("png",), 333))
    assert picture.name == "losses.png" and int.from_bytes(picture.content[16:20], "big") == 333


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"formats": ("pdf",)}, "svg"),
        ({"figures": ("<script>",)}, "picture"),
        ({"width": 10**9}, "7,680"),
        ({"width": 1.5}, "160"),
    ],
)
def test_what_cannot_be_made_is_refused_with_what_can(wish, words):
    with pytest.raises(ExportError, match=words):
        Wish(**wish)


def test_a_figure_that_this_run_has_not_is_a_sentence(run):
    with pytest.raises(ExportError, match="picture"):
        made(run("fresh"), Look(), Wish(("losses",), ("svg",)))
    assert set(FORMATS) - set(possible(run("fresh"))) == {"gif", "webp"}
