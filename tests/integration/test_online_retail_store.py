"""What the Online Retail study leaves in MongoDB for dashboards."""

from typing import Any

import numpy as np
import pytest
from pymongo.database import Database
from pymongo.errors import WriteError

from batch.studies.online_retail.analyst_collections import CUSTOMERS, LAYOUTS, PRODUCTS, TRANSACTIONS, views
from batch.studies.online_retail.cleaning import Cleaned, clean
from batch.studies.online_retail.customer_rfm import to_customers
from batch.studies.online_retail.personas import describe_segments
from batch.studies.online_retail.reading_lines import SHIPPED, read_invoices
from batch.studies.online_retail.store import Stored, store
from batch.studies.online_retail.stored_documents import customers, products, transactions
from batch.studies.reading import DataFile


@pytest.fixture(scope="module")
def cleaned() -> Cleaned:
    """Give the cleaned lines of the first two weeks."""
    lines = read_invoices(DataFile(SHIPPED)).lines
    return clean(lines[lines["invoiced_at"] < "2010-12-15"].reset_index(drop=True))


def put(database: Database[dict[str, Any]], cleaned: Cleaned) -> Stored:
    """Store lines, articles and customers."""
    found = to_customers(cleaned.lines)
    labels = np.zeros(len(found.rfm), np.int32)
    return store(
        database,
        {
            TRANSACTIONS: transactions(cleaned.lines, "Europe/London"),
            PRODUCTS: products(cleaned.lines, "Europe/London"),
            CUSTOMERS: customers(found.rfm, labels.tolist(), describe_segments(found.rfm, labels)),
        },
        "Europe/London",
    )


def everything(database: Database[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Give every document of every collection."""
    return {name: list(database[name].find().sort("_id")) for name in LAYOUTS}


def test_a_second_run_leaves_the_same_documents(
    mongo_database: Database[dict[str, Any]], cleaned: Cleaned
) -> None:
    first = put(mongo_database, cleaned)
    before = everything(mongo_database)
    assert put(mongo_database, cleaned) == first
    assert everything(mongo_database) == before
    assert first.documents[TRANSACTIONS] == len(cleaned.lines)
    names = set(mongo_database.list_collection_names()) - {"system.views"}
    assert names == {*LAYOUTS, *views("UTC")}


def test_views_sum_up_to_the_lines(mongo_database: Database[dict[str, Any]], cleaned: Cleaned) -> None:
    stored = put(mongo_database, cleaned)
    expected = round(cleaned.steps[-1].revenue_left * 10_000)
    assert stored.revenue_minor == expected
    for view in ("online_retail_sales_by_country", "online_retail_sales_by_product"):
        assert sum(row["revenue_minor"] for row in mongo_database[view].find()) == expected
    month = mongo_database["online_retail_sales_by_month"].find_one()
    assert month is not None
    assert (month["_id"], month["invoices"]) == ("2010-12", cleaned.lines["invoice_no"].nunique())
    segment = mongo_database["online_retail_segments"].find_one()
    assert segment is not None
    assert segment["customers"] == stored.documents[CUSTOMERS]


def test_a_document_of_another_shape_is_refused(
    mongo_database: Database[dict[str, Any]], cleaned: Cleaned
) -> None:
    put(mongo_database, cleaned)
    with pytest.raises(WriteError, match="Document failed validation"):
        mongo_database[TRANSACTIONS].insert_one({"_id": "x", "quantity": "many"})
    indexed = {
        tuple(key for key, _ in index["key"])
        for index in mongo_database[TRANSACTIONS].index_information().values()
    }
    assert {("customer_id", "invoiced_at"), ("stock_code",), ("invoiced_at",)} <= indexed
