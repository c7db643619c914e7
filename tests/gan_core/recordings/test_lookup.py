"""A recording is found by its configuration, whatever page asks; and what is shown without a run is recorded."""

from __future__ import annotations

from gan_core.presets import FLAGSHIP, PRESETS
from gan_core.recordings.lookup import alike, opening, shown
from gan_core.recordings.registry import RECORDED
from gan_core.studies.scenarios import SCENARIOS


def test_a_recording_is_found_by_its_settings_and_its_seed() -> None:
    ring, (seed,) = RECORDED["ring"].config, shown("ring")
    assert opening([ring]) == opening([ring.replace(seed=seed)]) == "ring"
    assert opening([ring.replace(seed=ring.seed_of(ring.train.seed + RECORDED["ring"].seeds))]) is None
    assert alike([ring.replace(seed=1234)]) == "ring"
    assert alike([ring.replace(batch=128)]) is None and opening([ring, ring]) is None


def test_every_entry_is_found_by_what_it_is_of() -> None:
    assert [opening(recorded.configs, recorded.page) for recorded in RECORDED.values()] == list(RECORDED)


def test_presets_and_scenarios_open_on_what_is_recorded_of_them() -> None:
    for name in ("ring", FLAGSHIP, "ring_seeds", "collapse", "vanishing", "vanishing_sgd", "vanishing_balanced"):
        assert opening([PRESETS[name].config]), name
    for name in ("seeds", "grid", "balanced"):
        assert opening(SCENARIOS[name].configs), name
