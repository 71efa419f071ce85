r"""The lines of a block of text, and which of them are rows that need no second look.

Lines end where `\n`, `\r\n` or `\r` stands and nowhere else: other separators of lines are signs of a cell.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.core.arrays import Bool, Int64

_LF, _CR, _QUOTE = b'\n\r"'

Positions = Int64
Marks = Bool


@dataclass(frozen=True, eq=False)
class TextLines:
    """Where lines begin, where their text stops, and where the next one begins: (n,) positions each."""

    text: bytes
    starts: Positions
    stops: Positions
    nexts: Positions

    def __len__(self) -> int:
        return len(self.starts)

    def content(self, line: int) -> bytes:
        """Give a line without its end."""
        return self.text[self.starts[line] : self.stops[line]]

    def whole(self, first: int, last: int) -> bytes:
        """Give lines with what ends the ones before the last."""
        return self.text[self.starts[first] : self.stops[last]]

    @property
    def rest(self) -> bytes:
        """What follows the last line: the beginning of one that is not ended yet."""
        return self.text[self.nexts[-1] :] if len(self) else self.text

    def holding(self, sign: bytes) -> Marks:
        """Mark the lines that hold a sign."""
        marks = np.zeros(len(self), bool)
        at = self.text.find(sign)
        while at >= 0:
            line = int(np.searchsorted(self.nexts, at, side="right"))
            if line >= len(self):
                break
            marks[line] = True
            at = self.text.find(sign, int(self.nexts[line]))
        return marks


def split_lines(text: bytes, *, final: bool) -> TextLines:
    """Find the lines; the last one counts only if it is ended or nothing follows."""
    signs = np.frombuffer(text, np.uint8)
    nexts = np.flatnonzero(signs == _LF) + 1
    stops = nexts - 1
    if b"\r" in text:
        returns = np.flatnonzero(signs == _CR)
        behind = np.uint8(0 if final else _LF)  # the next block may begin with the other half
        followed = np.append(signs[1:], behind)[returns] == _LF
        nexts = np.sort(np.concatenate([nexts, returns[~followed] + 1]))
        stops = nexts - 1
        two = (stops > 0) & (signs[stops] == _LF) & (signs[stops - 1] == _CR)
        stops = stops - two
    if final and len(text) > (nexts[-1] if len(nexts) else 0):
        nexts, stops = np.append(nexts, len(text)), np.append(stops, len(text))
    starts = np.concatenate([[0], nexts[:-1]]).astype(np.int64) if len(nexts) else nexts
    return TextLines(text, starts, stops, nexts)


def plain_rows(lines: TextLines, separator: str, width: int, empty_at_end: int) -> tuple[Marks, Marks]:
    """Mark the lines that are well-formed rows of `width` cells, and those that hold nothing at all.

    Of the cells in quotes only those count whose quotes are around the whole cell, on one line, and of the
    last cells `empty_at_end` must be empty: the rest is cut sign by sign.
    """
    sign = ord(separator)
    text = np.frombuffer(lines.text, np.uint8)[: lines.nexts[-1]]
    separators = np.flatnonzero(text == sign)
    first = np.searchsorted(separators, lines.starts)
    counts = np.searchsorted(separators, lines.stops) - first
    length = lines.stops - lines.starts
    blank = counts == length
    plain = ~blank
    quotes = np.flatnonzero(text == _QUOTE)
    if len(quotes):
        well, quoted, hidden = _quoting(lines, text, sign, quotes, separators)
        plain &= well & (counts + quoted < length)  # else nothing but empty cells in quotes
        counts = counts - hidden
    plain &= counts == width - 1
    for back in range(1, empty_at_end + 1):
        plain[plain] = text[lines.stops[plain] - back] == sign
    return plain, blank


def _quoting(
    lines: TextLines, text: NDArray[np.uint8], sign: int, quotes: Positions, separators: Positions
) -> tuple[Marks, Positions, Positions]:
    """Mark lines whose quotes stand around whole cells; count their quotes, and the separators in quotes."""
    first = np.searchsorted(quotes, lines.starts)
    counts = np.searchsorted(quotes, lines.stops) - first
    owners = np.repeat(np.arange(len(lines)), counts)
    opens = (np.arange(len(quotes)) - first[owners]) % 2 == 0
    # a doubled quote within a cell closes it and opens it again at once
    previous, following = text[quotes - 1], text[np.minimum(quotes + 1, len(text) - 1)]
    before = (quotes == lines.starts[owners]) | (previous == sign) | (previous == _QUOTE)
    after = (quotes + 1 == lines.stops[owners]) | (following == sign) | (following == _QUOTE)
    well = counts % 2 == 0
    opening = np.flatnonzero(opens & well[owners])
    inside = np.searchsorted(separators, quotes[opening + 1]) - np.searchsorted(separators, quotes[opening])
    hidden = np.bincount(owners[opening], weights=inside, minlength=len(lines)).astype(np.int64)
    well[owners[~np.where(opens, before, after)]] = False
    return well, counts, hidden
