"""Times as people, databases and spreadsheets write them -> moments, a whole column at once."""

import numpy as np
import pandas as pd

from shared.core.arrays import Int64
from shared.intake.cells import Seen, different
from shared.intake.findings import Finding
from shared.intake.times import time_finding, zones
from shared.intake.times.time_format import TimeFormat, readings

NO_TIME = np.iinfo(np.int64).min
"""Marks a text that is no time."""

_FIRST_MS, _LAST_MS = (
    int(np.datetime64(moment, "ms").astype(np.int64))
    for moment in ("0001-01-01T00:00:00.000", "9999-12-31T23:59:59.999")
)


def find_time_format(
    cells: pd.Series, lines: Int64, *, column: str, pattern: str | None = None
) -> tuple[TimeFormat | None, list[Finding]]:
    """Find how the times of a column are written, from all its cells at once; see `time_finding`.

    Parameters
    ----------
    cells : (n,). lines : (n,) of the file. column : its name, for messages.
    pattern : what the user says: of `strptime`, or one of `day_numbers.UNITS` or "excel-days".

    Returns
    -------
    The format, found in any case so that a look can go on, unless no cell can be read or the pattern
    cannot be used; and what must be known, or must not be gone on with.
    """
    seen = Seen.of(column, cells, lines)
    return time_finding.told(seen, pattern) if pattern is not None else time_finding.found(seen)


def parse_times(cells: pd.Series, form: TimeFormat, zone: str) -> Int64:
    """Return (n,) ms since the epoch, or `NO_TIME` where a cell is no time in this format.

    A time with an offset means what it says; one without is local time in `zone`. An hour that the
    zone's clocks show twice is the first of the two, one that they skip is moved to the end of the
    gap. Moments outside the years 1 to 9999 in UTC are no times.
    """
    texts, places = different(cells)
    read = readings(texts, form)
    ms = read.local_ms - read.offset_ms
    is_local = read.is_read & ~read.has_offset
    ms[is_local] = zones.to_utc(read.local_ms[is_local], zone)
    ms[~read.is_read | (ms < _FIRST_MS) | (ms > _LAST_MS)] = NO_TIME
    return ms[places]


def parse_local_times(cells: pd.Series, form: TimeFormat) -> Int64:
    """Return (n,) what the clocks showed, in ms since the epoch as if that were UTC, or `NO_TIME`."""
    texts, places = different(cells)
    read = readings(texts, form)
    return np.where(read.is_read, read.local_ms, NO_TIME)[places]


def iso(ms: Int64, texts: pd.Series) -> list[str]:
    """Write moments as ISO 8601 in UTC; what is no time stays the text it was."""
    known = ms != NO_TIME
    moments = np.where(known, ms, 0).astype("datetime64[ms]")
    written = np.char.add(np.datetime_as_string(moments, unit="ms"), "+00:00").tolist()
    if known.all():
        return list(written)
    return [w if k else t for w, k, t in zip(written, known.tolist(), texts.tolist(), strict=True)]
