"""What is wrong with rows: each damage is named with its line, and no row around it is touched."""

from pathlib import Path

import pytest

from shared.errors import InvalidConfig
from shared.intake import reading
from shared.intake.findings import Level
from tests.support.intake_files import Read, read_bytes, read_file, small_blocks

EXPORTS = Path(__file__).parents[2] / "data" / "exports"
HEADER = "order,when,who,qty,price"
ROWS = [f"R{number},2024-01-{number + 1:02d},ann,{number},{number}.50" for number in range(8)]


def read(folder: Path, *lines: str) -> Read:
    return read_bytes(folder, "\n".join([HEADER, *lines]))


def assert_rows_are_whole(found: Read) -> None:
    assert found.cells == [row.split(",") for row in ROWS]
    assert sorted([*found.rows, *(row.row for row in found.damaged)]) == list(
        range(1, len(ROWS) + 1 + len(found.damaged))
    )


@pytest.mark.parametrize(
    ("line", "code", "reason"),
    [
        ("R9,2024-01-09,ann,1", "damaged_rows", "4 cells, the header has 5"),
        ("R9", "damaged_rows", "1 cell, the header has 5"),
        ("R9,2024-01-09,ann,1,12,50", "damaged_rows", "6 cells, the header has 5"),
        ('R9,2024-01-09,"12" vinyl",1,5', "damaged_rows", "text after a closing quote: 'vinyl\",1,5'"),
        ("R9,2024-01-09,a\0nn,1,5", "damaged_rows", "zero bytes"),
        (HEADER, "repeated_header", "it repeats the header"),
        ('R9,2024-01-09,"ann,1,5', "swallowed_lines", "a quote is opened"),
        ('"R9,2024-01-09,ann,1,5', "swallowed_lines", "a quote is opened"),
    ],
)
@pytest.mark.parametrize("at", [3, 8])
def test_a_damaged_row_is_named_and_no_other_is_touched(
    tmp_path: Path, line: str, code: str, reason: str, at: int
) -> None:
    found = read(tmp_path, *ROWS[:at], line, *ROWS[at:])

    assert_rows_are_whole(found)
    row = found.damaged[0]
    assert (row.row, row.line, row.raw, row.code) == (at + 1, at + 2, line.encode(), code)
    assert reason in row.reason
    finding = found.finding(code)
    assert f"line {at + 2}" in finding.message
    assert finding.examples[0].startswith(f"line {at + 2}: {row.reason}")


def test_damage_stops_and_may_be_accepted(tmp_path: Path) -> None:
    found = read(tmp_path, *ROWS, "R9", "R10", "R11", "R12")

    finding = found.finding("damaged_rows")
    assert (finding.level, finding.is_acceptable) == (Level.STOP, True)
    assert finding.message.startswith("4 of 12 rows cannot be cut into the 5 columns of line 1")
    assert len(finding.examples) == 3


def test_decimal_commas_without_quotes_are_recognised() -> None:
    found = read_file(EXPORTS / "unquoted_decimal_comma.csv")

    assert found.cells == []
    assert [row.reason for row in found.damaged] == ["7 cells, the header has 6"] * 2
    assert "12,50 stand without quotes in a file separated by commas" in str(
        found.finding("damaged_rows").mend
    )


@pytest.mark.parametrize("swallowed", [1, 2, 5])
def test_a_stray_quote_that_is_closed_swallows_nothing(tmp_path: Path, swallowed: int) -> None:
    opening, closing = 'R9,2024-01-09,"12 inch,1,5.00', 'R10,2024-01-09,12",1,5.00'
    found = read(tmp_path, *ROWS[:3], opening, *ROWS[3 : 2 + swallowed], closing, *ROWS[2 + swallowed :])

    assert [row.line for row in found.damaged] == [5]
    assert found.cells == [
        row.split(",") for row in [*ROWS[:3], *ROWS[3 : 2 + swallowed], closing, *ROWS[2 + swallowed :]]
    ]


def test_a_quote_that_is_never_closed_leaves_the_rows_below(tmp_path: Path) -> None:
    found = read(tmp_path, 'R9,2024-01-09,"ann,1,5', *ROWS * 9)

    assert len(found.cells) == 72
    assert found.codes(Level.STOP) == {"swallowed_lines"}


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        ('R9,2024-01-09,12" vinyl,1,5', '12" vinyl'),
        ('R9,2024-01-09,"12"" vinyl",1,5', '12" vinyl'),
        ('R9,2024-01-09, "ann, bob" ,1,5', "ann, bob"),
        ('R9,2024-01-09,"ann\nbob",1,5', "ann\nbob"),
        ('R9,2024-01-09,"ann\r\n\r\nbob, too",1,5', "ann\r\n\r\nbob, too"),
        ("R9,2024-01-09,a\u2028b\x0bc\x85d\x0c,1,5", "a\u2028b\x0bc\x85d\x0c"),
        ("R9,2024-01-09,,1,5", ""),
        ('R9,2024-01-09,"",1,5', ""),
        ('R9,2024-01-09,"""",1,5', '"'),
        ("R9,2024-01-09,NA,1,5", "NA"),
        ("R9,2024-01-09, ann ,1,5", " ann "),
    ],
)
def test_unusual_cells_are_no_damage(tmp_path: Path, line: str, cell: str) -> None:
    found = read(tmp_path, *ROWS, line, ROWS[0])

    assert found.damaged == []
    assert found.cells[8][2] == cell
    assert found.cells[9] == ROWS[0].split(",")
    assert found.findings == []


