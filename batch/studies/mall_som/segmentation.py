"""The map: features scaled by Spark, a 10 x 10 map, each customer's unit, and units joined into segments."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyspark.ml import Pipeline
from pyspark.ml.feature import StandardScaler, StandardScalerModel, VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - the name every Spark reader knows

from batch.studies.framework import minisom_rule
from batch.studies.framework.study import Training
from shared.core.arrays import Float64, Int64, ReadOnlyArrays
from shared.core.choice.silhouette import silhouette
from shared.core.som.grid import SomGrid
from shared.core.som.initial import initial_weights
from shared.core.som.maps import activation_response
from shared.core.som.quality import quantization_error, topographic_error
from shared.core.som.train import train_som
from shared.core.som.two_level import macro_segments
from shared.core.som.units import best_two_units

GRID = SomGrid(10, 10)
SEED = 20_111_209
CUTS = range(2, 9)
"""Numbers of segments that are tried."""

SIGMA_END = 0.5
"""Units. Ending at 1 draws every unit towards its neighbours: on a mall with five plain groups the segments
then agree with K-means by 0.86 (adjusted Rand index), ending at 0.5 by 0.96."""
ONLINE_STEPS = 10_000

_SAMPLE = 5_000
"""Customers of whom the silhouette is taken: it compares every pair."""


@dataclass(frozen=True, eq=False)
class ScaledCustomers(ReadOnlyArrays):
    """Features in deviations from their means, (n, d), and what leads back; read-only."""

    features: tuple[str, ...]
    X: Float64
    mean: Float64
    deviation: Float64

    def of(self, features: tuple[str, ...]) -> "ScaledCustomers":
        """Return some of the features."""
        at = [self.features.index(name) for name in features]
        return ScaledCustomers(features, self.X[:, at], self.mean[at], self.deviation[at])

    def raw(self, scaled: Float64) -> Float64:
        """Return rows (m, d) in the units of the file."""
        return np.asarray(scaled * self.deviation + self.mean)


@dataclass(frozen=True, eq=False)
class Segmentation(ReadOnlyArrays):
    """A map and what it says of each customer.

    Parameters
    ----------
    weights : (n_units, d). units : (n,) best unit of each customer. segments : (n,) from 1.
    unit_segments : (n_units,). silhouettes : of each number of segments that was tried, over `sample`.
    quantization_error : mean distance of customers to their units, deviations.
    topographic_error : share of customers whose two nearest units do not touch.
    """

    features: tuple[str, ...]
    training: Training
    weights: Float64
    units: Int64
    segments: Int64
    unit_segments: Int64
    silhouettes: dict[int, float]
    sample: Int64
    quantization_error: float
    topographic_error: float

    @property
    def k(self) -> int:
        """Number of segments."""
        return int(self.unit_segments.max())

    @property
    def silhouette(self) -> float:
        """Mean silhouette of the customers, NaN where there is one segment."""
        return self.silhouettes[self.k]


def scale(customers: DataFrame, features: tuple[str, ...]) -> ScaledCustomers:
    """Scale every feature to mean 0 and deviation 1 in a pipeline of Spark; a constant one becomes 0."""
    pipeline = Pipeline(
        stages=[
            VectorAssembler(inputCols=list(features), outputCol="features"),
            StandardScaler(inputCol="features", outputCol="scaled", withMean=True, withStd=True),
        ]
    )
    model = pipeline.fit(customers)
    scaler = model.stages[-1]
    if not isinstance(scaler, StandardScalerModel):
        msg = f"the pipeline should end in a scaler, got {type(scaler).__name__}"
        raise TypeError(msg)
    scaled = vector_to_array(F.col("scaled"))
    rows = model.transform(customers).select([scaled[at].alias(name) for at, name in enumerate(features)])
    return ScaledCustomers(features, rows.toPandas().to_numpy(), scaler.mean.toArray(), scaler.std.toArray())


def segment(scaled: ScaledCustomers, training: Training = "batch", seed: int = SEED) -> Segmentation:
    """Train the map on scaled rows (n, d), and cut the tree of its units where the silhouette is best."""
    rng = np.random.default_rng(seed)
    X = scaled.X
    weights = _trained(X, training, rng)
    found = best_two_units(X, weights)
    units, hits = found.first, activation_response(found.first, GRID).ravel()
    sample = rng.permutation(len(X))[:_SAMPLE]
    labels, scores = _cuts(X, weights, units, hits, sample)
    best = max(scores, key=lambda k: (np.nan_to_num(scores[k], nan=-1.0), -k))
    return Segmentation(
        scaled.features, training, weights, units, labels[best][units], labels[best], scores, sample,
        quantization_error(found), topographic_error(found, GRID),
    )  # fmt: skip


def _trained(X: Float64, training: Training, rng: np.random.Generator) -> Float64:
    if training == "batch":
        return train_som(X, GRID, kind="gaussian", sigma_end=SIGMA_END, rng=rng).weights
    start = initial_weights(X, GRID, "random", rng)
    rows = X[rng.integers(0, len(X), ONLINE_STEPS)]
    return minisom_rule.learn(rows, start, GRID, SIGMA_END * minisom_rule.FALL)


def _cuts(
    X: Float64, weights: Float64, units: Int64, hits: Int64, sample: Int64
) -> tuple[dict[int, Int64], dict[int, float]]:
    """Return the segment of each unit, from 1, and the silhouette, for every number of segments."""
    labels, scores = {}, {}
    for k in (k for k in CUTS if k <= np.count_nonzero(hits)):
        labels[k] = macro_segments(weights, hits, k=k).labels + 1
        scores[k] = silhouette(X[sample], labels[k][units[sample]])
    if not scores:
        labels[1], scores[1] = np.ones(GRID.n_units, np.int64), float("nan")
    return labels, scores


def feature_sets(varying: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return what maps are made of: every feature that varies, and the same without age."""
    every = tuple(varying)
    without_age = tuple(name for name in every if name != "age_years")
    return (without_age, every) if without_age not in ((), every) else (every,)


def best_parted(found: Sequence[Segmentation], training: Training) -> Segmentation:
    """Return the segmentation whose silhouette is best; of equal ones the first."""
    of_training = [one for one in found if one.training == training]
    return max(of_training, key=lambda one: np.nan_to_num(one.silhouette, nan=-1.0))


def unit_means(values: Float64, units: Int64) -> Float64:
    """Return the mean row (n_units, d) of each unit's customers; NaN where a unit has none."""
    counts = np.bincount(units, minlength=GRID.n_units)[:, None]
    sums = np.column_stack([np.bincount(units, column, GRID.n_units) for column in values.T])
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def profiles(customers: pd.DataFrame, features: Sequence[str], segments: Int64) -> pd.DataFrame:
    """Return size, share and mean features of each segment."""
    grouped = customers.groupby(segments)
    table = grouped[list(features)].mean()
    table.insert(0, "share", grouped.size() / len(customers))
    table.insert(0, "customers", grouped.size())
    return table.rename_axis("segment").reset_index()
