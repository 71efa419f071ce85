"""One row of separated text into its cells.

Quotes count where they begin a cell. `12" vinyl` is text; `"12"" vinyl"` is the same text, quoted. What
follows a closing quote other than blanks is no well-formed row: nobody can say what was meant.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


class Malformed(Exception):
    """A line cannot be cut; the message is the reason."""


class Unclosed(Exception):
    """The text ends inside of a quoted cell."""


@dataclass(frozen=True)
class Cutter:
    """Cuts rows at one separator.

    escape : whether a backslash makes the next sign plain, as databases write it.
    """

    separator: str
    escape: bool = False

    def cut(self, text: str) -> list[str]:
        """Give the cells of a row without its line end.

        Raises
        ------
        Malformed : text follows a closing quote.
        Unclosed : the text ends inside of a quoted cell.
        """
        if '"' not in text and not (self.escape and "\\" in text):
            return text.split(self.separator)
        cells, at = [], 0
        while True:
            cell, at = self._cell(text, at)
            cells.append(cell)
            if at == len(text):
                return cells
            at += 1

    def _cell(self, text: str, at: int) -> tuple[str, int]:
        """Give the cell that begins here, and where it ends."""
        quoted = self._quoted.match(text, at)
        if quoted is None:
            return self._unquoted(text, at)
        inside, closing = quoted.groups()
        if not closing:
            raise Unclosed
        end = quoted.end()
        if end < len(text) and text[end] != self.separator:
            msg = f"text after a closing quote: {text[quoted.end(2) : quoted.end(2) + 20].strip()!r}"
            raise Malformed(msg)
        plain = inside.replace('""', '"')
        return (_unescaped(plain) if self.escape else plain), end

    def _unquoted(self, text: str, at: int) -> tuple[str, int]:
        if not self.escape:
            end = text.find(self.separator, at)
            end = len(text) if end < 0 else end
            return text[at:end], end
        cell = self._plain.match(text, at)
        if cell is None or text[cell.end() : cell.end() + 1] == "\\":
            raise Unclosed
        return ("" if cell[0] == "\\N" else _unescaped(cell[0])), cell.end()

    @cached_property
    def _quoted(self) -> re.Pattern[str]:
        blanks = "".join({" ", "\t"} - {self.separator})
        inside = r'(?:[^"\\]|""|\\.)*+' if self.escape else '(?:[^"]|"")*+'
        return re.compile(f'[{blanks}]*"({inside})("?)[{blanks}]*', re.DOTALL)

    @cached_property
    def _plain(self) -> re.Pattern[str]:
        return re.compile(rf"(?:[^\\{re.escape(self.separator)}]|\\.)*+", re.DOTALL)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda sign: _ESCAPED.get(sign[1], sign[1]), text, flags=re.DOTALL)


def written(cells: Sequence[str], separator: str) -> str:
    """Write a row so that every reader cuts it in the same way, without a line end."""
    return separator.join('"' + cell.replace('"', '""') + '"' for cell in cells)


def written_plainly(cells: Sequence[str], separator: str) -> str:
    """Write a row as people's programs do: quoted only where it must be."""
    special = {separator, '"', "\n", "\r"}
    return separator.join(written([cell], separator) if special & set(cell) else cell for cell in cells)
