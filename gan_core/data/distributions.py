"""Two-dimensional data with a known density: the only place where a GAN's error can be measured instead of guessed.

Three shapes cover the zoo: a `Mixture` of Gaussians, a `Curve` blurred by Gaussian noise, a `Checkerboard` of uniform
squares; `Points` is an uploaded table, whose density nobody knows. `DISTRIBUTIONS` names them all. Every data set is
centred on the origin and about `radius` wide to each side, so that the same networks and learning rates fit them all;
only what is `drawn` stays where it was drawn.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from gan_core.config import ConfigError, DataConfig
from gan_core.data.drawings import HALF, Drawing, is_drawing, read
from gan_core.data.points import points_digest
from gan_core.errors import choices

Extent = tuple[float, float, float, float]
BLOCK = 32  # nodes of a curve that are weighed or left out together
PAIRS_AT_ONCE = 2_000_000  # (point, node) of a curve's density held in memory together: 32 MB


class Distribution(Protocol):
    """What every data set of the plane offers. Immutable, so that any number of threads may share one."""

    @property
    def name(self) -> str: ...

    @property
    def centres(self) -> Tensor | None:
        """(m, 2) float32 centres of the modes, None where there are no modes."""

    @property
    def weights(self) -> Tensor | None:
        """(m,) float32 shares of the modes, summing to 1; None where there are no modes."""

    @property
    def std(self) -> float | None:
        """σ of one mode, of the widest where they differ, or of the noise around a curve; None where there is none."""

    @property
    def stds(self) -> Tensor | None:
        """(m,) σ of each mode; None where all have `std`, and where there are no modes."""

    @property
    def has_density(self) -> bool:
        """Whether `log_prob` can be called; it is None where this is False."""

    @property
    def log_prob(self) -> Callable[[Tensor], Tensor] | None:
        """(n, 2) → (n,) float32, natural logarithm of the density."""

    @property
    def extent(self) -> Extent:
        """(xmin, xmax, ymin, ymax): a square window around the origin that holds the data with a margin."""

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """(n, 2) float32, independent draws; the generator is the only source of randomness."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """Isotropic Gaussians: p(x) = Σₖ wₖ N(x; cₖ, σₖ²I). All have the σ `std`, or each its own of `stds` (m,), of which
    `std` is the widest."""

    name: str
    centres: Tensor
    std: float
    weights: Tensor
    extent: Extent
    stds: Tensor | None = None
    has_density = True

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        if self._cumulative is None:
            mode = torch.randint(len(self.centres), (n,), generator=generator)
        else:
            uniform = torch.rand(n, generator=generator, dtype=torch.float64)
            mode = torch.bucketize(uniform, self._cumulative, right=True)  # right: a mode of weight 0 is never drawn
        noise = torch.randn(n, 2, generator=generator)
        at = self.centres.index_select(0, mode)
        return at.add_(noise, alpha=self.std) if self.stds is None else at.addcmul_(noise, self.stds[mode, None])

    def log_prob(self, x: Tensor) -> Tensor:
        stds = torch.full_like(self.weights, self.std) if self.stds is None else self.stds
        two_variances = 2 * stds.double() ** 2
        constants = self.weights.double().log() - torch.log(math.pi * two_variances)
        squares = (x.double()[:, None] - self.centres).square_().sum(-1)
        return (constants - squares / two_variances).logsumexp(1).float()

    @cached_property
    def _cumulative(self) -> Tensor | None:
        """Upper ends of the modes' intervals in [0, 1]; None where the weights are equal, which is drawn faster."""
        if torch.all(self.weights == self.weights[0]):
            return None
        total = self.weights.double().cumsum(0)
        return total / total[-1]


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve with isotropic Gaussian noise: x = γ(t) + σ·ε, t ~ U(−1, 1), ε ~ N(0, I).

    `curve` maps t (…,) to points (…, 2). It may jump at t = 0 (two arms), and is smooth on either side of it.
    """

    name: str
    curve: Callable[[Tensor], Tensor]
    std: float
    extent: Extent
    centres = None
    weights = None
    stds = None
    has_density = True

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        t = torch.rand(n, generator=generator).mul_(2).sub_(1)
        return self.curve(t).add_(torch.randn(n, 2, generator=generator), alpha=self.std)

    # p(x) = ½ ∫₋₁¹ N(x; γ(t), σ²I) dt
    def log_prob(self, x: Tensor) -> Tensor:
        """By quadrature along the curve, to 2e-4 nats within 3σ of it. The work grows with its length over σ."""
        blocks, shares = self._quadrature
        middles, two_variances = blocks[:, BLOCK // 2], 2 * self.std**2
        reach = (blocks - middles[:, None]).norm(dim=-1).amax(1)  # how far a block extends from its middle node
        constants = shares.log() - math.log(math.pi * two_variances)
        log_probs = []
        for part in x.double().split(max(1, PAIRS_AT_ONCE // (BLOCK * len(blocks)))):
            distance = torch.cdist(part, middles)
            # only blocks that may hold a node with more than e^-30 of the share of the nearest one
            bound = distance.amin(1, keepdim=True).square() + 30 * two_variances
            row, block = torch.nonzero((distance - reach).clamp(min=0).square() <= bound, as_tuple=True)
            squares = (part[row, None] - blocks[block]).square_().sum(-1)
            of_block = (constants - squares / two_variances).logsumexp(1)
            largest = of_block.new_full((len(part),), -math.inf).scatter_reduce(0, row, of_block, "amax")
            total = torch.zeros_like(largest).index_add(0, row, (of_block - largest[row]).exp())
            log_probs.append(largest + total.log())
        return torch.cat(log_probs).float()

    @cached_property
    def _quadrature(self) -> tuple[Tensor, Tensor]:
        """Nodes on the curve (b, BLOCK, 2) and the shares in a block (BLOCK,), float64.

        Gauss–Legendre with 4 nodes on every 2σ of the curve; the nodes of a block are neighbours on it.
        """
        t = torch.linspace(1e-6, 1, 1001, dtype=torch.float64)
        steps = self.curve(torch.stack((-t, t))).diff(dim=1).norm(dim=-1)
        speed = float(steps.max()) * 1000  # |dγ/dt| where the curve runs fastest
        in_block = BLOCK // 4
        panels = in_block * math.ceil(speed / (2 * self.std * in_block))  # on either side of 0
        nodes, shares = (torch.from_numpy(a) for a in np.polynomial.legendre.leggauss(4))
        centres = (torch.arange(-panels, panels, dtype=torch.float64) + 0.5) / panels
        t = (centres[:, None] + nodes / (2 * panels)).reshape(-1, BLOCK)
        return self.curve(t), (shares / (4 * panels)).repeat(in_block)


@dataclass(frozen=True, eq=False)
class Checkerboard:
    """Uniform on the eight dark squares of a 4×4 board, whose borders belong to them."""

    name: str
    radius: float  # half the width of the board
    extent: Extent
    centres = None
    weights = None
    stds = None
    std = None
    has_density = True

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        square = torch.randint(8, (n,), generator=generator)
        offset = torch.rand(n, 2, generator=generator).sub_(0.5)
        return self._squares.index_select(0, square).add_(offset, alpha=self.radius / 2)

    # p(x) = 1 / (8 side²) on a dark square, 0 elsewhere
    def log_prob(self, x: Tensor) -> Tensor:
        side = self.radius / 2
        distance = (x.double()[:, None] - self._squares).abs().amax(-1).amin(-1)
        inside = distance <= side / 2 * (1 + 2e-6)  # the border is as wide as the rounding of float32
        return torch.where(inside, -math.log(8 * side**2), -math.inf).float()

    @cached_property
    def _squares(self) -> Tensor:
        """(8, 2) middles of the dark squares."""
        dark = [(i, j) for i in range(4) for j in range(4) if (i + j) % 2 == 0]
        return (torch.tensor(dark) - 1.5) * (self.radius / 2)


@dataclass(frozen=True, eq=False)
class Points:
    """An uploaded table: a sample is a row of it, drawn with replacement. Nobody knows its density."""

    name: str
    points: Tensor
    extent: Extent
    centres = None
    weights = None
    stds = None
    std = None
    has_density = False
    log_prob = None

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        return self.points.index_select(0, torch.randint(len(self.points), (n,), generator=generator))


def ring(modes: int = 8, radius: float = 2.0, std: float = 0.02, weights: Sequence[float] = ()) -> Mixture:
    """Modes at equal distances on a circle around the origin, the first one at (radius, 0).

    `weights` () are equal ones. The defaults are those of Unrolled GAN (Metz et al. 2017, appendix A).
    """
    # cₖ = R (cos 2πk/M, sin 2πk/M), k = 0 … M−1: the angle 2π is 0 again and must not be counted twice
    angle = 2 * math.pi * torch.arange(modes, dtype=torch.float64) / modes
    centres = radius * torch.stack((angle.cos(), angle.sin()), dim=1)
    return mixture("ring", centres, radius, std, weights)


def grid(modes: int = 25, radius: float = 4.0, std: float = 0.05, weights: Sequence[float] = ()) -> Mixture:
    """√modes × √modes modes from −radius to radius; a single mode sits in the middle.

    The defaults are {−4, −2, 0, 2, 4}² with σ = .05 (Srivastava et al. 2017, VEEGAN; Lin et al. 2018, PacGAN).
    Raises ValueError unless `modes` is a square number.
    """
    side = math.isqrt(modes)
    if side**2 != modes:
        raise ValueError(f"a grid cannot have {modes} modes: their number has to be a square, such as 9, 16 or 25")
    ticks = radius * (2 * torch.arange(side, dtype=torch.float64) - (side - 1)) / max(1, side - 1)
    return mixture("grid", torch.cartesian_prod(ticks, ticks), radius, std, weights)


def two_gaussians(radius: float = 2.0, std: float = 0.02, weights: Sequence[float] = ()) -> Mixture:
    """Two modes, at (−radius, 0) and (radius, 0)."""
    centres = torch.tensor([[-radius, 0.0], [radius, 0.0]], dtype=torch.float64)
    return mixture("two_gaussians", centres, radius, std, weights)


def spiral(radius: float = 2.0, std: float = 0.02) -> Curve:
    """Two arms from the middle outwards, each one and a half turns long, the second the first turned by 180°."""

    def curve(t: Tensor) -> Tensor:  # ±R s (cos 3πs, sin 3πs), s = |t|
        angle = 3 * math.pi * t.abs()
        return radius * t[..., None] * torch.stack((angle.cos(), angle.sin()), dim=-1)

    return Curve("spiral", curve, std, window(radius + 3 * std))


def swiss_roll(radius: float = 2.0, std: float = 0.02) -> Curve:
    """One arm from a third of the radius outwards, one and a half turns long: scikit-learn's roll seen from its side.

    radius = 4.5π/7.5 = 1.885 with std = .25/7.5 = .033 is the one of Gulrajani et al. (2017).
    """

    def curve(t: Tensor) -> Tensor:  # R τ/4.5π (cos τ, sin τ), τ from 1.5π to 4.5π
        angle = 1.5 * math.pi * (2 + t)
        return (radius / (4.5 * math.pi) * angle)[..., None] * torch.stack((angle.cos(), angle.sin()), dim=-1)

    return Curve("swiss_roll", curve, std, window(radius + 3 * std))


def moons(radius: float = 2.0, std: float = 0.02) -> Curve:
    """Two interleaved half circles, 2·radius wide together: scikit-learn's moons, centred and scaled by radius/1.5."""

    def curve(t: Tensor) -> Tensor:  # ±R/1.5 (cos πs − ½, sin πs − ¼), s = |t|
        angle = math.pi * t.abs()
        arm = torch.stack((angle.cos() - 0.5, angle.sin() - 0.25), dim=-1)
        return torch.where(t < 0, -radius / 1.5, radius / 1.5)[..., None] * arm

    return Curve("moons", curve, std, window(radius + 3 * std))


