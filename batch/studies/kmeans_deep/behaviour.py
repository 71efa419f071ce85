"""Nine features of behaviour from invoice lines: what a shop knows without asking anybody."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from batch.studies.online_retail.customer_rfm import standardised
from batch.studies.online_retail.invoice_lines import amounts, is_known, is_purchase
from batch.studies.online_retail.prices import usual_prices
from shared.core.arrays import Float64, Int64, ReadOnlyArrays
from shared.core.customers.features import MINOR_PER_UNIT, MS_PER_DAY, RfmColumns, feature_matrix

FROM_STATE = (
    "recency_days",
    "frequency",
    "monetary",
    "average_order_value",
    "tenure_days",
    "purchase_interval_days",
)
"""Those that the product's registry has, so that a stream can keep them."""
FROM_LINES = ("n_articles", "discount_share", "return_share")
NAMES = FROM_STATE + FROM_LINES

DISCOUNT = 0.95
"""A line is discounted below this part of the article's usual price; single pennies are rounding."""


@dataclass(frozen=True, eq=False)
class Behaviour(ReadOnlyArrays):
    """Customers with a purchase and a net spend above 0.

    customers : ids. raw : (n, 9) in units of the names, shares from 0 to 1. X : (n, 9) log(1 + raw),
    standardised. names : of the columns.
    """

    customers: tuple[str, ...]
    raw: Float64
    X: Float64
    names: tuple[str, ...] = NAMES

    def column(self, name: str) -> Float64:
        """Give one raw feature, (n,)."""
        values: Float64 = self.raw[:, self.names.index(name)]
        return values

    def columns(self, names: tuple[str, ...]) -> Float64:
        """Give some scaled features, (n, len(names))."""
        chosen: Float64 = self.X[:, [self.names.index(name) for name in names]]
        return chosen


def behaviour(lines: pd.DataFrame) -> Behaviour:
    """Sum lines up by customer, as of the midnight after the last of them.

    Discount share is the part of what was paid on lines below the article's usual price. Large quantities
    are sold cheaper here, so wholesalers look like discount shoppers too.
    """
    known = lines[is_known(lines)]
    bought = known[is_purchase(known)]
    table = _state(known, bought)
    table["n_articles"] = bought.groupby("customer_id")["stock_code"].nunique()
    paid = amounts(bought)
    is_cheap = bought["unit_price"] < DISCOUNT * bought["stock_code"].map(usual_prices(lines))
    spent = paid.groupby(bought["customer_id"]).sum()
    table["discount_share"] = paid.where(is_cheap, 0.0).groupby(bought["customer_id"]).sum() / spent
    returned = -amounts(known[known["quantity"] < 0])
    back = returned.groupby(known["customer_id"]).sum().reindex(table.index, fill_value=0.0)
    table["return_share"] = (back / spent).clip(0, 1)
    kept = table[(table["monetary"] > 0) & (spent > 0)].sort_index()
    raw = kept[list(NAMES)].fillna(0.0).to_numpy(np.float64)
    return Behaviour(tuple(map(str, kept.index)), raw, standardised(np.log1p(raw)))


def rank_correlations(raw: Float64) -> Float64:
    """Correlate the ranks of every two columns, (d, d); a constant column goes with nothing."""
    ranks = standardised(rankdata(raw, axis=0))
    alike: Float64 = ranks.T @ ranks / len(ranks)
    return alike


def _state(known: pd.DataFrame, bought: pd.DataFrame) -> pd.DataFrame:
    """Features of the product's registry, computed by it."""
    of_customer = bought.groupby("customer_id")
    ids = pd.Index(of_customer.size().index)
    spend = amounts(known).groupby(known["customer_id"]).sum().reindex(ids)
    rfm = RfmColumns(
        of_customer["invoice_no"].nunique().to_numpy().astype(np.int64),
        np.rint(spend.to_numpy(np.float64) * MINOR_PER_UNIT).astype(np.int64),
        _ms(of_customer["invoiced_at"].min()),
        _ms(of_customer["invoiced_at"].max()),
    )
    as_of_ms = (int(rfm.last_purchase_ms.max()) // MS_PER_DAY + 1) * MS_PER_DAY
    return pd.DataFrame(feature_matrix(FROM_STATE, rfm, as_of_ms), index=ids, columns=list(FROM_STATE))


def _ms(times: "pd.Series[pd.Timestamp]") -> Int64:
    return times.to_numpy("datetime64[ms]").astype(np.int64)
