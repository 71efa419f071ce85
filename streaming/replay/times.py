"""Texts of local times -> moments, a whole column at once."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NO_TIME = np.iinfo(np.int64).min
"""Marks a text that is no time."""

_OFFSET = r"(?:[Zz]|[+-]\d{2}:?\d{2})$"


def parse(texts: pd.Series, *, zone: str, time_format: str | None) -> NDArray[np.int64]:
    """Return ms since the epoch, or `NO_TIME` where a text cannot be read.

    A text with an offset means what it says; one without is local time in `zone`. An hour
    that the zone's clocks show twice is the first of the two, one that they skip is
    moved to the end of the gap.
    """
    pattern = time_format or "ISO8601"
    stated = (
        texts.str.contains(_OFFSET).to_numpy(dtype=bool)
        if time_format is None
        else np.zeros(len(texts), bool)
    )
    ms = np.full(len(texts), NO_TIME, dtype=np.int64)
    if stated.any():
        moments = pd.to_datetime(texts[stated], format=pattern, utc=True, errors="coerce")
        ms[stated] = _milliseconds(moments)
    if not stated.all():
        local = pd.to_datetime(texts[~stated], format=pattern, errors="coerce")
        first = np.ones(len(local), dtype=bool)
        ms[~stated] = _milliseconds(local.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward"))
    return ms


def iso(ms: NDArray[np.int64], texts: pd.Series) -> list[str]:
    """Write moments as ISO 8601 in UTC; what is no time stays the text it was."""
    known = ms != NO_TIME
    moments = np.where(known, ms, 0).astype("datetime64[ms]")
    written = np.char.add(np.datetime_as_string(moments, unit="ms"), "+00:00")
    return [str(w) if k else t for w, k, t in zip(written.tolist(), known.tolist(), texts, strict=True)]


def _milliseconds(moments: pd.Series) -> NDArray[np.int64]:
    ms: NDArray[np.int64] = (
        moments.dt.tz_convert("UTC").dt.as_unit("ms").dt.tz_localize(None).to_numpy().astype(np.int64)
    )
    return ms  # NaT is the smallest int64, which is NO_TIME
