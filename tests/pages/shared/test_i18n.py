"""Every word on the screen comes from the texts, and English has every one of them."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.config import FIELDS
from pages.shared.controls import fields
from pages.shared.shell import i18n, layout
from pages.shared.shell.site import PAGES, Entry
from pages.shared.shell.state import KEY
from pages.shared.views import live, statistics

ROOT = Path(__file__).parents[3]
SOURCES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
ENGLISH = i18n.texts("en")


@pytest.mark.parametrize(("rate", "read"), [(5e-5, "5·10⁻⁵"), (0.0003, "0.0003"), (0.9999, "0.9999")])
def test_a_setting_is_read_as_a_number_and_not_as_a_program_has_it(rate: float, read: str) -> None:
    assert i18n.value("g_lr", rate) == read


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def calls_of_t() -> list[tuple[str, ast.Call]]:
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t":
                found.append((f"{path.name}:{node.lineno}", node))
    return found


LITERAL = [(where, call, call.args[0].value) for where, call in calls_of_t() if isinstance(call.args[0], ast.Constant)]


def test_every_key_in_the_code_is_in_the_english_texts() -> None:
    assert len(LITERAL) > 40
    assert [(where, key) for where, _, key in LITERAL if key not in ENGLISH] == []


def test_every_text_gets_the_values_it_asks_for() -> None:
    for where, call, key in LITERAL:
        names = {keyword.arg for keyword in call.keywords} - {"default"}
        given = names - {None}  # None stands for **values, which may be anything
        asked = placeholders(ENGLISH[key]) if names else set()
        assert given <= asked and (asked == given or None in names), where


def test_every_composed_key_is_in_the_english_texts() -> None:
    keys = {f"{entry.name}.{part}" for entry in PAGES for part in ("title", "intro")}
    keys |= {f"site.{entry.group}" for entry in PAGES if entry.group}
    keys |= {f"controls.{group}" for group in fields.GROUPS}
    keys |= {f"{part}.{name}" for name in FIELDS for part in ("field", "help")}
    keys |= {f"option.{name}.{value}" for name, f in FIELDS.items() for value in f.metadata.get("options", ())}
    keys |= {f"scene.{name}" for name in live.LABELS}
    keys |= {f"panel.{name}" for name in statistics.NUMBERS} | {f"panel.{name}_help" for name in statistics.NUMBERS}
    keys |= {f"panel.{name}" for name in statistics.CHARTS}
    assert sorted(keys - ENGLISH.keys()) == []


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.name)
def test_what_stands_under_a_heading_is_one_line(entry: Entry) -> None:
    """Of every section its own, where those stand in the heading: else the plane would be lower there."""
    each = [key for key in ENGLISH if re.fullmatch(rf"{entry.name}\.[a-z]+_\w+_intro", key)]
    keys = each if entry.sections else [f"{entry.name}.intro"]
    said = {key: ENGLISH[key].replace("**", "") for key in keys}
    assert said and len(set(said.values())) == len(said)
    assert {key: text for key, text in said.items() if len(text) > 78} == {}


def test_every_field_of_the_configuration_has_a_control() -> None:
    shown = {"data", "loss", *(name for group in fields.GROUPS.values() for name in group)}
    assert set(FIELDS) - shown == {"points"}  # the digest of a table, which has its own editor


@pytest.mark.parametrize("code", i18n.languages())
def test_a_language_says_only_what_english_says_with_the_same_values(code: str) -> None:
    texts = i18n.texts(code)
    in_the_code = r"errors\.[\w.]+|preset\.\w+\.(title|why)|recipe\.question\.\w+"  # the English of these
    extra = {key for key in texts.keys() - ENGLISH.keys() if not re.fullmatch(in_the_code, key)}
    assert not extra
    for key in texts.keys() & ENGLISH.keys():
        assert placeholders(texts[key].replace("{−", "")) == placeholders(ENGLISH[key].replace("{−", "")), key


def test_no_text_is_empty() -> None:
    assert [key for key, text in ENGLISH.items() if not text] == []


def test_no_line_ends_within_a_formula_of_a_loss() -> None:
    """A narrow column had “−log” at the end of one line and “D” at the beginning of the next."""
    assert not [key for key, text in ENGLISH.items() if "log(1 − D)" in text or "−log D" in text]


def test_a_missing_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        i18n.t("home.no_such_text")


def test_a_new_file_is_a_new_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"en": '[app]\nlanguage = "English"\n', "de": '[app]\nlanguage = "Deutsch"\n'}.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(i18n, "TEXTS", tmp_path)
    forget()
    try:
        assert i18n.languages() == {"en": "English", "de": "Deutsch"}
    finally:
        monkeypatch.undo()
        forget()


def forget() -> None:
    for cached in (i18n._files, i18n.texts, i18n.languages):
        cached.cache_clear()


@pytest.mark.parametrize("code", ["../../../../pyproject", str(ROOT / "pyproject"), "", "xx", "en.toml"])
def test_only_a_listed_language_is_read(code: str) -> None:
    with pytest.raises(KeyError):
        i18n.texts(code)


def test_one_language_needs_no_picker_and_two_have_one_that_takes_only_them(monkeypatch: pytest.MonkeyPatch) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not [box for box in app.selectbox if box.key == "language"]
    known = {"en": "English", "de": "Deutsch"}
    english = i18n.texts
    monkeypatch.setattr(layout, "languages", lambda: known)
    monkeypatch.setattr(i18n, "texts", lambda code: english("en") if code in known else english(code))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    box = app.selectbox(key="language")
    box.set_value("de").run()
    assert app.session_state[KEY].language == "de" and not app.exception
    box = app.selectbox(key="language")
    box.options.append("../../../../pyproject")  # as a browser might that somebody has written
    box.set_value("../../../../pyproject").run()
    assert app.session_state[KEY].language == "de" and not app.exception
