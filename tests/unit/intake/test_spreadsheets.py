"""Excel files: values as people see them, whatever the cell's type."""

import io
import sys
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest

from shared.errors import InvalidConfig
from shared.intake import layout
from shared.intake.findings import Level
from tests.support.intake_files import Read, read_bytes

HEADER = ["order", "when", "who", "qty", "price"]


def read(folder: Path, *sheets: list[list[object]]) -> Read:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for number, rows in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(buffer)
    return read_bytes(folder, buffer.getvalue())


def test_cells_are_the_text_that_people_would_write(tmp_path: Path) -> None:
    moment = datetime(2024, 1, 2, 10, 30)  # noqa: DTZ001  a sheet knows no zones
    rows: list[list[object]] = [
        HEADER,
        [1001, moment, "ann", 2, 12.5],
        ["1002", date(2024, 1, 3), "bob", 0.1 + 0.2, 3.0],
        ["007", time(8, 5), True, 1e-7, 1234567890123456789.0],
        ["#N/A", None, "  cat ", -1, "1.299,00"],
    ]

    assert read(tmp_path, rows).cells == [
        ["1001", "2024-01-02T10:30:00", "ann", "2", "12.5"],
        ["1002", "2024-01-03", "bob", "0.3", "3"],
        ["007", "08:05:00", "true", "0.0000001", "1.23456789012346e+18"],
        ["#N/A", "", "  cat ", "-1", "1.299,00"],
    ]


def test_lines_are_rows_of_the_sheet(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Sales report"],
        [],
        HEADER,
        [1, "d", "ann", 1, 2],
        [None],
        [2, "d", "bob", 1, 2],
    ]

    found = read(tmp_path, rows)

    assert found.layout.header_line == 3
    assert found.lines == [4, 6]
    assert found.rows == [1, 2]
    assert found.blank_lines == 1
    assert "line 1" in found.finding("title_lines").message


def test_the_first_sheet_with_rows_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    found = read(tmp_path, [], [HEADER, [1, "d", "ann", 1, 2]], [["refund"], [3]])

    assert found.cells == [["1", "d", "ann", "1", "2"]]
    assert found.finding("other_sheets").level is Level.WARN
    assert "'Sheet2'" in found.finding("other_sheets").message


def test_a_total_below_the_rows_is_a_footer(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        HEADER,
        *([f"R{n}", "d", "ann", 1, 2] for n in range(9)),
        ["Total", None, None, 9, 18],
    ]

    found = read(tmp_path, rows)

    assert len(found.cells) == 9
    assert [(row.row, row.line, row.raw) for row in found.damaged] == [(10, 11, b"Total,,,9,18")]
    assert found.codes(Level.WARN) == {"footer"}


def test_a_value_behind_the_last_column_is_damage_if_nobody_saw_it_coming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "SAMPLE_ROWS", 3)
    rows: list[list[object]] = [
        HEADER,
        *([n, "d", "ann", 1, 2] for n in range(5)),
        [1, "d", "ann", 1, 2, "note"],
    ]

    found = read(tmp_path, rows)

    assert [row.reason for row in found.damaged] == ["a value behind the last column: 'note'"]
    assert found.rows == [1, 2, 3, 4, 5]


def test_a_sheet_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match="has no sheet with rows"):
        read(tmp_path, [])


def test_without_openpyxl_the_command_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)

    with pytest.raises(InvalidConfig, match=r"pip install 'resegment\[excel\]'; or save it as CSV UTF-8"):
        read_bytes(tmp_path, _workbook())


def _workbook() -> bytes:
    import zipfile  # noqa: PLC0415

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "")
    return buffer.getvalue()
