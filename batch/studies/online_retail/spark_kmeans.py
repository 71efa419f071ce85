"""K-means and its silhouette by Spark's own library, for every k in reach.

Spark's silhouette measures squared Euclidean distances, which makes it larger than the usual one; both
are reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyspark.ml.clustering import KMeans
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.functions import array_to_vector
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark reader knows

from shared.core.arrays import Float64, Int32, ReadOnlyArrays
from shared.core.choice.indices import knee
from shared.core.choice.silhouette import silhouette
from shared.core.kmeans.lloyd import fit_kmeans

KS = tuple(range(2, 7))


@dataclass(frozen=True, eq=False)
class Fit(ReadOnlyArrays):
    """One k. sizes : (k,) members, largest first. labels : (n,) of Spark. centers : (k, d).

    inertia_by_best : Spark's inertia by that of the best of five seeded starts; Spark has one start only.
    """

    k: int
    inertia: float
    inertia_by_best: float
    silhouette_squared: float
    silhouette: float
    sizes: tuple[int, ...]
    labels: Int32
    centers: Float64


@dataclass(frozen=True)
class KCurve:
    """Fits by ascending k, the elbow of their inertias, and the k of the best silhouette."""

    fits: tuple[Fit, ...]
    elbow: int | None
    best_k: int

    def of(self, k: int) -> Fit:
        """Give the fit of one k."""
        return next(fit for fit in self.fits if fit.k == k)


def fit_curve(spark: SparkSession, X: Float64, *, ks: Sequence[int] = KS, seed: int = 0) -> KCurve:
    """Fit each k to scaled features (n, d), and score it."""
    table = _frame(spark, X).cache()
    fits = tuple(_fit(table, X, k, seed) for k in ks)
    table.unpersist()  # not in a `finally`: behind a signal, Java's next answer would be to another question
    best = max(fits, key=lambda fit: fit.silhouette)
    return KCurve(fits, knee([fit.k for fit in fits], [fit.inertia for fit in fits]), best.k)


def _frame(spark: SparkSession, X: Float64) -> DataFrame:
    """Put the rows in one partition: a few thousand of them are not worth a second task."""
    rows = list(enumerate(X.tolist()))
    table = spark.createDataFrame(rows, "row long, x array<double>").coalesce(1)
    return table.select("row", array_to_vector(F.col("x")).alias("features"))


def _fit(table: DataFrame, X: Float64, k: int, seed: int) -> Fit:
    model = KMeans(k=k, seed=seed, maxIter=40).fit(table)
    placed = model.transform(table)
    squared = ClusteringEvaluator(distanceMeasure="squaredEuclidean").evaluate(placed)
    found = placed.select("row", "prediction").toPandas().sort_values("row")
    labels = found["prediction"].to_numpy(np.int32)
    centers = np.array(model.clusterCenters())
    inertia = float(((X - centers[labels]) ** 2).sum())
    return Fit(
        k=k,
        inertia=inertia,
        inertia_by_best=inertia / fit_kmeans(X, k, n_starts=5, rng=seed).inertia,
        silhouette_squared=float(squared),
        silhouette=silhouette(X, labels),
        sizes=tuple(sorted(np.bincount(labels, minlength=k).tolist(), reverse=True)),
        labels=labels,
        centers=centers,
    )
