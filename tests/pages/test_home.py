"""The first page: it opens, and leads to every other."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import PATIENCE, ROOT, words


def test_home_opens_without_torch_in_its_thread_and_leads_to_every_card() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE).run()
    assert not app.exception
    assert "0.1.0" in words(app)
