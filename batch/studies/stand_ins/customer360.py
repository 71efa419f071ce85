"""A bank's customers in twelve features: six kinds of household, each with its own balances.

Balances are drawn on a log scale, so that they are skewed as money is; counts are Poisson.
"""

import numpy as np
import pandas as pd

from shared.core.arrays import Float64

FEATURES = (
    "age_years",
    "tenure_years",
    "income_k",
    "current_account_k",
    "savings_k",
    "investments_k",
    "mortgage_k",
    "loans_k",
    "card_spend_k",
    "n_products",
    "n_logins_month",
    "n_branch_visits_year",
)
"""Money in thousands; income and card spend a year, balances now."""

# Share of the customers, then the middle of each feature in the order above.
_KINDS: dict[str, tuple[float, tuple[float, ...]]] = {
    "students": (0.18, (22, 2, 11, 0.8, 1.2, 0.1, 0.01, 4, 3, 1.5, 24, 0.6)),
    "young families": (0.20, (34, 6, 52, 3, 8, 2, 190, 14, 17, 4.5, 18, 2)),
    "established": (0.22, (47, 15, 68, 6, 35, 28, 85, 8, 21, 5.5, 10, 3)),
    "retired savers": (0.18, (70, 31, 27, 9, 110, 45, 0.05, 0.5, 9, 3, 2, 11)),
    "wealthy": (0.08, (57, 20, 190, 40, 240, 520, 120, 3, 60, 8, 8, 6)),
    "in debt": (0.14, (39, 8, 31, 0.4, 0.3, 0.05, 2, 26, 13, 3, 14, 5)),
}
# Width of each feature: years for the first two, then standard deviations of the logarithm; counts have none.
_WIDTHS = (4.0, 2.5, 0.25, 0.55, 0.5, 0.6, 0.45, 0.5, 0.35)


def table(rows: int, seed: int) -> pd.DataFrame:
    """Make `rows` customers; their kind is not a column, it is for an analysis to find."""
    rng = np.random.default_rng(seed)
    shares = np.array([share for share, _ in _KINDS.values()])
    kinds = rng.choice(len(shares), rows, p=shares / shares.sum())
    middles = np.array([middle for _, middle in _KINDS.values()])[kinds]
    values = np.column_stack([_years(middles, rng), _money(middles, rng), rng.poisson(middles[:, 9:])])
    customers = pd.DataFrame(values, columns=list(FEATURES)).round(2)
    customers[list(FEATURES[9:])] = customers[list(FEATURES[9:])].astype("int64")
    customers.insert(0, "customer_id", [f"C{number:06d}" for number in range(1, rows + 1)])
    return customers


def _years(middles: Float64, rng: np.random.Generator) -> Float64:
    """Nobody is under eighteen, and nobody has been with the bank since before that."""
    age = np.clip(rng.normal(middles[:, 0], _WIDTHS[0]), 18, 95)
    tenure = np.clip(rng.normal(middles[:, 1], _WIDTHS[1]), 0, age - 18)
    return np.column_stack([age, tenure])


def _money(middles: Float64, rng: np.random.Generator) -> Float64:
    return np.exp(rng.normal(np.log(middles[:, 2:9]), _WIDTHS[2:]))
