"""Lines as the columns that the core works on, and its answers as lists."""

from dataclasses import fields
from typing import Any

import numpy as np

from shared.core.customers.recent import EMPTY, pack
from shared.core.customers.rfm import SCALARS, CustomerStates, Outcomes, apply_transactions
from shared.core.customers.transactions import ENDLESS_MS, NEVER_MS, Transactions
from tests.support.state_oracle import Line

NO_LIMIT = 65_536


def transactions(lines: list[Line]) -> Transactions:
    """Return the columns of the lines; event hashes tell id and time apart."""

    def column(values: list[Any], dtype: type) -> Any:
        return np.array(values, dtype=dtype)

    return Transactions(
        customer=column([line.customer for line in lines], np.int64),
        event_hash=column([line.event * 2**48 + line.ms for line in lines], np.uint64),
        invoice_hash=column([line.invoice for line in lines], np.uint64),
        event_ms=column([line.ms for line in lines], np.int64),
        amount_minor=column([line.amount for line in lines], np.int64),
        is_purchase=column([not line.is_return for line in lines], np.bool_),
        offset=np.arange(len(lines)),
    )


def nobody_yet(n: int) -> CustomerStates:
    """Return n customers of whom nothing is known."""
    absent = {"first_purchase_ms": ENDLESS_MS} | dict.fromkeys(
        ("last_purchase_ms", "newest_event_ms", "late_floor_ms"), NEVER_MS
    )
    columns = {name: np.full(n, absent.get(name, 0), np.int64) for name in SCALARS}
    return CustomerStates(**columns, recent_events=EMPTY, recent_invoices=EMPTY)


def apply_in(
    batches: list[list[Line]], n_customers: int, horizon_days: int, max_recent: int = NO_LIMIT
) -> tuple[CustomerStates, list[str]]:
    """Apply batch after batch; return the states and each line's outcome."""
    states, outcomes = nobody_yet(n_customers), []
    for batch in batches:
        states, said = apply_transactions(
            states, transactions(batch), horizon_days=horizon_days, max_recent=max_recent
        )
        outcomes += names(said)
    return states, outcomes


def names(outcomes: Outcomes) -> list[str]:
    """Return the one outcome of each row; more or fewer than one is an error."""
    rows = zip(outcomes.is_applied, outcomes.is_duplicate, outcomes.is_late, strict=True)
    return [
        ["applied", "duplicate", "late"][[bool(flag) for flag in row].index(True)] for row in rows if one(row)
    ]


def one(row: tuple[Any, ...]) -> bool:
    """Check that exactly one of the flags is set."""
    assert sum(map(int, row)) == 1
    return True


def everything(states: CustomerStates) -> dict[str, Any]:
    """Return all that a state holds, memories as stored bytes, for comparison."""
    n = len(states)
    numbers: dict[str, Any] = {name: getattr(states, name).tolist() for name in SCALARS}
    return numbers | {
        "events": pack(states.recent_events, n),
        "invoices": pack(states.recent_invoices, n),
    }


def buffers(rows: Any) -> list[bytes]:
    """Return the bytes of every array of a dataclass, nested ones included."""
    values = [getattr(rows, field.name) for field in fields(rows)]
    return [part for v in values for part in ([v.tobytes()] if isinstance(v, np.ndarray) else buffers(v))]
