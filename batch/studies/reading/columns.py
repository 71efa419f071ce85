"""What a study expects of a file, and how a file differs from that. Knows no file's content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from shared.intake.source import Source

Kind = Literal["id", "text", "number", "integer", "date"]


@dataclass(frozen=True)
class StudyColumn:
    """A column that a study reads.

    Parameters
    ----------
    name : as the study's own data has it.
    kind : an id is text whose whole numbers may be written as `15073.0`.
    meaning : for the message that misses it, with the unit.
    is_dirty : cells that are empty or of another type are expected and left to the study, which gets
        text: numbers as plain decimals, dates in ISO 8601, other cells as they stand. The column is
        refused only where no cell at all is of its type.
    is_optional : the study does without it.
    """

    name: str
    kind: Kind
    meaning: str
    is_dirty: bool = False
    is_optional: bool = False


@dataclass(frozen=True)
class DataFile:
    """Where rows are and how to understand them; `None` is found by looking.

    Parameters
    ----------
    columns : the study's name of a column -> the file's.
    decimal : the decimal sign. time_format : a pattern of `strptime`, see `shared.intake.times.parsing`.
    accepted : codes of findings to go on with.
    zone, constants : of invoice lines: where their times are local, and what is the same on every line.
    placeholders : the study's name of a column -> cells that stand for nothing, besides what is found.
    """

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None
    time_format: str | None = None
    accepted: tuple[str, ...] = ()
    placeholders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        """What is said of the file, whoever reads it."""
        return Source(self.path, self.separator, self.encoding)

    def name_of(self, column: StudyColumn) -> str:
        """Give the name that the file has for a column."""
        return self.columns.get(column.name, column.name)
