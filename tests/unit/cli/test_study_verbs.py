"""`study` and `generate` as they are typed: lists, refusals, and files that are made."""

from pathlib import Path

import pandas as pd
import pytest

from batch.studies import stand_ins
from batch.studies.catalogue import STUDIES
from cli.main import main


def test_the_list_names_every_study(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "ls"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in STUDIES)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["study", "mall"], "did you mean 'mall-som'?"),
        (["study", "all", "--data", "x.csv"], "name it instead of `all`"),
        (["study", "mall-som", "--map", "Age=a"], "--map describes the file of --data"),
        (
            ["study", "mall-som", "--decimal", ",", "--time-format", "%d"],
            "--decimal and --time-format describe",
        ),
        (["study", "mall-som", "--data", "x.csv", "--map", "Age"], "--map takes COLUMN=YOURS, got 'Age'"),
        (["study", "retail-som-hierarchy", "--data", "no-such.csv"], "cannot read no-such.csv"),
        (["study", "mall-som", "--placeholder", "Age=0"], "--placeholder goes with retail-som-hierarchy"),
        (
            ["study", "visualise", "--training", "online"],
            "--training goes with mall-som, not with visualise",
        ),
        (
            ["study", "retail-som-hierarchy", "--placeholder", "PinCode=0"],
            "--placeholder describes the file of --data",
        ),
        (
            ["study", "retail-som-hierarchy", "--data", "x.csv", "--placeholder", "PinCode"],
            "--placeholder takes COLUMN=TEXT, got 'PinCode'",
        ),
        (["generate", "mall", "--rows", "1"], "--rows should be at least 2, got 1"),
    ],
)
def test_what_cannot_be_done_says_why(
    words: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(words) == 2
    assert message in capsys.readouterr().err


def test_what_was_understood_is_shown_before_a_study_stops(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = stand_ins.make("retail", 30).assign(DOB="01/02/1980", transactionDate="2023-06-15")
    table.to_csv(tmp_path / "mine.csv", sep=";", index=False)
    words = ["--data", str(tmp_path / "mine.csv"), "--out", str(tmp_path), "--no-notebook"]

    assert main(["study", "retail-som-hierarchy", *words]) == 2
    told = capsys.readouterr()
    assert "CSV, separated by ';', utf-8" in told.out
    assert "[ambiguous_times]" in told.out
    assert "--time-format '%d/%m/%Y' or --time-format '%m/%d/%Y'" in told.err


def test_generate_writes_the_rows_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "shop.csv"

    assert main(["generate", "retail", "--rows", "70", "--seed", "5", "--out", str(file)]) == 0
    assert len(pd.read_csv(file)) == 70
    assert "70 made-up rows" in capsys.readouterr().err
