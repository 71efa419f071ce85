"""`cluster` as it is typed: what it shows, what it writes, what it refuses."""

import json
from pathlib import Path

import pandas as pd
import pytest

from cli.main import main
from tests.support import customer_tables


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bank.csv"
    customer_tables.wholesale().to_csv(path, index=False)
    return path


def test_a_table_becomes_a_report_and_a_file_of_customers(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    assert main(["cluster", str(file), "--out", str(out), "--no-notebook"]) == 0
    told = capsys.readouterr().out
    assert "CSV, separated by ','" in told
    assert "Channel  tabulated" in told
    assert "group 2  low Fresh, high Grocery" in told or "group 2  high Grocery, low Fresh" in told
    numbers = json.loads((out / "numbers.json").read_text())
    assert (numbers["study"], numbers["numbers"]["groups"]) == ("cluster", 2)
    customers = pd.read_csv(out / "tables" / "customers.csv")
    assert len(customers) == 300
    assert pd.crosstab(customers["group"], customers["Channel"]).to_numpy().diagonal().sum() == 300
    page = (out / "report.html").read_text()
    assert "resegment cluster" in page
    assert not (out / "notebook.ipynb").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--k", "1"], "--k is a number of groups from 2 to 100, got 1"),
        (["--use", "Fresh", "--leave-out", "Fresh"], "both name 'Fresh'"),
        (["--use", "Fresch"], "did you mean 'Fresh'?"),
        (["--leave-out", "Fresh", "--leave-out", "Grocery"], "no column is left to cluster by"),
        (["--k", "90", "--use", "Channel"], "fewer than 90 different customers"),
    ],
)
def test_what_cannot_be_done_says_why(
    words: list[str], message: str, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    assert main(["cluster", str(file), "--out", str(out), *words]) == 2
    assert message in capsys.readouterr().err
    assert not out.exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cluster", str(tmp_path / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err
