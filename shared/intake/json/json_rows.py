"""Rows of JSON: a record a line, or records in a list."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from shared.intake.grouping import Piece
from shared.intake.json.json_layout import JsonForm
from shared.intake.json.json_values import elements, flat_row, record_of
from shared.intake.table import DamagedRow
from shared.intake.text.encoding import as_in_file
from shared.intake.text.text_lines import split_lines
from shared.intake.text.text_source import Text

_BATCH_ROWS = 5_000


class _Record(NamedTuple):
    """A record as it stands in the file, or why it is none. blank : lines before it that hold nothing."""

    line: int
    raw: bytes
    value: object
    reason: str | None
    blank: int
    read_fraction: float


def json_pieces(text: Text, names: Sequence[str], form: JsonForm) -> Iterator[Piece]:
    """Yield the records in order.

    A list is held in memory as text; records that stand one a line are read block by block.
    """
    records = _of_lines(text) if form.start is None else _of_list(text, form.start)
    done = 0
    while batch := list(islice(records, _BATCH_ROWS)):
        yield _piece(batch, done, names, form.fields, text.codec)
        done += len(batch)


def _of_lines(text: Text) -> Iterator[_Record]:
    rest, line, blank, final = b"", 0, 0, False
    while not final:
        block = next(text.blocks, None)
        final = block is None
        lines = split_lines(rest + (block or b""), final=final)
        for at in range(len(lines)):
            line += 1
            raw = lines.content(at)
            if not raw.strip():
                blank += 1
                continue
            value = record_of(raw.decode(errors="surrogateescape"))
            reason = value if isinstance(value, str) else None
            yield _Record(line, raw, value, reason, blank, text.fraction())
            blank = 0
        rest = lines.rest


def _of_list(text: Text, start: int) -> Iterator[_Record]:
    whole = b"".join(text.blocks).decode(errors="surrogateescape")
    line, counted = 1, 0
    for element in elements(whole, start):
        line += whole.count("\n", counted, element.start)
        counted = element.start
        raw = whole[element.start : element.end].encode(errors="surrogateescape")
        yield _Record(line, raw, element.value, element.reason, 0, element.end / len(whole))


def _piece(
    batch: Sequence[_Record], done: int, names: Sequence[str], fields: Sequence[str], codec: str
) -> Piece:
    kept: list[list[str]] = []
    numbers, lines, damaged = [], [], []
    for number, record in enumerate(batch, done + 1):
        cells = _cells(record.value, fields) if isinstance(record.value, dict) else None
        if cells is None:
            reason = record.reason or "it holds bytes or halves of signs that are no text"
            damaged.append(DamagedRow(number, record.line, as_in_file(record.raw, codec), reason))
            continue
        kept.append(cells)
        numbers.append(number)
        lines.append(record.line)
    columns = [pa.array([cells[at] for cells in kept], pa.string()) for at in range(len(fields))]
    blank = sum(record.blank for record in batch)
    return Piece(
        pa.table(columns, names=list(names)),
        np.array(numbers, np.int64),
        np.array(lines, np.int64),
        damaged,
        blank,
        batch[-1].read_fraction,
    )


def _cells(record: dict[str, object], fields: Sequence[str]) -> list[str] | None:
    """Give the record's cells; None where they are no text."""
    row = flat_row(record)
    cells = [row.get(field, "") for field in fields]
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return None
    return cells
