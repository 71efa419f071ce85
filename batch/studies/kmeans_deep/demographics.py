"""Age, income, tenure and gender: what they add, on made-up customers, since real ones may not be shipped."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.studies.kmeans_deep.k_qualities import QualityCurve, measure
from batch.studies.online_retail.customer_rfm import standardised
from shared.core.arrays import Float64, Int32
from shared.core.choice.stability import adjusted_rand
from shared.core.kmeans.lloyd import fit_kmeans

BANK = (
    "age_years",
    "tenure_years",
    "income_k",
    "savings_k",
    "investments_k",
    "mortgage_k",
    "card_spend_k",
    "n_products",
)
"""Columns of `resegment generate customer360` that a shop with a loyalty card could know or ask."""
MALL = ("Age", "Annual Income (k$)", "Spending Score (1-100)")


@dataclass(frozen=True)
class Demographics:
    """Curves of k on the plain and on the log scale, and how far the two agree at k (ARI)."""

    plain: QualityCurve
    log: QualityCurve
    k: int
    ari: float
    profile: pd.DataFrame


@dataclass(frozen=True)
class Gender:
    """What a standardised 0/1 column does to K-means.

    ari : agreement with the segments without it. purity : mean share of the commoner gender in a segment,
    with and without. expected_purity : of everybody.
    """

    k: int
    ari: float
    purity_without: float
    purity_with: float
    expected_purity: float


def study_bank(customers: pd.DataFrame, *, k: int, seed: int = 0) -> Demographics:
    """Cluster the bank's customers on both scales."""
    raw = customers[list(BANK)].to_numpy(np.float64)
    plain, log = standardised(raw), scaled(customers)
    ks = tuple(range(2, 9))
    sample = np.sort(np.random.default_rng(seed).choice(len(raw), min(2_000, len(raw)), replace=False))
    labels, others = (fit_kmeans(X, k, rng=seed).labels for X in (log, plain))
    profile = customers[list(BANK)].groupby(labels).median()
    profile.insert(0, "customers", np.bincount(labels, minlength=k))
    by_plain, by_log = (measure(X[sample], ks, seed=seed) for X in (plain, log))
    return Demographics(by_plain, by_log, k, adjusted_rand(labels, others), profile.reset_index(drop=True))


def scaled(customers: pd.DataFrame) -> Float64:
    """Give the bank's features (n, d) as log(1 + x), standardised."""
    return standardised(np.log1p(customers[list(BANK)].to_numpy(np.float64)))


def study_gender(customers: pd.DataFrame, *, k: int, seed: int = 0) -> Gender:
    """Cluster the mall's customers without and with gender as a number."""
    numbers = standardised(customers[list(MALL)].to_numpy(np.float64))
    is_woman = (customers["Gender"] == "Female").to_numpy().astype(np.float64)
    without = fit_kmeans(numbers, k, rng=seed).labels
    mixed = fit_kmeans(np.column_stack([numbers, standardised(is_woman[:, None])]), k, rng=seed).labels
    share = float(is_woman.mean())
    return Gender(
        k,
        adjusted_rand(without, mixed),
        _purity(without, is_woman),
        _purity(mixed, is_woman),
        max(share, 1 - share),
    )


def _purity(labels: Int32, is_woman: Float64) -> float:
    sizes, women = np.bincount(labels), np.bincount(labels, is_woman)
    return float(np.maximum(women, sizes - women).sum() / sizes.sum())
