"""Titles, rules and separators above a header, names that repeat or are missing, rows without a header."""

from pathlib import Path

import pytest

from shared.intake.findings import Level
from tests.support.intake_files import Read, read_bytes

HEADER = "order,when,who,price"
ROWS = [f"R{number},2024-01-{number + 1:02d},ann,{number}.50" for number in range(6)]
NAMES = tuple(HEADER.split(","))


def read(folder: Path, *lines: str, separator: str = ",") -> Read:
    return read_bytes(folder, "".join(f"{line}\n" for line in lines).replace(",", separator))


@pytest.mark.parametrize(
    ("above", "header_line", "codes"),
    [
        ([], 1, set()),
        (["", ""], 3, set()),
        (["Sales report"], 2, {"title_lines"}),
        (["Sales report", "January to March, all shops", ""], 4, {"title_lines"}),
        (["Sales report,,,", ",,,"], 3, {"title_lines"}),
        (["Sales report,,,", "from 2024-01-01,,,"], 3, {"title_lines"}),
        (["# made by a program", "# 2024-02-01"], 3, {"title_lines"}),
        (["sep=,"], 2, {"title_lines"}),
        (['"sep=,"', "Sales report"], 3, {"title_lines"}),
    ],
)
def test_lines_above_the_header_are_left_out_and_named(
    tmp_path: Path, above: list[str], header_line: int, codes: set[str]
) -> None:
    found = read(tmp_path, *above, HEADER, *ROWS)

    assert (found.layout.names, found.layout.header_line) == (NAMES, header_line)
    assert found.cells == [row.split(",") for row in ROWS]
    assert found.lines == list(range(header_line + 1, header_line + 7))
    assert found.codes(Level.NOTE) == codes
    assert found.codes(Level.STOP) | found.codes(Level.WARN) == set()


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_a_line_that_tells_the_separator_is_believed(tmp_path: Path, sign: str) -> None:
    found = read_bytes(tmp_path, f"sep={sign}\r\na{sign}b,c\r\n1{sign}2,3\r\n")

    assert found.layout.separator == sign
    assert found.cells == [["1", "2,3"]]


def test_a_rule_of_dashes_below_the_header_is_no_row(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER, "-----,----,---,-----", *ROWS)

    assert (found.lines[0], len(found.cells)) == (3, 6)
    assert found.codes(Level.NOTE) == {"title_lines"}


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        [f"{number},ann,5" for number in range(3)],
        ["ann,2024-01-02T10:00:00+01:00,12.50", "bob,2024-01-03T10:00:00+01:00,7.90"],
        ['"ann";"02.01.2024 10:00";"12,50 €"', '"bob";"03.01.2024 10:00";"7,90 €"'],
        ["ann,1/2/2024 8:26 AM,5.00", "bob,1/3/2024 8:26 AM,5.00"],
    ],
)
def test_rows_without_a_header_stop(tmp_path: Path, rows: list[str]) -> None:
    found = read_bytes(tmp_path, "\n".join(rows))

    assert found.codes(Level.STOP) == {"no_header"}
    assert not found.finding("no_header").is_acceptable
    assert "line 1" in found.finding("no_header").message
    assert len(found.cells) == len(rows)


def test_a_header_alone_is_a_header(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER)

    assert (found.layout.names, found.tables, found.findings) == (NAMES, [], [])


def test_columns_of_words_alone_have_a_header(tmp_path: Path) -> None:
    assert read(tmp_path, "name,city", "ann,Bonn", "bob,Rome").layout.names == ("name", "city")


def test_names_are_trimmed_and_lines_in_them_joined(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, '\ufeff order ,"when\n(UTC)",\twho\n1,2024-01-02,ann\n2,2024-01-02,ann\n')

    assert found.layout.names == ("order", "when (UTC)", "who")
    assert found.lines == [3, 4]


def test_names_that_repeat_are_told_apart_and_warned_of(tmp_path: Path) -> None:
    found = read(tmp_path, "who,price,price,price (2),price", "ann,1,2,3,4")

    assert found.layout.names == ("who", "price", "price (3)", "price (2)", "price (4)")
    assert "positions 2, 3, 5" in found.finding("repeated_name").message
    assert found.codes(Level.WARN) == {"repeated_name"}


def test_an_index_without_a_name_is_called_by_its_place(tmp_path: Path) -> None:
    found = read(tmp_path, f",{HEADER}", *(f"{number},{row}" for number, row in enumerate(ROWS)))

    assert found.layout.names == ("column 1", *NAMES)
    assert found.codes(Level.NOTE) == {"unnamed_column"}


@pytest.mark.parametrize("on_header", ["", ",", ",,"])
@pytest.mark.parametrize("on_rows", ["", ",", ",,"])
def test_separators_at_the_end_are_no_columns(tmp_path: Path, on_header: str, on_rows: str) -> None:
    found = read(tmp_path, HEADER + on_header, *(row + on_rows for row in ROWS))

    assert found.layout.names == NAMES
    assert found.cells == [row.split(",") for row in ROWS]
    assert found.codes(Level.NOTE) == ({"trailing_separator"} if on_header or on_rows else set())
    assert found.damaged == []


def test_rows_may_end_with_the_separator_or_not(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER, ROWS[0] + ",", ROWS[1], ROWS[2] + ",", ROWS[3] + ",")

    assert found.cells == [row.split(",") for row in ROWS[:4]]


def test_a_value_behind_the_last_column_is_no_trailing_separator(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER, *(row + "," for row in ROWS), ROWS[0] + ",9")

    assert len(found.damaged) == 7
    assert found.codes(Level.STOP) == {"damaged_rows"}
