"""Where a script's real samples come from: `sample_real(n, generator)` for each data set, as text.

The draws are those of `gan_core.data`, call by call: the same generator gives the same samples.
"""

from __future__ import annotations

import base64
import textwrap
import zlib
from collections.abc import Callable, Sequence

import numpy as np

from gan_core.config import DataConfig, RunConfig
from gan_core.data.distributions import distribution
from gan_core.data.drawings import Drawing, is_drawing, read


def data(config: RunConfig, view: Callable[[str], str], points: np.ndarray | None = None) -> str:
    """The code of the configuration's data. `view`: from the expression of images (n, 28, 28) to what the players are
    given. `points`: the table of the data set "custom". Raises ConfigError where that is missing or another one."""
    if config.data.is_image:
        return _images(config, view)
    if is_drawing(config.data.points):
        drawing = read(config.data.points)
        return _clusters(drawing) if drawing.has_modes else _table(drawing.table())
    if config.data.points:
        distribution(config.data, points)  # refuses a table that is not the run's
        return _table(np.asarray(points, "<f4"))
    return POINTS[config.data.data](config.data)


# ── points in the plane ──────────────────────────────────────────────────────────────────────────────────────────────


def _mixture(centres: str, std: float | list[float], weights: Sequence[float]) -> str:
    """`std`: of all modes, or of each its own."""
    equal = len(set(np.array(weights, np.float32) / np.float32(sum(weights) or 1))) <= 1
    shares = (
        ""
        if equal
        else f"""
SHARES = torch.tensor({list(weights)}, dtype=torch.float64)
SHARES = (SHARES / SHARES.sum()).float().double()
"""
    )
    mode = "mode = torch.randint(len(CENTRES), (n,), generator=generator)" if equal else (
        "uniform, ends = torch.rand(n, generator=generator, dtype=torch.float64), SHARES.cumsum(0)\n"
        "    mode = torch.bucketize(uniform, ends / ends[-1], right=True)"
    )  # fmt: skip
    alike = not isinstance(std, list)
    noise = "torch.randn(n, 2, generator=generator)"
    drawn = (
        f"torch.add(CENTRES[mode], {noise}, alpha=STD)"
        if alike
        else f"torch.addcmul(CENTRES[mode], {noise}, STD[mode, None])"
    )
    return f"""{centres}
STD = {std if alike else f"torch.tensor({std})"}
{shares.lstrip()}

def sample_real(n, generator):
    # x = c + σε: a centre at random, and a Gaussian around it
    {mode}
    return {drawn}


def report(samples):
    distance, mode = torch.cdist(samples.float(), CENTRES).min(1)
    near = distance < 3 * {"STD" if alike else "STD[mode]"}
    found = len(mode[near].unique())
    print(f"{{near.float().mean():.1%}} of the samples within 3σ of a mode, {{found}} of {{len(CENTRES)}} modes")
"""


def _ring(d: DataConfig) -> str:
    return _mixture(
        f"""# c_k = R (cos 2πk/M, sin 2πk/M)
angle = 2 * math.pi * torch.arange({d.modes}, dtype=torch.float64) / {d.modes}
CENTRES = ({d.radius} * torch.stack((angle.cos(), angle.sin()), dim=1)).float()""",
        d.std,
        d.weights,
    )


def _grid(d: DataConfig) -> str:
    side = round(d.modes**0.5)
    return _mixture(
        f"""# {side} × {side} modes, from −R to R
ticks = {d.radius} * (2 * torch.arange({side}, dtype=torch.float64) - {side - 1}) / {max(1, side - 1)}
CENTRES = torch.cartesian_prod(ticks, ticks).float()""",
        d.std,
        d.weights,
    )


def _two_gaussians(d: DataConfig) -> str:
    return _mixture(f"CENTRES = torch.tensor([[-{d.radius}, 0.0], [{d.radius}, 0.0]])", d.std, d.weights)


def _clusters(drawing: Drawing) -> str:
    rows = "\n".join(f"    [{x}, {y}]," for x, y in drawing.centres.astype(np.float32))
    stds = [cluster.std for cluster in drawing.clusters]
    centres = f"# the clusters of your drawing\nCENTRES = torch.tensor([\n{rows}\n])"
    std = stds[0] if len(set(stds)) == 1 else stds
    return _mixture(centres, std, [float(cluster.weight) for cluster in drawing.clusters])


def _curve(formula: str, body: str) -> Callable[[DataConfig], str]:
    def text(d: DataConfig) -> str:
        return f"""RADIUS, STD = {d.radius}, {d.std}


def curve(t):
    # {formula}
{textwrap.indent(textwrap.dedent(body).strip(), "    ")}


def sample_real(n, generator):
    # x = γ(t) + σε, t ~ U(−1, 1)
    t = 2 * torch.rand(n, generator=generator) - 1
    return torch.add(curve(t), torch.randn(n, 2, generator=generator), alpha=STD)
"""

    return text


