"""What other ways to deal with empty cells would change."""

from typing import get_args

import numpy as np
import pandas as pd

from batch.studies.customer_table.preparing import prepare
from batch.studies.customer_table.segmented import Segmented
from batch.studies.customer_table.wishes import SEED, Filling
from shared.core.choice.stability import adjusted_rand
from shared.core.kmeans.lloyd import fit_kmeans
from shared.errors import InvalidConfig

ROWS = 20_000
"""Customers the ways are compared on."""
_N_STARTS = 10

_WORDS = {"median": "median", "knn": "nearest customers", "leave-out": "such customers left out"}


def agreement_of_fillings(found: Segmented) -> pd.DataFrame:
    """Return how far groups by K-means agree with those of the filling that was taken, way by way.

    Each is compared on the customers that both have.
    """
    table = found.file.table
    rows = np.sort(np.random.default_rng(SEED).permutation(len(table))[:ROWS])
    sample = table.iloc[rows]
    ours = _labels(found, sample, found.wishes.filling)
    told = []
    for filling in get_args(Filling):
        if filling == found.wishes.filling:
            continue
        try:
            theirs = _labels(found, sample, filling)
        except InvalidConfig:
            continue  # nobody is without an empty cell: that way is none
        both = ours.index.intersection(theirs.index)
        told.append((_WORDS[filling], len(theirs), adjusted_rand(ours[both], theirs[both])))
    return pd.DataFrame(told, columns=["empty cells", "customers", "agreement"])


def _labels(found: Segmented, sample: pd.DataFrame, filling: Filling) -> "pd.Series[int]":
    prepared = prepare(sample, found.verdicts, filling)
    fit = fit_kmeans(prepared.X, found.groups.k, n_starts=_N_STARTS, rng=SEED)
    return pd.Series(fit.labels, index=prepared.rows)
