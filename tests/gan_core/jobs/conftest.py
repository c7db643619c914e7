"""A pool for one test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gan_core.jobs.pool import Pool
from tests.gan_core.jobs.works import nothing


@pytest.fixture
def pool() -> Iterator[Pool]:
    """One worker: the order of events is then exact."""
    pool = Pool(workers=1, prepare=nothing)
    yield pool
    pool.close()
