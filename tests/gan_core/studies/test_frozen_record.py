"""The recorded curves of G frozen: of the setting that they say, as the study gives them, and what they show."""

from __future__ import annotations

import numpy as np

from gan_core.studies import frozen_record as record
from gan_core.studies.frozen_generator import FrozenGenerator


def test_all_of_it_is_of_the_balanced_setting() -> None:
    base = record.SETTING.replace(members=record.SEEDS)
    for warm_up in record.WARM_UPS:
        curves = record.frozen(warm_up)
        assert curves is not None and curves.config == base.replace(loss="non_saturating")
        assert curves.rounds[-1] == record.ROUNDS
    plain = base.replace(loss="minimax", d_steps=record.REMEDY_D_STEPS)
    known = record.remedies()
    assert list(known) == [record.WITHOUT, *record.REMEDIES]
    for name, curves in known.items():
        assert curves.config == plain.replace(**record.REMEDIES.get(name, {}))
        assert curves.rounds[-1] == record.REMEDY_ROUNDS
        for values in curves.norms.values():
            assert values.shape == (len(curves.rounds), record.SEEDS) and (values > 0).all()
    assert record.frozen(7) is None


def test_it_comes_out_again() -> None:
    """Its first rounds, up to the last bits of another processor."""
    known = record.frozen(0)
    assert known is not None
    work = FrozenGenerator([known.config], warm_up=0)
    work.step(40)
    (found,) = work.curves
    assert found.rounds.tolist() == known.until(40).rounds.tolist() == [0, 20, 40]
    for name, values in found.norms.items():
        np.testing.assert_allclose(values, known.until(40).norms[name], rtol=0.02)


def test_it_shows_what_the_page_is_about() -> None:
    """D alone takes an untrained G's saturating gradient away, not the other; with a critic none is lost."""
    untrained, known = record.frozen(0), record.remedies()
    assert untrained is not None
    assert untrained.verdict("minimax") == "falls" and untrained.verdict("non_saturating") == "grows"
    assert known[record.WITHOUT].verdict("minimax") == "falls"
    assert known["wasserstein"].verdict("wasserstein") == "grows"
