"""The game of two networks: the gradients of both players on a batch, as functions that remember nothing.

They are written once for all losses, penalties and networks. Networks offer `forward` and `vjp`
(`gan_core.engine.networks`), losses their gradient in the logits (`gan_core.engine.losses`); the chain of the two is
all of back-propagation:

    D step   logits = D(real | fake)        ∂L_D/∂logit → D.vjp → D's gradient, plus penalties
    G step   logits = D(fake), fake = G(z)  ∂L_G/∂logit → D.vjp_input → ∂L_G/∂fake → G.vjp → G's gradient

What the players are given beside plain rows is in `gan_core.engine.inputs`, what D may put out beside a logit in
`gan_core.engine.conditioning`; in a plain GAN neither does anything.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor

from gan_core.engine.conditioning import ClassRows, LogitOutput, class_loss
from gan_core.engine.inputs import Inputs
from gan_core.engine.losses import Loss
from gan_core.engine.networks import Network, StackedMLP
from gan_core.engine.penalties import NO_DRAWS, Draws, LeCam, Penalties
from gan_core.engine.recorded import Recordings, recorded

Noise = tuple[Tensor | None, Tensor | None]  # on real and on fake rows
NO_NOISE: Noise = (None, None)


@dataclass
class Game:
    """Both players and the rules.

    `mixes_rows`: rows of D's batch depend on one another (batch statistics), so real and fake keep their own.
    """

    generator: Network
    discriminator: Network
    loss: Loss
    penalties: Penalties
    inputs: Inputs
    output: LogitOutput
    mixes_rows: bool
    recordings: Recordings = field(default_factory=Recordings)

    @cached_property
    def recordable(self) -> bool:
        """Whether a gradient is the same operations every time: in closed form, and without draws of its own."""
        return self.closed_form and not cast(StackedMLP, self.discriminator).dropout

    @property
    def closed_form(self) -> bool:
        return isinstance(self.generator, StackedMLP) and isinstance(self.discriminator, StackedMLP)

    @property
    def rules(self) -> Hashable:
        """All that decides which operations a gradient in closed form takes, beside the shapes of tensors."""
        players = (cast(StackedMLP, player) for player in (self.generator, self.discriminator))
        forms = tuple((p.activation, p.squash, p.input_scale) for p in players)
        return forms, self.loss, self.inputs, tuple(self.penalties.weights), self.penalties.lecam is not None

    @cached_property
    def tensors(self) -> tuple[Tensor, ...]:
        """What a gradient in closed form reads and writes, beside its arguments."""
        g, d = cast(StackedMLP, self.generator), cast(StackedMLP, self.discriminator)
        return *g.tensors, *d.tensors, *self.penalties.tensors

    def over(self, tensors: Sequence[Tensor]) -> Game:
        """The same game over other tensors, given as `tensors` are."""
        g, d, left = cast(StackedMLP, self.generator), cast(StackedMLP, self.discriminator), iter(tensors)
        return replace(
            self,
            generator=g.over([next(left) for _ in g.tensors]),
            discriminator=d.over([next(left) for _ in d.tensors]),
            penalties=self.penalties.over(left),
            recordings=Recordings(),
        )


class Scores(NamedTuple):
    """What D says of a batch, and all that a loss is computed from.

    Logits (K, rows), `real_logits` None where G's loss does not look at them; `u0s`: D's gradients in its input where
    they are penalised; `classes`: of an AC-GAN; `features`: the means (K, width, 1) of D's, where they are matched.
    """

    real_logits: Tensor | None
    fake_logits: Tensor
    u0s: tuple[Tensor, ...] = ()
    classes: ClassRows = ()
    features: tuple[Tensor, ...] = ()

    @property
    def logits(self) -> dict[str, Tensor | None]:
        return {"real_logits": self.real_logits, "fake_logits": self.fake_logits}

    @property
    def both(self) -> tuple[Tensor, Tensor]:
        assert self.real_logits is not None  # D has looked at both
        return self.real_logits, self.fake_logits


@dataclass
class Batch:
    """What an update of G in turn is taken on: what G was given, real rows, and the tape of G's pass."""

    z: Tensor
    real: Tensor
    g_tape: Any

    @property
    def fake(self) -> Tensor:
        return self.g_tape.output


