"""Fields of rows: two columns of a time, constants, and what an order's further lines leave blank."""

import numpy as np
import pandas as pd
import pytest

from shared.intake.table import DamagedRow
from shared.meaning.fields import FillDown, blanks_of_orders, fields_of
from shared.meaning.profiles import Profile

NAMES = ("invoice_no", "event_time", "customer_id", "unit_price")


def _fields(*rows: str) -> pd.DataFrame:
    return pd.DataFrame([row.split(",") for row in rows], columns=list(NAMES), dtype="str")


SHOPIFY = _fields(
    "#2,10:00,ben,9.50", "#2,,,4.00", "#1,09:00,,3.00", "#1,,,1.00", "#3,08:00,ann,2.00", ",,,5.00"
)
FILLED = [
    ["10:00", "ben"],
    ["10:00", "ben"],
    ["09:00", ""],
    ["09:00", ""],
    ["08:00", "ann"],
    ["08:00", "ann"],
]


def _next(fill: FillDown, fields: pd.DataFrame, at: int, portion: int) -> pd.DataFrame:
    part = fields.iloc[at : at + portion]
    return fill.fill(part, np.arange(at + 1, at + 1 + len(part)), ())


def _filled(fields: pd.DataFrame) -> pd.DataFrame:
    return _next(FillDown(), fields, 0, len(fields))


@pytest.mark.parametrize("portion", [1, 2, 3, 6])
def test_blank_cells_are_filled_within_an_order_and_across_tables(portion: int) -> None:
    fill = FillDown()
    parts = [_next(fill, SHOPIFY, at, portion) for at in range(0, len(SHOPIFY), portion)]
    filled = pd.concat(parts)
    assert filled[["event_time", "customer_id"]].to_numpy().tolist() == FILLED
    assert filled["invoice_no"].tolist() == ["#2", "#2", "#1", "#1", "#3", "#3"]
    assert filled["unit_price"].tolist() == SHOPIFY["unit_price"].tolist()


def test_another_order_is_never_filled_from_the_one_before() -> None:
    filled = _filled(_fields("#1,09:00,ann,1", "#2,,,2"))
    assert filled[["event_time", "customer_id"]].to_numpy().tolist() == [["09:00", "ann"], ["", ""]]


def test_a_guest_between_customers_stays_a_guest() -> None:
    rows = _fields("#1,09:00,ann,1", "#2,10:00,,2", ",11:00,,3").drop(columns="invoice_no")
    assert _filled(rows)["customer_id"].tolist() == ["ann", "", ""]


def test_without_order_numbers_a_row_that_names_neither_who_nor_when_goes_on_with_the_order() -> None:
    rows = _fields(",09:00,ann,1", ",,,2", ",10:00,ann,3").drop(columns="invoice_no")
    filled = _filled(rows)
    assert filled["customer_id"].tolist() == ["ann", "ann", "ann"]
    assert filled["invoice_no"].tolist() == ["09:00 ann", "09:00 ann", "10:00 ann"]


def test_blank_cells_of_orders_are_seen() -> None:
    sound = np.zeros(6, np.bool_)
    assert blanks_of_orders(SHOPIFY, sound).tolist() == [False, True, False, True, False, True]
    assert not blanks_of_orders(_fields("#1,09:00,,1", "#2,10:00,ann,2", "#3,11:00,,3"), sound[:3]).any()


@pytest.mark.parametrize(("code", "owner"), [("damaged_rows", ""), ("repeated_header", "ann")])
@pytest.mark.parametrize("portion", [1, 3])
def test_a_blank_row_behind_a_damaged_one_belongs_to_nobody(portion: int, code: str, owner: str) -> None:
    fields, rows = _fields("#1,09:00,ann,1", ",,,2", "#2,10:00,ben,4"), np.array([1, 3, 4])
    damaged, fill = DamagedRow(2, 3, b"?", "cut short", code), FillDown()
    parts = [
        fill.fill(fields.iloc[at : at + portion], rows[at : at + portion], (damaged,) if at < 2 else ())
        for at in range(0, 3, portion)
    ]
    assert pd.concat(parts)["customer_id"].tolist() == ["ann", owner, "ben"]


def test_a_time_in_two_columns_is_joined_unless_a_column_has_that_name() -> None:
    cells = pd.DataFrame({"Date": ["2024-01-02", ""], "Time": ["10:15", ""], "A+B": ["x", "y"]}, dtype="str")
    assert fields_of(Profile("p", {"event_time": "Date+Time"}), cells)["event_time"].tolist() == [
        "2024-01-02 10:15",
        "",
    ]
    assert fields_of(Profile("p", {"event_time": "A+B"}), cells)["event_time"].tolist() == ["x", "y"]


def test_a_constant_stands_on_every_row() -> None:
    fields = fields_of(
        Profile("p", {"customer_id": "Date"}, {"quantity": "1"}), pd.DataFrame({"Date": ["a", "b"]})
    )
    assert fields["quantity"].tolist() == ["1", "1"]
