"""Histories of many customers at once against a plain loop over all lines."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers.history import (
    History,
    append,
    fold,
    no_history,
    rfm_at,
    waiting_lines,
    window_sums,
)
from shared.core.customers.transactions import ENDLESS_MS, NEVER_DAY, NEVER_MS
from tests.support.history_oracle import (
    DAY_MS,
    PastLine,
    columns_of,
    plain_rfm,
    plain_rows,
    plain_window,
    rows_as_lists,
    totals_as_lists,
)

N, FIRST_DAY, KEPT = 3, 15_000, 8


@st.composite
def _lines(draw: st.DrawFn) -> PastLine:
    day = FIRST_DAY + draw(st.integers(0, 25))
    is_purchase = draw(st.booleans())
    return PastLine(
        customer=draw(st.integers(0, N - 1)),
        day=day,
        known=day + draw(st.sampled_from([0, 0, 0, 1, 2, KEPT - 1, KEPT, KEPT + 1, 20])),
        # A local day begins and ends up to a day before or after that of UTC.
        ms=day * DAY_MS + draw(st.integers(-DAY_MS, 2 * DAY_MS)),
        amount=draw(st.integers(-(10**15), 10**15)),
        is_purchase=is_purchase,
        opens_invoice=is_purchase and draw(st.booleans()),
    )


_pasts = st.lists(_lines(), max_size=40)
_cuts = st.lists(st.integers(0, 40), max_size=5)


def _parts(lines: list[PastLine], cuts: list[int]) -> list[list[PastLine]]:
    edges = [0, *sorted(min(cut, len(lines)) for cut in cuts), len(lines)]
    return [lines[a:b] for a, b in pairwise(edges)]


def _appended(parts: list[list[PastLine]], n: int = N) -> History:
    history = no_history(n)
    for part in parts:
        history = append(history, columns_of(part))
    return history


def _told(history: History, day: int) -> list[tuple[int | None, ...] | None]:
    at = rfm_at(history, day)
    rfm = at.rfm
    table = zip(
        rfm.frequency.tolist(),
        rfm.monetary_minor.tolist(),
        [None if ms == ENDLESS_MS else ms for ms in rfm.first_purchase_ms.tolist()],
        [None if ms == NEVER_MS else ms for ms in rfm.last_purchase_ms.tolist()],
        strict=True,
    )
    return [row if is_known else None for row, is_known in zip(table, at.is_known.tolist(), strict=True)]


def _windows(history: History, day: int, n_days: int) -> list[tuple[int, ...]]:
    sums = window_sums(history, day, n_days)
    columns = (sums.orders, sums.lines, sums.gross_minor, sums.returned_minor, sums.active_days)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@given(_pasts, _cuts)
def test_rows_are_those_of_a_loop_over_lines_whatever_the_cut(lines: list[PastLine], cuts: list[int]) -> None:
    assert rows_as_lists(_appended(_parts(lines, cuts))) == [plain_rows(lines, c) for c in range(N)]


@given(_pasts, st.integers(-1, 50))
def test_the_state_as_of_a_day_is_that_of_the_lines_known_by_then(lines: list[PastLine], day: int) -> None:
    day += FIRST_DAY
    history = _appended([lines])
    assert _told(history, day) == [plain_rfm(lines, c, day) for c in range(N)]
    waiting = [sum(line.customer == c and line.known > day for line in lines) for c in range(N)]
    assert waiting_lines(history, day).tolist() == waiting


@given(_pasts, st.integers(-1, 50), st.integers(1, 30))
def test_a_window_counts_by_the_day_it_happened_what_was_known(
    lines: list[PastLine], day: int, n_days: int
) -> None:
    day += FIRST_DAY
    assert _windows(_appended([lines]), day, n_days) == [
        plain_window(lines, c, day, n_days) for c in range(N)
    ]


@given(_pasts, _cuts, st.lists(st.integers(0, 60), min_size=1, max_size=6), st.integers(1, KEPT))
def test_folding_changes_no_answer_that_may_still_be_asked_for(
    lines: list[PastLine], cuts: list[int], steps: list[int], n_days: int
) -> None:
    history = no_history(N)
    for part, step in zip(_parts(lines, cuts), sorted(steps), strict=False):
        history = append(history, columns_of(part))
        history = fold(history, FIRST_DAY + step, KEPT)
    history = fold(append(history, columns_of([])), newest := FIRST_DAY + max(steps), KEPT)
    done = [line for part in _parts(lines, cuts)[: len(steps)] for line in part]
    for day in (newest - KEPT, newest - 1, newest, newest + 30):
        assert _told(history, day) == [plain_rfm(done, c, day) for c in range(N)]
    for day in (newest - KEPT + n_days, newest, newest + 30):
        assert _windows(history, day, n_days) == [plain_window(done, c, day, n_days) for c in range(N)]


@given(_pasts, _cuts, st.integers(0, 60))
def test_folding_is_idempotent_and_blind_to_cuts(lines: list[PastLine], cuts: list[int], step: int) -> None:
    step += FIRST_DAY
    whole = fold(_appended([lines]), step, KEPT)
    pieces = no_history(N)
    for part in _parts(lines, cuts):
        pieces = fold(append(pieces, columns_of(part)), step, KEPT)
    for other in (
        pieces,
        fold(whole, step, KEPT),
        fold(fold(_appended([lines]), step - 5, KEPT), step, KEPT),
    ):
        assert rows_as_lists(other) == rows_as_lists(whole)
        assert totals_as_lists(other) == totals_as_lists(whole)


@given(_pasts, _pasts)
def test_inputs_are_left_as_they_were(first: list[PastLine], second: list[PastLine]) -> None:
    history = fold(_appended([first]), FIRST_DAY + 20, KEPT)
    before = rows_as_lists(history), totals_as_lists(history)
    fold(append(history, columns_of(second)), FIRST_DAY + 30, KEPT)
    rfm_at(history, FIRST_DAY + 20)
    assert (rows_as_lists(history), totals_as_lists(history)) == before


def _bought(day: int, known: int | None = None, amount: int = 100, *, is_return: bool = False) -> PastLine:
    known = day if known is None else known
    return PastLine(0, day, known, day * DAY_MS, amount, not is_return, not is_return)


def test_two_years_that_become_known_at_once_are_one_row() -> None:
    past = [_bought(FIRST_DAY + n, FIRST_DAY + 1_200) for n in range(730)]
    history = fold(_appended([past[:300], past[300:]], 1), FIRST_DAY + 1_200, 400)
    (row,) = rows_as_lists(history)[0]
    assert row[:4] == (FIRST_DAY + 800, FIRST_DAY + 1_200, 730, 730)
    assert row[4:6] == (past[0].ms, past[-1].ms)
    assert _told(history, FIRST_DAY + 1_199) == [None]
    assert _windows(history, FIRST_DAY + 1_200, 400) == [(0, 0, 0, 0, 0)]


def test_a_batch_of_800_days_loses_nothing_that_its_first_days_need() -> None:
    days = range(FIRST_DAY, FIRST_DAY + 800)
    lines = [_bought(day, amount=day) for day in days]
    history = _appended([lines], 1)
    for step in days:
        history = fold(history, step, 400)
        for day in (step - 1, step):
            assert _told(history, day) == [plain_rfm(lines, 0, day)]
        if step >= FIRST_DAY + 400:
            assert _windows(history, step, 365) == [plain_window(lines, 0, step, 365)]
    assert len(history.rows) == 400


def test_asking_before_what_is_folded_says_so() -> None:
    history = fold(_appended([[_bought(15_000), _bought(15_010)]], 1), 15_012, 8)
    assert totals_as_lists(history)[0][0] == 15_000
    with pytest.raises(ValueError, match=r"as of 2011-01-25 can no longer be told.*by 2011-01-26"):
        rfm_at(history, 14_999)
    with pytest.raises(ValueError, match=r"a window of 5 days after 2011-01-25 .*ask for 2011-01-26"):
        window_sums(history, 15_004, 5)
    assert _told(history, 15_000) == [(1, 100, 15_000 * DAY_MS, 15_000 * DAY_MS)]


def test_a_customer_of_returns_only_is_known_without_a_purchase() -> None:
    for step in (15_000, 15_100):
        history = fold(_appended([[_bought(15_000, amount=-70, is_return=True)]], 2), step, 8)
        assert _told(history, 15_100) == [(0, -70, None, None), None]
        assert (history.folded.through > NEVER_DAY).tolist() == [step == 15_100, False]


def test_no_customers_are_no_trouble() -> None:
    history = fold(append(no_history(0), columns_of([])), 15_000, 8)
    assert len(history) == 0
    assert rfm_at(history, 0).rfm.frequency.size == window_sums(history, 0, 3).orders.size == 0
    assert np.array_equal(history.starts, [0])
