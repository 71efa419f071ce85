import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from shared.core.fixed_point import SCALE, from_fixed, to_fixed
from shared.core.kmeans import assignment, loops
from shared.core.kmeans.assignment import assign, assign_and_sum, restate
from shared.core.kmeans.prototype_sums import PrototypeSums

FIELDS = ("labels", "distances", "runner_up", "runner_up_distances")


@st.composite
def tables(draw, max_n=600):
    """Rows and centers; a coarse lattice, so that ties and repeats are common."""
    n, d, k = draw(st.integers(0, max_n)), draw(st.integers(1, 4)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    step = draw(st.sampled_from([1.0, 0.1, 1e-6, 1e3]))
    return rng.integers(-4, 5, (n, d)) * step, rng.integers(-4, 5, (k, d)) * step


def blobs(n=3000, k=5, d=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) + 3 * rng.normal(size=(k, d))[rng.integers(0, k, n)]


@given(tables())
def test_labels_and_distances_agree_with_a_plain_search(table):
    X, centers = table
    found = assign(X, centers)
    squares = np.array(
        [[sum((x - c) ** 2 for x, c in zip(row, center, strict=True)) for center in centers] for row in X]
    )
    if len(X):
        order = np.argsort(squares, axis=1, kind="stable")
        assert found.labels.tolist() == order[:, 0].tolist()
        np.testing.assert_array_equal(found.distances, np.sqrt(squares.min(axis=1)))
        if len(centers) > 1:
            assert found.runner_up.tolist() == order[:, 1].tolist()


@given(tables(), st.data())
def test_a_row_does_not_depend_on_its_batch(table, data):
    X, centers = table
    whole = assign(X, centers)
    order = np.random.default_rng(data.draw(st.integers(0, 99))).permutation(len(X))
    cut = data.draw(st.integers(0, len(X)))
    parts = [assign(X[part], centers) for part in (order[:cut], order[cut:])]
    for name in FIELDS:
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(whole, name)[order])


@given(tables())
def test_the_fused_pass_equals_assigning_then_summing(table):
    X, centers = table
    vectors = to_fixed(X)
    labels, distances, statistics = assign_and_sum(vectors, centers)
    expected = assign(from_fixed(vectors), centers)
    np.testing.assert_array_equal(labels, expected.labels)
    np.testing.assert_array_equal(distances, expected.distances)
    assert statistics == PrototypeSums.of(vectors, labels, len(centers))


def test_the_number_of_threads_changes_nothing(monkeypatch):
    monkeypatch.setattr(assignment, "SMALLEST_PART", 100)
    vectors, centers = to_fixed(blobs(1001)), blobs(6, seed=1)
    one, three = assign_and_sum(vectors, centers), assign_and_sum(vectors, centers, threads=3)
    np.testing.assert_array_equal(one[0], three[0])
    np.testing.assert_array_equal(one[1], three[1])
    assert one[2] == three[2]


def test_one_center_has_no_runner_up():
    found = assign([[1.0], [2.0]], [[0.0]])
    assert found.runner_up.tolist() == [-1, -1]
    assert found.runner_up_distances.tolist() == [np.inf, np.inf]


def test_ties_go_to_the_lowest_label():
    found = assign([[0.0]], [[1.0], [-1.0], [1.0]])
    assert (found.labels[0], found.runner_up[0]) == (0, 1)


def test_results_cannot_be_written_and_inputs_are_not_mutated():
    X, centers = blobs(50), blobs(3, seed=1)
    copies = X.copy(), centers.copy()
    found, settled = assign(X, centers), restate(to_fixed(X), centers)
    for array in (found.labels, settled.centers, assign_and_sum(to_fixed(X), centers)[0]):
        assert not array.flags.writeable
    np.testing.assert_array_equal(X, copies[0])
    np.testing.assert_array_equal(centers, copies[1])
    assert X.flags.writeable
    assert centers.flags.writeable


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e160])
def test_values_without_a_distance_are_refused(bad):
    with pytest.raises(ValueError, match="X should be finite"):
        assign([[bad]], [[0.0]])
    with pytest.raises(ValueError, match="centers should be finite"):
        assign_and_sum([[0]], [[bad]])


@pytest.mark.parametrize("scale", [1e-150, 1e-9, 1e9, 1e140])
def test_scale_changes_distances_only(scale):
    X, centers = blobs(200), blobs(4, seed=1)
    found, scaled = assign(X, centers), assign(X * scale, centers * scale)
    np.testing.assert_array_equal(found.labels, scaled.labels)
    np.testing.assert_allclose(scaled.distances, found.distances * scale, rtol=1e-9)


def test_shapes_that_disagree_are_refused():
    with pytest.raises(ValueError, match=r"rows should be \(n, 2\)"):
        assign([[1.0]], [[1.0, 2.0]])
    with pytest.raises(ValueError, match="two dimensions"):
        assign([1.0], [[1.0]])
    with pytest.raises(ValueError, match="at least one prototype"):
        assign([[1.0]], np.zeros((0, 1)))


