"""A visitor's own sample of numbers, or of points that keep their place: a file in, an array out, or one sentence."""

from __future__ import annotations

from gan_core.data.cells import Floats
from gan_core.data.picking import Picked, pick
from gan_core.data.tables import Table, Wishes, read
from gan_core.errors import NumbersError, TableError

MOST_BYTES, MOST_ROWS, FEWEST_ROWS = 1_000_000, 5000, 5


def table_of(content: bytes, columns: int, wishes: Wishes = Wishes()) -> Table:  # noqa: B008
    """The table in a file of numbers, of which so many columns are wanted. For one column the numbers may also stand in
    one line. Raises TableError."""
    return read(content, wishes, most_bytes=MOST_BYTES, most_rows=MOST_ROWS, columns=columns, fewest=FEWEST_ROWS)


def read_numbers(content: bytes, columns: int, wishes: Wishes = Wishes()) -> tuple[Table, Picked]:  # noqa: B008
    """The table in a file, and the rows of `columns` of it, as they are: who scales them has to scale both samples of
    a distance alike. Raises TableError."""
    table = table_of(content, columns, wishes)
    return table, check_numbers(pick(table, wishes, columns))


def check_numbers(picked: Picked) -> Picked:
    """Raises NumbersError if there are too few samples, or too many."""
    if not FEWEST_ROWS <= len(picked.values) <= MOST_ROWS:
        raise NumbersError("numbers.samples", n=len(picked.values), least=FEWEST_ROWS, most=MOST_ROWS)
    return picked


def parse_numbers(content: bytes, columns: int) -> Floats:
    """(n, columns) from a file, as `tables` reads it when nobody says otherwise. Raises NumbersError."""
    try:
        return read_numbers(content, columns)[1].values
    except TableError as error:
        raise NumbersError(error.code, **error.arguments) from error
