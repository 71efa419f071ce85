"""Where centers may come from: every kind of candidate proposes prototypes in scaled units.

References
----------
Vesanto and Alhoniemi (2000), Clustering of the self-organizing map, for `som_ward`.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from batch.som import fit_som
from shared.core.arrays import Float64, Int64
from shared.core.choice.k_scores import Floors
from shared.core.kmeans.lloyd import fit_kmeans
from shared.core.som.two_level import labels_of as cut
from shared.core.som.two_level import weighted_linkage
from shared.core.som.units import best_two_units

Prototypes = Mapping[int, Float64]
"""k -> (k, d) prototypes, in scaled units."""

MAX_JOINED = 4_000
"""Customers that are joined in one tree, which takes time and memory by their square. More are sampled."""
MAX_DENSE = 20_000
"""Customers whose density is measured; more are sampled."""
RIDGE = 1e-4
"""Added to every variance: discrete features (one purchase) otherwise give a component no width at all."""


@dataclass(frozen=True, eq=False)
class Material:
    """The customers that are fitted, and where a fit may begin.

    X : (n, d) scaled features. champion_centers : (k, d) in the units of X; None without a champion.
    n_starts : of each cold fit. floors : what a segmentation must reach.
    """

    X: Float64
    champion_centers: Float64 | None
    seed: int
    n_starts: int
    floors: Floors

    def rng(self, k: int) -> np.random.Generator:
        """Give the randomness of one k, whatever other k are asked for."""
        return np.random.default_rng([self.seed, k])

    def sample(self, at_most: int) -> Float64:
        """Return the rows, or as many of them as a costly method can take."""
        if len(self.X) <= at_most:
            return self.X
        rows = np.random.default_rng(self.seed).choice(len(self.X), at_most, replace=False)
        return self.X[np.sort(rows)]


Propose = Callable[[Material, Sequence[int]], Prototypes]
"""Prototypes for the numbers of segments asked for, or for those that the kind can give."""


def warm(material: Material, ks: Sequence[int]) -> Prototypes:
    """Give the champion's own centers: the fit that moves the fewest customers."""
    centers = material.champion_centers
    return {} if centers is None or len(centers) not in ks else {len(centers): centers}


def cold(material: Material, ks: Sequence[int]) -> Prototypes:
    """Fit K-means from scratch for every k: the best of several k-means++ starts."""
    return {k: fit_kmeans(material.X, k, n_starts=material.n_starts, rng=material.rng(k)).centers for k in ks}


def som_ward(material: Material, ks: Sequence[int]) -> Prototypes:
    """Join the units of a map by Ward's rule, and cut the tree at every k that it has units for."""
    som = fit_som(material.X, material.seed)
    units = best_two_units(material.X, som.weights).first
    used, unit_of, hits = np.unique(units, return_inverse=True, return_counts=True)
    joins = weighted_linkage(som.weights[used], hits.astype(np.float64))
    return {k: _group_means(material.X, cut(joins, k)[unit_of], k) for k in ks if k <= len(used)}


def gaussian_mixture(material: Material, ks: Sequence[int]) -> Prototypes:
    """Fit a mixture for every k: segments may be stretched and of different spread."""
    return {k: _component_means(material, k) for k in ks}


def agglomerative(material: Material, ks: Sequence[int]) -> Prototypes:
    """Join customers, not units of a map, by Ward's rule, and cut the tree at every k."""
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415 - a second to import

    X = material.sample(MAX_JOINED)
    tree = AgglomerativeClustering(n_clusters=None, distance_threshold=0.0).fit(X)
    return {k: _group_means(X, cut(np.asarray(tree.children_), k), k) for k in ks}


def hdbscan(material: Material, ks: Sequence[int]) -> Prototypes:
    """Give the segments that are dense and no smaller than the floors allow, if `ks` asks for so many.

    It finds its own number of segments; who stands between them belongs to none. As prototypes they
    take everybody in, noise included.
    """
    from sklearn.cluster import HDBSCAN  # noqa: PLC0415 - a second to import

    X, floors = material.sample(MAX_DENSE), material.floors
    smallest = min(len(X), max(2, floors.customers, int(np.ceil(floors.share * len(X)))))
    labels = HDBSCAN(min_cluster_size=smallest, copy=True).fit(X).labels_.astype(np.int64)
    k = int(labels.max(initial=-1)) + 1
    return {k: _group_means(X, labels, k)} if k in ks else {}


KINDS: Mapping[str, Propose] = MappingProxyType(
    {
        "warm": warm,
        "cold": cold,
        "som_ward": som_ward,
        "gaussian_mixture": gaussian_mixture,
        "agglomerative": agglomerative,
        "hdbscan": hdbscan,
    }
)
"""Every kind of candidate by the name that settings call it."""


def _component_means(material: Material, k: int) -> Float64:
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - a second to import
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415

    seed = int(material.rng(k).integers(2**31))
    model = GaussianMixture(k, init_params="k-means++", n_init=3, reg_covar=RIDGE, random_state=seed)
    with warnings.catch_warnings():  # means that still creep are prototypes all the same
        warnings.simplefilter("ignore", ConvergenceWarning)
        means: Float64 = np.asarray(model.fit(material.X).means_, dtype=np.float64)
    return means


def _group_means(X: Float64, labels: Int64, k: int) -> Float64:
    """Mean of the rows of each label, (k, d); every label has rows, a negative one is nobody's."""
    inside = labels >= 0
    counts = np.bincount(labels[inside], minlength=k)
    sums = [np.bincount(labels[inside], column[inside], k) for column in X.T]
    means: Float64 = np.column_stack(sums) / counts[:, np.newaxis]
    return means
