"""Apply transactions to customers' RFM state: exact, in offset order, vectorised.

Every rule is stated per event and computed per column; the outcome does not depend on
how the events are cut into batches. tests/unit/core/customers holds the same rules as
a plain loop over events and checks that both agree.
"""

from dataclasses import dataclass, fields

import numpy as np

from shared.core.arrays import Bool, Int64, UInt64
from shared.core.customers.features import MS_PER_DAY, RfmColumns
from shared.core.customers.recent import EMPTY, Recent, concatenate, newest_of_each, trim
from shared.core.customers.running import running_maximum
from shared.core.customers.transactions import ENDLESS_MS, NEVER_MS, Transactions

INVOICE_GRACE_MS = MS_PER_DAY
"""Invoices are remembered this much longer than events, so that one written past midnight stays one."""


@dataclass(frozen=True)
class CustomerStates:
    """State of m customers, one column per quantity; see `Transactions` for units.

    first_purchase_ms is `ENDLESS_MS`, last_purchase_ms, newest_event_ms and late_floor_ms are
    `NEVER_MS` where there is none. applied, duplicate, late count records since the beginning.
    """

    frequency: Int64
    monetary_minor: Int64
    first_purchase_ms: Int64
    last_purchase_ms: Int64
    newest_event_ms: Int64
    late_floor_ms: Int64
    applied: Int64
    duplicate: Int64
    late: Int64
    recent_events: Recent
    recent_invoices: Recent

    def __len__(self) -> int:
        return self.frequency.size

    def take(self, index: Int64) -> "CustomerStates":
        """Return the numbers of the customers at `index`; their memories are not carried over."""
        columns = {name: getattr(self, name)[index] for name in SCALARS}
        return CustomerStates(**columns, recent_events=EMPTY, recent_invoices=EMPTY)

    @property
    def rfm(self) -> RfmColumns:
        """The part that features are made of."""
        return RfmColumns(self.frequency, self.monetary_minor, self.first_purchase_ms, self.last_purchase_ms)


SCALARS = tuple(field.name for field in fields(CustomerStates))[:9]
"""The columns that hold one number per customer."""


@dataclass(frozen=True)
class Outcomes:
    """What became of n rows: exactly one of the first three is true for each.

    opens_invoice : applied purchase lines that are the first of their invoice.
    """

    is_applied: Bool
    is_duplicate: Bool
    is_late: Bool
    opens_invoice: Bool

    def take(self, index: Int64) -> "Outcomes":
        """Return the rows at `index`, in that order."""
        return Outcomes(*(getattr(self, field.name)[index] for field in fields(self)))


def apply_transactions(
    states: CustomerStates, rows: Transactions, *, horizon_days: int, max_recent: int
) -> tuple[CustomerStates, Outcomes]:
    """Bring `states` (m customers) up to date with `rows` (n lines of those customers).

    Late: older than the customer's running newest event by more than the horizon, or not
    after its late floor. Duplicate: not late, and the same event id and time were applied
    within the horizon. Everything else is applied.
    """
    order = np.argsort(rows.customer, kind="stable")
    lines = rows.take(order)
    horizon_ms = horizon_days * MS_PER_DAY
    newest = running_maximum(
        np.maximum(lines.event_ms, states.newest_event_ms[lines.customer]), lines.customer
    )
    outcomes = _judge(states, lines, newest - horizon_ms)
    numbers = _updated_numbers(states, lines, outcomes)
    updated = _remember(states, numbers, lines, outcomes.is_applied, horizon_ms, max_recent)
    return updated, outcomes.take(np.argsort(order))


def _judge(states: CustomerStates, lines: Transactions, oldest_ms: Int64) -> Outcomes:
    is_late = (lines.event_ms < oldest_ms) | (lines.event_ms <= states.late_floor_ms[lines.customer])
    is_duplicate = ~is_late & _seen_before(states.recent_events, lines, ~is_late)
    is_applied = ~is_late & ~is_duplicate
    opens = _opens_invoice(states.recent_invoices, lines, is_applied, oldest_ms - INVOICE_GRACE_MS)
    return Outcomes(is_applied, is_duplicate, is_late, opens)


def _seen_before(recent: Recent, lines: Transactions, candidates: Bool) -> Bool:
    """Whether an earlier candidate or a remembered event has the row's hash; (n,) bool."""
    rows = np.flatnonzero(candidates)
    owner = np.concatenate([recent.owner, lines.customer[rows]])
    hashes = np.concatenate([recent.hash, lines.event_hash[rows]])
    order = np.lexsort((hashes, owner))  # stable: remembered entries first, then offset order
    repeats = np.zeros(owner.size, dtype=bool)
    repeats[order[1:]] = _same_as_previous(owner[order], hashes[order])
    seen = np.zeros(len(lines), dtype=bool)
    seen[rows] = repeats[recent.owner.size :]
    return seen


