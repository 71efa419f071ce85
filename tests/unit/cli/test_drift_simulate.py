"""`resegment drift simulate`: a file in, a file out, and what differs."""

import json
from pathlib import Path

import pytest

from cli.main import main
from shared.errors import InvalidConfig

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "shop.csv"
    lines = [f"{500 + day},A1,thing,2,2011-01-{day:02d}T10:00:00,2.50,{day % 3},UK" for day in range(1, 21)]
    file.write_text("\n".join([HEADER, *lines]) + "\n")
    return file


def simulated(file: Path, *flags: str) -> int:
    return main(["drift", "simulate", str(file), "--scenario", "spend-inflation", *flags])


def test_it_says_what_differs_and_how_to_send_it(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = simulated(shop, "--at", "2011-01-11", "--strength", "0.2", "--out", "louder.csv")

    said = capsys.readouterr().out
    assert code == 0
    assert "10 at another price" in said
    assert "resegment replay louder.csv" in said
    assert Path("louder.csv").read_text().count(",3,") == 10


def test_without_a_name_the_scenario_names_the_file(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    simulated(shop, "--at", "2011-01-11", "--json")

    document = json.loads(capsys.readouterr().out)
    assert document["file"] == "shop-spend-inflation.csv.gz"
    assert (document["strength"], document["repriced"], document["left_out"]) == (0.5, 10, 0)
    assert Path(document["file"]).exists()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--at", "2012-01-11"), "goes from 2011-01-01 to 2011-01-20"),
        (("--at", "yesterday"), "--at takes a date"),
        (("--at", "2011-01-11", "--strength", "11"), "at most 10"),
        (("--at", "2011-01-11", "--out", "shop.csv"), "is the file that is read"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(
    shop: Path, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...], said: str
) -> None:
    assert simulated(shop, *flags) == InvalidConfig.exit_code
    assert said in capsys.readouterr().err
