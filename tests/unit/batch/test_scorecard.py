"""The scorecard against scikit-learn's figures."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score
from sklearn.metrics.cluster import contingency_matrix

from batch.champion import ChampionView
from batch.load import CustomerTable
from batch.scorecard import Probe, make_probe, measure
from shared.settings import ModelSettings
from tests.support.scaled import scaled_of
from tests.support.small_model import champion as small_champion

MakeTable = Callable[..., CustomerTable]


@pytest.fixture
def probe(make_table: MakeTable) -> Probe:
    table = make_table(n=60)
    X = scaled_of(table, ModelSettings().features).X
    return make_probe(X, table.spend, np.arange(table.n), None)


def test_the_figures_are_those_of_plain_numpy_and_scikit_learn(probe: Probe) -> None:
    centers = probe.X[[0, 60, 61]]
    distances = np.linalg.norm(probe.X[:, None] - centers[None], axis=2)
    labels, ordered = distances.argmin(axis=1), np.sort(distances, axis=1)
    smallest = np.bincount(labels).argmin()

    card = measure(probe, centers)

    assert card.quantization_error == pytest.approx(ordered[:, 0].mean())
    assert card.mean_square == pytest.approx((ordered[:, 0] ** 2).mean())
    assert card.silhouette == pytest.approx(silhouette_score(probe.X, labels))
    assert card.silhouette_simplified == pytest.approx((1 - ordered[:, 0] / ordered[:, 1]).mean())
    assert card.davies_bouldin == pytest.approx(davies_bouldin_score(probe.X, labels))
    assert card.calinski_harabasz == pytest.approx(calinski_harabasz_score(probe.X, labels))
    assert card.min_share == pytest.approx((labels == smallest).mean())
    assert card.its_spend_share == pytest.approx(probe.spend[labels == smallest].sum() / probe.spend.sum())
    assert card.relabelled is None


def test_one_segment_has_no_silhouette_and_no_index(probe: Probe) -> None:
    card = measure(probe, probe.X.mean(axis=0, keepdims=True))

    assert np.isnan([card.silhouette, card.silhouette_simplified, card.davies_bouldin]).all()
    assert card.min_share == card.its_spend_share == 1.0


def test_relabelled_are_those_who_leave_the_segment_that_goes_on(probe: Probe) -> None:
    centers = probe.X[[0, 60, 120, 121]]
    labels = nearest(probe.X, centers)
    champion = ChampionView(small_champion(), centers, np.ones(4), labels, 1.0)
    beside = make_probe(probe.X, probe.spend, np.arange(len(labels)), champion)
    fifth = np.vstack([centers[::-1], probe.X[[1]]])

    assert measure(beside, centers[[2, 0, 3, 1]]).relabelled == 0.0
    shared = contingency_matrix(labels, nearest(probe.X, fifth))
    kept = shared[linear_sum_assignment(-shared)].sum()
    assert measure(beside, fifth).relabelled == pytest.approx(1 - kept / len(labels))


def nearest(X: np.ndarray, centers: np.ndarray) -> np.ndarray:
    return np.linalg.norm(X[:, None] - centers[None], axis=2).argmin(axis=1).astype(np.int32)
