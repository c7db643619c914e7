"""Whatever is asked for, of whatever run: a file that its reader opens, or a sentence, never a broken file."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from html.parser import HTMLParser

import pytest
from PIL import Image

from gan_core.config import RunConfig
from gan_core.errors import ExportError
from gan_core.export.beside import beside
from gan_core.export.closed import densities, lines
from gan_core.export.files import FORMATS, Wish, files, possible, zipped
from gan_core.export.games import Game, dirac
from gan_core.export.look import Look
from gan_core.theory.distributions_1d import GaussianMixture
from tests.gan_core.export.conftest import RUNS, recorded

TITLES = {"long": "w" * 10_000, "script": "</title></script><script>alert(1)</script>", "odd": "\0\ud800 <&\"' ∇ 漢"}
WORDS = ["script", *(pytest.param(name, marks=pytest.mark.slow) for name in ("long", "odd"))]
QUICK = ("svg", "csv")  # the others draw pixels, or many moments


def every_frame(content):
    with Image.open(io.BytesIO(content)) as found:
        for i in range(found.n_frames):
            found.seek(i)
            found.load()


def one_picture(content):
    with Image.open(io.BytesIO(content)) as found:
        found.load()


def one_page(content):
    text = content.decode()
    parser = HTMLParser()
    parser.feed(text)
    parser.close()
    assert text.startswith("<!doctype html>") and "<script>alert" not in text
    if data := re.search(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL):
        json.loads(data[1])


def one_table(content):
    head, *rows = csv.reader(io.StringIO(content.decode()))
    assert head and {len(row) for row in rows} <= {len(head)}  # a run at its start has no line yet


def every_file(content):
    """Of a zip, with its own reader; how many there are."""
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        for name in bundle.namelist():
            READERS[name.rsplit(".", 1)[1]](bundle.read(name))
        return len(bundle.namelist())


READERS = {
    "svg": ElementTree.fromstring, "png": one_picture, "gif": every_frame, "webp": every_frame, "html": one_page,
    "csv": one_table, "json": lambda content: RunConfig.from_json(content.decode()), "txt": bytes.decode,
    "zip": every_file,
}  # fmt: skip


def opens(made):
    return every_file(zipped(made))


def cases(names):
    return [
        pytest.param(name, form, marks=[] if form in QUICK and name not in ("many", "both") else [pytest.mark.slow])
        for name in names
        for form in FORMATS
    ]


@pytest.mark.parametrize(("name", "form"), cases(RUNS))
@pytest.mark.parametrize("title", WORDS)
def test_a_run_gives_files_that_open_or_a_sentence(name, form, title):
    look = Look(title=TITLES[title], theme="dark", steps=(0, 64), shape="1:1")
    try:
        made = [file for file in files(recorded(name), look, Wish(formats=(form,), width=320)) if file is not None]
    except ExportError as error:
        assert name == "fresh" and form in ("gif", "webp") and str(error).endswith(".")
        return
    assert opens(made) >= 3  # a figure, the run and whom to name


def plate(name):
    """A figure that is of no single run."""
    normal = GaussianMixture.gaussian(0.0, 1.0)
    made = {
        "densities": lambda: densities(normal, normal), "lines": lambda: lines(0.0),
        "paths": lambda: dirac([Game("gan"), Game("wgan")], steps=40, step_size=2.0),
        "both": lambda: beside([recorded("many"), recorded("diverged")], ["<script>", "w" * 999])["picture"],
    }  # fmt: skip
    return made[name]()


@pytest.mark.parametrize(("name", "form"), cases(["critic", "lines"]))
def test_every_format_of_every_kind_gives_the_same_bytes_twice(name, form):
    recording, more = (recorded(name), {}) if name in RUNS else (None, {name: plate(name)})
    if form not in possible(recording, more):
        return
    wish = Wish((), (form,), 320, more)
    first, second = (zipped([file for file in files(recording, Look(), wish) if file is not None]) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(("name", "form"), cases(["densities", "lines", "paths", "both"]))
@pytest.mark.parametrize("title", WORDS)
def test_a_figure_of_no_run_gives_files_that_open_or_a_sentence(name, form, title):
    look, wish = Look(title=TITLES[title]), Wish((name,), (form,), 320, {name: plate(name)})
    try:
        made = [file for file in files(None, look, wish) if file is not None]
    except ExportError as error:
        assert form == "csv" and str(error).endswith(".")
        return
    assert opens(made) == 2
