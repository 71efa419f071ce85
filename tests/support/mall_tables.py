"""Three malls that have little in common with the one that is shipped."""

from types import MappingProxyType

import numpy as np
import pandas as pd

INCOME, SCORE = "Annual Income (k$)", "Spending Score (1-100)"


def in_rupees(seed: int = 1) -> pd.DataFrame:
    """No ids, one gender, whole rupees, and spending that follows income."""
    rng = np.random.default_rng(seed)
    income = rng.lognormal(13, 0.6, 300).round()
    return pd.DataFrame(
        {
            "Sex {m}": "male",
            "years": rng.integers(20, 60, 300),
            "income {INR}": income,
            "points": (income / 10_000 + rng.normal(0, 8, 300)).round(1),
        }
    )


RUPEES_NAMES = MappingProxyType(
    {"Gender": "Sex {m}", "Age": "years", INCOME: "income {INR}", SCORE: "points"}
)


def with_gaps(seed: int = 2) -> pd.DataFrame:
    """Forty customers of one age, cells without numbers, whole dollars under a name that says thousands."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "CustomerID": [f"c{number}" for number in range(40)],
            "Gender": rng.choice(["F", "M", "X", ""], 40),
            "Age": 33,
            INCOME: rng.integers(20_000, 60_000, 40),
            SCORE: rng.integers(-40, 160, 40),
        }
    ).astype(object)
    table.loc[[3, 7], INCOME] = ""
    table.loc[9, SCORE] = "none"
    table.loc[11, "Age"] = 1_985
    return table


def without_income(seed: int = 3) -> pd.DataFrame:
    """Six thousand customers of one income, without ages and genders; spending is negative here and there."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame({INCOME: 40, SCORE: rng.normal(10, 30, 6_000).round(2)})
