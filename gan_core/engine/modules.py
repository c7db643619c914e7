"""Torch modules behind the protocol of `gan_core.engine.networks`, K copies in lock-step, differentiated by autograd;
and the layers that the closed form leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from gan_core.config import PIECES
from gan_core.engine.networks import LEAK, initialise, parameter_matrix, tensor_views

RESCALABLE = 1e-20  # a smaller ∂L/∂y leaves too few bits in ∂L/∂x to rescale it


@dataclass
class _Graph:
    """One pass through autograd. Where it is shared, `first` keeps (∂L/∂y, ∂L/∂x) of the product that came first.

    `input_grad` is u₀ with its own graph, once somebody asked.
    """

    x: Tensor
    y: Tensor
    shared: bool = False
    first: tuple[Tensor, Tensor] | None = None
    input_grad: Tensor | None = None

    @property
    def output(self) -> Tensor:
        return self.y.detach()


class Modules:
    """K copies of a torch module, differentiated by autograd, behind the same protocol.

    `build(generator)` makes one copy; its parameters become views of θ. A shared pass goes back once: a row of ∂L/∂x is
    proportional to its ∂L/∂y, so the other player's is the same row rescaled. With `autocast` products are computed in
    that precision, and everything that leaves a pass is in `dtype` again.
    """

    def __init__(
        self,
        build: Callable[[torch.Generator], nn.Module],
        generators: Sequence[torch.Generator],
        *,
        init: str = "torch",
        dtype: torch.dtype = torch.float32,
        autocast: torch.dtype | None = None,
    ) -> None:
        self.dtype, self.autocast = dtype, autocast
        self.modules = [materialise(build, generator, init, dtype) for generator in generators]
        self.shapes = shapes = [(name, tuple(p.shape)) for name, p in self.modules[0].named_parameters()]
        self.theta, self.names = parameter_matrix(len(self.modules), shapes, dtype)
        self.grad = torch.zeros_like(self.theta)
        parameters, self.grads = tensor_views(self.theta, shapes), tensor_views(self.grad, shapes)
        for k, module in enumerate(self.modules):
            for parameter, view in zip(module.parameters(), parameters, strict=True):
                view[k].copy_(parameter.detach())
                parameter.data = view[k]
        self.parameters = [list(module.parameters()) for module in self.modules]

    def state(self, k: int) -> dict[str, Tensor]:
        return self.modules[k].state_dict()

    def forward(self, x: Tensor, *, training: bool = True, parts: int = 1) -> tuple[Tensor, _Graph]:
        x = x.detach().requires_grad_()
        with torch.enable_grad(), torch.autocast("cpu", self.autocast, enabled=self.autocast is not None):
            outputs = []
            for module, rows in zip(self.modules, x.unbind(0), strict=True):
                module.train(training)
                outputs.append(torch.cat([module(part) for part in rows.chunk(parts)]))
            y = torch.stack(outputs).to(self.dtype)
        graph = _Graph(x, y)
        return graph.output, graph

    def evaluate(self, theta: Tensor, x: Tensor, *, parts: int = 1) -> Tensor:
        names, outputs = [name for name, _ in self.shapes], []
        for k, (module, rows) in enumerate(zip(self.modules, x.unbind(0), strict=True)):
            module.train(True)
            given = dict(zip(names, (view[k] for view in tensor_views(theta, self.shapes)), strict=True))
            # copies of what norms remember: a look changes nothing
            given |= {name: buffer.clone() for name, buffer in module.named_buffers()}
            outputs.append(torch.cat([functional_call(module, given, (part,)) for part in rows.chunk(parts)]))
        return torch.stack(outputs)

    def share(self, tape: _Graph) -> None:
        tape.shared = True

    def vjp(self, tape: _Graph, dy: Tensor) -> None:
        wanted = [p for ps in self.parameters for p in ps]
        grads = _product(tape.y, [*wanted, tape.x] if tape.shared else wanted, dy)
        if tape.shared:
            tape.first = (dy, grads[-1])
        self.grad.zero_()
        self._add(grads[: len(wanted)])

    def vjp_input(self, tape: _Graph, dy: Tensor) -> Tensor:
        rows = slice(tape.y.shape[1] - dy.shape[1], None)
        if tape.first is not None and float((before := tape.first[0][:, rows]).abs().min()) > RESCALABLE:
            dx = tape.first[1][:, rows]
            return dx * (dy / before).reshape(*dy.shape[:2], *[1] * (dx.dim() - 2))
        (dx,) = _product(tape.y[:, rows], [tape.x], dy)
        return dx[:, rows]

    def input(self, tape: _Graph) -> Tensor:
        return tape.x.detach()

    def input_grad(self, tape: _Graph) -> Tensor:
        return self._input_grad(tape).detach()

    def input_grad_vjp(self, tape: _Graph, ds: Tensor) -> None:
        wanted = [p for ps in self.parameters for p in ps]
        self._add(_product(self._input_grad(tape), wanted, ds))

    def _input_grad(self, tape: _Graph) -> Tensor:
        if tape.input_grad is None:
            (tape.input_grad,) = torch.autograd.grad(tape.y[..., 0].sum(), tape.x, create_graph=True)
        return tape.input_grad

    def _add(self, grads: Sequence[Tensor | None]) -> None:
        per_member = len(self.grads)
        for i, grad in enumerate(grads):
            if grad is not None:
                self.grads[i % per_member][i // per_member].add_(grad)


def _product(y: Tensor, wanted: Sequence[Tensor], dy: Tensor) -> tuple[Any, ...]:
    """The vector-Jacobian product of y with dy, as the gradient of the scalar ⟨y, dy⟩: given dy itself, autograd would
    import sympy, 40 MB and half a second, to check its shape."""
    return torch.autograd.grad((y * dy).sum(), wanted, retain_graph=True, allow_unused=True)


class Dropout(nn.Module):
    """Dropout that draws from the member's own generator."""

    def __init__(self, rate: float, generator: torch.Generator) -> None:
        super().__init__()
        self.rate, self.generator = rate, generator

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        return x * torch.empty_like(x).bernoulli_(1 - self.rate, generator=self.generator).div_(1 - self.rate)


