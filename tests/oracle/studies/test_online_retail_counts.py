"""The shipped year, counted by the study, against counts made once by other means."""

import pandas as pd
import pytest

from batch.studies.online_retail.cancellations import judge_independence, measure_shares
from batch.studies.online_retail.capping import judge_capping
from batch.studies.online_retail.cleaning import clean
from batch.studies.online_retail.cleaning_effect import compare_cleaning
from batch.studies.online_retail.counterparts import judge_counterparts, match
from batch.studies.online_retail.dirt import count_dirt, measure_usual_subset
from batch.studies.online_retail.duplicates import judge_duplicates
from batch.studies.online_retail.invoice_lines import is_known, usual_subset
from batch.studies.online_retail.missing_customers import judge_missing
from batch.studies.online_retail.prices import judge_zero_prices, usual_prices
from batch.studies.online_retail.reading_lines import SHIPPED, read_invoices
from batch.studies.online_retail.structure import describe
from batch.studies.reading import DataFile


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    """Read the year once."""
    return read_invoices(DataFile(SHIPPED)).lines


def test_the_file_has_the_published_size_and_reach(lines: pd.DataFrame) -> None:
    found = describe(lines)
    assert (found.n_lines, found.n_days, found.quantity, found.revenue) == (
        541_909,
        305,
        5_176_450,
        9_747_747.934,
    )
    assert (found.first_at, found.last_at) == ("2010-12-01T08:26:00", "2011-12-09T12:50:00")
    distinct = {column.name: column.n_distinct for column in found.columns}
    assert distinct == {
        "invoice_no": 25_900,
        "stock_code": 4_070,
        "description": 4_211,
        "quantity": 722,
        "invoiced_at": 23_260,
        "unit_price": 1_630,
        "customer_id": 4_372,
        "country": 38,
    }
    missing = {column.name: column.n_missing for column in found.columns if column.n_missing}
    assert missing == {"description": 1_454, "customer_id": 135_080}


def test_the_dirt_is_counted_as_known(lines: pd.DataFrame) -> None:
    found = count_dirt(lines)
    assert (found.without_customer, found.without_customer_invoices) == (135_080, 3_710)
    assert found.without_customer_value == 1_447_682.12
    assert (found.cancelled, found.cancelled_invoices, found.cancelled_without_customer) == (
        9_288,
        3_836,
        383,
    )
    assert (found.adjustments, found.negative_quantity, found.written_off, found.zero_quantity) == (
        3,
        10_624,
        1_336,
        0,
    )
    assert (found.zero_price, found.zero_price_with_customer, found.negative_price) == (2_515, 40, 2)
    assert (found.price_below_a_hundredth, found.duplicates, found.duplicates_with_customer) == (
        4,
        5_268,
        5_225,
    )
    assert (found.without_description, found.distinct_names) == (1_454, 4_211)
    assert (found.distinct_codes, found.distinct_codes_upper) == (4_070, 3_958)
    assert (found.service_lines, found.service_codes, found.service_lines_with_customer) == (2_995, 33, 1_920)
    assert (found.invoices_with_several_times, found.invoices_with_several_customers) == (43, 0)
    assert (found.customers_with_several_countries, found.customers_who_only_cancelled) == (8, 33)


def test_the_usual_subset_has_the_published_size(lines: pd.DataFrame) -> None:
    found = measure_usual_subset(lines)
    assert (found.n_lines, found.n_customers, found.n_invoices) == (397_884, 4_338, 18_532)
    assert found.revenue == 8_911_407.904
    assert (found.n_lines_deduplicated, found.revenue_deduplicated) == (392_692, 8_887_208.894)


def test_no_line_can_get_its_customer_from_its_invoice(lines: pd.DataFrame) -> None:
    found = judge_missing(lines)
    assert (found.n_missing, found.n_mixed_invoices, found.n_fillable, found.n_dropped) == (
        135_080,
        0,
        0,
        135_080,
    )


