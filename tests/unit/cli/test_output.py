"""What is printed: plain where nobody watches, safe for the terminal, one JSON document."""

import pytest

from cli.drift import sparkline
from cli.output import Column, print_table, printable, progress


def test_plain_columns_are_aligned_and_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 300

    print_table([Column("name", "left"), Column("n")], [("a", "1"), (long, "1,000")])

    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == f"{'a':<300}      1"
    assert lines[2] == f"{long}  1,000"


def test_foreign_text_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[2Jb\nc\u202e£") == "a\\x1b[2Jb\\nc\\u202e£"


def test_no_progress_bar_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("export", 10) as advance:
        advance(10)

    shown = capsys.readouterr()
    assert shown.out + shown.err == ""


@pytest.mark.parametrize(
    ("values", "drawn"),
    [([], ""), ([None], ""), ([1.0], "▁"), ([0.0, None, 1.0], "▁ █"), ([3.0, 3.0], "▁▁")],
)
def test_sparkline_spans_lowest_to_highest(values: list[float | None], drawn: str) -> None:
    assert sparkline(values) == drawn
