"""One customer's account: what each line does to it."""

import heapq
from typing import Literal, TypeAlias

from shared.recount.line import DAY_MS, Line, RecountRules
from shared.recount.past import DaySums, Key, Past

Outcome: TypeAlias = Literal["applied", "duplicate", "late"]


class Account:
    """RFM state of one customer after the lines taken so far; times in ms since the epoch."""

    __slots__ = (
        "_by_time",
        "_events",
        "_invoices",
        "applied",
        "duplicate",
        "first_purchase_ms",
        "frequency",
        "last_purchase_ms",
        "late",
        "late_floor_ms",
        "monetary_minor",
        "newest_event_ms",
        "past",
    )

    def __init__(self) -> None:
        self.frequency = 0
        self.monetary_minor = 0
        self.first_purchase_ms: int | None = None
        self.last_purchase_ms: int | None = None
        self.newest_event_ms: int | None = None
        self.late_floor_ms: int | None = None
        self.applied = self.duplicate = self.late = 0
        self.past = Past()
        self._events: set[tuple[int, str]] = set()
        self._by_time: list[tuple[int, str]] = []
        self._invoices: dict[str, int] = {}

    def take(self, line: Line, key: Key, rules: RecountRules) -> Outcome:
        """Apply a line, unless it is late or known; late is asked first.

        key : its local day, and the day from which it is known.
        """
        if self._is_late(line, rules):
            self.late += 1
            return "late"
        if (line.time_ms, line.event_id) in self._events:
            self.duplicate += 1
            return "duplicate"
        self._remember(line, rules)
        self.past.add(key, self._count(line, rules))
        self.applied += 1
        return "applied"

    def _is_late(self, line: Line, rules: RecountRules) -> bool:
        if self.newest_event_ms is None:
            return False
        below_floor = self.late_floor_ms is not None and line.time_ms <= self.late_floor_ms
        return below_floor or line.time_ms < self.newest_event_ms - rules.state.horizon_days * DAY_MS

    def _remember(self, line: Line, rules: RecountRules) -> None:
        """Keep the event's identity within the horizon; one too many raises the floor for good."""
        self.newest_event_ms = max(line.time_ms, self.newest_event_ms or 0)
        self._events.add((line.time_ms, line.event_id))
        heapq.heappush(self._by_time, (line.time_ms, line.event_id))
        while self._by_time[0][0] < self.newest_event_ms - rules.state.horizon_days * DAY_MS:
            self._forget_oldest()
        while len(self._by_time) > rules.state.max_recent_events:
            self.late_floor_ms = self._forget_oldest()

    def _forget_oldest(self) -> int:
        oldest = heapq.heappop(self._by_time)
        self._events.remove(oldest)
        return oldest[0]

    def _count(self, line: Line, rules: RecountRules) -> DaySums:
        """Count a line and return what it adds to its day."""
        self.monetary_minor += line.amount_minor
        if not line.is_purchase(rules.input.cancellation_prefix):
            return DaySums(lines=1, returned=-line.amount_minor)
        opens = not self._is_known_invoice(line, rules)
        self.frequency += opens
        self._invoices[line.invoice_no] = max(line.time_ms, self._invoices.get(line.invoice_no, 0))
        first, last = self.first_purchase_ms, self.last_purchase_ms
        self.first_purchase_ms = line.time_ms if first is None else min(first, line.time_ms)
        self.last_purchase_ms = line.time_ms if last is None else max(last, line.time_ms)
        return DaySums(int(opens), 1, line.amount_minor, 0, line.time_ms, line.time_ms)

    def _is_known_invoice(self, line: Line, rules: RecountRules) -> bool:
        """Remember an invoice by its newest line for the horizon and a day; then it counts again."""
        newest_line_ms = self._invoices.get(line.invoice_no)
        kept_ms = (rules.state.horizon_days + 1) * DAY_MS
        assert self.newest_event_ms is not None  # noqa: S101 - set by _remember
        if newest_line_ms is None or newest_line_ms < self.newest_event_ms - kept_ms:
            self._invoices.pop(line.invoice_no, None)
            return False
        return True
