"""A script that goes on from weights: what reads their file, and what gives them to the players, as text.

The format is read in a dozen lines, so that the script needs no package for it and unpickles nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from gan_core.config import RunConfig
from gan_core.engine.builders import ARCHITECTURES as BUILDERS


class Begins(NamedTuple):
    """At the weights in `file`, which were trained for so many steps."""

    file: str
    step: int


READ = '''def read_safetensors(path):
    """Tensors by name: 8 bytes say how long the header is, the header says in JSON what lies where behind it."""
    content = Path(path).read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    kinds, found = {"F32": "<f4", "I64": "<i8"}, {}
    for name, tensor in json.loads(content[8:start]).items():
        if tensor.get("dtype") in kinds:
            first, end = tensor["data_offsets"]
            values = np.frombuffer(content[start + first : start + end], kinds[tensor["dtype"]])
            found[name] = torch.tensor(values.reshape(tensor["shape"]))
    return found
'''
# of a network whose file has the names of its layers; the same where the app has a layer more in front, which takes the
# label off; and of one that the app computes in closed form
BY_NAME = """    for name, tensor in {player}.state_dict().items():
        tensor.copy_(weights["{prefix}." + name])
"""
BEHIND_LABEL = """    for name, tensor in {player}.state_dict().items():
        *_, layer, what = name.split(".")
        tensor.copy_(weights[f"{prefix}.{{int(layer) + 1}}.{{what}}"])  # the app's layer 0 takes the label off
"""
BY_NUMBER = """    layers = [layer for layer in {player}.modules() if isinstance(layer, nn.Linear)]
    for i, layer in enumerate(layers, start=1):
        weight = weights[f"{prefix}.weight {{i}}"]  # kept with its shorter side first
        layer.weight.copy_(weight if layer.out_features < layer.in_features else weight.T)
        layer.bias.copy_(weights[f"{prefix}.bias {{i}}"][0])
"""
INNER = {"none": ("", ""), "conditional": ("player.", "player."), "auxiliary": ("player.", "")}  # before names, G and D


def adoption(config: RunConfig) -> str:
    """`read_safetensors(path)` and `adopt(G, D, weights)` for the players of this configuration."""
    closed, inner = BUILDERS[config.model.architecture].closed(config), INNER[config.model.labels]
    by_name = BY_NAME, BEHIND_LABEL if config.model.labelled else BY_NAME
    body = ""
    for i, (player, prefix) in enumerate((("G", "generator"), ("D", "discriminator"))):
        text = BY_NUMBER if closed[i] else by_name[i]
        body += text.format(player=player, prefix=f"{prefix}.{inner[i]}".rstrip("."))
    head = 'def adopt(G, D, weights):\n    """Both players take the weights of the file."""'
    return f"{READ}\n\n@torch.no_grad()\n{head}\n{body}"
