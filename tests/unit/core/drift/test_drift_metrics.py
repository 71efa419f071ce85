from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import ks_2samp, wasserstein_distance

from shared.core.arrays import Int64
from shared.core.drift.distribution import PSI_PER_JSD, jsd, ks, psi, quantile, wasserstein
from shared.core.drift.staleness import LEVELS, TRENDS, DriftMetric, staleness
from shared.core.fixed_point import SCALE, to_fixed
from shared.core.kmeans.prototype_sums import PrototypeSums
from shared.core.model.artifact import ModelArtifact, Segment, SomArtifact
from shared.core.model.population import SEGMENT_SUMS, TOTALS, PopulationStatistics
from shared.core.model.reference_bins import N_BINS, N_DISTANCE_BINS, STEPS_TO_P95
from shared.core.model.transform import FeatureTransform

NOON = datetime(2011, 12, 1, 12, tzinfo=UTC)
BELL = np.rint(10_000 * np.exp(-(np.linspace(-2.1, 2.1, N_BINS) ** 2))).astype(np.int64)
OF_FEATURES = {"psi", "ks", "wasserstein"}
EVERYTHING = (
    (set(LEVELS) - OF_FEATURES)
    | set(TRENDS)
    | {f"{name}_{feature}" for name in OF_FEATURES for feature in ("recency_days", "monetary")}
)
COUNTS = st.lists(st.integers(0, 10_000), min_size=4, max_size=4).map(np.array)


def model(counts: tuple[int, ...] = (700, 200, 100)) -> ModelArtifact:
    k = len(counts)
    return ModelArtifact(
        version=1,
        parent=None,
        provisional=False,
        created_at=NOON,
        run_id="run",
        transform=FeatureTransform(("recency_days", "monetary"), np.zeros(2), np.ones(2)),
        centers=np.arange(2.0 * k).reshape(k, 2),
        radii=np.full(k, 0.5),
        counts=np.array(counts),
        distance_p995=np.ones(k),
        quantization_error=0.4,
        distance_p95=0.8,
        bin_edges=to_fixed(np.tile(np.linspace(-2.0, 2.0, N_BINS - 1), (2, 1))),
        bin_counts=np.tile(BELL, (2, 1)),
        som=SomArtifact(2, 2, "rectangular", False, 1.0, np.zeros((4, 2)), 0.2, 0.10, 1.0),
        segments=tuple(Segment(label, 100 + label, "name", "act") for label in range(k)),
        next_segment_id=200,
        data_from=NOON,
        data_to=NOON,
        as_of=NOON,
        seed=1,
        code_version="0",
        metrics={"silhouette_simplified": 0.5},
    )


def population(
    counts: Int64 | tuple[int, ...],
    *,
    distance: float = 0.4,
    outlier_share: float = 0.005,
    unit_hits: tuple[int, ...] = (1, 1, 1, 1),
    unit_distance: float = 0.2,
    fold_share: float = 0.10,
    silhouette: float = 0.5,
    distance_p95: float = 1.0,
    bins: tuple[Int64, Int64] = (BELL, BELL),
) -> PopulationStatistics:
    """Everybody at one distance; the mean values are those the model was fitted with unless given."""
    held = np.asarray(counts)
    total = int(held.sum())
    centers = np.arange(2.0 * len(held)).reshape(-1, 2)
    reference = PrototypeSums(to_fixed(held[:, np.newaxis] * centers), held * SCALE, held)
    squares = held * ((centers**2).sum(axis=1) + distance**2) * SCALE
    units = PrototypeSums(np.zeros((4, 2), np.int64), np.array(unit_hits) * SCALE, np.array(unit_hits))
    sums = np.column_stack([np.rint(held * distance * SCALE), np.rint(held * outlier_share), squares])
    totals = dict.fromkeys(TOTALS, 0) | {
        "folds": round(fold_share * total),
        "unit_distance": round(unit_distance * total * SCALE),
    }
    segment_sums = np.zeros((len(held), len(SEGMENT_SUMS)), np.int64)
    segment_sums[:, SEGMENT_SUMS.index("silhouette")] = np.rint(held * silhouette * SCALE)
    distances = np.zeros(N_DISTANCE_BINS, np.int64)
    distances[0] = round(0.94 * total)
    distances[round(distance_p95 * STEPS_TO_P95) - 1] += total - distances[0]
    return PopulationStatistics(
        reference,
        units,
        reference,
        segment_sums,
        sums.astype(np.int64),
        np.array([totals[name] for name in TOTALS]),
        np.array(bins) * bool(total),
        distances,
        np.diag(held),
    )


