"""For every test: one thread for torch, as in the app, and one for NumPy, since two processes share the cores; and
examples that are the same in every run."""

import os
import tempfile

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is imported
os.environ["GAN_EXPLORER_MEMORY"] = "100000"  # visitors that a test leaves behind stay until the collector comes

# what the user has kept is no test's business, and no test's records are the user's; made when something is kept
os.environ["DATA_OF_THE_USER"] = os.environ.get("GAN_EXPLORER_DATA", "")  # for slow tests that need large data
os.environ["GAN_EXPLORER_DATA"] = f"{tempfile.gettempdir()}/gan-explorer-tests-{os.getpid()}"

import pytest
import torch
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def one_torch_thread():
    """Whatever the test before may have asked for."""
    torch.set_num_threads(1)


class BrowserApart(LoadScopeScheduling):
    """One process takes all browser tests, the largest group and so the first, and starts one browser; the other tests
    go wherever there is time. (The marks of --dist loadgroup do not reach pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith("tests/browser/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log) -> BrowserApart:
    return BrowserApart(config, log)
