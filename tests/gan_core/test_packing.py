"""The packing, as far as tests/pages/shared/test_live.py, which reads it with a reader of its own, does not see it."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.packing import Quantised, array_of, header_of, pack, resampled


def test_one_byte_a_number_is_off_by_at_most_half_of_its_levels() -> None:
    values = np.array([-1.0, -0.3, 0.0, 0.7, 1.0, 1.01, np.nan])
    frame = pack({"a": Quantised(values, -1.0, 1.0, "u1")})
    entry = header_of(frame)["a"]
    codes = array_of(frame, entry).astype(int)
    assert (entry["as"], entry["low"], entry["high"]) == ("u1", -1.0, 1.0)
    assert list(codes[-2:]) == [255, 255]  # no value
    assert np.abs(-1 + codes[:-2] * 2 / 254 - values[:-2]).max() <= 2 / 508 + 1e-12


def test_arrays_are_found_where_the_header_says() -> None:
    frame = pack({"deep": [{"x": np.arange(3, dtype=np.uint16)}], "y": np.array([[0.5, 2.0]])})
    header = header_of(frame)
    assert array_of(frame, header["deep"][0]["x"]).tolist() == [0, 1, 2]
    assert array_of(frame, header["y"]).tolist() == [[0.5, 2.0]]


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="less than the header"):
        header_of((1000).to_bytes(4, "little") + b"{}")


def test_a_plane_is_the_same_at_other_nodes() -> None:
    x = np.linspace(0, 1, 7)
    fine = np.linspace(0, 1, 4)
    np.testing.assert_allclose(resampled(2 * x[:, None] - x, 4), 2 * fine[:, None] - fine, atol=1e-12)
