"""Frozen bins: every customer in exactly one, by marks that do not move with the data."""

import numpy as np
import pytest

from shared.core.fixed_point import to_fixed
from shared.core.model.reference_bins import (
    N_BINS,
    N_DISTANCE_BINS,
    QUANTILES,
    STEPS_TO_P95,
    ReferenceBins,
    count_in_bins,
    cut_bins,
)


def test_the_fit_set_fills_its_bins_as_cut() -> None:
    values = to_fixed(np.random.default_rng(1).normal(size=(10_000, 2)))
    counts = count_in_bins(values, cut_bins(values))
    widths = np.diff([0.0, *QUANTILES, 1.0])
    assert counts.shape == (2, N_BINS)
    assert counts.sum(axis=1).tolist() == [10_000, 10_000]
    assert counts[0] == pytest.approx(widths * 10_000, abs=2)


def test_a_value_that_half_of_the_customers_have_makes_empty_bins_and_no_error() -> None:
    values = to_fixed(np.concatenate([np.zeros(50), np.arange(1.0, 51.0)]))[:, np.newaxis]
    counts = count_in_bins(values, cut_bins(values))
    assert counts.sum() == 100
    assert counts.max() >= 50


def test_distances_are_counted_in_steps_and_the_last_bin_is_open() -> None:
    marks = ReferenceBins(np.ones(1), 2.0, np.zeros((1, N_BINS - 1), np.int64))
    counts = marks.distance_bins(np.array([0.0, 1.99, 2.0, 6.0, 99.0]))
    assert np.flatnonzero(counts).tolist() == [0, STEPS_TO_P95 - 1, STEPS_TO_P95, N_DISTANCE_BINS - 1]
    assert counts[-1] == 2


def test_without_a_champion_or_a_spread_nothing_is_counted() -> None:
    assert ReferenceBins.of(None).feature_bins(np.zeros((3, 0), np.int64)).shape == (0, N_BINS)
    assert not ReferenceBins.of(None).distance_bins(np.ones(3)).any()
