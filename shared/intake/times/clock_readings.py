"""Texts -> readings of clocks, a whole column at once, by a pattern with named groups (RE2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shared.core.arrays import Bool, Int64
from shared.intake.times.months import NUMBERS
from shared.intake.times.zones import DAY_MS

_Groups = Mapping[str, pa.Array]
"""Name of a group -> what it matched in each text."""

_MINUTE_MS = 60_000
_OFFSET = "(?P<sign>[-+])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?$"


@dataclass(frozen=True, eq=False)
class Readings:
    """What clocks showed; all arrays are (n,).

    Parameters
    ----------
    local_ms : ms since the epoch as if the clocks showed UTC; 0 where nothing was read.
    is_read : whether the text is such a time.
    has_offset : whether it states its offset from UTC. offset_ms : that offset, else 0.
    """

    local_ms: Int64
    is_read: Bool
    has_offset: Bool
    offset_ms: Int64


def read_all(texts: Sequence[str], pattern: str, *, needs_half: bool = False) -> Readings:
    """Read texts by a pattern with the groups Y, m, d, H, M, S, f, p, z; all but Y are optional.

    Y may have two digits, m may be a name, p is the half of the day, z an offset. `needs_half`: an hour
    without its half of the day is not read, because other cells have it.
    """
    found = pc.extract_regex(pa.array(texts, pa.string()), f"^(?:{pattern})$")
    groups = {field.name: found.field(field.name) for field in found.type}
    year, month, day = _year(groups), _month(groups), _number(groups, "d", 1)
    hour, is_half = _hour(groups, needs_half=needs_half)
    minute, second = _number(groups, "M"), _number(groups, "S")
    midnight, is_date = _days(year, month, day)
    is_time = (hour < 24) & (minute < 60) & (second < 60) & is_half
    offset, has_offset, is_offset = _offset(groups)
    is_read = (
        found.is_valid().to_numpy(zero_copy_only=False)
        & is_date
        & is_time
        & is_offset
        & _has_one_sign(groups)
    )
    in_day = ((hour * 60 + minute) * 60 + second) * 1000 + _thousandths(groups)
    local = np.where(is_read, midnight * DAY_MS + in_day, 0)
    return Readings(local, is_read, has_offset & is_read, np.where(is_read, offset, 0))


def parts_seen(texts: Sequence[str], pattern: str) -> dict[str, str]:
    """Return the first text of each group that took part in any of the texts."""
    found = pc.extract_regex(pa.array(texts, pa.string()), f"^(?:{pattern})$").drop_null()
    columns = {field.name: found.field(field.name).to_pylist() for field in found.type}
    return {name: first for name, column in columns.items() if (first := next(filter(None, column), None))}


def _texts(groups: _Groups, name: str) -> pa.Array:
    """Return a group's texts, None where it took no part or the pattern has no such group."""
    if name not in groups:
        return pa.nulls(len(groups["Y"]), pa.string())
    return pc.if_else(pc.equal(groups[name], ""), None, groups[name])


def _flags(marks: pa.Array) -> Bool:
    flags: Bool = pc.fill_null(marks, fill_value=False).to_numpy(zero_copy_only=False)
    return flags


def _number(groups: _Groups, name: str, default: int = 0) -> Int64:
    numbers = pc.cast(pc.utf8_trim_whitespace(_texts(groups, name)), pa.int64())
    known: Int64 = pc.fill_null(numbers, default).to_numpy()
    return known


def _year(groups: _Groups) -> Int64:
    """Read a year; of two digits, as POSIX does: 69 to 99 are of the last century."""
    years, is_short = _number(groups, "Y"), _flags(pc.equal(pc.utf8_length(groups["Y"]), 2))
    return np.where(is_short, years + np.where(years < 69, 2000, 1900), years)


def _month(groups: _Groups) -> Int64:
    if "b" not in groups:
        return _number(groups, "m", 1)
    places = pc.index_in(pc.utf8_lower(_texts(groups, "b")), pa.array(list(NUMBERS), pa.string()))
    numbers = np.append(np.array(list(NUMBERS.values()), dtype=np.int64), 0)
    at: Int64 = pc.fill_null(places, len(NUMBERS)).to_numpy()
    return numbers[at]


def _hour(groups: _Groups, *, needs_half: bool) -> tuple[Int64, Bool]:
    """Return hours of 24, and whether they fit the half of the day that stands behind them."""
    hours, halves = _number(groups, "H"), _texts(groups, "p")
    has_half, has_hour = (
        part.is_valid().to_numpy(zero_copy_only=False) for part in (halves, _texts(groups, "H"))
    )
    is_late = _flags(pc.starts_with(pc.utf8_lower(halves), "p"))
    is_short = has_half & (hours >= 1) & (hours <= 12)
    fits = np.where(
        has_half, is_short | (is_late == (hours > 12)), ~(needs_half & has_hour)
    )  # 13:05 PM is clear
    return np.where(is_short, hours % 12 + np.where(is_late, 12, 0), hours), fits


def _days(year: Int64, month: Int64, day: Int64) -> tuple[Int64, Bool]:
    """Return days since the epoch, and whether the calendar has them."""
    is_month = (year >= 1) & (year <= 9999) & (month >= 1) & (month <= 12)
    months = np.where(is_month, (year - 1970) * 12 + month - 1, 0)
    firsts, nexts = (
        at.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) for at in (months, months + 1)
    )
    return firsts + day - 1, is_month & (day >= 1) & (day <= nexts - firsts)


def _thousandths(groups: _Groups) -> Int64:
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(_texts(groups, "f"), 3, "0"), 0, 3)
    ms: Int64 = pc.fill_null(pc.cast(padded, pa.int64()), 0).to_numpy()
    return ms


def _offset(groups: _Groups) -> tuple[Int64, Bool, Bool]:
    """Return offsets in ms, whether one is stated, and whether what is stated is one."""
    stated = _texts(groups, "z")
    parts = pc.extract_regex(pc.fill_null(stated, ""), _OFFSET)
    fields = {"Y": stated} | {name: parts.field(name) for name in ("sign", "hours", "minutes")}
    hours, minutes = _number(fields, "hours"), _number(fields, "minutes")
    size = (hours * 60 + minutes) * _MINUTE_MS
    is_offset = (hours < 24) & (minutes < 60)
    is_west = _flags(pc.equal(fields["sign"], "-"))
    return np.where(is_west, -size, size), stated.is_valid().to_numpy(zero_copy_only=False), is_offset


def _has_one_sign(groups: _Groups) -> Bool:
    """Mark dates with the same sign on both sides of their middle."""
    if "s" not in groups:
        return np.ones(len(groups["Y"]), dtype=bool)
    return _flags(pc.equal(groups["s"], groups["t"]))
