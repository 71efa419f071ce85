"""The sums are those of the rows that are left, whatever was learnt, forgotten and clustered anew."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.fixed_point import to_fixed
from shared.core.kmeans import youth
from shared.core.kmeans.exact_rule import ExactRule
from shared.core.kmeans.youth import Seeding, WeightedRows

K = 3
rows = st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), min_size=1, max_size=12)
steps = st.lists(st.tuples(rows, st.integers(0, 2**32 - 1)), min_size=1, max_size=12)


def batch_of(points):
    X = np.array(points, dtype=float)
    return WeightedRows(X, np.ones(len(X)), np.zeros(len(X)))


def young(half_life=None):
    return ExactRule.young(K, 2, half_life, Seeding(n_starts=2, max_passes=50, seed=0))


def total(rule):
    return rule.statistics.sums.sum(axis=0), rule.statistics.counts.sum()


def learnt(steps):
    """Learn every batch and forget a part of what is known after each, newest label last."""
    rule, known = young(), []
    for points, seed in steps:
        labels, rule = rule.learn(batch_of(points))
        known += zip(points, labels.tolist(), strict=True)
        gone = np.flatnonzero(np.random.default_rng(seed).random(len(known)) < 0.3)
        if len(gone):
            who, told = zip(*(known[place] for place in gone), strict=True)
            rule = rule.forget(batch_of(who), told)
            known = [row for place, row in enumerate(known) if place not in set(gone.tolist())]
    return rule, known


@given(steps, st.sampled_from([1, 20, 60]))
def test_sums_are_those_of_the_rows_that_are_left_in_youth_and_after(steps, young_rows):
    with patch.object(youth, "YOUNG_ROWS", young_rows):
        rule, known = learnt(steps)
    left = np.array([point for point, _ in known], dtype=float).reshape(-1, 2)
    sums, count = total(rule)
    assert count == len(left)
    assert np.array_equal(sums, to_fixed(np.ldexp(left, -rule.exponent)).sum(axis=0))


@given(steps, st.sampled_from([1, 20, 60]))
def test_all_that_was_learnt_can_be_forgotten_by_the_labels_it_was_told(steps, young_rows):
    with patch.object(youth, "YOUNG_ROWS", young_rows):
        rule, known = learnt(steps)
    if not known:
        return
    points, labels = zip(*known, strict=True)
    empty = rule.forget(batch_of(points), labels)
    assert not empty.statistics.counts.any()
    assert not empty.statistics.sums.any()
    with pytest.raises(ValueError, match="is forgotten already"):
        empty.forget(batch_of(points[:1]), labels[:1])


@given(steps, rows)
def test_learning_and_forgetting_leaves_a_grown_up_rule_as_if_never(steps, points):
    rule = learnt(steps)[0].settled()
    labels, more = rule.learn(batch_of(points))
    again = more.forget(batch_of(points), labels)
    assert again.statistics == rule.statistics
    supported = rule.statistics.counts > 0
    assert np.array_equal(again.centers[supported], rule.centers[supported])


@given(steps)
def test_in_youth_each_row_is_counted_at_the_label_of_its_ticket(steps):
    rule, _ = learnt(steps)
    assert np.array_equal(np.bincount(rule.tickets.counted, minlength=K), rule.statistics.counts)
    assert len(rule.youth.rows.X) == len(rule.tickets.keys) == len(rule.tickets.counted)


def test_youth_ends_and_keeps_of_its_rows_only_the_labels_that_changed():
    rng = np.random.default_rng(0)
    with patch.object(youth, "YOUNG_ROWS", 100):
        rule = young()
        for points in rng.normal(size=(30, 5, 2)).tolist():
            _, rule = rule.learn(batch_of(points))
    assert rule.youth is None
    assert len(rule.tickets.keys) < 100
    assert rule.statistics.counts.sum() == 150


def test_a_label_without_rows_keeps_no_rounding_of_a_moved_landmark():
    rows = np.random.default_rng(0).normal(size=(40, 2)) + 5

    def batch(time):
        return WeightedRows(rows, np.full(40, 0.3), np.full(40, time))

    rule, told = ExactRule.at(np.array([[5.0, 5.0], [0.0, 0.0]]), batch(0.0), 3.0), []
    for time in (0.0, 7.0, 50.0):
        labels, rule = rule.learn(batch(time))
        told.append((time, labels))
    assert rule.fading.landmark == 50.0
    for time, labels in told:
        rule = rule.forget(batch(time), labels)
    assert not rule.statistics.weights.any()
    assert not rule.statistics.sums.any()
