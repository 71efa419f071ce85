"""The facts of the study once more, from the table as it was read, by pandas and scikit-learn alone."""

import numpy as np
import pandas as pd
from scipy.stats import t
from sklearn.metrics import adjusted_rand_score, silhouette_score

from batch.studies.claims import Facts
from batch.studies.mall_som.customers import COLUMNS, FEATURES, MAX_AGE_YEARS
from shared.core.arrays import Float64, Int64

_OF = {"gender": COLUMNS[1].name} | dict(zip(FEATURES, (column.name for column in COLUMNS[2:]), strict=True))


def kept(read: pd.DataFrame) -> pd.DataFrame:
    """Return the customers who have every number, by the study's names."""
    numbers = {
        name: pd.to_numeric(read[_OF[name]].astype("object"), errors="coerce")
        for name in FEATURES
        if _OF[name] in read
    }
    table = pd.DataFrame(numbers).replace([np.inf, -np.inf], np.nan)
    if _OF["gender"] in read:
        table["gender"] = read[_OF["gender"]].astype("object").fillna("not said")
    if "age_years" in table:
        table = table.query(f"0 <= age_years <= {MAX_AGE_YEARS}")
    return table.dropna().reset_index(drop=True)


def standardised(read: pd.DataFrame, features: tuple[str, ...]) -> Float64:
    """Return (n, d) in deviations; a constant feature is 0."""
    table = kept(read)[list(features)]
    return np.asarray(((table - table.mean()) / table.std().where(table.std() > 0, 1.0)).to_numpy())


def rows(read: pd.DataFrame) -> Facts:
    """Return how many rows there are, and how many are left out."""
    return {"n_read": len(read), "n_left_out": len(read) - len(kept(read)), "n": len(kept(read))}


def correlation(first: str, second: str, features: tuple[str, ...], read: pd.DataFrame) -> float:
    """Return the correlation of two features, NaN unless none of `features` go together more."""
    values = kept(read)[list(features)].to_numpy(np.float64)
    matrix = np.corrcoef(values, rowvar=False)
    found = float(matrix[features.index(first), features.index(second)])
    others = np.abs(matrix[~np.eye(len(features), dtype=bool)])
    return found if abs(found) >= others.max() - 1e-9 else float("nan")


def n_kept(read: pd.DataFrame) -> int:
    """Return how many customers stay."""
    return len(kept(read))


def median(name: str, read: pd.DataFrame) -> float:
    """Return the median of a feature."""
    return float(np.quantile(kept(read)[name], 0.5))


def outside(name: str, low: float, high: float, read: pd.DataFrame) -> int:
    """Return how many values lie below `low` or above `high`."""
    values = kept(read)[name].to_numpy()
    return int(((values < low) | (values > high)).sum())


def line(read: pd.DataFrame) -> tuple[float, float, float, float]:
    """Return slope, both ends of its interval, and R squared of the score on the income."""
    table = kept(read)
    x, y = table["income"].to_numpy(float), table["score"].to_numpy(float)
    A = np.column_stack([np.ones_like(x), x])
    intercept, slope = np.linalg.lstsq(A, y, rcond=None)[0]
    residuals = y - intercept - slope * x
    error = np.sqrt((residuals**2).sum() / (len(x) - 2) * np.linalg.inv(A.T @ A)[1, 1])
    margin = float(t.ppf(0.975, len(x) - 2) * error)
    total = ((y - y.mean()) ** 2).sum()
    return (
        float(slope),
        float(slope) - margin,
        float(slope) + margin,
        float(1 - (residuals**2).sum() / total) if total else 0.0,
    )


def eta_squared(values: "pd.Series[float]", groups: "pd.Series[str]") -> float:
    """Return which share of the variance lies between groups."""
    between = sum(
        len(part) * (part.mean() - values.mean()) ** 2 for _, part in values.groupby(groups, observed=True)
    )
    total = ((values - values.mean()) ** 2).sum()
    return float(between / total) if total else 0.0


def silhouette_of(read: pd.DataFrame, features: tuple[str, ...], labels: Int64, sample: Int64) -> float:
    """Return the mean silhouette of a sample of the customers."""
    X = standardised(read, features)[sample]
    return float(silhouette_score(X, labels[sample])) if len(set(labels[sample])) > 1 else float("nan")


def agreement(first: Int64, second: Int64) -> float:
    """Return the adjusted Rand index of two segmentations."""
    return float(adjusted_rand_score(first, second))
