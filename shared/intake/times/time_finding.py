"""Which of the usual ways a column's times are written in, judged by all its cells.

The way that reads most cells is taken. Day-first and month-first are told apart by cells that only one
of them reads; where there are none, nobody but the user knows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from shared.core.arrays import Bool
from shared.intake.cells import Seen
from shared.intake.findings import Finding, Level
from shared.intake.times import clock_readings, day_numbers, patterns, time_words, ways
from shared.intake.times.clock_readings import Readings
from shared.intake.times.time_format import TimeFormat, readings
from shared.intake.times.ways import DAY_FIRST, MONTH_FIRST, SHORT_YEAR_FIRST, Way

_ORDERS = (DAY_FIRST, MONTH_FIRST, SHORT_YEAR_FIRST)
_MEND = "give the pattern of the times, for example --time-format '%d.%m.%Y %H:%M', or map another column"
_LARGE = 10_000
"""Cells of one day such as 02/02/2024 in so large a sample say nothing of the days that follow it."""

_HALF = re.compile(r"[0-9] ?[ap]\.? ?m\.?", re.IGNORECASE)


class _Candidate(NamedTuple):
    way: Way | None
    form: TimeFormat
    read: Readings
    cells: int


def told(seen: Seen, pattern: str) -> tuple[TimeFormat | None, list[Finding]]:
    """Take the user's word, and say where it does not fit."""
    if pattern in (*day_numbers.UNITS, day_numbers.EXCEL):
        form = TimeFormat(day_numbers.WORDS[pattern], unit=pattern)
    elif reason := patterns.fault(pattern):
        message = f"--time-format {pattern!r} cannot be used: {reason}"
        return None, [Finding(Level.STOP, "unusable_time_format", message, _MEND)]
    else:
        compiled = patterns.compiled(pattern)
        form = TimeFormat(pattern, compiled, told=None if compiled else pattern)
    read = readings(seen.trimmed, form)
    if not read.is_read.any():
        return None, [_unread(seen, f"fits --time-format {pattern!r}")]
    return _with_offsets(seen, form, read)


def found(seen: Seen) -> tuple[TimeFormat | None, list[Finding]]:
    """Find the way that reads most cells."""
    candidates = sorted(_candidates(seen), key=lambda candidate: -candidate.cells)
    if not candidates or not candidates[0].cells:
        return None, [_unread(seen, "can be read as a time")]
    best, findings = candidates[0], list[Finding]()
    if best.way in _ORDERS:
        by_way = {one.way: one for one in candidates}
        best, findings = _ordered(seen, [by_way[way] for way in _ORDERS])
    form, others = _with_offsets(seen, _described(seen, best), best.read)
    findings += others + _notes(seen, best) + _read_otherwise(seen, best, candidates)
    return form, findings


def _candidates(seen: Seen) -> Iterator[_Candidate]:
    """Try every way; numbers are dates without signs if half of them can be."""
    numbers = np.array([day_numbers.is_number(text) for text in seen.trimmed], dtype=bool)
    for way in (ways.YEAR_FIRST, ways.COMPACT, *_ORDERS, *ways.NAMED):
        candidate = _candidate(seen, TimeFormat("", way.pattern), way)
        if way is ways.COMPACT and numbers.any():
            if seen.count(numbers & candidate.read.is_read) * 2 >= seen.count(numbers):
                numbers[:] = False
            else:
                continue
        yield candidate
    unit = day_numbers.unit_of(
        [text for text, is_number in zip(seen.trimmed, numbers, strict=True) if is_number]
    )
    if unit:
        yield _candidate(seen, TimeFormat(day_numbers.WORDS[unit], unit=unit), None)


def _candidate(seen: Seen, form: TimeFormat, way: Way | None) -> _Candidate:
    read = readings(seen.trimmed, form)
    halves = [bool(_HALF.search(text)) for text in seen.trimmed]
    if (read.is_read & np.array(halves, dtype=bool)).any() and not form.needs_half:
        return _candidate(seen, replace(form, needs_half=True), way)
    return _Candidate(way, form, read, seen.count(read.is_read))


def _ordered(seen: Seen, candidates: Sequence[_Candidate]) -> tuple[_Candidate, list[Finding]]:
    """Tell the orders of day, month and year apart."""
    first, second, short = candidates
    most = max(first.cells, second.cells)
    if short.cells > most:
        return short, []
    signs = {_parts(seen, one)["s"] for one in (first, second) if one.cells}
    if short.cells == most and signs != {"."}:
        years_first, years_last = _years(short), _years(max(first, second, key=lambda one: one.cells))
        if years_first < years_last:
            return short, []
        if years_first == years_last:
            return first, [_ambiguous(seen, [one for one in candidates if one.cells == most])]
    return _day_or_month_first(seen, first, second, has_points=signs == {"."})


def _years(candidate: _Candidate) -> int:
    """Count the years in which times are: read in the wrong order, days become years."""
    years = candidate.read.local_ms[candidate.read.is_read].astype("datetime64[ms]").astype("datetime64[Y]")
    return len(np.unique(years))


