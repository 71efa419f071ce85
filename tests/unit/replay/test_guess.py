"""What columns mean when nobody said it."""

import pandas as pd
import pytest

from shared.meaning.guess import guess, near_column
from shared.meaning.profiles import FIELDS
from shared.meaning.vocabulary import EXPORTS, USUAL_NAMES


def _cells(**columns: str) -> pd.DataFrame:
    return pd.DataFrame({name.replace("_", " "): [text] for name, text in columns.items()}, dtype="str")


def _guessed(cells: pd.DataFrame, told: dict[str, str] | None = None) -> dict[str, str]:
    return dict(guess(cells, told or {}, ()).columns)


@pytest.mark.parametrize(
    ("names", "meaning"),
    [
        (
            "Kundennr.;Rechnungsdatum;Beleg;Menge;Einzelpreis",
            "customer_id event_time invoice_no quantity unit_price",
        ),
        (
            "Bestellnummer;Bestelldatum;Käufer;Anzahl;Stückpreis",
            "invoice_no event_time customer_id quantity unit_price",
        ),
        ("N° client;Date de commande;Quantité;Prix unitaire", "customer_id event_time quantity unit_price"),
        (
            "Cliente;Fecha;Cantidad;Precio unitario;Moneda",
            "customer_id event_time quantity unit_price currency",
        ),
        (
            "Klantnummer;Besteldatum;Aantal;Stukprijs;Land",
            "customer_id event_time quantity unit_price country",
        ),
        ("Codice cliente;Data ordine;Quantità;Prezzo", "customer_id event_time quantity unit_price"),
        ("CUSTOMER_ID;order_date;Total", "customer_id event_time amount"),
        ("user id;timestamp;qty;price;amount", "customer_id event_time quantity unit_price -"),
        ("customer;date;qty;total", "customer_id event_time - amount"),
    ],
)
def test_usual_names_in_six_languages_are_understood(names: str, meaning: str) -> None:
    columns = names.split(";")
    cells = pd.DataFrame(
        [
            [
                "2024-01-02" if "dat" in n.lower() or "fecha" in n.lower() or "time" in n else "7"
                for n in columns
            ]
        ],
        columns=columns,
    )
    found = {column: field for field, column in _guessed(cells).items()}
    assert [found.get(column, "-") for column in columns] == meaning.split()


@pytest.mark.parametrize("export", EXPORTS)
def test_exports_of_shop_systems_are_recognised(export: str) -> None:
    names = [part for column in EXPORTS[export].values() for part in column.split("+")]
    found = guess(pd.DataFrame([["2024-01-02 7"] * len(names)], columns=names), {}, ())
    assert dict(found.columns) == dict(EXPORTS[export])
    assert export in found.findings[0].message


def test_what_was_told_stays_and_its_column_means_nothing_else() -> None:
    cells = _cells(when="2024-01-02", who="ann", customer="b2b", qty="1", price="5")
    assert _guessed(cells, {"customer_id": "who"})["customer_id"] == "who"
    assert _guessed(cells, {"description": "customer"})["customer_id"] == "who"


def test_an_amount_is_guessed_only_where_quantity_and_price_are_not_both_there() -> None:
    assert "amount" not in _guessed(_cells(date="2024-01-02", customer="a", qty="1", price="5", total="5"))
    assert _guessed(_cells(date="2024-01-02", customer="a", price="5", total="5"))["amount"] == "total"


def test_a_day_and_its_hour_in_two_columns_are_joined() -> None:
    cells = _cells(Date="2024-01-02", Time="10:15", customer="a", amount="5")
    assert _guessed(cells)["event_time"] == "Date+Time"
    assert _guessed(_cells(Date="2024-01-02 10:15", Time="10:15", customer="a"))["event_time"] == "Date"
    assert _guessed(_cells(Date="1704189600", Time="10:15", customer="a"))["event_time"] == "Date"
    assert _guessed(_cells(Date="2024-01-02", Time="10:15"), {"event_time": "Date"})["event_time"] == "Date"


@pytest.mark.parametrize(("clock", "is_doubtful"), [("Uhrzeit", False), ("Sale time", True), ("H", True)])
def test_hours_are_known_by_what_stands_in_their_cells_too_and_another_name_is_doubtful(
    clock: str, is_doubtful: bool
) -> None:
    cells = pd.DataFrame({"Sale date": ["2/1/2024"], "Note": ["x"], clock: ["9:05 PM"]}, dtype="str")
    found = guess(cells, {}, ())
    assert found.columns["event_time"] == f"Sale date+{clock}"
    assert ("event_time" in found.by_cells) == is_doubtful


def test_a_column_that_is_empty_or_holds_something_else_is_not_taken_by_its_name() -> None:
    assert "event_time" not in _guessed(_cells(Date="", customer="a"))
    assert _guessed(_cells(Date="soon", timestamp="2024-01-02", customer="a"))["event_time"] == "timestamp"


def test_a_time_and_a_mail_address_are_found_by_what_stands_in_them_if_there_is_only_one() -> None:
    found = guess(_cells(x="2024-01-02", y="ann@example.org", z="5"), {}, ())
    assert dict(found.columns) == {"event_time": "x", "customer_id": "y"}
    assert found.by_cells == {"event_time", "customer_id"}
    assert _guessed(_cells(x="2024-01-02", y="2024-01-03")) == {}


@pytest.mark.parametrize(
    ("field", "misspelt"),
    [("customer_id", "Custmer ID"), ("unit_price", "Unt price"), ("quantity", "Quanttiy")],
)
def test_a_misspelt_column_is_named(field: str, misspelt: str) -> None:
    assert near_column(field, ["Remarks", misspelt, "Colour"]) == misspelt


def test_every_field_has_usual_names_and_none_twice() -> None:
    assert set(USUAL_NAMES) == set(FIELDS)
    for names in USUAL_NAMES.values():
        assert "" not in names
