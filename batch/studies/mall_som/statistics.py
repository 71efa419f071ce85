"""What the columns say on their own and in pairs."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.stat import Correlation
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812
from scipy import stats

from shared.core.arrays import Float64

AGE_GROUPS = ("under 25", "25-34", "35-44", "45-54", "55-64", "65 and over")
_EDGES = (25, 35, 45, 55, 65)
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Regression:
    """A straight line of y on x by least squares.

    Parameters
    ----------
    slope : y for one unit of x; `low` to `high` is its 95 % confidence interval.
    p : of no slope at all, two-sided. residual_deviation : of y about the line, n - 2 degrees of freedom.
    """

    slope: float
    intercept: float
    low: float
    high: float
    r_squared: float
    p: float
    n: int
    x_mean: float
    x_squares: float
    residual_deviation: float

    @property
    def is_defined(self) -> bool:
        """Whether there is a line: x varies."""
        return bool(np.isfinite(self.slope))

    def at(self, x: Float64) -> Float64:
        """Return the line."""
        return self.intercept + self.slope * x

    def half_width(self, x: Float64) -> Float64:
        """Return half the width of the 95 % band of the line itself, not of single customers."""
        spread = np.sqrt(1 / self.n + (x - self.x_mean) ** 2 / self.x_squares)
        return np.asarray(_t(self.n) * self.residual_deviation * spread)


def correlations(customers: DataFrame, features: tuple[str, ...]) -> pd.DataFrame:
    """Return Pearson's correlation of each pair of features, computed by Spark."""
    vectors = VectorAssembler(inputCols=list(features), outputCol="v").transform(customers).select("v")
    row = Correlation.corr(vectors, "v").head()
    if row is None:
        return pd.DataFrame(np.nan, index=features, columns=features)
    return pd.DataFrame(row[0].toArray(), index=features, columns=features)


def strongest(matrix: pd.DataFrame) -> tuple[str, str, float]:
    """Return the two features whose correlation is farthest from zero, and it."""
    values, names = matrix.to_numpy(dtype=np.float64), list(map(str, matrix.columns))
    a, b = max(combinations(range(len(names)), 2), key=lambda pair: abs(values[pair]))
    return names[a], names[b], float(values[a, b])


def regress(x: Float64, y: Float64) -> Regression:
    """Fit y = intercept + slope * x; all NaN where x does not vary."""
    n, x_mean = len(x), float(x.mean())
    x_squares = float(((x - x_mean) ** 2).sum())
    if n < 3 or x_squares == 0:
        nothing = dict.fromkeys(("slope", "intercept", "low", "high", "r_squared", "p"), np.nan)
        return Regression(**nothing, n=n, x_mean=x_mean, x_squares=x_squares, residual_deviation=np.nan)
    fit = stats.linregress(x, y)
    margin = _t(n) * float(fit.stderr)
    residuals = y - fit.intercept - fit.slope * x
    return Regression(
        slope=float(fit.slope),
        intercept=float(fit.intercept),
        low=float(fit.slope) - margin,
        high=float(fit.slope) + margin,
        r_squared=float(fit.rvalue) ** 2,
        p=float(fit.pvalue),
        n=n,
        x_mean=x_mean,
        x_squares=x_squares,
        residual_deviation=float(np.sqrt((residuals**2).sum() / (n - 2))),
    )


def gender_counts(customers: DataFrame) -> pd.DataFrame:
    """Count customers of each gender in Spark, most first."""
    counts = customers.groupBy("gender").agg(F.count("*").alias("customers")).toPandas()
    return counts.sort_values(["customers", "gender"], ascending=[False, True], ignore_index=True)


def age_group(age_years: "pd.Series[float]") -> "pd.Series[str]":
    """Return the one of six groups that each age is in."""
    places = np.searchsorted(_EDGES, age_years.to_numpy(), side="right")
    groups = pd.Categorical.from_codes(places.tolist(), pd.Index(AGE_GROUPS), ordered=True)
    return pd.Series(groups, index=age_years.index)


def by_group(values: "pd.Series[float]", groups: "pd.Series[str]", name: str) -> pd.DataFrame:
    """Return number, mean, deviation and quartiles of `values` in each group."""
    grouped = values.groupby(groups, observed=True)
    table = grouped.agg(
        customers="count",
        mean="mean",
        deviation="std",
        lower_quartile=lambda group: group.quantile(0.25),
        median="median",
        upper_quartile=lambda group: group.quantile(0.75),
    )
    return table.rename_axis(name).reset_index()


def explained(values: "pd.Series[float]", groups: "pd.Series[str]") -> float:
    """Return which share of the variance lies between the groups (eta squared); 0 where nothing varies."""
    total = float(values.var(ddof=0))
    means = values.groupby(groups, observed=True).transform("mean")
    return float(means.var(ddof=0)) / total if total > 0 else 0.0


def _t(n: int) -> float:
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 2))
