"""The file as typed lines, in order of time."""

from pathlib import Path
from typing import Any, cast

import pandas as pd

from batch.studies.online_retail.invoice_lines import COLUMNS
from batch.studies.reading import DataFile, StudyColumn, read_table
from batch.studies.reading.converting import TEXT

SHIPPED = Path(__file__).parents[3] / "data" / "online_retail.csv.gz"

FILE_COLUMNS = (
    StudyColumn("InvoiceNo", "id", "invoice number; one that starts with C cancels"),
    StudyColumn("StockCode", "id", "article"),
    StudyColumn("Description", "text", "name of the article; may be empty", is_dirty=True),
    StudyColumn("Quantity", "integer", "items on the line, negative if cancelled"),
    StudyColumn("InvoiceDate", "date", "date and time of the invoice, local"),
    StudyColumn("UnitPrice", "number", "price of one item, GBP"),
    StudyColumn("CustomerID", "id", "customer; may be empty", is_dirty=True),
    StudyColumn("Country", "text", "country of residence"),
)


def shipped(_folder: Path) -> DataFile:
    """Give the year of purchases that comes with the project."""
    return DataFile(SHIPPED)


def read_lines(file: DataFile) -> pd.DataFrame:
    """Read the lines under our own column names; texts are plain objects, None where a cell is empty.

    Raises
    ------
    InvalidConfig : see `batch.studies.reading.read_table`.
    """
    table = read_table(file, FILE_COLUMNS)
    lines = pd.DataFrame({ours: _plain(table[theirs]) for ours, theirs in COLUMNS.items()})
    return lines.sort_values("invoiced_at", kind="stable", ignore_index=True)


def _plain(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if column.dtype != TEXT:
        return column
    cells: pd.Series[Any] = column.astype(object)
    return cells.where(column.notna(), other=cast("Any", None))
