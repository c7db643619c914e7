"""The figures of a page without a browser: `python -m gan_core export --page distances --query "tab=size"` starts this
in a process of its own and hands over its options as JSON.

The page is run as for a visitor who opens that address, and what it would offer to keep is kept.
"""

from __future__ import annotations

import json
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from gan_core.commands import exporting
from gan_core.commands.app import APP
from gan_core.commands.output import Refused, guarded
from gan_core.export.plate import Plate
from pages.shared.play import resources
from pages.shared.shell import i18n, site
from pages.shared.shell.state import KEY
from pages.shared.views import camera
from pages.shared.views.live import plates as live

SECONDS = 300.0  # that a page may take


def charts(page: str, query: str) -> dict[str, Plate]:
    """What the page offers to keep at this address, by its keys, with the page's caption. Raises Refused."""
    known = [one.name for one in site.PAGES]
    if page not in known:
        raise Refused(f"There is no page {page!r}; there are {', '.join(known)}.")
    visit = AppTest.from_file(str(APP), default_timeout=SECONDS)
    visit._page_hash = calc_hash(page)  # `switch_page` would need a visit to the first page
    for word, value in parse_qsl(query.lstrip("?"), keep_blank_values=True):
        visit.query_params[word] = value
    state = _looked(visit)
    if refused := i18n.sentence(state.pages[state.here].problem):  # other warnings of a page are its findings
        raise Refused(refused)
    found = state.charts | (visit.session_state[live.SHOWN] or {})
    if not found:
        raise Refused(f"The page {page!r} has no figure of its own at this address; runs are exported with --query.")
    with i18n.speaking(i18n.DEFAULT):
        said = camera.caption(state.pages[state.here], camera.spoken(), state)
    return {key: plate.captioned(said) for key, plate in found.items()}


def _looked(visit: AppTest) -> Any:
    """The state of the page when workers have found out what it shows. Raises Refused."""
    ends = time.monotonic() + SECONDS
    while True:
        visit.run()
        if visit.exception:
            raise Refused(str(visit.exception[0].value))
        state: Any = visit.session_state[KEY]
        under_way = [work for work in state.pages[state.here].works.values() if getattr(work, "running", False)]
        if not under_way:
            return state
        while any(work.running for work in under_way):
            if time.monotonic() > ends:
                raise Refused(f"The page took longer than {SECONDS:.0f} seconds.")
            time.sleep(0.02)


def main() -> int:
    with guarded() as ending:
        options = Namespace(**json.load(sys.stdin))
        options.out, options.zip = Path(options.out), options.zip and Path(options.zip)
        try:
            more = charts(options.page, "&".join(options.query))
            with i18n.speaking(i18n.DEFAULT):
                look = exporting.look_of(options, camera.spoken())
            exporting.write(options, None, look, exporting.wish_of(options, more))
        finally:
            resources.end()
    return ending.status


if __name__ == "__main__":
    sys.exit(main())