def checkerboard(radius: float = 2.0) -> Checkerboard:
    """A board from −radius to radius, uniform on its dark squares."""
    return Checkerboard("checkerboard", radius, window(radius))


def line(radius: float = 2.0, std: float = 0.02) -> Curve:
    """A straight segment from (−radius, −radius/2) to (radius, radius/2): one dimension in the plane."""

    def curve(t: Tensor) -> Tensor:
        return torch.stack((radius * t, radius / 2 * t), dim=-1)

    return Curve("line", curve, std, window(radius + 3 * std))


def ellipse(radius: float = 2.0, std: float = 0.02) -> Curve:
    """A closed curve with the half axes radius and radius/2, uniform in its angle."""

    def curve(t: Tensor) -> Tensor:
        angle = math.pi * t
        return torch.stack((radius * angle.cos(), radius / 2 * angle.sin()), dim=-1)

    return Curve("ellipse", curve, std, window(radius + 3 * std))


def custom(points: np.ndarray) -> Points:
    """The rows of an uploaded table (n, 2), as `parse_points` gives them."""
    rows = torch.tensor(np.asarray(points), dtype=torch.float32)
    if rows.ndim != 2 or rows.shape[1] != 2 or not len(rows) or not rows.isfinite().all():
        raise ValueError(f"a table of points is (n, 2) and finite; this one has the shape {tuple(rows.shape)}")
    return Points("custom", rows, window(float(rows.abs().max())))


