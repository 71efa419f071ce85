"""`resegment demo` as a person runs it: the files it leaves, the numbers in them, and nothing running."""

import json
import signal
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

from tests.support.streams import Child

EVENTS = 40_000
DATA = Path(__file__).parents[2] / "data" / "online_retail.csv.gz"
INTERRUPTED = 130
DEADLINE_S = 420.0


def _demo(folder: Path, events: int) -> Child:
    command = [sys.executable, "-m", "cli", "demo", "--events", str(events)]
    files = ["--out", str(folder / "out"), "--folder", str(folder / "work")]
    return Child([*command, *files], folder, {})


def _mentioning(folder: Path) -> list[list[str]]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if any(str(folder) in word for word in words):
            found.append(words)
    return found


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def out(demo_folder: Path) -> Path:
    """Run the demo to its end; return what it has written."""
    child = _demo(demo_folder, EVENTS)
    try:
        code = child.wait(DEADLINE_S)
        assert code == 0, child.log
    finally:
        child.end()
    return demo_folder / "out"


@pytest.fixture(scope="module")
def summary(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return found


@pytest.fixture(scope="module")
def bought() -> pd.DataFrame:
    """The first lines of the file as the demo should have understood them."""
    lines = pd.read_csv(DATA, nrows=EVENTS, dtype={"InvoiceNo": str, "CustomerID": str})
    local = pd.to_datetime(lines.InvoiceDate).dt.tz_localize("Europe/London")
    lines["at"] = local.dt.tz_convert("UTC")
    lines["minor"] = (lines.UnitPrice * 10_000).round().astype("int64") * lines.Quantity
    return lines


@pytest.fixture(scope="module")
def recounted(bought: pd.DataFrame) -> pd.DataFrame:
    known = bought[bought.CustomerID.notna()]
    purchases = known[(known.Quantity > 0) & ~known.InvoiceNo.str.startswith("C")].groupby("CustomerID")
    table = pd.DataFrame(
        {
            "frequency": purchases.InvoiceNo.nunique(),
            "monetary_minor": known.groupby("CustomerID").minor.sum(),
            "first_purchase_at": purchases["at"].min(),
            "last_purchase_at": purchases["at"].max(),
        }
    )
    table["frequency"] = table.frequency.fillna(0).astype("int64")
    return table.sort_index()


def test_every_line_has_one_outcome(summary: dict[str, Any], bought: pd.DataFrame) -> None:
    outcomes = summary["outcomes"]
    guests = int(bought.CustomerID.isna().sum())
    assert outcomes["read"] == EVENTS
    assert outcomes["unattributed"] == guests
    assert outcomes["applied"] == EVENTS - guests
    assert (outcomes["duplicate"], outcomes["late"], outcomes["rejected"]) == (0, 0, 0)


def test_the_summary_says_what_it_promises(summary: dict[str, Any], recounted: pd.DataFrame) -> None:
    assert summary["customers"] == len(recounted)
    assert summary["verify"] == {"ok": True, "compared": len(recounted), "mismatches": 0}
    assert summary["events_per_s"] > 0
    assert summary["elapsed_s"] > 0
    assert len(summary["segments"]) >= 3
    assert sum(segment["customers"] for segment in summary["segments"]) <= len(recounted)
    assert {"name", "customers", "share", "revenue_share", "action"} <= summary["segments"][0].keys()
    assert [model["version"] for model in summary["models"]] == list(range(1, len(summary["models"]) + 1))


def test_every_re_clustering_is_explained(summary: dict[str, Any]) -> None:
    first, *later = summary["models"]
    assert (first["decision"], first["gates"], first["lineage"]) == ("promoted", [], [])
    assert later, "the data spans several weeks of a provisional champion"
    for model in later:
        assert {"k", "customers", "as_of", "reason"} <= model.keys()
        assert {gate["family"] for gate in model["gates"]} == {"reason", "veto"}
        assert model["lineage"]
        is_clear = all(gate["passed"] for gate in model["gates"] if gate["family"] == "veto")
        has_reason = any(gate["passed"] for gate in model["gates"] if gate["family"] == "reason")
        assert (model["decision"] == "promoted") == (is_clear and has_reason)


def test_every_customer_is_what_pandas_counts(out: Path, recounted: pd.DataFrame) -> None:
    customers = pd.read_csv(out / "customers.csv", dtype={"customer_id": str}).set_index("customer_id")
    for name in ("first_purchase_at", "last_purchase_at"):
        written = customers[name].dropna()
        assert written.str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)").all()
        customers[name] = pd.to_datetime(customers[name], utc=True)
    stored = customers[list(recounted.columns)].sort_index()
    pd.testing.assert_frame_equal(stored, recounted, check_names=False, check_dtype=False)


def test_the_tables_have_the_promised_columns(out: Path) -> None:
    promised = {
        "customers": "recency_days segment_id segment_name som_row som_col model_version as_of",
        "segments": "segment_id name customers share revenue_share action",
        "drift": "as_of metric segment_id value warn critical status",
        "transitions": "customer_id from_id to_id cause",
    }
    for name, columns in promised.items():
        table = pd.read_csv(out / f"{name}.csv")
        assert set(columns.split()) <= set(table.columns), name
        assert len(table), name


def test_nothing_is_left_running(out: Path, demo_folder: Path) -> None:
    assert _mentioning(demo_folder) == []


def test_ctrl_c_in_the_middle_leaves_nothing_running(tmp_path: Path) -> None:
    child = _demo(tmp_path, 100_000)
    log = tmp_path / "work" / "stream.log"
    try:
        child.until(lambda: log.exists() and "batch_applied" in log.read_text(), "a micro-batch", DEADLINE_S)
        assert len(_mentioning(tmp_path)) >= 3, "broker, database and the demo itself"
        child.signal_all(signal.SIGINT)
        assert child.wait(90) == INTERRUPTED, child.log
        assert _mentioning(tmp_path) == []
    finally:
        child.end()
