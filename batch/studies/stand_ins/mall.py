"""A mall's customers: income and spending in five groups, of which age goes with one only."""

import numpy as np
import pandas as pd

WOMEN = 0.55

# Share of the customers, then mean and deviation of income (k$ a year), spending score and age (years).
_GROUPS = (
    (0.40, (57, 8), (50, 7), (44, 16)),
    (0.20, (89, 14), (80, 8), (33, 5)),
    (0.17, (92, 15), (19, 9), (42, 11)),
    (0.12, (27, 7), (77, 10), (26, 5)),
    (0.11, (28, 8), (23, 11), (47, 12)),
)
_LIMITS = ((15, 140), (1, 99), (18, 70))


def table(rows: int, seed: int) -> pd.DataFrame:
    """Make `rows` customers in whole years, thousands of dollars and points."""
    rng = np.random.default_rng(seed)
    shares = np.array([share for share, *_ in _GROUPS])
    groups = rng.choice(len(_GROUPS), rows, p=shares / shares.sum())
    shapes = np.array([group[1:] for group in _GROUPS], dtype=np.float64)[groups]
    low, high = np.array(_LIMITS, dtype=np.float64).T
    income, score, age = (
        np.clip(rng.normal(shapes[:, :, 0], shapes[:, :, 1]), low, high).round().astype(int).T
    )
    return pd.DataFrame(
        {
            "CustomerID": np.arange(1, rows + 1),
            "Gender": np.where(rng.random(rows) < WOMEN, "Female", "Male"),
            "Age": age,
            "Annual Income (k$)": income,
            "Spending Score (1-100)": score,
        }
    )
