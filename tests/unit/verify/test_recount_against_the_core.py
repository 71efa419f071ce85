"""The recount and the stream's own arithmetic share no code; they must agree, in any portions."""

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers.recent import EMPTY
from shared.core.customers.rfm import CustomerStates, apply_transactions
from shared.core.customers.transactions import ENDLESS_MS, NEVER_MS, Transactions
from shared.intake.source import Source
from shared.meaning.built_in import ONLINE_RETAIL
from shared.recount import Account, Ledger, Line, RecountRules, recount_table
from shared.settings import InputSettings, StateSettings, TickSettings
from streaming.replay import ReplayRequest, read_as
from streaming.replay.identity import Identities
from streaming.replay.portions import portions

HOUR = 3_600_000
RULES = RecountRules(InputSettings(), StateSettings(horizon_days=7), TickSettings())
DATA = Path(__file__).parents[3] / "data" / "online_retail.csv.gz"
NUMBERS = ("frequency", "monetary_minor", "applied", "duplicate", "late")
TIMES = {"first_purchase_ms": ENDLESS_MS, "last_purchase_ms": NEVER_MS, "newest_event_ms": NEVER_MS}

_lines = st.builds(
    Line,
    event_id=st.sampled_from("abcde"),
    time_ms=st.integers(400_000, 400_000 + 24 * 40).map(lambda hour: hour * HOUR),
    customer_id=st.sampled_from(["ann", "bob"]),
    invoice_no=st.sampled_from(["1", "2", "3", "C4"]),
    is_negative=st.booleans(),
    amount_minor=st.integers(-10_000, 10_000),
)


def _number(text: str) -> int:
    return int.from_bytes(text.encode(), "little")


def _columns(lines: list[Line]) -> Transactions:
    return Transactions(
        customer=np.array([["ann", "bob"].index(str(line.customer_id)) for line in lines], dtype=np.int64),
        event_hash=np.array(
            [line.time_ms * 1_000 + _number(line.event_id) for line in lines], dtype=np.uint64
        ),
        invoice_hash=np.array([_number(line.invoice_no) for line in lines], dtype=np.uint64),
        event_ms=np.array([line.time_ms for line in lines], dtype=np.int64),
        amount_minor=np.array([line.amount_minor for line in lines], dtype=np.int64),
        is_purchase=np.array([line.is_purchase("C") for line in lines], dtype=bool),
        offset=np.arange(len(lines), dtype=np.int64),
    )


def _empty() -> CustomerStates:
    zeros, never = np.zeros(2, np.int64), np.full(2, NEVER_MS, np.int64)
    endless = np.full(2, ENDLESS_MS, np.int64)
    return CustomerStates(zeros, zeros, endless, never, never, never, zeros, zeros, zeros, EMPTY, EMPTY)


@given(st.lists(_lines, max_size=60), st.integers(1, 20))
def test_state_and_outcomes_equal_those_of_the_core(lines: list[Line], portion: int) -> None:
    accounts = {"ann": Account(), "bob": Account()}
    for line in lines:
        accounts[str(line.customer_id)].take(line, (0, 0), RULES)
    states = _empty()
    for at in range(0, len(lines), portion):
        rows = _columns(lines[at : at + portion])
        states, _ = apply_transactions(states, rows, horizon_days=7, max_recent=65_536)
    for index, account in enumerate(accounts.values()):
        for name in NUMBERS:
            assert getattr(states, name)[index] == getattr(account, name), name
        for name, absent in TIMES.items():
            value = int(getattr(states, name)[index])
            assert (None if value == absent else value) == getattr(account, name), name


def test_replayed_lines_and_the_file_give_the_same_accounts() -> None:
    n_rows = 20_000
    request = ReplayRequest(read_as(Source(DATA), ONLINE_RETAIL), "unused:9092", "unused", limit=n_rows)
    ledger = Ledger(RULES, offsets={0: n_rows}, fences={})
    values = [
        value for portion in portions(request, Identities(ONLINE_RETAIL), 0) for value in portion.batch.values
    ]
    for offset, value in enumerate(values):
        ledger.add(0, offset, 2**42, value)
    raw = pd.read_csv(DATA, dtype=str, keep_default_na=False, nrows=n_rows)
    table = raw.rename(columns={column: field for field, column in ONLINE_RETAIL.columns.items()})
    local = pd.to_datetime(table["event_time"]).dt.tz_localize("Europe/London")
    expected = recount_table(table.assign(event_time=local), cancellation_prefix="C", zone="Europe/London")
    assert ledger.totals.read == n_rows
    assert ledger.accounts.keys() == expected.keys()
    for customer, account in expected.items():
        for name in ("frequency", "monetary_minor", "first_purchase_ms", "last_purchase_ms"):
            assert getattr(ledger.accounts[customer], name) == getattr(account, name), (customer, name)
        assert ledger.accounts[customer].past.by_day() == account.past, customer