def test_an_empty_table_has_an_empty_answer():
    assert assign(np.zeros((0, 2)), [[0.0, 0.0]]).labels.shape == (0,)
    settled = restate(np.zeros((0, 2), np.int64), [[1.0, 2.0], [3.0, 4.0]])
    assert settled.statistics == PrototypeSums.empty(2, 2)
    assert settled.centers.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert settled.passes == 1


@given(tables(max_n=200), st.integers(1, 6))
def test_stored_labels_always_sum_to_the_stored_statistics(table, max_passes):
    X, centers = table
    vectors = to_fixed(X)
    settled = restate(vectors, centers, max_passes=max_passes)
    assert settled.statistics == PrototypeSums.of(vectors, settled.labels, len(centers))
    supported = settled.statistics.counts > 0
    means = settled.statistics.means(np.full(centers.shape, np.nan))
    np.testing.assert_array_equal(settled.centers[supported], means[supported])
    assert 1 <= settled.passes <= max_passes


def test_restating_until_no_label_moves_is_a_fixed_point():
    vectors = to_fixed(blobs())
    settled = restate(vectors, blobs(5, seed=1), max_passes=300, tolerance=0.0)
    again = restate(vectors, settled.centers, max_passes=300, tolerance=0.0)
    np.testing.assert_array_equal(settled.centers, again.centers)
    np.testing.assert_array_equal(assign(from_fixed(vectors), settled.centers).labels, settled.labels)
    assert again.passes == 2


def test_restating_stops_at_the_tolerance_or_at_the_limit():
    vectors, start = to_fixed(blobs()), blobs(5, seed=1)
    free = restate(vectors, start, max_passes=300, tolerance=0.0).passes
    assert restate(vectors, start, max_passes=300, tolerance=0.05).passes < free
    assert restate(vectors, start, max_passes=2).passes == 2
    with pytest.raises(ValueError, match="max_passes should be at least 1; got 0"):
        restate(vectors, start, max_passes=0)


def test_row_order_does_not_matter_to_a_restate():
    X, start = blobs(), blobs(5, seed=1)
    order = np.random.default_rng(3).permutation(len(X))
    straight, shuffled = restate(to_fixed(X), start), restate(to_fixed(X[order]), start)
    assert straight.statistics == shuffled.statistics
    np.testing.assert_array_equal(straight.centers, shuffled.centers)
    np.testing.assert_array_equal(straight.labels[order], shuffled.labels)


def test_whole_weights_are_repeated_customers():
    X, start = blobs(300), blobs(4, seed=1)
    weights = np.random.default_rng(0).integers(0, 4, 300)
    weighted = restate(to_fixed(X), start, weights=weights, tolerance=0.0)
    repeated = restate(to_fixed(np.repeat(X, weights, axis=0)), start, tolerance=0.0)
    np.testing.assert_array_equal(weighted.statistics.sums, repeated.statistics.sums)
    np.testing.assert_array_equal(weighted.centers, repeated.centers)


def test_a_prototype_without_support_keeps_its_place():
    settled = restate(to_fixed(blobs()), np.vstack([blobs(3, seed=1), [[500.0, 500.0, 500.0]]]))
    assert settled.statistics.counts[3] == 0
    assert settled.centers[3].tolist() == [500.0, 500.0, 500.0]


def test_the_compiled_loops_do_what_their_source_says(monkeypatch):
    for name in ("load_block", "squares_to"):
        monkeypatch.setattr(loops, name, getattr(loops, name).py_func)
    X, centers = blobs(300), blobs(4, seed=1)
    vectors, n = to_fixed(X), 300
    labels, runner_up = np.zeros((2, n), np.int32)
    distances, runner_up_distances = np.zeros((2, n))
    loops.nearest_two.py_func(X, centers, labels, distances, runner_up, runner_up_distances)
    for name, values in zip(FIELDS, (labels, distances, runner_up, runner_up_distances), strict=True):
        np.testing.assert_array_equal(values, getattr(assign(X, centers), name))
    halves, counts = np.zeros((2, 4, 3), np.int64), np.zeros(4, np.int64)
    loops.assign_and_add.py_func(vectors, centers, 1 / SCALE, labels, distances, *halves, counts)
    compiled_labels, compiled_distances, statistics = assign_and_sum(vectors, centers)
    np.testing.assert_array_equal(labels, compiled_labels)
    np.testing.assert_array_equal(distances, compiled_distances)
    assert counts.tolist() == statistics.counts.tolist()


def test_distances_agree_with_scipy():
    X, centers = blobs(), blobs(7, seed=1)
    np.testing.assert_allclose(assign(X, centers).distances, cdist(X, centers).min(axis=1), rtol=1e-13)


def test_importing_the_core_does_not_import_the_compiler():
    check = "import sys; from shared.core.kmeans import assignment, lloyd; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