def drawn(drawing: Drawing) -> Mixture | Points:
    """Clusters alone are a mixture, of which everything is known; with a brush it is a table. Its window is the plane
    that was drawn on, and larger only where a cluster reaches beyond it."""
    if not drawing.has_modes:
        table = custom(drawing.table())
        return replace(table, extent=_around(float(table.points.abs().max())))
    stds = [cluster.std for cluster in drawing.clusters]
    centres, reach = drawing.centres, np.abs(drawing.centres).max(1) + 3 * np.array(stds)
    shares = torch.tensor([float(cluster.weight) for cluster in drawing.clusters], dtype=torch.float64)
    return Mixture(
        "custom", torch.tensor(centres).float(), max(stds), (shares / shares.sum()).float(), _around(reach.max()),
        torch.tensor(stds) if len(set(stds)) > 1 else None,
    )  # fmt: skip


def _around(reach: float) -> Extent:
    half = max(HALF, float(reach))
    return -half, half, -half, half


DISTRIBUTIONS: dict[str, Callable[..., Distribution]] = {
    "ring": ring,
    "grid": grid,
    "two_gaussians": two_gaussians,
    "spiral": spiral,
    "swiss_roll": swiss_roll,
    "moons": moons,
    "checkerboard": checkerboard,
    "line": line,
    "ellipse": ellipse,
    "custom": custom,
}


