"""What a look says of a file, and what stops it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.errors import InvalidConfig
from shared.intake.findings import Finding, Level
from shared.intake.source import Source
from shared.settings import InputSettings
from streaming.replay import Look, Rules, Wishes, look

Looker = Callable[..., Look]
HEADER = "order,when,who,sku,qty,price\n"


@pytest.fixture
def looker(tmp_path: Path) -> Looker:
    def look_at(text: str, *, rules: Rules | None = None, **wishes: Any) -> Look:
        path = tmp_path / "sales.csv"
        path.write_text(text)
        return look(Source(path), Wishes(**wishes), rules or Rules())

    return look_at


def _row(n: int, **changes: str) -> str:
    cells = {
        "order": str(n),
        "when": f"2024-01-{n:02d}",
        "who": f"c{n}",
        "sku": "A",
        "qty": "1",
        "price": "5.00",
    }
    return ",".join((cells | changes).values()) + "\n"


def _rows(n: int = 20, **changes: str) -> str:
    return HEADER + "".join(_row(i, **changes) for i in range(1, n + 1))


def _only(seen: Look, code: str) -> Finding:
    (finding,) = [finding for finding in seen.findings if finding.code == code]
    return finding


def test_a_plain_file_raises_no_doubt(looker: Looker) -> None:
    seen = looker(_rows())
    assert [finding.code for finding in seen.findings] == ["guessed_columns"]
    rows = dict(seen.rows)
    assert rows["order"] == "in order of time"
    assert rows["from, to"] == "2024-01-01 00:00 to 2024-01-20 00:00"
    assert (rows["customers"], rows["guests"], rows["returns"], rows["rejected"]) == (
        "20",
        "none",
        "none",
        "none",
    )
    assert seen.flags == ()


def test_missing_and_misspelt_columns_are_named_with_the_whole_line_to_copy(looker: Looker) -> None:
    seen = looker("Custmer ID,When bought,Prise,Colour\n1,2024-01-02,5.00,red\n")
    (stop,) = seen.stops()
    assert stop.code == "missing_fields"
    assert "'Custmer ID'" in stop.message
    assert "'Colour'" in stop.message
    assert seen.reading is None
    flags = ['event_time="When bought"', 'customer_id="Custmer ID"', "unit_price=Prise"]
    assert set(seen.flags) == {*(f"--map {flag}" for flag in flags), "--constant quantity=1"}


def test_a_column_that_was_told_and_is_not_there_is_named_with_the_nearest(looker: Looker) -> None:
    seen = looker(_rows(), pairs=["event_time=Wen"], zone="Europe/Berlin")
    assert "'when'" in _only(seen, "absent_column").message
    assert "--map event_time=when" in seen.flags
    assert "--zone Europe/Berlin" in seen.flags


def test_customer_day_and_amount_are_enough(looker: Looker) -> None:
    seen = looker("client;date;montant\nann;03/02/2024;12,50\nbob;25/02/2024;7,90\n")
    assert not seen.stops()
    assert [(c.field, c.column) for c in seen.columns] == [
        ("event_time", "date"),
        ("customer_id", "client"),
        ("amount", "montant"),
    ]
    assert _only(seen, "no_order_number").level is Level.NOTE


def test_rows_that_would_be_rejected_are_said_with_their_cells(looker: Looker) -> None:
    seen = looker(_rows(30).replace("2024-01-30", "30th of May") + _row(9, price="cheap"))
    bad = {
        finding.message.split(" as ")[1].split(",")[0]: finding
        for finding in seen.findings
        if finding.code == "rejected_rows"
    }
    assert bad["bad_time for its event_time"].examples == ("line 31: '30th of May'",)
    assert bad["bad_type for its unit_price"].examples == ("line 32: 'cheap'",)
    assert {finding.level for finding in bad.values()} == {Level.WARN}
    assert dict(seen.rows)["rejected"] == "2 of 31 rows (6.5%)"


def test_a_file_that_is_mostly_rejected_stops_unless_that_is_accepted(looker: Looker) -> None:
    seen = looker(_rows(5) + _row(6, price="cheap"))
    assert [finding.code for finding in seen.stops()] == ["rejected_rows"]
    assert not seen.stops(["rejected_rows"])


def test_an_event_id_with_other_content_stops_with_both_lines(looker: Looker) -> None:
    text = "event_id,when,who,amount\ne1,2024-01-01,ann,5\ne2,2024-01-02,bob,5\ne1,2024-01-01,ann,7\n"
    stop = _only(looker(text), "conflicting_ids")
    assert stop.examples == ("line 4: 'e1' as in line 2",)
    assert stop.is_acceptable


def test_equal_rows_are_said_and_doubted_if_there_are_many(looker: Looker) -> None:
    assert _only(looker(_rows() + _row(20)), "equal_rows").level is Level.NOTE
    assert _only(looker(_rows() + _rows().removeprefix(HEADER)), "equal_rows").level is Level.WARN


def test_disorder_that_is_too_large_to_sort_stops_with_the_flag(
    looker: Looker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streaming.replay.looking.look.SORTED_ROWS", 19)
    text = HEADER + "".join(_row(i, who="ann") for i in range(20, 0, -1))
    seen = looker(text)
    (stop,) = seen.stops()
    assert (stop.code, stop.mend) == ("not_in_order", "--sort")
    assert _only(seen, "late_rows").message.startswith("12 rows would be late")
    assert not looker(text, sort=True).stops()


def test_positive_amounts_on_cancellations_are_doubted(looker: Looker) -> None:
    seen = looker(_rows() + _row(21, order="C9"))
    assert _only(seen, "positive_cancellations").examples == ("line 22",)
    assert _only(seen, "positive_cancellations").level is Level.WARN


def test_a_shop_whose_order_numbers_look_like_cancellations_is_stopped(looker: Looker) -> None:
    rows = HEADER + "".join(_row(n, order=f"C{n}") for n in range(1, 9))
    (stop,) = looker(rows).stops()
    assert (stop.code, stop.is_acceptable) == ("positive_cancellations", True)
    assert not looker(rows, rules=Rules(InputSettings(cancellation_prefix=""))).stops()


def test_a_column_that_names_one_customer_or_nobody_is_doubted(looker: Looker) -> None:
    assert _only(looker(_rows(who="me")), "one_customer").level is Level.WARN
    assert _only(looker(_rows(who=""), pairs=["customer_id=who"]), "mostly_guests").level is Level.WARN


@pytest.mark.parametrize(
    ("first", "second"), [("a1", "A1"), ("7", "007"), ("5.0", "5"), ("1.23457E+12", "x")]
)
def test_how_goods_are_numbered_raises_no_doubt_for_it_decides_nothing(
    looker: Looker, first: str, second: str
) -> None:
    seen = looker(_rows() + _row(21, sku=first) + _row(22, sku=second))

    assert [finding.code for finding in seen.findings] == ["guessed_columns"]


def test_several_currencies_are_doubted_unless_one_is_set(looker: Looker) -> None:
    rows = "".join(f"c{i},2024-01-{i:02d},5,{'EUR' if i % 2 else 'USD'}\n" for i in range(1, 9))
    text = "customer,date,amount,currency\n" + rows
    assert "EUR, USD" in _only(looker(text), "several_currencies_stated").message
    told = looker(text, rules=Rules(InputSettings(currency="EUR")))
    assert _only(told, "rejected_rows").mend == "--set input.currency=…, if it is the shop's"


def test_rows_without_an_order_number_are_doubted_where_orders_have_several(looker: Looker) -> None:
    text = "date,customer,amount\n2024-01-02,ann,5\n2024-01-02,ann,7\n2024-01-03,bob,7\n"
    finding = _only(looker(text), "no_order_number")
    assert finding.level is Level.WARN
    assert finding.mend == "--map invoice_no=COLUMN"


def test_a_meaning_found_by_cells_alone_is_doubted(looker: Looker) -> None:
    text = "x,y,amount\n2024-01-02,ann@example.org,5\n2024-01-03,bob@example.org,6\n"
    found = [finding.message for finding in looker(text).warnings if finding.code == "guessed_by_cells"]
    assert len(found) == 2


def test_a_header_without_rows_is_explained(looker: Looker) -> None:
    with pytest.raises(InvalidConfig, match="no rows"):
        looker(HEADER)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_damaged_rows_are_spoken_of_once_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(_rows(5) + "6,2024-01-06\n", encoding=encoding)
    assert [one.code for one in look(Source(path), Wishes(), Rules()).stops()] == ["damaged_rows"]