@recorded
def d_gradient(
    game: Game, z: Tensor, real: Tensor, noise: Noise = NO_NOISE, draws: Draws = NO_DRAWS
) -> tuple[Scores, Any]:
    """∂L_D/∂θ_D on fresh latents and real rows. Returns the scores, and the tape of G's pass, which ends in the fakes.

    `draws`: where penalties look that take D's slope elsewhere.
    """
    fake, g_tape = game.generator.forward(z)
    scores, d_tape = _score(game, real, fake, noise)
    return _d_backward(game, scores, d_tape, draws), g_tape


@recorded
def g_gradient(game: Game, g_tape: Any, real: Tensor, noise: Noise = NO_NOISE) -> Scores:
    """∂L_G/∂θ_G through the D that stands, on the fakes of a pass through G; `real` is for losses that compare."""
    fake = g_tape.output
    if game.loss.facts.paired:
        scores, d_tape = _score(game, real, fake, noise)
    else:
        discriminator_input = game.inputs.of_discriminator(fake, noise[1])
        y, d_tape = game.discriminator.forward(discriminator_input)
        scores = Scores(None, y[..., 0], (), game.output.classes(y, discriminator_input, fake.shape[1]))
    return _g_backward(game, scores, d_tape, g_tape)


@recorded
def both_gradients(
    game: Game, z: Tensor, real: Tensor, noise: Noise = NO_NOISE, draws: Draws = NO_DRAWS
) -> tuple[Scores, Scores, Any]:
    """Both at the same point, from one pass of the same batch through D: D's scores, G's, and the tape of G's pass."""
    fake, g_tape = game.generator.forward(z)
    scores, d_tape = _score(game, real, fake, noise)
    if not game.mixes_rows and not scores.classes:
        game.discriminator.share(d_tape)
    return _d_backward(game, scores, d_tape, draws), _g_backward(game, scores, d_tape, g_tape), g_tape


def _score(game: Game, real: Tensor, fake: Tensor, noise: Noise) -> tuple[Scores, Any]:
    """D over (real | fake): its scores, and the tape of the pass."""
    given = game.inputs.of_discriminator
    discriminator_input = torch.cat([given(real, noise[0]), given(fake, noise[1])], 1)
    y, d_tape = game.discriminator.forward(discriminator_input, parts=1 + game.mixes_rows)
    real_logits, fake_logits = y[..., 0].chunk(2, dim=1)
    classes = game.output.classes(y, discriminator_input, fake.shape[1])
    return Scores(real_logits, fake_logits, (), classes), d_tape


def _d_backward(game: Game, scores: Scores, d_tape: Any, draws: Draws) -> Scores:
    """∂L_D/∂logit, and the gradients of penalties, back through D. Returns the scores with what was penalised."""
    u0s, penalty_grads = game.penalties.grads(game.discriminator, d_tape, draws, game.inputs.features)
    logit_grad = torch.cat(game.loss.d_grad(**scores.logits), 1)
    if game.penalties.lecam is not None:
        logit_grad = logit_grad + game.penalties.lecam.grad(*scores.both)
    game.discriminator.vjp(d_tape, game.output.grad(logit_grad, scores.classes))
    for tape, u0_grad in penalty_grads:
        game.discriminator.input_grad_vjp(tape, u0_grad)
    return scores._replace(u0s=u0s)


