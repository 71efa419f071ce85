"""The compiled loops over the rows of each customer. Callers check the days first.

`starts` is (m + 1,): the rows of customer i are [starts[i], starts[i + 1]), sorted by day, then known.
"""

from shared.core.arrays import Bool, Int32, Int64
from shared.core.compiled import compiled
from shared.core.customers.transactions import ENDLESS_MS


@compiled
def find_places(
    starts: Int64,
    day: Int32,
    known: Int32,
    other_starts: Int64,
    other_day: Int32,
    other_known: Int32,
    places: Int64,
    other_places: Int64,
    joined_starts: Int64,
) -> None:
    """Write where each row of two tables stands in the table of both, in which equal rows are one."""
    at = 0
    for customer in range(starts.size - 1):
        row, end = starts[customer], starts[customer + 1]
        other, other_end = other_starts[customer], other_starts[customer + 1]
        while row < end or other < other_end:
            order = 0
            if other == other_end:
                order = -1
            elif row == end:
                order = 1
            elif day[row] != other_day[other]:
                order = -1 if day[row] < other_day[other] else 1
            elif known[row] != other_known[other]:
                order = -1 if known[row] < other_known[other] else 1
            if order <= 0:
                places[row] = at
                row += 1
            if order >= 0:
                other_places[other] = at
                other += 1
            at += 1
        joined_starts[customer + 1] = at


@compiled
def add_known(
    day: int,
    starts: Int64,
    known: Int32,
    orders: Int32,
    first_ms: Int64,
    last_ms: Int64,
    gross: Int64,
    returned: Int64,
    frequency: Int64,
    monetary: Int64,
    first: Int64,
    last: Int64,
    is_known: Bool,
) -> None:
    """Add to the last five, (m,) each, the rows that were known on `day`."""
    for customer in range(starts.size - 1):
        for row in range(starts[customer], starts[customer + 1]):
            if known[row] <= day:
                is_known[customer] = True
                frequency[customer] += orders[row]
                monetary[customer] += gross[row] - returned[row]
                first[customer] = min(first[customer], first_ms[row])
                last[customer] = max(last[customer], last_ms[row])


@compiled
def add_window(
    day: int,
    n_days: int,
    starts: Int64,
    days: Int32,
    known: Int32,
    orders: Int32,
    lines: Int32,
    first_ms: Int64,
    gross: Int64,
    returned: Int64,
    sums: Int64,
) -> None:
    """Add to sums (5, m) the orders, lines, gross, returned and days with a purchase of the window."""
    for customer in range(starts.size - 1):
        newest = day - n_days
        for row in range(starts[customer], starts[customer + 1]):
            if days[row] > day - n_days and known[row] <= day:
                sums[0, customer] += orders[row]
                sums[1, customer] += lines[row]
                sums[2, customer] += gross[row]
                sums[3, customer] += returned[row]
                if first_ms[row] < ENDLESS_MS and days[row] > newest:
                    sums[4, customer] += 1
                    newest = days[row]


@compiled
def add_unknown(day: int, starts: Int64, known: Int32, lines: Int32, waiting: Int64) -> None:
    """Add to waiting (m,) the lines of rows that were not known on `day` yet."""
    for customer in range(starts.size - 1):
        for row in range(starts[customer], starts[customer + 1]):
            if known[row] > day:
                waiting[customer] += lines[row]
