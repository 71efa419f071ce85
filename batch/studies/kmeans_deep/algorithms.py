"""Other ways to cluster the same customers, judged alike."""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

from shared.core.arrays import Float64, Int32, ReadOnlyArrays
from shared.core.choice.indices import davies_bouldin
from shared.core.choice.silhouette import silhouette
from shared.core.choice.stability import adjusted_rand, one_thread
from shared.core.kmeans.lloyd import fit_kmeans

Labels = Int32

NOISE = -1
MIN_MEMBERS = 20
"""What counts as dense, and the smallest segment worth an action."""


@dataclass(frozen=True, eq=False)
class AlgorithmOutcome(ReadOnlyArrays):
    """Labels of one algorithm, (n,); -1 belongs to nobody. Indices leave noise out.

    largest_share, noise_share : of the customers. ari : agreement with K-means of the same k, noise a
    segment of its own.
    """

    name: str
    labels: Labels
    n_clusters: int
    noise_share: float
    largest_share: float
    silhouette: float
    davies_bouldin: float
    ari: float


@dataclass(frozen=True)
class Mixtures:
    """BIC of Gaussian mixtures by k and covariance, and the pick: lower is better."""

    ks: tuple[int, ...]
    full: tuple[float, ...]
    diagonal: tuple[float, ...]
    best_k: int
    best_kind: str


def compare_algorithms(X: Float64, k: int, *, seed: int = 0) -> tuple[AlgorithmOutcome, ...]:
    """Run K-means, Ward, average linkage, a mixture, DBSCAN and HDBSCAN on X (n, d)."""
    reference = fit_kmeans(X, k, rng=seed).labels
    with one_thread():
        found = {
            "K-means": reference,
            "hierarchical, Ward": _hierarchical(X, k, "ward"),
            "hierarchical, average": _hierarchical(X, k, "average"),
            "Gaussian mixture": _mixture(X, k, "full", seed).predict(X),
            "DBSCAN": DBSCAN(eps=dense_distance(X), min_samples=MIN_MEMBERS).fit(X).labels_,
            "HDBSCAN": HDBSCAN(min_cluster_size=MIN_MEMBERS, copy=True).fit(X).labels_,
        }
    return tuple(_judged(name, X, np.asarray(labels, np.int32), reference) for name, labels in found.items())


def compare_mixtures(X: Float64, ks: tuple[int, ...] = tuple(range(2, 9)), *, seed: int = 0) -> Mixtures:
    """Fit mixtures of full and of diagonal covariance for each k."""
    with one_thread():
        full, diagonal = (
            tuple(float(_mixture(X, k, kind, seed).bic(X)) for k in ks) for kind in ("full", "diag")
        )
    kind, values = ("full", full) if min(full) <= min(diagonal) else ("diagonal", diagonal)
    return Mixtures(ks, full, diagonal, ks[int(np.argmin(values))], kind)


def dense_distance(X: Float64) -> float:
    """Where the sorted distances to the 20th neighbour bend most: below it is dense.

    References
    ----------
    Ester, Kriegel, Sander, Xu (1996), the sorted k-dist graph.
    """
    distances, _ = NearestNeighbors(n_neighbors=MIN_MEMBERS).fit(X).kneighbors(X)
    curve = np.sort(distances[:, -1])
    line = np.linspace(curve[0], curve[-1], len(curve))
    return float(curve[int(np.argmax(line - curve))])


def _hierarchical(X: Float64, k: int, method: str) -> Labels:
    labels: Labels = fcluster(linkage(X, method), k, criterion="maxclust").astype(np.int32) - 1
    return labels


def _mixture(X: Float64, k: int, kind: str, seed: int) -> GaussianMixture:
    model = GaussianMixture(k, covariance_type=kind, reg_covar=1e-3, random_state=seed)
    with warnings.catch_warnings():  # parameters that still creep change no segment worth speaking of
        warnings.simplefilter("ignore")
        return model.fit(X)


def _judged(name: str, X: Float64, labels: Labels, reference: Labels) -> AlgorithmOutcome:
    inside = labels != NOISE
    sizes = np.bincount(labels[inside]) if inside.any() else np.zeros(1, np.int64)
    return AlgorithmOutcome(
        name=name,
        labels=labels,
        n_clusters=int(np.count_nonzero(sizes)),
        noise_share=float((~inside).mean()),
        largest_share=float(sizes.max() / len(labels)),
        silhouette=silhouette(X[inside], labels[inside]),
        davies_bouldin=davies_bouldin(X[inside], labels[inside]),
        ari=adjusted_rand(reference, labels),
    )
