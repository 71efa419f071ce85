"""Rows as they come into tables of the size that was asked for."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from shared.core.arrays import Int64
from shared.intake.table import TEXT, DamagedRow, Table


class Piece(NamedTuple):
    """Some rows in the order of the file; see `Table`. cells : of text, no nulls."""

    cells: pa.Table
    rows: Int64
    lines: Int64
    damaged: Sequence[DamagedRow]
    blank_lines: int
    read_fraction: float


def grouped(
    pieces: Iterator[Piece], rows: int, held_back: int, finish: Callable[[Piece], Piece]
) -> Iterator[Piece]:
    """Give pieces of `rows` rows, the last one with the rest.

    held_back : so many rows at the end of the file go through `finish` together, at least.
    """
    held: Piece | None = None
    for piece in pieces:
        held = piece if held is None else _joined([held, piece])
        while _size(held) >= rows + held_back:
            first, held = _divided(held, rows)
            yield first
    if held is None:
        return
    held = finish(held)
    while _size(held) > rows:
        first, held = _divided(held, rows)
        yield first
    if _size(held) or held.blank_lines:
        yield held


def as_table(piece: Piece) -> Table:
    """Give the table of a piece."""
    cells = piece.cells.to_pandas(types_mapper={pa.string(): TEXT}.get)
    return Table(cells, piece.rows, piece.lines, tuple(piece.damaged), piece.read_fraction, piece.blank_lines)


def _size(piece: Piece) -> int:
    return len(piece.rows) + len(piece.damaged)


def _joined(pieces: Sequence[Piece]) -> Piece:
    return Piece(
        pa.concat_tables([piece.cells for piece in pieces]),
        np.concatenate([piece.rows for piece in pieces]),
        np.concatenate([piece.lines for piece in pieces]),
        [row for piece in pieces for row in piece.damaged],
        sum(piece.blank_lines for piece in pieces),
        pieces[-1].read_fraction,
    )


def _divided(piece: Piece, rows: int) -> tuple[Piece, Piece]:
    """Cut after so many rows, damaged ones counted."""
    numbers = [damaged.row for damaged in piece.damaged]
    last = min([*piece.rows[:1].tolist(), *numbers[:1]]) + rows - 1
    at = int(np.searchsorted(piece.rows, last, side="right"))
    bad = int(np.searchsorted(numbers, last, side="right"))
    first = piece._replace(
        cells=piece.cells.slice(0, at),
        rows=piece.rows[:at],
        lines=piece.lines[:at],
        damaged=piece.damaged[:bad],
    )
    rest = piece._replace(
        cells=piece.cells.slice(at),
        rows=piece.rows[at:],
        lines=piece.lines[at:],
        damaged=piece.damaged[bad:],
        blank_lines=0,
    )
    return first, rest
