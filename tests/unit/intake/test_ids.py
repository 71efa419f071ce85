"""Ids: what spreadsheets and tables of floats have done to them is seen, said, undone where that is sure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.intake.findings import Level
from shared.intake.ids import find_id_format, plain_ids
from tests.support.columns import column, export, lines

POINTS = "whole numbers, written with a point"
CASES = [
    # cells, ids, codes of the findings (! warns, !! stops), words
    (["20001.0", "20001", "20003.00"], ["20001", "20001", "20003"], ["float_ids"], POINTS),
    (["20001,0", "5,00"], ["20001", "5"], ["float_ids"], POINTS),
    (["20001", "7", ""], ["20001", "7", ""], [], "whole numbers"),
    (["K-1", "k-2"], ["K-1", "k-2"], [], "text"),
    (["K-1", "20001.0"], ["K-1", "20001.0"], ["float_ids!"], "text"),
    (["20001.0", "20001.5"], ["20001.0", "20001.5"], ["float_ids!", "fractional_ids!"], "text"),
    (["1", "nan", "NaN", "None", "NULL", "\\N"], ["1", *[""] * 5], ["missing_words"], "whole numbers"),
    (["nan", "NaN", ""], ["", "", ""], ["missing_words"], "whole numbers"),
    (["ann", "nan"], ["ann", "nan"], ["missing_words!"], "text"),
    (["1.23457E+12", "7"], ["1.23457E+12", "7"], ["lost_id_digits!!"], "text"),
    (["1,23457E+12"], ["1,23457E+12"], ["lost_id_digits!!"], "text"),
    (["1E5", "12E45"], ["1E5", "12E45"], [], "text"),
    (["00123", "00456"], ["00123", "00456"], [], "whole numbers"),
    (["00123", "123"], ["00123", "123"], ["zero_padded_ids!"], "whole numbers"),
    ([" 7", "7\u00a0", "\ufeff8"], ["7", "7", "8"], ["trimmed_ids"], "whole numbers"),
    (['="00123"', "'00456"], ["00123", "00456"], ["guarded_ids"], "whole numbers"),
    (["20,001", "3"], ["20,001", "3"], ["grouped_ids!"], "text"),
    (["20.000", "7"], ["20.000", "7"], ["grouped_ids!"], "text"),
    (["Ann@x.org", "ann@x.org", "bob"], ["Ann@x.org", "ann@x.org", "bob"], ["ids_differ_in_case!"], "text"),
    (["", " "], ["", ""], [], "text"),
]  # fmt: skip
_MARKS = {Level.NOTE: "", Level.WARN: "!", Level.STOP: "!!"}


@pytest.mark.parametrize(("cells", "ids", "codes", "words"), CASES)
def test_ids_are_read_and_what_was_done_to_them_is_said(
    cells: list[str], ids: list[str], codes: list[str], words: str
) -> None:
    form, findings = find_id_format(column(cells), lines(len(cells)), column="who")
    assert [finding.code + _MARKS[finding.level] for finding in findings] == codes
    assert (plain_ids(column(cells), form), form.words) == (ids, words)


def test_later_cells_follow_the_format_found() -> None:
    form, _ = find_id_format(column(["20001.0", "7"]), lines(2), column="who")
    assert plain_ids(column(["8.0", "nan", "8.5", "ann"]), form) == ["8", "", "8.5", "ann"]


def test_lost_digits_name_the_column_and_the_lines_and_can_be_accepted() -> None:
    cells = ["7", "1.23457E+12", "1.23457E+12", "1.2E+10"]
    _, (finding,) = find_id_format(column(cells), lines(4), column="who")
    assert finding.is_acceptable
    assert "'who'" in finding.message
    assert finding.examples == ("line 3: '1.23457E+12'", "line 5: '1.2E+10'")


@given(st.lists(st.text(max_size=8) | st.sampled_from(["1.0", "nan", "1E+5", '="1"', "'"])))
def test_no_cell_makes_the_reader_fail_and_ids_read_again_stay(cells: list[str]) -> None:
    form, _ = find_id_format(column(cells), lines(len(cells)), column="who")
    assert len(plain_ids(column(cells), form)) == len(cells)


@pytest.mark.parametrize("name", ["ids_as_floats.csv", "ids_nan.csv"])
def test_customers_of_an_export_with_floats_are_whole_numbers_and_none_is_called_nan(name: str) -> None:
    cells = export(name)["CustomerID"]
    form, findings = find_id_format(cells, lines(len(cells)), column="CustomerID")
    ids = plain_ids(cells, form)
    assert all(customer.isdecimal() or customer == "" for customer in ids)
    assert "" in ids
    assert [finding.level for finding in findings] == [Level.NOTE]
