"""MLlib's streaming rule as we state it, against MLlib itself."""

import numpy as np
import pytest
from pyspark.mllib.clustering import StreamingKMeansModel
from pyspark.sql import SparkSession

from shared.core.kmeans.reference_rules import Prototypes, mllib_update

BATCHES = [np.random.default_rng(seed).normal(seed, 2.0, (40, 3)) for seed in range(4)]
CENTERS = np.random.default_rng(9).normal(0, 2.0, (4, 3))


@pytest.mark.parametrize("time_unit", ["batches", "points"])
@pytest.mark.parametrize("decay", [1.0, 0.7, 0.0])
def test_four_batches_move_centers_and_weights_as_mllib_does(
    spark: SparkSession, decay: float, time_unit: str
) -> None:
    theirs = StreamingKMeansModel(CENTERS.tolist(), [1.0] * 4)
    ours = Prototypes(CENTERS, np.ones(4))
    for X in BATCHES:
        theirs = theirs.update(spark.sparkContext.parallelize(X.tolist(), 2), decay, time_unit)
        ours = mllib_update(ours, X, decay_factor=decay, time_unit=time_unit)
        np.testing.assert_allclose(ours.centers, np.array(theirs.centers), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(ours.weights, np.array(theirs.clusterWeights), rtol=1e-12)


def test_a_dying_cluster_takes_half_of_the_largest_as_in_mllib(spark: SparkSession) -> None:
    centers, weights = [[0.0, 0.0], [1_000.0, 1_000.0]], [1e12, 1e-3]
    X = np.array([[1.0, 2.0], [3.0, 4.0]])
    theirs = StreamingKMeansModel(centers, weights).update(
        spark.sparkContext.parallelize(X.tolist(), 1), 1.0, "batches"
    )
    ours = mllib_update(Prototypes(centers, weights), X)
    assert ours.weights[0] == ours.weights[1], "the dying one was revived"
    np.testing.assert_allclose(ours.centers, np.array(theirs.centers), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(ours.weights, np.array(theirs.clusterWeights), rtol=1e-12)