def _opens_invoice(recent: Recent, lines: Transactions, is_applied: Bool, oldest_ms: Int64) -> Bool:
    """Whether a purchase line is the first of its invoice that is still remembered; (n,) bool."""
    rows = np.flatnonzero(is_applied & lines.is_purchase)
    n_stored = recent.owner.size
    owner = np.concatenate([recent.owner, lines.customer[rows]])
    hashes = np.concatenate([recent.hash, lines.invoice_hash[rows]])
    ms = np.concatenate([recent.ms, lines.event_ms[rows]])
    order = np.lexsort((hashes, owner))
    repeats = _same_as_previous(owner[order], hashes[order])
    group = np.concatenate([[0], np.cumsum(~repeats)])[: owner.size]
    newest_line = running_maximum(ms[order], group)
    newest_before = np.full(owner.size, NEVER_MS, dtype=np.int64)
    newest_before[order[1:]] = np.where(repeats, newest_line[:-1], NEVER_MS)
    opens = np.zeros(len(lines), dtype=bool)
    opens[rows] = newest_before[n_stored:] < oldest_ms[rows]
    return opens


def _same_as_previous(owner: Int64, hashes: UInt64) -> Bool:
    same: Bool = (owner[1:] == owner[:-1]) & (hashes[1:] == hashes[:-1])
    return same


def _updated_numbers(states: CustomerStates, lines: Transactions, outcomes: Outcomes) -> dict[str, Int64]:
    """Fold the lines, sorted by customer, into the columns that hold one number per customer."""
    columns = {name: getattr(states, name).copy() for name in SCALARS}
    touched, starts = np.unique(lines.customer, return_index=True)
    if not touched.size:
        return columns
    is_applied = outcomes.is_applied
    buys = is_applied & lines.is_purchase
    for name, amounts in (
        ("frequency", outcomes.opens_invoice),
        ("monetary_minor", np.where(is_applied, lines.amount_minor, 0)),
        ("applied", is_applied),
        ("duplicate", outcomes.is_duplicate),
        ("late", outcomes.is_late),
    ):
        columns[name][touched] += np.add.reduceat(amounts.astype(np.int64), starts)
    for name, times, extreme in (
        ("first_purchase_ms", np.where(buys, lines.event_ms, ENDLESS_MS), np.minimum),
        ("last_purchase_ms", np.where(buys, lines.event_ms, NEVER_MS), np.maximum),
        ("newest_event_ms", np.where(is_applied, lines.event_ms, NEVER_MS), np.maximum),
    ):
        columns[name][touched] = extreme(columns[name][touched], extreme.reduceat(times, starts))
    return columns


def _remember(
    states: CustomerStates,
    numbers: dict[str, Int64],
    lines: Transactions,
    is_applied: Bool,
    horizon_ms: int,
    max_recent: int,
) -> CustomerStates:
    """Add the applied lines to both memories and forget what the window or the limit excludes."""
    oldest = np.maximum(numbers["newest_event_ms"], NEVER_MS // 2) - horizon_ms
    is_purchase = is_applied & lines.is_purchase
    seen = concatenate(states.recent_events, _entries(lines, lines.event_hash, is_applied))
    events, events_evicted = trim(seen, oldest_ms=oldest, limit=max_recent)
    billed = concatenate(states.recent_invoices, _entries(lines, lines.invoice_hash, is_purchase))
    invoices, _ = trim(  # an invoice forgotten for its number may count twice; it makes nothing late
        newest_of_each(billed), oldest_ms=oldest - INVOICE_GRACE_MS, limit=max_recent
    )
    floor = np.maximum(numbers["late_floor_ms"], events_evicted)
    return CustomerStates(
        **{**numbers, "late_floor_ms": floor}, recent_events=events, recent_invoices=invoices
    )


def _entries(lines: Transactions, hashes: UInt64, mask: Bool) -> Recent:
    return Recent(lines.customer[mask], hashes[mask], lines.event_ms[mask])


def concatenate_states(parts: list[CustomerStates]) -> CustomerStates:
    """Join the numbers of several tables; their memories are not carried over."""
    columns = {
        name: np.concatenate([np.zeros(0, np.int64), *(getattr(part, name) for part in parts)])
        for name in SCALARS
    }
    return CustomerStates(**columns, recent_events=EMPTY, recent_invoices=EMPTY)
