"""HDBSCAN: segments are where customers are dense; who stands between them belongs to none.

It finds its own number of segments. As prototypes they take everybody in, noise included.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from batch.candidates.agglomerative import sample
from batch.candidates.material import Float64, Material, group_means
from shared.core.choice.k_scores import Floors

AT_MOST = 20_000


def propose(material: Material, ks: Sequence[int]) -> Mapping[int, Float64]:
    """Give the segments that are dense and no smaller than the floors allow, if they are in `ks`."""
    from sklearn.cluster import HDBSCAN  # noqa: PLC0415 - a second to import

    X = sample(material, AT_MOST)
    floors = Floors()
    smallest = min(len(X), max(floors.customers, int(np.ceil(floors.share * len(X)))))
    labels = HDBSCAN(min_cluster_size=smallest, copy=True).fit(X).labels_.astype(np.int64)
    k = int(labels.max(initial=-1)) + 1
    return {k: group_means(X, labels, k)} if k in ks else {}
