"""What is stored against what was recounted, field by field."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from shared.recount.account import Account
from shared.recount.ledger import Totals

COUNTS = ("frequency", "monetary_minor")
TIMES = {"first_purchase_at": "first_purchase_ms", "last_purchase_at": "last_purchase_ms"}
OUTCOMES = ("applied", "duplicate", "late")
MEMORY = {"newest_event_at": "newest_event_ms", "late_floor": "late_floor_ms"}


@dataclass(frozen=True)
class Mismatch:
    """One field that differs; times as ms since the epoch."""

    subject: str
    """Customer id, or `live_model`."""
    field: str
    stored: Any
    recounted: Any


@dataclass(frozen=True)
class Comparison:
    """How many subjects were compared, and every field that differs."""

    compared: int
    mismatches: tuple[Mismatch, ...]


def compare_customers(
    stored: Mapping[str, Mapping[str, Any]], recounted: Mapping[str, Account], *, is_by_record: bool = True
) -> Comparison:
    """Compare the customer table with the accounts; deleted customers are left out.

    Parameters
    ----------
    is_by_record : whether the accounts were counted record by record, so that outcomes and
        memory can be compared too; a file knows nothing of what was sent twice.
    """
    deleted = {customer for customer, document in stored.items() if document.get("deleted")}
    customers = sorted((stored.keys() | recounted.keys()) - deleted)
    fields = {**dict.fromkeys(COUNTS), **TIMES}
    if is_by_record:
        fields |= {**dict.fromkeys(OUTCOMES), **MEMORY}
    found = [
        mismatch
        for customer in customers
        for mismatch in _compare(customer, stored.get(customer), recounted.get(customer), fields)
    ]
    return Comparison(len(customers), tuple(found))


def compare_counters(stored: Mapping[str, Any], recounted: Totals) -> Comparison:
    """Compare the stored totals, and check that every record read has exactly one outcome."""
    expected = asdict(recounted)
    found = [
        Mismatch("live_model", f"counters.{name}", stored.get(name), value)
        for name, value in expected.items()
        if stored.get(name) != value
    ]
    outcomes = sum(stored.get(name, 0) for name in (*OUTCOMES, "unattributed", "rejected"))
    if stored.get("read") != outcomes:
        found.append(Mismatch("live_model", "counters.read = sum of outcomes", stored.get("read"), outcomes))
    return Comparison(1, tuple(found))


def _compare(
    customer: str,
    document: Mapping[str, Any] | None,
    account: Account | None,
    fields: Mapping[str, str | None],
) -> Iterable[Mismatch]:
    if document is None or account is None:
        yield Mismatch(customer, "_id", None if document is None else customer, account and customer)
        return
    for field, attribute in fields.items():
        stored = plain(document.get(field))
        recounted = getattr(account, attribute or field)
        if stored != recounted:
            yield Mismatch(customer, field, stored, recounted)


def plain(value: Any) -> Any:
    """Read a stored value; the driver gives naive datetimes in UTC unless told otherwise."""
    if not isinstance(value, datetime):
        return value
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)
