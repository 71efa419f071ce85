"""What is usual for a channel."""

import numpy as np
import pytest

from shared.core.drift.baseline import (
    GAP_DAYS,
    LAGS,
    REFERENCE_DAYS,
    fit_baseline,
    long_run_variance,
    reference_mask,
    standardised,
)
from shared.core.drift.day_flows import SUMS
from shared.core.drift.limits import bootstrap_limits
from shared.core.drift.season import with_season
from tests.support.flow_shop import flows


def test_the_reference_is_eight_weeks_that_end_a_week_ago() -> None:
    days = np.arange(1000)
    mask = reference_mask(days, np.ones(1000, np.bool_), 900)
    assert days[mask].tolist() == list(range(900 - GAP_DAYS - REFERENCE_DAYS, 900 - GAP_DAYS))


def test_a_weekday_pattern_is_learnt_and_leaves_nothing() -> None:
    weekdays = np.arange(56) % 7
    pattern = np.array([5.0, 1.0, 2.0, 3.0, 0.0, -4.0, -7.0])
    baseline = fit_baseline((10 + pattern[weekdays])[:, np.newaxis], weekdays)
    assert baseline.mean[0] == pytest.approx(10)
    assert baseline.phases[:, 0] == pytest.approx(pattern)
    assert baseline.residual(np.array([18.0]), 0)[0] == pytest.approx(3)


def test_a_weekday_that_was_never_seen_has_no_residual() -> None:
    weekdays = np.arange(50) % 5
    baseline = fit_baseline(np.random.default_rng(1).normal(size=(50, 1)), weekdays)
    assert np.isnan(baseline.residual(np.zeros(1), 6)[0])


def test_long_run_variance_is_bartletts() -> None:
    r = np.random.default_rng(2).normal(size=40)
    expected = r @ r / 40 + sum(
        2 * (1 - lag / (LAGS + 1)) * (r[lag:] @ r[:-lag]) / 40 for lag in range(1, LAGS + 1)
    )
    assert long_run_variance(r) == pytest.approx(max(expected, r @ r / 80))


def test_what_lasts_from_day_to_day_counts_as_noisier() -> None:
    rng = np.random.default_rng(3)
    noise = rng.normal(size=2000)
    lasting = np.zeros(2000)
    for at in range(1, 2000):
        lasting[at] = 0.6 * lasting[at - 1] + noise[at]
    assert long_run_variance(lasting) > 1.8 * lasting.var()


def test_alternating_residuals_are_not_taken_for_calm() -> None:
    assert long_run_variance(np.tile([1.0, -1.0], 30)) == pytest.approx(0.5)


def test_a_channel_without_noise_has_no_score() -> None:
    assert np.isnan(standardised(np.ones(1), np.zeros(1), 1 / 56)[0])


def test_limits_are_the_same_for_the_same_seed_and_grow_with_the_run_length() -> None:
    days = list(flows(1, 56))
    groups, weekdays = np.stack([flow.groups for flow in days]), np.arange(56) % 7
    often, seldom, again = (bootstrap_limits(groups, weekdays, n, 5) for n in (100.0, 2000.0, 100.0))
    assert np.array_equal(often, again)
    assert (seldom > often).all()
    assert ((often > 1.5) & (seldom < 8)).all()
    assert often.shape == (groups.shape[2] - len(SUMS) + 3,)


def test_a_season_of_last_year_is_expected_again_and_charged_for() -> None:
    rng = np.random.default_rng(8)
    days = np.arange(1, 400)
    values = rng.normal(size=days.size) * 0.1
    values[(days > 20) & (days < 60)] += 1.0  # and today's date a year ago is day 30
    baseline = fit_baseline(values[330:386][:, np.newaxis], days[330:386] % 7)
    expected = with_season(baseline, values, days, 30 + 364)
    assert expected is baseline, "the reference before day 30 is too short to tell"

    values[(days > 120) & (days < 160)] += 1.0
    expected = with_season(baseline, values, days, 130 + 364)
    assert expected.mean[0] - baseline.mean[0] == pytest.approx(1.0, abs=0.1)
    assert expected.score(np.ones(1))[0] < baseline.score(np.ones(1))[0]
    assert with_season(baseline, values, days, 250 + 364) is baseline
