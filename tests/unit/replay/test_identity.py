"""Rows are known by their content: overlapping exports count once, in whatever order and name."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.meaning.profiles import Profile
from streaming.replay.event_rows import EventRows
from streaming.replay.identity import Identities, Occurrences

OWN = Profile("own", {"event_time": "at", "customer_id": "who", "quantity": "n", "unit_price": "price"})

_row = st.tuples(
    st.sampled_from(["2024-01-02", "2024-01-03"]),
    st.sampled_from(["ann", "bob"]),
    st.sampled_from(["1", "2"]),
)
_rows = st.lists(_row, max_size=30)


def _lines(rows: list[tuple[str, str, str]], **more: list[str]) -> EventRows:
    times, customers, quantities = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    )
    texts = {"customer_id": customers, "quantity": quantities, "unit_price": ["5.00"] * len(rows), **more}
    numbers = np.arange(1, len(rows) + 1)
    return EventRows(numbers, numbers + 1, numbers, times, texts, (), 1.0)


def _ids(rows: list[tuple[str, str, str]], portion: int = 1_000) -> list[str]:
    identities = Identities(OWN)
    parts = [rows[at : at + portion] for at in range(0, len(rows), portion)]
    return [event_id for part in parts for event_id in identities.name(_lines(part))[0]]


@given(_rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    rows: list[tuple[str, str, str]], random: "np.random.Generator"
) -> None:
    shuffled = rows.copy()
    random.shuffle(shuffled)  # type: ignore[arg-type]
    assert sorted(_ids(shuffled)) == sorted(_ids(rows))


@given(_rows, st.integers(0, 30))
def test_a_part_of_an_export_holds_no_row_that_the_whole_does_not(
    rows: list[tuple[str, str, str]], n: int
) -> None:
    assert set(_ids(rows[:n])) <= set(_ids(rows))
    assert set(_ids(rows[n:])) <= set(_ids(rows))


@given(_rows, st.integers(1, 7))
def test_portions_change_nothing_and_every_row_has_an_id_of_its_own(
    rows: list[tuple[str, str, str]], portion: int
) -> None:
    assert _ids(rows, portion) == _ids(rows)
    assert len(set(_ids(rows))) == len(rows)


@given(st.lists(st.lists(st.integers(0, 5), max_size=9), max_size=9))
def test_occurrences_agree_with_a_plain_counter(portions: list[list[int]]) -> None:
    occurrences, counter = Occurrences(), Counter[int]()
    for portion in portions:
        expected = []
        for value in portion:
            expected.append(counter[value])
            counter[value] += 1
        assert occurrences.before(np.array(portion, np.uint64)).tolist() == expected


@pytest.mark.parametrize(("written", "same"), [("2.50", "2.5"), ("6.0", "6"), ("100", "100.00")])
def test_the_same_number_written_otherwise_is_the_same_row(written: str, same: str) -> None:
    row = [("2024-01-02", "ann", "1")]
    one, other = (Identities(OWN).name(_lines(row, unit_price=[price]))[0] for price in (written, same))
    assert one == other


def test_a_row_without_an_order_number_is_an_order_of_its_own() -> None:
    ids, invoices = Identities(OWN).name(_lines([("2024-01-02", "ann", "1")] * 2))
    assert list(invoices) == list(ids)
    assert ids[1] == f"{ids[0]}-2"


def test_a_profile_with_numbered_rows_keeps_their_numbers() -> None:
    ids, invoices = Identities(replace(OWN, numbered=True)).name(_lines([("2024-01-02", "ann", "1")] * 2))
    assert list(ids) == ["own:000000001", "own:000000002"]
    assert list(invoices) == ["000000001", "000000002"]


def test_an_id_of_the_file_is_kept_and_one_that_repeats_with_other_content_is_counted() -> None:
    rows = [("2024-01-02", "ann", "1"), ("2024-01-02", "ann", "1"), ("2024-01-02", "ann", "2")]
    identities = Identities(replace(OWN, columns={**OWN.columns, "event_id": "id"}))
    ids, invoices = identities.name(_lines(rows, event_id=["e", "e", "e"]))
    assert list(ids) == list(invoices) == ["e", "e", "e"]
    assert (identities.n_equal, identities.conflicts) == (1, 1)
