"""What the pages of a Parquet file say of their own size."""

from __future__ import annotations

import io

import numpy as np
import pytest

from gan_core.data.parquet import unpacked
from gan_core.data.points import read_points
from gan_core.errors import TableError
from tests.gan_core.data.test_frames import XY, parquet


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
def test_the_pages_of_an_honest_author_have_the_size_that_the_footer_says(version: str, compression: str) -> None:
    """Less their headers, which the footer counts too."""
    pyarrow, parquets = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    n, rng, out = 3000, np.random.default_rng(0), io.BytesIO()
    columns = {"x": rng.normal(size=n), "kind": rng.choice(["a", "b"], n), "n": np.arange(n), "odd": [True] * n}
    parquets.write_table(
        pyarrow.table(columns), out, row_group_size=700, data_page_size=900, data_page_version=version,
        compression=compression, use_dictionary=["kind"],
    )  # fmt: skip
    about = parquets.ParquetFile(out).metadata
    footer = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    assert 0.95 * footer < unpacked(out.getvalue(), about) < footer


@pytest.mark.parametrize(
    "header",
    [b"\x1c", b"\x15\x80", b"\x19\xff\xff\xff\x7f", b"\x00", b"\x1b", b"\x15\x01\x15\x01\x15\x01\x00"],
    ids=["structs in structs", "a number without end", "a list without end", "no sizes", "a map", "sizes below 0"],
)
def test_pages_that_are_none_are_refused(header: bytes) -> None:
    content = parquet(x=XY[:, 0], y=XY[:, 1])
    with pytest.raises(TableError, match="Parquet"):
        read_points(content[:4] + (header * 40)[:200] + content[204:])
