"""The rules of a customer's state as a plain loop over events: slow, obvious, its own code throughout."""

from dataclasses import dataclass, field
from typing import NamedTuple

DAY_MS = 86_400_000


class Line(NamedTuple):
    """One invoice line; a purchase unless `is_return`."""

    customer: int
    event: int
    invoice: int
    ms: int
    amount: int
    is_return: bool


@dataclass
class Customer:
    """What is known of one customer, with everything remembered that was ever applied."""

    frequency: int = 0
    monetary: int = 0
    first: int | None = None
    last: int | None = None
    newest: int | None = None
    applied: int = 0
    duplicate: int = 0
    late: int = 0
    events: set[tuple[int, int]] = field(default_factory=set)
    newest_line_of: dict[int, int] = field(default_factory=dict)

    def take(self, line: Line, horizon_days: int) -> str:
        """Apply one line and say what became of it."""
        horizon = horizon_days * DAY_MS
        if self.newest is not None and line.ms < self.newest - horizon:
            self.late += 1
            return "late"
        if (line.event, line.ms) in self.events:
            self.duplicate += 1
            return "duplicate"
        self.applied += 1
        self.events.add((line.event, line.ms))
        self.newest = line.ms if self.newest is None else max(self.newest, line.ms)
        self.monetary += line.amount
        if not line.is_return:
            self._buy(line, self.newest - horizon - DAY_MS)
        return "applied"

    def _buy(self, line: Line, oldest_invoice: int) -> None:
        known = self.newest_line_of.get(line.invoice)
        if known is None or known < oldest_invoice:
            self.frequency += 1
            known = line.ms
        self.newest_line_of[line.invoice] = max(known, line.ms)
        self.first = line.ms if self.first is None else min(self.first, line.ms)
        self.last = line.ms if self.last is None else max(self.last, line.ms)


def replay(lines: list[Line], n_customers: int, horizon_days: int) -> tuple[list[Customer], list[str]]:
    """Take the lines in order; return everybody's state and each line's outcome."""
    customers = [Customer() for _ in range(n_customers)]
    return customers, [customers[line.customer].take(line, horizon_days) for line in lines]
