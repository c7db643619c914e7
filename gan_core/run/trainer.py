"""Trainer: a run that can be stepped, looked at and stopped. It never owns a loop and knows no page.

    trainer = Trainer(PRESETS["ring"].config)
    trainer.step(1000)
    trainer.history.curves(), trainer.snapshot()

The mathematics of a step is in `gan_core.engine.ensemble`, what is looked at in `gan_core.run.pictures`. Here every
member is computed alone, so that its bits are the same beside any others and on any number of threads, and members
advance next to each other on the processor's cores. Pictures are taken at log-spaced steps, observers are called when
they are due, and a member that stops being finite is found and named.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from itertools import repeat
from typing import Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_core.config import CLASSES, PIXELS, ConfigError, RunConfig
from gan_core.data import Distribution, distribution
from gan_core.engine.builders import ARCHITECTURES
from gan_core.engine.conditioning import one_hot
from gan_core.engine.ensemble import Ensemble, check_alike
from gan_core.engine.game import ROW
from gan_core.engine.optimisers import set_rate
from gan_core.engine.random import Source, generator_for, latents
from gan_core.errors import Failure, Field, Sentence
from gan_core.jobs.threads import side_by_side
from gan_core.numerals import number
from gan_core.run.history import IMAGES, History, Snapshot
from gan_core.run.pictures import ImagePictures, Pictures, PointPictures, conditioned_latents

TURN = 16  # steps a member takes in its turn: none of them waits for Python, and Pause waits for a few hundredths


Kind = TypeVar("Kind")


class Observer(Protocol):
    """Looks at a run and leaves it as it is: the run is the same, bit for bit, with and without it."""

    def due(self, step: int) -> bool:
        """Does it want to look after this step?"""

    def look(self, trainer: Trainer) -> None:
        """Called between two steps, by the thread that steps the trainer."""


class Trainer:
    """K members of one configuration, seeds seed … seed + K − 1. The same configuration gives a bit-identical run on
    one machine, whatever its `threads`, and member k is bit for bit the run of `config.member(k)` alone. (Only a single
    run of images that `take_threads` gives several is rounded differently.)

    `points` is the table of the data set "custom". `members` replaces the configuration's own members by others, which
    may differ in `config.MEMBER_FIELDS`. Raises ConfigError or DataUnavailable with a sentence.
    Exactly one thread at a time may use a trainer.
    """

    def __init__(
        self,
        config: RunConfig,
        *,
        points: NDArray | None = None,
        members: Sequence[RunConfig] | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        _keep_freed_memory()
        # of this thread, until `take_threads`: how many there are decides how sums are rounded
        torch.set_num_threads(1)
        self.config, self.dtype, self.points = config, dtype, points
        self.member_configs = tuple(members or (config.member(k) for k in range(config.train.members)))
        check_alike(self.member_configs)
        self.distribution: Distribution | None = None
        self.pictures: Pictures
        if config.data.is_image:
            from gan_core.data.images import load_images

            images, labels = _shared(config.data.data, id(load_images(config.data.data, "train")[0]))
            source = image_source(images.view(-1, PIXELS), labels, config)
            self.pictures = ImagePictures(config, self.member_configs, source, dtype)
        else:
            self.distribution = distribution(config.data, points)
            source, extent = self.distribution.sample, self.distribution.extent
            self.pictures = PointPictures(config, self.member_configs, source, extent, dtype)
        # one each: a batched product rounds a member in another way than the same product alone
        self.ensembles = [Ensemble((member,), source, dtype) for member in self.member_configs]
        self.step_count = 0
        self.seconds = 0.0  # processor time of `step`
        self.threads = 1  # how many members may advance at once; whoever runs this may change it
        self.failures: list[Failure] = []
        self.alive = np.ones(len(self.member_configs), bool)
        self.observers: list[Observer] = []
        self.history = History(len(self.member_configs))
        self.history.add(self.snapshot())
        self._seen: Snapshot | None = None  # the last look, as long as nothing has changed since

    # ── running ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def step(self, n: int = 1) -> None:
        """n steps: each is `d_steps` updates of D and one of G. Does nothing once every member has failed."""
        stop = self.step_count + n
        while self.step_count < stop and self.alive.any():
            turn = min(self._turn(), stop - self.step_count)
            # no step of a turn waits for Python, so each leaves behind what is to be known of it
            rows = torch.empty(turn, ROW, len(self.ensembles)) if self._plays else None
            own = repeat(None) if rows is None else rows.split(1, dim=2)
            parts = [
                partial(_advance, ensemble, turn, mine) for ensemble, mine in zip(self.ensembles, own, strict=False)
            ]
            self.seconds += sum(side_by_side(parts, self.threads))
            self._after_turn(turn, rows)

    def _turn(self) -> int:
        """Steps up to the next one that somebody looks at, at most TURN."""
        ends = (t for t in range(1, TURN) if self._looks_at(self.step_count + t))
        return next(ends, TURN)

    def step_d(self, n: int = 1) -> None:
        """n updates of D alone; the step count stays, because a step is an update of G."""
        for _ in range(n):
            for ensemble in self.ensembles:
                ensemble.step_d()
        self._after_players()

    def step_g(self, n: int = 1) -> None:
        """n updates of G alone against the D that stands."""
        for _ in range(n):
            for ensemble in self.ensembles:
                ensemble.step_g()
                ensemble.steps += 1
            self.step_count += 1
        self._after_players()

    def set_rates(self, g_lr: float | None = None, d_lr: float | None = None) -> None:
        """Change learning rates while the run goes on, for all members; the history marks it."""
        changed = {name: rate for name, rate in {"g_lr": g_lr, "d_lr": d_lr}.items() if rate is not None}
        self.config = self.config.replace(**changed)  # refuses what is out of range
        for name, rate in changed.items():
            for ensemble in self.ensembles:
                set_rate(ensemble.g_optimiser if name == "g_lr" else ensemble.d_optimiser, rate)
            self.history.mark(self.step_count, Sentence("run.rate", name=Field(name), rate=number(rate, 6)))

    def adopt(self, weights: Mapping[str, Tensor], step: int) -> None:
        """Every member goes on from these weights, as `Ensemble.state` names them, as if after `step` steps.

        The past starts there too. Optimisers and streams are not part of it: they stay as they are.
        """
        with torch.no_grad():
            for ensemble in self.ensembles:
                for name, tensor in ensemble.state().items():
                    tensor.copy_(weights[name])
                if ensemble.spectral is not None:
                    ensemble.spectral.adopt(ensemble.discriminator.theta)
                if ensemble.lookahead is not None:
                    ensemble.lookahead.adopt()
                ensemble.steps = step
        self.step_count, self._seen = step, None
        self.history = History(len(self.member_configs))
        self.history.add(self.snapshot())

    def take_threads(self, threads: int) -> None:
        """Give this run the calling thread's cores: to members side by side; inside the operations of a single member
        of images, whose products are large enough, and whose bits then depend on the number.

        Not both: threads inside an operation wait for the next one with open eyes, where a member could compute.
        """
        self.threads = threads
        torch.set_num_threads(threads if self.distribution is None and len(self.ensembles) == 1 else 1)

    @property
    def failure(self) -> Failure | None:
        """Why the run stands still: set once no member is left."""
        return self.failures[-1] if not self.alive.any() else None

    def add_callback(self, observer: Observer) -> None:
        """`observer` looks now, and from here on after every step for which it is due."""
        self.observers.append(observer)
        observer.look(self)

    def observer(self, kind: type[Kind]) -> Kind | None:
        """The first observer of this kind, None if there is none."""
        return next((observer for observer in self.observers if isinstance(observer, kind)), None)

    def _looks_at(self, step: int) -> bool:
        row = not self._plays and self.history.rows.due(step)
        return row or History.due(step) or any(o.due(step) for o in self.observers)

    @property
    def _plays(self) -> bool:
        """Whether the steps of a turn are played in one call."""
        return self.ensembles[0].players is not None

    def _after_turn(self, turn: int, rows: Tensor | None) -> None:
        """`rows` (turn, 7, K): what the steps have left behind; None if they have not, and only the last is known."""
        known = self._last_row() if rows is None else rows.numpy()
        self._seen = None
        self.step_count += turn - len(known)
        if np.isfinite(known[:, -1]).all():
            self._keep_rows(known)
        else:
            for row in known:
                self._keep_rows(row[None])
                self._find_failures(row[-1])
                if not self.alive.any():
                    break
        if History.due(self.step_count):
            self.history.add(self.snapshot())
        self._tell_observers()

    def _keep_rows(self, known: NDArray) -> None:
        """… of the next steps, as far as they are due."""
        rows = self.history.rows
        for step in range(self.step_count + 1, self.step_count + 1 + len(known)):
            if rows.due(step):
                rows.add(step, partial(known[step - self.step_count - 1].__getitem__, slice(-1)))
        self.step_count += len(known)

    def _after_players(self) -> None:
        row = self._last_row()[0]
        self._seen = None
        self._find_failures(row[-1])
        self.history.rows.add(self.step_count, partial(row.__getitem__, slice(-1)))
        self.history.add(self.snapshot())
        self._tell_observers()

    def _tell_observers(self) -> None:
        for observer in self.observers:
            if observer.due(self.step_count):
                observer.look(self)

    def _find_failures(self, sums: NDArray) -> None:
        """`sums` (K,): Σ logit of the fakes after this step. Every parameter of both players reaches these logits, so
        they are the cheapest place to look."""
        for k, ensemble in enumerate(self.ensembles):
            if self.alive[k] and not math.isfinite(sums[k]):
                self.alive[k] = False
                failure = Failure(self.step_count, (k,), _first_not_finite(ensemble))
                self.failures.append(failure)
                self.history.mark(self.step_count, failure)

    def _last_row(self) -> NDArray:
        """(1, 7, K): `Ensemble.row` of the last step."""
        return torch.cat([ensemble.row() for ensemble in self.ensembles], 1).numpy()[None]

    # ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def snapshot(self) -> Snapshot:
        """The run as it stands. Draws nothing from the run's own streams, so looking changes nothing."""
        return self.pictures.take(self.ensembles, step=self.step_count, seconds=self.seconds, threads=self.threads)

    def look(self) -> Snapshot:
        """`snapshot`, of which only copies of the players are made now, and each array when somebody asks for it: any
        thread may do so while the run goes on. One and the same until the run has gone on: what was worked out about
        a run at rest holds, however often it is looked at."""
        if self._seen is None:
            self._seen = self.pictures.look(
                self.ensembles, step=self.step_count, seconds=self.seconds, threads=self.threads
            )
        return self._seen

    def generate(
        self, n: int, member: int = 0, seed: int = 0, labels: NDArray | int | None = None, *, averaged: bool = False
    ) -> NDArray:
        """n samples of one member: (n, 2) float32, or (n, 28, 28) uint8. The same seed gives the same latents; its own
        seed those that it was trained on first, so `fresh` ones judge it.

        `averaged`: of the moving average of its G, which a run with `ema` keeps.

        `labels` of a run with labels: n of them, or one for all; None draws them, every class as likely. Raises
        ConfigError with a sentence on labels that cannot be.
        """
        model, generator = self.config.model, generator_for(seed, "latent")
        z = latents(model.latent, n, model.latent_dim, generator).numpy()
        if labels is None and model.labelled:
            labels = torch.randint(CLASSES, (n,), generator=generator).numpy()
        return self.decode(z, member, labels, averaged=averaged)

    def fresh(self, n: int, member: int = 0, *, averaged: bool = False) -> NDArray:
        """n samples of one member for judging it, from a stream of latents of its own: it never trained on them."""
        model, seed = self.config.model, self.member_configs[member].train.seed
        z = latents(model.latent, n, model.latent_dim, generator_for(seed, "score")).numpy()
        return self.decode(z, member, averaged=averaged)

    def decode(
        self, z: NDArray, member: int = 0, labels: NDArray | int | None = None, *, averaged: bool = False
    ) -> NDArray:
        """The samples at the latents z (n, latent_dim). `labels` as in `generate`, but None is 0 … 9 over and over, as
        in the pictures."""
        if labels is not None and not self.config.model.labelled:
            raise ConfigError("labels", labels, "config.unlabelled")
        given = conditioned_latents(self.config.model, torch.as_tensor(z, dtype=self.dtype), labels)
        maker = self.ensembles[member].maker(averaged=averaged)
        fake = maker.forward(given.unsqueeze(0), training=False)[0]
        return self.pictures.samples(fake[0])

    @property
    def labels_of_picture(self) -> NDArray[np.int64] | None:
        """(n,): the classes that the samples of a picture were told, the columns of a grid; None without labels."""
        return np.arange(IMAGES) % CLASSES if self.config.model.labelled else None

    @property
    def class_accuracy(self) -> NDArray | None:
        """(K, 2): of the last batch, the shares of real and of fake samples that an AC-GAN's D classified as labelled;
        NaN before the first update, None without an AC-GAN."""
        if self.config.model.labels != "auxiliary":
            return None
        return torch.cat([e.class_accuracy for e in self.ensembles]).numpy()

    def latents_of_picture(self, member: int = 0) -> NDArray:
        """(n, latent_dim): the latents behind `snapshot().fake[member]`."""
        return self.pictures.latents[member].numpy()


