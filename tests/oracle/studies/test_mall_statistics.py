"""Regression, groups and segments of the mall against scipy, numpy and the map itself."""

from typing import get_args

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from batch.studies import stand_ins
from batch.studies.framework.study import Training
from batch.studies.mall_som.customers import FEATURES, NAMES, Mall, bracketed, stated_range
from batch.studies.mall_som.segmentation import (
    GRID,
    ScaledCustomers,
    best_parted,
    feature_sets,
    segment,
    unit_means,
)
from batch.studies.mall_som.statistics import AGE_GROUPS, age_group, by_group, regress
from batch.studies.mall_som.words import readings


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return stand_ins.make("mall").rename(columns=NAMES)


@pytest.fixture(scope="module")
def scaled(customers: pd.DataFrame) -> ScaledCustomers:
    return _scaled(customers, FEATURES)


def _scaled(customers: pd.DataFrame, features: tuple[str, ...]) -> ScaledCustomers:
    values = customers[list(features)].to_numpy(dtype=float)
    deviation = values.std(axis=0, ddof=1)
    scaled = (values - values.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
    return ScaledCustomers(features, scaled, values.mean(axis=0), deviation)


def _mall(customers: pd.DataFrame, **labels: str) -> Mall:
    names = {name: name for name in (*FEATURES, "gender")} | labels
    return Mall(customers, len(customers), names)


def test_the_line_is_least_squares_with_its_interval(customers: pd.DataFrame) -> None:
    x, y = customers["income"].to_numpy(float), customers["score"].to_numpy(float)
    line = regress(x, y)
    A = np.column_stack([np.ones_like(x), x])
    (intercept, slope), (rss,), *_ = np.linalg.lstsq(A, y, rcond=None)
    error = np.sqrt(rss / (len(x) - 2) * np.linalg.inv(A.T @ A)[1, 1])

    assert (line.intercept, line.slope) == pytest.approx((intercept, slope))
    assert line.r_squared == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2)
    assert line.high - line.low == pytest.approx(2 * stats.t.ppf(0.975, len(x) - 2) * error)
    assert line.p == pytest.approx(2 * stats.t.sf(abs(slope / error), len(x) - 2))


def test_the_band_is_that_of_the_mean_response() -> None:
    x, y = np.array([1.0, 2.0, 3.0, 5.0]), np.array([2.0, 1.0, 4.0, 4.0])
    line, at = regress(x, y), np.array([0.0, 4.0])
    A = np.column_stack([np.ones_like(x), x])
    B = np.column_stack([[1, 1], at])
    spread = np.sqrt(np.einsum("ij,jk,ik->i", B, np.linalg.inv(A.T @ A), B))

    np.testing.assert_allclose(line.half_width(at), stats.t.ppf(0.975, 2) * line.residual_deviation * spread)


def test_no_line_goes_through_one_income() -> None:
    assert np.isnan(regress(np.ones(5), np.arange(5.0)).slope)


def test_ages_fall_into_six_groups_at_their_edges() -> None:
    groups = age_group(pd.Series([18.0, 24.9, 25.0, 34.0, 35.0, 54.0, 55.0, 64.0, 65.0, 90.0]))

    assert groups.tolist() == [AGE_GROUPS[at] for at in (0, 0, 1, 1, 2, 3, 4, 4, 5, 5)]


def test_group_statistics_are_numpys(customers: pd.DataFrame) -> None:
    table = by_group(customers["score"].astype(float), customers["gender"], "gender").set_index("gender")
    women = customers.loc[customers["gender"] == "Female", "score"].to_numpy()

    assert table.loc["Female"].tolist() == pytest.approx(
        [len(women), women.mean(), women.std(ddof=1), *np.quantile(women, [0.25, 0.5, 0.75])]
    )


def test_segments_are_cut_where_the_silhouette_is_best(scaled: ScaledCustomers) -> None:
    found = segment(scaled)

    assert found.silhouettes[found.k] == max(found.silhouettes.values())
    assert found.silhouettes[found.k] == pytest.approx(silhouette_score(scaled.X, found.segments))
    assert (found.unit_segments[found.units] == found.segments).all()
    nearest = ((scaled.X[:, None] - found.weights[None]) ** 2).sum(axis=2).argmin(axis=1)
    assert (found.units == nearest).all()


def test_mean_customers_of_units_are_group_means(customers: pd.DataFrame, scaled: ScaledCustomers) -> None:
    units = segment(scaled).units
    means = unit_means(customers[list(FEATURES)].to_numpy(float), units)
    expected = customers.groupby(units)[list(FEATURES)].mean()

    np.testing.assert_allclose(means[expected.index], expected)
    assert np.isnan(means).all(axis=1).sum() == GRID.n_units - len(expected)


def test_every_segment_is_put_into_words(customers: pd.DataFrame, scaled: ScaledCustomers) -> None:
    found = segment(scaled)
    mall = _mall(customers, income="Annual Income (k$)")
    table = readings(mall, found).frame

    assert len(table) == found.k
    assert table["customers"].sum() == len(customers)
    assert any("spend much more" in text for text in table["who they are"])
    assert any(" k$)" in text for text in table["who they are"])
    assert "They could spend and do not" in " ".join(table["what to do"])


def test_five_plain_groups_of_income_and_spending_are_found(customers: pd.DataFrame) -> None:
    scaled = _scaled(customers, ("income", "score"))
    groups = KMeans(5, n_init=20, random_state=0).fit_predict(scaled.X)

    for training in get_args(Training):
        found = segment(scaled, training)
        assert found.k == 5
        assert adjusted_rand_score(groups, found.segments) >= 0.9


def test_the_map_that_parts_the_customers_best_is_taken(customers: pd.DataFrame) -> None:
    found = [segment(_scaled(customers, features)) for features in feature_sets(FEATURES)]
    taken = best_parted(found, "batch")

    assert taken.features == ("income", "score")
    assert taken.silhouette == max(one.silhouette for one in found)


@pytest.mark.parametrize(
    ("varying", "sets"),
    [
        (FEATURES, (("income", "score"), FEATURES)),
        (("income", "score"), (("income", "score"),)),
        (("age_years",), (("age_years",),)),
        (("age_years", "score"), (("score",), ("age_years", "score"))),
    ],
)
def test_features_are_tried_with_age_and_without(
    varying: tuple[str, ...], sets: tuple[tuple[str, ...], ...]
) -> None:
    assert feature_sets(varying) == sets


@pytest.mark.parametrize(
    ("label", "incomes", "unit"),
    [
        ("Annual Income (k$)", 60.0, "k$"),
        ("Annual Income (k$)", 35_422.0, ""),
        ("Income (thousand euros)", 35_422.0, ""),
        ("Income (INR)", 350_422.0, "INR"),
        ("Income (k INR)", 3_504.0, "k INR"),
        ("income", 60.0, ""),
        ("Spending Score (1-100)", 60.0, ""),
    ],
)
def test_a_unit_is_what_the_name_says_unless_it_cannot_be(label: str, incomes: float, unit: str) -> None:
    table = pd.DataFrame({"income": [incomes] * 5, "score": 1.0})

    assert _mall(table, income=label).unit("income") == unit


def test_brackets_and_ranges_are_read_from_names() -> None:
    assert bracketed("Income (k$) ") == "k$"
    assert stated_range("Spending Score (1-100)") == (1, 100)
    assert stated_range("score") is None


def test_customers_who_are_all_alike_make_one_segment() -> None:
    found = segment(ScaledCustomers(FEATURES, np.zeros((12, 3)), np.zeros(3), np.zeros(3)))

    assert found.k == 1
    assert (found.segments == 1).all()
