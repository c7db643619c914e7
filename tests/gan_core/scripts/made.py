"""A script beside the trainer: both take a few steps, and what both players say of the same rows is compared."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import torch

from gan_core.config import CLASSES, PIXELS, RunConfig
from gan_core.data.images import load_images
from gan_core.engine.conditioning import one_hot
from gan_core.run.trainer import Trainer
from gan_core.scripts.textbook import script
from gan_core.scripts.weights import Begins


def module(text: str, folder: Path, dtype: torch.dtype = torch.float64) -> ModuleType:
    """The script, imported: what it would do as a program is left out."""
    path = folder / "script.py"
    path.write_text(text.replace("DTYPE = torch.float32", f"DTYPE = {dtype}"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("script", path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["script"] = made  # where a dataclass looks for what its annotations mean
    spec.loader.exec_module(made)
    return made


def write_digits(folder: Path) -> None:
    """The digits that come with the app, as files of MNIST that hold no others."""
    raw = folder / "data/MNIST/raw"
    raw.mkdir(parents=True)
    images, labels = load_images("mnist", "train")
    for name, values in (("images-idx3", images), ("labels-idx1", labels.astype(np.uint8))):
        shape = np.array(values.shape, ">u4").tobytes()
        (raw / f"train-{name}-ubyte").write_bytes(bytes([0, 0, 8, values.ndim]) + shape + values.tobytes())


def difference(
    config: RunConfig, steps: int, folder: Path, points: np.ndarray | None = None,
    weights: dict[str, torch.Tensor] | None = None, begins: Begins | None = None,
) -> float:  # fmt: skip
    """The largest difference, in outputs of G and of D, between script and trainer after so many steps in float64,
    relative to the largest output. NaN where only one of them is finite. `begins`: the step at which both go on from
    the `weights`."""
    config = config.member(0)
    trainer = Trainer(config, points=points, dtype=torch.float64)
    if weights is not None and begins is not None:
        trainer.adopt(weights, begins.step)
    ensemble = trainer.ensembles[0]
    for _ in range(steps):
        ensemble.step()
    G, D, *average = module(script(config, points=points, begins=begins), folder).train(config.train.seed, steps)
    pairs = []
    draws = torch.Generator().manual_seed(5)
    z = torch.randn(20, config.model.latent_dim, generator=draws, dtype=torch.float64)
    y = one_hot(torch.arange(20) % CLASSES).double()
    z = torch.cat([z, y], 1) if config.model.labelled else z
    with torch.no_grad():
        for player, averaged in [(G, False), *((one, True) for one in average)]:
            fake = ensemble.maker(averaged=averaged).forward(z[None], training=False)[0][0]
            pairs.append(
                (player.eval()(z).flatten(1), fake.flatten(1)[:, :PIXELS] if config.model.labelled else fake.flatten(1))
            )
        real = ensemble.random.streams["real"].next()[:, : 10 * config.model.packing]
        theirs = ensemble.discriminator.forward(ensemble.game.inputs.of_discriminator(real), training=False)[0][0]
        x = ensemble.game.inputs.of_discriminator(real)[0]
        if config.model.labelled:
            flat = x[:, :PIXELS]
            image = flat if config.model.architecture == "mlp" else flat.reshape(-1, 1, 28, 28)
            told = (x[:, PIXELS:],) if config.model.labels == "conditional" else ()
            mine = D.eval()(image, *told)
        else:
            mine = D.eval()(x)
        pairs.append((mine.flatten(), theirs.flatten()))
    worst = 0.0
    for mine, theirs in pairs:
        if bool(mine.isfinite().all()) != bool(theirs.isfinite().all()):
            return float("nan")
        if bool(mine.isfinite().all()):
            worst = max(worst, float((mine - theirs).abs().max() / theirs.abs().max().clamp_min(1e-300)))
    return worst
