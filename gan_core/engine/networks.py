"""Both players, each a stack of K members of one shape, behind one protocol.

What training needs of a network is not a graph but two maps:

    forward:           x ↦ y                                        (and a tape of what the way back needs)
    pull, pull_input:  ∂L/∂y ↦ ∂L/∂θ (into .grad), ∂L/∂x            the vector-Jacobian product, in two halves

and of a discriminator, for gradient penalties, the slope u₀ = ∂D/∂x itself and its own way back:

    slope:       tape ↦ u₀
    pull_slope:  ∂P/∂u₀ ↦ ∂P/∂θ (added to .grad)

`StackedMLP` has them in closed form, `Modules` (any torch module: DCGAN, batch or layer norm) from autograd.
All parameters of all members are views of one matrix θ (K, P), so an optimiser sees a single tensor.

The algebra of the MLP.  With a₀ = x, hᵢ = aᵢ₋₁Wᵢ + bᵢ, aᵢ = φ(hᵢ), y = h_L, and δᵢ = ∂L/∂hᵢ:

    δ_L = ∂L/∂y,   δᵢ₋₁ = φ'(hᵢ₋₁) ∘ δᵢWᵢᵀ,   ∂L/∂Wᵢ = aᵢ₋₁ᵀδᵢ,   ∂L/∂bᵢ = Σ δᵢ,   ∂L/∂x = δ₁W₁ᵀ

D has one output, so with uᵢ = ∂y/∂hᵢ (the same recursion from u_L = 1) every δᵢ is uᵢ scaled row by row with ∂L/∂y:
one unit pass serves D's update, G's update and the penalties, and what is scaled is whichever is narrower:

    ∂L/∂Wᵢ = (aᵢ₋₁ ∘ ∂L/∂y)ᵀuᵢ,   ∂L/∂bᵢ = (∂L/∂y)ᵀuᵢ,   ∂L/∂x = u₀ ∘ ∂L/∂y

A penalty P(u₀) needs no double backward. Its slope
s₀ = ∂P/∂u₀ runs *forward* through the same layers, because u₀ = u₁W₁ᵀ, uᵢ = φ'(hᵢ) ∘ uᵢ₊₁Wᵢ₊₁ᵀ:

    ∂P/∂Wᵢ = sᵢ₋₁ᵀuᵢ,   tᵢ = sᵢ₋₁Wᵢ (= ∂P/∂uᵢ),   sᵢ = φ'(hᵢ) ∘ tᵢ

and where φ is curved (tanh: φ'' = −2φφ') each layer adds ∂P/∂hᵢ = −2φ(hᵢ) ∘ uᵢ ∘ tᵢ, which goes back like any δ.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu_

LEAK = 0.2  # slope of LeakyReLU on the negative side
NARROW = 8  # products with so few columns are several times slower than their transposes with as many rows
RESCALABLE = 1e-20  # a smaller ∂L/∂y leaves too few bits in ∂L/∂x to rescale it
# φ'(h) ∘ grad from the activation, in place. Named with their overload: to find it takes longer than the product.
relu_backward = torch.ops.aten.threshold_backward.grad_input
leaky_relu_backward = torch.ops.aten.leaky_relu_backward.grad_input
tanh_backward = torch.ops.aten.tanh_backward.grad_input


class Network(Protocol):
    """K members of one shape. `theta` and `grad` are (K, P); `names`: which columns are which tensor."""

    theta: Tensor
    grad: Tensor
    names: list[tuple[str, slice]]

    def state(self, k: int) -> dict[str, Tensor]:
        """All that member k has learned, by name: its parameters, and what norms remember. Views, not copies."""

    def forward(self, x: Tensor, *, training: bool = True, parts: int = 1) -> tuple[Tensor, Any]:
        """x (K, B, …) → y (K, B, …) and the tape. `parts`: batches inside B whose statistics stay apart."""

    def pull(self, tape: Any, dy: Tensor) -> None:
        """∂L/∂y → `grad` = ∂L/∂θ."""

    def pull_input(self, tape: Any, dy: Tensor) -> Tensor:
        """∂L/∂y of the last rows of the batch, as many as dy has → ∂L/∂x of those rows."""

    def share(self, tape: Any) -> None:
        """Announces pull and then pull_input of the same pass, of a network with one output and independent rows."""

    def input(self, tape: Any) -> Tensor:
        """x as it went in."""

    def slope(self, tape: Any) -> Tensor:
        """u₀ = ∂y/∂x of the first output, shaped like x."""

    def pull_slope(self, tape: Any, ds: Tensor) -> None:
        """∂P/∂u₀ → adds ∂P/∂θ to `grad`."""


@dataclass
class Tape:
    """What the way back needs of one pass through a StackedMLP."""

    input: Tensor
    inputs: list[Tensor] = field(default_factory=list)  # a₀ … a_{L−1}, what each layer multiplied
    active: list[Tensor] = field(default_factory=list)  # φ(h₁) … φ(h_{L−1}), before dropout
    masks: list[Tensor] = field(default_factory=list)  # of dropout, if there is any
    output: Tensor = field(init=False)
    unit: list[Tensor] = field(default_factory=list)  # u₁ … u_{L−1}, once somebody asked; u_L = 1

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """a₀ … a_{L−1} and the output: all there is to a pass without dropout and input scale."""
        return *self.inputs, self.output

    @classmethod
    def of(cls, tensors: Sequence[Tensor]) -> Tape:
        *inputs, output = tensors
        tape = cls(inputs[0], inputs, inputs[1:])
        tape.output = output
        return tape


class StackedMLP:
    """K multilayer perceptrons sizes[0] → … → sizes[-1] in lock-step, differentiated in closed form.

    `activation` of the hidden layers: relu, leaky_relu (slope .2) or tanh; `squash`: tanh on the output.
    `dropout` after every hidden layer, drawn from `generators`, one a member.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str,
        generators: Sequence[torch.Generator],
        *,
        init: str = "torch",
        squash: bool = False,
        dropout: float = 0.0,
        input_scale: float = 1.0,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.activation, self.squash, self.dropout, self.input_scale = activation, squash, dropout, input_scale
        self.generators = list(generators)
        shapes: list[tuple[str, tuple[int, ...]]] = []
        for i, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
            shapes += [(f"weight {i}", (min(fan_in, fan_out), max(fan_in, fan_out))), (f"bias {i}", (1, fan_out))]
        # stored with rows along the shorter side (see NARROW)
        self.flipped = [fan_out < fan_in for fan_in, fan_out in pairwise(sizes)]
        self.shapes = shapes
        self.scalar = sizes[-1] == 1 and not squash  # then every δᵢ is a multiple of uᵢ
        self.narrow_input, self.narrow_output = sizes[0] <= NARROW, sizes[-1] <= NARROW
        self.theta, self.names = _matrix(len(self.generators), shapes, dtype)
        self.grad = torch.zeros_like(self.theta)
        self._see([*_views(self.theta, shapes), *_views(self.grad, shapes)])
        for k, generator in enumerate(self.generators):
            for weight, bias in zip(self.weights, self.biases, strict=True):
                initialise(weight[k], bias[k], weight.shape[1], init, generator)

    def _see(self, tensors: Sequence[Tensor]) -> None:
        """Let these be the weights and biases, and then their gradients: views of θ and `grad`, as they are stored."""
        self.tensors = tuple(tensors)
        parameters, grads = tensors[: len(self.shapes)], tensors[len(self.shapes) :]
        self.weights, self.biases = self._layers(parameters)
        self.weight_grads, self.bias_grads = self._layers(grads)
        # the same, seen from the way back: a view costs as much as a small product
        self.transposed = [weight.mT for weight in self.weights]
        self.grad_rows = grads[::2]

    def over(self, tensors: Sequence[Tensor]) -> StackedMLP:
        """The same network over other tensors, given as `tensors` are."""
        twin = copy.copy(self)
        twin._see(tensors)
        return twin

    def evaluate(self, theta: Tensor, x: Tensor) -> Tensor:
        """The output for other parameters θ (K, P), as a plain differentiable function: no tape, no dropout."""
        weights, biases = self._layers(_views(theta, self.shapes))
        a = x * self.input_scale
        for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
            a = self._phi(torch.baddbmm(bias, a, weight))
        return torch.baddbmm(biases[-1], a, weights[-1])

    def _layers(self, stored: Sequence[Tensor]) -> tuple[list[Tensor], Sequence[Tensor]]:
        """Weights (K, in, out) and biases (K, 1, out) from the tensors as they are stored."""
        weights = [w.mT if flipped else w for w, flipped in zip(stored[::2], self.flipped, strict=True)]
        return weights, stored[1::2]

    def state(self, k: int) -> dict[str, Tensor]:
        views = _views(self.theta, self.shapes)
        return {name: view[k] for (name, _), view in zip(self.shapes, views, strict=True)}

    def forward(self, x: Tensor, *, training: bool = True, parts: int = 1) -> tuple[Tensor, Tape]:
        a = x * self.input_scale if self.input_scale != 1 else x
        tape = Tape(x)
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            tape.inputs.append(a)
            a = self._phi(torch.baddbmm(bias, a, weight))
            tape.active.append(a)
            if self.dropout and training:
                tape.masks.append(self._mask(a))
                a = a * tape.masks[-1]
        tape.inputs.append(a)
        if self.narrow_output:
            y = torch.baddbmm(self.biases[-1].mT, self.transposed[-1], a.mT).mT
        else:
            y = torch.baddbmm(self.biases[-1], a, self.weights[-1])
        tape.output = y.tanh_() if self.squash else y
        return tape.output, tape

    def pull(self, tape: Tape, dy: Tensor) -> None:
        if self.scalar:
            self._pull_scalar(tape, dy)
            return
        if self.squash:
            dy = torch.ops.aten.tanh_backward(dy, tape.output)
        for i, delta in enumerate(self._deltas(tape, dy)):
            self._pull_layer(i, tape.inputs[i], delta)

    def _pull_layer(self, i: int, a: Tensor, delta: Tensor) -> None:
        """∂L/∂Wᵢ = aᵢ₋₁ᵀ δᵢ, ∂L/∂bᵢ = Σ δᵢ"""
        self._pull_weight(i, a, delta)
        torch.sum(delta, 1, keepdim=True, out=self.bias_grads[i])

    def _pull_scalar(self, tape: Tape, dy: Tensor) -> None:
        """∂L/∂Wᵢ = (aᵢ₋₁ ∘ dy)ᵀuᵢ = aᵢ₋₁ᵀ(uᵢ ∘ dy), ∂L/∂bᵢ = dyᵀuᵢ"""
        self.share(tape)
        weights = dy.mT
        for i, u in enumerate(tape.unit):
            a = tape.inputs[i]
            if a.shape[2] <= u.shape[2]:
                self._pull_weight(i, a * dy, u)
            else:
                self._pull_weight(i, a, u * dy)
            torch.bmm(weights, u, out=self.bias_grads[i])
        self._pull_layer(-1, tape.inputs[-1], dy)

    def _pull_weight(self, i: int, left: Tensor, right: Tensor) -> None:
        """∂L/∂Wᵢ = leftᵀ right"""
        if self.flipped[i]:
            left, right = right, left
        torch.bmm(left.mT, right, out=self.grad_rows[i])

    def pull_input(self, tape: Tape, dy: Tensor) -> Tensor:
        rows = dy.shape[1]
        if self.scalar:
            self.share(tape)
            u = tape.unit[0]
            return self._to_input(u if rows == u.shape[1] else u[:, -rows:]) * dy
        if rows < tape.output.shape[1]:
            dy = torch.nn.functional.pad(dy, (0, 0, tape.output.shape[1] - rows, 0))
        return self._to_input(self._deltas(tape, dy)[0][:, -rows:])

    def input(self, tape: Tape) -> Tensor:
        return tape.input

    def share(self, tape: Tape) -> None:
        if not tape.unit:  # u_{L−1} is φ' ∘ the one column of W_L, the same for every row
            last = self.transposed[-1].expand(-1, tape.output.shape[1], -1)
            into = torch.empty_like(tape.active[-1])  # not into W_L
            tape.unit = self._deltas(tape, self._through_phi(last, tape, -1, into), -2)

    def slope(self, tape: Tape) -> Tensor:
        self.share(tape)
        return self._to_input(tape.unit[0])

    def pull_slope(self, tape: Tape, ds: Tensor) -> None:
        s = ds * self.input_scale if self.input_scale != 1 else ds
        curved: list[Tensor] = []
        for i, u in enumerate(tape.unit):
            self.weight_grads[i].baddbmm_(s.mT, u)
            s = torch.bmm(s, self.weights[i])
            if self.activation == "tanh":
                curved.append(-2 * tape.active[i] * u * s)
            s = self._through_phi(s, tape, i)
        self.weight_grads[-1].add_(s.sum(1).unsqueeze(-1))
        if curved:
            self._pull_curvature(tape, curved)

    def _pull_curvature(self, tape: Tape, curved: list[Tensor]) -> None:
        """∂P/∂hᵢ, given for every hidden layer, back to the parameters: r_{i−1} = ∂P/∂h_{i−1} + φ' ∘ rᵢWᵢᵀ."""
        deltas: list[Tensor] = []
        r = torch.zeros_like(curved[-1])
        for i in range(len(curved) - 1, -1, -1):
            r = r + curved[i]
            deltas.insert(0, r)
            if i:
                r = self._through_phi(torch.bmm(r, self.transposed[i]), tape, i - 1)
        for i, (a, delta) in enumerate(zip(tape.inputs[:-1], deltas, strict=True)):
            self.weight_grads[i].baddbmm_(a.mT, delta)
            self.bias_grads[i].add_(delta.sum(1, keepdim=True))

    def _deltas(self, tape: Tape, delta: Tensor, last: int = -1) -> list[Tensor]:
        """δ₁ … of all layers up to the `last`, from its δ:  δᵢ₋₁ = φ'(hᵢ₋₁) ∘ δᵢWᵢᵀ"""
        deltas = [delta]
        for i in range(range(len(self.weights))[last], 0, -1):
            deltas.insert(0, self._through_phi(torch.bmm(deltas[0], self.transposed[i]), tape, i - 1))
        return deltas

    def _to_input(self, delta: Tensor) -> Tensor:
        first, back = self.weights[0], self.transposed[0]
        dx = torch.bmm(first, delta.mT).mT if self.narrow_input else torch.bmm(delta, back)
        return dx * self.input_scale if self.input_scale != 1 else dx

    def _phi(self, h: Tensor) -> Tensor:
        if self.activation == "relu":
            return h.relu_()
        return h.tanh_() if self.activation == "tanh" else leaky_relu_(h, LEAK)

    def _through_phi(self, grad: Tensor, tape: Tape, i: int, into: Tensor | None = None) -> Tensor:
        """φ'(hᵢ) ∘ grad, from the activation alone, and with dropout its mask; in place of grad, or `into` another."""
        active = tape.active[i]
        if tape.masks:
            grad = grad * tape.masks[i]
        into = grad if into is None else into
        if self.activation == "relu":
            return relu_backward(grad, active, 0, grad_input=into)
        if self.activation == "tanh":
            return tanh_backward(grad, active, grad_input=into)
        return leaky_relu_backward(grad, active, LEAK, True, grad_input=into)

    def _mask(self, like: Tensor) -> Tensor:
        keep = 1 - self.dropout
        mask = torch.empty_like(like)
        for k, generator in enumerate(self.generators):
            mask[k].bernoulli_(keep, generator=generator)
        return mask.div_(keep)


