"""Davies-Bouldin and Calinski-Harabasz from the sums that the stream keeps, against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from shared.core.arrays import Float64
from shared.core.drift.staleness import staleness
from shared.core.fixed_point import from_fixed, to_fixed
from shared.core.model.placement import Placements, place_vectors
from shared.core.model.population import PopulationStatistics, population_of
from shared.core.model.reference_bins import ReferenceBins
from tests.support import small_model
from tests.support.small_model import AS_OF_MS, UNITS, D, K
from tests.support.state_columns import nobody_yet

CHAMPION = small_model.champion()


def _stock(rows: Float64) -> tuple[Placements, PopulationStatistics]:
    """Place rows (n, d) and add them up in three portions, as partitions do."""
    placed = place_vectors(to_fixed(rows), small_model.live(CHAMPION))
    total = PopulationStatistics.empty(K, UNITS, D)
    for portion in np.array_split(np.arange(len(rows)), 3):
        some, everybody = placed.take(portion), np.ones(portion.size, np.bool_)
        states = nobody_yet(portion.size)
        total = total.merge(
            population_of(states, some, (K, UNITS, D), ReferenceBins.of(CHAMPION), everybody, AS_OF_MS)
        )
    return placed, total


def _published(population: PopulationStatistics) -> dict[str, float | None]:
    return {m.metric: m.value for m in staleness(CHAMPION, population, CHAMPION.centers)}


@pytest.mark.parametrize("seed", range(5))
def test_both_are_scikit_learns_on_the_champions_labels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = CHAMPION.centers[rng.integers(K, size=4000)] + rng.normal(scale=0.7, size=(4000, D))
    placed, population = _stock(rows)
    found, X = _published(population), from_fixed(placed.vectors)
    assert found["calinski_harabasz"] == pytest.approx(
        calinski_harabasz_score(X, placed.reference_labels), rel=1e-7
    )
    # Sums of squares give the root mean square distance, never smaller than scikit-learn's mean distance.
    theirs = davies_bouldin_score(X, placed.reference_labels)
    assert found["davies_bouldin"] is not None
    assert theirs < found["davies_bouldin"] < 1.2 * theirs


def test_where_everybody_is_equally_far_from_the_middle_davies_bouldin_is_scikit_learns_too() -> None:
    around = 0.05 * np.vstack([np.eye(D), -np.eye(D)])
    rows = (CHAMPION.centers[:, np.newaxis] + around).reshape(-1, D)
    placed, population = _stock(rows)
    X = from_fixed(placed.vectors)
    assert _published(population)["davies_bouldin"] == pytest.approx(
        davies_bouldin_score(X, placed.reference_labels), rel=1e-6
    )


def test_with_one_segment_left_there_is_nothing_to_tell_apart() -> None:
    _, population = _stock(np.tile(CHAMPION.centers[0], (10, 1)))
    found = _published(population)
    assert (found["davies_bouldin"], found["calinski_harabasz"]) == (None, None)
