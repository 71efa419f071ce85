"""Columns of text, looked at once for every different cell."""

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa

from shared.core.arrays import Bool, Int64

BLANKS = string.whitespace + "\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2007\u2009\u202f\u205f\u3000\u200b\ufeff"
"""What people do not see around a cell; the last two have no width."""

EXAMPLES = 3

_ALIKE = str.maketrans({**dict.fromkeys(BLANKS, " "), "\u2212": "-"})


def as_arrow(cells: pd.Series) -> pa.Array:
    """Return the cells as one array of pyarrow, which those of a file are already."""
    array = pa.array(cells, type=pa.string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def different(cells: pd.Series) -> tuple[list[str], Int64]:
    """Return the different texts of a column in order of appearance, and the (n,) place of each cell's."""
    encoded = as_arrow(cells).dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def rewritten(cells: pd.Series, rewrite: Callable[[str], str]) -> list[str]:
    """Rewrite every cell, calling `rewrite` once for each different text."""
    texts, places = different(cells)
    written = [rewrite(text) for text in texts]
    return [written[place] for place in places.tolist()]


def trimmed(text: str) -> str:
    """Return a text without blanks around, and with plain blanks and minus signs in it."""
    is_plain = text.isascii() and text.isprintable()  # nearly always, and ten times as fast
    return (text if is_plain else text.translate(_ALIKE)).strip()


@dataclass(frozen=True, eq=False)
class Seen:
    """The cells of a column: the different texts, the (n,) place of each cell's, and its line."""

    column: str
    texts: Sequence[str]
    places: Int64
    lines: Int64

    @classmethod
    def of(cls, column: str, cells: pd.Series, lines: Int64) -> "Seen":
        """Look at a column."""
        return cls(column, *different(cells), lines)

    @cached_property
    def trimmed(self) -> list[str]:
        """The texts without blanks around."""
        return [trimmed(text) for text in self.texts]

    @cached_property
    def has_text(self) -> Bool:
        """Which texts are more than blanks."""
        return np.array([text != "" for text in self.trimmed], dtype=bool)

    @cached_property
    def firsts(self) -> Int64:
        """The first line of each text."""
        return self.lines[np.unique(self.places, return_index=True)[1]]

    def count(self, marked: Bool) -> int:
        """Count the cells of marked texts."""
        return int(np.bincount(self.places, minlength=len(self.texts))[marked].sum())

    def examples(self, marked: Bool) -> tuple[str, ...]:
        """Show the first marked texts."""
        shown = np.flatnonzero(marked)[:EXAMPLES].tolist()
        return tuple(f"line {self.firsts[at]}: {self.texts[at]!r}" for at in shown)
