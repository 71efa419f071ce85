"""Text cells as the type a study expects; what does not fit is described, never guessed."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from batch.studies.reading.columns import Column
from batch.studies.reading.dates import read_dates

TEXT = pd.ArrowDtype(pa.string())

_EXAMPLES = 3
_HINTS = {
    "text": "every row needs one",
    "number": "numbers are written 1234.5, without signs of currency or thousands",
    "integer": "whole numbers are written 1234",
    "date": "dates are written 2024-03-31, or all in one other usual way",
}


class UnreadableColumn(Exception):
    """A column that does not hold what it should; the text says how many cells, and which."""


def converted(cells: pa.ChunkedArray, column: Column) -> "pd.Series[Any]":
    """Give a column of text its type; of a dirty column, the text.

    Raises
    ------
    UnreadableColumn : cells are empty or of another type; of a dirty column, all of them.
    """
    trimmed = pc.utf8_trim_whitespace(cells)
    present = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    texts = pd.Series(pd.arrays.ArrowExtensionArray(present))
    values = _values(present, texts, column)
    unfit = values.isna().to_numpy()
    if column.kind == "integer":
        unfit |= (values % 1 != 0).to_numpy()
    if (unfit.all() if column.is_dirty else unfit.any()) and len(unfit):
        raise UnreadableColumn(_described(texts, unfit, column))
    if column.is_dirty or column.kind == "text":
        return texts
    return values.astype("int64") if column.kind == "integer" else values


def _values(cells: pa.ChunkedArray, texts: "pd.Series[str]", column: Column) -> "pd.Series[Any]":
    if column.kind == "text":
        return texts
    return read_dates(texts).values if column.kind == "date" else _numbers(cells, texts)


def _numbers(cells: pa.ChunkedArray, texts: "pd.Series[str]") -> "pd.Series[float]":
    """Cast at once, which takes no memory for texts; only where that fails look at every cell."""
    try:
        values = pc.cast(cells, pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        values = pd.to_numeric(texts.astype(object), errors="coerce").to_numpy(
            dtype=np.float64, na_value=np.nan
        )
    return pd.Series(np.where(np.isfinite(values), values, np.nan))


def _described(texts: "pd.Series[str]", unfit: NDArray[np.bool_], column: Column) -> str:
    rows = np.flatnonzero(unfit)
    empty = int(texts.isna().to_numpy()[rows].sum())
    wrong = rows[texts.notna().to_numpy()[rows]]
    parts = []
    if len(wrong):
        seen = ", ".join(f"{texts.iloc[row]!r} in row {row + 1:,}" for row in wrong[:_EXAMPLES])
        parts.append(f"{len(wrong):,} of {len(texts):,} cells are no {_NOUNS[column.kind]}: {seen}")
    if empty:
        first = rows[texts.isna().to_numpy()[rows]][0]
        parts.append(f"{empty:,} of {len(texts):,} cells are empty, the first in row {first + 1:,}")
    return f"{' and '.join(parts)} ({_HINTS[column.kind]})"


_NOUNS = {"number": "number", "integer": "whole number", "date": "date", "text": "text"}
