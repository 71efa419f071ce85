"""Any shop's file as typed lines, in order of time."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from batch.studies.online_retail.invoice_lines import COLUMNS
from batch.studies.online_retail.line_columns import CLOCK, understand
from batch.studies.reading import DataFile, read_table
from batch.studies.reading.converting import TEXT
from shared.errors import InvalidConfig

SHIPPED = Path(__file__).parents[3] / "data" / "online_retail.csv.gz"
NOT_STATED = "not stated"
"""Stands for the article or the country where the file has no such column."""


@dataclass(frozen=True, eq=False)
class Invoices:
    """The lines of a file under our own names, and what holds for all of them.

    zone : of their times. currency : of their prices, '' where nothing says it.
    absent : of our columns, those that the file has nothing for.
    """

    lines: pd.DataFrame
    zone: str
    currency: str
    absent: tuple[str, ...]


def shipped(_folder: Path) -> DataFile:
    """Give the year of purchases that comes with the project."""
    return DataFile(SHIPPED)


def read_invoices(file: DataFile) -> Invoices:
    """Read the lines; texts are plain objects, None where a cell is empty.

    Lines without a column of invoices belong to one if they share customer and time. An amount is a line of
    one item; a negative one, of one that came back. The same holds for negative prices.

    Raises
    ------
    InvalidConfig : see `understand` and `batch.studies.reading.read_table`; or several currencies.
    """
    found = understand(file)
    table = read_table(found.file, found.columns)
    given = {str(name): _plain(table[name]) for name in table} | {
        name: pd.Series(text, index=table.index) for name, text in found.profile.constants.items()
    }
    lines = pd.DataFrame({name: column for name, column in _columns(given).items() if name in COLUMNS})
    absent = tuple(name for name in COLUMNS if name not in lines)
    whole = _completed(lines)[list(COLUMNS)]
    return Invoices(
        whole.sort_values("invoiced_at", kind="stable", ignore_index=True),
        found.profile.zone,
        _currency(given, file),
        absent,
    )


def _columns(given: Mapping[str, "pd.Series[Any]"]) -> dict[str, "pd.Series[Any]"]:
    """Put fields under our names: times joined, numbers signed in the quantity."""
    columns = dict(given)
    columns["invoiced_at"] = given["event_time"]
    if CLOCK in given:
        columns["invoiced_at"] = given["event_time"].dt.normalize() + _hours(given[CLOCK])
    if "amount" in given:
        columns["quantity"], columns["unit_price"] = np.sign(given["amount"]), given["amount"].abs()
    quantity, price = (columns[name].astype(np.float64) for name in ("quantity", "unit_price"))
    is_back = (price < 0) & (quantity > 0) & _has_customer(given)
    quantity, price = quantity.where(~is_back, -quantity), price.where(~is_back, -price)
    is_whole = bool((quantity == quantity.round()).all())
    columns["quantity"] = quantity.astype(np.int64) if is_whole else quantity
    columns["unit_price"] = price
    return columns


def _has_customer(given: Mapping[str, "pd.Series[Any]"]) -> "pd.Series[bool]":
    return given["customer_id"].notna()


def _hours(clock: "pd.Series[Any]") -> "pd.Series[pd.Timedelta]":
    """Read hours of the day; what is none is midnight."""
    times = pd.to_datetime("1970-01-01 " + clock.fillna("").astype(str), format="mixed", errors="coerce")
    return (times - pd.Timestamp("1970-01-01")).fillna(pd.Timedelta(0)).reset_index(drop=True)


def _completed(lines: pd.DataFrame) -> pd.DataFrame:
    """Give lines the columns that the file lacks, and cells that every line needs."""
    whole = lines
    if "invoice_no" not in whole:
        whole = whole.assign(
            invoice_no=whole["invoiced_at"].dt.strftime("%Y-%m-%dT%H:%M:%S ")
            + whole["customer_id"].fillna("?").astype(str)
        )
    if "description" not in whole:
        whole = whole.assign(description=None)
    if "stock_code" not in whole:
        whole = whole.assign(stock_code=whole["description"])
    if "country" not in whole:
        whole = whole.assign(country=NOT_STATED)
    return whole.fillna({"stock_code": NOT_STATED, "country": NOT_STATED})


def _currency(given: Mapping[str, "pd.Series[Any]"], file: DataFile) -> str:
    """Return the one currency of all lines.

    Raises
    ------
    InvalidConfig : there are several.
    """
    if "currency" not in given:
        return ""
    found = sorted(given["currency"].dropna().astype(str).str.strip().unique())
    if len(found) > 1:
        msg = (
            f"{file.path}: its lines are in {len(found)} currencies ({', '.join(found[:5])}); "
            "their values cannot be added up; give one file for each"
        )
        raise InvalidConfig(msg)
    return found[0] if found else ""


def _plain(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if column.dtype != TEXT:
        return column
    cells: pd.Series[Any] = column.astype(object)
    return cells.where(column.notna(), other=cast("Any", None))
