"""The recount's rules, each by the smallest history that shows it."""

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recount import Account, Ledger, Line, RecountRules, recount_table
from shared.settings import InputSettings, StateSettings, TickSettings
from tests.support.transactions_json import as_json

DAY = 86_400_000
SOME_DAY = (0, 0)
START = 15_000 * DAY
RULES = RecountRules(InputSettings(), StateSettings(horizon_days=7), TickSettings())


def _line(day: float, *, event: str = "", invoice: str = "1", quantity: int = 1, minor: int = 10_000) -> Line:
    time_ms = START + round(day * DAY)
    return Line(event or f"e{time_ms}", time_ms, "ann", invoice, quantity < 0, quantity * minor)


def _take(*lines: Line, rules: RecountRules = RULES) -> tuple[Account, list[str]]:
    account = Account()
    return account, [account.take(line, SOME_DAY, rules) for line in lines]


def test_a_return_lowers_the_money_and_nothing_else() -> None:
    account, _ = _take(
        _line(0, quantity=3), _line(1, quantity=-1, invoice="C2"), _line(2, quantity=1, invoice="C3")
    )
    assert (account.frequency, account.monetary_minor) == (1, 30_000)
    assert account.first_purchase_ms == account.last_purchase_ms == START
    assert account.newest_event_ms == START + 2 * DAY


def test_lines_of_one_invoice_count_once_and_others_each() -> None:
    account, _ = _take(_line(0), _line(0.1), _line(0.2, invoice="2"))
    assert account.frequency == 2


def test_an_event_exactly_as_old_as_the_horizon_is_not_late_a_millisecond_more_is() -> None:
    older = 7 + 1 / DAY
    _, outcomes = _take(_line(10), _line(3), _line(10 - older))
    assert outcomes == ["applied", "applied", "late"]


def test_what_is_late_moves_nothing() -> None:
    account, _ = _take(_line(10), _line(0, invoice="2"))
    assert (account.frequency, account.applied, account.late) == (1, 1, 1)
    assert account.first_purchase_ms == START + 10 * DAY


def test_an_event_sent_again_is_a_duplicate_within_the_horizon_and_late_beyond() -> None:
    first = _line(0)
    _, soon = _take(first, _line(7), first)
    _, later = _take(first, _line(8), first)
    assert soon[-1] == "duplicate"
    assert later[-1] == "late"


def test_an_invoice_is_remembered_by_its_newest_line_for_a_day_more_than_the_horizon() -> None:
    account, _ = _take(_line(0), _line(5), _line(13))
    assert account.frequency == 1
    account, _ = _take(_line(0), _line(8 + 1 / DAY))
    assert account.frequency == 2


def test_one_event_too_many_raises_the_floor_for_good() -> None:
    rules = RecountRules(InputSettings(), StateSettings(max_recent_events=16), TickSettings())
    lines = [_line(hour / 24) for hour in range(17)]
    account, outcomes = _take(*lines, lines[0], _line(-1 / 24), lines[1], rules=rules)
    assert outcomes[:17] == ["applied"] * 17
    assert outcomes[17:] == ["late", "late", "duplicate"]
    assert account.late_floor_ms == START


def test_a_purchase_at_the_epoch_is_the_first_one() -> None:
    account, _ = _take(_line(-15_000), _line(-14_999, invoice="2"))
    assert account.first_purchase_ms == 0


def test_records_beyond_the_offsets_count_only_behind_the_customers_fence() -> None:
    ledger = Ledger(RULES, offsets={0: 2}, fences={"ann": {0: 2}})
    for offset in range(4):
        ledger.add(0, offset, START, as_json(_line(-1 - offset, invoice=str(offset))))
        ledger.add(1, offset, START, as_json(_line(-1 - offset, invoice=str(offset))))
    assert ledger.accounts["ann"].applied == 3
    assert (ledger.totals.read, ledger.totals.applied) == (2, 2)


def test_guests_are_counted_with_their_revenue_below_the_offsets() -> None:
    guest = _line(-1, quantity=2)._replace(customer_id=None)
    ledger = Ledger(RULES, offsets={0: 1}, fences={})
    ledger.add(0, 0, START, as_json(guest))
    ledger.add(0, 1, START, as_json(guest))
    assert (ledger.totals.unattributed, ledger.totals.unattributed_minor) == (1, 20_000)


_lines = st.builds(
    _line,
    st.integers(0, 60 * 24).map(lambda hours: hours / 24),
    event=st.sampled_from(["", "a", "b"]),
    invoice=st.sampled_from(["1", "2", "C3", "4"]),
    quantity=st.sampled_from([-2, 1, 3]),
)


@given(st.lists(_lines, max_size=40))
def test_every_line_has_one_outcome_and_sending_everything_again_changes_no_money(lines: list[Line]) -> None:
    account, outcomes = _take(*lines)
    assert Counter(outcomes) == Counter(
        applied=account.applied, duplicate=account.duplicate, late=account.late
    )
    before = (account.frequency, account.monetary_minor, account.applied)
    again = [account.take(line, SOME_DAY, RULES) for line in lines]
    assert "applied" not in again
    assert (account.frequency, account.monetary_minor, account.applied) == before


@given(st.lists(_lines, max_size=40), st.data())
def test_within_the_horizon_order_does_not_matter(lines: list[Line], data: st.DataObject) -> None:
    near = list({line[:2]: line for line in lines if line.time_ms < START + 7 * DAY}.values())
    one, _ = _take(*near)
    other, _ = _take(*data.draw(st.permutations(near)))
    for name in ("frequency", "monetary_minor", "first_purchase_ms", "last_purchase_ms", "applied", "late"):
        assert getattr(one, name) == getattr(other, name)


def test_a_table_gives_the_same_accounts_as_its_records_one_by_one() -> None:
    table = pd.DataFrame(
        [
            ("ann", "1", "6", "2.55", "2011-01-01T08:00:00Z"),
            ("ann", "1", "2", "0.001", "2011-01-01T08:00:00Z"),
            ("ann", "C2", "-6", "2.55", "2011-01-02T08:00:00Z"),
            ("bob", "C3", "-1", "1.00", "2011-01-02T08:00:00Z"),
            ("", "4", "1", "9.99", "2011-01-03T08:00:00Z"),
        ],
        columns=["customer_id", "invoice_no", "quantity", "unit_price", "event_time"],
    )
    accounts = recount_table(
        table.assign(event_time=pd.to_datetime(table["event_time"])), cancellation_prefix="C", zone="UTC"
    )
    assert set(accounts) == {"ann", "bob"}
    assert (accounts["ann"].frequency, accounts["ann"].monetary_minor) == (1, 20)
    assert accounts["ann"].last_purchase_ms == round(pd.Timestamp("2011-01-01T08:00:00Z").timestamp() * 1000)
    assert (accounts["bob"].frequency, accounts["bob"].monetary_minor) == (0, -10_000)
    assert accounts["bob"].first_purchase_ms is None


@pytest.mark.parametrize("prefix", ["", "C"])
def test_without_a_cancellation_prefix_there_are_no_cancellations(prefix: str) -> None:
    rules = RecountRules(InputSettings(cancellation_prefix=prefix), StateSettings(), TickSettings())
    account, _ = _take(_line(0, invoice="C1"), rules=rules)
    assert account.frequency == (0 if prefix else 1)
