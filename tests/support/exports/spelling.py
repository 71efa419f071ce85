"""How numbers and times are written in a file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Numbers:
    """How numbers are written. negative : with "{}" for the number without its sign."""

    decimal: str = "."
    thousands: str = ""
    money: str = "{}"
    negative: str = "-{}"

    @property
    def is_western(self) -> bool:
        """Whether an old Windows can write them."""
        return not {"\u202f", "\u2212"} & set(self.thousands + self.negative)

    def write(self, value: Decimal, places: int, *, is_money: bool) -> str:
        """Write a number with so many decimals."""
        text = f"{abs(value):,.{places}f}".translate(str.maketrans({",": self.thousands, ".": self.decimal}))
        text = self.money.format(text) if is_money else text
        return self.negative.format(text) if value < 0 else text


@dataclass(frozen=True)
class Times:
    """How times are written, to which step, and what `--time-format` says of it."""

    name: str
    write: Callable[[datetime], str]
    step: timedelta
    pattern: str | None = None

    @classmethod
    def of(cls, pattern: str, step: timedelta) -> "Times":
        """Write times as `strftime` does."""
        return cls(pattern, lambda when: when.strftime(pattern), step, pattern)


_DAY, _MINUTE, _SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
_MS = timedelta(milliseconds=1)
_BERLIN, _NEW_YORK, _KOLKATA = (
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("America/New_York"),
    ZoneInfo("Asia/Kolkata"),
)


def _offset(zone: ZoneInfo | timezone, cut: str) -> Callable[[datetime], str]:
    def write(when: datetime) -> str:
        text = when.astimezone(zone).isoformat(" ", timespec="seconds")
        return {"+01:00": text, "+0100": text[:-3] + text[-2:], "+01": text[:-3]}[cut]

    return write


def _unpadded(when: datetime) -> str:
    return f"{when.month}/{when.day}/{when.year} {when.hour}:{when.minute:02}"


def _afternoon(when: datetime) -> str:
    return (
        f"{when.month}/{when.day}/{when.year} {when.hour % 12 or 12}:{when.minute:02} {'AP'[when.hour > 11]}M"
    )


TIMES = (
    *(Times.of(pattern, _MINUTE) for pattern in (
        "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d-%m-%Y %H:%M",
        "%Y/%m/%d %H:%M", "%d.%m.%y %H:%M", "%Y%m%d %H%M", "%b %d, %Y %I:%M %p", "%d-%b-%y %H:%M",
    )),
    *(Times.of(pattern, _DAY) for pattern in (
        "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%m-%d-%Y", "%Y%m%d", "%d %B %Y",
        "%d/%m/%y", "%m/%d/%y", "%B %d, %Y", "%y-%m-%d",
    )),
    *(Times.of(pattern, _SECOND) for pattern in (
        "%Y-%m-%dT%H:%M:%SZ", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S UTC", "%a, %d %b %Y %H:%M:%S +0000",
    )),
    Times("1/31/2024 9:05", _unpadded, _MINUTE, "%m/%d/%Y %H:%M"),
    Times("1/31/2024 9:05 PM", _afternoon, _MINUTE, "%m/%d/%Y %I:%M %p"),
    Times("milliseconds", lambda when: when.isoformat(timespec="milliseconds"), _MS),
    Times("epoch seconds", lambda when: str(int(when.timestamp())), _SECOND),
    Times("epoch milliseconds", lambda when: str(round(when.timestamp() * 1000)), _MS),
    Times("Berlin +01:00", _offset(_BERLIN, "+01:00"), _SECOND),
    Times("Berlin +0100", _offset(_BERLIN, "+0100"), _SECOND),
    Times("Berlin +01", _offset(_BERLIN, "+01"), _SECOND),
    Times("New York -0500", _offset(_NEW_YORK, "+0100"), _SECOND),
    Times("Kolkata +0530", _offset(_KOLKATA, "+0100"), _SECOND),
)  # fmt: skip

DAYS = tuple(times for times in TIMES if times.step == _DAY)
"""Ways to write a day beside a column of hours."""