def _advance(ensemble: Ensemble, steps: int, rows: Tensor | None) -> float:
    """Steps of one ensemble; the processor time they took, in seconds."""
    start = time.thread_time()
    ensemble.advance(steps, rows)
    return time.thread_time() - start


@lru_cache(maxsize=3)
def _shared(data: str, identity: int) -> tuple[Tensor, Tensor]:
    """Training images (N, 28, 28) and labels (N,) as tensors, one copy for all runs, which only read them. `identity`
    is that of the array they come from."""
    from gan_core.data.images import load_images

    images, labels = (torch.from_numpy(array.copy()) for array in load_images(data, "train"))
    return images, labels


def image_source(images: Tensor, labels: Tensor, config: RunConfig) -> Source:
    """Batches from uint8 images (N, 784), scaled to [−1, 1] or [0, 1] only when drawn; convolutions get them as
    (n, 1, 28, 28), a run with labels flat and with the one-hot label behind, multi_scale with the smaller sizes."""
    model, unit = config.model, config.data.pixels == "unit"
    architecture = ARCHITECTURES[model.architecture]
    shape = (PIXELS,) if model.labelled else architecture.image

    def draw(n: int, generator: torch.Generator) -> Tensor:
        rows = torch.randint(len(images), (n,), generator=generator)
        drawn = images.index_select(0, rows)
        drawn = (drawn.div(255) if unit else drawn.div(127.5).sub_(1)).view(n, *shape)
        return torch.cat([drawn, one_hot(labels[rows])], 1) if model.labelled else architecture.rows(drawn)

    return draw


def _first_not_finite(ensemble: Ensemble) -> str:
    """The first tensor of an ensemble that is not finite."""
    for player, network in (("discriminator", ensemble.discriminator), ("generator", ensemble.generator)):
        for name, columns in network.names:
            if not torch.isfinite(network.theta[:, columns]).all():
                return f"{player}'s {name}"
    return "discriminator's output"


def _keep_freed_memory() -> None:
    """Freeing one large block tells the C library to keep blocks of that size, instead of returning the activations
    to the kernel and faulting them in again at every step."""
    block = torch.empty(2**23 - 2**16)
    del block
