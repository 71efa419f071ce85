"""K-means from scratch: the best of several k-means++ starts."""

from collections.abc import Mapping, Sequence

from batch.candidates.material import Float64, Material
from shared.core.kmeans.lloyd import fit_kmeans


def propose(material: Material, ks: Sequence[int]) -> Mapping[int, Float64]:
    """Fit every k."""
    return {k: fit_kmeans(material.X, k, n_starts=material.n_starts, rng=material.rng(k)).centers for k in ks}
