"""Recounted histories: those of the core in any cut, and every way in which a stored one can be wrong."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers.history import History, append, fold, no_history
from shared.core.customers.history_codec import encode_histories
from shared.core.customers.history_rows import HistoryLines
from shared.core.customers.partition_clock import PartitionClock, advance, known_days
from shared.core.customers.recent import EMPTY
from shared.core.customers.rfm import CustomerStates, apply_transactions
from shared.core.customers.transactions import ENDLESS_MS, NEVER_DAY, NEVER_MS, Transactions
from shared.recount import Ledger, Line, Mismatch, RecountRules, compare_customers, compare_histories
from shared.recount.histories import DAMAGED
from shared.recount.past import local_day
from shared.settings import InputSettings, StateSettings, TickSettings
from tests.support.history_oracle import PastLine, columns_of
from tests.support.transactions_json import as_json

HOUR, DAY = 3_600_000, 86_400_000
ZONE = "Europe/London"
NAMES = ["ann", "bob", "cid", "dan"]
KEPT = 62
RULES = RecountRules(
    InputSettings(zone=ZONE),
    StateSettings(horizon_days=7, history_days=KEPT),
    TickSettings(min_customers=2, max_jump_days=31),
)
COLUMNS = ("frequency", "monetary_minor", "applied", "duplicate", "late")
TIMES = {
    "first_purchase_at": "first_purchase_ms",
    "last_purchase_at": "last_purchase_ms",
    "newest_event_at": "newest_event_ms",
}
LATEST = 2**41

_hours = st.integers(400_000, 400_000 + 24 * 20) | st.sampled_from([398_000, 400_500, 402_000, 403_000])
_lines = st.builds(
    Line,
    event_id=st.sampled_from("abc"),
    time_ms=_hours.map(lambda hour: hour * HOUR),
    customer_id=st.sampled_from(NAMES),
    invoice_no=st.sampled_from(["1", "2", "3", "C4"]),
    is_negative=st.booleans(),
    amount_minor=st.integers(1, 10_000),
).map(lambda line: line._replace(amount_minor=-line.amount_minor if line.is_negative else line.amount_minor))
_chunks = st.lists(st.tuples(st.integers(0, 1), st.lists(_lines, min_size=1, max_size=8)), max_size=12)


class _Stream:
    """The core, chunk after chunk, as a stream uses it."""

    def __init__(self) -> None:
        zeros, never = np.zeros(len(NAMES), np.int64), np.full(len(NAMES), NEVER_MS)
        endless = np.full(len(NAMES), ENDLESS_MS)
        self.states = CustomerStates(
            zeros, zeros, endless, never, never, never, zeros, zeros, zeros, EMPTY, EMPTY
        )
        self.history: History = no_history(len(NAMES))
        self.clocks = {0: PartitionClock(), 1: PartitionClock()}
        self.next = {0: 0, 1: 0}
        self.fences: dict[str, dict[int, int]] = {}

    def read(self, partition: int, lines: list[Line], step_day: int) -> None:
        customer = np.array([NAMES.index(str(line.customer_id)) for line in lines])
        day = np.array([local_day(line.time_ms, ZONE) for line in lines], np.int32)
        tick = RULES.tick
        self.clocks[partition], floor = advance(
            self.clocks[partition],
            customer + 1,
            day,
            min_customers=tick.min_customers,
            max_jump_days=tick.max_jump_days,
        )
        rows = self._rows(partition, lines, customer)
        self.states, outcomes = apply_transactions(self.states, rows, horizon_days=7, max_recent=65_536)
        applied = HistoryLines(
            customer,
            day,
            known_days(day, floor, NEVER_DAY),
            rows.event_ms,
            rows.amount_minor,
            rows.is_purchase,
            outcomes.opens_invoice,
        )
        self.history = append(self.history, _taken(applied, np.flatnonzero(outcomes.is_applied)))
        self.history = fold(self.history, step_day, KEPT)
        self.next[partition] += len(lines)
        for name in {str(line.customer_id) for line in lines}:
            self.fences.setdefault(name, {})[partition] = self.next[partition] - 1

    def _rows(self, partition: int, lines: list[Line], customer: Any) -> Transactions:
        return Transactions(
            customer=customer,
            event_hash=np.array([line.time_ms * 1_000 + ord(line.event_id) for line in lines], np.uint64),
            invoice_hash=np.array(
                [int.from_bytes(line.invoice_no.encode(), "little") for line in lines], np.uint64
            ),
            event_ms=np.array([line.time_ms for line in lines]),
            amount_minor=np.array([line.amount_minor for line in lines]),
            is_purchase=np.array([line.is_purchase("C") for line in lines]),
            offset=np.arange(len(lines)) + self.next[partition],
        )

    def documents(self) -> dict[str, dict[str, Any]]:
        documents = {}
        for number, (name, blob) in enumerate(zip(NAMES, encode_histories(self.history), strict=True)):
            if name in self.fences:
                times = {at: int(getattr(self.states, column)[number]) for at, column in TIMES.items()}
                times = {at: None if ms in (ENDLESS_MS, NEVER_MS) else ms for at, ms in times.items()}  # type: ignore[misc]
                counts = {column: int(getattr(self.states, column)[number]) for column in COLUMNS}
                documents[name] = {**times, **counts, "late_floor": None, "history": blob}
        return documents


def _taken(lines: HistoryLines, at: Any) -> HistoryLines:
    return HistoryLines(*(getattr(lines, name)[at] for name in HistoryLines.__dataclass_fields__))


@given(_chunks, st.data(), st.booleans())
def test_recounted_histories_equal_those_of_the_core_in_any_cut_and_partition(
    chunks: list[tuple[int, list[Line]]], data: st.DataObject, has_known_days: bool
) -> None:
    stream, step = _Stream(), 398_000 // 24
    totals_after = data.draw(st.integers(0, len(chunks)), label="chunks that the totals include")
    below = {0: 0, 1: 0}
    for number, (partition, lines) in enumerate(chunks):
        step += data.draw(st.sampled_from([0, 0, 1, 80, 150]), label="days to the next step")
        stream.read(partition, lines, step)
        below = dict(stream.next) if number < totals_after else below
    ledger, offset = Ledger(RULES, below, stream.fences), {0: 0, 1: 0}
    for partition, lines in chunks:
        for line in lines:
            ledger.add(partition, offset[partition], LATEST, as_json(line))
            offset[partition] += 1
    documents = stream.documents()
    assert compare_customers(documents, ledger.accounts).mismatches == ()
    found = compare_histories(documents, ledger.accounts, history_days=KEPT, has_known_days=has_known_days)
    assert (found.compared, found.mismatches) == (len(documents), ())


def test_a_line_that_its_customer_does_not_include_yet_moves_the_day_of_its_partition() -> None:
    rules = RecountRules(InputSettings(), StateSettings(), TickSettings(min_customers=1))
    ledger = Ledger(rules, {0: 0}, {"bob": {0: 1}})
    for offset, (name, day) in enumerate([("ann", 15_001), ("bob", 15_000)]):
        line = Line("e", day * DAY, name, "1", is_negative=False, amount_minor=1)
        ledger.add(0, offset, LATEST, as_json(line))
    assert list(ledger.accounts) == ["bob"]
    assert list(ledger.accounts["bob"].past.rows) == [(15_000, 15_001)]


LINES = [
    PastLine(0, 15_000, 15_000, 15_000 * DAY + HOUR, 10_000, True, True),
    PastLine(0, 15_001, 15_003, 15_001 * DAY + HOUR, 20_000, True, True),
    PastLine(0, 15_001, 15_003, 15_001 * DAY + 2 * HOUR, -5_000, False, False),
    PastLine(0, 15_200, 15_200, 15_200 * DAY, 40_000, True, True),
]
FLAT = {
    "frequency": 3,
    "monetary_minor": 65_000,
    "first_purchase_at": 15_000 * DAY + HOUR,
    "last_purchase_at": 15_200 * DAY,
}


def _document(lines: list[PastLine], step_day: int = NEVER_DAY, **changes: Any) -> dict[str, Any]:
    history = fold(append(no_history(1), columns_of(lines)), step_day, KEPT)
    return {**FLAT, "history": encode_histories(history)[0], **changes}


def _found(document: dict[str, Any], *, has_known_days: bool = True) -> list[Mismatch]:
    """Return what differs from a recount of `LINES`, read from a topic in that order."""
    ledger = Ledger(RecountRules(InputSettings(), StateSettings(), TickSettings(min_customers=1)), {0: 9}, {})
    others = Line("x", 15_003 * DAY, "bob", "9", is_negative=False, amount_minor=1)
    own = [
        Line(f"e{n}", line.ms, "ann", str(n), not line.is_purchase, line.amount)
        for n, line in enumerate(LINES)
    ]
    far = others._replace(time_ms=15_030 * DAY)
    for offset, line in enumerate([own[0], others, *own[1:3]]):
        ledger.add(0, offset, LATEST, as_json(line))
    for offset, line in enumerate(far._replace(time_ms=(15_030 + 30 * n) * DAY) for n in range(6)):
        ledger.add(0, 4 + offset, LATEST, as_json(line))
    ledger.add(0, 8, LATEST, as_json(own[3]))
    accounts = {"ann": ledger.accounts["ann"]}
    found = compare_histories({"ann": document}, accounts, history_days=KEPT, has_known_days=has_known_days)
    return list(found.mismatches)


@pytest.mark.parametrize("has_known_days", [True, False])
@pytest.mark.parametrize("step_day", [NEVER_DAY, 15_062, 15_066, 15_300])
def test_a_right_history_is_equal_wherever_it_is_folded(step_day: int, has_known_days: bool) -> None:
    assert _found(_document(LINES, step_day), has_known_days=has_known_days) == []


@pytest.mark.parametrize(
    ("changed", "is_seen_by_day"),
    [
        pytest.param({"known": 15_002}, False, id="known day"),
        pytest.param({"amount": 20_001}, True, id="amount"),
        pytest.param({"day": 15_002}, True, id="day"),
        pytest.param({"opens_invoice": False}, True, id="order"),
        pytest.param({"ms": 15_001 * DAY}, True, id="time"),
    ],
)
def test_a_changed_row_is_found_and_both_sides_are_shown(
    changed: dict[str, Any], is_seen_by_day: bool
) -> None:
    document = _document([LINES[0], LINES[1]._replace(**changed), *LINES[2:]])
    rows = [each for each in _found(document) if each.field == "history"]
    assert [each.subject for each in rows] == ["ann"]
    assert "2011-01-27 known 2011-01-29: orders=1 lines=2 gross=20000 returned=5000" in rows[0].recounted
    assert rows[0].stored != rows[0].recounted
    by_day = [each.field for each in _found(document, has_known_days=False)]
    assert ("history" in by_day) == is_seen_by_day


def test_a_row_too_few_is_found_and_a_folded_total_that_is_wrong() -> None:
    few = _found(_document(LINES[:3]))
    assert [(each.field, each.stored) for each in few if each.field == "history"] == [
        ("history", "no such row")
    ]
    folded = _found(_document([LINES[0]._replace(amount=1), *LINES[1:]], 15_066))
    assert [each.stored.split(":")[0] for each in folded if each.field == "history"] == [
        "known by 2011-01-29"
    ]


@pytest.mark.parametrize("name", FLAT)
def test_flat_columns_must_be_what_the_history_adds_up_to(name: str) -> None:
    found = _found(_document(LINES, **{name: 7}))
    assert found == [Mismatch("ann", f"{name} = sum of history", 7, FLAT[name])]


@pytest.mark.parametrize("blob", [None, b"", b"\x01", "text", 5])
def test_a_history_that_is_none_is_told_in_words(blob: Any) -> None:
    assert _found(_document(LINES, history=blob)) == [Mismatch("ann", "history", DAMAGED, None)]


@given(st.data())
def test_a_damaged_history_is_told_in_words(data: st.DataObject) -> None:
    document = _document(LINES, 15_066)
    blob = document["history"]
    at = data.draw(st.integers(0, len(blob) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != blob[at]))
    document["history"] = blob[:at] + bytes([other]) + blob[at + 1 :]
    assert _found(document) == [Mismatch("ann", "history", DAMAGED, None)]


def test_a_deleted_customer_is_left_out() -> None:
    assert _found(_document([], deleted=True)) == []
