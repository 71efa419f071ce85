"""What becomes of records that are sent, by the code with which the stream judges them."""

import time
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from shared.core.arrays import Bool, Int64
from shared.core.customers.recent import EMPTY, Recent, concatenate
from shared.core.customers.rfm import CustomerStates, Outcomes, apply_transactions
from shared.core.customers.transactions import ENDLESS_MS, NEVER_MS, Transactions
from shared.settings import InputSettings, StateSettings
from streaming.replay.events import Batch
from streaming.task.parse import Parsed, parse

KEPT = 3
"""Examples of each kind."""


@dataclass(frozen=True)
class Rules:
    """How the stream judges records, and how long it remembers a customer's past."""

    input: InputSettings = field(default_factory=InputSettings)
    state: StateSettings = field(default_factory=StateSettings)


@dataclass
class Group:
    """Records with the same fate: how many, and the lines of the first of them."""

    n: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, lines: Int64) -> None:
        """Count records that stand in these lines of the file."""
        self.n += len(lines)
        self.lines.extend(lines[: KEPT - len(self.lines)].tolist())


@dataclass
class Fates:
    """What becomes of records: all sums of whole records."""

    judged: int = 0
    rejected: dict[tuple[str, str | None], Group] = field(default_factory=dict)
    """By code and the field at fault."""
    late: Group = field(default_factory=Group)
    duplicate: Group = field(default_factory=Group)
    guests: int = 0

    @property
    def n_rejected(self) -> int:
        """Records that become dead letters."""
        return sum(group.n for group in self.rejected.values())


class Judge:
    """Follows records in sending order, as a stream that has seen nothing else would."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._customers = _Customers(rules.state)
        self.fates = Fates()

    @property
    def n_customers(self) -> int:
        """Different customers so far."""
        return len(self._customers)

    def judge(self, batch: Batch) -> Parsed:
        """Take the next records in."""
        now_ms = np.full(len(batch), round(time.time() * 1000), np.int64)
        parsed = parse(list(batch.values), now_ms, self._rules.input)
        fates = self.fates
        fates.judged += len(batch)
        fates.guests += len(parsed.unattributed)
        for position in sorted(parsed.rejections):
            reason = parsed.rejections[position]
            fates.rejected.setdefault((reason.code, reason.field), Group()).add(
                batch.lines[position : position + 1]
            )
        outcomes = self._customers.apply(parsed)
        fates.late.add(batch.lines[parsed.rows[outcomes.is_late]])
        fates.duplicate.add(batch.lines[parsed.rows[outcomes.is_duplicate]])
        return parsed


class _Customers:
    """What lateness and repetition depend on: of each customer the newest event, the floor and recent ids."""

    def __init__(self, state: StateSettings) -> None:
        self._state = state
        self._codes: dict[str, int] = {}
        self._newest_ms = np.zeros(0, np.int64)
        self._floor_ms = np.zeros(0, np.int64)
        self._recent = EMPTY

    def __len__(self) -> int:
        return len(self._codes)

    def apply(self, parsed: Parsed) -> Outcomes:
        """Apply valid, attributed records in order."""
        touched, customer = np.unique(self._coded(parsed.customer_ids), return_inverse=True)
        is_touched = np.zeros(len(self), np.bool_)
        is_touched[touched] = True
        is_of_touched = is_touched[self._recent.owner]
        own, others = _of(self._recent, is_of_touched), _of(self._recent, ~is_of_touched)
        states = self._states(touched, Recent(np.searchsorted(touched, own.owner), own.hash, own.ms))
        rows = Transactions(
            customer,
            parsed.event_hash,
            parsed.invoice_hash,
            parsed.event_ms,
            parsed.amount_minor,
            parsed.is_purchase,
            np.arange(len(customer)),
        )
        after, outcomes = apply_transactions(
            states, rows, horizon_days=self._state.horizon_days, max_recent=self._state.max_recent_events
        )
        self._newest_ms[touched], self._floor_ms[touched] = after.newest_event_ms, after.late_floor_ms
        recent = after.recent_events
        self._recent = concatenate(others, Recent(touched[recent.owner], recent.hash, recent.ms))
        return outcomes

    def _coded(self, ids: pa.StringArray) -> Int64:
        encoded = ids.dictionary_encode()
        codes = self._codes
        known = np.array(
            [codes.setdefault(name, len(codes)) for name in encoded.dictionary.to_pylist()], np.int64
        )
        new = np.full(len(codes) - len(self._newest_ms), NEVER_MS, np.int64)
        self._newest_ms = np.concatenate([self._newest_ms, new])
        self._floor_ms = np.concatenate([self._floor_ms, new])
        coded: Int64 = known[encoded.indices.to_numpy(zero_copy_only=False)]
        return coded

    def _states(self, touched: Int64, recent: Recent) -> CustomerStates:
        zeros, never = np.zeros(len(touched), np.int64), np.full(len(touched), NEVER_MS, np.int64)
        return CustomerStates(
            frequency=zeros,
            monetary_minor=zeros,
            first_purchase_ms=np.full(len(touched), ENDLESS_MS, np.int64),
            last_purchase_ms=never,
            newest_event_ms=self._newest_ms[touched],
            late_floor_ms=self._floor_ms[touched],
            applied=zeros,
            duplicate=zeros,
            late=zeros,
            recent_events=recent,
            recent_invoices=EMPTY,
        )


def _of(recent: Recent, mask: Bool) -> Recent:
    return Recent(recent.owner[mask], recent.hash[mask], recent.ms[mask])
