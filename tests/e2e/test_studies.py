"""`resegment study` as a person runs it: every file is there, and the notebook tells the same numbers."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from batch.studies import stand_ins
from tests.support import customer_tables

DEADLINE_S = 550
OFFLINE = ("retail-som-hierarchy", "visualise")
"""Studies of made-up data that need no Java."""


def _study(*words: str, folder: Path, expected: int = 0) -> subprocess.CompletedProcess[str]:
    return _run("study", *words, folder=folder, expected=expected)


def _run(*words: str, folder: Path, expected: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", *words]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )
    assert done.returncode == expected, done.stderr
    return done


def _notebook(folder: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads((folder / "notebook.ipynb").read_text())["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def _pictures(cells: list[dict[str, Any]]) -> int:
    return sum("image/png" in output.get("data", {}) for cell in cells for output in cell["outputs"])


@pytest.mark.parametrize("name", ["mall-som", *OFFLINE])
def test_a_study_writes_everything_and_its_notebook_ran(name: str, tmp_path: Path) -> None:
    _study(name, "--out", "out", folder=tmp_path)
    folder = tmp_path / "out" / name

    numbers = json.loads((folder / "numbers.json").read_text())
    assert numbers["study"] == name
    assert all(isinstance(value, int | float) for value in numbers["numbers"].values())
    assert "<script" in (folder / "report.html").read_text()
    for picture in (folder / "figures").glob("*.dark.png"):
        assert picture.with_name(picture.name.replace(".dark", "")).exists()
    cells = _notebook(folder)
    assert all(cell["execution_count"] for cell in cells)
    assert not [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]
    assert 4 <= _pictures(cells) <= len(list((folder / "figures").glob("*.dark.png")))
    assert "# %%" in (folder / "notebook.py").read_text()


@pytest.mark.parametrize(
    ("name", "words"),
    [("cards", ("--fill", "knn")), ("one_cloud", ("--use", "result {EUR}", "--use", "who {m}"))],
)
def test_the_notebook_of_any_table_runs_to_its_end(name: str, words: tuple[str, ...], tmp_path: Path) -> None:
    getattr(customer_tables, name)().to_csv(tmp_path / "mine.csv", index=False)
    _run("cluster", "mine.csv", "--out", "out", *words, folder=tmp_path)

    cells = _notebook(tmp_path / "out")
    assert all(cell["execution_count"] for cell in cells)
    assert not [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]
    inertia = json.loads((tmp_path / "out" / "numbers.json").read_text())["numbers"]["inertia"]
    printed = str([cell["outputs"] for cell in cells])
    theirs = float(re.findall(r"inertia +([0-9.]+)", printed)[0])
    assert inertia <= 1.001 * theirs


def test_a_users_own_file_is_read_by_its_own_names(tmp_path: Path) -> None:
    table = stand_ins.make("retail", 300).rename(columns={"DOB": "born", "PinCode": "zip"})
    table.to_csv(tmp_path / "mine.csv", sep=";", index=False)
    words = (
        "--data",
        "mine.csv",
        "--map",
        "DOB=born",
        "--map",
        "PinCode=zip",
        "--out",
        "out",
        "--no-notebook",
    )
    _study("retail-som-hierarchy", *words, folder=tmp_path)

    folder = tmp_path / "out" / "retail-som-hierarchy"
    numbers = json.loads((folder / "numbers.json").read_text())["numbers"]
    result = pd.read_csv(folder / "tables" / "result.csv")
    dropped = pd.read_csv(folder / "tables" / "dropped.csv")
    assert numbers["rows_in"] == 300 == len(result) + dropped["rows"].sum()
    assert result["cluster"].between(1, 8).all()
    assert not (folder / "notebook.ipynb").exists()


def test_a_file_with_other_columns_says_so_in_three_lines(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("id;born\n1;1990-01-01\n")
    done = _study("retail-som-hierarchy", "--data", "mine.csv", folder=tmp_path, expected=2)

    message = [line for line in done.stderr.splitlines() if line.strip()]
    assert "no column 'customerID'" in done.stderr
    assert len(message) <= 4
    assert "Traceback" not in done.stderr
