"""A finished run to take home: weights, card, script and notebook in one zip."""

from __future__ import annotations

import ast
import io
import json
import zipfile

from gan_core.export.finished import bundled
from gan_core.weights import FOLDER


def test_the_zip_has_what_the_script_needs() -> None:
    with zipfile.ZipFile(io.BytesIO(bundled("conditional"))) as found:
        assert found.testzip() is None
        assert set(found.namelist()) == {"gan.py", "gan.ipynb", "conditional.safetensors", "conditional.json"}
        assert found.read("conditional.safetensors") == (FOLDER / "conditional.safetensors").read_bytes()
        text = found.read("gan.py").decode()
        assert 'read_safetensors("conditional.safetensors")' in text
        assert "CC BY-SA 3.0" in json.loads(found.read("conditional.json"))["licence"]
        assert "read_safetensors" in found.read("gan.ipynb").decode()
    lines = text.splitlines()
    assert ast.parse(text) and max(map(len, lines)) <= 120 and not [one for one in lines if one != one.rstrip()]
