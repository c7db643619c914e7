"""The judge: a small convolutional classifier of digits, which every score of a digit run rests on.

It was trained on the 60,000 training digits of MNIST and has never seen a generated one. Two things are asked of it:
which digit an image shows and how surely (`classify`), and 64 numbers that describe the image (`features`), in which
distances mean more than in pixels. Its weights come with the code; `python -m gan_core build-judge` makes them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from gan_core.engine.modules import materialise
from gan_core.engine.random import generator_for
from gan_core.weights import check_alike, read_card, read_weights, write

NAME = "judge"
FEATURES, CLASSES = 64, 10
AT_ONCE = 100  # images in one pass: their activations stay in the cache, and below 25 MB

# the trainer
BATCH, EPOCHS, RATE, DECAY = 128, 14, 3e-3, 1e-4
TURN, SHIFT, ZOOM = math.radians(12), 2.0, 0.1  # augmentation: ±12°, ±2 pixels, ±10 %


def network() -> nn.Sequential:
    """28×28 → 14×14×24 → 7×7×48 → 3×3×64 → the 64 features → 10 logits: 76,000 parameters."""

    def block(before: int, after: int, size: int) -> list[nn.Module]:
        convolution = nn.Conv2d(before, after, size, padding=size // 2, bias=False)
        return [convolution, nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]

    return nn.Sequential(
        *block(1, 24, 5),
        *block(24, 48, 3),
        *block(48, 64, 3),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, FEATURES),
        nn.ReLU(),
        nn.Linear(FEATURES, CLASSES),
    )


def classify(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 28, 28) uint8 → (N, 10): the probability of each digit. Raises CheckpointError without usable weights."""
    return look(images)[1]


def features(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 28, 28) uint8 → (N, 64): the activations before the last layer, none below 0."""
    return look(images)[0]


def look(images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(features (N, 64), probabilities (N, 10)) in one pass."""
    if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
        raise ValueError(f"the judge looks at uint8 images (N, 28, 28), and these are {images.dtype} {images.shape}")
    net = _loaded()
    features, probabilities = (
        np.empty((len(images), FEATURES), np.float32),
        np.empty((len(images), CLASSES), np.float32),
    )
    with torch.inference_mode():
        for start in range(0, len(images), AT_ONCE):
            rows = slice(start, start + AT_ONCE)
            before_last = net[:-1](_input(images[rows]))
            features[rows] = before_last.numpy()
            probabilities[rows] = net[-1](before_last).softmax(1).numpy()
    return features, probabilities


def read(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 64) features → (N, 10): the probability of each digit, by the last layer alone."""
    with torch.inference_mode():
        return _loaded()[-1](torch.from_numpy(features)).softmax(1).numpy()


def card() -> dict[str, Any]:
    """What is known of the judge: accuracy on the 10,000 test digits, data, licence, checksum."""
    return read_card(NAME)


@lru_cache(maxsize=1)
def _loaded() -> nn.Sequential:
    with torch.device("meta"):
        net = network()
    tensors = read_weights(NAME, card().get("sha256", ""))
    check_alike(f"{NAME}.safetensors", tensors, net.state_dict())
    net.load_state_dict(tensors, assign=True)
    return net.eval().requires_grad_(False)


def _input(images: NDArray[np.uint8]) -> Tensor:
    return torch.tensor(images, dtype=torch.float32).div_(255).unsqueeze(1)


# ── the trainer ──────────────────────────────────────────────────────────────────────────────────────────────────────


def build(
    data: str = "mnist_full", epochs: int = EPOCHS, seed: int = 0, *, folder: Path | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:  # fmt: skip
    """Train on the training split of `data`, measure on its test split, write weights and card; returns the card.

    Adam with weight decay and a rate that falls along a cosine; each epoch sees every digit once, turned, moved and
    zoomed a little. Nothing is chosen by the test digits: the last epoch counts.
    """
    from gan_core.data.images import load_images

    images, labels = (torch.from_numpy(a.copy()) for a in load_images(data, "train"))
    net = materialise(lambda generator: network(), generator_for(seed, "discriminator"), "torch", torch.float32)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY, fused=True)
    order, bends = generator_for(seed, "real"), generator_for(seed, "noise")
    steps, done, cpu = epochs * (len(images) // BATCH), 0, time.process_time()
    for epoch in range(epochs):
        net.train()
        for rows in torch.randperm(len(images), generator=order).split(BATCH)[: len(images) // BATCH]:
            optimiser.param_groups[0]["lr"] = RATE * (1 + math.cos(math.pi * done / steps)) / 2
            optimiser.zero_grad()
            x = bend(images[rows].to(torch.float32).div_(255).unsqueeze(1), bends)
            functional.cross_entropy(net(x), labels[rows]).backward()
            optimiser.step()
            done += 1
        report(f"epoch {epoch + 1} of {epochs}, {time.process_time() - cpu:.0f} s, {_accuracy(net, data):.2%} of test")
    write(
        NAME,
        net.state_dict(),
        {
            "name": NAME,
            "title": "The classifier that scores the digits",
            "data": f"{data}: {len(images):,} training digits",
            "test_digits": len(load_images(data, "test")[1]),
            "accuracy": _accuracy(net, data),
            "parameters": sum(p.numel() for p in net.parameters()),
            "epochs": epochs,
            "seed": seed,
            "cpu_seconds": round(time.process_time() - cpu, 1),
        },
        folder,
    )
    _loaded.cache_clear()
    return read_card(NAME, folder)


def bend(x: Tensor, generator: torch.Generator) -> Tensor:
    """Images (n, 1, h, w), each turned, zoomed and moved by amounts of its own; what comes in from outside is black."""
    turn, zoom, right, down = torch.rand(4, len(x), generator=generator).mul_(2).sub_(1)
    turn, zoom = turn * TURN, 1 + zoom * ZOOM
    cos, sin, pixels = zoom * turn.cos(), zoom * turn.sin(), 2 * SHIFT / x.shape[-1]
    rows = torch.stack([cos, -sin, right * pixels, sin, cos, down * pixels], 1).view(-1, 2, 3)
    grid = functional.affine_grid(rows, list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, align_corners=False)


def _accuracy(net: nn.Module, data: str) -> float:
    from gan_core.data.images import load_images

    images, labels = load_images(data, "test")
    net.eval()
    with torch.inference_mode():
        parts = [net(_input(images[i : i + AT_ONCE])).argmax(1) for i in range(0, len(images), AT_ONCE)]
    return float((torch.cat(parts).numpy() == labels).mean())
