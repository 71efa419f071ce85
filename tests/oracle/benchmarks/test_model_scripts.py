import numpy as np
import pytest

from benchmarks.models.scripted import PLACES, SCRIPTS, World, label_of, progress_on, scripted

N = 400


@pytest.fixture
def world():
    segments = np.repeat(np.arange(4), N // 4)
    return World(PLACES, segments, np.ones(N, np.bool_))


def sizes(world):
    return np.bincount(world.segments[world.is_present], minlength=5).tolist()


def gap(world, one, other):
    return float(np.linalg.norm(world.places[one] - world.places[other]))


def test_every_event_starts_after_the_champion_and_ends_before_the_stream_does():
    assert [progress_on(day) for day in (0, 10, 25, 40, 60)] == [0, 0, 0.5, 1, 1]


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_has_happened_when_the_champion_is_fitted(world, name):
    now = SCRIPTS[name](world, 0.0)

    assert np.array_equal(now.places[:4], PLACES)
    assert np.array_equal(now.segments[now.is_present], world.segments[now.is_present])


def test_birth_brings_a_fifth_of_all_customers_to_an_empty_place(world):
    assert sum(sizes(SCRIPTS["birth"](world, 0.0))) == 0.8 * N
    assert sizes(SCRIPTS["birth"](world, 1.0))[4] == 0.2 * N
    born = SCRIPTS["birth"](world, 1.0)
    assert min(gap(born, 4, old) for old in range(4)) >= 6


def test_death_empties_a_segment_little_by_little(world):
    left = [sizes(SCRIPTS["death"](world, progress))[2] for progress in (0.0, 0.5, 1.0)]

    assert left == [100, 50, 0]


def test_split_moves_half_a_segment_six_deviations_away(world):
    now = SCRIPTS["split"](world, 1.0)

    assert sizes(now) == [50, 100, 100, 100, 50]
    assert gap(now, 0, 4) == pytest.approx(6)


def test_merge_leaves_one_segment_where_there_were_two(world):
    now = SCRIPTS["merge"](world, 1.0)

    assert sizes(now) == [100, 100, 200, 0, 0]
    assert gap(now, 2, 3) == pytest.approx(0)


def test_drift_moves_everybody_by_three_deviations(world):
    now = SCRIPTS["drift"](world, 1.0)

    assert np.linalg.norm(now.places - PLACES, axis=1) == pytest.approx(3)


def test_a_season_goes_and_comes_back(world):
    assert gap(SCRIPTS["season"](world, 0.5), 0, 1) == pytest.approx(np.hypot(6, 3))
    assert SCRIPTS["season"](world, 1.0).places == pytest.approx(PLACES)


def test_a_customer_is_seen_elsewhere_only_after_buying():
    past = scripted(SCRIPTS["drift"], 0, n_customers=N, n_days=20)
    before, after = past.days[-2:]
    moved = (before.rows != after.rows).any(axis=1)

    assert np.array_equal(moved, after.touched)
    assert 0 < moved.sum() < N


def test_a_seed_gives_the_same_stream_again_and_another_seed_another():
    one, same, other = (scripted(SCRIPTS["birth"], seed, n_customers=N, n_days=15) for seed in (1, 1, 2))

    assert np.array_equal(one.days[-1].rows, same.days[-1].rows)
    assert len(one.days[-1].rows) != len(other.days[-1].rows) or not np.array_equal(
        one.days[-1].rows, other.days[-1].rows
    )


def test_purity_and_recall_see_a_segment_that_shares_its_label():
    past = scripted(SCRIPTS["quiet"], 0, n_customers=N, n_days=1)
    own = label_of(past.days[0], past.champion.centers, 3)
    shared = label_of(past.days[0], past.champion.centers[:3], 3)

    assert min(own) > 0.95
    assert shared[0] < 0.5
    assert shared[1] > 0.9


def test_purity_and_recall_are_zero_without_centers():
    past = scripted(SCRIPTS["quiet"], 0, n_customers=N, n_days=1)

    assert label_of(past.days[0], np.empty((0, 3)), 3) == (0.0, 0.0)
