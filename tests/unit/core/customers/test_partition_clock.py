"""The clock of a partition against its definition, line by line."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers.partition_clock import PartitionClock, accept, advance, known_days
from shared.core.customers.transactions import NEVER_DAY
from tests.support.clock_oracle import PlainClock, Seen

JUMP = 5
_lines = st.lists(st.builds(Seen, st.integers(0, 6), st.integers(-3, 30)), max_size=60)
_cuts = st.lists(st.integers(0, 60), max_size=6)


def _advanced(
    clock: PartitionClock, lines: list[Seen], k: int, jump: int = JUMP
) -> tuple[PartitionClock, list]:
    hashes = np.array([line.customer for line in lines], np.int64)
    days = np.array([line.day for line in lines], np.int32)
    clock, floor = advance(clock, hashes, days, min_customers=k, max_jump_days=jump)
    return clock, floor.tolist()


def _parts(lines: list[Seen], cuts: list[int]) -> list[list[Seen]]:
    edges = [0, *sorted(min(cut, len(lines)) for cut in cuts), len(lines)]
    return [lines[a:b] for a, b in pairwise(edges)]


def _day(clock: PartitionClock) -> int | None:
    return None if clock.day == NEVER_DAY else clock.day


@given(_lines, _cuts, st.integers(1, 4), st.sets(st.integers(0, 6)))
def test_the_clock_before_each_line_is_that_of_a_loop_over_lines(
    lines: list[Seen], cuts: list[int], k: int, accepted_after: set[int]
) -> None:
    plain, clock = PlainClock(k, JUMP), PartitionClock()
    for number, part in enumerate(_parts(lines, cuts)):
        expected = [plain.see(line) for line in part]
        clock, floor = _advanced(clock, part, k)
        assert [None if day == NEVER_DAY else day for day in floor] == expected
        assert clock.waiting_lines == len(plain.held)
        assert clock.waiting_until == max((line.day for line in plain.held), default=NEVER_DAY)
        if number in accepted_after:
            plain.accept()
            clock = accept(clock, min_customers=k)
        assert _day(clock) == plain.day


@given(_lines, _cuts, st.integers(1, 4))
def test_any_cut_and_any_restart_leave_the_same_clock(lines: list[Seen], cuts: list[int], k: int) -> None:
    whole, floors = _advanced(PartitionClock(), lines, k)
    clock, shown = PartitionClock(), []
    for part in _parts(lines, cuts):
        clock, floor = _advanced(PartitionClock.from_document(clock.to_document()), part, k)
        shown += floor
    assert (clock, shown) == (whole, floors)


@given(_lines, st.integers(1, 4))
def test_the_clock_never_goes_back(lines: list[Seen], k: int) -> None:
    _, floor = _advanced(PartitionClock(), lines, k)
    assert floor == sorted(floor)


def test_one_line_forty_days_ahead_moves_nothing() -> None:
    lines = [Seen(c, 10) for c in range(3)] + [Seen(0, 50), *(Seen(c, 11) for c in range(3))]
    clock, floor = _advanced(PartitionClock(), lines, 3, jump=31)
    assert floor == [NEVER_DAY] * 3 + [10] * 4
    assert (clock.day, clock.waiting_lines, clock.waiting_until) == (11, 1, 50)


def test_a_jump_that_customers_agree_on_waits_until_it_is_accepted() -> None:
    lines = [Seen(c, 10) for c in range(3)] + [Seen(c, 410 + c) for c in range(3)] * 2
    clock, _ = _advanced(PartitionClock(), lines, 3, jump=31)
    assert (clock.day, clock.waiting_lines, clock.waiting_until) == (10, 6, 412)
    accepted = accept(clock, min_customers=3)
    assert (accepted.day, accepted.waiting_lines, accepted.ahead) == (410, 0, ())
    assert _advanced(accepted, [Seen(7, 415)], 3, jump=31)[1] == [410]


def test_lines_no_longer_wait_once_the_clock_has_reached_their_day() -> None:
    lines = [Seen(0, 1), Seen(1, 8), Seen(0, 6), Seen(0, 8), Seen(0, 9)]
    days = [_advanced(PartitionClock(), lines[:n], 1)[0].waiting_lines for n in range(1, 6)]
    assert days == [0, 1, 1, 0, 0]


def test_a_changed_number_of_customers_takes_effect_and_moves_nothing_back() -> None:
    clock, _ = _advanced(PartitionClock(), [Seen(0, 3), Seen(1, 5), Seen(2, 4)], 3)
    assert clock.day == 3
    fewer, _ = _advanced(clock, [Seen(0, 3)], 1)
    assert fewer.day == 5
    more, floor = _advanced(fewer, [Seen(c, 7) for c in range(4)] * 2, 4)
    assert (more.day, floor[0]) == (7, 5)


@pytest.mark.parametrize(("day", "floor", "step", "known"), [(5, 3, 4, 5), (2, 3, 4, 4), (2, 6, 4, 6)])
def test_a_line_is_known_on_the_latest_of_its_day_its_partition_and_the_step(
    day: int, floor: int, step: int, known: int
) -> None:
    assert known_days(np.array([day], np.int32), np.array([floor], np.int32), step).tolist() == [known]
    nothing_yet = known_days(np.array([day], np.int32), np.array([NEVER_DAY], np.int32), NEVER_DAY)
    assert nothing_yet.tolist() == [day]
