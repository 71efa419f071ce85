"""What is merged at once: valid transactions of one topic-partition, with the names of their customers."""

from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Int32, Int64
from shared.core.customers.transactions import Transactions


@dataclass(frozen=True)
class Chunk:
    """Valid transactions of known customers from one partition, in offset order.

    customer_ids : names behind `rows.customer`. positions : of each row in the raw chunk. day : local day
    of each event, and known : day from which measurements see it, in days since 1970-01-01.
    """

    partition: int
    customer_ids: list[str]
    rows: Transactions
    positions: Int64
    day: Int32
    known: Int32

    def only(self, ids: set[str]) -> "Chunk":
        """Return the rows of those customers, who are numbered anew."""
        kept = [i for i, customer_id in enumerate(self.customer_ids) if customer_id in ids]
        number = np.full(len(self.customer_ids), -1, np.int64)
        number[kept] = np.arange(len(kept))
        mask = number[self.rows.customer] >= 0
        rows = self.rows.take(mask)
        return Chunk(
            self.partition,
            [self.customer_ids[i] for i in kept],
            rows.with_customer(number[rows.customer]),
            self.positions[mask],
            self.day[mask],
            self.known[mask],
        )
