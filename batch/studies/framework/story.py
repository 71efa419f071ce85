"""What a study tells: chapters of text, numbers, tables and figures, in the order they are read.

Plain values: nothing here draws, writes or computes. A figure is held as the function that draws
it, since it is drawn once for a light page and once for a dark one.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from batch.studies.claims import Claim, Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd
    import plotly.graph_objects as go
    from matplotlib.figure import Figure as Drawing

    from shared.reporting.theme import Theme


@dataclass(frozen=True)
class Paragraph:
    """One paragraph: plain text where it is true of any data, else a claim."""

    body: Sentence


@dataclass(frozen=True)
class Fact:
    """One value of numbers.json.

    Parameters
    ----------
    key : unique within the study, snake_case with its unit, such as `slope_points_per_k`.
    label : what a reader sees, with the unit.
    digits : decimals shown; numbers.json keeps all of them.
    """

    key: str
    label: str
    value: float | int | str | None
    digits: int = 2


@dataclass(frozen=True, eq=False)
class DataTable:
    """A table; its CSV has every row, the page the first `shown`.

    Parameters
    ----------
    name : of the file, without its ending.
    frame : a column whose name ends in `share`, from 0 to 1, is shown in percent; one that ends in `_id`
        or `_code` without separators of thousands.
    decimals : decimals shown of numbers that are not whole.
    claims : what sentences in its cells state.
    first : columns that the page shows before the others; the CSV keeps their order.
    """

    name: str
    title: str
    frame: "pd.DataFrame"
    note: Sentence = ""
    shown: int = 30
    decimals: int = 2
    claims: tuple[Claim, ...] = ()
    first: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure of matplotlib, saved as PNG and SVG for light and for dark pages.

    Parameters
    ----------
    name : of the files, without their ending.
    caption : what to see in it; also what a screen reader says.
    draw : called with each theme, inside its style; gives a new drawing each time.
    """

    name: str
    title: str
    caption: Sentence
    draw: "Callable[[Theme], Drawing]"


@dataclass(frozen=True)
class Interactive:
    """A figure of plotly that a reader can turn and zoom; it is part of the page only."""

    name: str
    title: str
    caption: Sentence
    draw: "Callable[[], go.Figure]"


Block = Paragraph | Fact | DataTable | Figure | Interactive

Kind = TypeVar("Kind", Paragraph, Fact, DataTable, Figure, Interactive)


@dataclass(frozen=True)
class Chapter:
    """A title and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class StudyResult:
    """The whole story, and in one sentence where its data came from.

    Raises
    ------
    ValueError : two blocks of a kind have the same name, so that one would overwrite the other.
    """

    source: Sentence
    chapters: tuple[Chapter, ...]

    def __post_init__(self) -> None:
        for names in (
            [number.key for number in self.of(Fact)],
            [table.name for table in self.of(DataTable)],
            [figure.name for figure in self.of(Figure)] + [figure.name for figure in self.of(Interactive)],
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                msg = f"names in a study should be unique, got {', '.join(twice)} twice; rename one"
                raise ValueError(msg)

    def of(self, kind: type[Kind]) -> "Iterator[Kind]":
        """Give every block of one kind, in order."""
        return (block for chapter in self.chapters for block in chapter.blocks if isinstance(block, kind))

    def sentences(self) -> "Iterator[Sentence]":
        """Give all that is said, in order: plain text and claims."""
        yield self.source
        for block in (block for chapter in self.chapters for block in chapter.blocks):
            match block:
                case Paragraph():
                    yield block.body
                case Figure() | Interactive():
                    yield block.caption
                case DataTable():
                    yield block.note
                    yield from block.claims