def _checkerboard(d: DataConfig) -> str:
    return f"""SIDE = {d.radius} / 2
dark = [(i, j) for i in range(4) for j in range(4) if (i + j) % 2 == 0]
SQUARES = (torch.tensor(dark) - 1.5) * SIDE


def sample_real(n, generator):
    # uniform on the eight dark squares of a 4×4 board
    square = torch.randint(8, (n,), generator=generator)
    return torch.add(SQUARES[square], torch.rand(n, 2, generator=generator) - 0.5, alpha=SIDE)
"""


POINTS: dict[str, Callable[[DataConfig], str]] = {
    "ring": _ring,
    "grid": _grid,
    "two_gaussians": _two_gaussians,
    "spiral": _curve(
        "±R s (cos 3πs, sin 3πs), s = |t|: two arms",
        """
        angle = 3 * math.pi * t.abs()
        return RADIUS * t[:, None] * torch.stack((angle.cos(), angle.sin()), dim=1)
        """,
    ),
    "swiss_roll": _curve(
        "R τ/4.5π (cos τ, sin τ), τ from 1.5π to 4.5π",
        """
        angle = 1.5 * math.pi * (2 + t)
        return (RADIUS / (4.5 * math.pi) * angle)[:, None] * torch.stack((angle.cos(), angle.sin()), dim=1)
        """,
    ),
    "moons": _curve(
        "±R/1.5 (cos πs − ½, sin πs − ¼), s = |t|: two half circles",
        """
        angle = math.pi * t.abs()
        arm = torch.stack((angle.cos() - 0.5, angle.sin() - 0.25), dim=1)
        return torch.where(t < 0, -RADIUS / 1.5, RADIUS / 1.5)[:, None] * arm
        """,
    ),
    "checkerboard": _checkerboard,
    "line": _curve("(R t, R t/2)", "return torch.stack((RADIUS * t, RADIUS / 2 * t), dim=1)"),
    "ellipse": _curve(
        "(R cos πt, R/2 sin πt)",
        """
        angle = math.pi * t
        return torch.stack((RADIUS * angle.cos(), RADIUS / 2 * angle.sin()), dim=1)
        """,
    ),
}


def packed(values: np.ndarray, kind: str) -> str:
    """The expression of an array whose numbers are of this kind ("<f4"), packed so that they fit into a file."""
    text = base64.b64encode(zlib.compress(np.ascontiguousarray(values, kind).tobytes(), 9)).decode()
    lines = "\n".join(f'    "{line}"' for line in textwrap.wrap(text, 108))
    shape = "" if values.ndim == 1 else f".reshape{(-1, *values.shape[1:])}"
    return f'np.frombuffer(zlib.decompress(base64.b64decode(\n{lines}\n)), "{kind}"){shape}.copy()'


def _table(points: np.ndarray) -> str:
    return f"""# your table, {len(points):,} points: two float32 numbers each
POINTS = torch.from_numpy({packed(points, "<f4")})


def sample_real(n, generator):
    return POINTS[torch.randint(len(POINTS), (n,), generator=generator)]
"""


# ── images ───────────────────────────────────────────────────────────────────────────────────────────────────────────

FOLDERS = {"mnist": "MNIST", "mnist_full": "MNIST", "fashion_mnist": "FashionMNIST"}
SUBSETS = ("mnist",)
# of the 60,000, the 10,000 that come with the app (`gan_core.data.build_mnist`)
_SUBSET = """
    # 1,000 images of each class, every k-th one; the classes in turn
    of_class = [np.flatnonzero(labels == digit) for digit in range(10)]
    rows = np.stack([rows[np.arange(1000) * len(rows) // 1000] for rows in of_class], axis=1).ravel()
    images, labels = images[rows], labels[rows]"""


def _images(config: RunConfig, view: Callable[[str], str]) -> str:
    name, m = config.data.data, config.model
    unit = config.data.pixels == "unit"
    drawn = view("images[rows] / 255" if unit else "images[rows] / 127.5 - 1")
    subset = _SUBSET * (name in SUBSETS)
    labels = ", F.one_hot(labels[rows], 10).to(DTYPE)" if m.labelled else ""
    return f'''# where torchvision.datasets.{FOLDERS[name]}("data", download=True) puts the original files
FOLDER = Path("data/{FOLDERS[name]}/raw")


def read_idx(name):
    """An idx file: two zero bytes, the type, the number of dimensions, the dimensions, the values."""
    path = FOLDER / name
    content = path.read_bytes() if path.exists() else gzip.decompress((FOLDER / f"{{name}}.gz").read_bytes())
    shape = np.frombuffer(content, ">u4", content[3], 4).astype(int)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(shape)


def load_images():
    images, labels = read_idx("train-images-idx3-ubyte"), read_idx("train-labels-idx1-ubyte"){subset}
    return torch.tensor(images), torch.tensor(labels).long()


images, labels = load_images()


def sample_real(n, generator):
    """{"Images and one-hot labels" if m.labelled else "Images"}, pixels in {"[0, 1]" if unit else "[−1, 1]"}."""
    rows = torch.randint(len(images), (n,), generator=generator)
    return {drawn}{labels}
'''