@dataclass
class _Graph:
    """One pass through autograd. Where it is shared, `pulled` keeps (∂L/∂y, ∂L/∂x) of the pull that came first.

    `slope` is u₀ with its own graph, once somebody asked.
    """

    x: Tensor
    y: Tensor
    shared: bool = False
    pulled: tuple[Tensor, Tensor] | None = None
    slope: Tensor | None = None


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
        shapes = [(name, tuple(p.shape)) for name, p in self.modules[0].named_parameters()]
        self.theta, self.names = _matrix(len(self.modules), shapes, dtype)
        self.grad = torch.zeros_like(self.theta)
        views, self.grads = _views(self.theta, shapes), _views(self.grad, shapes)
        for k, module in enumerate(self.modules):
            for parameter, view in zip(module.parameters(), views, strict=True):
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
        return y.detach(), _Graph(x, y)

    def share(self, tape: _Graph) -> None:
        tape.shared = True

    def pull(self, tape: _Graph, dy: Tensor) -> None:
        wanted = [p for ps in self.parameters for p in ps]
        grads = _product(tape.y, [*wanted, tape.x] if tape.shared else wanted, dy)
        if tape.shared:
            tape.pulled = (dy, grads[-1])
        self.grad.zero_()
        self._add(grads[: len(wanted)])

    def pull_input(self, tape: _Graph, dy: Tensor) -> Tensor:
        rows = slice(tape.y.shape[1] - dy.shape[1], None)
        if tape.pulled is not None and float((before := tape.pulled[0][:, rows]).abs().min()) > RESCALABLE:
            dx = tape.pulled[1][:, rows]
            return dx * (dy / before).reshape(*dy.shape[:2], *[1] * (dx.dim() - 2))
        (dx,) = _product(tape.y[:, rows], [tape.x], dy)
        return dx[:, rows]

    def input(self, tape: _Graph) -> Tensor:
        return tape.x.detach()

    def slope(self, tape: _Graph) -> Tensor:
        return self._slope(tape).detach()

    def pull_slope(self, tape: _Graph, ds: Tensor) -> None:
        wanted = [p for ps in self.parameters for p in ps]
        self._add(_product(self._slope(tape), wanted, ds))

    def _slope(self, tape: _Graph) -> Tensor:
        if tape.slope is None:
            (tape.slope,) = torch.autograd.grad(tape.y[..., 0].sum(), tape.x, create_graph=True)
        return tape.slope

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
        layers.append(nn.Linear(fan_in, fan_out))
        if norm != "none" and (i or norm_first):
            layers.append(nn.BatchNorm1d(fan_out) if norm == "batch" else nn.LayerNorm(fan_out))
        layers.append({"relu": nn.ReLU(), "leaky_relu": nn.LeakyReLU(LEAK), "tanh": nn.Tanh()}[activation])
        if dropout:
            layers.append(Dropout(dropout, generator))
    if minibatch_std:
        layers.append(MinibatchStd())
    layers.append(nn.Linear(sizes[-2] + minibatch_std, sizes[-1]))
    return nn.Sequential(*layers, *([output] if output is not None else []))


