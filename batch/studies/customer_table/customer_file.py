"""A file with a row for each customer, whatever its columns: numbers, dates and texts by their contents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.studies.reading.columns import DataFile, Kind, StudyColumn
from batch.studies.reading.converting import Part, converted, joined
from batch.studies.reading.file_look import FileLook, too_few_rows
from batch.studies.reading.study_table import refuse_for
from shared.core.arrays import Int64
from shared.intake.cells import as_arrow
from shared.intake.damage import row_findings
from shared.intake.findings import Finding
from shared.intake.layout import SAMPLE_ROWS, Layout, find_layout
from shared.intake.numbers import digits
from shared.intake.numbers.number_format import NumberFormat, find_number_format
from shared.intake.reading import tables
from shared.intake.times.parsing import find_time_format
from shared.intake.times.time_format import TimeFormat

MIN_ROWS = 20
"""Below this no split holds on another sample."""

_NOTHING = ("", "na", "n/a", "#n/a", "nan", "nat", "null", "<na>", "?", "-", "--", ".", "\\n")
"""Cells that stand for no value, in any column; `None` may be an answer, but no number."""
_NO_NUMBER = (*_NOTHING, "none", "nil", "missing", "unknown", "not available", "#div/0!", "#value!", "inf")
_READABLE = 0.95
"""Share of a column's cells that are of one type; the others are faults, and counted."""


@dataclass(frozen=True, eq=False)
class CustomerFile:
    """What a file holds.

    Parameters
    ----------
    table : a row for each customer; numbers are float64, dates datetime64, texts pyarrow's; NaN, NaT and
        null where a cell holds nothing or does not fit.
    kinds : of each column. unread : cells that have text and do not fit, of columns that have some; the
        first of them and their lines in `examples`.
    rows : how it is written, for a person. findings : what a person should know.
    """

    table: pd.DataFrame
    kinds: Mapping[str, Kind]
    unread: Mapping[str, int]
    examples: Mapping[str, tuple[str, ...]]
    rows: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]


def read_customers(file: DataFile) -> CustomerFile:
    """Read all columns of a file of any kind that `shared.intake` knows.

    Raises
    ------
    InvalidConfig : no such file, fewer than 20 rows, damaged rows, numbers or dates that can be read in
        several ways; all that is wrong is in one message.
    """
    layout = find_layout(file.source)
    read = list(tables(file.source, layout))
    found = [*layout.findings, *row_findings(layout, read)]
    refuse_for(file, found)
    n_rows = sum(len(table.cells) for table in read)
    if n_rows < MIN_ROWS:
        raise too_few_rows(file, n_rows, MIN_ROWS)
    cells = pd.concat([table.cells for table in read], ignore_index=True)
    lines = pd.concat([pd.Series(table.lines) for table in read]).to_numpy()
    return _typed(file, layout, cells, lines, found)


def _typed(
    file: DataFile, layout: Layout, cells: pd.DataFrame, lines: Int64, found: Sequence[Finding]
) -> CustomerFile:
    names = {str(name): str(name) for name in cells}
    numeric = [name for name in names if _is_number(_present(cells[name], _NO_NUMBER))]
    numbers, of_numbers = _number_format(file, cells[numeric], lines)
    times, of_times = _times(file, cells.drop(columns=numeric), lines)
    refuse_for(file, [*of_numbers, *of_times])
    seen = FileLook(layout, names, numbers, times, MappingProxyType({}), (*found, *of_numbers, *of_times))
    parts: dict[str, Part] = {}
    columns: dict[str, StudyColumn] = {}
    for name in names:
        kind: Kind = "number" if name in numeric else "date" if name in times else "text"
        columns[name] = StudyColumn(name, kind, "")
        present = _present(cells.pop(name), _NOTHING if kind == "text" else _NO_NUMBER)
        parts[name] = converted(_texts(present), lines, columns[name], seen, numbers)
    unread = {name: part.n_wrong for name, part in parts.items() if part.n_wrong}
    return CustomerFile(
        table=pd.DataFrame({name: joined(columns[name], [part]) for name, part in parts.items()}),
        kinds={name: column.kind for name, column in columns.items()},
        unread=unread,
        examples={name: parts[name].wrong for name in unread},
        rows=tuple(seen.rows()),
        findings=seen.findings,
    )