def _day_or_month_first(
    seen: Seen, first: _Candidate, second: _Candidate, *, has_points: bool
) -> tuple[_Candidate, list[Finding]]:
    only_first = first.read.is_read & ~second.read.is_read
    only_second = second.read.is_read & ~first.read.is_read
    best = second if second.cells > first.cells else first
    if only_first.any() and only_second.any():
        return best, [_mixed_orders(seen, only_first, only_second)]
    is_same = (first.read.local_ms == second.read.local_ms)[first.read.is_read].all()
    if only_first.any() or only_second.any() or (is_same and len(seen.places) < _LARGE):
        return best, []
    if not has_points:
        return first, [_ambiguous(seen, [first, second])]
    message = f"dates in column {seen.column!r} are read day first, as dates with points are written"
    mend = f"if the month is first: --time-format '{_directives(seen, second)}'"
    return first, [Finding(Level.NOTE, "day_first", message, mend, seen.examples(first.read.is_read))]


def _with_offsets(seen: Seen, form: TimeFormat, read: Readings) -> tuple[TimeFormat, list[Finding]]:
    with_offset = read.has_offset
    without = read.is_read & ~with_offset
    if not with_offset.any():
        return form, []
    if not without.any():
        return replace(form, offsets="all"), []
    message = (
        f"column {seen.column!r}: {seen.count(with_offset):,} times have an offset from UTC and mean what "
        f"they say, {seen.count(without):,} have none and are local times"
    )
    shown = (*seen.examples(with_offset)[:1], *seen.examples(without)[:2])
    finding = Finding(Level.WARN, "some_offsets", message, "name the zone of the local ones: --zone", shown)
    return replace(form, offsets="some"), [finding]


def _described(seen: Seen, best: _Candidate) -> TimeFormat:
    return (
        replace(best.form, layout=time_words.layout(best.way, _parts(seen, best))) if best.way else best.form
    )


def _parts(seen: Seen, candidate: _Candidate) -> dict[str, str]:
    read = [
        text for text, is_read in zip(seen.trimmed, candidate.read.is_read.tolist(), strict=True) if is_read
    ]
    return clock_readings.parts_seen(read, candidate.form.pattern or "")


def _directives(seen: Seen, candidate: _Candidate) -> str:
    return time_words.directives(candidate.way, _parts(seen, candidate)) if candidate.way else ""


def _ambiguous(seen: Seen, candidates: Sequence[_Candidate]) -> Finding:
    orders = " and ".join("-".join(one.way.order) for one in candidates if one.way)
    message = f"every time in column {seen.column!r} can be read as {orders}"
    flags = " or ".join(f"--time-format '{_directives(seen, one)}'" for one in candidates)
    differing = candidates[0].read.is_read & (candidates[0].read.local_ms != candidates[1].read.local_ms)
    shown = seen.examples(differing if differing.any() else candidates[0].read.is_read)
    return Finding(Level.STOP, "ambiguous_times", message, f"say which it is: {flags}", shown)


def _mixed_orders(seen: Seen, only_first: Bool, only_second: Bool) -> Finding:
    message = (
        f"column {seen.column!r}: {seen.count(only_first):,} dates can only be day first and "
        f"{seen.count(only_second):,} only month first, so that others may be read wrongly"
    )
    shown = (*seen.examples(only_first)[:2], *seen.examples(only_second)[:1])
    mend = "correct the dates, or say which it is with --time-format: the others are then rejected"
    return Finding(Level.STOP, "mixed_time_orders", message, mend, shown, is_acceptable=True)


def _read_otherwise(seen: Seen, best: _Candidate, candidates: Sequence[_Candidate]) -> list[Finding]:
    """Say that cells the format leaves unread are times written in another way."""
    left = seen.has_text & ~best.read.is_read
    others = [
        one
        for one in candidates
        if (one.read.is_read & left).any() and not {one.way, best.way} <= set(_ORDERS)
    ]
    if not others:
        return []
    other = max(others, key=lambda one: seen.count(one.read.is_read & left))
    marked = other.read.is_read & left
    message = (
        f"column {seen.column!r}: {seen.count(marked):,} times are written in another way "
        f"({_described(seen, other).layout}) than the others and are not read"
    )
    return [Finding(Level.WARN, "other_times", message, "write all times in one way", seen.examples(marked))]


def _notes(seen: Seen, best: _Candidate) -> list[Finding]:
    unit = best.form.unit
    if unit is None:
        return []
    code = "excel_times" if unit == day_numbers.EXCEL else "epoch_times"
    message = f"column {seen.column!r} holds numbers, read as {day_numbers.WORDS[unit]}"
    return [
        Finding(
            Level.NOTE,
            code,
            message,
            "if they are something else, map another column",
            seen.examples(best.read.is_read),
        )
    ]


def _unread(seen: Seen, rule: str) -> Finding:
    if not seen.has_text.any():
        return Finding(
            Level.STOP,
            "unread_times",
            f"column {seen.column!r} has no time in any cell",
            "map another column",
        )
    message = f"no cell of column {seen.column!r} {rule}"
    return Finding(Level.STOP, "unread_times", message, _MEND, seen.examples(seen.has_text))
