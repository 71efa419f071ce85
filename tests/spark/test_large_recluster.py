"""Over partitions and in memory, the same customers lead to the same model."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from batch.customer_source import InMemory
from batch.load import CustomerTable
from batch.scale import scale
from batch.spark.enlarge import enlarge
from batch.spark.settle import MAX_PASSES, settle, settle_everybody
from batch.spark.spark_transform import fit_transform, to_vectors
from shared.core.arrays import Float64
from shared.core.customers.features import FEATURES, MS_PER_DAY, RfmColumns
from shared.core.fixed_point import to_fixed
from shared.core.kmeans.assignment import assign, restate
from shared.core.model.placement import grid_of
from shared.core.model.reference_bins import count_in_bins, cut_bins
from shared.core.som.quality import topographic_error
from shared.core.som.units import best_two_units
from tests.support.small_model import champion

AS_OF = datetime(2011, 12, 10, tzinfo=UTC)
AS_OF_MS = round(AS_OF.timestamp() * 1000)
N = 3_000
NAMES = ("recency_days", "frequency", "monetary")


@pytest.fixture(scope="module")
def rfm() -> RfmColumns:
    rng = np.random.default_rng(7)
    frequency = rng.negative_binomial(1, 0.2, N) + 1
    last = AS_OF_MS - (rng.exponential(60, N) * MS_PER_DAY).astype(np.int64)
    return RfmColumns(
        frequency.astype(np.int64),
        (rng.lognormal(5, 1, N) * frequency * 10_000).astype(np.int64),
        last - frequency * MS_PER_DAY * 9,
        last,
    )


@pytest.fixture(scope="module")
def rows(spark: SparkSession, rfm: RfmColumns) -> Iterator[DataFrame]:
    table = pd.DataFrame({name: getattr(rfm, name) for name in RfmColumns.__dataclass_fields__})
    made = spark.createDataFrame(table.assign(_id=[f"c{i:05d}" for i in range(N)])).repartition(3).cache()
    yield made
    made.unpersist()


def _everybody(rfm: RfmColumns) -> InMemory:
    return InMemory(CustomerTable(rfm, AS_OF, AS_OF, AS_OF))


def _nearly_settled(X: Float64, k: int) -> Float64:
    """Leave a few passes to do: each is a job of Spark."""
    return restate(to_fixed(X), X[:k], max_passes=20).centers


@pytest.mark.parametrize(("features", "clip"), [(NAMES, None), (tuple(FEATURES), 90)])
def test_the_transform_equals_that_of_one_process(
    rows: DataFrame, rfm: RfmColumns, features: tuple[str, ...], clip: int | None
) -> None:
    ours = fit_transform(rows, N, AS_OF_MS, features, clip)
    theirs = _everybody(rfm).fit_transform(features, clip)
    assert (ours.features, ours.recency_clip_days) == (theirs.features, theirs.recency_clip_days)
    np.testing.assert_allclose(ours.means, theirs.means, rtol=1e-10)
    np.testing.assert_allclose(ours.deviations, theirs.deviations, rtol=1e-10)


def test_centers_come_to_rest_where_they_do_in_one_process(rows: DataFrame, rfm: RfmColumns) -> None:
    scaled = scale(rfm, AS_OF_MS, _everybody(rfm).fit_transform(NAMES, None))
    vectors = to_vectors(rows, AS_OF_MS, scaled.transform)
    start = _nearly_settled(scaled.X, 4)
    expected = restate(to_fixed(scaled.X), start, max_passes=MAX_PASSES).centers
    assert settle(vectors, start).tobytes() == expected.tobytes()


def test_a_poor_start_yields_to_the_rival_and_a_good_one_does_not(rows: DataFrame, rfm: RfmColumns) -> None:
    scaled = scale(rfm, AS_OF_MS, _everybody(rfm).fit_transform(NAMES, None))
    vectors = to_vectors(rows, AS_OF_MS, scaled.transform).cache()
    good = _nearly_settled(scaled.X, 3)
    assert settle_everybody(vectors, good, 1).origin == "sample"
    lost = np.vstack([scaled.X.mean(axis=0), np.full((2, 3), 1e3)])  # nobody is near the last two
    found = settle_everybody(vectors, lost, 1)
    assert found.origin == "pyspark"
    inertia = float((assign(scaled.X, found.centers).distances ** 2).sum())
    assert inertia == pytest.approx(found.rival_inertia, rel=0.01)
    vectors.unpersist()


def test_every_figure_of_an_enlarged_model_is_that_of_everybody(rows: DataFrame, rfm: RfmColumns) -> None:
    scaled = scale(rfm, AS_OF_MS, _everybody(rfm).fit_transform(NAMES, None))
    edges = cut_bins(to_fixed(scaled.X[:1_000]))
    start = _nearly_settled(scaled.X, 4)
    challenger = replace(champion(), transform=scaled.transform, centers=start, bin_edges=edges)

    model = enlarge(challenger, rows, N, AS_OF_MS)

    found = assign(scaled.X, model.centers)
    assert model.n_customers == N
    assert model.counts.tolist() == np.bincount(found.labels, minlength=4).tolist()
    assert model.quantization_error == pytest.approx(found.distances.mean(), abs=1e-8)
    np.testing.assert_array_equal(model.bin_counts, count_in_bins(to_fixed(scaled.X), edges))
    for label in range(4):
        own = found.distances[found.labels == label]
        assert model.radii[label] == pytest.approx(np.sqrt((own**2).mean()), abs=1e-8)
        assert np.mean(own > model.distance_p995[label]) == pytest.approx(0.005, abs=0.002)
    assert np.mean(found.distances > model.distance_p95) == pytest.approx(0.05, abs=0.001)
    best = best_two_units(scaled.X, model.som.weights)
    assert model.som.quantization_error == pytest.approx(best.first_distances.mean(), abs=1e-8)
    assert model.som.topographic_error == pytest.approx(topographic_error(best, grid_of(model)), abs=1e-12)