def _present(cells: pd.Series, nothing: Sequence[str]) -> pa.Array:
    """Give the cells without blanks around them, null where they stand for nothing; percents as numbers."""
    trimmed = pc.utf8_trim_whitespace(as_arrow(cells))
    is_nothing = pc.is_in(pc.utf8_lower(trimmed), pa.array(nothing))
    present = pc.if_else(is_nothing, pa.scalar(None, pa.string()), trimmed)
    if pc.all(pc.match_substring_regex(present, r"[0-9]\s*%$")).as_py() and present.null_count < len(present):
        return pc.replace_substring_regex(present, r"\s*%$", "")
    return present


def _texts(present: pa.Array) -> pd.Series:
    return pd.Series(pd.arrays.ArrowStringArray(pc.fill_null(present, "")))


def _is_number(present: pa.Array) -> bool:
    """Tell by the first cells that hold something whether a column is one of numbers."""
    texts = present.drop_null()[:SAMPLE_ROWS].dictionary_encode()
    counts = pc.value_counts(texts.indices).flatten()
    if not len(texts):
        return False
    reads = pa.array([_reads(text) for text in texts.dictionary.to_pylist()])
    n_read = pc.sum(pc.if_else(reads.take(counts[0]), counts[1], 0)).as_py()
    return bool(n_read >= _READABLE * len(texts))


def _reads(text: str) -> bool:
    number = digits.number(text)
    return number is not None and any(digits.value(number.digits, sign) for sign in digits.DECIMALS)


def _number_format(file: DataFile, cells: pd.DataFrame, lines: Int64) -> tuple[NumberFormat, list[Finding]]:
    """Find it by each column's first cells, and the first with a sign in them, wherever these are."""
    telling = pd.Series(data=False, index=cells.index)
    for name in cells:
        has_sign = pc.match_substring_regex(_present(cells[name], _NO_NUMBER), "[.,]").fill_null(False)
        places = pc.indices_nonzero(has_sign)[: SAMPLE_ROWS // 10].to_numpy()
        telling.iloc[places] = True
    telling.iloc[:SAMPLE_ROWS] = True
    at = telling.to_numpy()
    first = {str(name): _texts(_present(cells[name][at], _NO_NUMBER)) for name in cells}
    return find_number_format(first, lines[at], file.decimal)


def _times(file: DataFile, cells: pd.DataFrame, lines: Int64) -> tuple[dict[str, TimeFormat], list[Finding]]:
    """Find which columns of text are dates, and how these are written."""
    forms, findings = {}, list[Finding]()
    for name in cells:
        present = _present(cells[name], _NO_NUMBER)
        held = present.is_valid().to_numpy(zero_copy_only=False).nonzero()[0][:SAMPLE_ROWS]
        sample = present.take(pa.array(held))
        if not _looks_like_dates(sample):
            continue
        form, found = find_time_format(
            _texts(sample), lines[held], column=str(name), pattern=file.time_format
        )
        if form:
            forms[str(name)] = form
            findings += found
    return forms, findings


def _looks_like_dates(present: pa.Array) -> bool:
    """Tell dates by a year, or digits with signs between them; words alone are none."""
    dated = pc.match_substring_regex(present, r"^[0-9]{1,4}[-/. ]|[0-9]{4}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.]")
    signs = pc.match_substring_regex(present, r"[0-9]\D+\d|\d")
    n_dated = pc.sum(pc.and_(dated, signs)).as_py() or 0
    return len(present) > 0 and n_dated >= _READABLE * len(present)
