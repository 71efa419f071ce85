"""What goes wrong with separated text between a shop system and a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.support.exports.files import Text


@dataclass
class Damaged:
    """A text file. is_sound : which rows can still be read. final : stops that no flag mends."""

    text: Text
    header: str
    rows: list[str]
    cells: list[list[str]]
    main: int
    is_sound: list[bool]
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    extra: dict[int, list[str]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    final: set[str] = field(default_factory=set)

    @property
    def content(self) -> bytes:
        """The file."""
        lines = [*self.above, self.header]
        for place, row in enumerate(self.rows):
            lines += [row, *self.extra.get(place, ())]
        return self.text.file([*lines, *self.below])

    def rewrite(self, place: int, row: str) -> None:
        """Break a row."""
        self.rows[place], self.is_sound[place] = row, False
        self.final |= {"damaged_rows", "swallowed_lines"}


def damage(rng: Random, text: Text, names: Sequence[str], cells: list[list[str]], main: int) -> Damaged:
    """Write a table with none, one or two damages. main : the column of words."""
    rows = [text.row(row) for row in cells]
    damaged = Damaged(text, text.row(names), rows, cells, main, [True] * len(rows))
    places = {rng.randrange(len(_DAMAGES)) for _ in range(rng.choice((0, 0, 1, 1, 2)))}
    for place in sorted(places):  # rows are broken, then columns added to all, then the header repeated
        _DAMAGES[place](rng, damaged)
        damaged.names.append(_DAMAGES[place].__name__)
    return damaged


def _plain(file: Damaged, place: int) -> list[str]:
    """Return a row's cells as they stand, the quotes with them."""
    return [file.text.row([cell]) for cell in file.cells[place]]


def unquoted_separator(rng: Random, file: Damaged) -> None:
    place = rng.randrange(len(file.rows))
    cells = _plain(file, place)
    cells[file.main] = f"Box{file.text.separator} red"
    file.rewrite(place, file.text.separator.join(cells))


def stray_quote(rng: Random, file: Damaged) -> None:
    place = rng.randrange(len(file.rows))
    cells = _plain(file, place)
    cells[file.main] = '"Mug'
    file.rewrite(place, file.text.separator.join(cells))


def short_row(rng: Random, file: Damaged) -> None:
    if any(row.endswith(file.text.separator) for row in file.rows):
        return  # one cell less is then a whole row
    place = rng.randrange(len(file.rows))
    file.rewrite(place, file.text.separator.join(_plain(file, place)[:-1]))


def title_lines(rng: Random, file: Damaged) -> None:
    file.above += ["Sales report 2024", *([""] if rng.random() < 0.5 else [])]


def sep_line(rng: Random, file: Damaged) -> None:
    file.above.insert(0, f"sep={file.text.separator}")


def footer(rng: Random, file: Damaged) -> None:
    cells = [""] * len(file.cells[0])
    cells[0] = "Total"
    cells[-1] = "1234"
    file.below += rng.choice((["", "Exported on 3 May 2024"], [file.text.separator.join(cells)], ["3 rows"]))


def blank_lines(rng: Random, file: Damaged) -> None:
    for _ in range(rng.randint(1, 3)):
        file.extra.setdefault(rng.randrange(len(file.rows)), []).append(rng.choice(("", "  ")))


def trailing_separators(rng: Random, file: Damaged) -> None:
    if not all(file.is_sound):
        return
    file.rows = [row + file.text.separator for row in file.rows]
    if rng.random() < 0.5:
        file.header += file.text.separator


def header_again(rng: Random, file: Damaged) -> None:
    file.extra.setdefault(rng.randrange(len(file.rows)), []).append(file.header)


def index_column(rng: Random, file: Damaged) -> None:
    file.header = file.text.separator + file.header
    file.rows = [f"{place}{file.text.separator}{row}" for place, row in enumerate(file.rows)]


def double_names(rng: Random, file: Damaged) -> None:
    file.header += f"{file.text.separator}Note{file.text.separator}Note"
    file.rows = [f"{row}{file.text.separator}x{file.text.separator}y" for row in file.rows]


_DAMAGES: tuple[Callable[[Random, Damaged], None], ...] = (
    unquoted_separator, stray_quote, short_row,
    title_lines, sep_line, footer, blank_lines, trailing_separators, index_column, double_names, header_again,
)  # fmt: skip
