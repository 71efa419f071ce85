"""Returns and discounts, however they are written: by the stream, in any portions, and by the recount."""

import json
from typing import Any

import numpy as np
import pytest

from shared.core.customers.rfm import apply_transactions
from shared.core.customers.transactions import ENDLESS_MS, NEVER_MS, Transactions
from shared.recount import Account, RecountRules, read_line
from shared.settings import InputSettings, StateSettings, TickSettings
from streaming.task.parse import parse
from tests.support.state_columns import NO_LIMIT, nobody_yet

KAFKA_MS = 1_710_000_000_000
INPUT = InputSettings()
JANUARY_2, JANUARY_3 = 1_704_153_600_000, 1_704_240_000_000
State = tuple[int, int, int | None, int | None]


def _line(order: str, day: str, **stated: Any) -> bytes:
    event = {"event_time": f"{day}T00:00:00Z", "customer_id": "ann", "invoice_no": order, **stated}
    return json.dumps({"event_id": json.dumps(event), **event}).encode()


def _streamed(values: list[bytes], portion: int) -> State:
    states = nobody_yet(1)
    for at in range(0, len(values), portion):
        parsed = parse(values[at : at + portion], np.full(len(values[at : at + portion]), KAFKA_MS), INPUT)
        assert not parsed.rejections
        rows = Transactions(
            np.zeros(parsed.rows.size, np.int64),
            parsed.event_hash,
            parsed.invoice_hash,
            parsed.event_ms,
            parsed.amount_minor,
            parsed.is_purchase,
            parsed.rows + at,
        )
        states, _ = apply_transactions(states, rows, horizon_days=90, max_recent=NO_LIMIT)
    first, last = int(states.first_purchase_ms[0]), int(states.last_purchase_ms[0])
    return (
        int(states.frequency[0]),
        int(states.monetary_minor[0]),
        None if first == ENDLESS_MS else first,
        None if last == NEVER_MS else last,
    )


def _recounted(values: list[bytes]) -> State:
    account, rules = Account(), RecountRules(INPUT, StateSettings(horizon_days=90), TickSettings())
    for value in values:
        line = read_line(value, KAFKA_MS, rules)
        assert line is not None
        account.take(line, (0, 0), rules)
    return account.frequency, account.monetary_minor, account.first_purchase_ms, account.last_purchase_ms


ORDER = _line("W1", "2024-01-02", quantity=1, unit_price="50.00")
REFUNDS = {
    "a refund at a negative price": _line("RF-W1", "2024-02-10", quantity=1, unit_price="-50.00"),
    "a refund of a negative amount": _line("RF-W1", "2024-02-10", amount="-50.00"),
    "a negative quantity": _line("RF-W1", "2024-02-10", quantity=-1, unit_price="50.00"),
    "a cancellation": _line("CW1", "2024-02-10", quantity=-1, unit_price="50.00"),
    "a refund within the order": _line("W1", "2024-02-10", quantity=1, unit_price=-50),
}
COUPONS = {
    "a coupon at a negative price": _line("W1", "2024-01-03", quantity=1, unit_price="-5.00"),
    "a coupon of a negative amount": _line("W1", "2024-01-03", amount=-5),
    "a coupon in negative pieces": _line("W1", "2024-01-03", quantity=-0.5, unit_price="10.00"),
}


@pytest.mark.parametrize("portion", [1, 2])
@pytest.mark.parametrize("refund", REFUNDS.values(), ids=REFUNDS)
def test_a_refund_is_no_purchase_and_not_the_last_one(refund: bytes, portion: int) -> None:
    expected = (1, 0, JANUARY_2, JANUARY_2)
    assert _streamed([ORDER, refund], portion) == _recounted([ORDER, refund]) == expected
    assert _streamed([refund, ORDER], portion) == _recounted([refund, ORDER]) == expected


@pytest.mark.parametrize("portion", [1, 2])
@pytest.mark.parametrize("coupon", COUPONS.values(), ids=COUPONS)
def test_a_discount_lowers_its_order_before_and_after_the_line(coupon: bytes, portion: int) -> None:
    expected = (1, 450_000, JANUARY_2, JANUARY_2)
    assert _streamed([ORDER, coupon], portion) == _recounted([ORDER, coupon]) == expected
    assert _streamed([coupon, ORDER], portion) == _recounted([coupon, ORDER]) == expected


@pytest.mark.parametrize("refund", REFUNDS.values(), ids=REFUNDS)
def test_a_refund_alone_opens_nothing(refund: bytes) -> None:
    assert _streamed([refund], 1) == _recounted([refund]) == (0, -500_000, None, None)


FREE = {
    "shipping at nothing": _line("W3", "2024-01-03", stock_code="SHIP", quantity=1, unit_price="0.00"),
    "an amount of nothing": _line("W3", "2024-01-03", amount=0),
}


@pytest.mark.parametrize("line", FREE.values(), ids=FREE)
def test_a_line_for_nothing_is_a_purchase(line: bytes) -> None:
    assert _streamed([line], 1) == _recounted([line]) == (1, 0, JANUARY_3, JANUARY_3)


def test_weights_hours_and_totals_add_up_exactly() -> None:
    lines = [
        _line("1", "2024-01-02", quantity="0.750", unit_price="21.90"),
        _line("2", "2024-01-02", quantity=2.5, unit_price="8.00"),
        _line("3", "2024-01-03", quantity="2.0", unit_price=8),
        _line("4", "2024-01-03", amount="0.1"),
        _line("5", "2024-01-03", amount=0.2),
    ]
    expected = (5, 164_250 + 200_000 + 160_000 + 3_000, JANUARY_2, JANUARY_3)
    assert _streamed(lines, 2) == _recounted(lines) == expected
