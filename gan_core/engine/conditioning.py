"""Labels in a run: rows (image | one-hot label), and the class term of an AC-GAN.

A run with labels moves flat rows of 784 + 10 numbers. Real rows carry their label, G passes the label that it was given
on beside its image, and the label of fake i is that of real i: D compares like with like, and a point between the two
has one label. So a conditional GAN (Mirza & Osindero 2014) is the ordinary step on wider rows. D looks at the image and
puts out 1 + 10 numbers. In a conditional GAN the label picks which of them count (`dcgan.Projection`); the D of an
AC-GAN does not see the label: its first number is the logit, the others are c, the logits of the classes, and both
players also descend

    L_D + C(real) + C(fake),   L_G + C(fake),   C(rows) = −E log softmax(c)[label]        (Odena et al. 2017, L_C)
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_core.config import CLASSES, PIXELS, ConfigError


def one_hot(labels: Tensor) -> Tensor:
    """(…) int → (…, CLASSES) float32."""
    return torch.nn.functional.one_hot(labels.long(), CLASSES).float()


def checked(labels: NDArray | int, n: int) -> Tensor:
    """n labels as a tensor, from n of them or from one for all. Raises ConfigError on anything but whole 0 … 9."""
    given = np.asarray(labels)
    if given.dtype.kind not in "iu" or given.shape not in ((), (n,)) or given.min() < 0 or given.max() >= CLASSES:
        raise ConfigError("labels", labels, "config.some_labels", n=n, last=CLASSES - 1)
    return torch.from_numpy(np.broadcast_to(given, (n,)).astype(np.int64))


def class_loss(class_logits: Tensor, labels: Tensor) -> Tensor:
    """C of rows: class logits (K, B, CLASSES) and their one-hot labels → (K,)."""
    return -(class_logits.log_softmax(-1) * labels).sum(-1).mean(-1)


# ∂C/∂c = (softmax(c) − one-hot) / B
def class_grad(class_logits: Tensor, labels: Tensor) -> Tensor:
    """∂C/∂c: like the class logits."""
    return (class_logits.softmax(-1) - labels) / class_logits.shape[1]


def class_accuracy(class_logits: Tensor, labels: Tensor) -> Tensor:
    """The share of rows that D puts into their class: (K,)."""
    return (class_logits.argmax(-1) == labels.argmax(-1)).float().mean(-1)


ClassRows = tuple[tuple[Tensor, Tensor], ...]  # (class logits, one-hot labels) of each batch


class LogitOutput:
    """What D puts out: y (K, B, 1), the logit."""

    def classes(self, y: Tensor, discriminator_input: Tensor, batch: int) -> ClassRows:
        """What y says of the classes, batch by batch: nothing."""
        return ()

    def grad(self, logit_grad: Tensor, classes: ClassRows) -> Tensor:
        """∂L/∂y (K, B, …) from ∂L/∂logit (K, B), of the rows that the classes are of."""
        return logit_grad.unsqueeze(-1)


class ClassOutput(LogitOutput):
    """What an AC-GAN's D puts out: y (K, B, 1 + CLASSES), the logit and the logits of the classes."""

    def classes(self, y: Tensor, discriminator_input: Tensor, batch: int) -> ClassRows:
        batches = (rows.split(batch, 1) for rows in (y[..., 1:], discriminator_input[..., PIXELS:]))
        return tuple(zip(*batches, strict=True))

    def grad(self, logit_grad: Tensor, classes: ClassRows) -> Tensor:
        class_grads = torch.cat([class_grad(*rows) for rows in classes], 1)
        return torch.cat([logit_grad.unsqueeze(-1), class_grads], -1)
