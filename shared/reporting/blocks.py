"""What a section of a report can hold.

Every text is plain: `code` and **strong** are marked so, and everything else is shown as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Tone = Literal["info", "good", "warning", "bad"]


@dataclass(frozen=True)
class Chart:
    """An interactive figure.

    figure : a plotly figure in the colours of `theme.LIGHT`, without a title of its own.
    alt : what it shows, for somebody who cannot see it. height, min_width : px; a narrower screen scrolls.
    """

    figure: Any
    alt: str
    caption: str = ""
    height: int = 420
    min_width: int = 0


@dataclass(frozen=True)
class Picture:
    """A drawn figure, PNG or SVG, as bytes; without `dark` the light one must read on both."""

    light: bytes
    alt: str
    dark: bytes | None = None
    caption: str = ""


@dataclass(frozen=True)
class TableColumn:
    """One column of a table.

    unit : shown under the name. digits : decimals of numbers; None gives whole numbers none and others
    four. kind : 'number' is right-aligned with thousands separators, 'share' is 0..1 shown in percent,
    'verdict' is a truth shown as passed or failed.
    """

    name: str
    kind: Literal["text", "number", "share", "verdict"] = "text"
    unit: str = ""
    digits: int | None = 0


@dataclass(frozen=True)
class TableBlock:
    """Rows of values in the order of the columns; None and NaN are shown as a dash."""

    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[Any]]
    caption: str


@dataclass(frozen=True)
class KeyFigure:
    """One number that matters, already in words: '4,337', '0.41'."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class KeyFigures:
    """A row of numbers that matter."""

    items: Sequence[KeyFigure]


@dataclass(frozen=True)
class Note:
    """A sentence that must not be overlooked."""

    text: str
    tone: Tone = "info"
    title: str = ""


@dataclass(frozen=True)
class TextBlock:
    """Paragraphs, parted by blank lines."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: Sequence[str]


@dataclass(frozen=True)
class Code:
    """Code or output, as it is."""

    text: str
    caption: str = ""


@dataclass(frozen=True)
class Side:
    """Blocks beside each other where there is room. width : px that each wants at least."""

    blocks: "Sequence[Block]"
    width: int = 380


@dataclass(frozen=True)
class Fold:
    """Blocks that are opened on demand, and always in print; no charts, which need room to be drawn."""

    summary: str
    blocks: "Sequence[Block]"


Block = Chart | Picture | TableBlock | KeyFigures | Note | TextBlock | Bullets | Code | Side | Fold


@dataclass(frozen=True)
class Section:
    """A headed part of a page."""

    title: str
    text: str = ""
    blocks: Sequence[Block] = ()


@dataclass(frozen=True)
class Page:
    """A report. lead : what is read before anything else. footer : where it comes from."""

    title: str
    subtitle: str
    sections: Sequence[Section]
    lead: Sequence[Block] = ()
    footer: str = ""
