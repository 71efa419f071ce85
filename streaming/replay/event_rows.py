"""Rows of a file as an event's fields, in the way in which events write them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.core.arrays import Int64
from shared.intake.ids import plain_ids
from shared.intake.numbers.number_format import plain_numbers
from shared.intake.table import DamagedRow, Table
from shared.intake.times.parsing import NO_TIME, iso, parse_times
from shared.meaning.fields import FillDown, fields_of
from shared.meaning.profiles import NUMBERS
from streaming.replay.opened import Reading, whole_tables

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class EventRows:
    """n rows of a file that have cells.

    rows, lines : (n,) numbers in the file, from 1. times_ms : (n,) since the epoch, or `NO_TIME`.
    times : ISO 8601 in UTC; what is no time stays the text it was.
    texts : field -> (n,) text of every other field that the file gives; "" is missing.
    damaged : the rows in between without cells. read_fraction : share of the file read so far.
    """

    rows: Int64
    lines: Int64
    times_ms: Int64
    times: Sequence[str]
    texts: Mapping[str, Sequence[str]]
    damaged: tuple[DamagedRow, ...]
    read_fraction: float

    def __len__(self) -> int:
        return len(self.rows)


def all_event_rows(reading: Reading) -> Iterator[EventRows]:
    """Yield the rows of a file in the order in which they stand in it."""
    fill = FillDown() if reading.profile.fill_down else None
    for table in whole_tables(reading):
        yield event_rows(reading, table, fill)


def event_rows(reading: Reading, table: Table, fill: FillDown | None = None) -> EventRows:
    """Read the cells of a table."""
    fields = fields_of(reading.profile, table.cells)
    if fill is not None and len(fields):
        fields = fill.fill(fields, table.rows, table.damaged)
    ms = moments(reading, fields["event_time"])
    texts = {name: _plain(reading, name, fields[name]) for name in map(str, fields) if name != "event_time"}
    return EventRows(
        table.rows, table.lines, ms, iso(ms, fields["event_time"]), texts, table.damaged, table.read_fraction
    )


def moments(reading: Reading, column: "pd.Series[str]") -> Int64:
    """Return (n,) ms since the epoch, or `NO_TIME`."""
    if reading.times is None:
        return np.full(len(column), NO_TIME, np.int64)
    return parse_times(column, reading.times, reading.profile.zone)


def _plain(reading: Reading, name: str, column: "pd.Series[str]") -> list[str]:
    if name in NUMBERS and name in reading.profile.columns:
        return plain_numbers(column, reading.numbers)
    if name in reading.ids:
        return plain_ids(column, reading.ids[name])
    return list(column.tolist())
