"""Both players' steps as one function of tensors, so that several of them are played in one call.

    outcome = step.each(players, [(given,), (given,), …])       # with Python in none of them, once it is recorded

What a step is taken on is drawn before (`Given`), and what is known of it afterwards is that of the last one
(`Outcome`). Between two steps nobody then waits for the interpreter, which in a class all threads share: beside another
busy thread a run of points keeps .86 of its speed, where step by step it keeps half, and alone it is a quarter faster.

For players in closed form whose step is gradients and optimisers and nothing else: `Ensemble` knows who they are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from torch import Tensor

from gan_core.config import RunConfig
from gan_core.engine.averages import follow
from gan_core.engine.game import Game, Noise, Scores, both_gradients, d_gradient, d_loss, g_gradient, g_loss, row
from gan_core.engine.optimisers import Optimiser
from gan_core.engine.penalties import Draws
from gan_core.engine.recorded import Recordings, recorded, scripted

Moved = tuple[tuple[Tensor, ...], ...]  # as `Optimiser.moved`


class Batch(NamedTuple):
    """What D's update is taken on."""

    z: Tensor
    real: Tensor
    noise: Noise
    draws: Draws


class Given(NamedTuple):
    """What D's last update and G's are taken on: D's batch, the noise of G's update, the rates of both players, the
    share of G in its moving average, and where the curves go: `row` (7, K), of which the last is Σ logit of the fakes.
    """

    batch: Batch
    g_noise: Noise
    d_rates: tuple[Tensor, ...]
    g_rates: tuple[Tensor, ...]
    share: Tensor | None
    row: Tensor


class Outcome(NamedTuple):
    """What the last losses were computed from, and what has been moved."""

    d_scores: Scores
    g_scores: Scores
    moved: tuple[Tensor, ...]


@dataclass
class Players:
    """A game, and what moves its players. `thetas`: θ and gradient of D, of G, and θ of G's average if there is one."""

    game: Game
    order: Order
    clip: float
    optimisers: tuple[type[Optimiser], type[Optimiser]]  # D's, G's
    moved: tuple[Moved, Moved]
    thetas: tuple[Tensor, ...]
    recordings: Recordings = field(default_factory=Recordings)

    @property
    def recordable(self) -> bool:
        return self.game.recordable

    @property
    def rules(self) -> Hashable:
        return self.game.rules, self.order, self.clip, self.optimisers, tuple(len(groups) for groups in self.moved)

    @cached_property
    def tensors(self) -> tuple[Tensor, ...]:
        own = [tensor for groups in self.moved for group in groups for tensor in group]
        return *self.game.tensors, *own, *self.thetas

    def over(self, tensors: Sequence[Tensor]) -> Players:
        left = iter(tensors)
        game = self.game.over([next(left) for _ in self.game.tensors])
        d, g = (tuple(tuple(next(left) for _ in group) for group in groups) for groups in self.moved)
        return replace(self, game=game, moved=(d, g), thetas=tuple(left), recordings=Recordings())

    def move_d(self, rates: Sequence[Tensor]) -> tuple[Tensor, ...]:
        thetas = self.optimisers[0].move(self.moved[0], rates)
        return tuple(theta.clamp_(-self.clip, self.clip) for theta in thetas) if self.clip else thetas

    def move_g(self, rates: Sequence[Tensor], share: Tensor | None) -> tuple[Tensor, ...]:
        thetas = self.optimisers[1].move(self.moved[1], rates)
        return thetas if share is None else (*thetas, scripted(follow)(self.thetas[4], self.thetas[2], share))


def plain(config: RunConfig) -> bool:
    """Whether a step of players in closed form is gradients and optimisers, and nothing is decided on the way."""
    t = config.train
    more = (t.skip_d_below, t.gamma_steps, t.spectral_norm, t.lookahead, t.lecam, t.unrolled, t.consensus)
    return t.update in ORDERS and not any(more) and not config.model.d_dropout


@recorded
def step_d(players: Players, batch: Batch, rates: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """An update of D before another one; gives D, moved."""
    d_gradient.function(players.game, *batch)
    return players.move_d(rates)


@recorded
def step(players: Players, given: Given) -> Outcome:
    """An update of D and one of G."""
    outcome = players.order.play(players, given)
    game, kind = players.game, players.game.loss.facts.kind
    losses = d_loss(game, outcome.d_scores), g_loss(game, outcome.g_scores)
    real_logits, fake_logits = players.order.last_logits(outcome)
    given.row.copy_(row(losses, real_logits, fake_logits, players.thetas[1:4:2], kind))
    return outcome


def in_turn(players: Players, given: Given) -> Outcome:
    """G's gradient goes through the D that has just been updated, with the fakes of that update."""
    d_scores, g_tape = d_gradient.function(players.game, *given.batch)
    moved = players.move_d(given.d_rates)
    g_scores = g_gradient.function(players.game, g_tape, given.batch.real, given.g_noise)
    moved += players.move_g(given.g_rates, given.share)
    return Outcome(d_scores, g_scores, moved)


def at_once(players: Players, given: Given) -> Outcome:
    """Both gradients at the same point, and then both players move."""
    d_scores, g_scores, _ = both_gradients.function(players.game, *given.batch)
    moved = players.move_d(given.d_rates) + players.move_g(given.g_rates, given.share)
    return Outcome(d_scores, g_scores, moved)


@dataclass(frozen=True)
class Order:
    """In which the players move. `looks_again`: G's update looks at D anew, so it has noise of its own."""

    play: Callable[[Players, Given], Outcome]
    looks_again: bool

    def last_logits(self, outcome: Outcome) -> tuple[Tensor, Tensor]:
        """D's logits of real and fake rows as they were looked at last, of real ones perhaps by D's update."""
        seen = outcome.g_scores if self.looks_again else outcome.d_scores
        return outcome.d_scores.both[0] if seen.real_logits is None else seen.real_logits, seen.fake_logits


ORDERS: dict[str, Order] = {"alternating": Order(in_turn, True), "simultaneous": Order(at_once, False)}
