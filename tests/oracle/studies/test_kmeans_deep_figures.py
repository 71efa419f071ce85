"""What the study in depth says about the shipped year, against scikit-learn and within bounds."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import davies_bouldin_score, silhouette_score

from batch.studies import stand_ins
from batch.studies.kmeans_deep.algorithms import compare_algorithms
from batch.studies.kmeans_deep.behaviour import Behaviour, behaviour
from batch.studies.kmeans_deep.components import find_components
from batch.studies.kmeans_deep.consensus import agree, judge_robustness
from batch.studies.kmeans_deep.daily import follow, midnights
from batch.studies.kmeans_deep.demographics import study_bank, study_gender
from batch.studies.kmeans_deep.k_qualities import measure
from batch.studies.online_retail.customer_rfm import to_customers
from batch.studies.online_retail.invoice_lines import is_known
from batch.studies.online_retail.reading_lines import SHIPPED, read_invoices
from batch.studies.reading import DataFile
from shared.core.choice.stability import adjusted_rand
from shared.core.kmeans.lloyd import fit_kmeans


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    """Read the year once."""
    return read_invoices(DataFile(SHIPPED)).lines


@pytest.fixture(scope="module")
def customers(lines: pd.DataFrame) -> Behaviour:
    """Give the customers' nine features."""
    return behaviour(lines)


def test_three_of_the_features_are_recency_frequency_and_monetary(
    lines: pd.DataFrame, customers: Behaviour
) -> None:
    other = to_customers(lines[is_known(lines)]).rfm
    assert list(customers.customers) == other["customer_id"].tolist()
    np.testing.assert_allclose(customers.raw[:, :3], other.iloc[:, 1:].to_numpy(np.float64), atol=1e-3)


def test_measures_of_every_k_are_scikit_learns(customers: Behaviour) -> None:
    X = customers.X
    for quality in measure(X, (2, 5)).qualities:
        labels = fit_kmeans(X, quality.k, n_starts=5, rng=0).labels
        assert quality.silhouette == pytest.approx(silhouette_score(X, labels))
        assert quality.davies_bouldin == pytest.approx(davies_bouldin_score(X, labels))
        theirs = KMeans(quality.k, n_init=10, random_state=0, tol=0).fit(X).inertia_
        assert quality.inertia == pytest.approx(theirs, rel=0.03)


def test_components_are_scikit_learns(customers: Behaviour) -> None:
    found = find_components(customers.X, 5)
    np.testing.assert_allclose(found.shares, PCA().fit(customers.X).explained_variance_ratio_, atol=1e-12)
    assert found.n_kept == 5


def test_there_are_no_gaps_between_customers(customers: Behaviour) -> None:
    found = {outcome.name: outcome for outcome in compare_algorithms(customers.X, 5)}
    assert found["hierarchical, average"].largest_share > 0.98
    assert found["DBSCAN"].n_clusters <= 2
    assert found["HDBSCAN"].noise_share > 0.3
    assert found["K-means"].largest_share < 0.5


def test_an_ensemble_is_steadier_than_one_fit(customers: Behaviour) -> None:
    found = judge_robustness(customers.X, 5, n_runs=4)
    assert found.consensus > found.single_start


def test_an_ensemble_finds_built_in_kinds() -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(4), 200)
    X = rng.normal(0, 0.3, (800, 3)) + 3 * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])[truth]
    found = agree(X, 4)
    assert adjusted_rand(found.labels, truth) > 0.98
    assert np.allclose(np.diag(found.together), 1)
    assert np.array_equal(found.together, found.together.T)


def test_the_banks_six_kinds_are_found_on_the_log_scale() -> None:
    found = study_bank(stand_ins.make("customer360"), k=6)
    assert found.log.by_silhouette == 6
    assert found.profile["customers"].sum() == 5_000


def test_gender_as_a_number_takes_the_segments_over() -> None:
    found = study_gender(stand_ins.make("mall", 2_000), k=5)
    assert found.purity_without < found.expected_purity + 0.05
    assert found.purity_with > 0.9
    assert found.ari < 0.5


def test_the_last_midnight_is_the_table_of_the_whole_year(lines: pd.DataFrame) -> None:
    *_, last = midnights(lines, "Europe/London")
    expected = to_customers(lines[is_known(lines)]).rfm
    assert len(last.customers) == len(expected)
    spend = np.sort(last.rfm.monetary_minor) / 10_000
    np.testing.assert_allclose(spend, np.sort(expected["monetary"].to_numpy()), atol=1e-3)
    assert np.sort(last.rfm.frequency).tolist() == np.sort(expected["frequency"]).astype(int).tolist()


def test_tended_daily_centers_stay_as_good_as_new_ones(lines: pd.DataFrame) -> None:
    year = follow(lines, 5, zone="Europe/London", every=40)
    assert year is not None
    assert max(look.restated for look in year.looks) < 1.02
    assert max(look.frozen for look in year.looks) > 1.4
