"""Local times -> moments, by the clocks of a zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from shared.core.arrays import Int64

DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a reading of clocks, not a moment
_FIRST_DAY, _LAST_DAY = (
    int(np.datetime64(day, "D").astype(np.int64)) for day in ("0001-01-02", "9999-12-30")
)


def to_utc(local_ms: Int64, zone: str) -> Int64:
    """Return ms since the epoch of readings of clocks, given as if they were UTC.

    A reading that the clocks show twice is the first of the two, one that they skip is moved to the
    end of the gap. On a day whose beginning and end have the same offset every reading has it;
    the few other days are looked at reading by reading.
    """
    clock = ZoneInfo(zone)
    days, places = np.unique(local_ms // DAY_MS, return_inverse=True)
    begins, ends = _offsets(days, clock), _offsets(days + 1, clock)
    ms: Int64 = local_ms - begins[places]
    for at in np.flatnonzero((begins != ends)[places]).tolist():
        ms[at] = _moment(int(local_ms[at]), clock)
    return ms


def _offsets(days: Int64, clock: ZoneInfo) -> Int64:
    """Return the offset in ms at the beginning of each day; beyond the calendar, of its first or last."""
    known = np.clip(days, _FIRST_DAY, _LAST_DAY)
    return np.array([_offset(int(day) * DAY_MS, clock) for day in known.tolist()], dtype=np.int64)


def _offset(local_ms: int, clock: ZoneInfo, *, fold: int = 0) -> int:
    reading = (_EPOCH + timedelta(milliseconds=local_ms)).replace(tzinfo=clock, fold=fold)
    return round((reading.utcoffset() or timedelta()) / timedelta(milliseconds=1))


def _moment(local_ms: int, clock: ZoneInfo) -> int:
    before, after = (_offset(local_ms, clock, fold=fold) for fold in (0, 1))
    if before >= after:
        return local_ms - before
    return _end_of_gap(local_ms - after, local_ms - before, clock)


def _end_of_gap(low: int, high: int, clock: ZoneInfo) -> int:
    """Return the first moment with the later offset; `low` has the earlier, `high` the later one."""
    earlier = _offset_at(low, clock)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset_at(middle, clock) == earlier else (low, middle)
    return high


def _offset_at(ms: int, clock: ZoneInfo) -> timedelta | None:
    return (_EPOCH.replace(tzinfo=UTC) + timedelta(milliseconds=ms)).astimezone(clock).utcoffset()
