"""Numbers of four places, and their products: exact, against plain decimal arithmetic."""

import json
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.recount import RecountRules, read_line
from shared.settings import InputSettings, StateSettings, TickSettings
from streaming.task.contract import Rejection
from streaming.task.decimals import Fault, read_decimals
from tests.support.parsed import KAFKA_MS, RULES, read

EXACT = Context(prec=200)
LINE = {"event_id": "e", "event_time": "2011-02-03T08:00:00Z", "customer_id": "ann", "invoice_no": "1"}


def _text(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 10_000}.{abs(minor) % 10_000:04d}"


_quantities = st.integers(-(2**31) * 10_000, 2**31 * 10_000).filter(bool)
_prices = st.integers(-(10**15), 10**15)
_small = st.integers(-(10**6), 10**6)


def _read(**stated: Any) -> tuple[int, bool] | str:
    """Return amount and kind, by both readers, who must agree; or the code and field of the rejection."""
    value = json.dumps(LINE | stated).encode()
    (answer,) = read([value])
    line = read_line(value, KAFKA_MS, RecountRules(RULES, StateSettings(), TickSettings()))
    if isinstance(answer, Rejection):
        assert line is None
        return f"{answer.code} {answer.field}"
    assert line is not None
    found = int(str(answer[4])), bool(answer[5])
    assert found == (line.amount_minor, line.is_purchase("C"))
    return found


@given(_quantities | _small.filter(bool), _prices | _small)
@example(1, 10**15)
@example(-(2**31) * 10_000, 465)
@example(5_000, 1)
@example(-5_000, 1)
@example(100_000_001, 100_000_000)
@example(4_999, 1)
def test_a_product_is_exact_and_its_halves_go_away_from_zero(quantity: int, price: int) -> None:
    exact = EXACT.multiply(Decimal(_text(quantity)), Decimal(_text(price)))
    found = _read(quantity=_text(quantity), unit_price=_text(price))
    if abs(exact) > InputSettings().max_line_amount:
        assert found == "out_of_range unit_price"
    else:
        minor = EXACT.multiply(exact, Decimal(10_000)).to_integral_value(ROUND_HALF_UP)
        assert found == (int(minor), quantity > 0 and price >= 0)


@given(st.integers(1, 10**8), st.integers(0, 10**8))
def test_a_return_cancels_its_purchase(quantity: int, price: int) -> None:
    bought = _read(quantity=_text(quantity), unit_price=_text(price))
    given_back = _read(quantity=_text(-quantity), unit_price=_text(price))
    refunded = _read(quantity=_text(quantity), unit_price=_text(-price))
    assert bought[0] == -given_back[0] == -refunded[0]  # type: ignore[operator]


@given(st.integers(-(10**12), 10**12))
def test_an_amount_is_read_as_it_stands(minor: int) -> None:
    assert _read(amount=_text(minor)) == (minor, minor >= 0)
    assert _read(amount=minor / 10_000) == (minor, minor >= 0)


@given(st.lists(st.text(max_size=6) | st.floats(allow_nan=False) | st.integers(-(2**40), 2**40), max_size=20))
def test_what_a_number_means_does_not_depend_on_its_neighbours(values: list[str | float]) -> None:
    together = read_decimals(values)
    alone = [read_decimals([value]) for value in values]
    assert together.minor.tolist() == [int(one.minor[0]) for one in alone]
    assert together.faults.tolist() == [int(one.faults[0]) for one in alone]


@given(st.integers(-(10**15), 10**15), st.integers(0, 10))
def test_every_number_of_four_places_is_read_exactly_however_many_noughts_follow(
    minor: int, noughts: int
) -> None:
    assert read_decimals([_text(minor) + "0" * noughts]).minor.tolist() == [minor]


