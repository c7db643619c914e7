"""Makes `ring.webp`, the moving picture on the home page, from a real run of the preset "ring".

    python pages/home/pictures/build_ring.py

Each frame is one recorded moment: D's opinion as the background, the real points and the generated ones. The same
configuration gives the same frames on one machine.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))

from gan_core.figures.style import FAKE, REAL  # noqa: E402
from gan_core.presets import PRESETS  # noqa: E402
from gan_core.run.history import Snapshot  # noqa: E402
from gan_core.run.trainer import Trainer  # noqa: E402
from pages.shared.views.points import in_plane  # noqa: E402

STEPS = 3000
SIDE, FINER = 360, 3  # pixels of the picture; drawn this many times larger
FRAMES, FRAME_MS, LAST_MS = 48, 120, 2000
POINTS = 300
PAPER = (250, 250, 250)


def rgb(color: str) -> np.ndarray:
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], float)


def picture(snapshot: Snapshot) -> Image.Image:
    """D as a tint between the two colours, then the points; (SIDE, SIDE)."""
    flat = in_plane(snapshot)
    xmin, xmax, ymin, ymax = flat.extent
    opinion = np.tanh(flat.field[0] / 2)[::-1, :, None]  # 2 σ(logit) − 1, the first row at the top
    tint = np.where(opinion > 0, rgb(REAL), rgb(FAKE))
    share = 0.35 * np.abs(opinion)
    ground = ((1 - share) * np.array(PAPER) + share * tint).round().astype(np.uint8)
    image = Image.fromarray(ground).resize((SIDE * FINER, SIDE * FINER), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image, "RGBA")
    for points, color, radius in ((snapshot.real, REAL, 2.6), (snapshot.fake[0], FAKE, 3.2)):
        x = (points[:POINTS, 0] - xmin) / (xmax - xmin) * SIDE * FINER
        y = (ymax - points[:POINTS, 1]) / (ymax - ymin) * SIDE * FINER
        r = radius * FINER
        for px, py in zip(x.tolist(), y.tolist(), strict=True):
            draw.ellipse((px - r, py - r, px + r, py + r), fill=(*map(int, rgb(color)), 190))
    return image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def main() -> None:
    trainer = Trainer(PRESETS["ring"].config)
    # as many moments early as late: the square root of time runs evenly
    moments = np.unique((np.linspace(0, 1, FRAMES) ** 2 * STEPS).round().astype(int))
    frames = []
    for step in moments:
        trainer.step(int(step) - trainer.step_count)
        frames.append(picture(trainer.snapshot()))
    durations = [FRAME_MS] * (len(frames) - 1) + [LAST_MS]
    target = HERE / "ring.webp"
    frames[0].save(target, save_all=True, append_images=frames[1:], duration=durations, loop=0, quality=60, method=6)
    print(f"{target.name}: {len(frames)} frames, {target.stat().st_size / 1e3:.0f} KB")


if __name__ == "__main__":
    main()
