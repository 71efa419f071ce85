"""Outlier policies and feature selection, and what a run tells of them."""

from collections.abc import Callable

import numpy as np
import pytest

from batch.assemble import Provenance
from batch.customer_source import InMemory
from batch.fit_set import fit_set
from batch.hand_over import History, RunPurpose
from batch.load import CustomerTable
from batch.pipeline import contest
from batch.select_features import select_features
from shared.core.customers.features import FEATURES
from shared.settings import ModelSettings, Settings
from shared.stopwatch import Stopwatch

MakeTable = Callable[..., CustomerTable]
QUICK = {"k_min": 2, "k_max": 3, "n_starts": 2}
X = np.vstack([np.random.default_rng(2).normal(size=(200, 2)), [[20.0, 0.0], [0.0, -30.0]]])


def test_without_a_policy_everybody_is_fitted_as_they_are() -> None:
    fitted = fit_set(X, ModelSettings())

    np.testing.assert_array_equal(fitted.X, X)
    assert not fitted.is_outlier.any()


def test_excluded_customers_are_not_fitted_and_clipped_ones_at_the_limit() -> None:
    without = fit_set(X, ModelSettings(outliers="exclude"))
    clipped = fit_set(X, ModelSettings(outliers="clip"))

    assert without.is_outlier[-2:].all()
    np.testing.assert_array_equal(without.X, X[~without.is_outlier])
    np.testing.assert_array_equal(without.among(np.array([0, 1, 200, 201])), X[[0, 1]])
    assert clipped.X.shape == X.shape
    assert np.abs(clipped.X).max() < 5
    np.testing.assert_array_equal(clipped.X[~clipped.is_outlier], X[~clipped.is_outlier])


@pytest.mark.parametrize("policy", ["clip", "exclude"])
def test_a_policy_changes_the_fit_assigns_everybody_and_tells_its_effect(
    make_table: MakeTable, policy: str
) -> None:
    table = make_table(n=60)
    model, evidence, _ = run(table, outliers=policy, outlier_rule="isolation_forest")
    effect = evidence.outliers

    assert effect is not None
    assert model.n_customers == table.n == evidence.clustering.labels.size
    assert effect.n == round(effect.share * table.n) > 0
    assert effect.error_without <= effect.error_with * 1.01
    assert effect.usual_with <= effect.usual_without * 1.01
    assert 0 < effect.agreement <= 1
    assert run(table)[1].outliers is None


@pytest.mark.parametrize("method", ["correlation", "laplacian"])
def test_a_model_of_selected_features_tells_why_each_is_in_or_out(make_table: MakeTable, method: str) -> None:
    table = make_table(n=60)
    model, evidence, _ = run(table, feature_selection=method)
    choice = evidence.features

    assert model.features == choice.kept
    assert [v.name for v in choice.verdicts] == list(FEATURES)
    assert choice.agreement is not None


def test_a_second_run_keeps_the_features_of_the_champion(make_table: MakeTable) -> None:
    table = make_table(n=60)
    for method in ("variance", "correlation", "laplacian", "silhouette"):
        first = select_features(table, ModelSettings(feature_selection=method))
        for seed in (1, 2):
            settings = ModelSettings(feature_selection=method, seed=seed)
            assert select_features(table, settings, first.kept).kept == first.kept


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("features", ["recency_days", "shoe_size"], "different names among recency_days"),
        ("features", ["monetary", "monetary"], "different names among"),
        ("candidates", ["warm", "hdbscan"], "any number of segments without a champion"),
        ("outliers", "drop", "clip"),
    ],
)
def test_settings_that_no_run_could_follow_are_refused(name: str, value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ModelSettings.model_validate({name: value})


def run(table: CustomerTable, **model: object):  # type: ignore[no-untyped-def]
    settings = Settings(model=ModelSettings.model_validate(QUICK | model))
    provenance = Provenance("run", table.as_of, "0", None)
    return contest(InMemory(table), History(), RunPurpose(), settings, provenance, Stopwatch())
