"""What a write says about itself: how far it has read, and which segment change it made, and why."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from shared.core.customers.recent import Recent
from shared.core.customers.rfm import Outcomes
from shared.core.customers.transactions import Transactions
from shared.documents import Document


def fence_of(document: Mapping[str, Any], partition: int, epoch: int) -> int:
    """Return the highest offset of `partition` that a customer includes; -1 for none of this topic."""
    if document["fence_epoch"] != epoch:
        return -1
    return next((entry["offset"] for entry in document["fence"] if entry["partition"] == partition), -1)


def moved_fence(old: Mapping[str, Any], partition: int, offset: int, epoch: int) -> list[Document]:
    """Return the old fence moved to `offset`; one of another topic generation is dropped."""
    known = old["fence"] if old["fence_epoch"] == epoch else []
    others = [entry for entry in known if entry["partition"] != partition]
    return [*others, {"partition": partition, "offset": offset}]


def transition(
    old: Mapping[str, Any],
    place: Mapping[str, Any],
    under: Mapping[str, Any],
    cause: str,
    source: tuple[int, int],
) -> Document | None:
    """Return the segment change between two placements, or the previous one where there is none.

    under : what the new placement was made under. source : partition and offset that caused it.
    """
    if old["segment_id"] == place["segment_id"]:
        previous: Document | None = old["last_transition"]
        return previous
    return {
        "from": old["segment_id"],
        "from_name": old["segment_name"],
        "to": place["segment_id"],
        "to_name": place["segment_name"],
        "cause": cause,
        "fence_epoch": under["fence_epoch"],
        "partition": source[0],
        "offset": source[1],
        "as_of": under["as_of"],
        "model_epoch": under["model_epoch"],
    }


def last_offsets(rows: Transactions, n_customers: int) -> list[int]:
    """Return the highest offset of each customer."""
    last = np.full(n_customers, -1, np.int64)
    np.maximum.at(last, rows.customer, rows.offset)
    offsets: list[int] = last.tolist()
    return offsets


def causes(rows: Transactions, outcomes: Outcomes, bought: Recent, n_customers: int) -> list[str]:
    """Say what moved each customer: its last applied line; without one only the centers did.

    A return line on an invoice that also has purchase lines is a discount within it, and counts as purchase.

    bought : the invoices with purchase lines that are remembered, those of `rows` among them.
    """
    last = np.full(n_customers, -1, np.int64)
    applied = np.flatnonzero(outcomes.is_applied)
    last[rows.customer[applied]] = applied  # the last row wins
    who = np.flatnonzero(last >= 0)
    is_return = np.zeros(n_customers, np.bool_)
    is_return[who] = ~rows.is_purchase[last[who]]
    of_returning = is_return[bought.owner]
    known = set(zip(bought.owner[of_returning].tolist(), bought.hash[of_returning].tolist(), strict=True))
    named = ["model" if row < 0 else "purchase" for row in last.tolist()]
    for customer in np.flatnonzero(is_return).tolist():
        if (customer, int(rows.invoice_hash[last[customer]])) not in known:
            named[customer] = "return"
    return named
