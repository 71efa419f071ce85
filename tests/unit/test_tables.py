"""Files for spreadsheets and notebooks: complete or absent, harmless, typed."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from shared.adapters.tables import Field, neutralised, write_table

FIELDS = (Field("id", "text"), Field("n", "whole"), Field("x", "number"), Field("at", "moment"))
ROWS: list[dict[str, Any]] = [
    {"id": 'a,"b"\n', "n": -5, "x": 0.1, "at": datetime(2011, 12, 9, 12, 50, tzinfo=UTC), "other": 1},
    {"id": "=1+1", "n": None, "x": None, "at": None},
]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert neutralised(text) == f"'{text}"


def test_csv_round_trips_through_a_reader_and_leaves_numbers_alone(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"

    assert write_table(path, "csv", FIELDS, ROWS) == 2
    with path.open(newline="", encoding="utf-8") as file:
        header, first, second = csv.reader(file)

    assert header == ["id", "n", "x", "at"]
    assert first == ['a,"b"\n', "-5", "0.1", "2011-12-09T12:50:00.000Z"]
    assert second == ["'=1+1", "", "", ""]


def test_parquet_keeps_types_nulls_and_text(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"

    assert write_table(path, "parquet", FIELDS, ROWS) == 2

    wanted = [{field.name: row[field.name] for field in FIELDS} for row in ROWS]
    assert pq.read_table(path).to_pylist() == wanted


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_an_export_without_rows_still_names_its_columns(tmp_path: Path, file_format: Any) -> None:
    path = tmp_path / "rows"

    assert write_table(path, file_format, FIELDS, []) == 0

    names = path.read_text().strip().split(",") if file_format == "csv" else pq.read_schema(path).names
    assert names == ["id", "n", "x", "at"]


def test_a_failure_on_the_way_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("before")

    def broken() -> Iterator[dict[str, Any]]:
        yield ROWS[0]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write_table(path, "csv", FIELDS, broken())

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
