"""What a customer did by day and known day, and what a document says of it, in plain code."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias
from zlib import crc32
from zoneinfo import ZoneInfo

DAY_MS = 86_400_000
Key: TypeAlias = tuple[int, int]
"""Day, known day; both since 1970-01-01."""

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(slots=True)
class DaySums:
    """Sums of lines, money in 1/10,000; first and last purchase in ms, None without one."""

    orders: int = 0
    lines: int = 0
    gross: int = 0
    returned: int = 0
    first: int | None = None
    last: int | None = None

    def add(self, other: "DaySums") -> None:
        """Add other lines."""
        self.orders, self.lines = self.orders + other.orders, self.lines + other.lines
        self.gross, self.returned = self.gross + other.gross, self.returned + other.returned
        times = [t for t in (self.first, self.last, other.first, other.last) if t is not None]
        self.first, self.last = min(times, default=None), max(times, default=None)


@dataclass(slots=True)
class Past:
    """Rows by day and known day; through : what became known by then is in `total` alone."""

    rows: dict[Key, DaySums] = field(default_factory=dict)
    total: DaySums = field(default_factory=DaySums)
    through: int | None = None

    def add(self, key: Key, sums: DaySums) -> None:
        """Count lines of a day and known day."""
        self.rows.setdefault(key, DaySums()).add(sums)

    def folded(self, through: int | None, history_days: int) -> "Past":
        """Return the same with everything known by `through` in total, and old days sharing a row."""
        found = Past(through=through)
        found.total.add(self.total)
        for (day, known), sums in self.rows.items():
            if through is not None and known <= through:
                found.total.add(sums)
            else:
                found.add((max(day, known - history_days), known), sums)
        found.total.lines = 0  # of what is folded nobody keeps the lines
        return found

    def by_day(self) -> "Past":
        """Return the same as if everything had been known on its day."""
        found = Past(total=self.total, through=self.through)
        for (day, _), sums in self.rows.items():
            found.add((day, day), sums)
        return found

    def summed(self) -> DaySums:
        """Return what everything comes to; the lines of what is folded are not in it."""
        found = DaySums()
        for sums in (self.total, *self.rows.values()):
            found.add(sums)
        return found


def local_day(time_ms: int, zone: str) -> int:
    """Return the day since 1970-01-01 on which a moment falls in a zone."""
    return datetime.fromtimestamp(time_ms // 1000, ZoneInfo(zone)).toordinal() - _EPOCH


def read_past(blob: bytes) -> Past | None:
    """Read a stored history (docs/history.md); None if its bytes do not add up."""
    body, check = blob[:-4], blob[-4:]
    if len(body) < 2 or body[0] != 1 or body[-1] > 127 or crc32(body).to_bytes(4, "little") != check:
        return None
    numbers = _numbers(body[1:])
    try:
        n_rows, has_total = divmod(next(numbers), 2)
        past = Past()
        if has_total:
            through, orders, gross, returned = [_signed(next(numbers)) for _ in range(4)]
            past.through, past.total = through, DaySums(orders, 0, gross, returned, *_span(numbers, 0))
        day = 0
        for _ in range(n_rows):
            day += _signed(next(numbers))
            known, orders, lines = day + next(numbers), next(numbers), next(numbers)
            first, last = _span(numbers, day * DAY_MS)
            gross, returned = _signed(next(numbers)), _signed(next(numbers))
            past.add((day, known), DaySums(orders, lines, gross, returned, first, last))
    except StopIteration:
        return None
    return None if any(True for _ in numbers) else past


def _numbers(data: bytes) -> Iterator[int]:
    value, shift = 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value, shift = 0, 0


def _signed(number: int) -> int:
    return -(number + 1) // 2 if number % 2 else number // 2


def _span(numbers: Iterator[int], origin: int) -> tuple[int | None, int | None]:
    length = next(numbers)
    if not length:
        return None, None
    first = _signed(next(numbers)) + origin
    return first, first + length - 1
