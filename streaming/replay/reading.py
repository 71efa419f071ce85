"""A CSV or Parquet file as a sequence of tables of text.

Every cell is the text that the file holds (`dtype=str`): `NA` is a customer called NA,
`2.10` stays `2.10`. A missing value is the empty text.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shared.errors import InvalidConfig

CHUNK_ROWS = 50_000
"""About 20 MB of text: large enough to vectorise, small enough to start at once."""

_PARQUET_MAGIC = b"PAR1"
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class Source:
    """Where the rows are, and how their text is written (the last two matter for CSV only)."""

    path: Path
    separator: str = ","
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Chunk:
    """Consecutive rows; the table's index is the row number, from 1, the header not counted."""

    table: pd.DataFrame
    read_fraction: float
    """Share of the file's bytes read so far."""


def header(source: Source) -> list[str]:
    """Return the column names.

    Raises
    ------
    InvalidConfig : no such file, empty, not text in that encoding, or another separator.
    """
    if _starts_with(source, _PARQUET_MAGIC):
        with _explained(source):
            return [str(name) for name in pq.read_schema(source.path).names]
    with _explained(source), _opened(source) as (_, text):
        names = [
            str(n) for n in pd.read_csv(text, sep=source.separator, nrows=0, encoding=_codec(source)).columns
        ]
    _require_separator(names, source)
    return names


def chunks(source: Source, rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
    """Yield the file's rows in order.

    Raises
    ------
    InvalidConfig : a line cannot be read; the message says which.
    """
    done = 0
    tables = _parquet(source, rows) if _starts_with(source, _PARQUET_MAGIC) else _csv(source, rows)
    for table, fraction in tables:
        table.index = pd.RangeIndex(done + 1, done + 1 + len(table))
        done += len(table)
        yield Chunk(table, fraction)
    if done == 0:
        msg = f"{source.path} has a header and no rows; nothing can be replayed from it"
        raise InvalidConfig(msg)


def _csv(source: Source, rows: int) -> Iterator[tuple[pd.DataFrame, float]]:
    size = source.path.stat().st_size
    with _explained(source), _opened(source) as (raw, text):
        reader = pd.read_csv(
            text,
            sep=source.separator,
            encoding=_codec(source),
            dtype=str,
            keep_default_na=False,
            chunksize=rows,
            index_col=False,
        )
        for table in reader:
            yield table, raw.tell() / size


def _parquet(source: Source, rows: int) -> Iterator[tuple[pd.DataFrame, float]]:
    with _explained(source):
        file = pq.ParquetFile(source.path)
        done, total = 0, max(file.metadata.num_rows, 1)
        for batch in file.iter_batches(batch_size=rows):
            done += batch.num_rows
            yield _texts(pa.Table.from_batches([batch])), done / total


def _texts(table: pa.Table) -> pd.DataFrame:
    columns = {name: table[name].cast(pa.string()).fill_null("") for name in table.column_names}
    return cast("pd.DataFrame", pa.table(columns).to_pandas())


@contextmanager
def _explained(source: Source) -> Iterator[None]:
    """Turn what the readers raise into what the user can do."""
    try:
        yield
    except Exception as error:
        msg = _explain(error, source)
        if msg is None:
            raise
        raise InvalidConfig(msg) from error


def _explain(error: BaseException, source: Source) -> str | None:
    path = source.path
    if isinstance(error, UnicodeError):
        return f"{path} is not {source.encoding} text ({error}); name its encoding: --encoding latin-1"
    if isinstance(error, pd.errors.EmptyDataError):
        return f"{path} is empty; a header line with the column names is needed"
    if isinstance(error, pd.errors.ParserError):
        rule = f"cannot be read as CSV separated by {source.separator!r}"
        return f"{path} {rule}: {error}; correct the line or --separator"
    if isinstance(error, (OSError, EOFError, pa.ArrowInvalid, pa.ArrowNotImplementedError)):
        return f"cannot read {path}: {error}; give a CSV (also .gz) or Parquet file"
    if isinstance(error, LookupError) and "encoding" in str(error):
        return f"{source.encoding!r} is no text encoding; use for example utf-8 or latin-1"
    return None


@contextmanager
def _opened(source: Source) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Give the file itself (for its position) and its decompressed bytes."""
    zipped = _starts_with(source, _GZIP_MAGIC)
    with source.path.open("rb") as raw:
        yield raw, cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if zipped else raw


def _starts_with(source: Source, magic: bytes) -> bool:
    """Judge a file by its first bytes: names lie."""
    try:
        with source.path.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError as error:
        msg = f"cannot read {source.path}: {error.strerror}; give a CSV (also .gz) or Parquet file"
        raise InvalidConfig(msg) from error


def _codec(source: Source) -> str:
    """Excel writes a byte order mark; without this it would be part of the first column's name."""
    return "utf-8-sig" if source.encoding.lower() in {"utf-8", "utf8"} else source.encoding


def _require_separator(names: list[str], source: Source) -> None:
    if len(names) > 1:
        return
    for other in (";", "\t", "|", ","):
        if other != source.separator and names and other in names[0]:
            msg = (
                f"{source.path} has one column when separated by {source.separator!r}: {names[0]!r}; "
                f"it seems to be separated by {other!r}: add --separator {other!r}"
            )
            raise InvalidConfig(msg)
