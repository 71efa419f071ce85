"""Whether a change of shares can be noise, against other people's code and by drawing noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2, chi2_contingency

from shared.core.arrays import Int64
from shared.core.drift.distribution import psi
from shared.core.drift.significance import change_interval, holm, psi_critical, share_p_values, wilson

BEFORE, NOW = np.array([300, 150, 50]), np.array([290, 130, 80])


def test_the_interval_of_a_share_is_scipys() -> None:
    low, high = wilson(NOW, 500)
    for at, count in enumerate(NOW.tolist()):
        theirs = binomtest(count, 500).proportion_ci(0.95, "wilson")
        assert (low[at], high[at]) == pytest.approx((theirs.low, theirs.high))


def test_the_test_of_a_share_is_the_chi_square_test_of_two_by_two() -> None:
    found = share_p_values(BEFORE, NOW)
    for at in range(3):
        table = [[BEFORE[at], 500 - BEFORE[at]], [NOW[at], 500 - NOW[at]]]
        assert found[at] == pytest.approx(chi2_contingency(table, correction=False).pvalue)


def test_an_interval_of_change_is_newcombes() -> None:
    low, high = change_interval(np.array([48, 32]), np.array([56, 14]))
    assert (low[0], high[0]) == pytest.approx((0.0524, 0.3339), abs=1e-4)  # 56/70 - 48/80, his example (a)


def test_holm_multiplies_the_smallest_by_all_and_never_falls() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]).tolist() == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_corrected_values_are_between_the_raw_ones_and_bonferronis(p: list[float]) -> None:
    corrected = holm(p)
    assert (corrected >= np.array(p)).all()
    assert (corrected <= np.minimum(np.array(p) * len(p), 1.0)).all()


def test_the_critical_psi_is_exceeded_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(7)
    shares = np.array([0.4, 0.3, 0.2, 0.1])
    drawn = [(rng.multinomial(1000, shares), rng.multinomial(600, shares)) for _ in range(3000)]
    over = [float(psi(p, q) or 0.0) > psi_critical(p, q, 0.05) for p, q in drawn]
    assert 0.035 < np.mean(over) < 0.065
    assert psi_critical(BEFORE, NOW, 0.01) == pytest.approx((2 / 500) * chi2.ppf(0.99, 2))


@pytest.mark.parametrize("counts", [np.zeros(3, np.int64), np.zeros(0, np.int64), np.array([5])])
def test_nobody_and_a_single_segment_have_changed_nothing(counts: Int64) -> None:
    assert psi_critical(counts, counts, 0.01) == 0.0
    assert share_p_values(counts, counts).tolist() == [1.0] * counts.size
    low, high = change_interval(counts, counts)
    assert (low <= 0).all()
    assert (high >= 0).all()
