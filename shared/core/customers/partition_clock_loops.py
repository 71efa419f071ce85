"""The compiled loop of a partition's clock: who has reached the newest days, line after line."""

from shared.core.arrays import Int32, Int64
from shared.core.compiled import compiled
from shared.core.customers.transactions import NEVER_DAY

NOBODY = -1
"""Hash in a slot that is not taken yet; its day is `NEVER_DAY`."""


@compiled
def _reach(hashes: Int64, days: Int64, customer_hash: int, day: int) -> None:
    """Keep a customer's newest day, if it is among the newest of as many as there are slots."""
    lowest = 0
    for slot in range(days.size):
        if hashes[slot] == customer_hash:
            days[slot] = max(days[slot], day)
            return
        is_older = days[slot] < days[lowest]
        if is_older or (days[slot] == days[lowest] and hashes[slot] < hashes[lowest]):
            lowest = slot
    if day > days[lowest] or (day == days[lowest] and customer_hash > hashes[lowest]):
        hashes[lowest], days[lowest] = customer_hash, day


@compiled
def tick_along(
    customer_hash: Int64,
    day: Int32,
    max_jump_days: int,
    furthest_hashes: Int64,
    furthest_days: Int64,
    ahead_hashes: Int64,
    ahead_days: Int64,
    state: Int64,
    floor: Int32,
) -> None:
    """Write the clock before each line into `floor` (n,); bring slots (k,) and state up to date.

    state : the clock's day, lines held, newest day that is held.
    """
    for line in range(day.size):
        floor[line] = state[0]
        if state[0] > NEVER_DAY and day[line] > state[0] + max_jump_days:
            _reach(ahead_hashes, ahead_days, customer_hash[line], day[line])
            state[1] += 1
            state[2] = max(state[2], day[line])
            continue
        _reach(furthest_hashes, furthest_days, customer_hash[line], day[line])
        state[0] = max(state[0], furthest_days.min())
        if state[1] and state[0] >= state[2]:
            ahead_hashes[:], ahead_days[:] = NOBODY, NEVER_DAY
            state[1], state[2] = 0, NEVER_DAY
