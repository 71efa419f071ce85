"""The shapes of what analysts read: collections with validators and indexes, and views for dashboards."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from shared.adapters.mongo.collections import DocumentShape
from shared.adapters.mongo.rules import (
    BOOL,
    COUNT,
    DATE,
    NUMBER,
    STRING,
    WHOLE,
    fields,
    one_of,
    or_null,
    shape,
)

TRANSACTIONS = "online_retail_transactions"
PRODUCTS = "online_retail_products"
CUSTOMERS = "online_retail_customers"

LAYOUTS: Mapping[str, DocumentShape] = MappingProxyType(
    {
        TRANSACTIONS: DocumentShape(
            shape(
                fields(STRING, "_id invoice_no stock_code customer_id country")
                | fields(WHOLE, "line unit_price_minor amount_minor")
                | fields(NUMBER, "quantity unit_price amount")
                | fields(BOOL, "is_cancellation is_price_filled")
                | {"invoiced_at": DATE}
            ),
            (("customer_id", "invoiced_at"), ("stock_code",), ("invoiced_at",)),
        ),
        PRODUCTS: DocumentShape(
            shape(
                {"_id": STRING, "description": or_null(STRING), "lines": COUNT}
                | fields(WHOLE, "median_price_minor lowest_price_minor highest_price_minor")
                | fields(DATE, "first_at last_at")
            )
        ),
        CUSTOMERS: DocumentShape(
            shape(
                fields(STRING, "_id action")
                | {"segment": one_of("New", "Potential", "Churned", "VIP")}
                | fields(NUMBER, "recency_days monetary")
                | fields(WHOLE, "frequency monetary_minor")
            ),
            (("segment",),),
        ),
    }
)

Pipeline = list[dict[str, Any]]

_REVENUE = {"$sum": "$amount_minor"}
_UNITS = {"revenue": {"$divide": ["$revenue_minor", 10_000]}}


def _sales_by(key: Any, order: dict[str, int]) -> Pipeline:
    """Revenue, invoices and customers of each value of a key."""
    group = {
        "_id": key,
        "revenue_minor": _REVENUE,
        "lines": {"$sum": 1},
        "invoices": {"$addToSet": "$invoice_no"},
        "customers": {"$addToSet": "$customer_id"},
    }
    counted = {"invoices": {"$size": "$invoices"}, "customers": {"$size": "$customers"}} | _UNITS
    return [{"$group": group}, {"$set": counted}, {"$sort": order}]


def views(zone: str) -> Mapping[str, tuple[str, Pipeline]]:
    """Return name -> the collection it reads, and how; months are those of a zone.

    A dashboard reads them as it reads collections.
    """
    return {
        "online_retail_sales_by_month": (
            TRANSACTIONS,
            _sales_by(
                {"$dateToString": {"date": "$invoiced_at", "format": "%Y-%m", "timezone": zone}},
                {"_id": 1},
            ),
        ),
        "online_retail_sales_by_country": (TRANSACTIONS, _sales_by("$country", {"revenue_minor": -1})),
        "online_retail_sales_by_product": (
            TRANSACTIONS,
            [
                *_sales_by("$stock_code", {"revenue_minor": -1}),
                {"$lookup": {"from": PRODUCTS, "localField": "_id", "foreignField": "_id", "as": "product"}},
                {"$set": {"description": {"$first": "$product.description"}}},
                {"$unset": "product"},
            ],
        ),
        "online_retail_segments": (
            CUSTOMERS,
            [
                {
                    "$group": {
                        "_id": "$segment",
                        "customers": {"$sum": 1},
                        "revenue_minor": {"$sum": "$monetary_minor"},
                        "mean_recency_days": {"$avg": "$recency_days"},
                        "mean_frequency": {"$avg": "$frequency"},
                        "action": {"$first": "$action"},
                    }
                },
                {"$set": _UNITS},
                {"$sort": {"revenue_minor": -1}},
            ],
        ),
    }
