"""What is looked at of a run: samples at latents that are always the same, D on a grid, arrows, the warped lattice.

    pictures = PointPictures(config, member_configs, source, extent, dtype)
    pictures.take(ensembles, step=100, seconds=1.5)     # a Snapshot

Nothing is drawn from a run's own streams, so looking changes nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property, partial
from typing import Any, Generic, TypeVar, cast
from weakref import WeakValueDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_core.config import CLASSES, PIXELS, ModelConfig, RunConfig
from gan_core.engine.conditioning import checked, one_hot
from gan_core.engine.ensemble import Ensemble
from gan_core.engine.losses import LOSSES
from gan_core.engine.networks import StackedMLP
from gan_core.engine.random import Source, generator_for, latents
from gan_core.jobs.threads import side_by_side
from gan_core.run.history import (
    GRID,
    IMAGES,
    LATTICE,
    POINTS,
    WEIGHT_BINS,
    ImageSnapshot,
    PointSnapshot,
    Snapshot,
    interpolates,
)
from gan_core.run.watch import standing

# Of a hidden layer at once: half a megabyte stays in a core's cache, and the C library has it at hand. With all rows of
# a picture in one pass a class of thirty spent a tenth of its time on pages that the system had to bring and take.
NUMBERS = 2**17
LATTICE_REACH = 2.0  # the latent grid spans ±2 (normal) or ±1 (uniform)

Arrays = dict[str, NDArray]
Still = Callable[[], Ensemble]
S = TypeVar("S", bound=Snapshot)


_drawn: WeakValueDictionary[Hashable, Tensor] = WeakValueDictionary()


def _latents(kind: str, rows: int, dim: int, seeds: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """(K, rows, dim), of runs with the same seeds one and the same: with 256 latents eight members hold 4 MB of them,
    and a class often begins with one link."""
    key = kind, rows, dim, seeds, dtype
    if (found := _drawn.get(key)) is None:
        found = torch.stack([latents(kind, rows, dim, generator_for(seed, "picture")).to(dtype) for seed in seeds])
        _drawn[key] = found
    return found


class Look:
    """One ensemble as it stands, with what its members make of the latents z (k, n, latent_dim) of a picture."""

    def __init__(self, still: Still, z: Tensor) -> None:
        self._still, self.z = still, z

    @cached_property
    def ensemble(self) -> Ensemble:
        return self._still()

    @cached_property
    def fake(self) -> Tensor:
        return self.ensemble.generator.forward(self.z, training=False)[0]

    @property
    def averaged(self) -> Tensor:
        return self.ensemble.maker(averaged=True).forward(self.z, training=False)[0]


class Pictures(ABC, Generic[S]):
    """Takes pictures of the members of one run. `real` are samples of the data, the same for every run on them;
    `latents` (K, n, latent_dim) what each member makes its samples from."""

    kind: type[S]

    def __init__(
        self, config: RunConfig, members: Sequence[RunConfig], real: Tensor, samples: int, dtype: torch.dtype
    ) -> None:
        model = config.model
        seeds = tuple(member.train.seed for member in members)
        self.config, self.dtype, self.real = config, dtype, real
        self.latents = _latents(model.latent, samples, model.latent_dim, seeds, dtype)

    def take(self, ensembles: Sequence[Ensemble], *, step: int, seconds: float = 0.0, threads: int = 1) -> S:
        """All members as they stand, looked at by as many threads."""
        taken = self._unfinished(ensembles, list(map(standing, ensembles)), step, seconds, threads)
        taken.finish()
        return taken

    def look(self, ensembles: Sequence[Ensemble], *, step: int, seconds: float, threads: int) -> S:
        """`take` for later and by any thread, of the members as they stand now: what nobody asks for is not made.
        Players made of modules are looked at at once."""
        stills = [ensemble.still() for ensemble in ensembles]
        if None in stills:
            return self.take(ensembles, step=step, seconds=seconds, threads=threads)
        return self._unfinished(ensembles, cast(list[Still], stills), step, seconds, threads)

    def _unfinished(
        self, ensembles: Sequence[Ensemble], stills: Sequence[Still], step: int, seconds: float, threads: int
    ) -> S:
        model = self.config.model
        latents = self.latents.split([ensemble.size for ensemble in ensembles])
        looks = [Look(still, conditioned_latents(model, z)) for still, z in zip(stills, latents, strict=True)]
        parts = self._parts()

        def make(name: str) -> Arrays:
            if name == "batch_logits":
                return {name: torch.cat([look.ensemble.g_logits for look in looks]).float().numpy()}
            if name in ("weight_counts", "weight_reach"):
                counts, reach = weight_histograms(torch.cat([look.ensemble.discriminator.theta for look in looks]))
                return {"weight_counts": counts, "weight_reach": reach}
            found = side_by_side([partial(parts[name], look) for look in looks], threads)
            return {name: np.concatenate([one[name] for one in found]) for name in found[0]}

        missing = {"averaged": None} if ensembles[0].average is None else {}
        return self.kind.unfinished(make, step=step, seconds=seconds, **missing, **self._always())

    @abstractmethod
    def samples(self, rows: Tensor) -> NDArray:
        """What G makes, as a picture shows it."""

    @abstractmethod
    def _parts(self) -> dict[str, Callable[[Look], Arrays]]:
        """What is looked at of one ensemble, by the names of the arrays: some of them are made together."""

    @abstractmethod
    def _always(self) -> dict[str, Any]:
        """What is the same in every picture."""


class PointPictures(Pictures[PointSnapshot]):
    """… of points in the plane, in the window `extent`."""

    kind = PointSnapshot

    def __init__(
        self,
        config: RunConfig,
        members: Sequence[RunConfig],
        source: Source,
        extent: tuple[float, float, float, float],
        dtype: torch.dtype,
    ) -> None:
        super().__init__(config, members, source(POINTS, generator_for(0, "picture")), POINTS, dtype)
        self.extent = extent
        self._grid = self._window()  # the same in every picture
        model = config.model
        # that D looks at in one pass; where a row's logit depends on the others, all of them
        self._rows = 2 * POINTS + GRID**2 if model.minibatch_std else max(1, NUMBERS // max(model.d_layers, default=1))

    def samples(self, rows: Tensor) -> NDArray:
        return rows.float().numpy()

    def _always(self) -> dict[str, Any]:
        pushed = LOSSES[self.config.train.loss].facts.features
        return {"real": self.real.numpy(), "extent": self.extent} | ({} if pushed else {"push": None})

    def _parts(self) -> dict[str, Callable[[Look], Arrays]]:
        return {
            "fake": lambda look: _copies(fake=look.fake),
            "averaged": lambda look: _copies(averaged=look.averaged),
            **dict.fromkeys(("real_logits", "fake_logits", "field"), self._opinion),
            **dict.fromkeys(("logit_gradient", "interpolates_grad"), self._slopes),
            "lattice": self._warped,
            "push": self._push,
        }

    def _real(self, look: Look) -> Tensor:
        return self.real.to(self.dtype).expand(look.ensemble.size, -1, -1)

    def _opinion(self, look: Look) -> Arrays:
        n, grid = len(self.real), self._grid.expand(look.ensemble.size, -1, -1)
        x = torch.cat([self._real(look), look.fake, grid], 1)
        parts = [logits_at(look.ensemble, part, self.config.model.packing) for part in x.split(self._rows, 1)]
        real, fake, field = torch.cat(parts, 1).split([n, n, GRID**2], dim=1)
        return _copies(real_logits=real, fake_logits=fake, field=field.reshape(-1, GRID, GRID))

    def _slopes(self, look: Look) -> Arrays:
        n, fake = len(self.real), look.fake
        way = torch.from_numpy(interpolates(self.real.numpy(), fake.numpy())).to(self.dtype)
        gradient = gradient_of_logit(look.ensemble, torch.cat([fake, way], 1), self.config.model.packing)
        slopes = torch.linalg.vector_norm(gradient[:, n:], dim=-1)
        return _copies(logit_gradient=gradient[:, :n], interpolates_grad=slopes)

    def _push(self, look: Look) -> Arrays:
        n, packing = len(self.real), self.config.model.packing
        return _copies(push=-n * feature_gradient(look.ensemble, self._real(look), look.fake, packing))

    def _window(self) -> Tensor:
        """(1, GRID², 2): the window, row by row."""
        xmin, xmax, ymin, ymax = self.extent
        ys, xs = torch.meshgrid(torch.linspace(ymin, ymax, GRID), torch.linspace(xmin, xmax, GRID), indexing="ij")
        return torch.stack([xs, ys], -1).view(1, -1, 2).to(self.dtype)

    def _grid_of_latents(self) -> Tensor:
        """(r, r, latent_dim), or (1, r, 1): regular in the first two latents, the others 0."""
        model = self.config.model
        reach = LATTICE_REACH if model.latent == "normal" else 1.0
        ticks = torch.linspace(-reach, reach, LATTICE, dtype=self.dtype)
        rows = LATTICE if model.latent_dim > 1 else 1
        z = torch.zeros(rows, LATTICE, model.latent_dim, dtype=self.dtype)
        z[..., 0] = ticks
        if rows > 1:
            z[..., 1] = ticks.unsqueeze(1)
        return z

    def _warped(self, look: Look) -> Arrays:
        """G there: (K, r, r, 2), or (K, 1, r, 2) of one latent."""
        lattice, size = self._grid_of_latents(), look.ensemble.size
        rows, columns, dim = lattice.shape
        wide = lattice.view(1, -1, dim).expand(size, -1, -1)
        warped = look.ensemble.generator.forward(wide, training=False)[0]
        return _copies(lattice=warped.view(size, rows, columns, 2))


class ImagePictures(Pictures[ImageSnapshot]):
    """… of images."""

    kind = ImageSnapshot

    def __init__(self, config: RunConfig, members: Sequence[RunConfig], source: Source, dtype: torch.dtype) -> None:
        drawn = source(IMAGES * 8, generator_for(0, "picture"))
        super().__init__(config, members, drawn[:IMAGES].clone(), IMAGES, dtype)  # the others need not stay
        self._shown = self.samples(self.real)  # one copy for all pictures

    def samples(self, rows: Tensor) -> NDArray[np.uint8]:
        return to_uint8(rows, self.config.data.pixels)

    def _always(self) -> dict[str, Any]:
        return {"real": self._shown}

    def _parts(self) -> dict[str, Callable[[Look], Arrays]]:
        return {
            "fake": lambda look: {"fake": self._images(look.fake)},
            "averaged": lambda look: {"averaged": self._images(look.averaged)},
            "real_logits": self._of_real,
            "fake_logits": lambda look: _copies(fake_logits=self._logits(look, look.fake)),
        }

    def _images(self, rows: Tensor) -> NDArray[np.uint8]:
        return np.stack([self.samples(member) for member in rows])

    def _logits(self, look: Look, images: Tensor) -> Tensor:
        return logits_at(look.ensemble, images, self.config.model.packing)

    def _of_real(self, look: Look) -> Arrays:
        real = self.real.to(self.dtype).expand(look.ensemble.size, *[-1] * self.real.dim())
        return _copies(real_logits=self._logits(look, look.ensemble.growth.shown(real)))


def _copies(**tensors: Tensor) -> Arrays:
    """… in NumPy: nothing of what is still trained."""
    return {name: tensor.float().numpy().copy() for name, tensor in tensors.items()}


def conditioned_latents(model: ModelConfig, z: Tensor, labels: NDArray | int | None = None) -> Tensor:
    """What G is given: latents (…, n, latent_dim), and behind them the one-hot labels of a run with labels.

    `labels`: n of them or one for all; None is 0 … 9 over and over. Raises ConfigError on what is no label.
    """
    if not model.labelled:
        return z
    n = z.shape[-2]
    classes = torch.arange(n) % CLASSES if labels is None else checked(labels, n)
    return torch.cat([z, one_hot(classes).to(z.dtype).expand(*z.shape[:-1], -1)], -1)


def logits_at(ensemble: Ensemble, x: Tensor, packing: int = 1) -> Tensor:
    """D's logits (K, n) at x (K, n, …). With packing, of a pack that holds x and copies of it."""
    if packing > 1:
        x = x.repeat_interleave(packing, dim=1).reshape(*x.shape[:2], packing * x.shape[2], *x.shape[3:])
    return ensemble.discriminator.forward(x, training=False)[0][..., 0]


