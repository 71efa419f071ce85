"""The slow second look: a code for whatever is wrong, and nothing for what is right."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.task.contract import Rejection
from streaming.task.event_faults import inspect, is_doubtful
from tests.support import poison

CASES = poison.cases(oversized_bytes=70_000)
CODES = {
    "no_value", "oversized", "bad_unicode", "malformed", "ambiguous", "missing_field", "bad_type",
    "non_finite", "out_of_range", "bad_time",
}  # fmt: skip
LIMIT = 65_536

_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("case", [c for c in CASES if not c.is_rejected], ids=lambda case: case.name)
def test_it_finds_nothing_wrong_with_a_good_record(case: poison.PoisonCase) -> None:
    assert inspect(case.value, LIMIT) is None


@given(st.one_of(st.binary(max_size=40), _json.map(lambda body: json.dumps(body).encode())))
def test_whatever_comes_it_never_fails_and_speaks_in_known_codes(value: bytes) -> None:
    answer = inspect(value, LIMIT)
    assert answer is None or answer.code in CODES
    assert isinstance(is_doubtful(value), bool)


@pytest.mark.parametrize(
    ("value", "code", "field"),
    [
        (None, "no_value", None),
        (b"x" * (LIMIT + 1), "oversized", None),
        (b"\xff", "bad_unicode", None),
        (b"{", "malformed", None),
        (b"[NaN]", "non_finite", None),
        (b"[]", "bad_type", None),
        (b"{}", "missing_field", "event_id"),
        (b'{"event_id": 1, "event_id": 2}', "ambiguous", "event_id"),
    ],
)
def test_the_first_broken_rule_is_named(value: bytes | None, code: str, field: str | None) -> None:
    found = inspect(value, LIMIT)
    assert isinstance(found, Rejection)
    assert (found.code, found.field) == (code, field)


def test_messages_can_be_stored_whatever_the_record_holds() -> None:
    bodies: list[dict[str, Any]] = [
        {"event_id": "\ud800"},
        dict.fromkeys(("event_id", "invoice_no", "stock_code", "quantity", "unit_price"), 1)
        | {"event_time": "\ud800"},
    ]
    for body in bodies:
        found = inspect(json.dumps(body).encode(), LIMIT)
        assert found is not None
        found.message.encode()


def test_nesting_that_can_be_read_but_not_written_is_malformed_too() -> None:
    event = json.dumps(dict.fromkeys(("event_id", "invoice_no", "stock_code", "quantity"), 1))[:-1]
    rest = ', "event_time": "2011-02-03T08:00:00Z", "unit_price": 1, "extra": '
    for depth in range(100, 1_200, 7):
        value = (event + rest + "[" * depth + "]" * depth + "}").encode()
        assert inspect(value, LIMIT) is None or inspect(value, LIMIT).code == "malformed"  # type: ignore[union-attr]
