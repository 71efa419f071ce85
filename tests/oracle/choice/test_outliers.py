"""Which customers are unlike the others."""

import numpy as np
import pytest

from shared.core.choice.outliers import IQR_FACTOR, ISOLATED_SHARE, Z_LIMIT, find_outliers

USUAL = np.random.default_rng(4).normal(size=(500, 2))
FAR = np.array([[9.0, 0.0], [0.0, -9.0], [7.0, 7.0]])
BOTH = np.vstack([USUAL, FAR])


@pytest.mark.parametrize("rule", ["iqr", "zscore", "isolation_forest"])
def test_every_rule_finds_who_is_far_off_and_few_others(rule):
    found = find_outliers(BOTH, rule, seed=1)

    assert found.is_outlier[-3:].all()
    assert found.is_outlier[:-3].mean() < 0.03
    assert np.all(found.low < found.high)


def test_the_box_is_that_of_the_quartiles():
    low, high = np.percentile(BOTH, [25, 75], axis=0)
    found = find_outliers(BOTH, "iqr")

    np.testing.assert_allclose(found.low, low - IQR_FACTOR * (high - low))
    np.testing.assert_allclose(found.high, high + IQR_FACTOR * (high - low))
    np.testing.assert_array_equal(found.is_outlier, ((found.low > BOTH) | (found.high < BOTH)).any(axis=1))


def test_z_scores_are_deviations_from_the_mean():
    found = find_outliers(BOTH, "zscore")
    z = np.abs((BOTH - BOTH.mean(axis=0)) / BOTH.std(axis=0))

    np.testing.assert_array_equal(found.is_outlier, (z > Z_LIMIT).any(axis=1))


def test_a_forest_takes_its_share_and_the_same_seed_the_same_customers():
    found, again = (find_outliers(BOTH, "isolation_forest", seed=20_111_209) for _ in range(2))

    assert found.is_outlier.mean() == pytest.approx(ISOLATED_SHARE, abs=2 / len(BOTH))
    np.testing.assert_array_equal(found.is_outlier, again.is_outlier)
    np.testing.assert_array_equal(found.high, BOTH[~found.is_outlier].max(axis=0))


@pytest.mark.parametrize("rule", ["iqr", "zscore", "isolation_forest"])
@pytest.mark.parametrize("n", [1, 2, 50])
def test_customers_who_are_all_the_same_have_no_outlier(rule, n):
    assert not find_outliers(np.ones((n, 3)), rule).is_outlier.any()


def test_limits_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        find_outliers(BOTH, "iqr").low[0] = 1
