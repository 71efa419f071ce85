"""Cleaned lines, articles and customers as typed documents, whose ids follow from the data."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from batch.studies.online_retail.invoice_lines import amounts, instants_ms, is_cancellation
from batch.studies.online_retail.personas import PersonaSegment
from shared.core.customers.features import MINOR_PER_UNIT
from shared.documents import Document


def transactions(lines: pd.DataFrame, zone: str) -> Iterator[Document]:
    """One document a line; its id is the invoice and the line's place on it.

    Money is whole 1/10,000 of the currency, with a double beside it for display; times are instants.
    """
    table = pd.DataFrame(
        {
            "_id": lines["invoice_no"] + ":" + _place(lines).astype(str),
            "invoice_no": lines["invoice_no"],
            "line": _place(lines),
            "stock_code": lines["stock_code"],
            "quantity": lines["quantity"].astype(np.float64),
            "unit_price_minor": _minor(lines["unit_price"]),
            "amount_minor": _minor(amounts(lines)),
            "unit_price": lines["unit_price"],
            "amount": _minor(amounts(lines)) / MINOR_PER_UNIT,
            "invoiced_at": _instants(lines["invoiced_at"], zone),
            "customer_id": lines["customer_id"],
            "country": lines["country"],
            "is_cancellation": is_cancellation(lines),
            "is_price_filled": lines["is_price_filled"],
        }
    )
    return _documents(table)


def products(lines: pd.DataFrame, zone: str) -> Iterator[Document]:
    """One document an article: its latest name, its prices, and when it was first and last sold."""
    named = lines[lines["description"].notna()]
    groups = lines.assign(minor=_minor(lines["unit_price"])).groupby("stock_code", sort=True)
    table = groups.agg(
        median_price_minor=("minor", "median"),
        lowest_price_minor=("minor", "min"),
        highest_price_minor=("minor", "max"),
        first_at=("invoiced_at", "min"),
        last_at=("invoiced_at", "max"),
        lines=("invoice_no", "size"),
    )
    table["description"] = named.groupby("stock_code")["description"].last().reindex(table.index)
    table["median_price_minor"] = np.rint(table["median_price_minor"]).astype(np.int64)
    for column in ("first_at", "last_at"):
        table[column] = _instants(table[column], zone)
    return _documents(table.rename_axis("_id").reset_index())


def customers(
    rfm: pd.DataFrame, labels: Sequence[int], segments: Sequence[PersonaSegment]
) -> Iterator[Document]:
    """One document a clustered customer, with the segment and what to do about it."""
    of_label = {segment.label: segment for segment in segments}
    table = pd.DataFrame(
        {
            "_id": rfm["customer_id"],
            "recency_days": rfm["recency_days"],
            "frequency": rfm["frequency"].astype(np.int64),
            "monetary_minor": _minor(rfm["monetary"]),
            "monetary": rfm["monetary"],
            "segment": [of_label[int(label)].persona for label in labels],
            "action": [of_label[int(label)].action for label in labels],
        }
    )
    return _documents(table)


def _place(lines: pd.DataFrame) -> "pd.Series[int]":
    return lines.groupby("invoice_no", sort=False).cumcount() + 1


def _minor(money: "pd.Series[float]") -> "pd.Series[int]":
    return (money * MINOR_PER_UNIT).round().astype(np.int64)


def _instants(local: "pd.Series[pd.Timestamp]", zone: str) -> "pd.Series[pd.Timestamp]":
    return pd.Series(pd.to_datetime(instants_ms(local, zone), unit="ms", utc=True), index=local.index)


def _documents(table: pd.DataFrame) -> Iterator[Document]:
    """Give rows as documents of plain Python values."""
    names = list(table.columns)
    columns = (
        [value.to_pydatetime() for value in table[name]]
        if isinstance(table[name].dtype, pd.DatetimeTZDtype)
        else table[name].tolist()
        for name in names
    )
    return (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))
