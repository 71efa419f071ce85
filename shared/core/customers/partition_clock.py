"""Which day it is in a topic-partition: the newest day that enough of its customers have reached.

Read in offset order, so it does not depend on micro-batches. One wrong clock moves nothing: it takes
`min_customers` of them, and a day too far above the clock is held until an operator accepts it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from shared.core.arrays import Int32, Int64
from shared.core.customers.partition_clock_loops import NOBODY, tick_along
from shared.core.customers.transactions import NEVER_DAY


class Reached(NamedTuple):
    """The newest day, since 1970-01-01, that a customer has reached."""

    customer_hash: int
    day: int


@dataclass(frozen=True)
class PartitionClock:
    """Clock of one partition and generation of its topic.

    day : since 1970-01-01, `NEVER_DAY` until enough customers were seen. furthest : the `min_customers` that
    have reached the newest days, newest first. ahead : the same of days that are held.
    waiting_lines, waiting_until : how many lines are held, and up to which day, since the clock last passed
    all of them.
    """

    day: int = NEVER_DAY
    furthest: tuple[Reached, ...] = ()
    ahead: tuple[Reached, ...] = ()
    waiting_lines: int = 0
    waiting_until: int = NEVER_DAY

    def to_document(self) -> dict[str, Any]:
        """Return a plain mapping."""
        pairs = {name: [list(each) for each in getattr(self, name)] for name in ("furthest", "ahead")}
        waiting = {"waiting_lines": self.waiting_lines, "waiting_until": self.waiting_until}
        return {"day": self.day, **pairs, **waiting}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "PartitionClock":
        """Read what `to_document` wrote."""
        return cls(
            day=document["day"],
            furthest=tuple(Reached(*pair) for pair in document["furthest"]),
            ahead=tuple(Reached(*pair) for pair in document["ahead"]),
            waiting_lines=document["waiting_lines"],
            waiting_until=document["waiting_until"],
        )


def advance(
    clock: PartitionClock, customer_hash: Int64, day: Int32, *, min_customers: int, max_jump_days: int
) -> tuple[PartitionClock, Int32]:
    """Read n lines in offset order; return the clock after them, and what it showed before each.

    Parameters
    ----------
    customer_hash : (n,) int64, not negative. day : (n,) int32, local day of each event.
    min_customers : distinct customers who must have reached a day for it to count, 1 or more.
    max_jump_days : a day further above the clock than this is held; it does not count.

    Returns
    -------
    known_floor : (n,) int32; a line is known no earlier than this day, and `NEVER_DAY` where there was none.
    """
    furthest = _slots(clock.furthest, min_customers)
    ahead = _slots(clock.ahead, min_customers)
    state = np.array([clock.day, clock.waiting_lines, clock.waiting_until], np.int64)
    floor = np.empty(day.size, np.int32)
    tick_along(customer_hash, day, max_jump_days, *furthest, *ahead, state, floor)
    shown, lines, until = state.tolist()
    return PartitionClock(shown, _reached(*furthest), _reached(*ahead), lines, until), floor


def accept(clock: PartitionClock, *, min_customers: int) -> PartitionClock:
    """Let the days that were held count: an operator has confirmed that they are right."""
    newest: dict[int, int] = {}
    for customer_hash, day in clock.furthest + clock.ahead:
        newest[customer_hash] = max(day, newest.get(customer_hash, NEVER_DAY))
    furthest = _reached(*_slots(tuple(Reached(*pair) for pair in newest.items()), min_customers))
    day = furthest[-1].day if len(furthest) == min_customers else NEVER_DAY
    return PartitionClock(max(clock.day, day), furthest)


def known_days(day: Int32, known_floor: Int32, step_day: int) -> Int32:
    """Return the day from which measurements see each line, (n,): none that may be closed already."""
    return np.maximum(np.maximum(day, known_floor), np.int32(step_day))


def _slots(reached: tuple[Reached, ...], size: int) -> tuple[Int64, Int64]:
    """Return hashes and days of the `size` furthest; slots that nobody has taken are the lowest."""
    kept = sorted(reached, key=lambda each: (each.day, each.customer_hash), reverse=True)[:size]
    kept += [Reached(NOBODY, NEVER_DAY)] * (size - len(kept))
    hashes, days = np.array(kept, np.int64).T.copy()
    return hashes, days


def _reached(hashes: Int64, days: Int64) -> tuple[Reached, ...]:
    taken = [Reached(*pair) for pair in zip(hashes.tolist(), days.tolist(), strict=True) if pair[0] != NOBODY]
    return tuple(sorted(taken, key=lambda each: (each.day, each.customer_hash), reverse=True))
