"""The ledger against a plain multiset, and keys that tell rows apart."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.core.row_ledger import RowLedger, occurrences, row_keys

batches = st.lists(st.lists(st.integers(0, 9), max_size=12), max_size=20)


def as_keys(numbers):
    return np.array(numbers, dtype=np.uint64)


@given(batches, st.randoms(use_true_random=False))
def test_it_holds_what_a_counter_holds(batches, random):
    ledger, counter = RowLedger(), Counter()
    for batch in batches:
        gone = [number for number in counter.elements() if random.random() < 0.3]
        ledger = ledger.add(as_keys(batch)).remove(as_keys(gone))
        counter = counter + Counter(batch) - Counter(gone)
    assert ledger.held(as_keys(range(10))).tolist() == [counter[number] for number in range(10)]


@given(batches)
def test_what_is_taken_out_again_leaves_nothing_behind(batches):
    ledger = RowLedger()
    for batch in batches:
        ledger = ledger.add(as_keys(batch))
    for batch in reversed(batches):
        ledger = ledger.remove(as_keys(batch))
    assert not ledger.held(as_keys(range(10))).any()


def test_more_of_a_row_than_there_is_cannot_be_taken_out_at_once():
    ledger = RowLedger().add(as_keys([5, 5, 7]))
    assert ledger.holds(as_keys([5, 7, 5, 5, 7, 8])).tolist() == [True, True, True, False, False, False]


def test_occurrences_count_from_the_front():
    assert occurrences(as_keys([3, 1, 3, 3, 1])).tolist() == [0, 0, 1, 2, 1]


def test_runs_stay_few_whatever_the_size_of_the_batches():
    ledger = RowLedger()
    for number in range(3000):
        ledger = ledger.add(as_keys([number]))
    assert len(ledger.runs) <= 13
    assert sum(len(keys) for keys, _ in ledger.runs) == 3000


def test_equal_rows_have_equal_keys_and_others_do_not():
    rng = np.random.default_rng(0)
    rows = rng.integers(-3, 4, (2000, 3)).astype(float)
    keys = row_keys([*rows.T])
    assert len(np.unique(keys)) == len(np.unique(rows, axis=0))
    assert np.array_equal(keys, row_keys([*np.where(rows == 0, -0.0, rows).T]))
    assert not np.array_equal(keys, row_keys([*rows.T[::-1]]))
