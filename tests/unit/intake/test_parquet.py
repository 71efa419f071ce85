"""Parquet files: typed values as exact text."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.errors import InvalidConfig
from shared.intake.findings import Level
from tests.support.intake_files import Read, read_file

MOMENT = datetime(2024, 1, 2, 10, 0, 0)  # noqa: DTZ001  as Parquet stores it, without a zone


def read(folder: Path, table: pa.Table, rows: int = 50_000) -> Read:
    pq.write_table(table, folder / "orders")
    return read_file(folder / "orders", rows)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array([20001, None]), ["20001", ""]),
        (pa.array([20001.0, float("nan"), 0.1, 1e-7, None]), ["20001", "", "0.1", "0.0000001", ""]),
        (pa.array([0.1], pa.float32()), ["0.1"]),
        (
            pa.array([Decimal("2.50"), Decimal("-0.0000001")], pa.decimal128(20, 9)),
            ["2.500000000", "-0.000000100"],
        ),
        (pa.array([Decimal(0)], pa.decimal128(20, 9)), ["0.000000000"]),
        (pa.array(["a", "b", "a", None]).dictionary_encode(), ["a", "b", "a", ""]),
        (pa.array(["a"], pa.large_string()), ["a"]),
        (pa.array([b"ann"]), ["ann"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array([None, None], pa.null()), ["", ""]),
        (pa.array([date(2024, 1, 2)]), ["2024-01-02"]),
        (pa.array([MOMENT], pa.timestamp("s")), ["2024-01-02T10:00:00"]),
        (pa.array([MOMENT.replace(microsecond=1500)], pa.timestamp("us")), ["2024-01-02T10:00:00.001500"]),
        (pa.array([MOMENT], pa.timestamp("ns", "UTC")), ["2024-01-02T10:00:00Z"]),
        (pa.array([MOMENT], pa.timestamp("ms", "Europe/Berlin")), ["2024-01-02T11:00:00+01:00"]),
        (pa.array([MOMENT], pa.timestamp("ms", "-05:00")), ["2024-01-02T05:00:00-05:00"]),
    ],
)
def test_values_are_exact_text(tmp_path: Path, values: pa.Array, texts: list[str]) -> None:
    assert [row[0] for row in read(tmp_path, pa.table({"value": values})).cells] == texts


def test_rows_are_counted_in_chunks_and_lines_are_row_numbers(tmp_path: Path) -> None:
    found = read(tmp_path, pa.table({"order": list(range(7))}), rows=3)

    assert [len(table.cells) for table in found.tables] == [3, 3, 1]
    assert found.rows == found.lines == [1, 2, 3, 4, 5, 6, 7]


def test_nested_columns_are_named_and_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, pa.table({"items": [[1, 2]], "order": ["1"], "who": [{"id": 1}]}))

    assert found.layout.names == ("order",)
    assert found.cells == [["1"]]
    assert "'items', 'who'" in found.finding("nested_columns").message
    assert found.codes(Level.WARN) == {"nested_columns"}


def test_without_a_flat_column_there_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match="no column of plain values"):
        read(tmp_path, pa.table({"items": [[1, 2]]}))


def test_a_file_without_rows_has_no_tables(tmp_path: Path) -> None:
    assert read(tmp_path, pa.table({"order": pa.array([], pa.string())})).cells == []
