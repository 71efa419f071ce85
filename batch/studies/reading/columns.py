"""What a study expects of a file, and how a file differs from that. Knows no file's content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["text", "number", "integer", "date"]


@dataclass(frozen=True)
class Column:
    """A column that a study reads.

    Parameters
    ----------
    name : as the study's own data has it.
    meaning : for the message that misses it, with the unit.
    is_dirty : cells that are empty or of another type are expected and left to the study, which gets
        the text; the column is refused only where no cell at all is of its type.
    """

    name: str
    kind: Kind
    meaning: str
    is_dirty: bool = False


@dataclass(frozen=True)
class CsvFile:
    """Where rows are and how to understand them.

    Parameters
    ----------
    columns : the study's name of a column -> the file's.
    separator : found by itself unless given.
    """

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    separator: str | None = None

    def name_of(self, column: Column) -> str:
        """Give the name that the file has for a column."""
        return self.columns.get(column.name, column.name)