@pytest.mark.parametrize(
    ("text", "minor", "fault"),
    [
        ("0.750", 7_500, Fault.NONE),
        ("-0", 0, Fault.NONE),
        ("1e3", 10_000_000, Fault.NONE),
        ("25E-1", 25_000, Fault.NONE),
        ("0.30000000000000004", 3_000, Fault.NONE),
        ("0.29999999999999998", 3_000, Fault.NONE),
        ("99999999999.9999", 10**15 - 1, Fault.NONE),
        ("100000000000", 10**15, Fault.NONE),
        ("100000000000.0001", 0, Fault.TOO_LARGE),
        ("1e99", 0, Fault.TOO_LARGE),
        ("0.00005", 0, Fault.TOO_FINE),
        ("0.3000000000000004", 0, Fault.TOO_FINE),
        ("9999999.99991", 0, Fault.TOO_FINE),
        ("1,5", 0, Fault.NO_DECIMAL),
        ("1.5\n", 0, Fault.NO_DECIMAL),
        ("\u0663", 0, Fault.NO_DECIMAL),
        ("", 0, Fault.NO_DECIMAL),
        ("1e100", 0, Fault.NO_DECIMAL),
        ("-nan", 0, Fault.NON_FINITE),
        (" Infinity", 0, Fault.NON_FINITE),
    ],
)
def test_what_a_text_means(text: str, minor: int, fault: Fault) -> None:
    read = read_decimals([text])
    assert (read.minor.tolist(), read.faults.tolist()) == ([minor], [fault])


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"quantity": "0.750", "unit_price": "21.90"}, (164_250, True)),
        ({"quantity": 0.75, "unit_price": 21.9}, (164_250, True)),
        ({"quantity": 2.5, "unit_price": "8.00"}, (200_000, True)),
        ({"quantity": 2.0, "unit_price": 8}, (160_000, True)),
        ({"quantity": "0.3333", "unit_price": "0.0001"}, (0, True)),
        ({"quantity": "0.5", "unit_price": "-0.0001"}, (-1, False)),
        ({"quantity": 1, "unit_price": "0.00"}, (0, True)),
        ({"quantity": 1, "unit_price": "-50.00"}, (-500_000, False)),
        ({"quantity": -1, "unit_price": "-50.00"}, (500_000, False)),
        ({"quantity": -1, "unit_price": 0}, (0, False)),
        ({"quantity": 1, "unit_price": 5, "invoice_no": "C1"}, (50_000, False)),
        ({"amount": "45.00"}, (450_000, True)),
        ({"amount": 45}, (450_000, True)),
        ({"amount": "0.00"}, (0, True)),
        ({"amount": -45.5}, (-455_000, False)),
        ({"amount": "45.00", "invoice_no": "C1"}, (450_000, False)),
        ({"amount": "45.00", "quantity": None, "unit_price": None}, (450_000, True)),
        ({"amount": None, "quantity": 1, "unit_price": 2}, (20_000, True)),
        ({"amount": "45.00", "quantity": 1}, "ambiguous amount"),
        ({"amount": "45.00", "unit_price": "45.00"}, "ambiguous amount"),
        ({"amount": "45.00", "quantity": 1, "unit_price": "45.00"}, "ambiguous amount"),
        ({}, "missing_field quantity"),
        ({"quantity": 1}, "missing_field unit_price"),
        ({"unit_price": 1}, "missing_field quantity"),
        ({"amount": None}, "missing_field quantity"),
        ({"amount": "100000000.0001"}, "out_of_range amount"),
        ({"amount": "0.00001"}, "out_of_range amount"),
        ({"quantity": "0", "unit_price": 1}, "out_of_range quantity"),
        ({"quantity": "0.00001", "unit_price": 1}, "out_of_range quantity"),
        ({"quantity": "two", "unit_price": 1}, "bad_type quantity"),
        ({"quantity": 2_147_483_648, "unit_price": "0.01"}, (214_748_364_800, True)),
        ({"quantity": "2147483648.0001", "unit_price": "0.01"}, "out_of_range quantity"),
        ({"stock_code": None, "amount": 1}, (10_000, True)),
        ({"stock_code": "", "amount": 1}, "missing_field stock_code"),
        ({"stock_code": {"sku": 1}, "amount": 1}, "bad_type stock_code"),
    ],
)
def test_what_a_line_is_worth(stated: dict[str, Any], expected: tuple[int, bool] | str) -> None:
    assert _read(**stated) == expected
