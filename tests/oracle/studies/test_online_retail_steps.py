"""The steps of the Online Retail study on a handful of lines, by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from batch.studies.online_retail.cancellations import judge_independence, measure_shares
from batch.studies.online_retail.capping import cap, capped_lines
from batch.studies.online_retail.cleaning import clean
from batch.studies.online_retail.counterparts import judge_counterparts, match
from batch.studies.online_retail.customer_rfm import standardised, to_customers
from batch.studies.online_retail.duplicates import judge_duplicates
from batch.studies.online_retail.missing_customers import fill_by_invoice, judge_missing
from batch.studies.online_retail.personas import PERSONAS, describe_segments
from batch.studies.online_retail.prices import fill_zero_prices, judge_zero_prices, usual_prices
from batch.studies.online_retail.stored_documents import customers, products, transactions
from shared.core.segments.naming_tables import look_up

NAMES = ("invoice_no", "stock_code", "quantity", "invoiced_at", "unit_price", "customer_id")


def lines(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Lines of (invoice, article, quantity, day of January 2011 at noon, price, customer)."""
    table = pd.DataFrame(rows, columns=list(NAMES))
    table["invoiced_at"] = pd.to_datetime("2011-01-01 12:00") + pd.to_timedelta(table["invoiced_at"] - 1, "D")
    return table.assign(description=table["stock_code"].str.lower(), country="Eire")


def test_a_customer_is_filled_only_from_a_line_of_the_same_invoice() -> None:
    table = lines(("1", "A", 1, 1, 1.0, "c"), ("1", "B", 1, 1, 1.0, None), ("2", "A", 1, 1, 4.0, None))
    assert fill_by_invoice(table)["customer_id"].tolist() == ["c", "c", None]
    found = judge_missing(table)
    assert (found.n_missing, found.n_mixed_invoices, found.n_fillable, found.n_dropped) == (2, 1, 1, 1)
    assert found.dropped_value_share == pytest.approx(4 / 6)


def test_repeats_count_beyond_the_first_and_say_where_they_stand() -> None:
    row = ("1", "A", 1, 1, 1.0, "c")
    found = judge_duplicates(lines(row, row, ("1", "B", 1, 1, 1.0, "c"), row))
    assert (found.n_repeats, found.n_involved, found.n_adjacent, found.n_whole_invoices) == (2, 3, 1, 0)
    assert judge_duplicates(lines(row, row)).n_whole_invoices == 1


def test_the_usual_price_is_the_most_common_one_above_0_and_of_equals_the_lowest() -> None:
    table = lines(
        *[("1", "A", 1, 1, price, "c") for price in (3.0, 2.0, 2.0, 3.0, 9.0, 0.0, 0.0, 0.0)],
        ("1", "B", 1, 1, 0.0, "c"),
    )
    usual = usual_prices(table)
    assert usual.to_dict() == {"A": 2.0}
    filled = fill_zero_prices(table, usual)
    assert filled["unit_price"].tolist()[5:] == [2.0, 2.0, 2.0, 0.0]
    assert int(filled["is_price_filled"].sum()) == 3
    found = judge_zero_prices(table, usual)
    assert (found.n_lines, found.n_filled, found.n_without_mode, found.invented) == (4, 3, 1, 6.0)


def test_fences_are_tukeys_and_capping_moves_values_to_them() -> None:
    table = lines(*[("1", "A", quantity, 1, 1.0, "c") for quantity in (1, 2, 3, 4, 100)])
    found = cap(table, "quantity")
    assert (found.low, found.high, found.n_above) == (-1.0, 7.0, 1)
    assert capped_lines(table)["quantity"].tolist() == [1, 2, 3, 4, 7]
    assert found.touched_revenue_share == pytest.approx(100 / 110)


def test_one_purchase_answers_for_one_cancellation_and_only_for_a_later_one() -> None:
    table = lines(
        ("C1", "A", -2, 1, 1.0, "c"),  # nothing before it
        ("2", "A", 2, 2, 1.0, "c"),
        ("C3", "A", -2, 3, 1.0, "c"),  # undoes 2
        ("C4", "A", -2, 4, 1.0, "c"),  # 2 is taken
        ("C5", "A", -1, 5, 1.0, "c"),  # another quantity
        ("C6", "A", -2, 6, 1.0, "d"),  # another customer
    )
    found = match(table)
    assert np.flatnonzero(found.anywhere).tolist() == [0, 2, 3]
    assert np.flatnonzero(found.earlier).tolist() == [2, 3]
    assert np.flatnonzero(found.one_to_one).tolist() == [2]


def test_partial_returns_are_covered_until_nothing_is_left() -> None:
    table = lines(
        ("1", "A", 3, 1, 1.0, "c"),
        ("2", "A", 2, 2, 1.0, "c"),
        ("C3", "A", -4, 3, 2.0, "c"),
        ("C4", "A", -2, 4, 1.0, "c"),
        ("C5", "A", -1, 5, 1.0, "c"),
    )
    found = match(table)
    assert np.flatnonzero(found.covered).tolist() == [2, 4]
    judged = judge_counterparts(table, found)
    assert (judged.n_lines, judged.n_one_to_one, judged.covered_value) == (3, 1, 9.0)


def test_a_cancellation_at_the_same_minute_comes_after_its_purchase() -> None:
    found = match(lines(("C1", "A", -2, 1, 1.0, "c"), ("2", "A", 2, 1, 1.0, "c")))
    assert found.one_to_one.tolist() == found.covered.tolist() == [True, False]


