"""What columns mean: detection, own mappings, and messages that say what to do."""

from pathlib import Path

import pytest

from shared.errors import InvalidConfig
from streaming.replay.built_in import BUILT_IN, CDNOW, ONLINE_RETAIL, detect
from streaming.replay.mapping import Wishes, choose, parse_pairs
from streaming.replay.profiles import Profile, check_columns

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
OWN = ["event_time=at", "customer_id=who", "stock_code=what", "quantity=n", "unit_price=price"]
OWN_HEADER = ["at", "who", "what", "n", "price"]


def test_known_files_are_recognised_by_their_columns() -> None:
    assert detect(RETAIL) is ONLINE_RETAIL
    assert detect(["customer_id", "date", "quantity", "amount"]) is CDNOW


def test_an_unknown_file_is_refused_with_its_columns() -> None:
    with pytest.raises(InvalidConfig, match=r"Gender, Age.*--map"):
        detect(["Gender", "Age"])


def test_a_missing_column_is_named_with_the_nearest_one() -> None:
    with pytest.raises(InvalidConfig, match=r"'InvoiceDate'.*did you mean 'invoicedate'.*its columns are"):
        check_columns(ONLINE_RETAIL, [name.lower() for name in RETAIL])


def test_an_unknown_field_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InvalidConfig, match=r"'customerid'.*did you mean 'customer_id'"):
        choose(Wishes(pairs=["customerid=CustomerID"]), Path("x.csv"), RETAIL, default_zone="UTC")


def test_a_complete_mapping_needs_no_profile_and_takes_its_name_from_the_file() -> None:
    profile = choose(Wishes(pairs=OWN), Path("shop.csv.gz"), OWN_HEADER, default_zone="Europe/Berlin")
    assert profile.name == "shop"
    assert profile.zone == "Europe/Berlin"


def test_a_pair_replaces_what_the_profile_says_constants_included() -> None:
    wishes = Wishes(profile="cdnow", pairs=["quantity=cds"], zone="UTC", sort=False)
    profile = choose(wishes, Path("x.csv"), [], default_zone="UTC")
    assert profile.columns["quantity"] == "cds"
    assert "quantity" not in profile.constants
    assert profile.zone == "UTC"
    assert profile.sort


def test_an_incomplete_mapping_names_what_it_lacks() -> None:
    with pytest.raises(InvalidConfig, match=r"nothing about quantity, unit_price.*--map quantity=COLUMN"):
        Profile("shop", {"event_time": "at", "customer_id": "who", "stock_code": "what"})


@pytest.mark.parametrize("pair", ["customer_id", "=x", "customer_id="])
def test_a_pair_without_both_sides_is_refused(pair: str) -> None:
    with pytest.raises(InvalidConfig, match="field=COLUMN"):
        parse_pairs([pair])


def test_a_field_given_twice_is_refused() -> None:
    with pytest.raises(InvalidConfig, match="gives quantity twice"):
        parse_pairs(["quantity=a", "quantity=b"])


def test_a_column_name_may_hold_an_equals_sign() -> None:
    assert parse_pairs(["quantity=n=1"]) == {"quantity": "n=1"}


def test_an_unknown_profile_and_an_unknown_zone_are_refused() -> None:
    with pytest.raises(InvalidConfig, match=r"no profile 'retail'.*online-retail"):
        choose(Wishes(profile="retail"), Path("x.csv"), RETAIL, default_zone="UTC")
    with pytest.raises(InvalidConfig, match="no IANA time zone"):
        choose(Wishes(zone="Mars/Phobos"), Path("x.csv"), RETAIL, default_zone="UTC")


def test_a_map_file_says_the_same_as_a_profile(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(
        'zone = "Asia/Tokyo"\ntime_format = "%d.%m.%Y"\nsort = true\n'
        '[columns]\nevent_time = "at"\ncustomer_id = "who"\nunit_price = "price"\n'
        '[constants]\nquantity = "1"\nstock_code = "X"\n'
    )
    profile = choose(Wishes(map_file=path), Path("x.csv"), OWN_HEADER, default_zone="UTC")
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
        choose(Wishes(map_file=path), Path("x.csv"), OWN_HEADER, default_zone="UTC")


def test_every_built_in_profile_is_listed_under_its_name() -> None:
    assert {name: profile.name for name, profile in BUILT_IN.items()} == {name: name for name in BUILT_IN}