def _g_backward(game: Game, scores: Scores, d_tape: Any, g_tape: Any) -> Scores:
    """∂L_G/∂logit on the fakes, which are the last rows of D's pass, back through D and then through G."""
    scores = scores._replace(u0s=(), classes=scores.classes[-1:])
    if game.loss.facts.features:
        d = cast(StackedMLP, game.discriminator)  # the configuration refuses everything else
        real, fake = (rows.mT for rows in d.features(d_tape).chunk(2, dim=1))
        scores = scores._replace(features=(real.mean(-1, keepdim=True), fake.mean(-1, keepdim=True)))
        fake_grad = d.vjp_features(d_tape, game.loss.g_grad(real_logits=real, fake_logits=fake).mT)
    else:
        y_grad = game.output.grad(game.loss.g_grad(**scores.logits), scores.classes)
        fake_grad = game.discriminator.vjp_input(d_tape, y_grad)
    game.generator.vjp(g_tape, fake_grad.reshape(g_tape.output.shape))
    return scores


def d_loss(game: Game, scores: Scores, lecam: LeCam | None = None) -> Tensor:
    """(K,): L_D of what D has said, penalties and the class term of an AC-GAN included."""
    terms = game.penalties.values(scores.u0s) + [class_loss(*rows) for rows in scores.classes]
    if lecam is not None:
        terms.append(lecam.value(*scores.both))
    return sum(terms, game.loss.d_loss(**scores.logits, dim=-1))


def g_loss(game: Game, scores: Scores) -> Tensor:
    """(K,): L_G of what D has said, the class term of an AC-GAN included."""
    if scores.features:
        real, fake = scores.features
        return game.loss.g_loss(real_logits=real, fake_logits=fake, dim=-1).sum(-1)
    terms = (class_loss(*rows) for rows in scores.classes)
    return sum(terms, game.loss.g_loss(**scores.logits, dim=-1))


ROW = 7  # numbers of a `row`, for each member


def row(
    losses: Sequence[Tensor], real_logits: Tensor, fake_logits: Tensor, grads: Sequence[Tensor], kind: str
) -> Tensor:
    """(7, K): the `curves`, and Σ logit of the fakes, which is no number once a parameter is none."""
    known = curves(losses, real_logits, fake_logits, grads, kind)
    return torch.cat([known, fake_logits.sum(1).unsqueeze(0)])


def curves(
    losses: Sequence[Tensor], real_logits: Tensor, fake_logits: Tensor, grads: Sequence[Tensor], kind: str
) -> Tensor:
    """(6, K), in the order of `history.CURVES`: both losses (K,); E σ(logit) of real and fake samples, or E logit where
    the `kind` of loss makes no probability of it; and the norms of both players' whole gradients (K, P)."""
    logits = (real_logits.mean(1), fake_logits.mean(1))
    if kind == "probability":
        logits = (real_logits.sigmoid().mean(1), fake_logits.sigmoid().mean(1))
    return torch.stack([*losses, *logits, *(torch.linalg.vector_norm(grad, dim=1) for grad in grads)])


def generator_gradient_norms(game: Game, losses: Sequence[Loss], z: Tensor, shift: Tensor | float = 0.0) -> Tensor:
    """‖∂L_G/∂θ_G‖ at the latents z (K, B, latent_dim) for each of the losses: (L, K). For looking only.

    All parameters of G count as one vector. D scores G(z) + shift (a draw of instance noise, say) as it stands, without
    dropout. Nothing moves: the gradients are put back. Raises ValueError on a loss that looks at real samples too.
    """
    if any(loss.facts.paired for loss in losses):
        raise ValueError("a loss that compares fakes with real samples has no gradient at fakes alone")
    kept = game.generator.grad.clone()
    fake, g_tape = game.generator.forward(z, training=False)
    y, d_tape = game.discriminator.forward(game.inputs.of_discriminator(fake + shift), training=False)
    norms = []
    for loss in losses:
        logit_grad = loss.g_grad(real_logits=None, fake_logits=y.squeeze(-1))
        fake_grad = game.discriminator.vjp_input(d_tape, logit_grad.unsqueeze(-1))
        game.generator.vjp(g_tape, fake_grad.reshape(fake.shape))
        norms.append(torch.linalg.vector_norm(game.generator.grad, dim=1))
    game.generator.grad.copy_(kept)
    return torch.stack(norms)
