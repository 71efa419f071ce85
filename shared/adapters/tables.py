"""Write rows to a CSV or Parquet file, in one piece: the file is complete or it is not there."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeAlias

from shared.atomic_file import replacing
from shared.plain import iso

Row: TypeAlias = Mapping[str, Any]
Kind: TypeAlias = Literal["text", "whole", "number", "moment"]
FileFormat: TypeAlias = Literal["csv", "parquet"]

ROWS_PER_GROUP = 20_000
"""Rows kept in memory while writing Parquet: a few MB, and groups large enough to compress well."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Field:
    """A column of the file and the kind of its values; any may be null."""

    name: str
    kind: Kind


def write_table(path: Path, file_format: FileFormat, fields: Sequence[Field], rows: Iterable[Row]) -> int:
    """Write `rows` in the order of `fields`; gives the number of rows.

    CSV: UTF-8, a header, empty for null, moments as ISO-8601 UTC, and an apostrophe before text that a
    spreadsheet would run as a formula. Parquet: typed, text as it is.

    Raises
    ------
    OSError : the file cannot be written; what was there before is still there.
    """
    write = _write_csv if file_format == "csv" else _write_parquet
    with replacing(path) as new:
        return write(new, fields, rows)


def neutralised(text: str) -> str:
    """Keep a spreadsheet from running `text`: it takes what starts with = + - @ for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _write_csv(path: Path, fields: Sequence[Field], rows: Iterable[Row]) -> int:
    n_rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields)
        for row in rows:
            writer.writerow(_cell(row[field.name]) for field in fields)
            n_rows += 1
    return n_rows


def _cell(value: object) -> object:
    if isinstance(value, str):
        return neutralised(value)
    return iso(value) if isinstance(value, datetime) else value


def _write_parquet(path: Path, fields: Sequence[Field], rows: Iterable[Row]) -> int:
    import pyarrow as pa  # noqa: PLC0415  a tenth of a second that a CSV need not wait for
    import pyarrow.parquet as pq  # noqa: PLC0415

    types = {
        "text": pa.string(),
        "whole": pa.int64(),
        "number": pa.float64(),
        "moment": pa.timestamp("ms", "UTC"),
    }
    schema = pa.schema([(field.name, types[field.kind]) for field in fields])
    n_rows = 0
    with pq.ParquetWriter(path, schema) as writer:
        for group in _groups(rows):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
            n_rows += len(group)
    return n_rows


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while group := list(islice(remaining, ROWS_PER_GROUP)):
        yield group
