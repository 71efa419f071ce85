"""Rows of a Parquet file as text."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shared.errors import InvalidConfig
from shared.intake.findings import Finding, Level
from shared.intake.grouping import Piece
from shared.intake.plain_values import plain_float
from shared.intake.text.header import unique_names

_BATCH_ROWS = 50_000


@dataclass(frozen=True)
class ParquetForm:
    """Which columns of a file are read, by position."""

    columns: tuple[int, ...]


@dataclass(frozen=True)
class ParquetLayout:
    """What the schema tells."""

    form: ParquetForm
    names: tuple[str, ...]
    findings: tuple[Finding, ...]


def find_parquet_layout(path: Path) -> ParquetLayout:
    """Look at the schema of a Parquet file.

    Raises
    ------
    InvalidConfig : it is damaged, or has no flat column.
    """
    with _explained(path), pq.ParquetFile(path) as file:
        schema = file.schema_arrow
    flat = tuple(position for position, field in enumerate(schema) if not pa.types.is_nested(field.type))
    if not flat:
        msg = f"{path} has no column of plain values; flatten it, or export it as CSV UTF-8"
        raise InvalidConfig(msg)
    names, findings = unique_names([schema.field(position).name for position in flat], 1)
    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    if nested:
        message = f"columns of lists and records are not read: {', '.join(map(repr, nested))}"
        findings.append(Finding(Level.WARN, "nested_columns", message, mend="flatten them before the export"))
    return ParquetLayout(ParquetForm(flat), names, tuple(findings))


def parquet_pieces(path: Path, names: tuple[str, ...], form: ParquetForm) -> Iterator[Piece]:
    """Yield the rows in order; a row's line is its number.

    Raises
    ------
    InvalidConfig : the file is damaged.
    """
    done = 0
    with _explained(path), pq.ParquetFile(path) as file:
        total = max(file.metadata.num_rows, 1)
        for batch in file.iter_batches(batch_size=_BATCH_ROWS):
            numbers = np.arange(done + 1, done + 1 + batch.num_rows)
            done += batch.num_rows
            columns = [_texts(batch.column(position)) for position in form.columns]
            yield Piece(pa.table(columns, names=list(names)), numbers, numbers, [], 0, min(done / total, 1.0))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        msg = f"cannot read {path} as Parquet: {str(error).splitlines()[0]}; export it again, or as CSV UTF-8"
        raise InvalidConfig(msg) from error


def _texts(column: pa.Array) -> pa.Array:
    """Write values as text: ISO times with their offset, exact decimals, whole numbers without a point."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), None, column)
    texts = pc.fill_null(column.cast(pa.string()), "")
    if pa.types.is_timestamp(kind):
        return _iso(texts)
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return _without_exponents(texts)
    return texts


def _iso(texts: pa.Array) -> pa.Array:
    """Turn `2024-01-02 10:00:00.000000+0100` into `2024-01-02T10:00:00+01:00`."""
    texts = pc.replace_substring(texts, " ", "T", max_replacements=1)
    texts = pc.replace_substring_regex(texts, r"\.0+([-+Z].*)?$", r"\1")
    return pc.replace_substring_regex(texts, r"([-+]\d\d)(\d\d)$", r"\1:\2")


def _without_exponents(texts: pa.Array) -> pa.Array:
    if pc.any(pc.match_substring(texts, "e-", ignore_case=True)).as_py():
        return pa.array([plain_float(text) for text in texts.to_pylist()], pa.string())
    return texts
