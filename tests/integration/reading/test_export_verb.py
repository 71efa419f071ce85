"""Files that `export` writes."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.support.read_shop import BOUGHT_AT
from tests.support.verbs import Resegment


def test_exported_customers_are_iso_dated_neutralised_and_without_the_deleted(
    resegment: Resegment, tmp_path: Path
) -> None:
    done = resegment("export", "customers", "--out", "customers.csv")

    assert done.code == 0, done.stderr
    with (tmp_path / "customers.csv").open(newline="") as file:
        rows = {row["customer_id"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"12347", "'=HYPERLINK(1)", "returner"}
    assert rows["12347"]["last_purchase_at"] == "2011-12-07T15:52:00.000Z"
    assert rows["12347"]["monetary_minor"] == "43100000"
    assert rows["returner"]["segment_id"] == ""
    assert not list(tmp_path.glob(".customers*"))


def test_parquet_export_is_typed_and_keeps_text_as_it_is(resegment: Resegment, tmp_path: Path) -> None:
    done = resegment("export", "customers", "--out", "customers.parquet")

    assert done.code == 0, done.stderr
    table = pq.read_table(tmp_path / "customers.parquet")
    assert table.column("customer_id").to_pylist() == ["12347", "=HYPERLINK(1)", "returner"]
    assert table.column("last_purchase_at").to_pylist()[0] == BOUGHT_AT


@pytest.mark.parametrize(("what", "n_rows"), [("segments", 3), ("drift", 13), ("transitions", 2)])
def test_every_kind_can_be_exported(resegment: Resegment, tmp_path: Path, what: str, n_rows: int) -> None:
    done = resegment("export", what, "--out", f"{what}.csv")

    assert done.code == 0, done.stderr
    assert len((tmp_path / f"{what}.csv").read_text().splitlines()) == n_rows + 1
