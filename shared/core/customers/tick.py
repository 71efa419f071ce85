"""What "today" is, learnt from the days that events fall on.

A day has come once enough distinct customers have reached it, which is to have bought on it or later:
one wrong clock cannot age everybody, and a shop of two orders a day has a today like any other. A jump
of more than a month is held back and reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ActiveDays = Mapping[date, frozenset[int]]
"""Local day -> hashes of distinct customers seen on it, at most as many as the rule asks for."""


@dataclass(frozen=True)
class TickRule:
    """zone : where midnight is. min_customers : distinct customers who must have reached a day."""

    zone: ZoneInfo
    min_customers: int
    max_jump_days: int


@dataclass(frozen=True)
class Tick:
    """as_of : what recency is measured against from now on; None before the first day counts.

    held : the instant that was held back because it lies too far ahead, if any.
    """

    as_of: datetime | None
    held: datetime | None = None


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which `day` is over in `zone`, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(ZoneInfo("UTC"))


def next_tick(
    current: datetime | None, days: ActiveDays, rule: TickRule, *, accept_jump: bool = False
) -> Tick:
    """Move `current` to the end of the newest day that enough customers have reached; never backwards.

    Days further ahead than a jump may go do not count: the clocks of their customers are in doubt. With
    `accept_jump` an operator has confirmed that they are right.

    Examples
    --------
    Two customers bought on 4 March 2011; the third, whose clock is a year ahead, moves nobody's date:

    >>> rule = TickRule(ZoneInfo("UTC"), min_customers=2, max_jump_days=31)
    >>> days = {date(2011, 3, 4): frozenset({1, 2}), date(2012, 3, 4): frozenset({7})}
    >>> str(next_tick(None, days, rule).as_of)
    '2011-03-05 00:00:00+00:00'
    """
    newest = _newest_reached(days, rule)
    if current is None or newest is None or newest <= current:
        return Tick(max(filter(None, (current, newest)), default=None))
    furthest = current + timedelta(days=rule.max_jump_days)
    if accept_jump:
        return Tick(newest)
    near = {day: seen for day, seen in days.items() if midnight_after(day, rule.zone) <= furthest}
    reached = _newest_reached(near, rule)
    return Tick(max(current, reached or current), held=newest if newest > furthest else None)


def _newest_reached(days: ActiveDays, rule: TickRule) -> datetime | None:
    """Return the end of the newest day on which, or after which, enough customers were seen."""
    reached: frozenset[int] = frozenset()
    for day in sorted(days, reverse=True):
        reached |= days[day]
        if len(reached) >= rule.min_customers:
            return midnight_after(day, rule.zone)
    return None


def merge_active_days(
    first: ActiveDays, second: ActiveDays, min_customers: int
) -> dict[date, frozenset[int]]:
    """Union per day, cut to the `min_customers` smallest hashes so that it stays small and order-free."""
    merged: dict[date, frozenset[int]] = {}
    for day in first.keys() | second.keys():
        seen = first.get(day, frozenset()) | second.get(day, frozenset())
        merged[day] = frozenset(sorted(seen)[:min_customers])
    return merged


def open_days(days: ActiveDays, as_of: datetime | None, zone: ZoneInfo) -> dict[date, frozenset[int]]:
    """Return the days that a later tick may still depend on."""
    return {day: seen for day, seen in days.items() if as_of is None or midnight_after(day, zone) > as_of}
