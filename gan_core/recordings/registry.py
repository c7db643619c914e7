"""The recorded runs: the configuration of each, which seed is drawn, which charts and captions follow.

`python -m gan_core record NAME` makes the file of an entry anew; a test holds that each file is that of its entry and
of this engine. What a page opens with is looked up by its configuration (`recordings.lookup`).

Which seed is drawn: of a run of several members the one in the middle by the measure `pick`; of a run of one member the
one in the middle of `seeds` seeds, from that of the configuration on, which are trained to the end for it, or of those
of `records/presets.json`, which has them already; the file has the values of all of them. Where only one seed is
trained, the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from gan_core.config import RunConfig
from gan_core.presets import FLAGSHIP, PRESETS, training_of
from gan_core.recordings import captions
from gan_core.recordings.captions import Maker
from gan_core.recordings.images import SeenImages, SeenPast
from gan_core.recordings.origin import Origin
from gan_core.recordings.seen import Seen, middle
from gan_core.studies.recipe import KNOBS
from gan_core.studies.scenarios import FIRST, SCENARIOS, Scenario
from gan_core.zoo import checkpoints
from gan_core.zoo.plans import ZOO

PACE = 8.0  # moments a second


# what ranks the members of a run, whose median is drawn
PICKS: dict[str, Callable[[Any], np.ndarray]] = {
    "only": lambda run: np.zeros(run.members),  # of runs of one member
    "covered": lambda run: run.covered[len(run.shots) // 2 :].mean(0),  # over the second half
    "way": lambda run: run.way[-1],
    "w1": lambda run: run.w1[-1],
    "quality": lambda run: run.quality[-1],
}
SEEDS = 8  # that are ranked where a run has one member


@dataclass(frozen=True)
class Recorded:
    """A run, or several from one start, which the page `page` can train.

    names: of the runs, where there are several; says: of the texts that have their words. pick: of PICKS, by which the
    members of each run are ranked; or `seeds` seeds, by its sum over the runs, so that all have one start. measured:
    the preset of whose seeds `records/presets.json` has it. moments: how many pictures, the n-th at steps ·
    (n/moments)^power. points: samples drawn of each picture; nodes: of D's field along one side. strip: whether it is
    shown over the steps who gets which mode. thumb: the run that stands for its page on the home page, None for all
    others. pace: moments a second. averaged: the samples of the average of G are drawn as well. offers: the preset that
    is offered at the end. until: the last step of a run that stops being finite after it. Of images `points` are the
    pictures drawn of each moment.
    """

    page: str
    config: RunConfig
    charts: tuple[str, ...]
    captions: Maker
    variants: tuple[Mapping[str, Any], ...] = ({},)
    names: tuple[str, ...] = ("",)
    says: str = "recorded.run."
    pick: str = "w1"
    moments: int = 120
    power: float = 1.6
    points: int = 200
    nodes: int = 30
    strip: bool = False
    thumb: int | None = None
    pace: float = PACE
    seeds: int = 1
    measured: str = ""
    averaged: bool = False
    offers: str = ""
    until: int | None = None
    anywhere: ClassVar[bool] = True  # whether other pages of these settings show it too

    @cached_property
    def configs(self) -> tuple[RunConfig, ...]:
        return tuple(self.config.replace(**variant) for variant in self.variants)

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that are recorded, ascending."""
        last = self.config.train.steps if self.until is None else self.until
        far = np.linspace(0, 1, self.moments) ** self.power * last
        return tuple(map(int, np.unique(far.round())))

    def watch(self, last: int | None = None) -> list[Any]:
        """The runs as they are seen; `last`: only their first so many moments."""
        watch = SeenImages.watch if self.config.data.is_image else Seen.watch
        return [watch(config, self.steps[:last]) for config in self.configs]

    def of_seed(self, seed: int) -> Recorded:
        return replace(self, config=self.config.replace(seed=seed))

    def ranking(self, runs: Sequence[Seen]) -> list[np.ndarray]:
        """By what the members (K,) of each run are ranked."""
        return [PICKS[self.pick](run) for run in runs]

    def drawn(self, runs: Sequence[Seen]) -> list[int]:
        """The member of each run that is drawn: the median one."""
        return [middle(values) for values in self.ranking(runs)]

    @property
    def unusual(self) -> dict[str, float]:
        """What a file says of its pace, if that is not the usual one."""
        return {} if self.pace == PACE else {"pace": self.pace}

    @property
    def looks(self) -> tuple[Any, ...]:
        looks: tuple[Any, ...] = (self.moments, self.power, self.points, self.nodes, self.pick, self.charts)
        looks += (self.names, self.strip, *self.unusual.values())
        if self.seeds > 1:
            looks += (self.seeds, self.measured)
        return (*looks, "averaged") if self.averaged else looks

    @cached_property
    def origin(self) -> Origin:
        return Origin(self.configs, self.looks)


