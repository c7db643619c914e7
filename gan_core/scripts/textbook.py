"""A script whole: settings, random numbers, data, players, losses, loop, in this order.

script(RunConfig())                      the text of a file
parts(config)                            its parts, each with a heading: the cells of a notebook
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from inspect import getsource
from urllib.parse import urlencode

import numpy as np

from gan_core.config import LOSSES, ConfigError, RunConfig
from gan_core.engine import random
from gan_core.presets import PRESETS
from gan_core.scripts.data import data
from gan_core.scripts.loop import loop
from gan_core.scripts.players import ARCHITECTURES, players
from gan_core.scripts.rules import losses
from gan_core.scripts.tricks import LATENTS
from gan_core.scripts.weights import Begins, adoption

SAMPLES = 2000  # that are judged at the end

IMPORTS = {  # what a text that has this needs
    r"\bbase64\.": "import base64",
    r"\bcopy\.": "import copy",
    r"\bgzip\.": "import gzip",
    r"\bjson\.": "import json",
    r"\bmath\.": "import math",
    r"\bzlib\.": "import zlib",
    r"@dataclass": "from dataclasses import dataclass",
    r"\bPath\(": "from pathlib import Path",
}
TORCH_IMPORTS = {
    r"": "import numpy as np\nimport torch",
    r"\bTensor\b": "from torch import Tensor",
    r"\bnn\.": "from torch import nn",
    r"\bF\.": "from torch.nn import functional as F",
    r"\bsoftplus\(": "from torch.nn.functional import softplus",
    r"\bavg_pool2d\(": "from torch.nn.functional import avg_pool2d",
    r"\binterpolate\(": "from torch.nn.functional import interpolate",
}


@dataclass(frozen=True)
class Part:
    """A piece of a script under its heading."""

    heading: str
    code: str


def script(
    config: RunConfig, *, title: str = "", points: np.ndarray | None = None, begins: Begins | None = None
) -> str:
    """One file that needs torch and numpy only and makes the run of this configuration: all of its members, or with
    `train(seed, steps)` one of them. `title`: what it is of. `points`: the table of the data set "custom". `begins`:
    at which weights it goes on, whose file has to lie beside it.

    Raises ConfigError on a run that it cannot make: products in bfloat16, consensus, and a table that is not at hand.
    """
    found = parts(config, points=points, begins=begins)
    said = formulas(config)
    return written(title or name_of(config), said, promise(config, begins), found, run(config, begins))


WIDTH = 115
HEAD = '''"""{title}, as a textbook loop.

    {formulas}

Needs torch and numpy only. {promise}
"""

'''


def written(title: str, said: Sequence[str], promised: str, found: Sequence[Part], last: str) -> str:
    """A file of these parts; `last`: the lines that run it."""
    head = HEAD.format(title=title, formulas="\n    ".join(said), promise=promised)
    body = "".join(f"# ── {part.heading + ' ':─<{WIDTH}}\n\n{part.code.strip()}\n\n\n" for part in found)
    return f'{head}{body}if __name__ == "__main__":\n{textwrap.indent(last, "    ")}'


def command(config: RunConfig) -> str:
    """What the command line has to be asked for this run."""
    preset = next((name for name, one in PRESETS.items() if one.config == config), None)
    what = f"--preset {preset}" if preset else f'--query "{urlencode(config.to_query())}"'
    return f"python -m gan_core train {what}"


def promise(config: RunConfig, begins: Begins | None = None) -> str:
    """What the script repeats, as a paragraph."""
    if begins is not None:
        return f"""It goes on from the weights in {begins.file}, which lies beside it,
