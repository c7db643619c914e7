"""For every test: one torch thread, as in the app, and examples that are the same in every run."""

import torch
from hypothesis import settings

torch.set_num_threads(1)
settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")
