"""Text cells as the type a study expects; what does not fit is described, never guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.studies.reading.columns import StudyColumn
from batch.studies.reading.file_look import FileLook
from shared.core.arrays import Int64
from shared.intake.cells import as_arrow
from shared.intake.ids import IdFormat, plain_ids
from shared.intake.numbers.number_format import NumberFormat, plain_numbers
from shared.intake.times.parsing import NO_TIME, parse_local_times
from shared.intake.times.time_format import TimeFormat

TEXT = pd.ArrowDtype(pa.string())

_EXAMPLES = 3
_NOUNS = {"number": "number", "integer": "whole number", "date": "date", "text": "text", "id": "id"}


@dataclass(frozen=True, eq=False)
class Part:
    """A column of one table of a file.

    Parameters
    ----------
    values : (n,) string, float64 or timestamp in ms; null where a cell does not fit.
    n_wrong, n_empty : cells that do not fit. wrong : the first of those with text, and their lines.
    empty_line : of the first empty cell.
    """

    values: pa.Array
    n_wrong: int
    n_empty: int
    wrong: tuple[str, ...]
    empty_line: int | None


def converted(
    cells: pd.Series, lines: Int64, column: StudyColumn, look: FileLook, numbers: NumberFormat
) -> Part:
    """Give cells of text their type; of a dirty column, plain text."""
    trimmed = pc.utf8_trim_whitespace(as_arrow(cells))
    present = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    values = _values(present, column, look, numbers)
    unfit = np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))
    has_text = present.is_valid().to_numpy(zero_copy_only=False)[unfit]
    wrong, empty = unfit[has_text], unfit[~has_text]
    shown = tuple(f"{present[at].as_py()!r} in line {lines[at]:,}" for at in wrong[:_EXAMPLES].tolist())
    empty_line = int(lines[empty[0]]) if len(empty) else None
    if column.is_dirty and column.kind != "id":
        values = _plain_text(values, present, column, numbers)
    return Part(values, len(wrong), len(empty), shown, empty_line)


def problem(column: StudyColumn, name: str, parts: Sequence[Part]) -> str | None:
    """Say how many cells of a column do not fit and which, if it is to be refused for them."""
    n = sum(len(part.values) for part in parts)
    n_wrong, n_empty = sum(part.n_wrong for part in parts), sum(part.n_empty for part in parts)
    is_usable = n_wrong + n_empty < n or (column.is_optional and n_wrong == 0)
    if n_wrong + n_empty == 0 or (column.is_dirty and is_usable):
        return None
    told = []
    if n_wrong:
        shown = ", ".join([text for part in parts for text in part.wrong][:_EXAMPLES])
        told.append(f"{n_wrong:,} of {n:,} cells are no {_NOUNS[column.kind]}: {shown}")
    if n_empty:
        line = next(part.empty_line for part in parts if part.empty_line is not None)
        told.append(f"{n_empty:,} of {n:,} cells are empty, the first in line {line:,}")
    return f"column {name!r} ({column.meaning}): {' and '.join(told)}"


def joined(column: StudyColumn, parts: Sequence[Part]) -> "pd.Series[Any]":
    """Give a whole column: pyarrow's text, float64, int64 or datetime64."""
    whole = pa.chunked_array([part.values for part in parts])
    if pa.types.is_string(whole.type):
        return pd.Series(pd.arrays.ArrowExtensionArray(whole))
    values = pd.Series(whole.to_numpy())
    return values.astype("int64") if column.kind == "integer" else values


def _values(present: pa.Array, column: StudyColumn, look: FileLook, numbers: NumberFormat) -> pa.Array:
    match column.kind:
        case "text":
            return present
        case "id":
            return _ids(present, look.ids[column.name])
        case "date":
            return _dates(present, look.times[column.name])
    values = _numbers(present, numbers)
    if column.kind == "integer":
        return pc.if_else(pc.equal(pc.floor(values), values), values, None)
    return values


def _ids(present: pa.Array, form: IdFormat) -> pa.Array:
    rewritable = "[^0-9]" if form.is_whole else r"^=?[\"']|[\x{200b}\x{feff}]"
    if not pc.any(pc.match_substring_regex(present, rewritable)).as_py():
        return present  # nothing to take off, as nearly always: five million strings would cost seconds
    ids = pa.array(plain_ids(_texts(present), form), pa.string())
    return pc.if_else(pc.equal(ids, ""), None, ids)


def _dates(present: pa.Array, form: TimeFormat) -> pa.Array:
    ms = parse_local_times(_texts(present), form)
    return pa.array(ms, pa.timestamp("ms"), mask=ms == NO_TIME)


def _numbers(present: pa.Array, form: NumberFormat) -> pa.Array:
    """Cast at once, which takes no memory for texts; only where that fails look at every cell."""
    try:
        values = pc.cast(present, pa.float64()) if form.decimal == "." else None
    except pa.ArrowInvalid:
        values = None
    if values is None:
        texts = pd.Series(plain_numbers(_texts(present), form), dtype=object)
        values = pa.array(pd.to_numeric(texts, errors="coerce").to_numpy(np.float64), from_pandas=True)
    return pc.if_else(pc.is_finite(values), values, None)


def _plain_text(values: pa.Array, present: pa.Array, column: StudyColumn, numbers: NumberFormat) -> pa.Array:
    """Write what was read as plain text; what was not stays as it stands."""
    if column.kind == "date":
        return pc.coalesce(pc.strftime(values, format="%Y-%m-%dT%H:%M:%S"), present)
    if column.kind == "text":
        return present
    plain = pa.array(plain_numbers(_texts(present), numbers), pa.string())
    return pc.if_else(present.is_valid(), plain, None)


def _texts(present: pa.Array) -> pd.Series:
    return pd.Series(pd.arrays.ArrowStringArray(pc.fill_null(present, "")))
