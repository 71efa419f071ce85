"""One definite answer for every record, whatever it is and whoever stands beside it."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recount import RecountRules, read_line
from shared.settings import InputSettings, StateSettings, TickSettings
from streaming.task.contract import Rejection
from streaming.task.parse import parse
from tests.support import poison
from tests.support.parsed import KAFKA_MS, RULES, Answer, outcome, read

CASES = poison.cases(oversized_bytes=200_000)
GOOD = {
    "event_id": "e1",
    "event_time": "2011-02-03T08:00:00+00:00",
    "customer_id": "17850",
    "invoice_no": "536365",
    "stock_code": "85123A",
    "quantity": 6,
    "unit_price": "2.55",
}


def _record(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_poison_record_gets_the_answer_that_the_table_says(case: poison.PoisonCase) -> None:
    (answer,) = read([case.value])
    assert outcome(answer) == case.expected
    if isinstance(answer, Rejection):
        assert answer.field == case.field
        assert answer.message
    elif case.expected == "applied":
        assert answer[0] == case.customer_id


def test_the_whole_table_at_once_gives_the_same_answers_as_each_record_alone() -> None:
    values = [case.value for case in CASES]
    alone = [read([value])[0] for value in values]
    assert read(values) == alone
    assert read(values[::-1]) == alone[::-1]


@pytest.mark.parametrize("case", [c for c in CASES if c.is_rejected], ids=lambda case: case.name)
def test_neighbours_of_a_poison_record_are_read_as_if_it_were_not_there(case: poison.PoisonCase) -> None:
    good = [_record(event_id=f"e{i}", unit_price=i) for i in range(3)]
    expected = read(good)
    for position in range(4):
        around = [*good[:position], case.value, *good[position:]]
        found = read(around)
        assert found[:position] + found[position + 1 :] == expected
        assert outcome(found[position]) == case.expected


def test_an_empty_batch_has_no_answers() -> None:
    assert read([]) == []


# --- what is read -----------------------------------------------------------------------------------------


def test_amounts_are_exact_and_returns_negative() -> None:
    lines = [
        _record(unit_price="0.0001"),
        _record(unit_price=1.15, quantity=-3),
        _record(unit_price="99999999.9999", quantity=1),
    ]
    assert [answer[4] for answer in read(lines) if isinstance(answer, tuple)] == [6, -34_500, 999_999_999_999]


@given(st.integers(0, 10**12), st.sampled_from([1, -1]))
def test_every_price_of_four_places_is_read_exactly_as_text(minor: int, sign: int) -> None:
    text = f"{'-' if sign < 0 else ''}{minor // 10_000}.{minor % 10_000:04d}"
    (answer,) = read([_record(unit_price=text, quantity=1)])
    assert isinstance(answer, tuple)
    assert answer[4] == sign * minor


def test_what_is_a_purchase() -> None:
    lines = [_record(), _record(quantity=-1), _record(invoice_no="C1"), _record(invoice_no="c1")]
    assert [a[5] for a in read(lines) if isinstance(a, tuple)] == [True, False, False, True]
    free = InputSettings(cancellation_prefix="")
    assert [a[5] for a in read(lines, free) if isinstance(a, tuple)] == [True, False, True, True]


def test_an_event_is_known_by_id_and_time_and_an_invoice_by_its_id() -> None:
    lines = [
        _record(),
        _record(quantity=1, invoice_no=536_365),
        _record(event_time="2011-02-03T10:00:00+02:00"),
        _record(event_time="2011-02-03T08:00:00.001Z"),
        _record(event_id="e2", invoice_no="2"),
    ]
    found = [answer for answer in read(lines) if isinstance(answer, tuple)]
    assert [f[1] == found[0][1] for f in found] == [True, True, True, False, False]
    assert [f[2] == found[0][2] for f in found] == [True, True, True, True, False]


def test_a_time_without_an_offset_is_local_also_where_clocks_change() -> None:
    london = InputSettings(zone="Europe/London")
    texts = ["2011-03-27T00:59:59", "2011-03-27T02:00:00", "2011-10-30T00:30:00", "2011-10-30T01:30:00"]
    expected = [
        "2011-03-27T00:59:59Z",
        "2011-03-27T01:00:00Z",
        "2011-10-29T23:30:00Z",
        "2011-10-30T00:30:00Z",
    ]
    local, utc = (
        [a[3] for a in read([_record(event_time=t) for t in some], london) if isinstance(a, tuple)]
        for some in (texts, expected)
    )
    assert local == utc


def test_the_future_is_judged_by_each_records_own_kafka_time() -> None:
    event_ms = 1_296_720_000_000
    kafka_ms = np.array([event_ms - 300_000, event_ms - 300_001, event_ms + 10**12])
    assert [*parse([_record()] * 3, kafka_ms, RULES).rejections] == [1]


def test_guests_are_valued_by_their_net_amount() -> None:
    parsed = parse(
        [_record(customer_id=None), _record(customer_id=None, quantity=-1)], np.full(2, KAFKA_MS), RULES
    )
    assert parsed.unattributed.tolist() == [0, 1]
    assert parsed.unattributed_minor.tolist() == [153_000, -25_500]


# --- fuzz -------------------------------------------------------------------------------------------------

_odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**31, -(2**31), 2**31 + 1, 2**63 - 1, 2**63, 2**64, 10**30]),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["", "\ud800", "\x00", "i" * 256, "i" * 257, "é" * 200, "-2.5", "1e3", "0.00001", "C1", "0.750"]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
_times = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.sampled_from(
        ["2011-02-03T08:00:00.1239996Z", "2011-02-03 08:00:00-05:30", "2011-02-03T08:00:00.12345678901Z"]
    ),
)
_keys = st.sampled_from([*GOOD, "amount", "currency", "description", "extra"])
_changes = st.dictionaries(_keys, st.one_of(_odd, _times), max_size=3)
_dropped = st.sampled_from([(), ("quantity", "unit_price"), *((name,) for name in GOOD)])


def _event(changes: dict[str, Any], dropped: tuple[str, ...]) -> bytes:
    return json.dumps({key: v for key, v in (GOOD | changes).items() if key not in dropped}).encode()


_events = st.builds(_event, _changes, _dropped)
_damaged = st.builds(
    lambda value, at, junk: value[: at % len(value)] + junk + value[at % len(value) + len(junk) :],
    _events,
    st.integers(0, 10_000),
    st.binary(min_size=1, max_size=3),
)


@given(st.lists(st.one_of(st.none(), st.binary(max_size=60), _events, _damaged), max_size=8))
def test_whatever_comes_gets_one_answer_which_does_not_depend_on_its_neighbours(
    values: list[bytes | None],
) -> None:
    assert read(values) == [read([value])[0] for value in values]


def _recounted(value: bytes | None, rules: InputSettings) -> tuple[Any, ...] | None:
    line = read_line(value, KAFKA_MS, RecountRules(rules, StateSettings(), TickSettings()))
    if line is None:
        return None
    if line.customer_id is None:
        return (None, line.amount_minor)
    is_purchase = line.is_purchase(rules.cancellation_prefix)
    return (line.customer_id, line.time_ms, line.amount_minor, is_purchase)


def _comparable(answer: Answer) -> tuple[Any, ...] | None:
    if isinstance(answer, Rejection):
        return None
    return answer if answer[0] is None else (answer[0], *answer[3:])


@given(st.lists(st.one_of(_events, _damaged), min_size=1, max_size=8))
def test_the_recount_reads_the_same_from_the_same_record(values: list[bytes]) -> None:
    for value, answer in zip(values, read(values), strict=True):
        assert _comparable(answer) == _recounted(value, RULES), value


_EXOTIC = {
    "a time to more places than anybody measures": {"event_time": "2011-02-03T08:00:00.1239996789012Z"},
    "a time in small letters": {"event_time": "2011-02-03t08:00:00z"},
    "an offset without a colon": {"event_time": "2011-02-03T08:00:00+0530"},
    "the largest number as an id": {"customer_id": 2**63 - 1},
    "a number too large for an id": {"customer_id": 2**63},
    "a number far too large for an id": {"invoice_no": 10**30},
    "an escaped key": {"\u0001": 1},
}


@pytest.mark.parametrize("note", ["plain", "caf\u00e9"])
@pytest.mark.parametrize("changes", _EXOTIC.values(), ids=_EXOTIC)
def test_text_that_nobody_reads_changes_no_verdict(changes: dict[str, Any], note: str) -> None:
    value = json.dumps(GOOD | changes | {"description": note}, ensure_ascii=False).encode()
    (answer,) = read([value])
    assert _comparable(answer) == _recounted(value, RULES)
    assert answer == read([_record(**changes)])[0]


@pytest.mark.parametrize(
    "literal", ["1e400", "7" * 5_000, "[[[[1]]]]", '"\\u00e9"', '"\\\\u0000"', '"\u00e9"']
)
def test_other_keys_may_hold_anything(literal: str) -> None:
    value = (_record()[:-1].decode() + f', "extra": {literal}}}').encode()
    assert read([value]) == read([_record()])
    assert _comparable(read([value])[0]) == _recounted(value, RULES)


def test_a_key_spelt_with_escapes_is_the_same_key() -> None:
    value = _record()[:-1] + b', "customer\\u005fid": "17850"}'
    assert outcome(read([value])[0]) == "rejected:ambiguous"
