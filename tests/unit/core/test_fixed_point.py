import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shared.core import fixed_point_loops
from shared.core.fixed_point import (
    SCALE,
    checked_add,
    checked_subtract,
    from_fixed,
    join_halves,
    sum_by_label,
    to_fixed,
)

INT64 = np.iinfo(np.int64)
any_int64 = st.integers(int(INT64.min), int(INT64.max))


def test_one_is_two_to_the_thirty_second():
    assert to_fixed(1.0) == SCALE == 2**32


def test_halves_round_to_even():
    assert to_fixed(np.array([0.5, 1.5, 2.5, -0.5, -1.5]) / SCALE).tolist() == [0, 2, 2, 0, -2]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 2.0**31, -(2.0**31), 1e300])
def test_values_outside_the_range_are_refused_by_name(bad):
    with pytest.raises(
        ValueError, match="between -2\\^31 and 2\\^31; got " + repr(float(bad)).replace("+", "\\+")
    ):
        to_fixed([[0.0, bad]])


def test_the_largest_values_pass():
    edge = np.nextafter(2.0**31, 0)
    assert from_fixed(to_fixed([edge, -edge])).tolist() == [edge, -edge]


@given(hnp.arrays(np.float64, st.integers(0, 20), elements=st.floats(-(2.0**30), 2.0**30)))
def test_rounding_is_within_half_a_step_and_settles_at_once(x):
    fixed = to_fixed(x)
    assert np.all(np.abs(from_fixed(fixed) - x) <= 0.5 / SCALE)
    np.testing.assert_array_equal(to_fixed(from_fixed(fixed)), fixed)


@given(any_int64, any_int64)
def test_checked_arithmetic_is_exact_or_refuses(a, b):
    for operation, expected in ((checked_add, a + b), (checked_subtract, a - b)):
        if INT64.min <= expected <= INT64.max:
            assert operation([a], [b])[0] == expected
        else:
            with pytest.raises(OverflowError):
                operation([a], [b])


@given(st.data())
def test_sums_equal_those_of_unbounded_integers(data):
    n, d, k = data.draw(st.integers(0, 30)), data.draw(st.integers(1, 3)), data.draw(st.integers(1, 4))
    values = data.draw(hnp.arrays(np.int64, (n, d), elements=any_int64))
    labels = data.draw(hnp.arrays(np.int64, n, elements=st.integers(-1, k - 1)))
    expected = [
        [sum(int(v[c]) for v, o in zip(values, labels, strict=True) if o == label) for c in range(d)]
        for label in range(k)
    ]
    if all(INT64.min <= total <= INT64.max for row in expected for total in row):
        assert sum_by_label(values, labels, k).tolist() == expected
    else:
        with pytest.raises(OverflowError):
            sum_by_label(values, labels, k)


def test_a_sum_that_fits_is_found_although_its_parts_overflow():
    values = np.array([[INT64.max], [INT64.max], [INT64.min], [INT64.min]])
    assert sum_by_label(values, np.zeros(4, int), 1).tolist() == [[-2]]


def test_summing_accepts_any_integer_labels_and_read_only_input():
    values = to_fixed(np.arange(6.0).reshape(3, 2))
    values.setflags(write=False)
    for dtype in (np.int8, np.int32, np.uint8):
        assert from_fixed(sum_by_label(values, np.array([0, 1, 0], dtype), 2)).tolist() == [[4, 6], [2, 3]]


def test_labels_and_shapes_that_disagree_are_refused():
    with pytest.raises(ValueError, match="labels should be below k=2; got 2"):
        sum_by_label(np.zeros((1, 1), np.int64), [2], 2)
    with pytest.raises(ValueError, match="labels should be integers; got float64"):
        sum_by_label(np.zeros((1, 1), np.int64), [0.5], 2)
    with pytest.raises(ValueError, match=r"got \(2, 1\) and \(1,\)"):
        sum_by_label(np.zeros((2, 1), np.int64), [0], 2)


def test_the_compiled_sum_does_what_its_source_says():
    rng = np.random.default_rng(1)
    values, labels = rng.integers(INT64.min, INT64.max, (50, 2)), rng.integers(-1, 3, 50)
    halves = np.zeros((2, 3, 2), np.int64)
    fixed_point_loops.add_by_label.py_func(values, labels, *halves)
    small = values >> 8
    halves_small = np.zeros((2, 3, 2), np.int64)
    fixed_point_loops.add_by_label.py_func(small, labels, *halves_small)
    np.testing.assert_array_equal(join_halves(*halves_small), sum_by_label(small, labels, 3))
