"""What "today" is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers.tick import TickRule, merge_active_days, midnight_after, next_tick, open_days

UTC_RULE = TickRule(ZoneInfo("UTC"), 3, 31)
LONDON = ZoneInfo("Europe/London")
THREE = frozenset({1, 2, 3})
TODAY = datetime(2011, 3, 1, tzinfo=UTC)

_days = st.dictionaries(
    st.dates(date(2011, 1, 1), date(2011, 1, 6)), st.frozensets(st.integers(0, 9), max_size=6), max_size=5
)


def _day(offset: int) -> date:
    return (TODAY + timedelta(days=offset)).date()


def test_without_days_nothing_moves() -> None:
    assert next_tick(None, {}, UTC_RULE).as_of is None
    assert next_tick(TODAY, {}, UTC_RULE).as_of == TODAY


def test_a_day_has_come_once_three_customers_have_bought_on_it() -> None:
    assert next_tick(TODAY, {_day(0): frozenset({1, 2})}, UTC_RULE).as_of == TODAY
    assert next_tick(TODAY, {_day(0): THREE}, UTC_RULE).as_of == TODAY + timedelta(days=1)


def test_a_day_has_come_once_three_customers_have_bought_on_it_or_later() -> None:
    days = {_day(0): frozenset({1, 2}), _day(3): frozenset({2, 3}), _day(8): frozenset({3, 2})}
    assert next_tick(None, days, UTC_RULE).as_of == TODAY + timedelta(days=1)
    assert next_tick(TODAY, days, UTC_RULE).as_of == TODAY + timedelta(days=1)
    assert next_tick(None, days | {_day(8): frozenset({1})}, UTC_RULE).as_of == TODAY + timedelta(days=4)


def test_a_shop_of_two_orders_a_day_has_a_today_on_every_day_but_its_first() -> None:
    days = {_day(n): frozenset({2 * n, 2 * n + 1}) for n in range(20)}
    for newest in range(1, 20):
        so_far = {day: seen for day, seen in days.items() if day <= _day(newest)}
        assert next_tick(None, so_far, UTC_RULE).as_of == TODAY + timedelta(days=newest)


def test_two_customers_are_no_today_unless_the_rule_says_so() -> None:
    days = {_day(n): frozenset({1, 2}) for n in range(9)}
    assert next_tick(None, days, UTC_RULE).as_of is None
    alone = TickRule(ZoneInfo("UTC"), 1, 31)
    assert next_tick(None, days, alone).as_of == TODAY + timedelta(days=9)


def test_customers_of_a_far_day_do_not_help_the_days_between() -> None:
    days = {_day(1): frozenset({1, 2}), _day(400): frozenset({3})}
    assert next_tick(TODAY, days, UTC_RULE).as_of == TODAY
    assert next_tick(TODAY, days, UTC_RULE, accept_jump=True).as_of == TODAY + timedelta(days=2)
    far = {_day(1): frozenset({1, 2}), _day(400): THREE | {4}}
    held = next_tick(TODAY, far, UTC_RULE)
    assert (held.as_of, held.held) == (TODAY, TODAY + timedelta(days=401))


@given(_days)
def test_the_day_is_the_third_largest_of_the_customers_newest_days(days: dict[date, frozenset[int]]) -> None:
    newest = sorted(
        (max(day for day in days if customer in days[day]) for customer in frozenset().union(*days.values())),
        reverse=True,
    )
    expected = midnight_after(newest[2], ZoneInfo("UTC")) if len(newest) >= 3 else None
    assert next_tick(None, merge_active_days(days, {}, 3), UTC_RULE).as_of == expected


def test_the_first_day_that_counts_is_taken_wherever_it_lies() -> None:
    assert next_tick(None, {_day(900): THREE}, UTC_RULE).as_of == TODAY + timedelta(days=901)


def test_the_newest_day_that_counts_decides_and_a_newer_thin_one_does_not() -> None:
    days = {_day(0): THREE, _day(2): THREE, _day(5): frozenset({1})}
    assert next_tick(TODAY, days, UTC_RULE).as_of == TODAY + timedelta(days=3)


def test_time_never_goes_back() -> None:
    assert next_tick(TODAY, {_day(-9): THREE}, UTC_RULE).as_of == TODAY


@pytest.mark.parametrize("days_ahead", [31, 32])
def test_a_jump_of_more_than_a_month_is_held(days_ahead: int) -> None:
    ahead = TODAY + timedelta(days=days_ahead)
    tick = next_tick(TODAY, {_day(days_ahead - 1): THREE}, UTC_RULE)
    assert (tick.as_of, tick.held) == ((ahead, None) if days_ahead <= 31 else (TODAY, ahead))


def test_days_nearby_are_followed_while_a_far_one_is_held() -> None:
    far = _day(400)
    tick = next_tick(TODAY, {_day(0): THREE, _day(1): THREE, far: THREE}, UTC_RULE)
    assert tick.as_of == TODAY + timedelta(days=2)
    assert tick.held == midnight_after(far, ZoneInfo("UTC"))
    later = next_tick(tick.as_of, {_day(2): THREE, far: THREE}, UTC_RULE)
    assert later.as_of == TODAY + timedelta(days=3)


def test_an_operator_can_accept_the_jump() -> None:
    tick = next_tick(TODAY, {_day(400): THREE}, UTC_RULE, accept_jump=True)
    assert (tick.as_of, tick.held) == (TODAY + timedelta(days=401), None)


@pytest.mark.parametrize(
    ("day", "midnight"),
    [
        (date(2011, 3, 26), datetime(2011, 3, 27, 0, tzinfo=UTC)),  # clocks go forward an hour later
        (date(2011, 3, 27), datetime(2011, 3, 27, 23, tzinfo=UTC)),  # a day of 23 hours
        (date(2011, 10, 29), datetime(2011, 10, 29, 23, tzinfo=UTC)),
        (date(2011, 10, 30), datetime(2011, 10, 31, 0, tzinfo=UTC)),  # a day of 25 hours
        (date(2011, 12, 31), datetime(2012, 1, 1, 0, tzinfo=UTC)),
    ],
)
def test_midnight_is_local_also_when_clocks_change(day: date, midnight: datetime) -> None:
    assert midnight_after(day, LONDON) == midnight
    assert next_tick(None, {day: THREE}, TickRule(LONDON, 3, 31)).as_of == midnight


def test_the_jump_is_measured_in_days_of_24_hours_across_a_clock_change() -> None:
    start = midnight_after(date(2011, 3, 9), LONDON)
    rule = TickRule(LONDON, 3, 31)
    assert next_tick(start, {date(2011, 4, 9): THREE}, rule).held is None  # 31 local days, an hour less


@given(st.lists(_days, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_active_days_merge_in_any_order_and_stay_small(
    parts: list[dict[date, frozenset[int]]], random: object
) -> None:
    def merged(some: list[dict[date, frozenset[int]]]) -> dict[date, frozenset[int]]:
        total: dict[date, frozenset[int]] = {}
        for part in some:
            total = merge_active_days(total, part, 3)
        return total

    shuffled = list(parts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merged(shuffled) == merged(parts)
    for day, seen in merged(parts).items():
        everybody = frozenset().union(*(part.get(day, frozenset()) for part in parts))
        assert len(seen) == min(3, len(everybody))
        assert seen <= everybody


def test_days_stay_open_until_the_tick_has_passed_them() -> None:
    days = {_day(-1): THREE, _day(0): THREE, _day(1): frozenset({1})}
    assert open_days(days, None, ZoneInfo("UTC")) == days
    assert set(open_days(days, TODAY, ZoneInfo("UTC"))) == {_day(0), _day(1)}
    assert open_days(days, TODAY + timedelta(days=9), ZoneInfo("UTC")) == {}
