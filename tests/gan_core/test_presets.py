"""The named runs: each is a valid configuration, and says why it is there."""

from __future__ import annotations

import pytest

from gan_core.config import RunConfig
from gan_core.presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_valid_and_say_why(name):
    preset = PRESETS[name]
    assert RunConfig.from_query(preset.config.to_query()) == preset.config
    assert preset.title and preset.why.endswith(".")
