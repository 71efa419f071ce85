"""All customers' accounts, and the totals of what was read."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from shared.recount.account import Account
from shared.recount.line import RecountRules, read_line
from shared.recount.partition_day import PartitionDay
from shared.recount.past import Key, local_day


@dataclass
class Totals:
    """Counts over the records below the stored offsets, and the guests' net spend."""

    read: int = 0
    applied: int = 0
    duplicate: int = 0
    late: int = 0
    unattributed: int = 0
    unattributed_minor: int = 0
    rejected: int = 0


class Ledger:
    """Takes records in offset order within each partition.

    Parameters
    ----------
    offsets : partition -> first offset that the stored totals do not include.
    fences : customer -> partition -> highest offset that the stored customer includes. A record
        at or above `offsets` counts for its customer only if it lies behind that fence.
    """

    def __init__(
        self, rules: RecountRules, offsets: Mapping[int, int], fences: Mapping[str, Mapping[int, int]]
    ) -> None:
        self.accounts: dict[str, Account] = {}
        self.totals = Totals()
        self._rules = rules
        self._offsets = offsets
        self._fences = fences
        self._today = defaultdict[int, PartitionDay](
            lambda: PartitionDay(rules.tick.min_customers, rules.tick.max_jump_days)
        )

    def add(self, partition: int, offset: int, kafka_ms: int, value: bytes | None) -> None:
        """Count one record wherever it belongs."""
        is_below = offset < self._offsets.get(partition, 0)
        line = read_line(value, kafka_ms, self._rules)
        outcome: str
        if line is None:
            outcome = "rejected"
        elif line.customer_id is None:
            outcome = "unattributed"
            self.totals.unattributed_minor += line.amount_minor if is_below else 0
        else:
            key = self._days(partition, line.customer_id, line.time_ms)
            if not is_below and offset > self._fences.get(line.customer_id, {}).get(partition, -1):
                return
            outcome = self.accounts.setdefault(line.customer_id, Account()).take(line, key, self._rules)
        if is_below:
            self.totals.read += 1
            setattr(self.totals, outcome, getattr(self.totals, outcome) + 1)

    def _days(self, partition: int, customer_id: str, time_ms: int) -> Key:
        """Return on which day a line happened and from which it is known.

        The partition's day moves over every line, also over one that its customer does not include yet.
        """
        day = local_day(time_ms, self._rules.input.zone)
        before = self._today[partition].see(customer_id, day)
        return day, day if before is None else max(day, before)
