"""`resegment try`: what a person sees of a file, and the exit code."""

import json
from pathlib import Path

import pytest

from cli.main import main

FINE = "when,who,amount\n2024-01-02,ann,5\n2024-01-03,bob,7\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (FINE, 0),
        (FINE + "2024-01-03,bob,8\n", 1),
        ("when,who,sum_of_all\n2024-01-02,ann,5\n", 2),
        ("", 2),
    ],
)
def test_the_exit_code_says_what_to_think_of_the_file(shop: Path, text: str, code: int) -> None:
    (shop / "sales.csv").write_text(text)
    assert main(["try", "sales.csv"]) == code


def test_it_shows_the_meaning_with_examples_and_the_command_that_sends_it(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "sales.csv").write_text("Kunde;Datum;Betrag\nann;03.02.2024;1.299,00\nbob;25.02.2024;12,50\n")
    assert main(["try", "sales.csv", "--zone", "Europe/Berlin"]) == 0
    said = capsys.readouterr().out
    assert "Betrag  1.299,00 -> 1299.00" in said
    assert "decimal comma, thousands point" in said
    assert said.endswith("resegment replay sales.csv --zone Europe/Berlin\n")
    assert max(len(line) for line in said.splitlines()) <= 80


def test_it_stops_with_the_flag_that_mends_it(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "sales.csv").write_text("when;who;amount\n2024-01-02;ann;3.000\n2024-01-03;bob;4.000\n")
    assert main(["try", "sales.csv"]) == 2
    said = capsys.readouterr().out
    assert "stop" in said
    assert "--decimal" in said
    assert main(["try", "sales.csv", "--decimal", ","]) == 0


def test_json_holds_the_same(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "sales.csv").write_text(FINE)
    assert main(["try", "sales.csv", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["understood"]["order"] == "in order of time"
    assert document["columns"][0] == {
        "field": "event_time",
        "column": "when",
        "example": "2024-01-02",
        "sent": "2024-01-02 00:00:00 UTC",
    }
    assert document["findings"][0]["level"] == "note"
    assert document["command"] == "resegment replay sales.csv"


def test_an_accepted_stop_stops_no_longer(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "sales.csv").write_text(FINE + "2024-01-04,cat\n")
    assert main(["try", "sales.csv"]) == 2
    assert main(["try", "sales.csv", "--accept", "damaged_rows"]) != 2
    assert capsys.readouterr().out.splitlines()[-1] == "resegment replay sales.csv --accept damaged_rows"


def test_foreign_text_does_not_steer_the_terminal(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "sales.csv").write_text("when,who,amount\n2024-01-02,a\x1b[31mnn,5\n")
    main(["try", "sales.csv"])
    assert "\x1b" not in capsys.readouterr().out
