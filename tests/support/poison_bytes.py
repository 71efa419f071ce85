"""Poison in the record itself: what is no JSON, no text, no id, or too large."""

import json
from dataclasses import replace

from tests.support.poison_case import Maker, PoisonCase


def not_json(make: Maker) -> list[PoisonCase]:
    whole = {name: json.dumps(make.event(name)).encode() for name in ("cut", "tail", "array", "bom", "twice")}
    malformed: dict[str, bytes] = {
        "not_json": b"invoice 536365, six pieces",
        "truncated_json": whole["cut"][:-9],
        "trailing_text": whole["tail"] + b" and more",
        "empty_value": b"",
        "blank_value": b"  \n",
        "two_documents": whole["twice"] + b"\n" + whole["twice"],
        "binary": b"\x00\x00\x00\x00\x01\x0a17850",
        "byte_order_mark": b"\xef\xbb\xbf" + whole["bom"],
        "single_quotes": b"{'event_id': 'poison:single_quotes'}",
        "nested_arrays": b"[" * 30_000 + b"]" * 30_000,
    }
    no_object = {
        "top_level_array": b"[" + whole["array"] + b"]",
        "top_level_text": b'"customer"',
        "top_level_number": b"17850",
        "top_level_null": b"null",
    }
    return [
        *(make.raw(name, "rejected:bad_type", None, value) for name, value in no_object.items()),
        *(make.raw(name, "rejected:malformed", None, value) for name, value in malformed.items()),
        make.literal("nested_value", "rejected:malformed", "extra", "[" * 30_000 + "]" * 30_000, blame=False),
        make.raw("utf16", "rejected:bad_unicode", None, json.dumps(make.event("utf16")).encode("utf-16")),
        make.raw("tombstone", "rejected:no_value", None, None),
        *(_named_twice(make, field) for field in ("customer_id", "quantity", "event_time")),
    ]


def _named_twice(make: Maker, field: str) -> PoisonCase:
    name = f"{field}_twice"
    event = make.event(name)
    text = json.dumps(event)[:-1] + f", {json.dumps(field)}: {json.dumps(event[field])}}}"
    return make.raw(name, "rejected:ambiguous", field, text.encode())


def texts(make: Maker) -> list[PoisonCase]:
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
        make.case("lone_surrogate_description", "rejected:bad_unicode", description="x\ud800"),
        make.case("surrogate_pair", "applied", customer_id="poison-\U0001f600"),
    ]


def _with_latin1(make: Maker, field: str) -> bytes:
    event = make.event(f"invalid_utf8_{field}", **{field: "caf@"})
    return json.dumps(event).encode().replace(b"caf@", b"caf\xe9")


def ids(make: Maker) -> list[PoisonCase]:
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


def sizes(make: Maker, oversized_bytes: int) -> list[PoisonCase]:
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


def _padded(make: Maker, name: str, size: int) -> bytes:
    customer = {"customer_id": "poison-size"} if name == "size_at_limit" else {}
    bare = len(json.dumps(make.event(name, description="", **customer)))
    return json.dumps(make.event(name, description="x" * (size - bare), **customer)).encode()
