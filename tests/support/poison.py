"""Records that break a naive consumer, each with the outcome that is right.

One or more cases for every trap the product promises to survive. The table is the contract
between whoever parses records and whoever counts them: both are tested against it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
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


def cases(*, kafka_time: datetime = KAFKA_TIME, oversized_bytes: int = 10_000_000) -> list[PoisonCase]:
    """Return the whole table; names are unique, and so are the customers of its good records.

    Parameters
    ----------
    kafka_time : the records' Kafka timestamp, which decides what is in the future.
    oversized_bytes : size of the largest record; the broker must be set to take it.
    """
    make = _Maker(kafka_time)
    return [
        *_not_json(make),
        *_numbers(make),
        *_texts(make),
        *_ids(make),
        *_missing(make),
        *_times(make),
        *_purchases(make),
        *_sizes(make, oversized_bytes),
    ]


def sequences(*, kafka_time: datetime = KAFKA_TIME) -> list[PoisonSequence]:
    """Return what takes several records to show."""
    make = _Maker(kafka_time)
    return [_return_before_sale(make), _ancient(make), _sent_twice(make), _one_id_two_times(make)]


class _Maker:
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


def _not_json(make: _Maker) -> list[PoisonCase]:
    whole = {name: json.dumps(make.event(name)).encode() for name in ("cut", "tail", "array", "bom", "twice")}
    malformed: dict[str, bytes] = {
        "not_json": b"invoice 536365, six pieces",
        "truncated_json": whole["cut"][:-9],
        "trailing_text": whole["tail"] + b" and more",
        "empty_value": b"",
        "blank_value": b"  \n",
        "top_level_array": b"[" + whole["array"] + b"]",
        "top_level_text": b'"customer"',
        "top_level_number": b"17850",
        "top_level_null": b"null",
        "two_documents": whole["twice"] + b"\n" + whole["twice"],
        "binary": b"\x00\x00\x00\x00\x01\x0a17850",
        "byte_order_mark": b"\xef\xbb\xbf" + whole["bom"],
        "single_quotes": b"{'event_id': 'poison:single_quotes'}",
        "nested_arrays": b"[" * 30_000 + b"]" * 30_000,
    }
    return [
        *(make.raw(name, "rejected:malformed", None, value) for name, value in malformed.items()),
        make.literal("nested_value", "rejected:malformed", "extra", "[" * 30_000 + "]" * 30_000, blame=False),
        make.raw("utf16", "rejected:bad_unicode", None, json.dumps(make.event("utf16")).encode("utf-16")),
        make.raw("tombstone", "rejected:no_value", None, None),
        *(_named_twice(make, field) for field in ("customer_id", "quantity", "event_time")),
    ]


def _named_twice(make: _Maker, field: str) -> PoisonCase:
    name = f"{field}_twice"
    event = make.event(name)
    text = json.dumps(event)[:-1] + f", {json.dumps(field)}: {json.dumps(event[field])}}}"
    return make.raw(name, "rejected:ambiguous", field, text.encode())


def _numbers(make: _Maker) -> list[PoisonCase]:
    literals = (
        ("price_nan", "rejected:non_finite", "unit_price", "NaN"),
        ("price_infinity", "rejected:non_finite", "unit_price", "Infinity"),
        ("price_minus_infinity", "rejected:non_finite", "unit_price", "-Infinity"),
        ("price_1e400", "rejected:non_finite", "unit_price", "1e400"),
        ("quantity_nan", "rejected:non_finite", "quantity", "NaN"),
        ("quantity_1e400", "rejected:non_finite", "quantity", "1e400"),
        ("quantity_with_point", "rejected:bad_type", "quantity", "6.0"),
        ("quantity_2_63", "rejected:out_of_range", "quantity", str(2**63)),
        ("quantity_below_minus_2_63", "rejected:out_of_range", "quantity", str(-(2**63) - 1)),
        ("quantity_2_64", "rejected:out_of_range", "quantity", str(2**64)),
        ("price_number", "applied", "unit_price", "2.55"),
        ("price_whole_number", "applied", "unit_price", "3"),
        ("price_with_float_noise", "applied", "unit_price", "0.30000000000000004"),
        ("price_underflow", "applied", "unit_price", "1e-999999999"),
        ("price_number_too_fine", "rejected:out_of_range", "unit_price", "2.55555"),
        ("price_1e15", "rejected:out_of_range", "unit_price", "1e15"),
    )
    return [
        *(make.literal(name, expected, field, literal) for name, expected, field, literal in literals),
        make.literal("quantity_5000_digits", "rejected:malformed", "quantity", "7" * 5_000, blame=False),
    ]


def _texts(make: _Maker) -> list[PoisonCase]:
    surrogate = [
        make.case(f"lone_surrogate_{field}", "rejected:bad_unicode", field, **{field: "x\ud800"})
        for field in ("customer_id", "event_id", "invoice_no")
    ]
    invalid = [
        make.raw(f"invalid_utf8_{field}", "rejected:bad_unicode", None, _with_latin1(make, field))
        for field in ("customer_id", "description")
    ]
    return [
        *surrogate,
        *invalid,
        make.case("lone_surrogate_description", "applied", description="x\ud800"),
        make.case("surrogate_pair", "applied", customer_id="poison-\U0001f600"),
    ]


def _with_latin1(make: _Maker, field: str) -> bytes:
    event = make.event(f"invalid_utf8_{field}", **{field: "caf@"})
    return json.dumps(event).encode().replace(b"caf@", b"caf\xe9")


def _ids(make: _Maker) -> list[PoisonCase]:
    accepted: dict[str, object] = {
        "id_dollar_gt": "$gt",
        "id_dollar_total": "$total",
        "id_dotted": "a.b",
        "id_nul": "poison-\x00-nul",
        "id_like_json": '{"$gt":""}',
        "id_nfc": "poison-caf\u00e9",
        "id_nfd": "poison-cafe\u0301",
        "id_with_blanks": " poison ",
        "id_number": 990_017_850,
        "id_negative_number": -990_017_850,
        "id_256_bytes": "i" * 256,
    }
    refused: dict[str, tuple[object, str]] = {
        "id_object": ({"$gt": ""}, "bad_type"),
        "id_array": (["17850"], "bad_type"),
        "id_float": (17850.5, "bad_type"),
        "id_boolean": (True, "bad_type"),
        "id_empty": ("", "missing_field"),
        "id_257_bytes": ("i" * 257, "out_of_range"),
        "id_400_bytes_in_100_characters": ("\U0001f600" * 100, "out_of_range"),
    }
    customers = [
        *(make.case(name, "applied", customer_id=value) for name, value in accepted.items()),
        *(
            make.case(name, f"rejected:{code}", "customer_id", customer_id=value)
            for name, (value, code) in refused.items()
        ),
    ]
    return [
        *customers,
        make.case("event_id_object", "rejected:bad_type", "event_id", event_id={"$gt": ""}),
        make.case("event_id_empty", "rejected:missing_field", "event_id", event_id=""),
        make.case("event_id_257_bytes", "rejected:out_of_range", "event_id", event_id="e" * 257),
        make.case("event_id_number", "applied", event_id=990_000_001),
        make.case("invoice_object", "rejected:bad_type", "invoice_no", invoice_no={"no": 1}),
        make.case("invoice_empty", "rejected:missing_field", "invoice_no", invoice_no=""),
        make.case("invoice_number", "applied", invoice_no=990_536_365),
        replace(make.case("key_null", "applied"), key=None),
    ]


def _missing(make: _Maker) -> list[PoisonCase]:
    required = ("event_id", "event_time", "invoice_no", "stock_code", "quantity", "unit_price")
    return [
        *(make.without(f"without_{field}", "rejected:missing_field", field) for field in required),
        *(make.case(f"null_{field}", "rejected:missing_field", field, **{field: None}) for field in required),
        make.raw("empty_object", "rejected:missing_field", None, b"{}"),
        make.without("without_customer", "unattributed", "customer_id"),
        make.case("null_customer", "unattributed", customer_id=None),
        make.case(
            "null_customer_bad_price", "rejected:bad_type", "unit_price", customer_id=None, unit_price="x"
        ),
        make.case("unknown_field", "applied", extra={"nested": [1, {"$set": 1}]}),
    ]


def _times(make: _Maker) -> list[PoisonCase]:
    refused = {
        "time_year_318857": "+318857-01-01T00:00:00Z",
        "time_year_318857_unsigned": "318857-01-01T00:00:00Z",
        "time_year_0": "0000-01-01T00:00:00Z",
        "time_year_1": "0001-01-01T00:00:00+05:00",
        "time_before_1970": "1969-12-31T23:59:59Z",
        "time_february_30": "2011-02-30T08:00:00Z",
        "time_hour_25": "2011-02-03T25:00:00Z",
        "time_second_60": "2011-02-03T23:59:60Z",
        "time_offset_25": "2011-02-03T08:00:00+25:00",
        "time_date_only": "2011-02-03",
        "time_prose": "yesterday",
        "time_empty": "",
        "time_nul": "2011-02-03T08:00:00\x00Z",
        "time_arabic_digits": "\u0662\u0660\u0661\u0661-02-03T08:00:00Z",
    }
    accepted = {
        "time_plus_5": "2011-02-03T08:00:00+05:00",
        "time_naive": "2011-02-03T08:00:00",
        "time_z": "2011-02-03T08:00:00Z",
        "time_with_blank": "2011-02-03 08:00:00+00:00",
        "time_nanoseconds": "2011-02-03T08:00:00.123456789Z",
        "time_1970": "1970-01-01T00:00:00Z",
        "time_just_before_future": (make.kafka_time + timedelta(seconds=299)).isoformat(),
    }
    future = {
        "future_301_s": (make.kafka_time + timedelta(seconds=301)).isoformat(),
        "future_year_9999": "9999-12-31T23:59:59Z",
    }
    return [
        *(
            make.case(name, "rejected:bad_time", "event_time", event_time=text)
            for name, text in refused.items()
        ),
        *(make.case(name, "rejected:future", "event_time", event_time=text) for name, text in future.items()),
        *(make.case(name, "applied", event_time=text) for name, text in accepted.items()),
        make.case("time_epoch_ms", "rejected:bad_type", "event_time", event_time=1_296_720_000_000),
    ]


def _purchases(make: _Maker) -> list[PoisonCase]:
    prices: dict[str, object] = {
        "price_prose": "free",
        "price_empty": "",
        "price_decimal_comma": "2,55",
        "price_with_blank": " 2.55",
        "price_text_nan": "NaN",
        "price_text_exponent": "1e3",
        "price_arabic_digits": "\u0663",
        "price_boolean": True,
        "price_object": {"amount": "2.55"},
    }
    amounts = {
        "price_too_fine": "2.55555",
        "price_400_digits": "9" * 400,
        "price_1e15_text": "1000000000000000",
    }
    quantities: dict[str, object] = {"quantity_text": "6", "quantity_boolean": True, "quantity_fraction": 2.5}
    return [
        *(
            make.case(name, "rejected:bad_type", "unit_price", unit_price=value)
            for name, value in prices.items()
        ),
        *(
            make.case(name, "rejected:out_of_range", "unit_price", unit_price=text)
            for name, text in amounts.items()
        ),
        *(
            make.case(name, "rejected:bad_type", "quantity", quantity=value)
            for name, value in quantities.items()
        ),
        make.case("amount_too_large", "rejected:out_of_range", "unit_price", quantity=10**12),
        make.case("amount_at_limit", "applied", quantity=100_000_000, unit_price="1"),
        make.case("quantity_zero", "rejected:out_of_range", "quantity", quantity=0),
        make.case("quantity_negative", "applied", quantity=-6),
        make.case("cancellation", "applied", invoice_no="C9cancellation", quantity=-6),
        make.case("cancellation_positive", "applied", invoice_no="C9positive", quantity=6),
        make.case("price_zero", "applied", unit_price="0"),
        make.case("price_negative", "applied", unit_price="-11062.06", quantity=1),
        make.case("price_trailing_zeros", "applied", unit_price="2.5500000"),
        make.case("currency_other", "rejected:wrong_currency", "currency", currency="EUR"),
        make.case("currency_number", "rejected:bad_type", "currency", currency=826),
        make.case("currency_null", "applied", currency=None),
    ]


def _sizes(make: _Maker, oversized_bytes: int) -> list[PoisonCase]:
    limit = 65_536
    return [
        make.raw(
            "size_at_limit", "applied", None, _padded(make, "size_at_limit", limit), customer="poison-size"
        ),
        make.raw(
            "size_above_limit", "rejected:oversized", None, _padded(make, "size_above_limit", limit + 1)
        ),
        make.raw("size_huge", "rejected:oversized", None, _padded(make, "size_huge", oversized_bytes)),
        make.raw("nested_100000_deep", "rejected:oversized", None, b"[" * 100_000 + b"]" * 100_000),
    ]


def _padded(make: _Maker, name: str, size: int) -> bytes:
    customer = {"customer_id": "poison-size"} if name == "size_at_limit" else {}
    bare = len(json.dumps(make.event(name, description="", **customer)))
    return json.dumps(make.event(name, description="x" * (size - bare), **customer)).encode()


def _return_before_sale(make: _Maker) -> PoisonSequence:
    sale = (make.kafka_time - timedelta(hours=2)).isoformat()
    who = {"customer_id": "poison-return-first"}
    records = (
        make.case("return_first", "applied", invoice_no="C9return", quantity=-6, **who),
        make.case("sale_second", "applied", event_time=sale, **who),
    )
    return PoisonSequence("return_before_sale", records, _state(frequency=1, monetary_minor=0, applied=2))


def _ancient(make: _Maker) -> PoisonSequence:
    who = {"customer_id": "poison-ancient"}
    records = (
        make.case("ancient_newest", "applied", **who),
        make.case("ancient_1995", "late", event_time="1995-05-05T08:00:00Z", **who),
    )
    return PoisonSequence("ancient", records, _state(frequency=1, monetary_minor=153_000, applied=1, late=1))


def _sent_twice(make: _Maker) -> PoisonSequence:
    first = make.case("sent_twice", "applied", customer_id="poison-twice")
    records = (first, replace(first, name="sent_again", expected="duplicate"))
    return PoisonSequence(
        "sent_twice", records, _state(frequency=1, monetary_minor=153_000, applied=1, duplicate=1)
    )


def _one_id_two_times(make: _Maker) -> PoisonSequence:
    """An event is the same only if id, customer and time are."""
    who = {"customer_id": "poison-two-times", "event_id": "poison:two-times", "invoice_no": "9two"}
    earlier = (make.kafka_time - timedelta(hours=3)).isoformat()
    records = (
        make.case("two_times_first", "applied", **who),
        make.case("two_times_second", "applied", event_time=earlier, **who),
    )
    return PoisonSequence("one_id_two_times", records, _state(frequency=1, monetary_minor=306_000, applied=2))


def _state(**known: int) -> dict[str, int]:
    return {"frequency": 0, "monetary_minor": 0, "applied": 0, "duplicate": 0, "late": 0} | known
