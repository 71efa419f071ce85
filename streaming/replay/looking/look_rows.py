"""The short table of a look: what was understood, in a person's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from shared.intake.layout import SAMPLE_ROWS
from shared.intake.times.parsing import NO_TIME
from shared.meaning.fields import fields_of
from shared.meaning.profiles import FIELDS, Profile, parts_of
from streaming.replay.event_rows import EventRows
from streaming.replay.looking.sample_findings import JudgedSample
from streaming.replay.opened import Reading, SampledFile
from streaming.replay.order import TimeOrder

_SIGNS = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars", " ": "blanks"}


class Understood(NamedTuple):
    """A line of the table."""

    what: str
    value: str


@dataclass(frozen=True)
class ColumnLook:
    """What a column was taken for. example : a cell as it stands. sent : as it is sent, if otherwise."""

    field: str
    column: str
    example: str
    sent: str


def file_rows(opened: SampledFile, order: TimeOrder | None) -> tuple[Understood, ...]:
    """Say what kind of file it is, and how many rows it has."""
    layout, sample = opened.layout, opened.sample
    parts = [layout.kind, layout.packed, layout.encoding]
    if layout.separator is not None:
        parts.append(f"separated by {_SIGNS.get(layout.separator, repr(layout.separator))}")
    if layout.kind not in {"Parquet", "JSON lines", "JSON array"}:
        parts.append(f"column names in line {layout.header_line}")
    seen = len(sample.rows) + len(sample.damaged)
    if order is not None and order.rows > seen:
        size = f"{order.rows:,}, of which the first {seen:,} were looked at"
    else:
        size = f"at least {seen:,}" if order is None and seen >= SAMPLE_ROWS else f"{seen:,}"
    return Understood("file", ", ".join(part for part in parts if part)), Understood("rows", size)


def time_rows(reading: Reading, order: TimeOrder | None) -> tuple[Understood, ...]:
    """Say how times, numbers and ids are written, and in which order the rows stand."""
    profile = reading.profile
    rows = []
    if reading.times is not None:
        rows.append(Understood("times", reading.times.words(profile.zone)))
    if order is not None and order.first_ms is not None and order.last_ms is not None:
        first, last = (_moment(ms, profile.zone) for ms in (order.first_ms, order.last_ms))
        rows += [Understood("from, to", f"{first} to {last}"), Understood("order", _order(profile, order))]
    rows.append(Understood("numbers", reading.numbers.words))
    if "customer_id" in reading.ids:
        rows.append(Understood("customer ids", reading.ids["customer_id"].words))
    rows.append(Understood("a row is known by", _known_by(profile)))
    return tuple(rows)


def trade_rows(sample: JudgedSample, order: TimeOrder | None) -> tuple[Understood, ...]:
    """Say what trade the rows show that were looked at."""
    fates, n = sample.judge.fates, max(len(sample.batch), 1)
    is_part = order is not None and order.rows > len(sample.batch)
    rejected = f"{fates.n_rejected:,} of {len(sample.batch):,} rows ({fates.n_rejected / n:.1%})"
    guests = f"{fates.guests:,} rows without a customer ({fates.guests / n:.1%})"
    lowered = {"return": sample.n_returns, "discount within an order": sample.n_discounts}
    returns = ", ".join(_counted(count, what) for what, count in lowered.items() if count)
    return (
        Understood("customers", f"{sample.judge.n_customers:,}{' in the rows looked at' if is_part else ''}"),
        Understood("guests", guests if fates.guests else "none"),
        Understood("returns", returns or "none"),
        Understood("rejected", rejected if fates.n_rejected else "none"),
    )


def column_looks(profile: Profile, opened: SampledFile, lines: EventRows | None) -> tuple[ColumnLook, ...]:
    """Say what each column means, with an example; then which ones mean nothing."""
    names = opened.layout.names
    known = {f: c for f, c in profile.columns.items() if set(parts_of(c, names)) <= set(names)}
    cells = fields_of(Profile("", known), opened.sample.cells) if known else None
    looks = []
    for field in FIELDS:
        if field in profile.constants:
            looks.append(ColumnLook(field, "(always)", profile.constants[field], ""))
        elif field in known and cells is not None:
            place = _first_filled(cells[field].tolist())
            example = cells[field].iloc[place] if len(cells) else ""
            looks.append(ColumnLook(field, known[field], example, _sent(field, lines, place, example)))
    used = {part for column in known.values() for part in parts_of(column, names)}
    unused = [name for name in names if name not in used]
    if unused:
        looks.append(ColumnLook("not used", ", ".join(unused), "", ""))
    return tuple(looks)


def _first_filled(texts: Sequence[str]) -> int:
    return next((place for place, text in enumerate(texts) if text), 0)


def _sent(field: str, lines: EventRows | None, place: int, example: str) -> str:
    if lines is None or not len(lines):
        return ""
    if field == "event_time":
        ms = int(lines.times_ms[place])
        return "" if ms == NO_TIME else f"{np.datetime64(ms, 'ms').item():%Y-%m-%d %H:%M:%S} UTC"
    sent = lines.texts[field][place]
    return "" if sent == example else sent


def _order(profile: Profile, order: TimeOrder) -> str:
    if order.is_ordered:
        stands = "in order of time"
        if order.furthest_ms:
            stands += f" (but for less than a day: up to {order.furthest_ms / 3_600_000:.1f} hours back)"
    else:
        stands = "newest first" if order.is_newest_first else "not in order of time"
    return f"{stands}; sorted before sending" if profile.sort else stands


def _known_by(profile: Profile) -> str:
    if profile.numbered:
        return "its number in the file"
    if "event_id" in profile.columns:
        return f"its {profile.columns['event_id']!r}"
    return "its content"


def _moment(ms: int, zone: str) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _counted(n: int, what: str) -> str:
    first, _, rest = what.partition(" ")
    plural = "" if n == 1 else "s"
    return f"{n:,} {first}{plural} {rest}".rstrip()
