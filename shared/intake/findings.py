"""What was seen in a file before it is used."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How much a finding matters."""

    STOP = "stop"
    """The rows would be read wrongly or lost: nothing is sent."""
    WARN = "warn"
    """Doubtful: said, and gone on with."""
    NOTE = "note"
    """Understood, and worth knowing."""


@dataclass(frozen=True)
class Finding:
    """One thing about a file that a person should know.

    Parameters
    ----------
    code : stable name in snake case; `--accept CODE` lets a person go on where `is_acceptable`.
    message : one sentence, with the column and the line.
    mend : the flag or the command that mends it.
    examples : at most three, each with its line, as `line 12: '3.000'`.
    is_acceptable : whether the file can be read in spite of it. Only of `Level.STOP`.
    """

    level: Level
    code: str
    message: str
    mend: str | None = None
    examples: tuple[str, ...] = ()
    is_acceptable: bool = False
