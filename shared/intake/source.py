"""What a person says of a file."""

from dataclasses import dataclass
from pathlib import Path

from shared.errors import InvalidConfig

_NO_SEPARATORS = '"\r\n\\'


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
        sign = self.separator
        if sign is not None and (len(sign) != 1 or not sign.isascii() or sign in _NO_SEPARATORS):
            msg = (
                f"--separator {sign!r} cannot separate cells; "
                "give one ASCII sign that is no quote and no line end, as ';' or '\\t'"
            )
            raise InvalidConfig(msg)
