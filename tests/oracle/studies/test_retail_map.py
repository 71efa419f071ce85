"""The retail map and its tree against MiniSom, scikit-learn and scipy."""

import numpy as np
import pandas as pd
import pytest
from minisom import MiniSom
from scipy.cluster import hierarchy
from sklearn.metrics import adjusted_rand_score

from batch.studies import stand_ins
from batch.studies.framework import minisom_rule
from batch.studies.retail_som_hierarchy import retail_map
from batch.studies.retail_som_hierarchy.encoded_rows import (
    decode,
    encode,
    largest_difference,
)
from batch.studies.retail_som_hierarchy.reading_clusters import explained
from batch.studies.retail_som_hierarchy.usable_rows import clean
from tests.support.retail import as_read

RNG = np.random.default_rng(5)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return clean(as_read(stand_ins.make("retail", 400))).rows


def test_learning_repeats_minisom_step_by_step() -> None:
    X, steps = RNG.normal(size=(60, 4)), 60
    start = RNG.normal(size=(retail_map.GRID.n_units, 4))
    theirs = MiniSom(15, 15, 4, sigma=retail_map.SIGMA_START, learning_rate=minisom_rule.LEARNING_RATE_START)
    theirs._weights = start.reshape(15, 15, 4).copy()
    for step in range(steps):
        theirs.update(X[step], theirs.winner(X[step]), step, steps)

    ours = minisom_rule.learn(X, start, retail_map.GRID, retail_map.SIGMA_START)

    np.testing.assert_allclose(ours, theirs.get_weights().reshape(-1, 4), rtol=1e-9, atol=1e-12)


def test_the_tree_and_its_cut_are_scipys() -> None:
    weights = RNG.normal(size=(225, 3))
    tree = hierarchy.linkage(weights, "average")
    joined = retail_map.join_units(weights)
    max_d = retail_map.height_of_cut(joined.linkage)

    np.testing.assert_allclose(joined.linkage[:, 2], tree[:, 2])
    for expected in (
        hierarchy.fcluster(tree, retail_map.N_CLUSTERS, "maxclust"),
        hierarchy.fcluster(tree, max_d, "distance"),
    ):
        assert adjusted_rand_score(expected, joined.labels) == 1
    assert len(np.unique(joined.labels)) == retail_map.N_CLUSTERS


def test_training_orders_the_map_and_comes_nearer(rows: pd.DataFrame) -> None:
    found = retail_map.train(encode(rows).X, iterations=100)

    assert found.quantization_errors[1] < found.quantization_errors[0]
    assert found.topographic_errors[1] < found.topographic_errors[0]
    assert found.hits.sum() == len(rows)


def test_scaling_is_undone_exactly(rows: pd.DataFrame) -> None:
    encoded = encode(rows)
    back = decode(encoded, encoded.X)

    assert largest_difference(encoded, rows) < 1e-6
    np.testing.assert_allclose(encoded.X.mean(axis=0), 0, atol=1e-9)
    assert all(
        (back[name].to_numpy() == rows[name].to_numpy()).all()
        for name in (*encoded.encoders, "week", "post_code")
    )


def test_explained_shares_are_those_of_an_analysis_of_variance(rows: pd.DataFrame) -> None:
    encoded, clusters = encode(rows), RNG.integers(1, 4, len(rows))
    shares = explained(encoded, clusters).set_index("feature")["explained_share"]

    amount = encoded.X[:, encoded.features.index("amount")]
    within = sum(((amount[clusters == one] - amount[clusters == one].mean()) ** 2).sum() for one in (1, 2, 3))
    assert shares["amount"] == pytest.approx(1 - within / ((amount - amount.mean()) ** 2).sum())
