"""Groups in any table: what is said of them, their inertia against scikit-learn's, effect sizes by hand."""

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn import datasets
from sklearn.cluster import KMeans
from sklearn.impute import KNNImputer
from sklearn.metrics import adjusted_rand_score

from batch.studies.customer_table.customer_file import read_customers
from batch.studies.customer_table.effects import MEDIUM, names_of
from batch.studies.customer_table.segmented import Segmented, segment
from batch.studies.customer_table.study import story
from batch.studies.customer_table.wishes import Filling, Method, TableWishes
from batch.studies.framework import DataTable
from batch.studies.reading import DataFile
from tests.support import customer_tables
from tests.support.claims import assert_claims_hold

MADE = {
    "cards": customer_tables.cards,
    "one cloud": customer_tables.one_cloud,
    "wholesale": customer_tables.wholesale,
    "one amount": customer_tables.one_amount,
}
BY_THE_DATA = TableWishes()


def _found(table: pd.DataFrame, wishes: TableWishes = BY_THE_DATA) -> Segmented:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        table.to_csv(path, index=False, sep=";")
        return segment(read_customers(DataFile(path)), wishes)


@cache
def _made(name: str, wishes: TableWishes = BY_THE_DATA) -> Segmented:
    """Cluster a made table once for all tests that only look."""
    return _found(MADE[name](), wishes)


@pytest.mark.parametrize("name", MADE)
def test_whatever_is_said_of_a_table_comes_out_again_when_it_is_counted(name: str) -> None:
    found = _made(name)

    assert_claims_hold(story(found, "customers.csv"), found.file.table)


@pytest.mark.parametrize(
    ("method", "filling", "k"), [("som", "knn", None), ("kmeans", "leave-out", 4), ("som", "median", 3)]
)
def test_every_way_to_cluster_says_what_it_did(method: Method, filling: Filling, k: int | None) -> None:
    found = _made("cards", TableWishes(method=method, filling=filling, k=k))

    assert_claims_hold(story(found, "customers.csv"), found.file.table)
    assert (found.groups.map is not None) == (method == "som")
    assert k in {None, found.groups.k}


@pytest.mark.parametrize("load", [datasets.load_wine, datasets.load_diabetes, datasets.load_breast_cancer])
def test_inertia_is_that_of_scikit_learns_best_of_twenty_starts(load: object) -> None:
    table = load(as_frame=True).frame  # type: ignore[operator]
    found = _found(table)

    theirs = KMeans(found.groups.k, n_init=20, random_state=7).fit(found.prepared.X).inertia_
    assert found.groups.inertia <= 1.001 * theirs


def test_three_growers_of_wine_are_found_and_tabulated_but_not_clustered_by() -> None:
    wine = datasets.load_wine(as_frame=True).frame
    found = _found(wine)

    assert found.groups.k == 3
    assert adjusted_rand_score(wine["target"], found.groups.labels) > 0.85
    roles = {verdict.name: verdict.role for verdict in found.verdicts}
    assert roles.pop("target") == "tabulated"
    assert set(roles.values()) == {"clustered by"}


def test_every_column_of_a_bank_is_judged_by_what_it_holds() -> None:
    table = customer_tables.cards()
    found = _found(table)

    judged = {verdict.name: (verdict.role, verdict.why.text) for verdict in found.verdicts}
    rho = abs(spearmanr(table["PURCHASES"], table["PURCHASES_TWICE"]).statistic)
    assert judged["CUST_ID"] == ("id", "names customers: 600 values in 600 cells")
    assert judged["PURCHASES_TWICE"] == ("described", f"repeats PURCHASES: rank correlation {rho:.2f}")
    assert judged["Region"][0] == "tabulated"
    assert judged["Currency"] == ("left out", "the same for everybody: INR")
    assert judged["LATE_EVER"][0] == "left out"
    assert judged["LATE_EVER"][1].endswith("are 0")
    logs = {feature.column for feature in found.prepared.features if feature.is_log}
    assert {"BALANCE", "PURCHASES", "MINIMUM_PAYMENTS"} <= logs
    assert "PRC_FULL" not in logs


