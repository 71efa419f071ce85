import numpy as np
import pytest

from shared.core.fixed_point import to_fixed
from shared.core.kmeans.assignment import restate
from shared.core.kmeans.lifecycle import Emerge, Support, revive

DAY = 86_400_000
SETTINGS = {"at_ms": 100 * DAY, "max_age_ms": 30 * DAY, "error_limit": 5.0, "min_customers": 20}


def rng():
    return np.random.default_rng(0)


def around(center, n, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 2)) + center


def one_dead_of_three():
    """Two living centers on their customers, and a third without any for 100 days."""
    centers = np.array([[0.0, 0.0], [20.0, 0.0], [500.0, 500.0]])
    return centers, Support.starting(3, 0).seen([9, 9, 0], 100 * DAY)


def test_support_counts_from_the_last_customer():
    support = Support.starting(3, 10).seen([0, 5, 1], 50)
    assert support.ages_ms(60).tolist() == [50, 10, 10]
    assert support.seen([1, 0, 0], 20).ages_ms(60).tolist() == [40, 10, 10]


def test_time_never_runs_backwards_in_support():
    support = Support.starting(1, 50)
    assert support.seen([1], 20).ages_ms(60).tolist() == [10]
    assert support.ages_ms(40).tolist() == [0]


def test_only_time_without_support_kills():
    support = Support.starting(3, 0)
    for day in range(1, 200):
        # One customer beside a million; and one prototype without anybody after day 100.
        support = support.seen([1_000_000, 1, 1 if day <= 100 else 0], day * DAY)
    assert support.dead(130 * DAY, max_age_ms=30 * DAY).tolist() == []
    assert support.dead(199 * DAY, max_age_ms=30 * DAY).tolist() == [2]


def test_a_dead_prototype_moves_to_a_badly_served_group_and_says_so():
    centers, support = one_dead_of_three()
    X = np.vstack([around([0, 0], 300), around([20, 0], 300), around([10, 30], 40)])
    revival = revive(X, centers, support, rng=rng(), **SETTINGS)
    assert [event.label for event in revival.events] == [2]
    assert revival.events[0].n_customers >= 20
    assert np.linalg.norm(revival.centers[2] - [10, 30]) < 2
    np.testing.assert_array_equal(revival.centers[:2], centers[:2])
    assert revival.support.dead(SETTINGS["at_ms"], max_age_ms=0).tolist() == []
    settled = restate(to_fixed(X), revival.centers)
    assert settled.statistics.counts.tolist() == [300, 300, 40]


def test_the_larger_of_two_groups_comes_first():
    centers, support = one_dead_of_three()
    X = np.vstack([around([0, 0], 100), around([10, 40], 25), around([10, -40], 60)])
    revival = revive(X, centers, support, rng=rng(), **SETTINGS)
    assert len(revival.events) == 1
    assert np.linalg.norm(revival.centers[2] - [10, -40]) < 2


def test_two_deaths_serve_two_groups():
    centers = np.array([[0.0, 0.0], [500.0, 0.0], [0.0, 500.0]])
    support = Support.starting(3, 0).seen([9, 0, 0], 100 * DAY)
    X = np.vstack([around([0, 0], 100), around([10, 40], 30), around([10, -40], 60)])
    revival = revive(X, centers, support, rng=rng(), **SETTINGS)
    assert [event.label for event in revival.events] == [1, 2]
    assert revival.events[0].n_customers > revival.events[1].n_customers


def test_nothing_emerges_from_too_few_or_well_served_customers():
    centers, support = one_dead_of_three()
    served = np.vstack([around([0, 0], 300), around([20, 0], 300)])
    for X in (served, np.vstack([served, around([10, 30], 5)]), np.zeros((0, 2))):
        revival = revive(X, centers, support, rng=rng(), **SETTINGS)
        assert revival.events == ()
        np.testing.assert_array_equal(revival.centers, centers)
        np.testing.assert_array_equal(revival.support.ages_ms(0), support.ages_ms(0))


def test_customers_nearest_to_the_dead_center_can_revive_it():
    centers, support = one_dead_of_three()
    X = np.vstack([around([0, 0], 50), around([20, 0], 50), around([490, 490], 30)])
    revival = revive(X, centers, support, rng=rng(), **SETTINGS)
    assert np.linalg.norm(revival.centers[2] - [490, 490]) < 2


def test_the_living_are_left_alone():
    centers, _ = one_dead_of_three()
    alive = Support.starting(3, 100 * DAY)
    assert revive(around([10, 30], 50), centers, alive, rng=rng(), **SETTINGS).events == ()


def test_scattered_high_error_customers_are_no_group():
    centers, support = one_dead_of_three()
    angles = np.linspace(0, 2 * np.pi, 60)
    ring = 100 * np.column_stack([np.cos(angles), np.sin(angles)])
    assert revive(ring, centers, support, rng=rng(), **SETTINGS).events == ()


def test_when_everything_is_dead_there_is_nothing_to_compare_with():
    centers, _ = one_dead_of_three()
    assert revive(around([10, 30], 50), centers, Support.starting(3, 0), rng=rng(), **SETTINGS).events == ()


def test_the_same_seed_revives_alike_and_inputs_stay():
    centers, support = one_dead_of_three()
    X = np.vstack([around([0, 0], 100), around([10, 30], 40)])
    copies = X.copy(), centers.copy()
    one, two = (revive(X, centers, support, rng=rng(), **SETTINGS) for _ in range(2))
    np.testing.assert_array_equal(one.centers, two.centers)
    assert one.events == two.events
    assert isinstance(one.events[0], Emerge)
    np.testing.assert_array_equal(X, copies[0])
    np.testing.assert_array_equal(centers, copies[1])
    with pytest.raises(ValueError, match="read-only"):
        one.centers[0, 0] = 1
