"""Totals and remarks below the last row: they are no rows, and never left out silently."""

import re
from collections.abc import Sequence

from shared.intake.grouping import Piece
from shared.intake.table import DamagedRow
from shared.intake.text.cutting import written_plainly
from shared.intake.text.encoding import as_in_file
from shared.intake.text.shape import RowShape

FOOTER_ROWS = 5
"""So many rows at the end of a file may be a footer."""
_MOST = 0.6
"""Of the columns that are never empty: a row without so many is none, whatever its words."""

_WORDS = re.compile(
    r"""\W*(?:
        (?:grand\s+|sub)?totals? | sum | summe | gesamt\w* | insgesamt | totale? | totaal | totaux
        | somme | suma
        | итого | всего | 合計 | 合计 | average | mittelwert | durchschnitt
        | generated | created | exported | printed | erstellt | exportiert | report | page | seite
        | end\s+of | ende | eof | copyright | ©
        | [0-9][0-9.,\ ]*\s*(?:rows?|records?|lines?|entries|results?|zeilen|datens\w+|lignes)\b
    )(?:\W|$)""",
    re.IGNORECASE | re.VERBOSE,
)


def mark_footers(piece: Piece, shape: RowShape, codec: str) -> Piece:
    """Turn the last rows of a file into damaged ones where they are no rows.

    piece : the last one of the file.
    """
    cells = piece.cells.slice(max(len(piece.cells) - FOOTER_ROWS, 0)).to_pylist()
    kept, damaged = len(piece.rows), list(piece.damaged)
    bad = len(damaged)
    for _ in range(FOOTER_ROWS):
        if bad and (not kept or damaged[bad - 1].row > piece.rows[kept - 1]):
            if not _WORDS.match(damaged[bad - 1].raw.decode(errors="replace")):
                break
            bad -= 1
            damaged[bad] = damaged[bad]._replace(code="footer", reason="it looks like a footer")
        elif kept and cells and _is_footer(last := list(cells.pop().values()), shape):
            kept -= 1
            raw = as_in_file(written_plainly(last, shape.separator).encode(), codec)
            row, line = int(piece.rows[kept]), int(piece.lines[kept])
            damaged.insert(bad, DamagedRow(row, line, raw, "it looks like a footer", "footer"))
        else:
            break
    return piece._replace(
        cells=piece.cells.slice(0, kept), rows=piece.rows[:kept], lines=piece.lines[:kept], damaged=damaged
    )


def _is_footer(cells: Sequence[str], shape: RowShape) -> bool:
    """Tell a footer by cells that are empty where every row has something, or by its words."""
    missing = sum(not cells[position].strip() for position in shape.filled)
    if missing >= 2 and missing >= _MOST * len(shape.filled):
        return True
    worded = any(_WORDS.match(cell) for cell in cells if cell)
    empty = sum(not cell.strip() for cell in cells)
    return worded and (missing >= 2 or (not shape.filled and 2 * empty >= len(cells)))
