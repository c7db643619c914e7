"""What an architecture's row builds: as many parameters as the configuration says, and images of the right shape."""

from __future__ import annotations

import pytest

from gan_core.presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_parameter_counts_are_those_of_the_networks(name):
    from gan_core.run.trainer import Trainer

    config = PRESETS[name].config.replace(members=1)
    ensemble = Trainer(config).ensembles[0]
    counts = ensemble.generator.theta.shape[1], ensemble.discriminator.theta.shape[1]
    assert config.parameter_counts == counts
