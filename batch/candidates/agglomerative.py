"""Ward's rule on customers, not on the units of a map."""

from collections.abc import Mapping, Sequence

import numpy as np

from batch.candidates.material import Float64, Material, group_means
from shared.core.som.two_level import labels_of as cut

AT_MOST = 4_000
"""Customers that are joined; the tree takes time and memory by their square. More are sampled."""


def propose(material: Material, ks: Sequence[int]) -> Mapping[int, Float64]:
    """Cut one tree at every k; a prototype is the mean of its customers."""
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415 - a second to import

    X = sample(material, AT_MOST)
    tree = AgglomerativeClustering(n_clusters=None, distance_threshold=0.0).fit(X)
    return {k: group_means(X, cut(np.asarray(tree.children_), k), k) for k in ks}


def sample(material: Material, at_most: int) -> Float64:
    """Return the rows, or as many of them as a costly method can take."""
    if len(material.X) <= at_most:
        return material.X
    rows = np.random.default_rng(material.seed).choice(len(material.X), at_most, replace=False)
    return material.X[np.sort(rows)]
