import gzip

import numpy as np
import pandas as pd
import pytest

from benchmarks.models.cdnow_shaped import PUBLISHED, cdnow_shaped, shape_of
from benchmarks.models.history import days_from, history, thinned
from benchmarks.models.purchase_histories import FEATURES, cdnow, from_rows, midnights, online_retail
from shared.core.customers.features import MS_PER_DAY, feature_matrix

LINES = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,a,,2,2011-03-01T10:00:00,1.50,7,UK
1,b,,1,2011-03-01T10:00:00,0.25,7,UK
2,a,,1,2011-03-01T11:00:00,9.00,8,UK
3,a,,1,2011-03-01T12:00:00,9.00,9,UK
4,a,,1,2011-03-01T12:00:00,9.00,,UK
C5,a,,-1,2011-03-03T09:00:00,9.00,8,UK
6,a,,4,2011-03-03T09:00:00,1.00,7,UK
7,a,,4,2011-03-03T09:00:00,1.00,9,UK
8,a,,1,2011-04-01T09:00:00,5.00,7,UK
9,a,,1,2011-04-01T09:00:00,5.00,8,UK
10,a,,1,2011-04-01T09:00:00,5.00,9,UK
"""


@pytest.fixture
def retail(tmp_path):
    path = tmp_path / "lines.csv.gz"
    path.write_bytes(gzip.compress(LINES.encode()))
    return online_retail(path)


def test_a_table_is_what_the_lines_before_midnight_make(retail):
    first, second, third = midnights(retail)

    assert (first.day, second.day, third.day) == (0, 2, 31)
    assert second.customers.tolist() == [0, 2]
    assert second.rfm.frequency.tolist() == [2, 2]
    assert second.rfm.monetary_minor.tolist() == [72_500, 130_000]
    assert first.touched.tolist() == [True, True, True]


def test_whoever_has_taken_everything_back_is_not_clustered_until_buying_again(retail):
    refunded, back = list(midnights(retail))[1:]

    assert 1 not in refunded.customers
    assert back.rfm.monetary_minor[back.customers == 1].tolist() == [50_000]
    assert back.rfm.frequency[back.customers == 1].tolist() == [2]


def test_midnight_follows_the_clocks_of_the_shop(retail):
    *_, before, after = midnights(retail)

    assert before.as_of_ms == pd.Timestamp("2011-03-04", tz="UTC").value // 10**6
    assert after.as_of_ms == pd.Timestamp("2011-04-01T23:00", tz="UTC").value // 10**6
    recency = feature_matrix(FEATURES, after.rfm, after.as_of_ms)[:, 0]
    assert recency == pytest.approx([15 / 24] * 3)


def test_every_row_of_a_cdnow_file_is_a_purchase(tmp_path):
    path = tmp_path / "cdnow.csv"
    path.write_text(
        "customer_id,date,quantity,amount\n"
        "1,1997-01-01,1,11.77\n1,1997-01-01,1,5.00\n2,1997-01-01,2,3.50\n3,1997-01-01,1,1.00\n"
    )
    (only,) = midnights(cdnow(path))

    assert only.rfm.frequency.tolist() == [2, 1, 1]
    assert only.rfm.monetary_minor.tolist() == [167_700, 35_000, 10_000]


def test_the_tables_equal_a_plain_grouping_of_all_lines_so_far():
    rng = np.random.default_rng(3)
    who, day, amount = rng.integers(0, 40, 600), rng.integers(0, 30, 600), rng.integers(1, 900, 600) * 100
    for table in midnights(from_rows("drawn", who, day, amount)):
        past = pd.DataFrame({"who": who, "day": day, "amount": amount})[day <= table.day].groupby("who")
        assert table.customers.tolist() == past.size().index.tolist()
        assert table.rfm.frequency.tolist() == past.size().tolist()
        assert table.rfm.monetary_minor.tolist() == past.amount.sum().tolist()
        assert table.rfm.last_purchase_ms.tolist() == (past.day.max() * MS_PER_DAY + MS_PER_DAY // 2).tolist()
        assert set(table.customers[table.touched]) == set(who[day == table.day])


def test_the_generated_cohort_has_the_shape_of_the_file():
    shape = shape_of(cdnow_shaped(0))

    assert (shape.customers, shape.days) == (PUBLISHED.customers, PUBLISHED.days)
    assert shape.once == pytest.approx(PUBLISHED.once, abs=0.02)
    assert shape.ten_or_more == pytest.approx(PUBLISHED.ten_or_more, abs=0.015)
    assert shape.purchases == pytest.approx(PUBLISHED.purchases, rel=0.05)
    assert shape.late == pytest.approx(PUBLISHED.late, abs=0.03)
    assert shape.mean_amount == pytest.approx(PUBLISHED.mean_amount, rel=0.05)
    assert shape.median_amount == pytest.approx(PUBLISHED.median_amount, rel=0.05)


def test_first_purchases_of_the_cohort_fall_into_84_days():
    cohort = cdnow_shaped(1, 500)
    firsts = pd.Series(cohort.days).groupby(cohort.customers).min()

    assert len(firsts) == 500
    assert firsts.max() < 84
    assert np.array_equal(cohort.days, cdnow_shaped(1, 500).days)


def test_the_scaling_is_the_champions_and_stays():
    days = days_from(cdnow_shaped(0, 300), 100)

    assert days[0].day == 99
    assert days[0].rows.mean(axis=0) == pytest.approx(0, abs=1e-9)
    assert days[0].rows.std(axis=0) == pytest.approx(1, abs=1e-9)
    assert abs(days[-1].rows[:, 0].mean()) > 1


def test_a_thinned_history_keeps_some_customers_and_the_centers():
    past = history(days_from(cdnow_shaped(0, 300), 400), 3, 0)
    thin = thinned(past, 10)

    assert np.array_equal(thin.champion.centers, past.champion.centers)
    assert all((day.customers % 10 == 0).all() and len(day.customers) == 30 for day in thin.days)
    assert len(thin.days) == len(past.days)
