"""What an architecture's row builds: as many parameters as the configuration says, and images of the right shape."""

from __future__ import annotations

import pytest
import torch

from gan_core.config import CLASSES, ConfigError, RunConfig
from gan_core.engine.builders import ARCHITECTURES
from gan_core.engine.modules import Modules
from gan_core.engine.networks import Network, StackedMLP
from gan_core.presets import PRESETS
from gan_core.run.trainer import Trainer


@pytest.mark.parametrize("name", PRESETS)
def test_parameter_counts_are_those_of_the_networks(name):
    from gan_core.run.trainer import Trainer

    config = PRESETS[name].config.replace(members=1)
    ensemble = Trainer(config).ensembles[0]
    counts = ensemble.generator.theta.shape[1], ensemble.discriminator.theta.shape[1]
    assert config.parameter_counts == counts


IMAGES = {"data": "mnist", "latent_dim": 5, "g_layers": (6,), "d_layers": (7,), "batch": 4}


def built(config: RunConfig) -> tuple[Network, Network]:
    ensemble = Trainer(config).ensembles[0]
    return ensemble.generator, ensemble.discriminator


@pytest.mark.parametrize("labels", ["none", "conditional", "auxiliary"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_what_g_makes_d_can_score(architecture: str, labels: str) -> None:
    try:
        config = RunConfig.of(**IMAGES, architecture=architecture, labels=labels)
    except ConfigError:
        return  # a pair that does not go together is the configuration's to refuse
    generator, discriminator = built(config)
    labelled = config.model.labelled
    z = torch.zeros(1, 4, 5 + CLASSES * labelled)
    fake, _ = generator.forward(z)
    assert fake.shape[:2] == (1, 4) and torch.isfinite(fake).all()
    assert discriminator.forward(fake)[0].shape == (1, 4, 1 + CLASSES * (labels == "auxiliary"))


def test_players_are_in_closed_form_wherever_there_is_one() -> None:
    assert all(isinstance(player, StackedMLP) for player in built(RunConfig.of()))
    assert all(isinstance(player, StackedMLP) for player in built(RunConfig.of(**IMAGES)))
    for changes in ({"g_norm": "batch"}, {"d_norm": "batch"}, {"d_norm": "layer"}, {"minibatch_std": True}):
        generator, discriminator = built(RunConfig.of(**changes))
        assert isinstance(generator, Modules) == ("g_norm" in changes)
        assert isinstance(discriminator, Modules) == ("g_norm" not in changes)