def gradient_of_logit(ensemble: Ensemble, x: Tensor, packing: int = 1) -> Tensor:
    """∂logit/∂x (K, n, 2) at x (K, n, 2), as one sample of a pack sees it."""
    n = x.shape[1]
    wide = x.repeat_interleave(packing, dim=1).reshape(x.shape[0], n, -1) if packing > 1 else x
    _, tape = ensemble.discriminator.forward(wide, training=False)
    return ensemble.discriminator.input_grad(tape)[..., : x.shape[2]]


def feature_gradient(ensemble: Ensemble, real: Tensor, fake: Tensor, packing: int = 1) -> Tensor:
    """∂L_G/∂x (K, n, 2) at the fakes, of a loss that compares D's features at real and fake samples (K, n, 2)."""
    discriminator, n = cast(StackedMLP, ensemble.discriminator), fake.shape[1]
    x = torch.cat([real, fake], 1)
    wide = x.repeat_interleave(packing, dim=1).reshape(len(x), x.shape[1], -1) if packing > 1 else x
    _, tape = discriminator.forward(wide, training=False)
    of_real, of_fake = (rows.mT for rows in discriminator.features(tape).split([real.shape[1], n], dim=1))
    grad = ensemble.game.loss.g_grad(real_logits=of_real, fake_logits=of_fake)
    return discriminator.vjp_features(tape, grad.mT)[..., : x.shape[2]]


