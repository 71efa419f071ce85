"""A user's own file is read, or one message says all that is wrong with it."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from batch.studies.online_retail.reading_lines import read_lines
from batch.studies.reading import DataFile, StudyColumn, look, read_table
from shared.errors import InvalidConfig

COLUMNS = (
    StudyColumn("CustomerID", "id", "one for each customer"),
    StudyColumn("Age", "integer", "years"),
    StudyColumn("Income (k$)", "number", "thousand dollars"),
    StudyColumn("DOB", "date", "date of birth", is_dirty=True),
)
HEADER = "CustomerID,Age,Income (k$),DOB\n"
ROWS = "a,20,3.5,1990-01-02\nb,30,4,\nc,31,4.25,soon\n"

Write = Callable[..., DataFile]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(content: str | bytes, **how: object) -> DataFile:
        path = tmp_path / "customers.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return DataFile(path, **how)  # type: ignore[arg-type]

    return to_file


def _refusal(file: DataFile) -> str:
    with pytest.raises(InvalidConfig) as refusal:
        read_table(file, COLUMNS)
    return str(refusal.value)


def _is_the_table(table: pd.DataFrame) -> bool:
    return (
        table["CustomerID"].tolist() == ["a", "b", "c"]
        and table["Age"].tolist() == [20, 30, 31]
        and table["Income (k$)"].tolist() == [3.5, 4.0, 4.25]
        and table["DOB"].fillna("?").tolist() == ["1990-01-02T00:00:00.000", "?", "soon"]
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

    assert (
        "column 'Age' (years): 2 of 2 cells are no whole number: '2x' in line 2, '31.5' in line 3" in message
    )
    assert "column 'Income (k$)' (thousand dollars): 1 of 2 cells are empty, the first in line 2" in message


def test_a_dirty_column_is_refused_only_if_nothing_fits(write: Write) -> None:
    message = _refusal(write(HEADER + "a,2,1,soon\nb,3,1,later\n"))

    assert "no cell of column 'DOB' can be read as a time: line 2: 'soon', line 3: 'later'" in message
    assert "--time-format" in message


def test_infinity_is_no_number(write: Write) -> None:
    assert "1 of 2 cells are no number: 'inf' in line 2" in _refusal(
        write(HEADER + "a,2,inf,2000-01-01\nb,3,1,\n")
    )


def test_a_column_that_stands_there_twice_is_refused_unless_one_is_chosen(write: Write) -> None:
    content = "Age," + HEADER + "1,a,20,1,2000-01-01\n2,b,30,1,2000-01-01\n"

    assert "column 'Age' stands there more than once" in _refusal(write(content))
    table = read_table(write(content, columns={"Age": "Age (2)"}), COLUMNS)
    assert table["Age"].tolist() == [20, 30]


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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_the_encoding_is_found(write: Write, encoding: str) -> None:
    content = (HEADER + ROWS).replace("b,", "Zo\xeb,").encode(encoding)

    assert read_table(write(content), COLUMNS)["CustomerID"].tolist() == ["a", "Zo\xeb", "c"]


def test_the_encoding_can_be_named(write: Write) -> None:
    content = (HEADER + ROWS).replace("b,", "\u0416,").encode("cp1251")

    assert "add --encoding cp1252" in _refusal(write(content))
    assert read_table(write(content, encoding="cp1251"), COLUMNS)["CustomerID"].tolist() == [
        "a",
        "\u0416",
        "c",
    ]


def test_a_byte_that_is_no_text_is_located(write: Write) -> None:
    message = _refusal(write(HEADER.encode() + b"a,20,3.5,1990-01-02\n" * 300_000 + b"\xff,20,3.5,\n"))

    assert "line 300,002" in message or "line 300002" in message
    assert "0xFF" in message


def test_an_unknown_encoding_is_refused(write: Write) -> None:
    assert "no encoding of text" in _refusal(write(HEADER + ROWS, encoding="utf-99"))


def test_a_line_with_other_cells_is_shown(write: Write) -> None:
    message = _refusal(write(HEADER + ROWS + "d,4\ne,5,1,2000-01-01\n"))

    assert "line 5: 2 cells" in message


def test_a_line_with_other_cells_far_below_is_shown(write: Write) -> None:
    rows = "a,20,3.5,1990-01-02\n" * 60_000

    assert "line 60002: 5 cells" in _refusal(write(HEADER + rows + "d,4,1,2,3\n" + rows))


def test_a_gzip_cut_short_is_refused(write: Write) -> None:
    content = HEADER + "".join(f"c{n},20,{n % 977}.5,1990-01-02\n" for n in range(50_000))

    assert "cut short" in _refusal(write(gzip.compress(content.encode())[:-5000]))


def test_no_file_is_no_traceback(tmp_path: Path) -> None:
    assert "cannot read" in _refusal(DataFile(tmp_path / "nothing.csv"))


DATES = (StudyColumn("at", "date", "when"), StudyColumn("n", "number", "how many"))


@pytest.mark.parametrize(
    ("cells", "how"),
    [
        (["2020-04-03 10:00", "2020-12-25 10:00"], {}),
        (["03.04.2020 10:00", "25.12.2020 10:00"], {}),
        (["04/03/2020 10:00:00", "12/25/2020 10:00:00"], {}),
        (["03/04/2020 10:00", "12/12/2020 10:00"], {"time_format": "%d/%m/%Y %H:%M"}),
        (["2020-04-03T10:00:00+02:00", "2020-12-25T10:00:00+01:00"], {}),
        (["3-Apr-2020 10:00 AM", "25-Dec-2020 10:00 AM"], {}),
    ],
)
def test_dates_are_what_clocks_showed(write: Write, cells: list[str], how: dict[str, str]) -> None:
    file = write("at,n\n" + "".join(f"{cell},1\n" for cell in cells), **how)

    assert read_table(file, DATES)["at"].astype(str).tolist()[0] == "2020-04-03 10:00:00"


def test_a_told_pattern_is_of_the_columns_that_it_fits(write: Write) -> None:
    columns = (*DATES, StudyColumn("born", "date", "day of birth"))
    rows = "at,n,born\n2020-04-03,1,03/04/1980\n2020-04-04,1,05/06/1980\n"
    table = read_table(write(rows, time_format="%d/%m/%Y"), columns)

    assert table["born"].astype(str).tolist() == ["1980-04-03", "1980-06-05"]
    assert table["at"].astype(str).tolist() == ["2020-04-03", "2020-04-04"]
    with pytest.raises(InvalidConfig, match="no cell of column 'at' fits --time-format '%d %m %y'"):
        read_table(write(rows, time_format="%d %m %y"), columns)


def test_dates_that_read_both_ways_stop_and_name_the_flags(write: Write) -> None:
    message = _refusal(write("CustomerID,Age,Income (k$),DOB\na,1,1,03/04/2020\nb,1,1,05/06/2020\n"))

    assert "--time-format '%d/%m/%Y' or --time-format '%m/%d/%Y'" in message


def test_a_date_in_another_way_than_most_stays_text_in_a_dirty_column(write: Write) -> None:
    rows = "a,1,1,03/04/2020\nb,1,1,25/12/2020\nc,1,1,2020-01-01\nd,1,1,\n"
    table = read_table(write(HEADER + rows), COLUMNS)

    assert table["DOB"].fillna("-").tolist() == [
        "2020-04-03T00:00:00.000", "2020-12-25T00:00:00.000", "2020-01-01", "-",
    ]  # fmt: skip


def test_decimal_commas_and_thousands_are_read(write: Write) -> None:
    rows = "a;1.020;1.234,50;1990-01-02\nb;30;12,5;\n"
    table = read_table(write(HEADER.replace(",", ";") + rows), COLUMNS)

    assert (table["Age"].tolist(), table["Income (k$)"].tolist()) == ([1020, 30], [1234.5, 12.5])


def test_numbers_that_read_both_ways_stop_and_the_flag_mends_it(write: Write) -> None:
    rows = "a,1,1.234,1990-01-02\nb,30,2.500,\n"

    assert "--decimal . or --decimal ," in _refusal(write(HEADER + rows))
    table = read_table(write(HEADER + rows, decimal="."), COLUMNS)
    assert table["Income (k$)"].tolist() == [1.234, 2.5]


def test_a_decimal_sign_that_first_shows_far_below_is_read(write: Write) -> None:
    rows = "a,20,3,1990-01-02\n" * 60_000 + "b,30,4.5,1990-01-02\n"

    assert read_table(write(HEADER + rows), COLUMNS)["Income (k$)"].tolist()[-2:] == [3.0, 4.5]


def test_ids_written_as_floats_are_whole_numbers(write: Write) -> None:
    table = read_table(write(HEADER + "20001.0,1,1,1990-01-02\n20002,2,1,\n"), COLUMNS)

    assert table["CustomerID"].tolist() == ["20001", "20002"]


def test_ids_that_have_lost_digits_stop_unless_accepted(write: Write) -> None:
    content = HEADER + "1.23457E+12,1,1,1990-01-02\n20002,2,1,\n"

    assert "have lost digits: line 2: '1.23457E+12'" in _refusal(write(content))
    assert len(read_table(write(content, accepted=("lost_id_digits",)), COLUMNS)) == 2


def test_other_kinds_of_files_are_read(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"CustomerID": ["a", "b"], "Age": [20, 30], "Income (k$)": [3.5, 4.0], "DOB": ["1990-01-02", ""]}
    )
    table.to_parquet(tmp_path / "x.parquet")
    table.to_json(tmp_path / "x.jsonl", orient="records", lines=True)
    for name in ("x.parquet", "x.jsonl"):
        assert read_table(DataFile(tmp_path / name), COLUMNS)["Age"].tolist() == [20, 30]


def test_what_was_understood_can_be_shown(write: Write) -> None:
    seen = look(write((HEADER + ROWS).replace(",", ";")), COLUMNS)

    assert seen.rows() == [
        ("file", "CSV, separated by ';', utf-8"), ("numbers", "decimal point"), ("DOB", "year-month-day"),
        ("CustomerID", "text"),
    ]  # fmt: skip


def _retail(name: str) -> DataFile:
    return DataFile(Path(__file__).parents[2] / "data" / "exports" / name)


@pytest.mark.parametrize("name", ["Y2_retail_german_dates.csv", "Y3_retail_seconds_us.csv"])
def test_exports_of_the_retail_shop_are_read_and_their_customers_are_whole_numbers(name: str) -> None:
    lines = read_lines(_retail(name))
    plain = pd.read_csv(_retail(name).path)
    pattern = "%d.%m.%Y %H:%M" if "german" in name else "%m/%d/%Y %H:%M:%S"

    assert lines["customer_id"].tolist() == plain["CustomerID"].map("{:.0f}".format).tolist()
    expected = pd.to_datetime(plain["InvoiceDate"], format=pattern).sort_values(kind="stable")
    assert lines["invoiced_at"].tolist() == expected.tolist()


OPTIONAL = (*COLUMNS, StudyColumn("Points", "number", "of anything", is_dirty=True, is_optional=True))


def test_an_optional_column_is_left_out_where_the_file_lacks_it(write: Write) -> None:
    assert _is_the_table(read_table(write(HEADER + ROWS), OPTIONAL))
    assert "Points" not in read_table(write(HEADER + ROWS), OPTIONAL)


def test_an_optional_column_may_be_empty_from_top_to_bottom(write: Write) -> None:
    content = HEADER.replace("\n", ",Points\n") + ROWS.replace("\n", ",\n")

    assert read_table(write(content), OPTIONAL)["Points"].isna().all()


def test_an_optional_column_that_is_mapped_must_be_there(write: Write) -> None:
    with pytest.raises(InvalidConfig, match="no column 'marks'"):
        read_table(write(HEADER + ROWS, columns={"Points": "marks"}), OPTIONAL)


def test_placeholders_of_a_column_that_is_not_read_are_refused(write: Write) -> None:
    file = write(HEADER + ROWS, placeholders={"Height": ("0",)})

    assert "--placeholder names Height, which this study does not read" in _refusal(file)
