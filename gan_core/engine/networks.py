"""Both players, each a stack of K members of one shape, behind one protocol.

What training needs of a network is not a graph but two maps:

    forward:           x ↦ y                                        (and a tape of what the way back needs)
    vjp, vjp_input:    ∂L/∂y ↦ ∂L/∂θ (into .grad), ∂L/∂x            the vector–Jacobian product, in two halves

and of a discriminator, for gradient penalties, the gradient u₀ = ∂D/∂x itself and its own way back:

    input_grad:      tape ↦ u₀
    input_grad_vjp:  ∂P/∂u₀ ↦ ∂P/∂θ (added to .grad)

`StackedMLP` has them in closed form, `gan_core.engine.modules.Modules` (any torch module: DCGAN, batch or layer norm)
from autograd.
All parameters of all members are views of one matrix θ (K, P), so an optimiser sees a single tensor.

The algebra of the MLP.  With a₀ = x, hᵢ = aᵢ₋₁Wᵢ + bᵢ, aᵢ = φ(hᵢ), y = h_L, and δᵢ = ∂L/∂hᵢ:

    δ_L = ∂L/∂y,   δᵢ₋₁ = φ'(hᵢ₋₁) ∘ δᵢWᵢᵀ,   ∂L/∂Wᵢ = aᵢ₋₁ᵀδᵢ,   ∂L/∂bᵢ = Σ δᵢ,   ∂L/∂x = δ₁W₁ᵀ

D has one output, so with uᵢ = ∂y/∂hᵢ (the same recursion from u_L = 1) every δᵢ is uᵢ scaled row by row with ∂L/∂y:
one unit pass serves D's update, G's update and the penalties, and what is scaled is whichever is narrower:

    ∂L/∂Wᵢ = (aᵢ₋₁ ∘ ∂L/∂y)ᵀuᵢ,   ∂L/∂bᵢ = (∂L/∂y)ᵀuᵢ,   ∂L/∂x = u₀ ∘ ∂L/∂y

A penalty P(u₀) needs no double backward. Its gradient
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
# φ'(h) ∘ grad from the activation, in place. Named with their overload: to find it takes longer than the product.
relu_backward = torch.ops.aten.threshold_backward.grad_input
leaky_relu_backward = torch.ops.aten.leaky_relu_backward.grad_input
tanh_backward = torch.ops.aten.tanh_backward.grad_input


class Network(Protocol):
    """K members of one shape. `theta` and `grad` are (K, P); `names`: which columns are which tensor, `shapes`: what
    each is for one member."""

    theta: Tensor
    grad: Tensor
    names: list[tuple[str, slice]]
    shapes: list[tuple[str, tuple[int, ...]]]

    def state(self, k: int) -> dict[str, Tensor]:
        """All that member k has learned, by name: its parameters, and what norms remember. Views, not copies."""

    def forward(self, x: Tensor, *, training: bool = True, parts: int = 1) -> tuple[Tensor, Any]:
        """x (K, B, …) → y (K, B, …) and the tape, whose `output` is y.

        `parts`: batches inside B whose statistics stay apart.
        """

    def evaluate(self, theta: Tensor, x: Tensor, *, parts: int = 1) -> Tensor:
        """y for other parameters θ (K, P), as a differentiable function of θ and x that remembers nothing."""

    def vjp(self, tape: Any, dy: Tensor) -> None:
        """∂L/∂y → `grad` = ∂L/∂θ."""

    def vjp_input(self, tape: Any, dy: Tensor) -> Tensor:
        """∂L/∂y of the last rows of the batch, as many as dy has → ∂L/∂x of those rows."""

    def share(self, tape: Any) -> None:
        """Announces vjp and then vjp_input of the same pass, of a network with one output and independent rows."""

    def input(self, tape: Any) -> Tensor:
        """x as it went in."""

    def input_grad(self, tape: Any) -> Tensor:
        """u₀ = ∂y/∂x of the first output, shaped like x."""

    def input_grad_vjp(self, tape: Any, ds: Tensor) -> None:
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
        self.theta, self.names = parameter_matrix(len(self.generators), shapes, dtype)
        self.grad = torch.zeros_like(self.theta)
        self._adopt([*tensor_views(self.theta, shapes), *tensor_views(self.grad, shapes)])
        for k, generator in enumerate(self.generators):
            for weight, bias in zip(self.weights, self.biases, strict=True):
                initialise(weight[k], bias[k], weight.shape[1], init, generator)

    def _adopt(self, tensors: Sequence[Tensor]) -> None:
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
        twin._adopt(tensors)
        return twin

    def still(self) -> Callable[[], StackedMLP]:
        """The same network with parameters of its own, as they are now, for looking: its gradients stay those of this
        one. Only the parameters are copied now; whoever looks has the network put together."""
        twin, theta = copy.copy(self), self.theta.clone()

        def together() -> StackedMLP:
            twin.theta = theta
            twin._adopt([*tensor_views(theta, twin.shapes), *twin.tensors[len(twin.shapes) :]])
            return twin

        return together

    def evaluate(self, theta: Tensor, x: Tensor, *, parts: int = 1, features: bool = False) -> Tensor:
        """The output, or the `features`, for other parameters θ (K, P), as a plain differentiable function: no tape, no
        dropout."""
        weights, biases = self._layers(tensor_views(theta, self.shapes))
        a = x * self.input_scale
        for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
            a = self._phi(torch.baddbmm(bias, a, weight))
        if features:
            return a
        y = torch.baddbmm(biases[-1], a, weights[-1])
        return y.tanh() if self.squash else y

    def _layers(self, stored: Sequence[Tensor]) -> tuple[list[Tensor], Sequence[Tensor]]:
        """Weights (K, in, out) and biases (K, 1, out) from the tensors as they are stored."""
        weights = [w.mT if flipped else w for w, flipped in zip(stored[::2], self.flipped, strict=True)]
        return weights, stored[1::2]

    def state(self, k: int) -> dict[str, Tensor]:
        tensors = tensor_views(self.theta, self.shapes)
        return {name: tensor[k] for (name, _), tensor in zip(self.shapes, tensors, strict=True)}

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

    def vjp(self, tape: Tape, dy: Tensor) -> None:
        if self.scalar:
            self._vjp_scalar(tape, dy)
            return
        if self.squash:
            dy = torch.ops.aten.tanh_backward(dy, tape.output)
        for i, delta in enumerate(self._deltas(tape, dy)):
            self._vjp_layer(i, tape.inputs[i], delta)

    def _vjp_layer(self, i: int, a: Tensor, delta: Tensor) -> None:
        """∂L/∂Wᵢ = aᵢ₋₁ᵀ δᵢ, ∂L/∂bᵢ = Σ δᵢ"""
        self._vjp_weight(i, a, delta)
        torch.sum(delta, 1, keepdim=True, out=self.bias_grads[i])

    def _vjp_scalar(self, tape: Tape, dy: Tensor) -> None:
        """∂L/∂Wᵢ = (aᵢ₋₁ ∘ dy)ᵀuᵢ = aᵢ₋₁ᵀ(uᵢ ∘ dy), ∂L/∂bᵢ = dyᵀuᵢ"""
        self.share(tape)
        weights = dy.mT
        for i, u in enumerate(tape.unit):
            a = tape.inputs[i]
            if a.shape[2] <= u.shape[2]:
                self._vjp_weight(i, a * dy, u)
            else:
                self._vjp_weight(i, a, u * dy)
            torch.bmm(weights, u, out=self.bias_grads[i])
        self._vjp_layer(-1, tape.inputs[-1], dy)

    def _vjp_weight(self, i: int, left: Tensor, right: Tensor) -> None:
        """∂L/∂Wᵢ = leftᵀ right"""
        if self.flipped[i]:
            left, right = right, left
        torch.bmm(left.mT, right, out=self.grad_rows[i])

    def vjp_input(self, tape: Tape, dy: Tensor) -> Tensor:
        rows = dy.shape[1]
        if self.scalar:
            self.share(tape)
            u = tape.unit[0]
            return self._to_input(u if rows == u.shape[1] else u[:, -rows:]) * dy
        if rows < tape.output.shape[1]:
            dy = torch.nn.functional.pad(dy, (0, 0, tape.output.shape[1] - rows, 0))
        return self._to_input(self._deltas(tape, dy)[0][:, -rows:])

    def features(self, tape: Tape) -> Tensor:
        """a_{L−1} (K, B, width): what the last layer multiplied."""
        return tape.inputs[-1]

    def vjp_features(self, tape: Tape, da: Tensor) -> Tensor:
        """∂L/∂features of the last rows of the batch → ∂L/∂x of those rows."""
        rows = da.shape[1]
        da = torch.nn.functional.pad(da, (0, 0, tape.output.shape[1] - rows, 0))
        return self._to_input(self._deltas(tape, self._through_phi(da, tape, -1), -2)[0][:, -rows:])

    def input(self, tape: Tape) -> Tensor:
        return tape.input

    def share(self, tape: Tape) -> None:
        if not tape.unit:  # u_{L−1} is φ' ∘ the one column of W_L, the same for every row
            last = self.transposed[-1].expand(-1, tape.output.shape[1], -1)
            into = torch.empty_like(tape.active[-1])  # not into W_L
            tape.unit = self._deltas(tape, self._through_phi(last, tape, -1, into), -2)

    def input_grad(self, tape: Tape) -> Tensor:
        self.share(tape)
        return self._to_input(tape.unit[0])

    def input_grad_vjp(self, tape: Tape, ds: Tensor) -> None:
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
            self._vjp_curvature(tape, curved)

    def _vjp_curvature(self, tape: Tape, curved: list[Tensor]) -> None:
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


def parameter_matrix(
    members: int, shapes: Sequence[tuple[str, tuple[int, ...]]], dtype: torch.dtype
) -> tuple[Tensor, list[tuple[str, slice]]]:
    """θ (members, P), and which of its columns are which tensor."""
    ends = [0]
    for _, shape in shapes:
        ends.append(ends[-1] + math.prod(shape))
    theta = torch.zeros(members, ends[-1], dtype=dtype)
    names = [(name, slice(a, b)) for (name, _), (a, b) in zip(shapes, pairwise(ends), strict=True)]
    return theta, names


def tensor_views(matrix: Tensor, shapes: Sequence[tuple[str, tuple[int, ...]]]) -> list[Tensor]:
    """The tensors inside a matrix (members, P), as views (members, *shape)."""
    found, start = [], 0
    for _, shape in shapes:
        stop = start + math.prod(shape)
        found.append(matrix[:, start:stop].view(-1, *shape))
        start = stop
    return found
