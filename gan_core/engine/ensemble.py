"""K GANs of one shape in lock-step: the D step, the G step, and nothing else.

    D step   the gradient of L_D on fresh latents and real rows, and D's optimiser
    G step   the gradient of L_G through the D that stands, and G's optimiser

`alternating`: G's gradient goes through the D that has just been updated, with the fakes of that update.
`simultaneous`: both gradients are taken at the same point, from one pass through D, and then both players move.
`extragradient`: as simultaneous, but along the gradients that they find one such step ahead, on another batch.

The gradients are in `gan_core.engine.game`, written once for all losses, penalties and networks.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, wraps
from typing import Concatenate, ParamSpec, cast

import torch
from torch import Tensor

from gan_core.config import ARCHITECTURES, MEMBER_FIELDS, ConfigError, RunConfig, TrainConfig
from gan_core.engine import game as play
from gan_core.engine import turns
from gan_core.engine.averages import Average
from gan_core.engine.builders import build_discriminator, build_generator
from gan_core.engine.conditioning import ClassOutput, LogitOutput, class_accuracy
from gan_core.engine.consensus import add_consensus
from gan_core.engine.game import Batch, Game, Noise, Scores
from gan_core.engine.growing import Growth
from gan_core.engine.inputs import Inputs
from gan_core.engine.losses import loss_for
from gan_core.engine.networks import Network, StackedMLP
from gan_core.engine.optimisers import Lookahead, build_optimiser, start_afresh
from gan_core.engine.penalties import PENALTIES, Draws, LeCam, Penalties
from gan_core.engine.random import BLOCK, RandomStreams, Source
from gan_core.engine.spectral import SpectralNorm
from gan_core.engine.turns import Given, Players
from gan_core.engine.unrolled import unrolled_gradient

P = ParamSpec("P")


def _closed(step: Callable[Concatenate[Ensemble, P], None]) -> Callable[Concatenate[Ensemble, P], None]:
    """Where both players are in closed form, spare torch the bookkeeping for a backward pass that never comes."""

    @wraps(step)
    def stepped(self: Ensemble, *args: P.args, **kwargs: P.kwargs) -> None:
        if torch.is_inference_mode_enabled() == self.closed_form:
            step(self, *args, **kwargs)
        else:
            with torch.inference_mode(self.closed_form):
                step(self, *args, **kwargs)

    return stepped


class Ensemble:
    """Members with these configurations, which may differ only in MEMBER_FIELDS.

    `generator`, `discriminator`: networks of as many members, in place of those that the configurations describe.
    """

    def __init__(
        self,
        members: Sequence[RunConfig],
        source: Source,
        dtype: torch.dtype = torch.float32,
        *,
        generator: Network | None = None,
        discriminator: Network | None = None,
    ) -> None:
        check_alike(members)
        self.config, self.size = members[0], len(members)
        model, train, data = self.config.model, self.config.train, self.config.data
        self.train = train
        self.random = RandomStreams(
            [m.train.seed for m in members],
            source=source,
            latent=model.latent,
            latent_dim=model.latent_dim,
            batch=train.batch,
            block=1 if data.is_image else BLOCK,
            dtype=dtype,
        )
        self.growth = Growth(train.grow_steps if ARCHITECTURES[model.architecture].grows else None)
        self.generator = generator or build_generator(self.config, self.random, dtype, self.growth)
        self.discriminator = discriminator or build_discriminator(self.config, self.random, dtype, self.growth)
        self.average: Average | None = None
        if train.ema:
            self.average = Average(build_generator(self.config, self.random, dtype, self.growth), train.ema)
        settings = [m.train for m in members]
        self.g_optimiser = build_optimiser(self.generator, settings, "g_lr")
        self.spectral: SpectralNorm | None = None
        if train.spectral_norm:
            self.spectral = SpectralNorm(self.discriminator, self.random.generators("spectral"))
        self.d_parameters = self.spectral or self.discriminator  # what D's optimiser moves
        self.d_optimiser = build_optimiser(self.d_parameters, settings, "d_lr")
        self.lookahead: Lookahead | None = None
        if train.lookahead:
            self.lookahead = Lookahead((self.d_parameters, self.generator), train.lookahead)
        weights = {name: _weight(settings, name, dtype) for name in PENALTIES}
        lecam_weight = _weight(settings, "lecam", dtype)
        lecam = None if lecam_weight is None else LeCam(lecam_weight[:, 0], torch.zeros(self.size, 2, dtype=dtype))
        self._gammas = {name: w.clone() for name, w in weights.items() if w is not None and name in ("r1", "r2")}
        self.game = Game(
            self.generator,
            self.discriminator,
            loss_for(train.loss, train.label_smoothing),
            Penalties({name: weight for name, weight in weights.items() if weight is not None}, lecam),
            Inputs(model.labelled, model.packing),
            ClassOutput() if model.labels == "auxiliary" else LogitOutput(),
            mixes_rows=model.d_norm == "batch" or model.minibatch_std,
        )
        consensus = _weight(settings, "consensus", dtype)
        self.consensus = None if consensus is None else consensus[:, 0]
        self.closed_form = self.game.closed_form and not train.unrolled and self.consensus is None
        self.batch: Batch | None = None  # of D's last update, until G moves: then these are fakes of an older G
        self.logits: tuple[Tensor, Tensor] | None = None  # D's of the last batch's real and fake rows, (K, rows) each
        # what the last losses were computed from: their values are worked out only when somebody asks
        self._d_scores: Scores | None = None
        self._g_scores: Scores | None = None
        self._lecam: LeCam | None = None  # as it was at D's last update

    # ── the steps ────────────────────────────────────────────────────────────────────────────────────────────────────

    def step(self) -> None:
        """`d_steps` updates of D and one of G."""
        self.advance(1)

    @_closed
    def advance(self, n: int, rows: Tensor | None = None) -> None:
        """n steps. Where they are played in one call, each leaves its curves and Σ logit of the fakes in `rows`
        (n, 7, K)."""
        if self.players is not None:
            self._play(self.players, torch.empty(n, play.ROW, self.size) if rows is None else rows)
            return
        for _ in range(n):
            STEPS[self.train.update](self)
            self.steps += 1

    @cached_property
    def players(self) -> Players | None:
        """Both players and their optimisers as one subject, where steps are played in one call."""
        if not (self.closed_form and turns.plain(self.config)):
            return None
        d, g, train = self.discriminator, self.generator, self.train
        average = () if self.average is None else (self.average.network.theta,)
        optimisers = self.d_optimiser, self.g_optimiser
        kinds, moved = (type(optimisers[0]), type(optimisers[1])), (optimisers[0].moved, optimisers[1].moved)
        order = turns.ORDERS[train.update]
        return Players(self.game, order, train.clip, kinds, moved, (d.theta, d.grad, g.theta, g.grad, *average))

    def _play(self, players: Players, rows: Tensor) -> None:
        """A step for each row, in as few calls as can be: updates of D alone divide them, and instance noise that ends
        on the way."""
        again = players.order.looks_again  # … where D's number of updates counts
        given: list[tuple[Given]] = []
        for row in rows.unbind(0):
            if again and self.train.d_steps > 1:
                rates = self.d_optimiser.rates()
                turns.step_d.each(players, [(self._batch(), rates) for _ in range(self.train.d_steps - 1)])
            batch = self._batch()
            if given and (batch.noise[0] is None) != (given[0][0].batch.noise[0] is None):
                self._keep(players, given)
            g_noise = self._noise_of_g(batch.real) if again else play.NO_NOISE
            share = None if self.average is None else self.average.share()
            given.append((Given(batch, g_noise, self.d_optimiser.rates(), self.g_optimiser.rates(), share, row),))
            self.steps += 1
            if again and self.train.d_steps > 1:
                self._keep(players, given)
        if given:
            self._keep(players, given)

    def _batch(self) -> turns.Batch:
        """All that D's next update is taken on, drawn in the order in which it is needed."""
        z, real = self._draw()
        return turns.Batch(z, real, self._noise(real), self._draws(real))

    def _keep(self, players: Players, given: list[tuple[Given]]) -> None:
        """Plays what is given, and remembers what is known of the last step."""
        outcome = turns.step.each(players, given)
        self._d_scores, self._g_scores = outcome.d_scores, outcome.g_scores
        self.batch, self.logits = None, players.order.last_logits(outcome)
        given.clear()

    def step_in_turn(self) -> None:
        for _ in range(self.train.d_steps):
            self.step_d()
        self.step_g()

    @_closed
    def step_d(self) -> None:
        z, real = self._draw()
        noise = self._noise(real)
        self._d_scores, g_tape = play.d_gradient(self.game, z, real, noise, self._draws(real))
        if self.consensus is not None:
            add_consensus(self.game, self.consensus, z, real, noise, g=False)
        if self.spectral is not None:
            self.spectral.pull_back()
        self.batch, self.logits = Batch(z, real, g_tape), self._d_scores.both
        self._update_d()

    @_closed
    def step_g(self) -> None:
        """Through the D that stands, on the fakes of D's last update or, if G has moved since, on fresh ones."""
        batch = self.batch or self._unscored_batch()
        self._g_scores = self._unrolled_gradient(batch) if self.train.unrolled else self._g_gradient(batch)
        self._update_g()

    @_closed
    def step_both(self) -> None:
        """Both gradients at the same point, and then both players move."""
        self._both_gradients()
        self._update_d()
        self._update_g()

    @_closed
    def step_extragradient(self) -> None:
        """Korpelevich 1976; Gidel et al. 2019, their Algorithms 3 and 4 (with Adam both moves enter its averages):

        x̃ = x − η v(x),   x ← x − η v(x̃)        x both players' parameters, v both gradients
        """
        start = [player.theta.clone() for player in (self.d_parameters, self.generator)]
        self._both_gradients()
        self._move_d()
        self.g_optimiser.step()
        self._both_gradients()
        for player, theta in zip((self.d_parameters, self.generator), start, strict=True):
            player.theta.copy_(theta)
        self._update_d()
        self._update_g()

    def _both_gradients(self) -> None:
        z, real = self._draw()
        noise = self._noise(real)
        found = play.both_gradients(self.game, z, real, noise, self._draws(real))
        if self.consensus is not None:
            add_consensus(self.game, self.consensus, z, real, noise)
        if self.spectral is not None:
            self.spectral.pull_back()
        self._d_scores, self._g_scores, _ = found
        self.logits = self._d_scores.both

    def _g_gradient(self, batch: Batch) -> Scores:
        noise = self._noise_of_g(batch.real)
        scores = play.g_gradient(self.game, batch.g_tape, batch.real, noise)
        if self.consensus is not None:
            add_consensus(self.game, self.consensus, batch.z, batch.real, noise, d=False)
        assert self.logits is not None  # of the same batch
        real_logits = self.logits[0] if scores.real_logits is None else scores.real_logits
        self.logits = real_logits, scores.fake_logits
        return scores

    def _unrolled_gradient(self, batch: Batch) -> Scores:
        noise = self._noise(batch.real)
        return unrolled_gradient(self.game, batch.g_tape, batch.real, noise, self.d_optimiser, self.train.unrolled)

    @property
    def memories(self) -> dict[str, Tensor]:
        """What decides how it goes on, beside `state`, the optimisers and the streams. Views, as in `state`."""
        found = {} if self.average is None else {"average.updates": self.average.updates}
        if self.spectral is not None:
            found |= {f"spectral.{name}": tensor for name, tensor in self.spectral.tensors.items()}
        if self.lookahead is not None:
            found |= {f"lookahead.{name}": tensor for name, tensor in self.lookahead.tensors.items()}
        if self.game.penalties.lecam is not None:
            found["lecam"] = self.game.penalties.lecam.averages
        return found

    def _update_d(self) -> None:
        self._lecam = None  # the averages that stand are those of this update
        self._move_d()
        if (lecam := self.game.penalties.lecam) is not None and self._d_scores is not None:
            self._lecam = replace(lecam, averages=lecam.averages.clone())
            lecam.remember(*self._d_scores.both)

    def _move_d(self) -> None:
        """D's optimiser step, left out for members whose loss is below `skip_d_below`; then the weights are clipped."""
        pausing = self.d_loss < self.train.skip_d_below if self.train.skip_d_below else None
        if pausing is None or not pausing.any():
            self.d_optimiser.step()
        elif not pausing.all():
            theta = self.d_parameters.theta
            averages = [
                a for state in self.d_optimiser.state.values() for a in state.values() if a.shape == theta.shape
            ]
            kept = [(rows, rows[pausing].clone()) for rows in (theta, *averages)]
            self.d_optimiser.step()
            for rows, old in kept:
                rows[pausing] = old
        if self.train.clip:
            self.discriminator.theta.clamp_(-self.train.clip, self.train.clip)
        if self.spectral is not None:
            self.spectral.apply()

    def _update_g(self) -> None:
        self.g_optimiser.step()
        self.batch = None
        if self.lookahead is not None and self.lookahead.take() and self.spectral is not None:
            self.spectral.apply()
        if self.average is not None:
            self.average.take(self.generator)

    # ── what a step is taken on ──────────────────────────────────────────────────────────────────────────────────────

    def _draw(self) -> tuple[Tensor, Tensor]:
        """What G is given, and real rows as D gets to see them now."""
        z, real = self.random.latent(), self.random.real()
        return self.game.inputs.of_generator(z, real), self.growth.shown(real)

    def _unscored_batch(self) -> Batch:
        """Fresh fakes, of which D's logits are not a number until it has scored them."""
        z, real = self._draw()
        _, g_tape = self.generator.forward(z)
        unknown = real.new_full((self.size, self.train.batch // self.config.model.packing), torch.nan)
        self.logits = unknown, unknown
        return Batch(z, real, g_tape)

    def _noise(self, real: Tensor) -> Noise:
        return self._draw_noise(real), self._draw_noise(real)

    def _noise_of_g(self, real: Tensor) -> Noise:
        """For G's update in turn, which looks at real rows only where its loss or consensus does."""
        fake_noise = self._draw_noise(real)
        both = self.game.loss.facts.paired or self.consensus is not None
        return self._draw_noise(real) if both else None, fake_noise

    def _draw_noise(self, rows: Tensor) -> Tensor | None:
        sigma = self.noise
        return sigma * self.random.normal_like(rows[..., self.game.inputs.features]) if sigma else None

    def _draws(self, real: Tensor) -> Draws:
        """Where penalties look that take D's slope elsewhere than at real and fake rows."""
        penalties, rows = self.game.penalties, self.train.batch // self.config.model.packing
        epsilon = self.random.uniform(rows) if penalties.at("interpolates") else None
        return epsilon, self.random.uniform_like(real[..., self.game.inputs.features]) if penalties.at(
            "around"
        ) else None

    @property
    def noise(self) -> float:
        """σ of the instance noise now."""
        return self.train.noise_at(self.steps)

    @property
    def steps(self) -> int:
        """G updates so far."""
        return self.growth.step

    @steps.setter
    def steps(self, steps: int) -> None:
        """When new layers join, the optimisers start afresh, as in Karras et al. 2018: Adam's averages of a layer that
        had no gradients yet are so small that its first updates would be far too large."""
        stage, self.growth.step = self.growth.stage, steps
        self.follow_schedules()
        if self.growth.stage != stage:
            start_afresh(self.g_optimiser)
            start_afresh(self.d_optimiser)

    def follow_schedules(self) -> None:
        """Rates that fall linearly, and R1's and R2's γ that falls as a half cosine (R3GAN, Huang et al. 2024)."""
        t = self.train
        if t.decay_steps:
            self.g_optimiser.factor = self.d_optimiser.factor = max(0.0, 1 - self.steps / t.decay_steps)
        if t.gamma_steps:
            left = (1 + math.cos(math.pi * min(1.0, self.steps / t.gamma_steps))) / 2
            for name, gamma in self._gammas.items():
                torch.mul(gamma, t.gamma_end + (1 - t.gamma_end) * left, out=self.game.penalties.weights[name])

    # ── what is known of it ──────────────────────────────────────────────────────────────────────────────────────────

    def maker(self, *, averaged: bool = False) -> Network:
        """What makes the samples: G, or its average. Raises ValueError where none is kept."""
        if not averaged:
            return self.generator
        if self.average is None:
            raise ValueError("this run keeps no average of its generator")
        return self.average.follow(self.generator)

    def still(self) -> Callable[[], Ensemble] | None:
        """The players as they are now, to be looked at while the steps go on, put together by whoever looks; None of
        players made of modules."""
        players = self.generator, self.discriminator
        if not all(isinstance(player, StackedMLP) for player in players):
            return None
        twin, (generator, discriminator) = copy.copy(self), (cast(StackedMLP, player).still() for player in players)
        average = None if self.average is None else self.average.still()

        def together() -> Ensemble:
            twin.generator, twin.discriminator = generator(), discriminator()
            twin.average = None if average is None else average()
            return twin

        return together

    def state(self, k: int = 0) -> dict[str, Tensor]:
        """All that the two players of member k have learned, by name, and G's average. Views: what is copied into them
        is adopted."""
        players = {"generator": self.generator, "discriminator": self.discriminator}
        players |= {} if self.average is None else {"average": self.average.follow(self.generator)}
        return {f"{player}.{name}": tensor for player, net in players.items() for name, tensor in net.state(k).items()}

    @property
    def d_loss(self) -> Tensor:
        """(K,): L_D at the last update of D, penalties and the class term of an AC-GAN included."""
        if self._d_scores is None:
            return self._nothing
        return play.d_loss(self.game, self._d_scores, self._lecam or self.game.penalties.lecam)

    @property
    def g_loss(self) -> Tensor:
        """(K,): L_G at the last update of G."""
        if self._g_scores is None:
            return self._nothing
        return play.g_loss(self.game, self._g_scores)

    def curves(self) -> Tensor:
        """(6, K), in the order of `history.CURVES`; see `game.curves`."""
        return self.row()[:-1]

    def row(self) -> Tensor:
        """(7, K): see `game.row`."""
        grads, losses = (self.discriminator.grad, self.generator.grad), (self.d_loss, self.g_loss)
        logits = self.logits or (self._nothing.unsqueeze(1), self._nothing.unsqueeze(1))
        return play.row(losses, *logits, grads, self.game.loss.facts.kind)

    @property
    def class_accuracy(self) -> Tensor:
        """(K, 2): the shares of the real and of the fake rows in D's last update that an AC-GAN's D put into their
        class; no numbers before that, and of any other D."""
        classes = self._d_scores.classes if self._d_scores else ()
        shares = [class_accuracy(*rows) for rows in classes] or [self._nothing, self._nothing]
        return torch.stack(shares, 1)

    @property
    def g_logits(self) -> Tensor:
        """(K, batch / packing): D's logits of the very fakes that entered the last L_G; no numbers before that."""
        if self._g_scores is None:
            return self._nothing.unsqueeze(1).expand(-1, self.train.batch // self.config.model.packing)
        return self._g_scores.fake_logits

    @property
    def _nothing(self) -> Tensor:
        return torch.full((self.size,), torch.nan)


STEPS: dict[str, Callable[[Ensemble], None]] = {
    "alternating": Ensemble.step_in_turn,
    "simultaneous": Ensemble.step_both,
    "extragradient": Ensemble.step_extragradient,
}


def _weight(members: Sequence[TrainConfig], name: str, dtype: torch.dtype) -> Tensor | None:
    values = [getattr(m, name) for m in members]
    return torch.tensor(values, dtype=dtype).view(-1, 1, 1) if any(values) else None


def check_alike(members: Sequence[RunConfig]) -> None:
    """Raises ConfigError unless the members differ in MEMBER_FIELDS at most."""
    shape = [m.replace(members=1, **{f: getattr(members[0].train, f) for f in MEMBER_FIELDS}) for m in members]
    for other in shape[1:]:
        if other != shape[0]:
            name = next(n for (n, a), (_, b) in zip(other.flat(), shape[0].flat(), strict=True) if a != b)
            raise ConfigError(
                name,
                getattr(other, name, name),
                "config.member_fields",
                fields=", ".join(MEMBER_FIELDS),
            )
