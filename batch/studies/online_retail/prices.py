"""Lines that cost nothing, and the price that their article usually has."""

from dataclasses import dataclass

import pandas as pd

from batch.studies.online_retail.invoice_lines import amounts


@dataclass(frozen=True)
class ZeroPrices:
    """n_without_mode : lines whose article never has a price. invented : revenue that filling adds.

    largest_share : of it that comes from the one line with the most.
    """

    n_lines: int
    n_filled: int
    n_without_mode: int
    invented: float
    largest_line: float
    largest_share: float
    largest_invoice: str
    largest_quantity: int


@dataclass(frozen=True)
class PriceBox:
    """What a box plot of prices above 0 shows. Whiskers end at the last value within the fences."""

    quartile_1: float
    median: float
    quartile_3: float
    whisker_low: float
    whisker_high: float
    n_beyond: int
    largest: float


def usual_prices(lines: pd.DataFrame) -> "pd.Series[float]":
    """Most common price above 0 of each stock code; of equally common ones the lowest."""
    priced = lines.loc[lines["unit_price"] > 0, ["stock_code", "unit_price"]]
    counts = priced.value_counts(sort=False).rename("n").reset_index()
    ranked = counts.sort_values(["stock_code", "n", "unit_price"], ascending=[True, False, True])
    return ranked.drop_duplicates("stock_code").set_index("stock_code")["unit_price"]


def fill_zero_prices(lines: pd.DataFrame, usual: "pd.Series[float]") -> pd.DataFrame:
    """Replace prices of 0 by the usual ones; `is_price_filled` says where."""
    replacement = lines["stock_code"].map(usual)
    filled = (lines["unit_price"] == 0) & replacement.notna()
    return lines.assign(unit_price=lines["unit_price"].where(~filled, replacement), is_price_filled=filled)


def judge_zero_prices(lines: pd.DataFrame, usual: "pd.Series[float]") -> ZeroPrices:
    """Say what filling would do to these lines."""
    filled = fill_zero_prices(lines, usual)
    new = amounts(filled[filled["is_price_filled"]])
    largest = filled.loc[new.idxmax()] if len(new) else None
    return ZeroPrices(
        n_lines=int((lines["unit_price"] == 0).sum()),
        n_filled=len(new),
        n_without_mode=int((lines["unit_price"] == 0).sum()) - len(new),
        invented=round(float(new.sum()), 3),
        largest_line=round(float(new.max()), 3) if len(new) else 0.0,
        largest_share=float(new.max() / new.sum()) if len(new) else 0.0,
        largest_invoice="" if largest is None else str(largest["invoice_no"]),
        largest_quantity=0 if largest is None else int(largest["quantity"]),
    )


def price_box(lines: pd.DataFrame) -> PriceBox:
    """Measure the box of the prices above 0."""
    prices = lines.loc[lines["unit_price"] > 0, "unit_price"]
    low, middle, high = prices.quantile([0.25, 0.5, 0.75]).tolist()
    reach = 1.5 * (high - low)
    inside = prices[(prices >= low - reach) & (prices <= high + reach)]
    return PriceBox(
        low,
        middle,
        high,
        float(inside.min()),
        float(inside.max()),
        len(prices) - len(inside),
        float(prices.max()),
    )
