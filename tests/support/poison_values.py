"""Poison in a field: numbers, times, prices and what is missing."""

from datetime import timedelta

from tests.support.poison_case import Maker, PoisonCase

_JUST_TOO_MUCH: dict[str, object] = {"quantity": "10000.0001", "unit_price": "10000"}
_TOO_DEAR: dict[str, object] = {"quantity": "0.0001", "unit_price": "100000000000.0001"}


AMOUNT_BESIDE: dict[str, dict[str, None]] = {
    "amount_with_price": {"quantity": None},
    "amount_with_quantity": {"unit_price": None},
    "amount_with_both": {},
}
"""What else is left out where an amount stands beside quantity, price or both."""


def numbers(make: Maker) -> list[PoisonCase]:
    # the decoder stops at the number, before it can say which field it belongs to
    non_finite = {
        "price_nan": ("unit_price", "NaN"),
        "price_infinity": ("unit_price", "Infinity"),
        "price_minus_infinity": ("unit_price", "-Infinity"),
        "price_1e400": ("unit_price", "1e400"),
        "quantity_nan": ("quantity", "NaN"),
        "quantity_1e400": ("quantity", "1e400"),
        "amount_1e400": ("amount", "1e400"),
    }
    literals = (
        ("quantity_with_point", "applied", "quantity", "6.0"),
        ("quantity_with_float_noise", "applied", "quantity", "0.30000000000000004"),
        ("quantity_too_fine", "rejected:out_of_range", "quantity", "0.00005"),
        ("quantity_1e15", "rejected:out_of_range", "quantity", "1e15"),
        ("quantity_minus_0", "rejected:out_of_range", "quantity", "-0.0"),
        ("quantity_above_2_31", "rejected:out_of_range", "quantity", str(2**31 + 1)),
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
        *(
            make.literal(name, "rejected:non_finite", field, literal, blame=False)
            for name, (field, literal) in non_finite.items()
        ),
        *(make.literal(name, expected, field, literal) for name, expected, field, literal in literals),
        make.literal("quantity_5000_digits", "rejected:malformed", "quantity", "7" * 5_000, blame=False),
    ]


def amounts(make: Maker) -> list[PoisonCase]:
    """Lines that state their total, which stands for quantity and unit price."""
    none = {"quantity": None, "unit_price": None}
    accepted: dict[str, object] = {
        "amount_text": "15.30",
        "amount_number": 15.3,
        "amount_whole": 15,
        "amount_zero": 0,
        "amount_negative": "-15.30",
        "amount_at_limit": 100_000_000,
        "amount_with_float_noise": 0.1 + 0.2,
    }
    refused: dict[str, tuple[object, str]] = {
        "amount_prose": ("free", "bad_type"),
        "amount_empty": ("", "bad_type"),
        "amount_boolean": (True, "bad_type"),
        "amount_object": ({"value": "15.30", "currency": "GBP"}, "bad_type"),
        "amount_text_nan": ("NaN", "non_finite"),
        "amount_too_fine": ("0.00001", "out_of_range"),
        "amount_above_limit": ("100000000.0001", "out_of_range"),
        "amount_beyond_10_11": ("100000000000.0001", "out_of_range"),
        "amount_2_64": (2**64, "out_of_range"),
    }
    return [
        *(make.case(name, "applied", amount=value, **none) for name, value in accepted.items()),
        *(
            make.case(name, f"rejected:{code}", "amount", amount=value, **none)
            for name, (value, code) in refused.items()
        ),
        *(
            make.case(name, "rejected:ambiguous", "amount", amount="15.30", **changes)
            for name, changes in AMOUNT_BESIDE.items()
        ),
        make.case("amount_null", "applied", amount=None),
        make.case("amount_null_alone", "rejected:missing_field", "quantity", amount=None, **none),
        make.document("amount_only", "applied", None, make.totalled("amount_only")),
        make.case("amount_of_a_guest", "unattributed", customer_id=None, amount="1", **none),
    ]


def missing(make: Maker) -> list[PoisonCase]:
    required = ("event_id", "event_time", "invoice_no", "quantity", "unit_price")
    return [
        *(make.without(f"without_{field}", "rejected:missing_field", field) for field in required),
        *(make.case(f"null_{field}", "rejected:missing_field", field, **{field: None}) for field in required),
        make.raw("empty_object", "rejected:missing_field", "event_id", b"{}"),
        make.without("without_stock_code", "applied", "stock_code"),
        make.case("null_stock_code", "applied", stock_code=None),
        make.without("without_customer", "unattributed", "customer_id"),
        make.case("null_customer", "unattributed", customer_id=None),
        make.case(
            "null_customer_bad_price", "rejected:bad_type", "unit_price", customer_id=None, unit_price="x"
        ),
        make.case("unknown_field", "applied", extra={"nested": [1, {"$set": 1}]}),
    ]


