"""Numbers as people and spreadsheets write them: read exactly, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.intake.findings import Finding, Level
from shared.intake.numbers.number_format import NumberFormat, find_number_format, plain_numbers
from tests.support.columns import column, export, lines


def _found(*columns: list[str], decimal: str | None = None) -> tuple[NumberFormat, list[Finding]]:
    named = {f"c{number}": column(cells) for number, cells in enumerate(columns)}
    return find_number_format(named, lines(len(columns[0])), decimal)


def _codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


POINT = {
    "1299": "1299",
    "1299.00": "1299.00",
    "1,299.00": "1299.00",
    "1,234,567": "1234567",
    "1,23,456.00": "123456.00",
    "12,34,567": "1234567",
    "1 299.00": "1299.00",
    "1\u00a0299.00": "1299.00",
    "1\u202f299.00": "1299.00",
    "1\u2009299.00": "1299.00",
    "1'299.00": "1299.00",
    "1\u2019299.00": "1299.00",
    "$12.50": "12.50",
    "12.50 $": "12.50",
    "CHF 12.50": "12.50",
    "12.50CHF": "12.50",
    "\u00a3 12.50": "12.50",
    "R$ 12.50": "12.50",
    "Rs.500": "500",
    "Rs. 500.50": "500.50",
    "$12.50 USD": "12.50",
    "(12.50)": "-12.50",
    "($12.50)": "-12.50",
    "$(12.50)": "$(12.50)",
    "12.50-": "-12.50",
    "-12.50": "-12.50",
    "\u221212.50": "-12.50",
    "\u201312.50": "-12.50",
    "-$12.50": "-12.50",
    "$-12.50": "-12.50",
    "12.50- $": "-12.50",
    "12.50 $-": "-12.50",
    "+12.50": "12.50",
    "  12.50\t": "12.50",
    ".50": "0.50",
    "-.5": "-0.5",
    "$.50": "0.50",
    "12.": "12",
    "12.-": "12",
    "1.5E+3": "1500",
    "1.5e-3": "0.0015",
    "2E+00": "2",
    "0.750": "0.750",
    "(0.00)": "0.00",
    "1234567890123456789.123456789": "1234567890123456789.123456789",
}
COMMA = {
    "12,50": "12.50",
    "1.299,00": "1299.00",
    "3.000": "3000",
    "1.234.567": "1234567",
    "1 299,00": "1299.00",
    "1'299,00": "1299.00",
    "1\u00a0299,5 \u20ac": "1299.5",
    "12,50 z\u0142": "12.50",
    "12,50 kr": "12.50",
    "kr. 12,50": "12.50",
    "12,-": "12",
    "12,-- \u20ac": "12",
    "\u20ac -12,50": "-12.50",
    "-12,50 EUR": "-12.50",
    "12,50- EUR": "-12.50",
    "(1.299,00)": "-1299.00",
    ",5": "0.5",
    "1,5E+3": "1500",
    "9": "9",
}
NO_NUMBERS = [
    "", "abc", "12%", "n/a", "-", "--5", "(-5)", "-5-", "(5", "5)", "12 PCS", "1 2", "12 50", "1,2,3",
    "1.2.3", "01.234,5.6", "12.01.2024", "2024-01-02", "1e999", "0x10", "\u0661\u0662", "nan", "inf",
    "1_000", "12:30", "R1",
]  # fmt: skip


@pytest.mark.parametrize(("text", "plain"), POINT.items())
def test_a_number_is_read_with_a_decimal_point(text: str, plain: str) -> None:
    assert plain_numbers(column([text]), NumberFormat(".")) == [plain]


@pytest.mark.parametrize(("text", "plain"), COMMA.items())
def test_a_number_is_read_with_a_decimal_comma(text: str, plain: str) -> None:
    assert plain_numbers(column([text]), NumberFormat(",")) == [plain]


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_stays_as_it_stands(text: str, decimal: str) -> None:
    assert plain_numbers(column([text]), NumberFormat(decimal)) == [text]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["12,50", "3"], "decimal comma"),
        (["1.299,00"], "decimal comma, thousands point"),
        (["1,299.00 \u20ac"], "decimal point, thousands comma, currency \u20ac"),
        (["1.234.567"], "decimal comma, thousands point"),
        (["1,23,456"], "decimal point, thousands comma"),
        (["0.750"], "decimal point"),
        (["1234.567"], "decimal point"),
        (["1 234.567"], "decimal point, thousands blank"),
        ([".500"], "decimal point"),
        (["3", "-4", ""], "whole numbers"),
        (["1'000"], "whole numbers, thousands apostrophe"),
        (["12.50", "3.000"], "decimal point"),
        (["12,50", "3.000"], "decimal comma, thousands point"),
    ],
)
def test_the_format_is_found_by_cells_that_read_one_way_only(cells: list[str], words: str) -> None:
    form, findings = _found(cells)
    assert (form.words, findings) == (words, [])


def test_one_column_tells_the_format_of_another() -> None:
    form, findings = _found(["1.000", "2.500"], ["3,5", "4"])
    assert (form.decimal, findings) == (",", [])
    form, findings = _found(["1.000", "2.500"], ["3.5", "4"])
    assert (form.decimal, findings) == (".", [])


@pytest.mark.parametrize("cells", [["3.000"], ["1,234", "5"], ["3.000", "12.500", ""], ["1.234", "1,234"]])
def test_numbers_that_read_two_ways_stop_and_ask(cells: list[str]) -> None:
    _, (finding,) = _found(cells)
    assert (finding.level, finding.code, finding.is_acceptable) == (Level.STOP, "ambiguous_numbers", False)
    assert "--decimal ." in (finding.mend or "")
    assert finding.examples[0] == f"line 2: {cells[0]!r}"


def test_a_file_with_both_decimal_signs_stops_and_shows_one_line_of_each() -> None:
    _, (finding,) = _found(["12,50", "3", "1.5"], ["1", "1", "2.5"])
    assert (finding.level, finding.code) == (Level.STOP, "mixed_decimal_signs")
    assert finding.examples == ("line 4: '1.5'", "line 2: '12,50'")


def test_the_users_word_wins_and_what_contradicts_it_is_said() -> None:
    form, findings = _found(["3.000"], decimal=",")
    assert (form.decimal, findings) == (",", [])
    form, (finding,) = _found(["12,50", "3.000"], decimal=".")
    assert (form.decimal, finding.level, finding.code) == (".", Level.WARN, "other_decimal_sign")
    assert finding.examples == ("line 2: '12,50'",)


def test_amounts_in_several_currencies_stop() -> None:
    _, (finding,) = _found(["\u20ac 5", "$ 5", "5"])
    assert (finding.level, finding.code, finding.is_acceptable) == (Level.STOP, "several_currencies", True)
    assert len(finding.examples) == 2


@pytest.mark.parametrize(
    "cells", [["\u20ac 5.5", "5.5 EUR", "5 Euro"], ["$ 5.5", "5.5 USD"], ["kr 5.5", "5 SEK"]]
)
def test_a_sign_and_a_code_of_one_currency_are_no_two(cells: list[str]) -> None:
    assert _found(cells)[1] == []


def test_whole_numbers_say_nothing_of_the_decimal_sign_of_later_cells() -> None:
    form, _ = _found(["3", "4"])
    later = column(["5", "1,234", "1.234", "1 234", "12.50", "12,50"])

    assert plain_numbers(later, form) == ["5", "1,234?", "1.234?", "1234", "12.50", "12,50"]


def test_a_later_cell_in_another_format_is_not_guessed() -> None:
    form, _ = _found(["12,50"])
    assert plain_numbers(column(["1,234.50", "12.5"]), form) == ["1,234.50", "12.5"]


@pytest.mark.parametrize("decimal", [".", ","])
@given(
    value=st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12),
    thousands=st.sampled_from(["", "other", " ", "'", "\u202f"]),
    sign=st.sampled_from(["-{}", "\u2212{}", "{}-", "({})"]),
    currency=st.sampled_from(["{}", "\u20ac {}", "{} kr", "CHF{}"]),
)
def test_a_written_amount_comes_back_to_the_last_penny(
    decimal: str, value: Decimal, thousands: str, sign: str, currency: str
) -> None:
    group = {".": ",", ",": "."}[decimal] if thousands == "other" else thousands
    digits = f"{abs(value):,.2f}".replace(".", "d").replace(",", group).replace("d", decimal)
    text = sign.format(currency.format(digits)) if value < 0 else currency.format(digits)
    form, findings = _found([text])
    assert findings == []
    assert Decimal(plain_numbers(column([text]), form)[0]) == value


@given(
    st.lists(st.text(max_size=12) | st.from_regex(r"[-+(]?[0-9., ']{1,9}[-)]?")),
    st.sampled_from([None, ".", ","]),
)
def test_no_cell_makes_the_reader_fail(cells: list[str], decimal: str | None) -> None:
    form, _ = _found(cells, decimal=decimal)
    assert len(plain_numbers(column(cells), form)) == len(cells)


def test_semicolons_and_decimal_commas_of_an_export_are_read() -> None:
    table = export("decimal_comma.csv", ";")
    numbers = {name: table[name] for name in ("Menge", "Preis")}
    form, findings = find_number_format(numbers, lines(4))
    assert (form.words, findings) == ("decimal comma, thousands point", [])
    assert plain_numbers(table["Preis"], form) == ["12.50", "1299.00", "12.50", "9"]


def test_one_price_with_cents_tells_what_thousands_are() -> None:
    table = export("thousands_points_only.csv", ";")
    form, findings = find_number_format({"Preis": table["Preis"]}, lines(3))
    assert findings == []
    assert plain_numbers(table["Preis"], form) == ["3000", "950.00", "12500"]


@pytest.mark.parametrize(
    ("name", "prices"),
    [
        ("weights.csv", ["21.90", "8.00", "8.00"]),
        ("refunds_as_negative_prices.csv", ["50.00", "-50.00", "50.00", "-5.00", "0.00"]),
    ],
)
def test_plain_exports_stay_as_they_are(name: str, prices: list[str]) -> None:
    table = export(name)
    form, findings = find_number_format({key: table[key] for key in ("qty", "price")}, lines(len(prices)))
    assert findings == []
    assert plain_numbers(table["price"], form) == prices
