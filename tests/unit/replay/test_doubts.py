"""What other columns say against what was understood: said, and nothing else."""

from pathlib import Path

import pytest

from shared.intake.findings import Finding, Level
from shared.intake.source import Source
from streaming.replay import Rules, Wishes, look

SALES = ["1,2024-01-02,ann,2,50.00", "2,2024-01-03,bob,1,5.00", "3,2024-01-04,cat,1,7.00"]
HEADER = "order,when,who,qty,price"


def _warned(folder: Path, *lines: str) -> list[Finding]:
    path = folder / "sales.csv"
    path.write_text("\n".join(lines))
    return [one for one in look(Source(path), Wishes(), Rules()).findings if one.level is Level.WARN]


def _beside(name: str, *cells: str) -> list[str]:
    return [f"{HEADER},{name}", *(f"{row},{cell}" for row, cell in zip(SALES, cells, strict=True))]


def test_a_return_that_is_negative_twice_raises_what_was_spent(tmp_path: Path) -> None:
    (finding,) = _warned(tmp_path, HEADER, *SALES, "R1,2024-01-05,ann,-1,-50.00")
    assert (finding.code, finding.examples) == ("negative_twice", ("line 5",))
    assert _warned(tmp_path, HEADER, *SALES, "R1,2024-01-05,ann,-1,50.00") == []


@pytest.mark.parametrize(
    "word",
    ["cancelled", "Refunded", "partially_refunded", "storniert", "annulée", "Gutschrift", "VOID", "devuelto"],
)
def test_purchases_that_another_column_says_were_taken_back_are_named(tmp_path: Path, word: str) -> None:
    (finding,) = _warned(tmp_path, *_beside("state", "paid", word, "paid"))
    assert (finding.code, finding.examples) == ("taken_back", ("line 3",))
    assert word in finding.message


@pytest.mark.parametrize("word", ["paid", "returning customer", "cancel-free", "avoid", ""])
def test_other_words_are_no_doubt(tmp_path: Path, word: str) -> None:
    found = _warned(tmp_path, *_beside("state", "paid", word, "paid"))
    assert [one.code for one in found] == (["taken_back"] if word.startswith("cancel") else [])


@pytest.mark.parametrize(
    ("totals", "lines"),
    [
        (["100.00", "5.00", "7.00"], None),
        (["90.00", "5.00", "7.00"], ("line 2",)),
        (["50.00", "5.00", "7.00"], ("line 2",)),
        (["", "", ""], None),
        (["119.00", "5.95", "8.33"], None),  # with tax: nowhere the same, so that it is something else
    ],
)
def test_quantity_times_price_is_held_against_the_total_of_a_row(
    tmp_path: Path, totals: list[str], lines: tuple[str, ...] | None
) -> None:
    found = _warned(tmp_path, *_beside("Line total", *totals))
    assert [(one.code, one.examples) for one in found] == ([("other_amounts", lines)] if lines else [])
    if lines:
        assert found[0].mend is not None
        assert '--map amount="Line total"' in found[0].mend


def test_the_total_of_a_whole_order_is_no_doubt(tmp_path: Path) -> None:
    rows = ["4,2024-01-05,ann,1,3.00,8.00", "4,2024-01-05,ann,1,5.00,8.00"]
    assert _warned(tmp_path, *_beside("total", "100.00", "5.00", "7.00"), *rows) == []


@pytest.mark.parametrize("name", ["0", "-", "Guest", "Walk-in", "Laufkundschaft"])
def test_a_customer_who_is_named_like_nobody_is_doubtful(tmp_path: Path, name: str) -> None:
    (finding,) = _warned(tmp_path, HEADER, *SALES, f"4,2024-01-05,{name},1,3.00")
    assert finding.code == "guests_by_name"
    assert repr(name) in finding.message


def test_a_customer_far_before_all_others_is_doubtful(tmp_path: Path) -> None:
    many = [f"{number},2024-01-05,9999,1,3.00" for number in range(10, 40)]
    few = [f"{number},2024-01-05,{number},1,3.00" for number in range(40, 46)]
    assert [one.code for one in _warned(tmp_path, HEADER, *many, *few)] == ["guests_by_name"]


def test_numbers_of_lines_within_their_orders_are_no_ids_of_rows(tmp_path: Path) -> None:
    rows = [f"{order},{line},2024-01-02,ann,1,{line}.00" for order in range(4) for line in (1, 2)]
    path = tmp_path / "sales.csv"
    path.write_text("\n".join(["order,line_id,when,who,qty,price", *rows]))
    seen = look(Source(path), Wishes(), Rules())
    assert not seen.stops()
    assert seen.reading is not None
    assert "event_id" not in seen.reading.profile.columns


@pytest.mark.parametrize("header", ["order,when,who,price,qty", "no,date,client,units,amount"])
def test_a_header_of_other_columns_in_the_middle_stops(tmp_path: Path, header: str) -> None:
    many = [f"{number},2024-01-05,c{number},1,3.00" for number in range(10, 60)]
    path = tmp_path / "sales.csv"
    path.write_text("\n".join([HEADER, *many, header, *many]))
    (stop,) = look(Source(path), Wishes(), Rules()).stops()
    assert (stop.code, stop.examples) == ("other_header", ("line 52",))


@pytest.mark.parametrize(("cents", "is_doubtful"), [(("50", "90", "05"), True), (("50", "9", "05"), False)])
def test_amounts_that_the_separator_cut_are_doubtful(
    tmp_path: Path, cents: tuple[str, ...], *, is_doubtful: bool
) -> None:
    rows = [f"{number},2024-01-05,c{number},1,{number},{part}" for number, part in enumerate(cents)]
    found = [one.code for one in _warned(tmp_path, f"{HEADER},note", *rows)]
    assert found == (["split_amounts"] if is_doubtful else [])
