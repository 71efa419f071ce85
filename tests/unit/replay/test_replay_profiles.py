"""What columns mean: detection, own mappings, and messages that say what to do."""

from pathlib import Path

import pandas as pd
import pytest

from shared.errors import InvalidConfig
from shared.meaning.built_in import BUILT_IN, CDNOW, ONLINE_RETAIL, ONLINE_RETAIL_II, detect
from shared.meaning.mapping import Choice, Wishes, choose, parse_pairs
from shared.meaning.profiles import Profile

RETAIL = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]
RETAIL_II = [
    "Invoice",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "Price",
    "Customer ID",
    "Country",
]
OWN = ["event_time=at", "customer_id=who", "stock_code=what", "quantity=n", "unit_price=price"]
OWN_HEADER = ["at", "who", "what", "n", "price"]


def _cells(names: list[str], *rows: list[str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=names, dtype="str")


def _choose(wishes: Wishes, cells: pd.DataFrame, path: str = "x.csv", zone: str = "UTC") -> Choice:
    return choose(wishes, Path(path), cells, default_zone=zone)


def test_known_files_are_recognised_by_their_columns() -> None:
    assert detect(_cells(RETAIL)) is ONLINE_RETAIL
    assert detect(_cells(RETAIL_II)) is ONLINE_RETAIL_II


def test_cdnow_is_recognised_by_its_days_too_since_any_shop_may_have_its_columns() -> None:
    names = ["customer_id", "date", "quantity", "amount"]
    assert detect(_cells(names, ["1", "1997-01-01", "1", "11.77"])) is CDNOW
    assert detect(_cells(names, ["1", "2024-01-01", "1", "11.77"])) is None


def test_an_unknown_field_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InvalidConfig, match=r"'customerid'.*did you mean 'customer_id'"):
        _choose(Wishes(pairs=["customerid=CustomerID"]), _cells(RETAIL))


def test_a_mapping_of_ones_own_takes_its_name_from_the_file_and_its_zone_from_the_settings() -> None:
    choice = _choose(Wishes(pairs=OWN), _cells(OWN_HEADER), "shop.csv.gz", "Europe/Berlin")
    assert (choice.profile.name, choice.profile.zone) == ("shop", "Europe/Berlin")
    assert not choice.guessed


def test_a_pair_replaces_what_the_profile_says_constants_included() -> None:
    wishes = Wishes(profile="cdnow", pairs=["quantity=cds"], zone="UTC", sort=False)
    profile = _choose(wishes, _cells(["cds"])).profile
    assert profile.columns["quantity"] == "cds"
    assert "quantity" not in profile.constants
    assert profile.zone == "UTC"
    assert profile.sort


def test_an_amount_that_is_told_stands_instead_of_quantity_and_price() -> None:
    profile = _choose(Wishes(profile="cdnow", pairs=["amount=amount"]), _cells(["amount"])).profile
    assert {"quantity", "unit_price"} & profile.given == set()
    assert profile.missing == ()


def test_a_profile_says_what_it_lacks() -> None:
    assert Profile("shop", {"event_time": "at", "customer_id": "who"}).missing == ("quantity", "unit_price")
    assert Profile("shop", {"event_time": "at", "amount": "sum"}).missing == ("customer_id",)
    given = {"event_time": "at", "customer_id": "who", "unit_price": "price"}
    assert Profile("shop", given, {"quantity": "1"}).missing == ()


@pytest.mark.parametrize(
    ("columns", "constants", "message"),
    [
        ({"amount": "sum", "quantity": "n"}, {}, "amount stands instead of quantity and unit_price"),
        ({"quantity": "n"}, {"quantity": "1"}, "both column 'n' and the constant '1'"),
    ],
)
def test_a_contradictory_mapping_is_refused(
    columns: dict[str, str], constants: dict[str, str], message: str
) -> None:
    with pytest.raises(InvalidConfig, match=message):
        Profile("shop", columns, constants)


@pytest.mark.parametrize("pair", ["customer_id", "=x", "customer_id="])
def test_a_pair_without_both_sides_is_refused(pair: str) -> None:
    with pytest.raises(InvalidConfig, match="field=COLUMN"):
        parse_pairs([pair], "--map")


def test_a_field_given_twice_is_refused() -> None:
    with pytest.raises(InvalidConfig, match="gives quantity twice"):
        parse_pairs(["quantity=a", "quantity=b"], "--map")


def test_a_column_name_may_hold_an_equals_sign() -> None:
    assert parse_pairs(["quantity=n=1"], "--map") == {"quantity": "n=1"}


def test_an_unknown_profile_and_an_unknown_zone_are_refused() -> None:
    with pytest.raises(InvalidConfig, match=r"no profile 'retail'.*online-retail"):
        _choose(Wishes(profile="retail"), _cells(RETAIL))
    with pytest.raises(InvalidConfig, match="no IANA time zone"):
        _choose(Wishes(zone="Mars/Phobos"), _cells(RETAIL))


def test_a_map_file_says_the_same_as_a_profile(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(
        'zone = "Asia/Tokyo"\ntime_format = "%d.%m.%Y"\nsort = true\n'
        '[columns]\nevent_time = "at"\ncustomer_id = "who"\nunit_price = "price"\n'
        '[constants]\nquantity = "1"\nstock_code = "X"\n'
    )
    profile = _choose(Wishes(map_file=path), _cells(OWN_HEADER)).profile
    assert profile == Profile(
        name="shop",
        columns={"event_time": "at", "customer_id": "who", "unit_price": "price"},
        constants={"quantity": "1", "stock_code": "X"},
        zone="Asia/Tokyo",
        time_format="%d.%m.%Y",
        sort=True,
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("no toml", "cannot read the map file"),
        ('colums = "x"', "unknown key 'colums'"),
        ("sort = 1", "sort should be true or false"),
        ("[constants]\nquantity = 1", "constants should be a table of texts"),
    ],
)
def test_a_wrong_map_file_is_explained(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(text)
    with pytest.raises(InvalidConfig, match=complaint):
        _choose(Wishes(map_file=path), _cells(OWN_HEADER))


def test_every_built_in_profile_is_listed_under_its_name() -> None:
    assert {name: profile.name for name, profile in BUILT_IN.items()} == {name: name for name in BUILT_IN}
