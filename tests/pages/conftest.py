"""What takes Streamlit's test driver longest on every visit is done once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner

# For each new visitor it reads the metadata of every installed package (0.5 s), in search of components: they stay the
# same during the tests.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture
def unfold(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """The driver does not open expanders: those whose labels begin with a title that this is told begin open."""
    usual, titles = st.expander, []

    def expander(label: str, **options: Any) -> Any:
        return usual(label, **options | ({"expanded": True} if label.startswith(tuple(titles)) else {}))

    monkeypatch.setattr(st, "expander", expander)
    return titles.append
