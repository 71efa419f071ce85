"""Features, labels and days of the study in depth, on a few customers whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from batch.studies.kmeans_deep.behaviour import NAMES, Behaviour, behaviour
from batch.studies.kmeans_deep.daily import follow, midnights
from batch.studies.kmeans_deep.labels import label_segments
from batch.studies.online_retail.customer_rfm import standardised


def lines(*rows: tuple[str, str, int, str, float, str | None]) -> pd.DataFrame:
    """Lines of (invoice, article, quantity, local time, price, customer)."""
    names = ["invoice_no", "stock_code", "quantity", "invoiced_at", "unit_price", "customer_id"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(invoiced_at=pd.to_datetime(table["invoiced_at"]), description="x", country="y")


def test_behaviour_is_what_the_lines_say() -> None:
    found = behaviour(
        lines(
            ("1", "A", 2, "2011-01-01 12:00", 10.0, "c"),
            ("1", "B", 1, "2011-01-01 12:00", 4.0, "c"),
            ("2", "A", 1, "2011-01-05 12:00", 8.0, "c"),
            ("C3", "B", -1, "2011-01-06 12:00", 4.0, "c"),
            ("4", "A", 1, "2011-01-07 12:00", 10.0, "d"),
            ("5", "A", 9, "2011-01-08 12:00", 10.0, None),
        )
    )
    assert found.customers == ("c", "d")
    row = dict(zip(NAMES, found.raw[0].tolist(), strict=True))
    assert row == pytest.approx(
        {
            "recency_days": 2.5,
            "frequency": 2,
            "monetary": 28,
            "average_order_value": 14,
            "tenure_days": 6.5,
            "purchase_interval_days": 4,
            "n_articles": 2,
            "discount_share": 8 / 32,
            "return_share": 4 / 32,
        }
    )


def test_price_names_a_segment_unless_it_is_the_best() -> None:
    rng = np.random.default_rng(0)
    kinds = np.array(
        [
            # recency, frequency, monetary, order value, tenure, interval, articles, discount, returns
            [4, 20, 9_000, 450, 300, 15, 150, 0.7, 0],
            [90, 2, 500, 250, 200, 30, 20, 0.8, 0],
            [300, 1, 100, 100, 320, 0, 10, 0.0, 0],
        ]
    )
    raw = np.vstack([kind * rng.uniform(0.95, 1.05, (30, 9)) for kind in kinds])
    customers = Behaviour(tuple(map(str, range(90))), raw, standardised(np.log1p(raw)))
    found = label_segments(customers, np.repeat([2, 0, 1], 30).astype(np.int32))
    assert [segment.word for segment in found] == ["High-value", "Discount shopper", "At risk"]
    assert "clearance" in found[1].action
    assert sum(segment.revenue_share for segment in found) == pytest.approx(1)


def test_a_day_ends_at_local_midnight_with_everybodys_state() -> None:
    first, second = midnights(
        lines(
            ("1", "A", 2, "2011-06-01 12:00", 10.0, "c"),
            ("1", "B", 1, "2011-06-01 12:00", 4.0, "c"),
            ("2", "A", 1, "2011-06-01 13:00", 8.0, "d"),
            ("C3", "B", -1, "2011-06-02 12:00", 4.0, "c"),
            ("4", "A", 1, "2011-06-02 12:00", 1.0, None),
        ),
        "Europe/London",
    )
    assert pd.Timestamp(first.as_of_ms, unit="ms") == pd.Timestamp("2011-06-01 23:00")
    assert first.rfm.frequency.tolist() == [1, 1]
    assert first.rfm.monetary_minor.tolist() == [240_000, 80_000]
    assert second.rfm.monetary_minor.tolist() == [200_000, 80_000]
    assert (first.n_lines, second.n_lines) == (3, 1)


def test_too_few_days_leave_nothing_to_follow() -> None:
    table = lines(("1", "A", 2, "2011-06-01 12:00", 10.0, "c"), ("2", "A", 2, "2011-06-02 12:00", 10.0, "d"))
    assert follow(table, 2, zone="UTC") is None