def distribution(config: DataConfig, points: np.ndarray | None = None) -> Distribution:
    """The data set that the configuration describes; a field that means nothing to it is ignored.

    `points` (n, 2), only for "custom", is the table whose digest stands in the configuration; a drawing needs none.
    Raises ConfigError for images, where that table is missing or another one, and for what is no drawing.
    """
    if config.data not in DISTRIBUTIONS:
        raise ConfigError("data", config.data, "config.plane", options=choices("data", DISTRIBUTIONS))
    factory = DISTRIBUTIONS[config.data]
    if is_drawing(config.points):
        return drawn(read(config.points))
    if config.data == "custom":
        if points is None:
            raise ConfigError("points", config.points, "config.no_table")
        if points_digest(points) != config.points:
            raise ConfigError("points", config.points, "config.other_table")
        return factory(points=points)
    return factory(**{name: getattr(config, name) for name in inspect.signature(factory).parameters})


def mixture(name: str, centres: Tensor, radius: float, std: float, weights: Sequence[float]) -> Mixture:
    """Raises ValueError unless there is one weight for each mode, or none for equal ones."""
    shares = torch.tensor(weights or [1.0] * len(centres), dtype=torch.float64)
    if len(shares) != len(centres) or not (shares >= 0).all() or not 0 < shares.sum() < math.inf:
        raise ValueError(f"{name} takes {len(centres)} weights, none below 0 and one above it, or none for equal ones")
    shares = (shares / shares.sum()).float()
    return Mixture(name, centres.float(), float(std), shares, window(radius + 3 * std))


def window(reach: float) -> Extent:
    """The square around the origin that leaves two fifths of `reach` free on every side."""
    half = 1.4 * reach
    return -half, half, -half, half