def test_repeats_are_seldom_beside_their_twin(lines: pd.DataFrame) -> None:
    found = judge_duplicates(lines[is_known(lines)])
    assert found.n_repeats == 5_225
    assert found.adjacent_share < 0.2


def test_shares_of_cancellations_follow_from_the_known_counts(lines: pd.DataFrame) -> None:
    found = measure_shares(lines)
    assert found.invoice_share == 3_836 / 25_900
    assert found.line_share == 9_288 / 541_909


def test_counterparts_agree_with_a_plain_loop(lines: pd.DataFrame) -> None:
    """Of the first two months, line by line: the latest purchase not yet taken, then the balance."""
    part = lines[lines["invoiced_at"] < "2011-02-01"].reset_index(drop=True)
    order = part.assign(cancels=part["quantity"] < 0).sort_values(["invoiced_at", "cancels"], kind="stable")
    open_purchases: dict[tuple[str, str, int], int] = {}
    balance: dict[tuple[str, str], int] = {}
    one_to_one, covered = set(), set()
    for row in order.itertuples():
        if row.customer_id is None:
            continue
        key = (row.customer_id, row.stock_code)
        kind = (*key, abs(row.quantity))
        if row.quantity > 0:
            open_purchases[kind] = open_purchases.get(kind, 0) + 1
            balance[key] = balance.get(key, 0) + row.quantity
        elif row.invoice_no.startswith("C"):
            if open_purchases.get(kind, 0):
                open_purchases[kind] -= 1
                one_to_one.add(row.Index)
            if balance.get(key, 0) + row.quantity >= 0:
                balance[key] = balance.get(key, 0) + row.quantity
                covered.add(row.Index)
    found = match(part)
    assert set(found.one_to_one.nonzero()[0]) == one_to_one
    assert set(found.covered.nonzero()[0]) == covered
    assert len(one_to_one) > 300


def test_cancellations_are_neither_independent_nor_exact_opposites(lines: pd.DataFrame) -> None:
    alone, found = judge_independence(lines), judge_counterparts(lines, match(lines))
    assert (alone.n_lines, alone.n_naming_their_order) == (9_288 - 383, 0)
    assert alone.with_purchase_share == pytest.approx(0.853, abs=5e-4)
    assert alone.chance_after_one > 1.5 * alone.chance_before_any
    assert (found.n_one_to_one, found.n_earlier, found.n_anywhere, found.n_covered) == (
        2_899,
        2_937,
        3_266,
        7_518,
    )


def test_capping_touches_few_lines_and_half_of_the_revenue(lines: pd.DataFrame) -> None:
    found = judge_capping(usual_subset(lines))
    assert found.revenue_before == 8_911_407.904
    assert (found.quantity.high, found.unit_price.high) == (27.0, 7.5)
    assert found.touched_share == pytest.approx(0.150, abs=5e-4)
    assert found.touched_revenue_share == pytest.approx(0.515, abs=5e-4)
    assert found.revenue_lost_share == pytest.approx(0.329, abs=5e-4)


def test_filling_prices_invents_revenue_mostly_on_one_line(lines: pd.DataFrame) -> None:
    found = judge_zero_prices(lines[is_known(lines)], usual_prices(lines))
    assert (found.n_lines, found.n_filled, found.n_without_mode) == (40, 40, 0)
    assert (found.largest_invoice, found.largest_quantity, found.largest_line) == ("578841", 12_540, 10_659.0)


def test_cleaning_leaves_what_the_counts_say(lines: pd.DataFrame) -> None:
    steps = clean(lines).steps
    assert [step.n_dropped for step in steps] == [0, 0, 135_080, 5_225, 0, 5_990]
    assert steps[2].n_left == 541_909 - 135_080


def test_cleaning_moves_revenue_more_than_segments(lines: pd.DataFrame) -> None:
    effect = compare_cleaning(lines, clean(lines).lines, k=4, seed=0)
    assert effect.n_customers == 4_317
    assert effect.ari > 0.9
    assert effect.document_revenue > 1.02 * effect.product_revenue
