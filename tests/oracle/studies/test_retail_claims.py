"""Every sentence about a shop's transactions holds when it is counted again, whatever the shop."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

from batch.studies import stand_ins
from batch.studies.claims import text_of
from batch.studies.framework import Context, DataTable, Figure, StudyResult
from batch.studies.framework.drawing import drawn
from batch.studies.reading import DataFile, read_table
from batch.studies.retail_som_hierarchy.columns import COLUMNS
from batch.studies.retail_som_hierarchy.study import run
from shared.errors import InvalidConfig
from tests.support import retail_tables
from tests.support.claims import assert_claims_hold

SHOPS = {
    "shipped": lambda: stand_ins.make("retail", 800),
    "with clubs": retail_tables.with_clubs,
    "bare": retail_tables.bare,
    "in letters": retail_tables.in_letters,
}
Tell = Callable[[str], StudyResult]


def _no_spark() -> NoReturn:
    raise AssertionError


@pytest.fixture(scope="module")
def tell(tmp_path_factory: pytest.TempPathFactory) -> Tell:
    """Run the study on each shop once, and recount what it says."""

    def told(shop: str) -> StudyResult:
        file = DataFile(tmp_path_factory.mktemp("shop") / "shop.csv", placeholders={"PinCode": ("xx",)})
        SHOPS[shop]().to_csv(file.path, index=False)
        result = run(Context(file, False, file.path.parent, _no_spark))
        assert_claims_hold(result, read_table(file, COLUMNS))
        return result

    return cache(told)


def _said(result: StudyResult) -> str:
    return " ".join(map(text_of, result.sentences()))


@pytest.mark.parametrize("shop", SHOPS)
def test_every_claim_about_any_shop_holds_when_it_is_counted_again(tell: Tell, shop: str) -> None:
    result = tell(shop)

    for figure in result.of(Figure):
        drawn(figure.draw)


def test_a_tills_export_is_read_with_its_placeholders(tell: Tell) -> None:
    said = _said(tell("with clubs"))
    tables = {table.name: table.frame for table in tell("with clubs").of(DataTable)}
    found = tables["placeholders"].set_index("placeholder")["column"].to_dict()

    assert found == {"NONPROMO": "promo_code", "999999": "PinCode", "NANA": "DOB"}
    assert "The prefix BBID_ of the customers' numbers goes" in said
    assert "The file has no column for quantity;" in said
    assert "numbers that measure nothing: store_code, till_no" in said
    assert "which word of discount used" in said
    assert set(tables["result"]["discount_used"]) == {"payback", "club gold", "club silver"}
    assert (tables["result"]["sale_price_after_promo"] < 0).any()


def test_a_shop_of_dates_and_amounts_has_clusters_too(tell: Tell) -> None:
    result = tell("bare")
    said = _said(result)

    assert "Customers are known by words" in said
    assert "week is 9 in every row" in said
    assert "A marker is a unit with purchases" in said
    (table,) = [table.frame for table in result.of(DataTable) if table.name == "result"]
    assert table.columns.tolist() == [
        "customer_id", "date", "week", "month", "amount", "map_row", "map_col", "cluster",
    ]  # fmt: skip


def test_what_a_shop_lacks_is_said(tell: Tell) -> None:
    said = _said(tell("in letters"))

    assert "More than half of the rows lack DOB" in said
    assert "gender is w in every row" in said
    assert "No customer has bought more than once" in said


@pytest.mark.parametrize("shop", SHOPS)
def test_each_cluster_is_described_in_words(tell: Tell, shop: str) -> None:
    tables = {table.name: table.frame for table in tell(shop).of(DataTable)}

    assert tables["readings"]["cluster"].tolist() == sorted(set(tables["result"]["cluster"]))
    assert tables["readings"]["purchases"].sum() == len(tables["result"])
    assert tables["readings"]["what sets them apart"].str.len().min() > 5


def test_plain_sentences_are_the_same_for_every_shop(tell: Tell) -> None:
    plain = {shop: {text for text in tell(shop).sentences() if isinstance(text, str)} for shop in SHOPS}
    (other,) = set.union(*plain.values()) - plain["shipped"]

    assert other.endswith("A marker is a unit with purchases; the larger, the more.")


def test_too_few_rows_after_cleaning_are_refused_with_what_took_the_others(tmp_path: Path) -> None:
    table = retail_tables.with_clubs(n=40)
    table.loc[5:, "transactionDate"] = ""
    table.to_csv(tmp_path / "shop.csv", index=False)

    with pytest.raises(InvalidConfig, match="purchase date is missing or cannot be read: "):
        run(Context(DataFile(tmp_path / "shop.csv"), False, tmp_path, _no_spark))
