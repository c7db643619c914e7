"""K GANs of one shape in lock-step: the D step, the G step, and nothing else.

A step is written once for all losses, penalties and networks. Networks offer `forward` and `pull`
(`gan_core.engine.networks`), losses their slope in the logits (`gan_core.engine.losses`); the chain of the two is all
of back-propagation:

    D step   logits = D(real | fake)        ∂L_D/∂logit → D.pull → D's gradient, plus penalties
    G step   logits = D(fake), fake = G(z)  ∂L_G/∂logit → D.pull → ∂L_G/∂fake → G.pull → G's gradient

In a run with labels the rows are (image | label), and D may say more than a logit: see `gan_core.engine.conditioning`.

`alternating`: G's gradient goes through the D that has just been updated, with the fakes of that update.
`simultaneous`: both gradients are taken at the same point, from one pass through D, and then both players move.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import torch
from torch import Tensor, nn

from gan_core.config import CLASSES, MEMBER_FIELDS, PIXELS, ConfigError, RunConfig, TrainConfig
from gan_core.engine.conditioning import class_accuracy, class_loss, class_slope
from gan_core.engine.dcgan import OUTPUTS, ImageAlone, PassLabel, Projection, dcgan_discriminator, dcgan_generator
from gan_core.engine.growing import (
    Growth,
    MultiScaleDiscriminator,
    MultiScaleGenerator,
    ProgressiveDiscriminator,
    ProgressiveGenerator,
)
from gan_core.engine.losses import Loss, loss_for
from gan_core.engine.networks import Modules, Network, StackedMLP, mlp_module
from gan_core.engine.optimisers import build_optimiser, start_afresh
from gan_core.engine.penalties import PENALTIES, Penalty
from gan_core.engine.random import BLOCK, Draws, Source
from gan_core.engine.unrolled import unrolled_gradient

AUTOCAST = {"float32": None, "bfloat16": torch.bfloat16}


def _closed(step: Callable[[Ensemble], None]) -> Callable[[Ensemble], None]:
    """Where both players are in closed form, spare torch the bookkeeping for a backward pass that never comes."""

    @wraps(step)
    def stepped(self: Ensemble) -> None:
        if torch.is_inference_mode_enabled() == self.closed_form:
            step(self)
        else:
            with torch.inference_mode(self.closed_form):
                step(self)

    return stepped


@dataclass
class Batch:
    """What entered the last loss: fakes with the tape through G, and D's logits on real and fake, (K, batch)."""

    z: Tensor
    fake: Tensor
    tape: object
    real: Tensor
    real_logits: Tensor  # not a number until D has judged
    fake_logits: Tensor
    spent: bool = False  # G has moved since: these are fakes of an older G

    @property
    def logits(self) -> dict[str, Tensor]:
        return {"real_logits": self.real_logits, "fake_logits": self.fake_logits}


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
        _check_alike(members)
        self.config, self.size = members[0], len(members)
        model, train, data = self.config.model, self.config.train, self.config.data
        self.train = train
        self.loss: Loss = loss_for(train.loss, train.label_smoothing)
        self.draws = Draws(
            [m.train.seed for m in members],
            source=source,
            latent=model.latent,
            latent_dim=model.latent_dim,
            batch=train.batch,
            block=1 if data.is_image else BLOCK,
            dtype=dtype,
        )
        self.growth, self._stage = Growth(train.grow_steps), 0  # `growth` counts the steps, of every run
        self.generator = generator or build_generator(self.config, self.draws, dtype, self.growth)
        self.discriminator = discriminator or build_discriminator(self.config, self.draws, dtype, self.growth)
        settings = [m.train for m in members]
        self.g_optimiser = build_optimiser(self.generator, settings, "g_lr")
        self.d_optimiser = build_optimiser(self.discriminator, settings, "d_lr")
        weights = {name: _weight(settings, name, dtype) for name in PENALTIES}
        self.weights = {name: weight for name, weight in weights.items() if weight is not None}
        # rows of D's batch depend on one another: real and fake keep their own statistics
        self.mixes_rows = model.d_norm == "batch" or model.minibatch_std
        players = (self.generator, self.discriminator)
        self.labelled, self.classifies = model.labelled, model.labels == "auxiliary"
        self.closed_form = all(isinstance(player, StackedMLP) for player in players) and not train.unrolled
        self.batch: Batch | None = None
        # what the last losses were computed from: their values are worked out only when somebody asks
        self._d_seen: dict[str, Tensor] | None = None
        self._g_seen: dict[str, Tensor] | None = None
        self._penalised: list[tuple[Tensor, Penalty, Tensor]] = []
        # of an AC-GAN: (class logits, labels) of D's last pass, and of those behind both losses
        self._classes: tuple[Tensor, Tensor] | None = None
        self._d_classes: list[tuple[Tensor, Tensor]] = []
        self._g_classes: list[tuple[Tensor, Tensor]] = []

    def state(self, k: int = 0) -> dict[str, Tensor]:
        """All that the two players of member k have learned, by name. Views: what is copied into them is adopted."""
        players = {"generator": self.generator, "discriminator": self.discriminator}
        return {f"{player}.{name}": tensor for player, net in players.items() for name, tensor in net.state(k).items()}

    @property
    def steps(self) -> int:
        """G updates so far."""
        return self.growth.step

    @steps.setter
    def steps(self, steps: int) -> None:
        self.growth.step = steps

    @property
    def d_loss(self) -> Tensor:
        """(K,): L_D at the last update of D, penalties and the class term of an AC-GAN included."""
        if self._d_seen is None:
            return self._nothing
        penalties = (weight.flatten() * penalty.value(u0) for weight, penalty, u0 in self._penalised)
        terms = (class_loss(*rows) for rows in self._d_classes)
        return sum((*penalties, *terms), self.loss.d_loss(**self._d_seen, dim=-1))

    @property
    def g_loss(self) -> Tensor:
        """(K,): L_G at the last update of G."""
        if self._g_seen is None:
            return self._nothing
        return sum((class_loss(*rows) for rows in self._g_classes), self.loss.g_loss(**self._g_seen, dim=-1))

    def curves(self) -> Tensor:
        """(6, K), in the order of `history.CURVES`: both losses; E σ(logit) of real and fake samples, or E logit where
        the loss makes no probability of it; and the norms of both players' whole gradients."""
        d_real = d_fake = self._nothing
        if self.batch is not None:
            shown = torch.sigmoid if self.loss.probability else (lambda logits: logits)
            d_real, d_fake = (shown(logits).mean(1) for logits in self.batch.logits.values())
        norms = (torch.linalg.vector_norm(player.grad, dim=1) for player in (self.discriminator, self.generator))
        return torch.stack([self.d_loss, self.g_loss, d_real, d_fake, *norms])

    @property
    def class_accuracy(self) -> Tensor:
        """(K, 2): the shares of the real and of the fake rows in D's last update that an AC-GAN's D put into their
        class; no numbers before that, and of any other D."""
        shares = [class_accuracy(*rows) for rows in self._d_classes] or [self._nothing, self._nothing]
        return torch.stack(shares, 1)

    @property
    def g_logits(self) -> Tensor:
        """(K, batch / packing): D's logits of the very fakes that entered the last L_G; no numbers before that."""
        if self._g_seen is None:
            return self._nothing.unsqueeze(1).expand(-1, self.train.batch // self.config.model.packing)
        return self._g_seen["fake_logits"]

    @property
    def _nothing(self) -> Tensor:
        return torch.full((self.size,), torch.nan)

    @_closed
    def step(self) -> None:
        """`d_steps` updates of D and one of G."""
        if self.train.update == "simultaneous":
            self.step_both()
        else:
            for _ in range(self.train.d_steps):
                self.step_d()
            self.step_g()
        self.steps += 1

    @_closed
    def step_d(self) -> None:
        self._d_gradient()
        self._update_d()

    @_closed
    def step_g(self) -> None:
        """Through the D that stands, on the fakes of D's last update or, if G has moved since, on fresh ones."""
        batch = self.batch if self.batch and not self.batch.spent else self._fresh_batch()
        if self.train.unrolled:
            self._g_seen = unrolled_gradient(self, batch)
        else:
            self._g_gradient(batch)
        self._update_g(batch)

    @_closed
    def step_both(self) -> None:
        """Both gradients at the same point, and then both players move."""
        batch = self._both_gradients()
        self._update_d()
        self._update_g(batch)

    def _d_gradient(self) -> Batch:
        """∂L_D/∂θ_D on a fresh batch."""
        batch, tape = self._judge_fresh()
        self._pull_d(batch, tape)
        return batch

    def _g_gradient(self, batch: Batch) -> None:
        """∂L_G/∂θ_G through the D that stands."""
        seen = self.seen(batch.fake)
        if self.loss.paired:
            seen = torch.cat([self.seen(batch.real), seen], 1)
        logits, tape = self.discriminator.forward(seen, parts=1 + (self.loss.paired and self.mixes_rows))
        batch.fake_logits = self._judged(logits, seen)
        if self.loss.paired:
            batch.real_logits, batch.fake_logits = batch.fake_logits.chunk(2, dim=1)
        self._pull_g(batch, tape)

    def _both_gradients(self) -> Batch:
        """Both from one pass of the same batch through D."""
        batch, tape = self._judge_fresh()
        if not self.mixes_rows and not self.classifies:
            self.discriminator.share(tape)
        self._pull_d(batch, tape)
        self._pull_g(batch, tape)
        return batch

    def _judge_fresh(self) -> tuple[Batch, object]:
        """A fresh batch through D: its logits, and the tape of D's pass over (real | fake)."""
        batch = self._fresh_batch()
        seen = torch.cat([self.seen(batch.real), self.seen(batch.fake)], 1)
        logits, tape = self.discriminator.forward(seen, parts=1 + self.mixes_rows)
        batch.real_logits, batch.fake_logits = self._judged(logits, seen).chunk(2, dim=1)
        return batch, tape

    def _judged(self, said: Tensor, seen: Tensor) -> Tensor:
        """D's logits (K, rows). What an AC-GAN's D says of the classes is kept beside the true labels."""
        if self.classifies:
            self._classes = said[..., 1:], seen[..., PIXELS:]
        return said[..., 0]

    def _slopes(self, slope: Tensor) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """∂L/∂y of D's last rows from the loss's slope (K, rows) in their logits, with that of the class term; and the
        rows of the class term, one batch each."""
        if self._classes is None:
            return slope.unsqueeze(-1), []
        rows, batch = slope.shape[1], self.train.batch
        said, labels = (each[:, -rows:] for each in self._classes)
        terms = list(zip(said.split(batch, 1), labels.split(batch, 1), strict=True))
        return torch.cat([slope.unsqueeze(-1), class_slope(said, labels, batch)], -1), terms

    def _pull_d(self, batch: Batch, tape: object) -> None:
        self._d_seen = batch.logits
        penalties = self._penalties(tape)
        dy, self._d_classes = self._slopes(torch.cat(self.loss.d_slope(**batch.logits), 1))
        self.discriminator.pull(tape, dy)
        for place, ds in penalties:
            self.discriminator.pull_slope(place, ds)

    def _pull_g(self, batch: Batch, tape: object) -> None:
        """∂L_G/∂logit on the fakes, which are the last rows of D's pass, back through D and then through G."""
        self._g_seen = batch.logits
        dy, self._g_classes = self._slopes(self.loss.g_slope(**batch.logits))
        dx = self.discriminator.pull_input(tape, dy)
        self.generator.pull(batch.tape, dx.reshape(batch.fake.shape))

    def generator_gradient_norms(self, losses: Sequence[Loss], z: Tensor, shift: Tensor | float = 0.0) -> Tensor:
        """‖∂L_G/∂θ_G‖ at the latents z (K, B, latent_dim) for each of the losses: (L, K). For looking only.

        All parameters of G count as one vector. D judges G(z) + shift (a draw of instance noise, say) as it stands,
        without dropout. Nothing moves: parameters, gradients, optimisers, streams and the batch stay as they are.
        Raises ValueError on a loss that looks at real samples too.
        """
        if any(loss.paired for loss in losses):
            raise ValueError("a loss that compares fakes with real samples has no gradient at fakes alone")
        kept = self.generator.grad.clone()
        fake, tape = self.generator.forward(z, training=False)
        logits, d_tape = self.discriminator.forward(pack(fake + shift, self.config.model.packing), training=False)
        seen = dict.fromkeys(("real_logits", "fake_logits"), logits.squeeze(-1))
        norms = []
        for loss in losses:
            dx = self.discriminator.pull_input(d_tape, loss.g_slope(**seen).unsqueeze(-1))
            self.generator.pull(tape, dx.reshape(fake.shape))
            norms.append(torch.linalg.vector_norm(self.generator.grad, dim=1))
        self.generator.grad.copy_(kept)
        return torch.stack(norms)

    def _fresh_batch(self) -> Batch:
        z, real = self.draws.latent(), self.draws.real()
        if self.labelled:
            z = torch.cat([z, real[..., PIXELS:]], -1)
        if self.config.model.architecture == "progressive":
            real = self.growth.shown(real)
            self._enter_stage()
        fake, tape = self.generator.forward(z)
        nothing = fake.new_full((self.size, self.train.batch // self.config.model.packing), torch.nan)
        self.batch = Batch(z, fake, tape, real, nothing, nothing)
        return self.batch

    def _enter_stage(self) -> None:
        """When new layers join, the optimisers start afresh, as in Karras et al. 2018: Adam's averages of a layer that
        had no gradients yet are so small that its first updates would be far too large."""
        if self.growth.stage != self._stage:
            self._stage = self.growth.stage
            start_afresh(self.g_optimiser)
            start_afresh(self.d_optimiser)

    def seen(self, x: Tensor) -> Tensor:
        """What D sees of a batch: with instance noise, but none on labels, and `packing` samples as one row."""
        noise = self.noise
        if noise and self.labelled:
            images, labels = x.split([PIXELS, CLASSES], -1)
            x = torch.cat([images + noise * self.draws.normal_like(images), labels], -1)
        elif noise:
            x = x + noise * self.draws.normal_like(x)
        return pack(x, self.config.model.packing)

    @property
    def noise(self) -> float:
        """σ of the instance noise now: linear from instance_noise to 0 over noise_steps, or constant."""
        t = self.train
        return t.instance_noise * max(0.0, 1 - self.steps / t.noise_steps) if t.noise_steps else t.instance_noise

    def _penalties(self, tape: object) -> list[tuple[object, Tensor]]:
        """The passes of D whose slope is penalised, and ∂P/∂u₀ there; R1 and R2 share a pass, and its one way back."""
        self._penalised = []
        slopes: dict[int, tuple[object, Tensor]] = {}
        for name, weight in self.weights.items():
            penalty = PENALTIES[name]
            place = self._between(tape) if penalty.at == "between" else tape
            u0 = self.discriminator.slope(place)
            half = u0.shape[1] // 2
            rows = {"real": slice(0, half), "fake": slice(half, None), "between": slice(None)}[penalty.at]
            judged = u0.flatten(2)[:, rows, : PIXELS if self.labelled else None]  # the label is not ours to move
            ds = weight * penalty.slope(judged)
            if judged.numel() < u0.numel():
                part, (_, ds) = ds, slopes.get(id(place), (place, u0.new_zeros(u0.shape)))
                ds.flatten(2)[:, rows, : judged.shape[2]] = part
            slopes[id(place)] = place, ds.reshape(u0.shape)
            self._penalised.append((weight, penalty, judged))
        return list(slopes.values())

    def _between(self, tape: object) -> object:
        """D's pass over x̂ = ε real + (1 − ε) fake, one ε a sample."""
        real, fake = self.discriminator.input(tape).chunk(2, dim=1)
        epsilon = self.draws.uniform(real.shape[1]).reshape(self.size, -1, *[1] * (real.dim() - 2))
        return self.discriminator.forward(torch.lerp(fake, real, epsilon))[1]

    def _update_d(self) -> None:
        """D's optimiser step, left out for members whose loss is below `skip_d_below`; then the weights are clipped."""
        pausing = self.d_loss < self.train.skip_d_below if self.train.skip_d_below else None
        if pausing is None or not pausing.any():
            self.d_optimiser.step()
        elif not pausing.all():
            theta = self.discriminator.theta
            averages = [
                a for state in self.d_optimiser.state.values() for a in state.values() if a.shape == theta.shape
            ]
            kept = [(rows, rows[pausing].clone()) for rows in (theta, *averages)]
            self.d_optimiser.step()
            for rows, old in kept:
                rows[pausing] = old
        if self.train.clip:
            self.discriminator.theta.clamp_(-self.train.clip, self.train.clip)

    def _update_g(self, batch: Batch) -> None:
        self.g_optimiser.step()
        batch.spent = True


def build_generator(config: RunConfig, draws: Draws, dtype: torch.dtype, growth: Growth) -> Network:
    m, data = config.model, config.data
    generators = draws.generators("generator")
    inputs = m.latent_dim + CLASSES * m.labelled
    sizes = (inputs, *m.g_layers, PIXELS if data.is_image else 2)
    if m.architecture == "mlp" and m.g_norm == "none" and not m.labelled and data.pixels == "symmetric":
        return StackedMLP(sizes, m.g_activation, generators, init=m.init, squash=data.is_image, dtype=dtype)

    def build(generator: torch.Generator) -> nn.Module:
        player: nn.Module
        if m.architecture == "dcgan":
            player = dcgan_generator(inputs, norm=m.g_norm, pixels=data.pixels)
        elif m.architecture == "progressive":
            player = ProgressiveGenerator(inputs, growth, norm=m.g_norm, pixels=data.pixels)
        elif m.architecture == "multi_scale":
            player = MultiScaleGenerator(inputs, norm=m.g_norm, pixels=data.pixels)
        else:
            output = OUTPUTS[data.pixels]() if data.is_image else None
            player = mlp_module(sizes, m.g_activation, generator, norm=m.g_norm, output=output)
        return PassLabel(player) if m.labelled else player

    return Modules(build, generators, init=m.init, dtype=dtype, autocast=AUTOCAST[m.precision])


def build_discriminator(config: RunConfig, draws: Draws, dtype: torch.dtype, growth: Growth) -> Network:
    m, data = config.model, config.data
    generators = draws.generators("discriminator")
    outputs = 1 + CLASSES * m.labelled
    sizes = ((PIXELS if data.is_image else 2) * m.packing, *m.d_layers, outputs)
    dropout, scale = m.d_dropout, m.d_input_scale
    if m.architecture == "mlp" and m.d_norm == "none" and not m.minibatch_std and not m.labelled:
        return StackedMLP(
            sizes, m.d_activation, generators, init=m.init, dropout=dropout, input_scale=scale, dtype=dtype
        )

    def build(generator: torch.Generator) -> nn.Module:
        tricks: dict[str, Any] = {"norm": m.d_norm, "dropout": dropout, "minibatch_std": m.minibatch_std}
        if m.architecture == "progressive":
            return ProgressiveDiscriminator(growth, generator, **tricks)
        if m.architecture == "multi_scale":
            return MultiScaleDiscriminator(generator, **tricks)
        if m.architecture == "dcgan":
            player = dcgan_discriminator(m.packing, generator, outputs=outputs, **tricks)
        else:
            player = mlp_module(sizes, m.d_activation, generator, norm_first=False, input_scale=scale, **tricks)
        if not m.labelled:
            return player
        player = nn.Sequential(ImageAlone(*((1, 28, 28) if m.architecture == "dcgan" else (PIXELS,))), *player)
        return Projection(player) if m.labels == "conditional" else player

    return Modules(build, generators, init=m.init, dtype=dtype, autocast=AUTOCAST[m.precision])


def pack(x: Tensor, packing: int) -> Tensor:
    """(K, B, C, …) → (K, B/packing, packing·C, …): PacGAN's discriminator judges several samples at once."""
    if packing == 1:
        return x
    return x.reshape(x.shape[0], x.shape[1] // packing, packing * x.shape[2], *x.shape[3:])


def _weight(members: Sequence[TrainConfig], name: str, dtype: torch.dtype) -> Tensor | None:
    values = [getattr(m, name) for m in members]
    return torch.tensor(values, dtype=dtype).view(-1, 1, 1) if any(values) else None


def _check_alike(members: Sequence[RunConfig]) -> None:
    shape = [m.replace(members=1, **{f: getattr(members[0].train, f) for f in MEMBER_FIELDS}) for m in members]
    for other in shape[1:]:
        if other != shape[0]:
            name = next(n for (n, a), (_, b) in zip(other.flat(), shape[0].flat(), strict=True) if a != b)
            raise ConfigError(
                name,
                getattr(other, name, name),
                f"members of one ensemble may differ only in {', '.join(MEMBER_FIELDS)}",
            )
