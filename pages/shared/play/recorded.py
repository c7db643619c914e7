"""Which recorded run a page opens with, and what Play trains there.

recorded.name(page)         the recording, None while the page has runs of its own, and for settings of a visitor's own
recorded.trained(page)      what Play would train: what is shown, with the seed that is shown
"""

from __future__ import annotations

from gan_core.config import RunConfig
from gan_core.recordings import shipped
from gan_core.recordings.lookup import opening, shown
from gan_core.recordings.registry import RECORDED
from pages.shared.shell.state import PageState, app


def name(page: PageState) -> str | None:
    return None if page.show is not None else there(page)


def there(page: PageState) -> str | None:
    """… whether the page has runs of its own or not. None on a slide, which shows those."""
    return None if app().slide else of_settings(page)


def of_settings(page: PageState) -> str | None:
    """… on a slide too. None also where it is of weights that are not there."""
    found = opening(page.configs(), page.name)
    return found if found is not None and shipped.current(found) else None


def trained(page: PageState) -> tuple[RunConfig, ...]:
    """Of several seeds that were recorded the one in the middle is shown, and that one is trained."""
    recording = of_settings(page) if page.plays and page.show is None else None
    if recording is None or RECORDED[recording].seeds == 1:
        return page.configs()
    return page.configs(page.config.replace(seed=shown(recording)[0]))


def take_seed(page: PageState) -> None:
    """The page's settings become those of what is shown, since somebody trains it."""
    seed = trained(page)[0].train.seed
    if seed != page.config.train.seed:
        page.update(seed=seed)
