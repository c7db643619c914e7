"""All that decides how an ensemble goes on: weights, what norms remember, the optimisers' averages, and the streams.

    tensors = everything(ensemble)           # copies, by name
    restore(other, tensors)                  # the two now take the same steps, bit for bit

Between two steps of both players: what D alone was shown since is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from gan_core.engine.ensemble import Ensemble
from gan_core.engine.modules import Dropout, Modules
from gan_core.engine.random import BLOCK, Stream
from gan_core.errors import SavedError


def everything(ensemble: Ensemble) -> dict[str, Tensor]:
    found = {f"{k}.{name}": t for k in range(ensemble.size) for name, t in ensemble.state(k).items()}
    found |= dict(_averages(ensemble)) | {f"memory.{name}": t for name, t in ensemble.memories.items()}
    found |= {name: generator.get_state() for name, generator in _generators(ensemble)}
    for name, stream in _streams(ensemble).items():
        if stream.left:
            found[f"drawn.{name}"] = torch.stack(stream.left)
    return {name: tensor.detach().clone().contiguous() for name, tensor in found.items()}


def restore(ensemble: Ensemble, tensors: Mapping[str, Tensor], step: int) -> None:
    """As if after `step` steps. Raises SavedError if a tensor is missing, left over or not like the one it replaces;
    the ensemble is then not to be used."""
    left = dict(tensors)

    def taken(name: str, like: Tensor) -> Tensor:
        if (tensor := left.pop(name, None)) is None:
            raise SavedError("saved.no_tensor", tensor=name[:60])
        if tensor.shape != like.shape or tensor.dtype != like.dtype:
            raise SavedError("saved.shape", tensor=name[:60], found=tuple(tensor.shape), wanted=tuple(like.shape))
        return tensor

    with torch.no_grad():
        for k in range(ensemble.size):
            for name, mine in ensemble.state(k).items():
                mine.copy_(taken(f"{k}.{name}", mine))
        for name, mine in _averages(ensemble):
            mine.copy_(taken(name, mine))
        for name, mine in ensemble.memories.items():
            mine.copy_(taken(f"memory.{name}", mine))
    for name, generator in _generators(ensemble):
        try:
            generator.set_state(taken(name, generator.get_state()))
        except RuntimeError as error:
            raise SavedError("saved.stream", tensor=name) from error
    for name, stream in _streams(ensemble).items():
        if (drawn := left.pop(f"drawn.{name}", None)) is not None:
            like = stream.draw(1, torch.Generator())
            wanted = (len(stream.generators), stream.batch, *like.shape[1:])
            if drawn.shape[1:] != wanted or len(drawn) >= BLOCK or drawn.dtype != stream.dtype:
                raise SavedError("saved.shape", tensor=f"drawn.{name}", found=tuple(drawn.shape), wanted=wanted)
            stream.left = list(drawn.unbind(0))
        else:
            stream.left = []
    if left:
        raise SavedError("saved.surplus", tensor=min(left)[:60])
    ensemble.growth.step = step
    ensemble.follow_schedules()
    ensemble.batch = ensemble.logits = None


def _averages(ensemble: Ensemble) -> Iterator[tuple[str, Tensor]]:
    for player, optimiser in (("generator", ensemble.g_optimiser), ("discriminator", ensemble.d_optimiser)):
        for group, state in enumerate(optimiser.state.values()):
            for name, average in state.items():
                yield f"optimiser.{player}.{group}.{name}", average


def _streams(ensemble: Ensemble) -> dict[str, Stream]:
    return ensemble.random.streams


def _generators(ensemble: Ensemble) -> Iterator[tuple[str, torch.Generator]]:
    """Every generator that is drawn from, once: those of the streams, and those of dropout."""
    for name, stream in _streams(ensemble).items():
        for k, generator in enumerate(stream.generators):
            yield f"stream.{name}.{k}", generator
    for player, network in (("generator", ensemble.generator), ("discriminator", ensemble.discriminator)):
        if isinstance(network, Modules):
            layers = [next((m for m in one.modules() if isinstance(m, Dropout)), None) for one in network.modules]
            found = [layer.generator for layer in layers if layer is not None]
        else:
            found = list(getattr(network, "generators", []))
        for k, generator in enumerate(found):
            yield f"dropout.{player}.{k}", generator