@dataclass(frozen=True)
class Past(Recorded):
    """The past of the finished run `run`, as it came with the weights: for its recording nothing is trained. Of what
    asks for the run, everything raises CheckpointError where it is not there."""

    run: str = ""
    anywhere: ClassVar[bool] = False

    @property
    def steps(self) -> tuple[int, ...]:
        return tuple(map(int, checkpoints.load_replay(self.run).steps))

    def watch(self, last: int | None = None) -> list[Any]:
        return [SeenPast.of(self.run, last)]

    @property
    def origin(self) -> Origin:
        """Its engine is the one that trained it."""
        card = checkpoints.load_card(self.run)
        return Origin(self.configs, self.looks, card.sha256, int(card.versions["engine"]))


def _critics() -> dict[str, dict[str, Any]]:
    """The three ways to bound a critic's slope: all else is alike, as many updates of the critic among it."""
    clipped, penalised = (
        {name: value for name, value in training_of(method).items() if name != "d_steps"}
        for method in ("wgan_clip", "wgan_gp")
    )
    normalised = {name: value for name, value in penalised.items() if name != "wgan_gp"} | {"spectral_norm": True}
    return {"wgan_clip": clipped | {"clip": 0.03}, "wgan_gp": penalised | {"wgan_gp": 1.0}, "wgan_sn": normalised}


CRITICS = _critics()
ON_DIGITS: dict[str, dict[str, Any]] = {  # the settings that were tried on digits
    "non_saturating": {"loss": "non_saturating"},
    "wgan_clip": {"loss": "wasserstein", "clip": 0.02, "optimiser": "rmsprop", "d_steps": 5},
    "wgan_gp": {
        "loss": "wasserstein", "wgan_gp": 10.0, "d_steps": 5, "g_lr": 3e-4, "d_lr": 3e-4, "beta1": 0.0, "beta2": 0.9,
    },
}  # fmt: skip


def _twins(knob: str) -> Recorded:
    """The twins of a knob of the recipe, as far as they are trained when somebody looks."""
    return Recorded(
        "recipe",
        KNOBS[knob].base,
        ("made", "kl"),
        captions.twins,
        KNOBS[knob].variants,
        tuple(KNOBS[knob].twins),
        says="recipe.value.",
        pick="only",
        moments=13,
        power=1.3,
        points=16,
        pace=1.5,
    )


def _past(run: str) -> Past:
    return Past(
        FINISHED,
        ZOO[run].config,
        ("fid", "class_kl", "precision", "recall", "losses", "outputs"),
        captions.past,
        pick="only",
        points=checkpoints.PICTURES,  # as many as the run shows that goes on from there
        thumb=None,
        pace=1.75,
        run=run,
    )


FINISHED = "digits_run"  # where finished runs are played
OF_RUN = ("quality", "losses", "outputs")  # charts of one run
OF_MODES = ("covered", "effective_modes", "spread", "singular_values")


def _presets() -> dict[str, Recorded]:
    """The presets of points: by what their seeds are ranked, and what is drawn and said of them."""
    close = {"moments": 90, "points": 160, "nodes": 26}
    of_one: dict[str, Any] = {"pick": "quality", "seeds": SEEDS} | close
    critic = {"charts": ("w1", "slope", "losses", "outputs"), "captions": captions.critic, "pick": "w1"}
    shape = {"charts": ("w1", "losses", "outputs"), "captions": captions.shape, "pick": "w1"}
    chased = {"charts": OF_MODES, "pick": "covered", "power": 1.0, "strip": True}
    far = {"charts": ("gradient", "change", "losses", "outputs"), "captions": captions.far, "pick": "way", "power": 1.3}
    diverges: dict[str, Any] = {
        "charts": ("gradients", "losses", "outputs"), "captions": captions.diverging, "pick": "only", "until": 3,
        "moments": 4, "power": 1.0, "pace": 0.4,
    }  # fmt: skip
    own: dict[str, dict[str, Any]] = {
        "ring_seeds": close | {"captions": captions.seeds, "pick": "quality"},
        "ring_minimax": of_one | {"captions": captions.unsettled},
        "grid": of_one,
        "collapse": close | chased | {"captions": captions.hopping, "moments": 150},
        "collapse_unrolled": close | chased | {"captions": captions.seeds},
        "vanishing": close | far,
        "vanishing_sgd": close | far,
        "vanishing_balanced": close | {"captions": captions.seeds, "pick": "quality"},
        "wgan_clip": of_one | critic,
        "wgan_gp": of_one | critic,
        "relativistic": of_one | {"captions": captions.unsettled},
        "averaged": of_one | {"captions": captions.averaged, "averaged": True},
        FLAGSHIP: {"captions": captions.settling, "pick": "quality", "seeds": SEEDS, "measured": FLAGSHIP},
        "two_gaussians": of_one | {"captions": captions.shares},
        "spiral": of_one | shape,
        "diverging": close | diverges,
        "bench_ring_simultaneous": of_one | {"captions": captions.unsettled},
    }
    usual = {"charts": OF_RUN, "captions": captions.learning}
    return {
        f"preset_{name}": Recorded("play_2d", PRESETS[name].config, **{**usual, **how}) for name, how in own.items()
    }