def test_a_table_without_groups_says_that_no_number_of_them_holds() -> None:
    found = _made("one cloud")

    assert all(verdict.missed for verdict in found.groups.report.choice.verdicts)
    texts = [getattr(sentence, "text", sentence) for sentence in story(found, "x.csv").sentences()]
    assert any("no number reaches the floors" in text for text in texts)


def test_effect_sizes_are_differences_over_pooled_deviations() -> None:
    found = _made("cards")
    logs = np.log1p(found.file.table["BALANCE"].to_numpy())

    for group in found.names:
        own, others = logs[found.groups.labels == group], logs[found.groups.labels != group]
        within = ((own - own.mean()) ** 2).sum() + ((others - others.mean()) ** 2).sum()
        expected = (own.mean() - others.mean()) / np.sqrt(within / (len(logs) - 2))
        assert found.sizes.loc[group, "BALANCE"] == pytest.approx(expected)


def test_words_that_go_with_a_group_are_told_beside_it() -> None:
    found = _made("wholesale")

    told = {effect.label for effect in found.effects[1] if effect.word is not None}
    assert told == {"Channel 1"}
    assert all("Channel" not in name for name in found.names.values())


def test_groups_that_would_be_called_the_same_are_told_apart() -> None:
    assert names_of({1: (), 2: ()}) == {1: "near the average (1)", 2: "near the average (2)"}


def test_nearest_customers_fill_as_scikit_learn_does() -> None:
    found = _made("cards", TableWishes(filling="knn", k=3))
    taken = [
        np.log1p(found.file.table[feature.column]) if feature.is_log else found.file.table[feature.column]
        for feature in found.prepared.features
    ]
    scaled = np.column_stack([(column - column.mean()) / column.std(ddof=0) for column in taken])

    np.testing.assert_allclose(found.prepared.X, KNNImputer(n_neighbors=10).fit_transform(scaled))


def test_customers_with_an_empty_cell_are_left_out_if_so_told_and_stand_in_the_file() -> None:
    found = _made("cards", TableWishes(filling="leave-out", k=3))
    used = [feature.column for feature in found.prepared.features]
    is_complete = found.file.table[used].notna().all(axis=1)

    result = story(found, "customers.csv")
    customers = next(table.frame for table in result.of(DataTable) if table.name == "customers")
    assert list(customers.columns[:2]) == ["CUST_ID", "group"]
    assert customers["group"].notna().tolist() == is_complete.tolist()


def test_told_columns_are_clustered_by_and_words_among_them_too() -> None:
    found = _made("one cloud", TableWishes(use=("result {EUR}", "who {m}"), k=2))

    labels = [feature.label for feature in found.prepared.features]
    assert labels == ["result {EUR}", "who {m} = (empty)", "who {m} = Frau", "who {m} = Herr"]
    assert_claims_hold(story(found, "customers.csv"), found.file.table)
    apart = found.prepared.X[:, 1:]
    assert np.linalg.norm(apart[0] - apart[(apart != apart[0]).any(axis=1)][0]) == pytest.approx(1)


def test_what_is_named_differs_by_at_least_a_medium_effect() -> None:
    found = _made("cards")

    assert all(abs(effect.size) >= MEDIUM for told in found.effects.values() for effect in told)
    assert len(set(found.names.values())) == found.groups.k


def test_a_large_table_ends_as_low_as_twenty_starts_on_all_of_it() -> None:
    found = _found(customer_tables.cards(24_000), TableWishes(k=4))

    theirs = KMeans(4, n_init=20, random_state=5).fit(found.prepared.X).inertia_
    assert found.groups.n_judged < len(found.clustered)
    assert found.groups.inertia <= 1.001 * theirs
