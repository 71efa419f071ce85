"""What a person says of a file."""

from dataclasses import dataclass
from pathlib import Path

from shared.errors import InvalidConfig

_NO_SEPARATORS = '"\r\n\\\0'


@dataclass(frozen=True)
class Source:
    """Where the rows are, and how their text is written. `None` is found by looking.

    Raises
    ------
    InvalidConfig : the separator is not one sign that can separate cells.
    """

    path: Path
    separator: str | None = None
    encoding: str | None = None

    def __post_init__(self) -> None:
        if self.separator is not None and not can_separate(self.separator):
            msg = (
                f"--separator {self.separator!r} cannot separate cells; "
                "give one ASCII sign that is no letter, digit, quote or line end, as ';' or '\\t'"
            )
            raise InvalidConfig(msg)


def can_separate(sign: str) -> bool:
    """Tell whether a sign can stand between cells."""
    return len(sign) == 1 and sign.isascii() and not sign.isalnum() and sign not in _NO_SEPARATORS
