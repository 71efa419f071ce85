"""Everything about the file that an analysis may stumble over, counted."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from batch.studies.online_retail.invoice_lines import amounts, is_cancellation, is_known, usual_subset


@dataclass(frozen=True)
class Dirt:
    """Counts of lines, unless the name says invoices, customers, codes or names."""

    without_customer: int
    without_customer_invoices: int
    without_customer_value: float
    cancelled: int
    cancelled_invoices: int
    cancelled_without_customer: int
    adjustments: int
    negative_quantity: int
    written_off: int
    zero_quantity: int
    zero_price: int
    zero_price_with_customer: int
    negative_price: int
    price_below_a_hundredth: int
    duplicates: int
    duplicates_with_customer: int
    without_description: int
    distinct_names: int
    distinct_codes: int
    distinct_codes_upper: int
    service_lines: int
    service_codes: int
    service_lines_with_customer: int
    invoices_with_several_times: int
    invoices_with_several_customers: int
    customers_with_several_countries: int
    customers_who_only_cancelled: int


@dataclass(frozen=True)
class UsualSubset:
    """Size of the subset that publications on this file compare."""

    n_lines: int
    n_customers: int
    n_invoices: int
    revenue: float
    n_lines_deduplicated: int
    revenue_deduplicated: float


def count_dirt(lines: pd.DataFrame) -> Dirt:
    """Count it in the lines as they were read."""
    return Dirt(
        **_customers(lines), **_cancellations(lines), **_numbers(lines), **_texts(lines), **_keys(lines)
    )


def is_service(lines: pd.DataFrame) -> "pd.Series[bool]":
    """Whether the stock code is no product: postage, fees, discounts, manual entries, vouchers."""
    return ~lines["stock_code"].str.match(r"\d{5}")


def measure_usual_subset(lines: pd.DataFrame) -> UsualSubset:
    """Measure it with and without lines that repeat another one exactly."""
    usual = usual_subset(lines)
    distinct = usual.drop_duplicates()
    return UsualSubset(
        n_lines=len(usual),
        n_customers=usual["customer_id"].nunique(),
        n_invoices=usual["invoice_no"].nunique(),
        revenue=round(float(amounts(usual).sum()), 3),
        n_lines_deduplicated=len(distinct),
        revenue_deduplicated=round(float(amounts(distinct).sum()), 3),
    )


def _customers(lines: pd.DataFrame) -> dict[str, Any]:
    known = is_known(lines)
    of_customer = lines[known].groupby("customer_id", observed=True)
    bought = set(lines.loc[known & ~is_cancellation(lines), "customer_id"])
    return {
        "without_customer": int((~known).sum()),
        "without_customer_invoices": lines.loc[~known, "invoice_no"].nunique(),
        "without_customer_value": round(float(amounts(lines[~known]).sum()), 3),
        "customers_with_several_countries": int((of_customer["country"].nunique() > 1).sum()),
        "customers_who_only_cancelled": len(set(lines.loc[known, "customer_id"]) - bought),
    }


def _cancellations(lines: pd.DataFrame) -> dict[str, int]:
    cancelled, negative = is_cancellation(lines), lines["quantity"] < 0
    return {
        "cancelled": int(cancelled.sum()),
        "cancelled_invoices": lines.loc[cancelled, "invoice_no"].nunique(),
        "cancelled_without_customer": int((cancelled & ~is_known(lines)).sum()),
        "adjustments": int(lines["invoice_no"].str.startswith("A").sum()),
        "negative_quantity": int(negative.sum()),
        "written_off": int((negative & ~cancelled).sum()),
    }


def _numbers(lines: pd.DataFrame) -> dict[str, int]:
    price, known = lines["unit_price"], is_known(lines)
    repeated = lines.duplicated()
    return {
        "zero_quantity": int((lines["quantity"] == 0).sum()),
        "zero_price": int((price == 0).sum()),
        "zero_price_with_customer": int(((price == 0) & known).sum()),
        "negative_price": int((price < 0).sum()),
        "price_below_a_hundredth": int(((price > 0) & (price < 0.01)).sum()),
        "duplicates": int(repeated.sum()),
        "duplicates_with_customer": int((repeated & known).sum()),
    }


def _texts(lines: pd.DataFrame) -> dict[str, int]:
    names = lines["description"].dropna()
    codes, service = lines["stock_code"], is_service(lines)
    return {
        "without_description": len(lines) - len(names),
        "distinct_names": names.nunique(),
        "distinct_codes": codes.nunique(),
        "distinct_codes_upper": codes.str.upper().nunique(),
        "service_lines": int(service.sum()),
        "service_codes": codes[service].nunique(),
        "service_lines_with_customer": int((service & is_known(lines)).sum()),
    }


def _keys(lines: pd.DataFrame) -> dict[str, int]:
    of_invoice = lines.groupby("invoice_no", observed=True)
    return {
        "invoices_with_several_times": int((of_invoice["invoiced_at"].nunique() > 1).sum()),
        "invoices_with_several_customers": int((of_invoice["customer_id"].nunique() > 1).sum()),
    }
