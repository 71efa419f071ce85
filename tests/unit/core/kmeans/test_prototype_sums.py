import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shared.core.fixed_point import SCALE, from_fixed, to_fixed
from shared.core.kmeans.prototype_sums import PrototypeSums

K, D = 4, 3


@st.composite
def customers(draw, max_n=40):
    n = draw(st.integers(0, max_n))
    vectors = draw(hnp.arrays(np.float64, (n, D), elements=st.floats(-1e4, 1e4)))
    labels = draw(hnp.arrays(np.int32, n, elements=st.integers(-1, K - 1)))
    weights = draw(hnp.arrays(np.float64, n, elements=st.floats(0, 1e3)))
    return to_fixed(vectors), labels, weights


@st.composite
def statistics(draw):
    vectors, labels, weights = draw(customers())
    return PrototypeSums.of(vectors, labels, K, weights)


@given(statistics(), statistics(), statistics())
def test_merging_is_associative_and_commutative(a, b, c):
    assert a.merge(b).merge(c) == a.merge(b.merge(c))
    assert a.merge(b) == b.merge(a)


@given(statistics())
def test_merging_nobody_changes_nothing(a):
    assert a.merge(PrototypeSums.empty(K, D)) == a


@given(statistics(), statistics())
def test_adding_then_retracting_returns_to_the_start(a, b):
    assert a.merge(b).subtract(b) == a
    assert a.subtract(b).merge(b) == a


@given(customers(), st.data())
def test_any_split_and_any_order_give_the_same_statistics(table, data):
    vectors, labels, weights = table
    whole = PrototypeSums.of(vectors, labels, K, weights)
    order = np.array(data.draw(st.permutations(range(len(labels)))), dtype=int)
    cut = data.draw(st.integers(0, len(labels)))
    parts = [PrototypeSums.of(vectors[p], labels[p], K, weights[p]) for p in (order[:cut], order[cut:])]
    assert parts[0].merge(parts[1]) == whole


@given(customers())
def test_a_weight_of_one_is_no_weight(table):
    vectors, labels, _ = table
    assert PrototypeSums.of(vectors, labels, K, np.ones(len(labels))) == PrototypeSums.of(vectors, labels, K)


@given(customers())
def test_unweighted_statistics_match_numpy(table):
    vectors, labels, _ = table
    found = PrototypeSums.of(vectors, labels, K)
    for label in range(K):
        own = vectors[labels == label]
        assert found.sums[label].tolist() == own.sum(axis=0).tolist()
        assert found.counts[label] == len(own)
        assert found.weights[label] == len(own) * SCALE


@given(statistics())
def test_the_document_round_trip_is_exact(a):
    document = a.to_document()
    assert PrototypeSums.from_document(document) == a
    assert document["shape"] == [K, D]
    assert document["sums"] == a.sums.astype("<i8").tobytes()


def test_a_damaged_document_is_refused():
    document = PrototypeSums.empty(K, D).to_document()
    with pytest.raises(ValueError, match="reshape"):
        PrototypeSums.from_document({**document, "sums": document["sums"][:-8]})


def test_means_are_sums_over_weights_and_unsupported_prototypes_stay():
    found = PrototypeSums.of(to_fixed([[1.0], [3.0], [10.0]]), [0, 0, 2], 3, [1.0, 3.0, 0.5])
    assert found.means([[7.0], [8.0], [9.0]]).tolist() == [[2.5], [8.0], [10.0]]


def test_a_lone_customer_is_its_own_mean_at_a_small_weight():
    found = PrototypeSums.of(to_fixed([[1.0]]), [0], 1, [1e-9])
    assert found.means([[5.0]])[0, 0] == 1.0


def test_a_delta_may_be_negative_and_moves_nothing():
    delta = PrototypeSums.empty(1, 1).subtract(PrototypeSums.of(to_fixed([[1.0]]), [0], 1))
    assert from_fixed(delta.weights).tolist() == [-1.0]
    assert delta.means([[4.0]]).tolist() == [[4.0]]


def test_nobody_has_statistics_too():
    assert PrototypeSums.of(np.zeros((0, D), np.int64), [], K) == PrototypeSums.empty(K, D)


def test_arrays_cannot_be_written_and_do_not_alias_the_input():
    sums = np.zeros((1, 1), np.int64)
    made = PrototypeSums(sums, np.zeros(1, np.int64), np.zeros(1, np.int64))
    sums[0, 0] = 5
    assert made.sums[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        made.sums[0, 0] = 1


def test_inputs_are_never_mutated():
    vectors, labels, weights = to_fixed(np.eye(3)), np.array([0, -1, 1]), np.array([0.1, 0.2, 0.3])
    before = [a.copy() for a in (vectors, labels, weights)]
    PrototypeSums.of(vectors, labels, 2, weights)
    for array, copy in zip((vectors, labels, weights), before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_equality_is_by_content_and_only_between_statistics():
    assert PrototypeSums.empty(2, 1) != PrototypeSums.empty(1, 2)
    assert PrototypeSums.empty(1, 1) != "nothing"


@pytest.mark.parametrize("weights", [[-1.0], [np.nan], [np.inf], [1.0, 2.0]])
def test_bad_weights_are_refused(weights):
    with pytest.raises(ValueError, match="weights should be"):
        PrototypeSums.of(to_fixed([[1.0]]), [0], 1, weights)


def test_shapes_that_disagree_are_refused():
    with pytest.raises(ValueError, match="same"):
        PrototypeSums.empty(1, 2).merge(PrototypeSums.empty(2, 1))
    with pytest.raises(ValueError, match="previous centers"):
        PrototypeSums.empty(1, 2).means([[0.0]])
    with pytest.raises(ValueError, match=r"sums \(k, d\)"):
        PrototypeSums(np.zeros(2, np.int64), np.zeros(2, np.int64), np.zeros(2, np.int64))


def test_a_sum_that_would_wrap_is_an_error():
    large = PrototypeSums.of(to_fixed([[2.0**30]]), [0], 1)
    with pytest.raises(OverflowError):
        large.merge(large)