def measured(**changes: float | tuple[int, ...]) -> dict[str, DriftMetric]:
    now = population((700_000, 200_000, 100_000), **changes)  # type: ignore[arg-type]
    return {metric.metric: metric for metric in staleness(model(), now, model().centers)}


def test_the_customers_it_was_fitted_on_are_not_stale() -> None:
    metrics = staleness(model(), population((700_000, 200_000, 100_000)), model().centers)

    assert {metric.status for metric in metrics} == {"ok"}
    assert {metric.metric for metric in metrics} == EVERYTHING


def test_every_metric_names_its_segment_or_everybody() -> None:
    metrics = staleness(model(), population((700, 200, 100)), model().centers)

    by_name = {name: [m.segment_id for m in metrics if m.metric == name] for name in EVERYTHING}
    per_segment = {"share_delta", "centroid_displacement"}
    assert all(by_name[name] == [100, 101, 102] for name in per_segment)
    assert all(by_name[name] == [None] for name in EVERYTHING - per_segment)


@given(COUNTS, COUNTS)
def test_psi_and_jsd_are_symmetric_and_never_negative(p: Int64, q: Int64) -> None:
    for measure in (jsd, psi):
        there, back = measure(p, q), measure(q, p)
        if there is None or back is None:
            assert there is back is None
            assert not p.sum() or not q.sum()
        else:
            assert there == pytest.approx(back, abs=1e-12)
            assert there >= 0


@given(COUNTS.filter(lambda c: c.sum() > 0), COUNTS.filter(lambda c: c.sum() > 0))
def test_jsd_is_the_square_of_scipys_distance_in_bits(p: Int64, q: Int64) -> None:
    assert jsd(p, q) == pytest.approx(jensenshannon(p, q, base=2) ** 2, abs=1e-9)


@given(st.lists(st.integers(0, 20), min_size=5, max_size=60), st.lists(st.integers(0, 20), min_size=5))
def test_on_bins_of_one_value_each_ks_and_wasserstein_are_scipys(a: list[int], b: list[int]) -> None:
    p, q = (np.bincount(values, minlength=21) for values in (a, b))

    assert ks(p, q) == pytest.approx(ks_2samp(a, b, method="asymp").statistic)
    steps = np.arange(21.0)  # a staircase of values; ours joins its corners by straight lines
    area = wasserstein(np.append(p, 0), np.append(q, 0), steps)
    assert area == pytest.approx(wasserstein_distance(a, b), abs=1.0)


def test_a_histogram_moved_by_one_bin_is_one_bin_away() -> None:
    bell = np.array([0, 0, 4, 8, 4, 0, 0])
    assert wasserstein(bell, np.roll(bell, 1), np.arange(6.0)) == pytest.approx(1.0)
    assert wasserstein(bell, bell, np.arange(6.0)) == 0


def test_nobody_has_no_distribution() -> None:
    nobody, somebody = np.zeros(3, np.int64), np.ones(3, np.int64)
    assert ks(nobody, somebody) is None
    assert wasserstein(somebody, nobody, np.arange(2.0)) is None
    assert quantile(nobody, 0.95) is None


