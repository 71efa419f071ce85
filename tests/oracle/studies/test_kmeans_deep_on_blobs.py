"""The algorithms of the study in depth on three clear clusters."""

import numpy as np
import pytest

from batch.studies.kmeans_deep.algorithms import NOISE, compare_algorithms
from batch.studies.kmeans_deep.components import find_components
from batch.studies.kmeans_deep.k_qualities import measure
from batch.studies.kmeans_deep.starts import compare_starts
from batch.studies.kmeans_deep.unusual import compare_rules
from batch.studies.online_retail.customer_rfm import standardised

BLOBS = np.concatenate(
    [
        np.random.default_rng(at).normal(place, 0.1, (40, 2))
        for at, place in enumerate(((0, 0), (3, 0), (0, 3)))
    ]
)


def test_every_measure_finds_three_clear_clusters() -> None:
    found = measure(BLOBS, (2, 3, 4, 5))
    assert (found.by_silhouette, found.by_davies_bouldin, found.by_dunn, found.elbow) == (3, 3, 3, 3)


def test_ratios_of_starts_are_to_the_best_of_all_methods() -> None:
    found = compare_starts(BLOBS, 3, n_seeds=5)
    assert min(each.ratios.min() for each in found) == 1.0
    greedy = next(each for each in found if each.method.startswith("greedy"))
    assert greedy.good_share == 1.0


def test_all_algorithms_agree_on_clear_clusters() -> None:
    for outcome in compare_algorithms(BLOBS, 3):
        assert outcome.n_clusters == 3, outcome.name
        assert outcome.ari > 0.9, outcome.name
        assert outcome.noise_share == pytest.approx((outcome.labels == NOISE).mean())


def test_a_repeated_feature_needs_no_component() -> None:
    found = find_components(standardised(np.column_stack([BLOBS, BLOBS[:, 0]])), 3)
    assert found.shares[2] == pytest.approx(0, abs=1e-12)
    assert found.n_kept == 2
    assert found.ari == 1.0
    np.testing.assert_allclose(
        found.scores.var(axis=0) / found.scores.var(axis=0).sum(), found.shares, atol=1e-12
    )


def test_outliers_count_customers_and_what_they_spend() -> None:
    raw = np.vstack([BLOBS + 10, [[500.0, 500.0]]])
    spend = np.append(np.ones(120), 120.0)
    found = compare_rules(raw, standardised(np.log1p(raw)), spend, 3)
    assert [(each.rule, each.scale) for each in found][:2] == [("iqr", "raw"), ("iqr", "log")]
    assert (found[0].n_outliers, found[0].revenue_share) == (1, 0.5)
