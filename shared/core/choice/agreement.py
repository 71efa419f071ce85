"""How far two labellings of the same customers agree beyond chance, from their table of counts.

A table of a few cells stands for millions of customers, so nothing here expands labels.
"""

import numpy as np

from shared.core.arrays import Int64


def adjusted_rand_of(shared: Int64) -> float:
    """Return the adjusted Rand index of a table (k_old, k_new): 1 = the same, 0 = by chance.

    References
    ----------
    Hubert, Arabie (1985), Comparing partitions.
    """
    rows, columns = shared.sum(axis=1), shared.sum(axis=0)
    together, in_a, in_b = pairs(shared), pairs(rows), pairs(columns)
    total = pairs(rows.sum(keepdims=True))
    expected = in_a * in_b / total if total > 0 else 0.0
    largest = (in_a + in_b) / 2
    # Both put everybody together, or everybody alone: the same partition.
    return (together - expected) / (largest - expected) if largest != expected else 1.0


def adjusted_mutual_information_of(shared: Int64) -> float:
    """Return the adjusted mutual information of a table (k_old, k_new): 1 = the same, 0 = by chance.

    Normalised by the mean of both entropies, as scikit-learn does. Takes time in proportion to the
    customers of the table (a second for a million).

    References
    ----------
    Vinh, Epps, Bailey (2010), Information theoretic measures for clusterings comparison.
    """
    # A second to import, and only a promotion asks for it.
    from sklearn.metrics.cluster import expected_mutual_information, mutual_info_score  # noqa: PLC0415

    held = shared[shared.sum(axis=1) > 0][:, shared.sum(axis=0) > 0]
    if max(held.shape) <= 1:
        return 1.0  # everybody together on both sides
    if min(held.shape) == 1:
        return 0.0
    found = mutual_info_score(None, None, contingency=held)
    chance = expected_mutual_information(held, int(held.sum()))
    largest = (_entropy(held.sum(axis=1)) + _entropy(held.sum(axis=0))) / 2
    # Everybody alone on both sides: chance cannot do worse.
    return float((found - chance) / (largest - chance)) if largest > chance else 1.0


def pairs(counts: Int64) -> float:
    """Pairs of members within the cells; a float, for 3 billion customers squared overflow."""
    c = counts.astype(np.float64)
    return float((c * (c - 1) / 2).sum())


def _entropy(counts: Int64) -> float:
    shares = counts / counts.sum()
    return float(-np.sum(shares * np.log(shares)))
