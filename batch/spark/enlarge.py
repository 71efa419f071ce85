"""From a challenger that a sample has shaped to one that everybody has.

Which k, which candidate, identities and names are the sample's; centers, map and every figure that
later customers are measured against are everybody's.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark reader knows

from batch.spark.settle import settle_everybody
from batch.spark.spark_passes import Counted, matrix_of, total
from batch.spark.spark_transform import to_vectors
from shared.core.arrays import Float64, Int64
from shared.core.fixed_point import SCALE, from_fixed, sum_by_label, to_fixed
from shared.core.kmeans.assignment import assign
from shared.core.kmeans.prototype_sums import PrototypeSums
from shared.core.model.artifact import ModelArtifact, SomArtifact
from shared.core.model.placement import grid_of
from shared.core.model.reference_bins import count_in_bins
from shared.core.som.batch_rule import smooth
from shared.core.som.grid import SomGrid
from shared.core.som.quality import neuron_utility
from shared.core.som.train import FULL_PASSES
from shared.core.som.units import best_two_units

ACCURACY = 10_000
"""Of Spark's approximate percentiles: they are wrong by at most one part in so many of the ranks."""


def enlarge(challenger: ModelArtifact, rows: DataFrame, n: int, as_of_ms: int) -> ModelArtifact:
    """Settle a challenger of a sample on all n rows; its transform is everybody's already."""
    vectors = to_vectors(rows, as_of_ms, challenger.transform).cache()
    settled = settle_everybody(vectors, challenger.centers, challenger.seed)
    counted = total(vectors, _figures_of(settled.centers, challenger.bin_edges))
    counts, (p995, p95) = counted["counts"], _quantiles(vectors, settled.centers)
    figures = {
        "inertia": counted["squares"].sum() / SCALE,
        "silhouette_everybody": settled.silhouette,
        "rival_inertia": settled.rival_inertia,
    }
    larger = replace(
        challenger,
        centers=settled.centers,
        counts=counts,
        radii=np.sqrt(counted["squares"] / SCALE / np.maximum(counts, 1)),
        quantization_error=float(counted["distances"].sum() / SCALE / n),
        distance_p995=p995,
        distance_p95=p95,
        bin_counts=counted["bins"],
        som=_som_of(vectors, challenger.som, grid_of(challenger), n),
        metrics={**challenger.metrics, **figures},
    )
    vectors.unpersist()
    return larger


def _figures_of(centers: Float64, edges: Int64) -> Callable[[Int64], Counted]:
    def figures(part: Int64) -> Counted:
        found = assign(from_fixed(part), centers)
        distances = to_fixed(found.distances)
        squares = to_fixed(found.distances**2)
        k = len(centers)
        return {
            "counts": np.bincount(found.labels, minlength=k).astype(np.int64),
            "distances": sum_by_label(distances[:, np.newaxis], found.labels, k)[:, 0],
            "squares": sum_by_label(squares[:, np.newaxis], found.labels, k)[:, 0],
            "bins": count_in_bins(part, edges),
        }

    return figures


def _quantiles(vectors: DataFrame, centers: Float64) -> tuple[Float64, float]:
    """Return the 99.5th percentile of the distance in each segment, (k,), and the 95th over everybody."""

    def distances(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            found = assign(from_fixed(matrix_of(batch)), centers)
            columns = [pa.array(found.labels), pa.array(found.distances)]
            yield pa.RecordBatch.from_arrays(columns, names=["label", "distance"])

    found = vectors.mapInArrow(distances, "label int, distance double")
    far = found.groupBy("label").agg(F.percentile_approx("distance", 0.995, ACCURACY).alias("far")).collect()
    p995 = np.zeros(len(centers))
    for row in far:
        p995[row["label"]] = row["far"]
    p95 = found.agg(F.percentile_approx("distance", 0.95, ACCURACY)).first()
    return p995, float(p95[0]) if p95 else 0.0


def _som_of(vectors: DataFrame, som: SomArtifact, grid: SomGrid, n: int) -> SomArtifact:
    """Go on with the sample's map: the last passes of its schedule, over everybody."""
    weights = som.weights
    for _ in range(FULL_PASSES):
        won = total(vectors, _won_by(weights))
        weights = smooth(
            from_fixed(won["sums"]), won["counts"].astype(float), grid, som.sigma, "gaussian", weights
        )
    measured = total(vectors, _map_errors_of(weights, grid))
    return replace(
        som,
        weights=weights,
        quantization_error=float(measured["distance"][0] / SCALE / n),
        topographic_error=float(measured["folds"][0] / n),
        unit_use=neuron_utility(measured["hits"]),
    )


def _won_by(weights: Float64) -> Callable[[Int64], Counted]:
    def won(part: Int64) -> Counted:
        units = best_two_units(from_fixed(part), weights).first
        statistics = PrototypeSums.of(part, units, len(weights))
        return {"sums": statistics.sums, "counts": statistics.counts}

    return won


def _map_errors_of(weights: Float64, grid: SomGrid) -> Callable[[Int64], Counted]:
    def errors(part: Int64) -> Counted:
        best = best_two_units(from_fixed(part), weights)
        folds = ~grid.adjacency()[best.first, best.second]
        return {
            "distance": np.array([to_fixed(best.first_distances).sum()], np.int64),
            "folds": np.array([folds.sum()], np.int64),
            "hits": np.bincount(best.first, minlength=len(weights)).astype(np.int64),
        }

    return errors