def test_quotes_escaped_by_backslashes_are_read_where_the_whole_file_has_them(tmp_path: Path) -> None:
    rows = [f'"R{number}","2024-01-02","a \\"b\\", c","1",\\N' for number in range(6)]
    found = read(tmp_path, *rows, '"R9","2024-01-02","c:\\\\dir","1","5"')

    assert found.cells[0] == ["R0", "2024-01-02", 'a "b", c', "1", ""]
    assert found.cells[6][2] == "c:\\dir"
    assert found.codes(Level.NOTE) == {"escaped_quotes"}
    assert found.damaged == []


def test_backslashes_elsewhere_are_signs_like_others(tmp_path: Path) -> None:
    found = read(tmp_path, *ROWS, 'R9,2024-01-09,"c:\\",1,5')

    assert found.cells[8][2] == "c:\\"


def test_blank_lines_and_empty_rows_are_counted_and_are_no_rows(tmp_path: Path) -> None:
    found = read(tmp_path, "", *ROWS[:4], "  ", ",,,,", *ROWS[4:], '"","","","",""', "\x1a")

    assert_rows_are_whole(found)
    assert found.blank_lines == 5
    assert "5 blank lines" in found.finding("blank_lines").message


@pytest.mark.parametrize(
    "lines",
    [
        ["Total,,,28,32.00"],
        [",,,28,32.00"],
        [",,Summe:,28,32.00"],
        ["Total: 32.00"],
        ["", "(8 rows affected)"],
        ["Generated by a program on 2024-02-01, 10:00"],
        ["Generated by a program,,,,", "Page 1 of 1,,,,"],
        ["Total,,,28,32.00", "", "exported 2024-02-01"],
    ],
)
def test_footers_are_named_and_are_no_stop(tmp_path: Path, lines: list[str]) -> None:
    found = read(tmp_path, *ROWS, *lines)

    assert_rows_are_whole(found)
    assert [row.raw.decode() for row in found.damaged] == [line for line in lines if line]
    assert all(row.is_remark for row in found.damaged)
    assert found.codes(Level.WARN) == {"footer"}
    assert found.codes(Level.STOP) == set()
    assert f"line {10 + lines.index(found.damaged[0].raw.decode())}" in found.finding("footer").message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_footers_and_damaged_rows_are_shown_as_text_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    lines = [HEADER, ROWS[0], "R9,Grüße", *ROWS[1:], "exported on 2024-02-01"]
    found = read_bytes(tmp_path, "\n".join(lines).encode(encoding))
    assert found.finding("footer").examples[0].endswith("'exported on 2024-02-01'")
    assert found.finding("damaged_rows").examples == ("line 3: 2 cells, the header has 5: 'R9,Grüße'",)


def test_the_last_line_of_an_order_that_leaves_blank_who_and_when_is_no_footer(tmp_path: Path) -> None:
    header = "order,when,who,article,price"
    rows = [f"R{number},2024-01-02,ann,tea,5" for number in range(8)]
    found = read_bytes(tmp_path, "\n".join([header, *rows, ",,,mug,12.50"]))
    assert found.damaged == []
    assert found.cells[-1] == ["", "", "", "mug", "12.50"]


@pytest.mark.parametrize("rows", [1, 3, 8, 50])
def test_a_footer_is_seen_whatever_the_size_of_the_tables(tmp_path: Path, rows: int) -> None:
    content = "\n".join([HEADER, *ROWS, "Total,,,28,32.00", "(8 rows affected)"])
    found = read_bytes(tmp_path, content, rows)

    assert_rows_are_whole(found)
    assert [row.code for row in found.damaged] == ["footer", "footer"]
    assert all(len(table.cells) + len(table.damaged) <= rows for table in found.tables)


@pytest.mark.parametrize("line", ["R9,2024-01", "R9,2024-01-09,ann,1,5,6", "what is this"])
def test_a_last_row_that_is_cut_short_is_no_footer(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, *ROWS, line).codes(Level.STOP) == {"damaged_rows"}


def test_totals_in_the_middle_are_rows(tmp_path: Path) -> None:
    found = read(tmp_path, *ROWS[:4], "Total,,,28,32.00", *ROWS[4:], *ROWS[:2])

    assert found.cells[4] == ["Total", "", "", "28", "32.00"]
    assert found.damaged == []


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_lines_end_in_every_usual_way(tmp_path: Path, line_end: str) -> None:
    found = read_bytes(tmp_path, line_end.join([HEADER, *ROWS]))

    assert_rows_are_whole(found)
    assert found.damaged == []


def test_a_very_long_row_is_a_row(tmp_path: Path) -> None:
    found = read(tmp_path, *ROWS, f"R9,2024-01-09,{'x' * 5_000_000},1,5")

    assert len(found.cells[8][2]) == 5_000_000


def test_a_row_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MAX_LINE_BYTES", 1_000)

    with small_blocks(100), pytest.raises(InvalidConfig, match="the row of line 10 has no end in sight"):
        read(tmp_path, *ROWS, "x" * 2_000, *ROWS)