def weight_histograms(theta: Tensor) -> tuple[NDArray, NDArray]:
    """(counts (K, WEIGHT_BINS), the largest absolute value (K,)) of parameters (K, P); what is not a number is 0."""
    finite = torch.nan_to_num(theta.float(), nan=0.0, posinf=0.0, neginf=0.0)
    reach = finite.abs().amax(1)
    counts = [torch.histc(row, WEIGHT_BINS, -top, top) for row, top in zip(finite, reach.tolist(), strict=True)]
    return torch.stack(counts).numpy(), reach.numpy()


def to_uint8(rows: Tensor, pixels: str = "symmetric") -> NDArray[np.uint8]:
    """Rows (n, …) that begin with an image in [−1, 1], or [0, 1] (`pixels` = unit) → (n, 28, 28) uint8. What is not a
    number becomes black."""
    images = rows.flatten(1)[:, :PIXELS].reshape(-1, 28, 28)
    images = images.mul(255) if pixels == "unit" else images.add(1).mul(127.5)
    return images.nan_to_num_(0.0).clamp_(0, 255).round_().to(torch.uint8).numpy()


def arrows(snapshot: Snapshot, loss: str, member: int = 0) -> NDArray[np.float32]:
    """−n·∂L_G/∂x at every fake of a picture, (n, 2): where the loss pulls each sample, whatever loss trained the run.

    The mean over the batch is undone (times n), so an arrow's length does not depend on how many are drawn. It is the
    gradient of *this* loss times ∂logit/∂x: under the non-saturating loss it stays long where D is sure, under minimax
    it vanishes there; ∂D/∂x alone, which vanishes in both, would tell another story.
    """
    if not isinstance(snapshot, PointSnapshot):
        raise ValueError("arrows live in the plane: this picture is of images")
    if LOSSES[loss].facts.features:
        if snapshot.push is None:
            raise ValueError("where D's features pull is known only in pictures of a run with this loss")
        return snapshot.push[member]
    real, fake = snapshot.real_logits[member], snapshot.fake_logits[member]
    grad = LOSSES[loss].g_grad(real_logits=torch.from_numpy(real), fake_logits=torch.from_numpy(fake)).numpy()
    return -grad[:, None] * len(fake) * snapshot.logit_gradient[member]
