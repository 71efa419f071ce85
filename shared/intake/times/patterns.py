"""A user's own pattern of `strptime`: most are read a whole column at once, the others text by text."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from shared.intake.cells import trimmed
from shared.intake.times import clock_readings
from shared.intake.times.clock_readings import Readings
from shared.intake.times.ways import OFFSET

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a reading of clocks, not a moment
_MS = timedelta(milliseconds=1)

_DIRECTIVES = {
    "%Y": "(?P<Y>[0-9]{4})",
    "%y": "(?P<Y>[0-9]{2})",
    "%m": "(?P<m>1[0-2]|0[1-9]|[1-9])",
    "%d": "(?P<d>3[01]|[12][0-9]|0[1-9]|[1-9]| [1-9])",
    "%b": r"(?P<b>\pL{3,})\.?",
    "%B": r"(?P<b>\pL{3,})\.?",
    "%a": r"\pL{2,}\.?",
    "%A": r"\pL{2,}\.?",
    "%H": "(?P<H>2[0-3]|[01][0-9]|[0-9])",
    "%I": "(?P<H>1[0-2]|0[1-9]|[1-9]| [1-9])",
    "%M": "(?P<M>[0-5][0-9]|[0-9])",
    "%S": "(?P<S>[0-5][0-9]|[0-9])",
    "%f": "(?P<f>[0-9]{1,9})",
    "%p": "(?P<p>[AaPp][Mm])",
    "%z": OFFSET,
    "%%": "%",
}
_BLANKS = re.compile(r"(?:\\?\s)+")


def compiled(told: str) -> str | None:
    """Turn a pattern of `strptime` into one of `clock_readings`, if that knows all its directives."""
    zulu = re.sub("(?<!%)Z$", "%z", trimmed(told))  # a Z behind a time is no mere letter: it says UTC
    parts = re.findall(r"%.|[^%]+", zulu, flags=re.DOTALL)
    if any(part.startswith("%") and part not in _DIRECTIVES for part in parts):
        return None
    written = "".join(_DIRECTIVES.get(part) or _BLANKS.sub(" +", re.escape(part)) for part in parts)
    pattern = f"(?i){written.replace(f' +{OFFSET}', OFFSET)}"
    groups = re.findall(r"\(\?P<(\w)>", pattern)
    if len(groups) != len(set(groups)) or {"m", "b"} <= set(groups):
        return None
    try:
        clock_readings.read_all([], pattern)
    except pa.ArrowInvalid:
        return None
    return pattern


def fault(told: str) -> str | None:
    """Say why a pattern cannot be used, if it cannot."""
    try:
        told.encode()
        datetime.strptime("\0", trimmed(told))  # noqa: DTZ007 - only its complaint matters
    except ValueError as error:
        if not str(error).startswith(("time data", "unconverted data")):
            return str(error)
    except Exception as error:  # of the compiler of its patterns
        return str(error)
    return None if _names_a_day(told) else "it names no day: a year, a month and a day are needed"


def _names_a_day(told: str) -> bool:
    parts = set(re.findall("%.", told))
    has_year = bool(parts & {"%Y", "%y"})
    by_month = "%d" in parts and bool(parts & {"%m", "%b", "%B"})
    by_week = bool(parts & {"%U", "%W"}) and bool(parts & {"%a", "%A", "%w", "%u"})
    by_iso_week = {"%G", "%V"} <= parts and bool(parts & {"%a", "%A", "%w", "%u"})
    return bool(parts & {"%c", "%x"}) or by_iso_week or (has_year and (by_month or by_week or "%j" in parts))


def read_each(texts: Sequence[str], told: str) -> Readings:
    """Read texts one by one, as `strptime` does."""
    read = [_read(text, trimmed(told)) for text in texts]
    local = np.array(
        [(when.replace(tzinfo=None) - _EPOCH) // _MS if when else 0 for when in read], dtype=np.int64
    )
    offsets = [when.utcoffset() if when else None for when in read]
    return Readings(
        local,
        np.array([when is not None for when in read], dtype=bool),
        np.array([offset is not None for offset in offsets], dtype=bool),
        np.array([offset // _MS if offset else 0 for offset in offsets], dtype=np.int64),
    )


def _read(text: str, told: str) -> datetime | None:
    try:
        return datetime.strptime(text, told)  # noqa: DTZ007 - the caller knows the zone
    except Exception:  # whatever it makes of a text, that text is no time
        return None
