"""Sales by month."""

import pandas as pd

from batch.studies.online_retail.invoice_lines import amounts, is_cancellation, is_purchase


def by_month(lines: pd.DataFrame) -> pd.DataFrame:
    """Value of purchases and, above 0 too, of cancellations of each month; all lines."""
    month = lines["invoiced_at"].dt.strftime("%Y-%m").rename("month")
    value = amounts(lines)
    table = pd.DataFrame(
        {
            "purchases": value.where(is_purchase(lines), 0).groupby(month).sum(),
            "cancellations": -value.where(is_cancellation(lines), 0).groupby(month).sum(),
        }
    )
    return table.reset_index()