def times(make: Maker) -> list[PoisonCase]:
    refused = {
        "time_year_318857": "+318857-01-01T00:00:00Z",
        "time_year_318857_unsigned": "318857-01-01T00:00:00Z",
        "time_year_0": "0000-01-01T00:00:00Z",
        "time_year_1": "0001-01-01T00:00:00+05:00",
        "time_year_9999": "9999-12-31T23:59:59Z",
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
        "time_lower_case": "2011-02-03t08:00:00z",
        "time_offset_without_colon": "2011-02-03T08:00:00+0530",
        "time_rounded_up": "2011-02-03T08:00:00.9999999Z",
        "time_nanoseconds": "2011-02-03T08:00:00.123456789Z",
        "time_1970": "1970-01-01T00:00:00Z",
        "time_just_before_future": (make.kafka_time + timedelta(seconds=299)).isoformat(),
    }
    future = {
        "future_301_s": (make.kafka_time + timedelta(seconds=301)).isoformat(),
        "future_2100": "2100-01-01T00:00:00Z",
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


def purchases(make: Maker) -> list[PoisonCase]:
    prices: dict[str, object] = {
        "price_prose": "free",
        "price_empty": "",
        "price_decimal_comma": "2,55",
        "price_with_blank": " 2.55",
        "price_400_digits": "9" * 400,
        "price_arabic_digits": "\u0663",
        "price_boolean": True,
        "price_object": {"amount": "2.55"},
    }
    amounts = {
        "price_too_fine": "2.55555",
        "price_1e15_text": "1000000000000000",
    }
    quantities: dict[str, object] = {
        "quantity_prose": "six",
        "quantity_empty": "",
        "quantity_decimal_comma": "0,750",
        "quantity_boolean": True,
        "quantity_array": [6],
    }
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
        make.case("value_too_large", "rejected:out_of_range", "unit_price", quantity=2**31),
        make.case("value_at_limit", "applied", quantity=100_000_000, unit_price="1"),
        make.case("value_a_hair_above_limit", "rejected:out_of_range", "unit_price", **_JUST_TOO_MUCH),
        make.case("price_beyond_10_11", "rejected:out_of_range", "unit_price", **_TOO_DEAR),
        make.case("price_of_very_little", "applied", quantity="0.0001", unit_price="99999999999.9999"),
        make.case("quantity_text", "applied", quantity="6"),
        make.case("quantity_weight", "applied", quantity="0.750"),
        make.case("quantity_hours", "applied", quantity=2.5),
        make.case("quantity_text_too_fine", "rejected:out_of_range", "quantity", quantity="0.00001"),
        make.case(
            "quantity_text_above_2_31", "rejected:out_of_range", "quantity", quantity="2147483648.0001"
        ),
        make.case("quantity_text_zero", "rejected:out_of_range", "quantity", quantity="0.000"),
        make.case("quantity_text_nan", "rejected:non_finite", "quantity", quantity="NaN"),
        make.case("quantity_zero", "rejected:out_of_range", "quantity", quantity=0),
        make.case("quantity_negative", "applied", quantity=-6),
        make.case("cancellation", "applied", invoice_no="C9cancellation", quantity=-6),
        make.case("cancellation_positive", "applied", invoice_no="C9positive", quantity=6),
        make.case("price_text_nan", "rejected:non_finite", "unit_price", unit_price="NaN"),
        make.case("price_text_infinity", "rejected:non_finite", "unit_price", unit_price="-Infinity"),
        make.case("price_text_exponent", "applied", unit_price="1e3"),
        make.case("price_zero", "applied", unit_price="0"),
        make.case("price_negative", "applied", unit_price="-11062.06", quantity=1),
        make.case("price_trailing_zeros", "applied", unit_price="2.5500000"),
        make.case("currency_other", "rejected:wrong_currency", "currency", currency="EUR"),
        make.case("currency_number", "rejected:bad_type", "currency", currency=826),
        make.case("currency_null", "applied", currency=None),
    ]
