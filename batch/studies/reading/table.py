"""The columns of a study, from a CSV file.

Text is read by pyarrow and turned column by column, so that five million rows of five columns fit into
less than a gigabyte.
"""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from batch.studies.reading.columns import Column, CsvFile
from batch.studies.reading.converting import UnreadableColumn, converted
from batch.studies.reading.encoding import check_text, codec, open_bytes
from batch.studies.reading.header import Header, read_header
from shared.errors import InvalidConfig


def read_table(file: CsvFile, columns: Sequence[Column], *, min_rows: int = 2) -> pd.DataFrame:
    """Read the columns of a study from a CSV file, plain or gzipped.

    Returns
    -------
    One column for each of `columns`, under the study's names: float64, int64, datetime64 or
    pyarrow's text; dirty columns are text, with missing values where a cell is empty.

    Raises
    ------
    InvalidConfig : no such file, empty, fewer rows than `min_rows`, not text in its encoding, or
        columns that are missing or of another type. All columns' problems are in one message.
    """
    header = checked_header(file, columns)
    cells = _cells(file, header)
    if cells.num_rows < min_rows:
        plural = "" if cells.num_rows == 1 else "s"
        msg = (
            f"{file.path} has {cells.num_rows} row{plural} below its header; "
            f"this study needs at least {min_rows}: give it more rows"
        )
        raise InvalidConfig(msg)
    return _typed(file, cells, columns)


def checked_header(file: CsvFile, columns: Sequence[Column]) -> Header:
    """Check that a file is text and has the columns, and say how it is separated.

    Raises
    ------
    InvalidConfig : see `read_table`.
    """
    check_text(file.path, file.encoding)
    return read_header(file, columns)


def _cells(file: CsvFile, header: Header) -> pa.Table:
    names = list(dict.fromkeys(header.found.values()))
    with open_bytes(file.path) as raw:
        try:
            return csv.read_csv(
                raw,
                csv.ReadOptions(encoding=codec(file.encoding).removesuffix("-sig"), block_size=1 << 24),
                csv.ParseOptions(delimiter=header.separator, newlines_in_values=True),
                csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    include_columns=names,
                    null_values=[""],
                    strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid as error:
            msg = (
                f"{file.path} cannot be read as CSV separated by {header.separator!r}: {error}; "
                "correct that line, or add --separator"
            )
            raise InvalidConfig(msg) from error


def _typed(file: CsvFile, cells: pa.Table, columns: Sequence[Column]) -> pd.DataFrame:
    table, problems = {}, []
    for column in columns:
        try:
            table[column.name] = converted(cells[file.name_of(column)], column)
        except UnreadableColumn as problem:
            problems.append(f"column {file.name_of(column)!r} ({column.meaning}): {problem}")
    if problems:
        msg = f"{file.path}: {'; '.join(problems)}\ncorrect these cells, or --map another column"
        raise InvalidConfig(msg)
    return pd.DataFrame(table)