class Scale(nn.Module):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor


class MinibatchStd(nn.Module):
    """Appends the batch's standard deviation, averaged over the features, as one more feature (Karras et al. 2018)."""

    def forward(self, x: Tensor) -> Tensor:
        spread = (x.var(0, unbiased=False) + 1e-8).sqrt().mean()
        return torch.cat([x, spread.expand(len(x), 1)], dim=1)


class Maxout(nn.Module):
    """The largest of `pieces` neighbouring features: (n, pieces · d) → (n, d) (Goodfellow et al. 2013)."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        return x.unflatten(1, (-1, self.pieces)).amax(2)


PHI: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(LEAK),
    "tanh": nn.Tanh,
    "maxout": lambda: Maxout(PIECES["maxout"]),
}


def mlp_module(
    sizes: Sequence[int],
    activation: str,
    generator: torch.Generator,
    *,
    norm: str = "none",
    output: nn.Module | None = None,
    dropout: float = 0.0,
    input_scale: float = 1.0,
    minibatch_std: bool = False,
    norm_first: bool = True,
) -> nn.Sequential:
    """The same perceptron as a torch module, with what the closed form leaves out: norms and minibatch statistics.

    Minibatch statistics are taken of the last hidden layer. `norm_first`: also behind the first layer (DCGAN advises
    against it in D).
    """
    layers: list[nn.Module] = [Scale(input_scale)] if input_scale != 1 else []
    for i, (fan_in, fan_out) in enumerate(pairwise(sizes[:-1])):
        width = fan_out * PIECES[activation]
        layers.append(nn.Linear(fan_in, width))
        if norm != "none" and (i or norm_first):
            layers.append(nn.BatchNorm1d(width) if norm == "batch" else nn.LayerNorm(width))
        layers.append(PHI[activation]())
        if dropout:
            layers.append(Dropout(dropout, generator))
    if minibatch_std:
        layers.append(MinibatchStd())
    layers.append(nn.Linear(sizes[-2] + minibatch_std, sizes[-1]))
    return nn.Sequential(*layers, *([output] if output is not None else []))


def materialise(
    build: Callable[[torch.Generator], nn.Module], generator: torch.Generator, init: str, dtype: torch.dtype
) -> nn.Module:
    """Build a module without touching the global generator, then fill it from ours."""
    with torch.device("meta"):
        module = build(generator)
    for layer in module.modules():
        # what Module.to_empty does, without the sympy that it imports: 40 MB and half a second
        for name, meta in [*layer.named_parameters(recurse=False), *layer.named_buffers(recurse=False)]:
            empty = torch.empty(meta.shape, dtype=dtype if meta.is_floating_point() else meta.dtype)
            setattr(layer, name, nn.Parameter(empty) if isinstance(meta, nn.Parameter) else empty)
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            fan_in = nn.init._calculate_fan_in_and_fan_out(layer.weight)[0]
            initialise(layer.weight, layer.bias, fan_in, init, generator)
        elif isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm)):
            layer.reset_parameters()
            if init == "dcgan" and isinstance(layer, nn.BatchNorm2d):  # N(1, .02), as the recipe has it
                nn.init.normal_(layer.weight, 1.0, 0.02, generator=generator)
    return module
