"""A user's own file is read, or one message says all that is wrong with it."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from batch.studies.reading import Column, CsvFile, read_dates, read_table
from shared.errors import InvalidConfig

COLUMNS = (
    Column("CustomerID", "text", "one for each customer"),
    Column("Age", "integer", "years"),
    Column("Income (k$)", "number", "thousand dollars"),
    Column("DOB", "date", "date of birth", is_dirty=True),
)
HEADER = "CustomerID,Age,Income (k$),DOB\n"
ROWS = "a,20,3.5,1990-01-02\nb,30,4,\nc,31,4.25,soon\n"

Write = Callable[..., CsvFile]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(content: str | bytes, **how: object) -> CsvFile:
        path = tmp_path / "customers.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return CsvFile(path, **how)  # type: ignore[arg-type]

    return to_file


def _refusal(file: CsvFile) -> str:
    with pytest.raises(InvalidConfig) as refusal:
        read_table(file, COLUMNS)
    return str(refusal.value)


def _is_the_table(table: pd.DataFrame) -> bool:
    return (
        table["CustomerID"].tolist() == ["a", "b", "c"]
        and table["Age"].tolist() == [20, 30, 31]
        and table["Income (k$)"].tolist() == [3.5, 4.0, 4.25]
        and table["DOB"].fillna("?").tolist() == ["1990-01-02", "?", "soon"]
    )


def test_columns_get_their_types_and_dirty_ones_stay_text(write: Write) -> None:
    table = read_table(write(HEADER + ROWS), COLUMNS)

    assert _is_the_table(table)
    assert [str(kind) for kind in table.dtypes[1:3]] == ["int64", "float64"]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_another_separator_is_found(write: Write, separator: str) -> None:
    assert _is_the_table(read_table(write((HEADER + ROWS).replace(",", separator)), COLUMNS))


def test_a_separator_that_is_named_is_taken(write: Write) -> None:
    assert _is_the_table(read_table(write((HEADER + ROWS).replace(",", "#"), separator="#"), COLUMNS))


def test_a_gzipped_file_and_a_byte_order_mark_are_no_trouble(write: Write) -> None:
    content = (HEADER + ROWS).encode()

    assert _is_the_table(read_table(write(gzip.compress(content)), COLUMNS))
    assert _is_the_table(read_table(write(b"\xef\xbb\xbf" + content), COLUMNS))


def test_other_names_are_mapped_and_other_columns_ignored(write: Write) -> None:
    content = HEADER.replace("Age", "years").replace("\n", ",more\n") + ROWS.replace("\n", ",x\n")

    assert _is_the_table(read_table(write(content, columns={"Age": "years"}), COLUMNS))


def test_every_missing_column_is_named_with_the_nearest_one(write: Write) -> None:
    message = _refusal(write("CustomerID,age,Income,DOB\na,1,2,\n"))

    assert "no column 'Age' (years), did you mean 'age'?" in message
    assert "no column 'Income (k$)' (thousand dollars), did you mean 'Income'?" in message
    assert '--map "Age=age" --map "Income (k$)=Income"' in message


def test_every_column_of_another_type_is_named_with_its_cells(write: Write) -> None:
    message = _refusal(write(HEADER + "a,2x,,1990-01-02\nb,31.5,1,\n"))

    assert "column 'Age' (years): 2 of 2 cells are no whole number: '2x' in row 1, '31.5' in row 2" in message
    assert "column 'Income (k$)' (thousand dollars): 1 of 2 cells are empty, the first in row 1" in message


def test_a_dirty_column_is_refused_only_if_nothing_fits(write: Write) -> None:
    assert "2 of 2 cells are no date" in _refusal(write(HEADER + "a,2,1,soon\nb,3,1,later\n"))


def test_infinity_is_no_number(write: Write) -> None:
    assert "1 of 2 cells are no number: 'inf' in row 1" in _refusal(
        write(HEADER + "a,2,inf,2000-01-01\nb,3,1,\n")
    )


def test_a_column_that_stands_there_twice_is_refused(write: Write) -> None:
    message = _refusal(write("Age," + HEADER + "1,a,1,1,2000-01-01\n"))

    assert "column 'Age' stands there 2 times" in message


def test_a_mapped_name_that_no_study_column_has_is_refused(write: Write) -> None:
    assert "--map names Years, which this study does not read" in _refusal(
        write(HEADER, columns={"Years": "Age"})
    )


def test_an_empty_file_says_what_is_needed(write: Write) -> None:
    assert "is empty; a header line" in _refusal(write(""))


@pytest.mark.parametrize(("rows", "found"), [("", "0 rows"), ("a,20,3.5,1990-01-02\n", "1 row ")])
def test_too_few_rows_are_counted(write: Write, rows: str, found: str) -> None:
    message = _refusal(write(HEADER + rows))

    assert f"has {found}" in message
    assert "at least 2" in message


def test_a_byte_that_is_no_utf_8_is_located(write: Write) -> None:
    content = (HEADER + ROWS).replace("b,", "Zo\xeb,").encode("cp1252")
    message = _refusal(write(content))

    at = content.index(b"\xeb")
    assert f"byte 0xEB at offset {at}, line 3" in message
    assert "--encoding cp1252" in message
    assert "iconv -f cp1252 -t utf-8" in message


def test_a_bad_byte_in_a_later_chunk_is_located(write: Write) -> None:
    content = HEADER.encode() + b"a,20,3.5,1990-01-02\n" * 60_000 + b"\xff,20,3.5,\n"

    assert f"byte 0xFF at offset {content.index(0xFF):,}, line 60,002" in _refusal(write(content))


def test_the_encoding_can_be_named(write: Write) -> None:
    content = (HEADER + ROWS).replace("b,", "Zo\xeb,").encode("cp1252")
    table = read_table(write(content, encoding="cp1252"), COLUMNS)

    assert table["CustomerID"].tolist() == ["a", "Zo\xeb", "c"]


def test_utf_16_is_recognised_and_read_when_named(write: Write) -> None:
    content = (HEADER + ROWS).encode("utf-16")

    assert "UTF-16 text; add --encoding utf-16" in _refusal(write(content))
    assert _is_the_table(read_table(write(content, encoding="utf-16"), COLUMNS))


def test_an_unknown_encoding_is_refused(write: Write) -> None:
    assert "no text encoding" in _refusal(write(HEADER + ROWS, encoding="utf-99"))


def test_a_line_with_other_cells_is_shown(write: Write) -> None:
    assert "Expected 4 columns, got 2" in _refusal(write(HEADER + ROWS + "d,4\n"))


def test_a_gzip_cut_short_is_refused(write: Write) -> None:
    assert "damaged or cut short" in _refusal(write(gzip.compress((HEADER + ROWS).encode())[:-12]))


def test_no_file_is_no_traceback(tmp_path: Path) -> None:
    assert "cannot read" in _refusal(CsvFile(tmp_path / "nothing.csv"))


def test_dates_take_the_one_format_that_fits_most_cells() -> None:
    dates = read_dates(pd.Series(["03/04/2020", "25/12/2020", "2020-01-01", None]))

    assert dates.format == "%d/%m/%Y"
    assert dates.values.dt.strftime("%m-%d").fillna("-").tolist() == ["04-03", "12-25", "-", "-"]
