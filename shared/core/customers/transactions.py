"""Purchases as columns: what is left of a valid, attributed record once it is parsed."""

from dataclasses import dataclass, fields

from shared.core.arrays import Bool, Int64, UInt64

NEVER_MS = -(1 << 62)
"""Stands for "no such time" where the latest counts; far from overflow when a duration is subtracted."""
ENDLESS_MS = 1 << 62
"""Stands for "no such time" where the earliest counts."""
NEVER_DAY = -(1 << 30)
"""Stands for "no such day" where the latest counts, in days since 1970-01-01."""


@dataclass(frozen=True)
class Transactions:
    """n invoice lines of one topic-partition, in offset order.

    customer : index into the caller's list of customers, (n,) int64.
    event_hash : 64-bit hash of event id and event time. invoice_hash : of the invoice id.
    event_ms : epoch milliseconds UTC. amount_minor : what the line comes to, in 1/10,000 units.
    is_purchase : False for a return line, a discount included. offset : Kafka offset, ascending.
    """

    customer: Int64
    event_hash: UInt64
    invoice_hash: UInt64
    event_ms: Int64
    amount_minor: Int64
    is_purchase: Bool
    offset: Int64

    def __len__(self) -> int:
        return self.customer.size

    def take(self, index: Int64 | Bool) -> "Transactions":
        """Return the rows at `index`, a mask or positions, in that order."""
        return Transactions(*(getattr(self, field.name)[index] for field in fields(self)))

    def with_customer(self, customer: Int64) -> "Transactions":
        """Return the same rows with customers numbered otherwise."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        return Transactions(**{**columns, "customer": customer})