def test_a_quantile_is_read_within_its_bin() -> None:
    assert quantile(np.array([50, 50]), 0.75) == pytest.approx(1.5)
    assert quantile(np.array([0, 0, 10]), 0.5) == pytest.approx(2.5)


@given(st.lists(st.integers(1, 10**12), min_size=2, max_size=30), st.integers(0, 3))
def test_one_customer_more_among_very_many_is_no_less_than_no_distance(counts: list[int], more: int) -> None:
    before = np.array(counts)

    found = jsd(before, before + more * (before == before.max()))

    assert found is not None
    assert 0 <= found < 0.3


def test_jsd_of_disjoint_shares_is_one_bit() -> None:
    assert jsd(np.array([5, 0]), np.array([0, 9])) == pytest.approx(1.0)


def test_psi_of_like_distributions_is_a_fixed_multiple_of_jsd() -> None:
    before, now = np.array([400_000, 300_000, 300_000]), np.array([404_000, 298_000, 298_000])

    one, other = psi(before, now), jsd(before, now)

    assert one is not None
    assert other is not None
    assert one / other == pytest.approx(PSI_PER_JSD, rel=0.001)


def test_psi_follows_its_formula_on_smoothed_counts() -> None:
    p, q = np.array([10.5, 30.5]) / 41, np.array([20.5, 20.5]) / 41

    expected = sum((b - a) * np.log(b / a) for a, b in zip(p, q, strict=True))

    assert psi(np.array([10, 30]), np.array([20, 20])) == pytest.approx(expected)


def test_an_emptied_segment_costs_a_bounded_psi() -> None:
    found = psi(np.array([500, 500]), np.array([1000, 0]))

    assert found is not None
    assert found < 10


def test_five_and_ten_points_moved_into_a_small_segment_warn() -> None:
    before = np.array([400, 300, 200, 100])

    five, ten = (jsd(before, before + np.array([-move, 0, 0, move])) for move in (50, 100))

    warn, critical = LEVELS["share_jsd"]
    assert five is not None
    assert ten is not None
    assert five == pytest.approx(0.005, abs=0.001)
    assert ten == pytest.approx(0.017, abs=0.001)
    assert warn < five < ten < critical


@pytest.mark.parametrize(
    ("name", "changes", "status"),
    [
        ("quantization_error_ratio", {"distance": 0.45}, "warn"),
        ("quantization_error_ratio", {"distance": 0.52}, "critical"),
        ("quantization_error_ratio", {"distance": 0.20}, "ok"),
        ("outlier_ratio", {"outlier_share": 0.011}, "warn"),
        ("outlier_ratio", {"outlier_share": 0.021}, "critical"),
        ("som_error_ratio", {"unit_distance": 0.23}, "warn"),
        ("topographic_error_delta", {"fold_share": 0.16}, "warn"),
        ("topographic_error_delta", {"fold_share": 0.21}, "critical"),
        ("silhouette_delta", {"silhouette": 0.44}, "warn"),
        ("silhouette_delta", {"silhouette": 0.39}, "critical"),
        ("distance_p95_ratio", {"distance_p95": 1.2}, "warn"),
        ("distance_p95_ratio", {"distance_p95": 1.4}, "critical"),
        ("psi_monetary", {"bins": (BELL, BELL + np.roll(BELL, 3))}, "warn"),
        ("ks_monetary", {"bins": (BELL, np.roll(BELL, 2))}, "critical"),
        ("wasserstein_monetary", {"bins": (BELL, np.roll(BELL, 1))}, "warn"),
        ("unit_use_delta", {"unit_hits": (1, 1, 1, 0)}, "warn"),
        ("unit_use_delta", {"unit_hits": (2, 2, 0, 0)}, "critical"),
    ],
)
def test_a_change_beyond_a_level_has_its_status(
    name: str, changes: dict[str, float | tuple[int, ...]], status: str
) -> None:
    assert measured(**changes)[name].status == status


