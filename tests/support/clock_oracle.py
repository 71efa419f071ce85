"""The clock of a partition as its definition reads: every line looks at all lines before it."""

from typing import NamedTuple


class Seen(NamedTuple):
    """A line: whose it is, and its local day."""

    customer: int
    day: int


def kth_newest(lines: list[Seen], k: int) -> int | None:
    """Return the newest day that k distinct customers have reached."""
    newest = {}
    for line in lines:
        newest[line.customer] = max(line.day, newest.get(line.customer, line.day))
    days = sorted(newest.values(), reverse=True)
    return days[k - 1] if len(days) >= k else None


class PlainClock:
    """Keeps every line for ever."""

    def __init__(self, min_customers: int, max_jump_days: int) -> None:
        self.min_customers, self.max_jump_days = min_customers, max_jump_days
        self.counting: list[Seen] = []
        self.held: list[Seen] = []
        self.day: int | None = None

    def see(self, line: Seen) -> int | None:
        """Take a line; return the clock before it."""
        before = self.day
        if before is not None and line.day > before + self.max_jump_days:
            self.held.append(line)
            return before
        self.counting.append(line)
        self.day = kth_newest(self.counting, self.min_customers)
        if self.held and self.day is not None and self.day >= max(each.day for each in self.held):
            self.held = []
        return before

    def accept(self) -> None:
        self.counting += self.held
        self.held = []
        self.day = kth_newest(self.counting, self.min_customers)
