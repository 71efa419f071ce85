"""Values on their way to readers."""

from datetime import UTC, datetime

import pytest

from shared.reporting.blocks import TableColumn
from shared.reporting.values import cell, for_plotly, slug


@pytest.mark.parametrize(
    ("value", "column", "shown"),
    [
        (1234567, TableColumn("n", "number"), "1,234,567"),
        (-1.256, TableColumn("n", "number", digits=2), "\N{MINUS SIGN}1.26"),
        (4, TableColumn("n", "number", digits=None), "4"),
        (0.02451, TableColumn("n", "number", digits=None), "0.0245"),
        (0.256, TableColumn("n", "share", digits=1), "25.6%"),
        (None, TableColumn("n", "verdict"), "\N{EN DASH}"),
        (float("nan"), TableColumn("n", "number"), "\N{EN DASH}"),
        (datetime(2011, 6, 1, 12, 30, tzinfo=UTC), TableColumn("t"), "2011-06-01 12:30 UTC"),
    ],
)
def test_a_cell_is_written_as_its_column_says(value: object, column: TableColumn, shown: str) -> None:
    assert cell(value, column) == shown


def test_a_name_is_shown_by_plotly_as_it_is() -> None:
    assert for_plotly("<b>A & B</b>") == "&lt;b&gt;A &amp; B&lt;/b&gt;"


def test_headings_of_the_same_text_have_anchors_of_their_own() -> None:
    taken: set[str] = {"top"}

    assert [slug(text, taken) for text in ("Top", "A b", "a-b", "Ü")] == ["top-2", "a-b", "a-b-2", "section"]
