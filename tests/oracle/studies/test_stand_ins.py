"""Made-up data: seeded, of the right schema, of the size asked for."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from batch.studies import stand_ins
from batch.studies.mall_som.customers import COLUMNS as MALL
from batch.studies.reading import DataFile, read_table
from batch.studies.retail_som_hierarchy.columns import COLUMNS as RETAIL
from batch.studies.retail_som_hierarchy.columns import NOT_READ
from batch.studies.retail_som_hierarchy.usable_rows import clean
from batch.studies.visualise.clusters import COLUMNS as CUSTOMER360
from shared.errors import InvalidConfig
from tests.support.retail import as_read


@pytest.mark.parametrize("kind", stand_ins.KINDS)
def test_the_same_seed_makes_the_same_table(kind: str) -> None:
    pd.testing.assert_frame_equal(stand_ins.make(kind, 50, seed=3), stand_ins.make(kind, 50, seed=3))
    assert not stand_ins.make(kind, 50, seed=3).equals(stand_ins.make(kind, 50, seed=4))


@pytest.mark.parametrize("kind", stand_ins.KINDS)
@pytest.mark.parametrize("rows", [2, 501])
def test_it_has_the_rows_asked_for(kind: str, rows: int) -> None:
    assert len(stand_ins.make(kind, rows)) == rows


@pytest.mark.parametrize(
    ("kind", "columns"), [("mall", MALL), ("retail", RETAIL), ("customer360", CUSTOMER360)]
)
def test_its_study_can_read_it(kind: str, columns: tuple, tmp_path: Path) -> None:
    stand_ins.write(kind, tmp_path / "made.csv", rows=300)

    assert len(read_table(DataFile(tmp_path / "made.csv"), columns)) == 300


def test_the_mall_has_no_line_but_corners() -> None:
    table = stand_ins.make("mall", 2_000)
    income, score = table["Annual Income (k$)"], table["Spending Score (1-100)"]
    is_corner = ((income - 58).abs() > 20) & ((score - 50).abs() > 15)

    assert abs(np.corrcoef(income, score)[0, 1]) < 0.15
    assert 0.4 < is_corner.mean() < 0.65
    assert score.between(1, 100).all()


def test_the_retail_dirt_has_every_kind() -> None:
    cleaned = clean(as_read(stand_ins.make("retail")))

    assert all(cleaned.dropped.values())
    assert cleaned.filled["gender"]
    assert cleaned.filled["promo_code"]


def test_the_retail_set_has_columns_that_are_not_read() -> None:
    not_read = set(NOT_READ) & set(stand_ins.make("retail", 10).columns)

    assert not_read == {"State", "store_description", "product_description", "promotion_description"}


def test_customer360_has_twelve_features_and_no_answer() -> None:
    table = stand_ins.make("customer360", 400)

    assert table.shape == (400, 13)
    assert (table.iloc[:, 1:] >= 0).all(axis=None)
    assert (table["tenure_years"] <= table["age_years"] - 17.9).all()


@pytest.mark.parametrize(
    ("kind", "rows", "message"), [("zoo", 5, "no 'zoo'"), ("mall", 1, "at least 2, got 1")]
)
def test_what_cannot_be_made_is_refused(kind: str, rows: int, message: str) -> None:
    with pytest.raises(InvalidConfig, match=message):
        stand_ins.make(kind, rows)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match="give another file: --out FILE"):
        stand_ins.write("mall", tmp_path / "no" / "mall.csv")
