"""What a record may hold, and what is said of one that cannot be used."""

from dataclasses import dataclass
from typing import final

MAX_ID_BYTES = 256
MAX_QUANTITY = 2**31
FIRST_MS = 0
LAST_MS = 1 << 42
"""Times live in [1970-01-01, 2109-05-15): inside what every BSON reader can show."""


@final
@dataclass(frozen=True)
class Rejection:
    """Why a record is not used: a code to count by, the JSON key at fault, a sentence."""

    code: str
    field: str | None
    message: str