def test_lines_without_a_customer_answer_for_nothing() -> None:
    found = match(lines(("1", "A", 2, 1, 1.0, None), ("C2", "A", -2, 2, 1.0, None)))
    assert not (found.anywhere | found.earlier | found.one_to_one | found.covered).any()


def test_shares_of_cancellations_are_of_invoices_lines_and_value() -> None:
    table = lines(
        ("1", "A", 4, 1, 1.0, "c"),
        ("1", "B", 4, 1, 1.0, "c"),
        ("2", "A", 2, 1, 1.0, "d"),
        ("C3", "A", -2, 2, 1.0, "c"),
    )
    found = measure_shares(table)
    assert (found.invoice_share, found.line_share, found.value_share) == pytest.approx((1 / 3, 1 / 4, 0.2))
    assert found.customer_share == 0.5


def test_the_chance_of_cancelling_is_counted_by_order_and_by_what_came_before() -> None:
    table = lines(
        ("1", "A", 4, 1, 1.0, "c"),
        ("C2", "A", -1, 2, 1.0, "c"),
        ("C3", "A", -1, 3, 1.0, "c"),
        ("4", "A", 4, 4, 1.0, "c"),
        ("5", "A", 4, 4, 1.0, "d"),
    )
    found = judge_independence(table)
    assert (found.chance_before_any, found.chance_after_one) == pytest.approx((1 / 3, 1 / 2))
    assert (found.n_with_purchase, found.n_naming_their_order) == (2, 0)


def test_cleaning_counts_every_line_it_drops() -> None:
    table = lines(
        ("1", "A", 4, 1, 2.0, "c"),
        ("1", "A", 4, 1, 2.0, "c"),
        ("2", "A", 1, 1, 0.0, "c"),
        ("3", "B", 1, 1, 9.0, None),
        ("C4", "A", -4, 2, 2.0, "c"),
        ("C5", "B", -1, 2, 9.0, "c"),
    )
    cleaned = clean(table)
    assert [step.n_dropped for step in cleaned.steps] == [0, 0, 1, 1, 0, 1]
    assert [step.n_changed for step in cleaned.steps] == [0, 0, 0, 0, 1, 0]
    assert cleaned.lines["invoice_no"].tolist() == ["1", "2", "C4"]
    assert cleaned.steps[-1].revenue_left == 2.0


def test_customers_who_got_everything_back_are_left_out() -> None:
    table = lines(
        ("1", "A", 4, 1, 2.0, "c"),
        ("2", "A", 1, 3, 2.0, "c"),
        ("3", "A", 1, 2, 2.0, "d"),
        ("C4", "A", -1, 3, 2.0, "d"),
    )
    found = to_customers(table)
    assert found.rfm.to_numpy().tolist() == [["c", 0.5, 2.0, 10.0]]
    assert found.n_left_out == 1


def test_a_constant_feature_scales_to_zero() -> None:
    scaled = standardised(np.array([[1.0, 5.0], [3.0, 5.0]]))
    assert scaled.tolist() == [[-1.0, 0.0], [1.0, 0.0]]


def test_names_follow_the_customers_and_not_the_numbers_of_clusters() -> None:
    rng = np.random.default_rng(0)
    kinds = {
        "VIP": (5, 20, 9_000),
        "Potential": (60, 5, 1_500),
        "Churned": (300, 1, 150),
        "New": (20, 2, 300),
    }
    rows = [np.array(kind) * rng.uniform(0.9, 1.1, (50, 3)) for kind in kinds.values()]
    rfm = pd.DataFrame(np.vstack(rows), columns=["recency_days", "frequency", "monetary"])
    truth = np.repeat(list(kinds), 50)
    for shift in range(4):
        labels = ((np.arange(200) // 50 + shift) % 4).astype(np.int32)
        found = describe_segments(rfm, labels)
        assert {(s.persona, truth[labels == s.label][0]) for s in found} == {(name, name) for name in kinds}
        assert [s.revenue for s in found] == sorted((s.revenue for s in found), reverse=True)
        assert sum(s.share for s in found) == pytest.approx(1.0)


def test_every_score_has_one_of_the_four_names() -> None:
    cells = [(r, f, m) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)]
    assert {look_up(PERSONAS, *cell) for cell in cells} == {"VIP", "Churned", "New", "Potential"}


def test_documents_are_typed_and_their_ids_follow_from_the_lines() -> None:
    table = clean(lines(("1", "A", 4, 1, 0.295, "c"), ("1", "B", 1, 1, 2.0, "c"))).lines
    first, second = transactions(table, "Europe/London")
    assert (first["_id"], second["_id"]) == ("1:1", "1:2")
    assert (first["unit_price_minor"], first["amount_minor"], first["amount"]) == (2950, 11800, 1.18)
    assert first["invoiced_at"].isoformat() == "2011-01-01T12:00:00+00:00"
    assert {type(value) for value in first.values()} <= {str, int, float, bool, type(first["invoiced_at"])}
    article = next(iter(products(table, "Europe/London")))
    assert (article["_id"], article["description"], article["lines"]) == ("A", "a", 1)
    clustered = to_customers(table)
    segments = describe_segments(clustered.rfm, np.zeros(1, np.int32))
    document = next(iter(customers(clustered.rfm, [0], segments)))
    assert (document["_id"], document["frequency"], document["monetary_minor"]) == ("c", 1, 31800)


def test_summer_times_become_instants() -> None:
    table = lines(("1", "A", 4, 200, 1.0, "c")).assign(is_price_filled=False)
    assert next(iter(transactions(table, "Europe/London")))["invoiced_at"].hour == 11
