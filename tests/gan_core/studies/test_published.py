"""What the papers print."""

from __future__ import annotations

from gan_core.studies.mitigations import DATA
from gan_core.studies.published import PUBLISHED, SOURCES
from gan_core.studies.table import Table
from tests.gan_core.studies.test_table import fake_record


def test_every_row_names_a_source_that_says_how_it_was_made():
    assert {row.source for rows in PUBLISHED.values() for row in rows} == {*SOURCES}


def test_the_rows_of_the_pacgan_paper_have_its_errors_and_its_reverse_kl():
    """Table 1 of Lin et al. 2018, as it lies in the authors' repository."""
    for data, first in {
        "ring": "6.3 ± 0.5, 98.2 ± 0.2, 0.45 ± 0.09",
        "grid": "17.3 ± 0.8, 94.8 ± 0.7, 0.70 ± 0.07",
    }.items():
        rows = [row for row in PUBLISHED[data] if "PacGAN" in row.source]
        assert len(rows) == 5 and all(cell.error > 0 for row in rows for cell in row.cells.values())
        found = Table.of(DATA[data], [fake_record()])
        assert ", ".join(found.text(rows[0], name) for name in rows[0].cells) == first
