"""Regression, groups and segments of the mall against scipy, numpy and the map itself."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import silhouette_score

from batch.studies import stand_ins
from batch.studies.mall_som.customers import COLUMNS, FEATURES, NAMES
from batch.studies.mall_som.segmentation import GRID, profiles, segment, unit_means
from batch.studies.mall_som.statistics import AGE_GROUPS, age_group, by_group, regress
from batch.studies.mall_som.words import readings


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    table = stand_ins.make("mall")
    return table.rename(columns={column.name: name for column, name in zip(COLUMNS, NAMES, strict=True)})


@pytest.fixture(scope="module")
def scaled(customers: pd.DataFrame) -> np.ndarray:
    return np.asarray(stats.zscore(customers[list(FEATURES)].to_numpy(dtype=float), ddof=1))


def test_the_line_is_least_squares_with_its_interval(customers: pd.DataFrame) -> None:
    x, y = customers["income_k"].to_numpy(float), customers["score"].to_numpy(float)
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


def test_segments_are_cut_where_the_silhouette_is_best(scaled: np.ndarray) -> None:
    found = segment(scaled)

    assert found.silhouettes[found.k] == max(found.silhouettes.values())
    assert found.silhouettes[found.k] == pytest.approx(silhouette_score(scaled, found.segments))
    assert (found.unit_segments[found.units] == found.segments).all()
    nearest = ((scaled[:, None] - found.som.weights[None]) ** 2).sum(axis=2).argmin(axis=1)
    assert (found.units == nearest).all()


def test_mean_customers_of_units_are_group_means(customers: pd.DataFrame, scaled: np.ndarray) -> None:
    units = segment(scaled).units
    means = unit_means(customers[list(FEATURES)].to_numpy(float), units)
    expected = customers.groupby(units)[list(FEATURES)].mean()

    np.testing.assert_allclose(means[expected.index], expected)
    assert np.isnan(means).all(axis=1).sum() == GRID.n_units - len(expected)


def test_every_segment_is_put_into_words(customers: pd.DataFrame, scaled: np.ndarray) -> None:
    found = segment(scaled)
    table = readings(profiles(customers, found.segments), customers)

    assert len(table) == found.k
    assert table["customers"].sum() == len(customers)
    assert any("spend much more" in text for text in table["who they are"])
    assert "They could spend and do not" in " ".join(table["what to do"])


def test_customers_who_are_all_alike_make_one_segment() -> None:
    found = segment(np.zeros((12, 3)))

    assert found.k == 1
    assert (found.segments == 1).all()
