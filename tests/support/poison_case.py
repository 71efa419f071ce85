"""What a poison record is, and how one is made: a good event, damaged in one place."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

KAFKA_TIME = datetime(2011, 12, 9, 12, 0, tzinfo=UTC)
"""Kafka timestamp to give the records, unless the sender states its own."""

CURRENCY = "GBP"
"""`wrong_currency` is expected under `input.currency = "GBP"`; no other case depends on it."""


@dataclass(frozen=True)
class PoisonCase:
    """One record and what must become of it.

    Parameters
    ----------
    expected : `rejected:<code>`, `applied`, `unattributed`; in a sequence also `duplicate`, `late`.
    field : JSON key that the rejection names; None when the record as a whole is to blame.
    customer_id : whom an applied record belongs to.
    """

    name: str
    key: bytes | None
    value: bytes | None
    expected: str
    field: str | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    customer_id: str | None = None

    @property
    def is_rejected(self) -> bool:
        """Whether the record goes to the dead letters."""
        return self.expected.startswith("rejected:")


@dataclass(frozen=True)
class PoisonSequence:
    """Records of one customer, in offset order, and the customer's state after them."""

    name: str
    records: tuple[PoisonCase, ...]
    state: Mapping[str, int]


class Maker:
    """Builds good events and damages them in one place."""

    def __init__(self, kafka_time: datetime) -> None:
        self.kafka_time = kafka_time

    def event(self, name: str, **changes: object) -> dict[str, Any]:
        good: dict[str, Any] = {
            "event_id": f"poison:{name}",
            "event_time": (self.kafka_time - timedelta(hours=1)).isoformat(),
            "customer_id": f"poison-{name}",
            "invoice_no": f"9{name}",
            "stock_code": "85123A",
            "quantity": 6,
            "unit_price": "2.55",
            "currency": CURRENCY,
        }
        return good | changes

    def totalled(self, name: str) -> dict[str, Any]:
        """State the total instead of quantity and price, and nothing that is optional."""
        kept = ("event_id", "event_time", "customer_id", "invoice_no")
        return {key: value for key, value in self.event(name).items() if key in kept} | {"amount": "15.30"}

    def case(self, name: str, expected: str, field: str | None = None, **changes: object) -> PoisonCase:
        return self.document(name, expected, field, self.event(name, **changes))

    def without(self, name: str, expected: str, field: str) -> PoisonCase:
        event = {key: value for key, value in self.event(name).items() if key != field}
        return self.document(name, expected, field if expected.startswith("rejected") else None, event)

    def document(self, name: str, expected: str, field: str | None, event: dict[str, Any]) -> PoisonCase:
        return self.raw(name, expected, field, json.dumps(event).encode(), customer=_customer(event))

    def literal(
        self, name: str, expected: str, field: str, literal: str, *, blame: bool = True
    ) -> PoisonCase:
        """Put a literal that `json.dumps` would not write in a field's place."""
        text = json.dumps(self.event(name, **{field: "@"})).replace('"@"', literal)
        customer = f"poison-{name}" if expected == "applied" else None
        named = field if blame and expected != "applied" else None
        return self.raw(name, expected, named, text.encode(), customer=customer)

    def raw(
        self,
        name: str,
        expected: str,
        field: str | None,
        value: bytes | None,
        *,
        customer: str | None = None,
    ) -> PoisonCase:
        key = f"poison-{name}" if customer is None else customer
        return PoisonCase(
            name=name,
            key=key.encode("utf-8", "replace"),
            value=value,
            expected=expected,
            field=field,
            headers=(("event_id", f"poison:{name}".encode()),),
            customer_id=customer if expected == "applied" else None,
        )


def _customer(event: Mapping[str, Any]) -> str | None:
    customer = event.get("customer_id")
    return None if customer is None or isinstance(customer, (dict, list, float, bool)) else str(customer)