def initialise(weight: Tensor, bias: Tensor | None, fan_in: int, scheme: str, generator: torch.Generator) -> None:
    """Fill a layer in place. torch: U(±1/√fan_in) for both; orthogonal: gain .8 (Unrolled GAN); dcgan: N(0, .02)."""
    with torch.no_grad():
        if scheme == "torch":
            bound = 1 / math.sqrt(fan_in)
            weight.uniform_(-bound, bound, generator=generator)
        elif scheme == "orthogonal":
            weight.copy_(nn.init.orthogonal_(torch.empty(weight.shape, dtype=weight.dtype), 0.8, generator=generator))
        else:
            weight.normal_(0, 0.02, generator=generator)
        if bias is not None:
            if scheme == "torch":
                bias.uniform_(-bound, bound, generator=generator)
            else:
                bias.zero_()


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


def _matrix(
    members: int, shapes: Sequence[tuple[str, tuple[int, ...]]], dtype: torch.dtype
) -> tuple[Tensor, list[tuple[str, slice]]]:
    """θ (members, P), and which of its columns are which tensor."""
    ends = [0]
    for _, shape in shapes:
        ends.append(ends[-1] + math.prod(shape))
    theta = torch.zeros(members, ends[-1], dtype=dtype)
    names = [(name, slice(a, b)) for (name, _), (a, b) in zip(shapes, pairwise(ends), strict=True)]
    return theta, names


def _views(matrix: Tensor, shapes: Sequence[tuple[str, tuple[int, ...]]]) -> list[Tensor]:
    """The tensors inside a matrix (members, P), as views (members, *shape)."""
    views, start = [], 0
    for _, shape in shapes:
        stop = start + math.prod(shape)
        views.append(matrix[:, start:stop].view(-1, *shape))
        start = stop
    return views
