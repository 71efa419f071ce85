"""From raw Kafka values to columns: every record gets exactly one definite answer.

A record is a valid transaction of a known customer, a valid one of nobody (guest checkout),
or a rejection with a code. Decoding happens record by record, so that a broken one cannot
touch its neighbours; everything after it happens by column.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from xxhash import xxh3_64_intdigest

from shared.core.arrays import Bool, Int8, Int64, UInt64
from shared.core.customers.features import MINOR_PER_UNIT
from shared.settings import InputSettings
from streaming.task.contract import FIRST_MS, LAST_MS, MAX_ID_BYTES, MAX_QUANTITY, Rejection, too_large
from streaming.task.decimals import Decimals, Fault, read_decimals
from streaming.task.decode import Event, Priced, Totalled, decode_events


@dataclass(frozen=True)
class Parsed:
    """Answer for a list of records.

    rows : positions of the valid, attributed records, (n,), ascending; every other column belongs to them.
    customer_ids : (n,) strings. The rest as in `shared.core.customers.transactions.Transactions`.
    unattributed : positions of valid records without a customer; unattributed_minor : their net value.
    rejections : the others, by position.
    """

    rows: Int64
    customer_ids: pa.StringArray
    event_hash: UInt64
    invoice_hash: UInt64
    event_ms: Int64
    amount_minor: Int64
    is_purchase: Bool
    unattributed: Int64
    unattributed_minor: Int64
    rejections: dict[int, Rejection]


def parse(values: Sequence[bytes | None], kafka_ms: Int64, rules: InputSettings) -> Parsed:
    """Judge records by their values and their Kafka timestamps (epoch milliseconds)."""
    events, positions, rejections = decode_events(values, rules.max_record_bytes)
    columns = _columns(events, ZoneInfo(rules.zone))
    is_valid = np.ones(len(events), np.bool_)
    for mask, rejection in _faults(columns, kafka_ms[positions], rules):
        rejections.update(dict.fromkeys(positions[mask & is_valid].tolist(), rejection))
        is_valid &= ~mask
    is_named = columns.customer_ids.is_valid().to_numpy(zero_copy_only=False)
    known, guest = is_valid & is_named, is_valid & ~is_named
    amount = _amount_minor(*(np.where(is_valid, part.minor, 0) for part in (columns.quantity, columns.price)))
    is_purchase = (columns.quantity.minor > 0) & (columns.price.minor >= 0)
    invoices = [str(event.invoice_no) for event in events]
    event_hash = _hashes([str(event.event_id) for event in events]) ^ _scrambled(columns.event_ms)
    return Parsed(
        rows=positions[known],
        customer_ids=columns.customer_ids.filter(pa.array(known)),
        event_hash=event_hash[known],
        invoice_hash=_hashes(invoices)[known],
        event_ms=columns.event_ms[known],
        amount_minor=amount[known],
        is_purchase=(is_purchase & ~_is_cancellation(invoices, rules.cancellation_prefix))[known],
        unattributed=positions[guest],
        unattributed_minor=amount[guest],
        rejections=rejections,
    )


@dataclass(frozen=True)
class _Columns:
    """What decoded events hold, before it is judged; an amount is one piece at that price."""

    event_ms: Int64
    is_total: Bool
    quantity: Decimals
    price: Decimals
    customer_ids: pa.StringArray
    currencies: list[str | None]


def _columns(events: list[Event], zone: ZoneInfo) -> _Columns:
    ids = [None if event.customer_id is msgspec.UNSET else event.customer_id for event in events]
    return _Columns(
        event_ms=_event_ms([event.event_time for event in events], zone),
        is_total=np.array([event.__class__ is Totalled for event in events], np.bool_),
        quantity=read_decimals([e.quantity if isinstance(e, Priced) else 1 for e in events]),
        price=read_decimals([e.unit_price if isinstance(e, Priced) else e.amount for e in events]),
        customer_ids=pa.array([str(i) if i.__class__ is int else i for i in ids], pa.string()),
        currencies=[None if event.currency is msgspec.UNSET else event.currency for event in events],
    )


def _faults(columns: _Columns, kafka_ms: Int64, rules: InputSettings) -> list[tuple[Bool, Rejection]]:
    """Every rule on values, in the order in which a record with several faults is judged."""
    event_ms, limit, tolerance_s = columns.event_ms, rules.max_line_amount, rules.future_tolerance_s
    is_ancient = (event_ms < FIRST_MS) | (event_ms >= LAST_MS)
    is_priced, is_huge = ~columns.is_total, _is_beyond(columns, limit)
    id_bytes = pc.fill_null(pc.binary_length(columns.customer_ids), 0).to_numpy(zero_copy_only=False)
    is_foreign = _is_foreign(columns.currencies, rules.currency)
    return [
        *_decimal_faults("quantity", columns.quantity.faults, is_priced),
        *_decimal_faults("unit_price", columns.price.faults, is_priced),
        *_decimal_faults("amount", columns.price.faults, columns.is_total),
        (is_ancient, Rejection("bad_time", "event_time", "outside 1970-01-01 to 2109-05-15")),
        (
            columns.quantity.minor == 0,
            Rejection("out_of_range", "quantity", "0 is neither a purchase nor a return"),
        ),
        (np.abs(columns.quantity.minor) > MAX_QUANTITY * MINOR_PER_UNIT, too_large("quantity")),
        (
            is_huge & is_priced,
            Rejection("out_of_range", "unit_price", f"quantity x unit_price is beyond {limit}"),
        ),
        (is_huge, Rejection("out_of_range", "amount", f"beyond {limit}")),
        (
            event_ms > kafka_ms + tolerance_s * 1000,
            Rejection("future", "event_time", f"more than {tolerance_s} s after the Kafka timestamp"),
        ),
        (
            id_bytes > MAX_ID_BYTES,
            Rejection("out_of_range", "customer_id", f"longer than {MAX_ID_BYTES} bytes"),
        ),
        (is_foreign, Rejection("wrong_currency", "currency", f"should be {rules.currency}")),
    ]


def _event_ms(times: list[datetime], zone: ZoneInfo) -> Int64:
    """Epoch milliseconds; a time without an offset is local time of `zone`."""
    aware = [time if time.tzinfo else time.replace(tzinfo=zone) for time in times]
    micros = pa.array(aware, pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy(zero_copy_only=False)
    milliseconds: Int64 = micros // 1000
    return milliseconds


def _decimal_faults(name: str, faults: Int8, is_stated: Bool) -> list[tuple[Bool, Rejection]]:
    meanings = {
        Fault.NON_FINITE: Rejection("non_finite", name, "not a finite number"),
        Fault.NO_DECIMAL: Rejection("bad_type", name, "not a decimal number"),
        Fault.TOO_LARGE: too_large(name),
        Fault.TOO_FINE: Rejection("out_of_range", name, "more than 4 decimal places"),
    }
    return [(is_stated & (faults == fault), rejection) for fault, rejection in meanings.items()]


def _is_beyond(columns: _Columns, limit: int) -> Bool:
    """Whether |quantity x price| is beyond `limit` units; the float only keeps the product within int64."""
    quantity, price = np.abs(columns.quantity.minor), np.abs(columns.price.minor)
    is_far = quantity.astype(np.float64) * price > 2.0**62
    product = quantity * np.where(is_far, 0, price)
    beyond: Bool = is_far | (product > limit * MINOR_PER_UNIT**2)
    return beyond


def _amount_minor(quantity: Int64, price: Int64) -> Int64:
    """Multiply exactly; halves of 1/10,000 go away from zero, so that a return cancels its purchase."""
    product = quantity * price
    rounded: Int64 = np.sign(product) * ((np.abs(product) + MINOR_PER_UNIT // 2) // MINOR_PER_UNIT)
    return rounded


def _is_foreign(currencies: list[str | None], expected: str | None) -> Bool:
    if expected is None:
        return np.zeros(len(currencies), np.bool_)
    return np.array([currency is not None and currency != expected for currency in currencies], np.bool_)


def _is_cancellation(invoices: list[str], prefix: str) -> Bool:
    if not prefix:
        return np.zeros(len(invoices), np.bool_)
    return np.array([invoice.startswith(prefix) for invoice in invoices], np.bool_)


def _hashes(texts: list[str]) -> UInt64:
    return np.fromiter(map(xxh3_64_intdigest, map(str.encode, texts)), np.uint64, len(texts))


def _scrambled(event_ms: Int64) -> UInt64:
    """Spread times over 64 bits (the finaliser of SplitMix64), so that id and time mix without pattern."""
    z = event_ms.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
