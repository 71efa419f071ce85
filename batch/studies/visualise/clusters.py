"""K-means on any of the twelve features, scaled by their logarithms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.studies.reading import DataFile, StudyColumn
from batch.studies.stand_ins.customer360 import FEATURES
from shared.core.arrays import Float64, Int64
from shared.core.choice.silhouette import silhouette
from shared.core.kmeans.lloyd import fit_kmeans
from shared.core.model.transform import FeatureTransform, fit_transform

LABELS = {
    "age_years": "age, years",
    "tenure_years": "tenure, years",
    "income_k": "income, k a year",
    "current_account_k": "current account, k",
    "savings_k": "savings, k",
    "investments_k": "investments, k",
    "mortgage_k": "mortgage, k",
    "loans_k": "loans, k",
    "card_spend_k": "card spend, k a year",
    "n_products": "products",
    "n_logins_month": "logins a month",
    "n_branch_visits_year": "branch visits a year",
}
COLUMNS = (
    StudyColumn("customer_id", "id", "one for each customer"),
    *(StudyColumn(name, "number", LABELS[name]) for name in FEATURES),
)
TWO = ("age_years", "savings_k")
THREE = ("age_years", "income_k", "savings_k")
FOURTH = "mortgage_k"
"""Shown by its thirds, since three axes are all there are."""
MIN_ROWS = 20

CANDIDATES = range(2, 10)
SEED = 20_111_209
_SAMPLE = 2_500
"""Customers of whom the silhouette is taken: it compares every pair."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """The k whose silhouette is highest.

    Parameters
    ----------
    labels : (n,) from 1, in the order of the first feature's mean. centers : (k, d) in the file's units.
    scaled : (n, d) log-scaled features. silhouettes : of each k that was tried, over `sample`; of 1 alone,
        not a number, where all customers are alike.
    """

    features: tuple[str, ...]
    labels: Int64
    centers: Float64
    scaled: Float64
    silhouettes: dict[int, float]
    sample: Int64

    @property
    def k(self) -> int:
        """Number of clusters."""
        return len(self.centers)

    @property
    def silhouette(self) -> float:
        """Mean silhouette of the sample."""
        return self.silhouettes[self.k]


def cluster(customers: pd.DataFrame, features: Sequence[str], seed: int = SEED) -> Clusters:
    """Scale the features, fit every candidate k, keep the one that parts the customers best."""
    raw = customers[list(features)].to_numpy(dtype=np.float64)
    transform: FeatureTransform = fit_transform(raw, tuple(features))
    X = transform.apply(raw)
    sample = np.random.default_rng(seed).permutation(len(X))[:_SAMPLE]
    n_different = len(np.unique(X, axis=0))
    candidates = [k for k in CANDIDATES if k <= n_different] or [1]
    fits = {k: fit_kmeans(X, k, n_starts=4, rng=seed) for k in candidates}
    scores = {k: silhouette(X[sample], fit.labels[sample]) for k, fit in fits.items()}
    best = max(scores, key=lambda k: (np.nan_to_num(scores[k], nan=-1.0), -k))
    order = np.argsort(fits[best].centers[:, 0], kind="stable")
    labels = np.argsort(order)[fits[best].labels] + 1
    return Clusters(tuple(features), labels, transform.invert(fits[best].centers[order]), X, scores, sample)


def labels_of(file: DataFile) -> dict[str, str]:
    """Return what each feature is called where a reader sees it: as the file does, where that was told."""
    return {name: file.columns.get(name, label) for name, label in LABELS.items()}


def profiles(customers: pd.DataFrame, labels: Int64) -> pd.DataFrame:
    """Return size, share and mean features of each cluster."""
    grouped = customers.groupby(labels)
    table = grouped[list(FEATURES)].mean()
    table.insert(0, "share", grouped.size() / len(customers))
    table.insert(0, "customers", grouped.size())
    return table.rename_axis("cluster").reset_index()


def sums(customers: pd.DataFrame, labels: Int64) -> pd.DataFrame:
    """Return the sum of each feature in each cluster."""
    return customers.groupby(labels)[list(FEATURES)].sum().rename_axis("cluster")


def thirds(values: "pd.Series[float]") -> "pd.Series[int]":
    """Return which third of the customers each value is in, 0 to 2; equal values are in one third."""
    return (values.rank(pct=True, method="average") * 3).sub(1e-9).clip(0, 2).astype(int)


def scaled_means(found: Clusters) -> pd.DataFrame:
    """Return the mean scaled features of each cluster, in deviations of their logarithms."""
    table = pd.DataFrame(found.scaled, columns=list(found.features))
    return table.groupby(found.labels).mean().rename_axis("cluster")