@pytest.mark.parametrize(
    ("counts", "statuses"),
    [
        ((700, 200, 100), ["ok", "ok", "ok"]),
        ((665, 200, 135), ["warn", "ok", "warn"]),  # .1 -> .135: 35 % of itself, though under 5 points
        ((640, 200, 160), ["critical", "ok", "critical"]),
        ((726, 200, 74), ["ok", "ok", "warn"]),  # loses 26 % of itself in 2.6 points
    ],
)
def test_a_share_is_judged_in_points_and_against_itself(
    counts: tuple[int, int, int], statuses: list[str]
) -> None:
    tenfold = population(tuple(10 * n for n in counts))
    metrics = staleness(model((7000, 2000, 1000)), tenfold, model().centers)

    assert [m.status for m in metrics if m.metric == "share_delta"] == statuses


def test_a_small_shop_is_not_told_of_noise() -> None:
    before, now = (
        (70, 20, 10),
        (64, 19, 17),
    )  # the last is up by 7 points, which 100 customers can be by chance

    small = staleness(model(before), population(now), model().centers)
    large = staleness(
        model(tuple(100 * n for n in before)), population(tuple(100 * n for n in now)), model().centers
    )

    changed = ("share_psi", "share_jsd", "share_delta")
    assert {m.status for m in small if m.metric in changed} == {"ok"}
    assert {m.status for m in large if m.metric in changed} == {"ok", "warn", "critical"}
    psi_small, psi_large = (next(m for m in found if m.metric == "share_psi") for found in (small, large))
    assert psi_small.warn is not None
    assert psi_small.warn > LEVELS["share_psi"][0] == psi_large.warn


def test_a_changed_share_has_an_interval_around_it() -> None:
    metrics = staleness(model(), population((640, 200, 160)), model().centers)

    for metric in (m for m in metrics if m.metric == "share_delta"):
        assert metric.low is not None
        assert metric.high is not None
        assert metric.value is not None
        assert metric.low < metric.value < metric.high
        assert (metric.low < 0 < metric.high) == (metric.status == "ok")
    assert {m.low for m in metrics if m.metric != "share_delta"} == {None}


def test_trends_have_a_value_and_never_warn() -> None:
    found = measured(distance=0.9)
    assert [(found[name].warn, found[name].critical) for name in TRENDS] == [(None, None)] * 2
    assert [found[name].status for name in TRENDS] == ["ok", "ok"]
    # Centers are sqrt(8) apart in a row and everybody is .9 from his own: (.9 + .9) / sqrt(8).
    assert found["davies_bouldin"].value == pytest.approx(1.8 / 8**0.5)


def test_a_center_is_measured_in_radii_of_its_segment() -> None:
    moved = model().centers + np.array([[0.0, 0.0], [0.15, 0.0], [0.0, -0.3]])

    metrics = staleness(model(), population((700, 200, 100)), moved)

    found = [(m.value, m.status) for m in metrics if m.metric == "centroid_displacement"]
    assert [status for _, status in found] == ["ok", "warn", "critical"]
    assert [value for value, _ in found] == pytest.approx([0.0, 0.3, 0.6])


def test_without_customers_only_centers_can_be_judged() -> None:
    nobody = population((0, 0, 0), unit_hits=(0, 0, 0, 0))

    metrics = staleness(model(), nobody, model().centers)

    assert {m.metric for m in metrics if m.status != "undefined"} == {"centroid_displacement"}
    assert all(m.value is None for m in metrics if m.status == "undefined")


def test_a_reference_of_zero_leaves_a_ratio_undefined() -> None:
    perfect = replace(model(), radii=np.zeros(3), quantization_error=0.0)

    metrics = staleness(perfect, population((700, 200, 100)), perfect.centers + 1)

    undefined = {m.metric for m in metrics if m.status == "undefined"}
    assert undefined == {"centroid_displacement", "quantization_error_ratio"}


def test_a_population_under_another_model_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        staleness(model(), population((1, 2)), model().centers)