def _scenarios() -> dict[str, Recorded]:
    """What Mode collapse can show beside what it opens with."""
    said = {"grid": captions.hopping, "balanced": captions.seeds}
    alone: dict[str, Any] = {"moments": 100, "points": 160, "nodes": 26}
    beside: dict[str, Any] = {"moments": 70, "points": 130, "nodes": 22}

    def recorded(name: str, of: Scenario) -> Recorded:
        several = len(of.variants) > 1
        names, how = (tuple(of.variants), beside) if several else (("",), alone)
        return Recorded(
            "collapse",
            of.config,
            OF_MODES,
            said.get(name, captions.covering),
            of.changes,
            names,
            says="collapse.method.",
            pick="covered",
            power=1.0,
            strip=True,
            **how,
        )

    return {f"scenario_{name}": recorded(name, of) for name, of in SCENARIOS.items() if name != FIRST}


RECORDED: dict[str, Recorded] = {
    "ring": Recorded(
        "play_2d",
        RunConfig(),
        OF_RUN,
        captions.unsettled,
        pick="quality",
        seeds=SEEDS,
        thumb=0,
        offers=FLAGSHIP,
    ),
    "collapse": Recorded(
        "collapse",
        PRESETS["collapse"].config.replace(members=8),
        OF_MODES,
        captions.hopping,
        pick="covered",
        moments=150,
        power=1.0,  # a generator that is chased stays 20 to 50 steps
        strip=True,
        thumb=0,
    ),
    "vanishing": Recorded(
        "vanishing",
        PRESETS["vanishing"].config,
        ("gradient", "change"),
        captions.vanishing,
        ({"loss": "minimax"}, {"loss": "non_saturating"}),
        ("minimax", "non_saturating"),
        pick="way",
        moments=100,
        power=1.3,
        points=160,
        nodes=26,
        thumb=0,
    ),
    "critic": Recorded(
        "wgan-critic",
        RunConfig.of(g_layers=(64, 64), d_layers=(64, 64), steps=640, d_steps=5),
        ("slope", "w1"),
        captions.slopes,
        tuple(CRITICS.values()),
        tuple(CRITICS),
        seeds=SEEDS,
        moments=80,
        power=1.4,
        points=160,
        nodes=26,
    ),
    "players": Recorded(
        "convergence-two",
        RunConfig.of(g_layers=(16,), d_layers=(16,), batch=64, steps=1500, g_lr=1e-3, d_lr=1e-3),
        ("losses", "outputs", "gradients", "accuracy", "mean", "turns", "norms", "spectrum"),
        captions.circling,
        seeds=SEEDS,
    ),
    "scratch": Recorded(
        "digits",
        PRESETS["digits_mlp"].config,
        ("losses", "outputs", "made", "kl"),
        captions.digits,
        pick="only",
        moments=15,
        power=3.0,  # digits are there soon, and get better slowly
        points=64,  # as many as the trained run shows, which takes its place
        pace=1.2,
    ),
    "wgan_digits": Recorded(
        "wgan-digits",
        RunConfig.of(
            g_layers=(128, 256),
            d_layers=(256, 128),
            latent_dim=64,
            data="mnist",
            batch=64,
            g_lr=2e-4,
            d_lr=2e-4,
            steps=768,
        ),
        ("made", "kl"),
        captions.digits_beside,
        tuple(ON_DIGITS.values()),
        tuple(ON_DIGITS),
        pick="only",
        moments=20,
        power=1.4,
        points=16,
        pace=1.5,
    ),
    "wgan": Recorded(
        "wgan",
        RunConfig.of(g_layers=(64, 64), d_layers=(64, 64), members=3, steps=1536),
        ("w1", "quality"),
        captions.distances,
        ({"loss": "non_saturating"}, training_of("wgan_clip"), training_of("wgan_gp")),
        ("non_saturating", "wgan_clip", "wgan_gp"),
        moments=80,
        power=1.4,
        points=160,
        nodes=26,
        thumb=2,
    ),
    **{f"recipe_{knob}": _twins(knob) for knob in KNOBS},
    **{f"past_{run}": _past(run) for run in ZOO},
    **_presets(),
    **_scenarios(),
}

THUMBS = {name: recorded.page for name, recorded in RECORDED.items() if recorded.thumb is not None}  # → their pages
