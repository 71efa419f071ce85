"""Outliers by three rules on two scales, and what leaving them out changes for the others."""

from dataclasses import dataclass

from batch.studies.online_retail.customer_rfm import standardised
from shared.core.arrays import Bool, Float64, Int32
from shared.core.choice.outliers import Rule, find_outliers
from shared.core.choice.stability import adjusted_rand
from shared.core.kmeans.lloyd import fit_kmeans

RULES: tuple[Rule, ...] = ("iqr", "zscore", "isolation_forest")


@dataclass(frozen=True)
class Unusual:
    """One rule on one scale. revenue_share : that the outliers bring.

    ari : agreement, on everybody else, of K-means with and without the outliers; both on the log scale.
    """

    rule: Rule
    scale: str
    n_outliers: int
    share: float
    revenue_share: float
    ari: float


def compare_rules(raw: Float64, X: Float64, spend: Float64, k: int, *, seed: int = 0) -> tuple[Unusual, ...]:
    """Apply every rule to the raw features and to X, the log features, both (n, d)."""
    labels = fit_kmeans(X, k, rng=seed).labels
    scales = {"raw": standardised(raw), "log": X}
    return tuple(
        _judged(rule, scale, find_outliers(table, rule, seed=seed).is_outlier, X, labels, spend, k, seed)
        for rule in RULES
        for scale, table in scales.items()
    )


def _judged(
    rule: Rule,
    scale: str,
    is_outlier: Bool,
    X: Float64,
    labels: Int32,
    spend: Float64,
    k: int,
    seed: int,
) -> Unusual:
    others = ~is_outlier
    again = fit_kmeans(X[others], k, rng=seed).labels
    return Unusual(
        rule,
        scale,
        int(is_outlier.sum()),
        float(is_outlier.mean()),
        float(spend[is_outlier].sum() / spend.sum()),
        adjusted_rand(labels[others], again),
    )
