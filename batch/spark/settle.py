"""Step 7 at size: Lloyd passes over everybody, and a rival that Spark's own K-means finds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.ml.clustering import KMeans
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark reader knows

from batch.compete import LEAD
from batch.spark.spark_passes import Counted, matrix_of, total
from shared.core.arrays import Float64, Int64
from shared.core.fixed_point import SCALE, from_fixed, to_fixed
from shared.core.kmeans.assignment import STILL_SHARE, assign, assign_and_sum
from shared.core.kmeans.prototype_sums import PrototypeSums

MAX_PASSES = 50
"""Of a fit; what is left after them moves fewer than one customer in ten thousand, as a rule."""


@dataclass(frozen=True, eq=False)
class Settled:
    """Centers (k, d) on everybody. origin : `sample`, or `pyspark` if its K-means led clearly.

    inertia, rival_inertia : sums of squared distances of the sample's centers, settled, and of Spark's.
    silhouette : Spark's, of squared distances, over everybody.
    """

    centers: Float64
    origin: str
    inertia: float
    rival_inertia: float
    silhouette: float


def settle_everybody(vectors: DataFrame, start: Float64, seed: int) -> Settled:
    """Bring centers (k, d) of a sample to rest on everybody, and let a cold start compete with them."""
    ours = settle(vectors, start)
    cold = _cold_start(vectors, len(start), seed)
    inertia, rival = (_inertia(vectors, centers) for centers in (ours, cold))
    leads = rival < inertia * (1 - LEAD)
    centers = settle(vectors, cold) if leads else ours
    return Settled(centers, "pyspark" if leads else "sample", inertia, rival, _silhouette(vectors, centers))


def settle(vectors: DataFrame, start: Float64) -> Float64:
    """Run Lloyd passes from `start` until the labels rest, to the bit as `assignment.restate` does."""
    before, counted = start, total(vectors, _sums_of(start))
    n = counted["moved"][0]
    for _ in range(MAX_PASSES - 1):
        earlier, before = before, _means(counted, before)
        counted = total(vectors, _sums_of(before, earlier))
        if not counted["moved"][0] or counted["moved"][0] < STILL_SHARE * n:
            break
    return _means(counted, before)


def _sums_of(centers: Float64, before: Float64 | None = None) -> Callable[[Int64], Counted]:
    def sums(vectors: Int64) -> Counted:
        labels, _, statistics = assign_and_sum(vectors, centers)
        earlier = None if before is None else assign_and_sum(vectors, before)[0]
        moved = len(labels) if earlier is None else int(np.count_nonzero(earlier != labels))
        counted = {"sums": statistics.sums, "weights": statistics.weights, "counts": statistics.counts}
        return counted | {"moved": np.array([moved], np.int64)}

    return sums


def _means(counted: Counted, previous: Float64) -> Float64:
    return PrototypeSums(counted["sums"], counted["weights"], counted["counts"]).means(previous)


def _inertia(vectors: DataFrame, centers: Float64) -> float:
    def squares(part: Int64) -> Counted:
        distances = assign(from_fixed(part), centers).distances
        return {"squares": np.array([to_fixed(distances**2).sum()], np.int64)}

    return float(total(vectors, squares)["squares"][0] / SCALE)


def _cold_start(vectors: DataFrame, k: int, seed: int) -> Float64:
    model = KMeans(k=k, seed=seed, initMode="k-means||", featuresCol="point").fit(_points(vectors))
    return np.array(model.clusterCenters(), dtype=np.float64)


def _silhouette(vectors: DataFrame, centers: Float64) -> float:
    def label(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            labels = assign(from_fixed(matrix_of(batch)), centers).labels
            yield batch.append_column("label", pa.array(labels))

    schema = ", ".join([*(f"{name} long" for name in vectors.columns), "label int"])
    labelled = _points(vectors.mapInArrow(label, schema), "label")
    return float(ClusteringEvaluator(featuresCol="point", predictionCol="label").evaluate(labelled))


def _points(vectors: DataFrame, *others: str) -> DataFrame:
    names = [name for name in vectors.columns if name not in others]
    columns = [*((F.col(name) / SCALE).alias(name) for name in names), *map(F.col, others)]
    scaled = vectors.select(columns)
    return VectorAssembler(inputCols=names, outputCol="point").transform(scaled).select("point", *others)
