"""Weights that come with the code: NAME.safetensors beside its card NAME.json, and never anything unpickled.

The card has the sha256 of the weights, so a file that was cut, changed or exchanged is refused before it is parsed;
names, shapes and types are then compared with the network they are meant for. Whatever is wrong is one sentence.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from gan_core.errors import CheckpointError

if TYPE_CHECKING:
    from torch import Tensor

_INSTALLED = Path(__file__).parent / "pretrained"
FOLDER = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[1] / "pretrained"  # in a checkout
LARGEST = 2**53  # whole numbers up to here are exact in float64
DATA_LICENCE = (
    "MNIST is by Yann LeCun and Corinna Cortes and under CC BY-SA 3.0 "
    "(https://creativecommons.org/licenses/by-sa/3.0/); weights and samples learned from it are given on under it too."
)


class _TooLarge(ValueError):
    """A number that only some of those who read the card could compute with."""


def _number(text: str) -> int | float:
    value = float(text)  # of a whole number of any length: infinity, and never an error
    if not abs(value) <= LARGEST:
        raise _TooLarge
    return int(text) if text.lstrip("-").isdigit() else value


def read_card(name: str, folder: Path | None = None) -> dict[str, Any]:
    """The card of these weights. Raises CheckpointError if there is none, or if it is not a JSON object."""
    file = f"{name}.json"
    try:
        text = ((folder or FOLDER) / file).read_text(encoding="utf-8")
        card = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_number)
    except OSError as error:
        raise CheckpointError(file, "checkpoint.missing") from error
    except _TooLarge as error:
        raise CheckpointError(file, "checkpoint.too_large", most=LARGEST) from error
    except (ValueError, RecursionError) as error:
        raise CheckpointError(file, "checkpoint.not_json") from error
    if not isinstance(card, dict):
        raise CheckpointError(file, "checkpoint.not_an_object")
    return card


def read_weights(name: str, sha256: str, folder: Path | None = None) -> dict[str, Tensor]:
    """All tensors of the file, if its checksum is the one of the card. Raises CheckpointError."""
    import torch

    return {key: torch.tensor(array) for key, array in read_arrays(name, sha256, folder).items()}


def read_arrays(name: str, sha256: str, folder: Path | None = None) -> dict[str, NDArray[Any]]:
    """The same as arrays, without torch: a page that shows a recorded past need not wait for it."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    file = f"{name}.safetensors"
    try:
        content = ((folder or FOLDER) / file).read_bytes()
    except OSError as error:
        raise CheckpointError(file, "checkpoint.missing") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise CheckpointError(file, "checkpoint.changed")
    try:
        return load(content)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(file, "checkpoint.not_safetensors") from error


def write(name: str, tensors: Mapping[str, Tensor], card: Mapping[str, Any], folder: Path | None = None) -> None:
    """Both files; the card gets the checksum, and torch beside its own "versions". The same tensors give the same
    bytes."""
    import torch
    from safetensors.torch import save

    folder = folder or FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    content = save({key: tensor.contiguous() for key, tensor in tensors.items()})
    versions = {**card.get("versions", {}), "torch": torch.__version__.split("+")[0]}
    whole = {**card, "licence": DATA_LICENCE, "sha256": hashlib.sha256(content).hexdigest(), "versions": versions}
    (folder / f"{name}.safetensors").write_bytes(content)
    (folder / f"{name}.json").write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def check_alike(
    file: str, found: Mapping[str, Tensor | NDArray[Any]], wanted: Mapping[str, Tensor | NDArray[Any]]
) -> None:
    """Raises CheckpointError unless both have the same names, each with the same shape and type."""
    if missing := sorted(wanted.keys() - found.keys()):
        raise CheckpointError(file, "checkpoint.no_tensor", tensor=missing[0])
    if surplus := sorted(found.keys() - wanted.keys()):
        raise CheckpointError(file, "checkpoint.surplus", tensor=surplus[0])
    for name, tensor in wanted.items():
        if found[name].shape != tensor.shape or found[name].dtype != tensor.dtype:
            raise CheckpointError(
                file, "checkpoint.shape", tensor=name, found=tuple(found[name].shape), found_type=found[name].dtype,
                wanted=tuple(tensor.shape), wanted_type=tensor.dtype,
            )  # fmt: skip
