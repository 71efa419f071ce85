"""Which features to cluster by."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from shared.core.choice.feature_selection import laplacian_scores, select

RNG = np.random.default_rng(7)
GROUP = np.repeat([0, 1, 2], 100)
CLEAR = GROUP * 4.0 + RNG.normal(size=300) * 0.3
OTHER = (GROUP == 1) * 4.0 + RNG.normal(size=300) * 0.3
NOISE = RNG.normal(size=300)


def standardised(*columns):
    X = np.column_stack(columns)
    return (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-9)


def kept(verdicts):
    return [v.name for v in verdicts if v.is_kept]


def test_a_feature_that_hardly_varies_goes():
    steady = np.append(np.zeros(299), 1.0)
    verdicts = select(standardised(CLEAR, steady, NOISE), ("clear", "steady", "noise"), "variance")

    assert kept(verdicts) == ["clear", "noise"]
    assert verdicts[1].reason == "variance 0.003 of its range < 0.011"


def test_of_two_that_say_the_same_the_earlier_one_stays():
    same = CLEAR + RNG.normal(size=300) * 0.01
    X = standardised(CLEAR, NOISE, same)
    verdicts = select(X, ("clear", "noise", "same"), "correlation")
    turned = select(X[:, ::-1], ("same", "noise", "clear"), "correlation")

    assert kept(verdicts) == ["clear", "noise"]
    assert kept(turned) == ["same", "noise"]
    assert verdicts[2].score == pytest.approx(abs(spearmanr(CLEAR, same).statistic))


def test_a_feature_in_use_has_the_benefit_of_the_doubt():
    near = CLEAR + RNG.normal(size=300) * 1.4
    X, names = standardised(CLEAR, near), ("clear", "near")
    correlation = abs(spearmanr(CLEAR, near).statistic)

    assert 0.86 < correlation < 0.94
    assert kept(select(X, names, "correlation")) == ["clear"]
    assert kept(select(X, names, "correlation", in_use=names)) == ["clear", "near"]


def test_neighbours_agree_on_features_with_structure_and_not_on_noise():
    scores = laplacian_scores(standardised(CLEAR, OTHER, NOISE))

    assert scores[:2].max() < 0.5 * scores[2]
    assert laplacian_scores(standardised(CLEAR, np.ones(300)))[1] == np.inf


def test_the_laplacian_score_is_that_of_its_definition():
    X = standardised(CLEAR, NOISE)[::10]
    distance = np.linalg.norm(X[:, None] - X[None], axis=2)
    near = np.sort(distance, axis=1)[:, :11]
    S = np.where(distance <= near[:, -1:], np.exp(-(distance**2) / (near**2).mean()), 0)
    S = np.maximum(S, S.T) * (1 - np.eye(len(X)))
    D = np.diag(S.sum(axis=1))
    f = X - X.T @ D @ np.ones(len(X)) / D.sum()
    expected = [col @ (D - S) @ col / (col @ D @ col) for col in f.T]

    np.testing.assert_allclose(laplacian_scores(X), expected)


def test_the_laplacian_score_keeps_as_many_as_are_wanted():
    X, names = standardised(NOISE, CLEAR, OTHER), ("noise", "clear", "other")

    assert kept(select(X, names, "laplacian", n_wanted=2)) == ["clear", "other"]
    assert len(kept(select(X, names, "laplacian", n_wanted=3))) == 3


def test_forward_selection_takes_what_separates_and_leaves_noise_out():
    verdicts = select(standardised(NOISE, CLEAR, OTHER), ("noise", "clear", "other"), "silhouette", k=3)

    assert "clear" in kept(verdicts)
    assert "noise" not in kept(verdicts)
    assert all(v.reason for v in verdicts)


def test_forward_selection_stays_with_what_is_in_use_unless_another_set_is_clearly_better():
    X, names = standardised(CLEAR + RNG.normal(size=300) * 0.01, NOISE, CLEAR), ("one", "noise", "two")

    assert kept(select(X, names, "silhouette", k=3, in_use=("two",))) == ["two"]
    assert kept(select(X, names, "silhouette", k=3, in_use=("noise",))) != ["noise"]


@pytest.mark.parametrize("method", ["variance", "correlation", "laplacian", "silhouette"])
@pytest.mark.parametrize("n", [1, 2, 40])
def test_one_feature_remains_even_where_nothing_varies(method, n):
    verdicts = select(np.zeros((n, 2)), ("first", "second"), method, n_wanted=1)

    assert "first" in kept(verdicts)
