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


@pytest.mark.parametrize(
    ("what", "n_rows"), [("segments", 3), ("drift", 13), ("events", 2), ("transitions", 2)]
)
def test_every_kind_can_be_exported(resegment: Resegment, tmp_path: Path, what: str, n_rows: int) -> None:
    done = resegment("export", what, "--out", f"{what}.csv")

    assert done.code == 0, done.stderr
    assert len((tmp_path / f"{what}.csv").read_text().splitlines()) == n_rows + 1


def test_exported_flows_say_what_was_observed_and_expected(resegment: Resegment, tmp_path: Path) -> None:
    assert resegment("export", "drift", "--out", "drift.csv").code == 0

    with (tmp_path / "drift.csv").open(newline="") as file:
        rows = {row["metric"]: row for row in csv.DictReader(file)}
    of_flow = [rows["drift_basket"][name] for name in ("kind", "state", "observed", "expected")]
    assert of_flow == ["flow", "ok", "31.5", "30.0"]
    assert [rows["share_psi"][name] for name in ("kind", "state", "low")] == ["stock", "", ""]


def test_exported_events_name_the_segments_on_either_side(resegment: Resegment, tmp_path: Path) -> None:
    assert resegment("export", "events", "--out", "events.csv").code == 0

    with (tmp_path / "events.csv").open(newline="") as file:
        rows = [(row["kind"], row["event"], row["from_ids"], row["to_ids"]) for row in csv.DictReader(file)]
    assert rows == [("learning", "split", "1", "1+2"), ("promotion", "survive", "0", "0")]