as the app does: with optimisers that begin afresh, and with the same random numbers."""
    return f"It draws the numbers of\n\n    {command(config)}\n\nand makes the same run, up to rounding."


def formulas(config: RunConfig) -> tuple[str, str]:
    """Both losses, with a for what D puts out and D = σ(a)."""
    d, g = LOSSES[config.train.loss].formula
    return f"L_D = {d}", f"L_G = {g}"


def name_of(config: RunConfig) -> str:
    """What the run is called where nobody has given it a title."""
    for preset in PRESETS.values():
        if preset.config == config:
            return preset.title
    return f"A GAN on {config.data.data.replace('_', ' ')}, loss {config.train.loss.replace('_', ' ')}"


def parts(config: RunConfig, *, points: np.ndarray | None = None, begins: Begins | None = None) -> tuple[Part, ...]:
    """Everything but the last lines, which run it. Raises as `script` does."""
    if config.model.precision != "float32":
        raise ConfigError("precision", config.model.precision, "config.script_precision")
    if config.train.consensus:
        raise ConfigError("consensus", config.train.consensus, "config.script_consensus")
    row = ARCHITECTURES[config.model.architecture]
    found = [
        Part("random numbers", streams()),
        Part("the players", players(config)),
        Part("the real samples", data(config, row.view, points)),
        Part("the losses", losses(config)),
        *([] if begins is None else [Part("where it begins", adoption(config))]),
        Part("the game", loop(config, begins)),
    ]
    return settings(config, found, run(config, begins)), *found


def settings(config: RunConfig, found: Sequence[Part], last: str, more: str = "") -> Part:
    """Imports and settings, of both as many as these parts and the last lines need; `more`: settings of a study."""
    code = "\n".join([*(part.code for part in found), last, more])
    return Part("settings", f"{_imports(code)}\n\n{_settings(config, code)}{more}")


def run(config: RunConfig, begins: Begins | None = None) -> str:
    """The lines that run it."""
    t, seed, indent = config.train, "SEED", ""
    steps = "STEPS" if begins is None else f"STEPS - {begins.step}"
    lines = ["torch.set_num_threads(1)  # as in the app: how many threads share a sum decides how it is rounded"]
    if t.members > 1:
        seed, indent = "seed", "    "
        lines.append(f"for seed in range(SEED, SEED + {t.members}):")
    lines.append(f"{indent}G, D{', average' if t.ema else ''} = train({seed}, {steps})")
    if config.data.data in JUDGED:
        z = LATENTS[config.model.latent].format(n=SAMPLES, draws=f'stream({seed}, "score")')
        lines += [
            f"{indent}z = {z}",
            f"{indent}with torch.no_grad():",
            f"{indent}    report({'average' if t.ema else 'G'}.eval()(z.to(DTYPE)))",
        ]
    return "\n".join(lines) + "\n"


JUDGED = ("ring", "grid", "two_gaussians")  # they have modes


def streams() -> str:
    """`stream(seed, purpose)`."""
    source = re.sub(r"seed: int, purpose: str\) -> torch.Generator", "seed, purpose)", getsource(random.generator_for))
    return f"PURPOSES = {random.PURPOSES}\n\n\n{source.replace('generator_for', 'stream')}"


def _imports(code: str) -> str:
    standard = [line for pattern, line in IMPORTS.items() if re.search(pattern, code)]
    ours = [line for pattern, line in TORCH_IMPORTS.items() if re.search(pattern, code)]
    return "\n".join([*standard, *([""] if standard else []), *_merged(ours)])


def _merged(lines: list[str]) -> list[str]:
    """`from a import b` and `from a import c` in one line."""
    found: dict[str, list[str]] = {}
    for line in lines:
        module, _, name = line.partition(" import ")
        found.setdefault(module, []).append(name)
    return [f"{module} import {', '.join(names)}" if names != [""] else module for module, names in found.items()]


def _settings(config: RunConfig, code: str) -> str:
    t, m = config.train, config.model
    lines = [
        f"SEED, STEPS, BATCH, LATENT_DIM = {t.seed}, {t.steps}, {t.batch}, {m.latent_dim}",
        f"G_LR, D_LR = {t.g_lr}, {t.d_lr}" if "G_LR" in code else f"D_LR = {t.d_lr}",
    ]
    others = {
        "BETAS": (t.beta1, t.beta2), "D_STEPS": t.d_steps, "PACKING": m.packing, "CLIP": t.clip, "R1": t.r1,
        "R2": t.r2, "WGAN_GP": t.wgan_gp, "DRAGAN": t.dragan, "LECAM": t.lecam, "EMA": t.ema,
        "DECAY_STEPS": t.decay_steps, "GAMMA_END": t.gamma_end, "GAMMA_STEPS": t.gamma_steps,
        "INSTANCE_NOISE": t.instance_noise, "NOISE_STEPS": t.noise_steps, "SKIP_D_BELOW": t.skip_d_below,
        "UNROLLED": t.unrolled, "LOOKAHEAD": t.lookahead, "GROW_STEPS": t.grow_steps,
    }  # fmt: skip
    lines += [f"{name} = {value}" for name, value in others.items() if re.search(rf"\b{name}\b", code)]
    return "\n".join([*lines, "DTYPE = torch.float32  # torch.float64 shows that what differs is rounding"])
