"""What is slow to work out about samples is worked out by workers of the pool, and by no run of a page's script."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import numpy as np
import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from gan_core.metrics import divergences, floors, points
from gan_core.studies import balance, critic, twin_paths
from gan_core.theory import divergences_1d, transport
from pages.digits import models as digits
from pages.shared.play import experiments, resources
from pages.shared.shell import i18n
from pages.shared.shell.site import PAGES
from pages.shared.shell.state import KEY
from pages.shared.views import kept
from tests.pages.test_pages import at_rest, look_back, press, tables, until, visit

# assignments, histograms of samples, floors, plans, estimates, what a run is called
WATCHED: tuple[tuple[Any, str], ...] = (
    (divergences, "linear_sum_assignment"), (transport, "linear_sum_assignment"), (transport, "_potentials"),
    (points, "histogram_divergence"), (divergences, "histogram_divergence"), (floors, "ranges"),
    (divergences_1d, "estimates"), (balance, "judged"), (balance, "spectrum"), (twin_paths, "cdist"),
    (critic, "transport_value"),
)  # fmt: skip
SMALL = {"g_layers": "8", "d_layers": "8", "batch": "16", "steps": "3"}
OWN = "\n".join(f"{x},{y}" for x, y in np.random.default_rng(0).normal(size=(40, 2))).encode()

PLACES: list[tuple[str, dict[str, str]]] = [
    ("play_2d", SMALL | {"members": "2", "ema": "0.9"}),
    ("vanishing", SMALL | {"tab": "twins"}),
    *(("distances", {"tab": tab, "samples": "32"}) for tab in ("line", "plane", "size")),
    ("distances", {"tab": "plane", "samples": "32", "draw_plane": "w2"}),
]
OTHERS: list[tuple[str, dict[str, str]]] = [
    ("home", {}),
    *(("collapse", SMALL | {"tab": tab}) for tab in ("why", "mitigations", "myths", "alarm")),
    *(("vanishing", SMALL | {"tab": tab}) for tab in ("curves", "rescaled", "frozen", "distance", "helps")),
    *(("convergence", SMALL | {"tab": tab}) for tab in ("smallest", "two", "map", "losses")),
    *(("distances", {"tab": "plane", "samples": "32", "draw_plane": name}) for name in ("w1", "sinkhorn")),
    *(("distances", {"tab": tab}) for tab in ("fit", "game")),
    *(("wgan", SMALL | {"part": part}) for part in ("beside", "critic", "line", "lines")),
    *(("digits", {"section": section}) for section in digits.SECTIONS if section != digits.TRAINING),
]


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Where scripts have worked something out."""
    found: list[str] = []

    def watched(name: str, usual: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(usual)
        def called(*args: Any, **options: Any) -> Any:
            if get_script_run_ctx(suppress_warning=True) is not None:
                ours = [frame.name for frame in traceback.extract_stack() if "/pages/" in frame.filename]
                found.append(f"{name} by {' > '.join(ours[-6:])}")
            return usual(*args, **options)

        return called

    for module, name in WATCHED:
        monkeypatch.setattr(module, name, watched(name, getattr(module, name)))
    experiments.forget()
    yield found
    experiments.forget()


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every box is open from the start: the driver opens none."""
    usual = kept.st.expander
    monkeypatch.setattr(kept.st, "expander", lambda label, **how: usual(label, **how | {"expanded": True}))


def looked_at(app: AppTest) -> AppTest:
    """Until nothing is worked out for the visitor any more."""
    while True:
        until(lambda: not resources.pool().load)
        app.run()
        assert not app.exception
        if not resources.pool().load:
            return app


def waits(app: AppTest) -> bool:
    """Whether a number of the table of distances is not known yet."""
    (found,) = [rows for rows in tables(app) if i18n.t("distances.value") in rows[0]]
    return any("…" in cell for row in found for cell in row)


def test_every_page_is_here() -> None:
    assert {name for name, _ in PLACES + OTHERS} == {entry.name for entry in PAGES}


@pytest.mark.parametrize(
    ("name", "address"), [*PLACES, *(pytest.param(*place, marks=pytest.mark.slow) for place in OTHERS)]
)
def test_no_script_works_anything_out(name: str, address: dict[str, str], worked: list[str]) -> None:
    app = looked_at(visit(name, **address))
    buttons = [button.key for button in app.button]
    for page in [page for page in app.session_state[KEY].pages.values() if f"{page.name}-reset" in buttons]:
        at_rest(app, page.name)
        press(app, "step", page.name)
        looked_at(at_rest(app, page.name))
        press(app, "play", page.name)
        looked_at(at_rest(app, page.name))
        looked_at(look_back(app, 1, page.name))
    assert not worked


def test_numbers_of_a_visitors_own_are_compared_by_a_worker(worked: list[str]) -> None:
    app = visit("distances", tab="plane", plane_p_kind="sample", samples="32", draw_plane="w1")
    app.file_uploader(key="distances-plane-p-file").set_value(("p.csv", OWN, "text/csv")).run()
    assert not worked and not waits(looked_at(app))
    app = visit("distances", tab="line", line_p_kind="sample")
    numbers = b"\n".join(row.split(b",")[0] for row in OWN.split(b"\n"))
    app.file_uploader(key="distances-line-p-file").set_value(("p.csv", numbers, "text/csv")).run()
    assert not waits(looked_at(app)) and not worked
