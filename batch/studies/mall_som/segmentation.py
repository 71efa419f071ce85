"""The map: features scaled by Spark, a 10 x 10 map, each customer's unit, and units joined into segments."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyspark.ml import Pipeline
from pyspark.ml.feature import StandardScaler, StandardScalerModel, VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark reader knows

from batch.studies.mall_som.customers import FEATURES
from shared.core.arrays import Float64, Int64, ReadOnlyArrays
from shared.core.choice.silhouette import silhouette
from shared.core.som.grid import SomGrid
from shared.core.som.maps import activation_response
from shared.core.som.train import train_som
from shared.core.som.trained import TrainedSom
from shared.core.som.two_level import macro_segments
from shared.core.som.units import best_two_units

GRID = SomGrid(10, 10)
SEED = 20_111_209
CUTS = range(2, 9)
"""Numbers of segments that are tried."""

_SAMPLE = 5_000
"""Customers of whom the silhouette is taken: it compares every pair."""


@dataclass(frozen=True, eq=False)
class ScaledCustomers(ReadOnlyArrays):
    """Features in deviations from their means, (n, d), and what leads back; read-only."""

    X: Float64
    mean: Float64
    deviation: Float64

    def raw(self, scaled: Float64) -> Float64:
        """Return rows (m, d) in the units of the file."""
        return np.asarray(scaled * self.deviation + self.mean)


@dataclass(frozen=True, eq=False)
class Segmentation:
    """A map and what it says of each customer.

    Parameters
    ----------
    units : (n,) best unit of each customer. segments : (n,) from 1. unit_segments : (n_units,).
    silhouettes : of each number of segments that was tried.
    """

    som: TrainedSom
    units: Int64
    segments: Int64
    unit_segments: Int64
    silhouettes: dict[int, float]

    @property
    def k(self) -> int:
        """Number of segments."""
        return int(self.unit_segments.max())


def scale(customers: DataFrame) -> ScaledCustomers:
    """Scale every feature to mean 0 and deviation 1 in a pipeline of Spark; a constant one becomes 0."""
    pipeline = Pipeline(
        stages=[
            VectorAssembler(inputCols=list(FEATURES), outputCol="features"),
            StandardScaler(inputCol="features", outputCol="scaled", withMean=True, withStd=True),
        ]
    )
    model = pipeline.fit(customers)
    scaler = model.stages[-1]
    if not isinstance(scaler, StandardScalerModel):
        msg = f"the pipeline should end in a scaler, got {type(scaler).__name__}"
        raise TypeError(msg)
    scaled = vector_to_array(F.col("scaled"))
    rows = model.transform(customers).select([scaled[at].alias(name) for at, name in enumerate(FEATURES)])
    return ScaledCustomers(rows.toPandas().to_numpy(), scaler.mean.toArray(), scaler.std.toArray())


def segment(X: Float64, seed: int = SEED) -> Segmentation:
    """Train the map on scaled rows (n, d), and cut the tree of its units where the silhouette is best."""
    rng = np.random.default_rng(seed)
    som = train_som(X, GRID, kind="gaussian", rng=rng)
    units = best_two_units(X, som.weights).first
    hits = activation_response(units, GRID).ravel()
    sample = rng.permutation(len(X))[:_SAMPLE]
    labels, scores = {}, {}
    for k in (k for k in CUTS if k <= np.count_nonzero(hits)):
        labels[k] = macro_segments(som.weights, hits, k=k).labels + 1
        scores[k] = silhouette(X[sample], labels[k][units[sample]])
    if not scores:
        labels[1], scores[1] = np.ones(GRID.n_units, np.int64), float("nan")
    best = max(scores, key=lambda k: (np.nan_to_num(scores[k], nan=-1.0), -k))
    return Segmentation(som, units, labels[best][units], labels[best], scores)


def unit_means(values: Float64, units: Int64) -> Float64:
    """Return the mean row (n_units, d) of each unit's customers; NaN where a unit has none."""
    counts = np.bincount(units, minlength=GRID.n_units)[:, None]
    sums = np.column_stack([np.bincount(units, column, GRID.n_units) for column in values.T])
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def profiles(customers: pd.DataFrame, segments: Int64) -> pd.DataFrame:
    """Return size, share and mean features of each segment."""
    grouped = customers.groupby(segments)
    table = grouped[list(FEATURES)].mean()
    table.insert(0, "share", grouped.size() / len(customers))
    table.insert(0, "customers", grouped.size())
    return table.rename_axis("segment").reset_index()
