"""Staleness: how far the stock of customers has moved away from what the champion was fitted on.

Everything is computed from the sums that the live model keeps, so no customer is read here.
Levels are effect sizes. They promise nothing about false alarms: today's stock is nearly
yesterday's, so no test that assumes independent samples holds for it. Sizes of segments must also be out by
more than chance would explain, so that a small shop is not told of noise.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import inf, isfinite
from types import MappingProxyType
from typing import Literal

import numpy as np

from shared.core.arrays import Float64, Int64
from shared.core.choice.indices import calinski_harabasz_of_sums, davies_bouldin_of_sums
from shared.core.drift.distribution import PSI_PER_JSD, jsd, ks, psi, quantile, wasserstein
from shared.core.drift.significance import change_interval, holm, psi_critical, share_p_values
from shared.core.fixed_point import from_fixed
from shared.core.model.artifact import ModelArtifact
from shared.core.model.population import REFERENCE_SUMS, SEGMENT_SUMS, PopulationStatistics
from shared.core.model.reference_bins import STEPS_TO_P95

Status = Literal["ok", "warn", "critical", "undefined"]

EXPECTED_OUTLIERS = 0.005
"""Share of the fit set beyond the 99.5th percentile of its segment, by construction."""

LEVELS: MappingProxyType[str, tuple[float, float]] = MappingProxyType(
    {
        "share_psi": (0.02, 0.10),
        "share_jsd": (0.002, 0.02),  # five points moved into a tenth are .005, ten are .017
        "share_delta": (0.03, 0.05),
        "centroid_displacement": (0.25, 0.5),
        "quantization_error_ratio": (1.10, 1.25),
        "distance_p95_ratio": (1.10, 1.25),
        "outlier_ratio": (2.0, 4.0),
        "som_error_ratio": (1.10, 1.25),
        "topographic_error_delta": (0.05, 0.10),
        "unit_use_delta": (-0.15, -0.30),
        "silhouette_delta": (-0.05, -0.10),
        "psi": (0.10, 0.25),
        "ks": (0.10, 0.20),
        "wasserstein": (0.10, 0.25),  # in standard deviations of the fit set
    }
)
"""Warn and critical level of each metric; a critical level below the warn level means: low is bad. The
last three are measured for each feature, as `psi_monetary` and so on."""

SILHOUETTE = "silhouette_simplified"
"""Under this name a model's metrics hold what its segments were apart when it was fitted."""

TRENDS = ("davies_bouldin", "calinski_harabasz")
"""Measured to be looked at over time: nobody knows which value is bad, so there are no levels."""

NOISE_ALPHAS = (0.01, 0.001)
"""A share PSI or JSD that warns or is critical is also larger than what chance exceeds this often."""

SHARE_ALPHA = 0.05
"""A segment's share is also significantly different at this level, corrected for all segments."""

_RELATIVE_SHARE = (0.25, 0.5)
"""A small segment that loses a quarter or half of its share is news too, however few points that is."""


@dataclass(frozen=True)
class DriftMetric:
    """One number about staleness.

    segment_id : None if it is about everybody. value : None if undefined. warn, critical : None if it
    is only a trend. low, high : 95 % interval of the value, where there is one.
    """

    metric: str
    segment_id: int | None
    value: float | None
    warn: float | None
    critical: float | None
    status: Status
    low: float | None = None
    high: float | None = None


def staleness(
    model: ModelArtifact, population: PopulationStatistics, live_centers: Float64
) -> list[DriftMetric]:
    """Compare everybody who is clustered now, and the live centers (k, d), with their champion.

    Shares, distances and outliers go by the nearest *champion* center, so that the live model's learning
    does not hide a change; the map's numbers go by the live map.

    Raises
    ------
    ValueError : population or centers do not have the champion's shape.
    """
    _check_shapes(model, population, live_centers)
    stock = _stock(population)
    return [
        *_share_distances(model, stock),
        *_share_deltas(model, stock),
        *_displacements(model, live_centers),
        _metric("quantization_error_ratio", _ratio(stock.distance, stock.total * model.quantization_error)),
        _metric("distance_p95_ratio", _ratio(stock.distance_p95, STEPS_TO_P95)),
        _metric("outlier_ratio", _ratio(stock.outliers, stock.total * EXPECTED_OUTLIERS)),
        _metric("som_error_ratio", _ratio(stock.unit_distance, stock.total * model.som.quantization_error)),
        _metric(
            "topographic_error_delta", _above(_ratio(stock.folds, stock.total), model.som.topographic_error)
        ),
        _metric("unit_use_delta", _above(stock.unit_use, model.som.unit_use)),
        _metric("silhouette_delta", _above(stock.silhouette, model.metrics.get(SILHOUETTE))),
        *_separation(population),
        *_feature_metrics(model, population),
    ]


@dataclass(frozen=True)
class _Stock:
    """Clustered customers in numbers: (k,) counts, then totals; distances in scaled units."""

    counts: Int64
    total: int
    distance: float
    outliers: int
    unit_distance: float
    folds: int
    unit_use: float | None
    silhouette: float | None
    distance_p95: float | None


def _stock(population: PopulationStatistics) -> _Stock:
    sums = dict(zip(REFERENCE_SUMS, population.reference_sums.sum(axis=0).tolist(), strict=True))
    units, total = population.units.counts, int(population.reference.counts.sum())
    return _Stock(
        population.reference.counts,
        total,
        float(from_fixed(sums["distance"])),
        sums["outliers"],
        float(from_fixed(population.total("unit_distance"))),
        population.total("folds"),
        _ratio(int(np.count_nonzero(units)), units.size if total else 0),
        _ratio(float(from_fixed(population.segment_sums[:, SEGMENT_SUMS.index("silhouette")].sum())), total),
        quantile(population.distance_bins, 0.95),
    )


def _share_distances(model: ModelArtifact, stock: _Stock) -> Iterator[DriftMetric]:
    noise = [psi_critical(model.counts, stock.counts, alpha) for alpha in NOISE_ALPHAS]
    for name, measure, psi_per_unit in (("share_psi", psi, 1.0), ("share_jsd", jsd, PSI_PER_JSD)):
        warn, critical = (max(a, n / psi_per_unit) for a, n in zip(LEVELS[name], noise, strict=True))
        yield _metric(name, measure(model.counts, stock.counts), levels=(warn, critical))


def _share_deltas(model: ModelArtifact, stock: _Stock) -> Iterator[DriftMetric]:
    chances = holm(share_p_values(model.counts, stock.counts))
    lows, highs = (ends.tolist() for ends in change_interval(model.counts, stock.counts))
    for label, segment_id in enumerate(model.segment_ids.tolist()):
        p = float(model.shares[label])
        points = LEVELS["share_delta"]
        levels = tuple(min(a, r * p) if p else a for a, r in zip(points, _RELATIVE_SHARE, strict=True))
        delta = _above(_ratio(int(stock.counts[label]), stock.total), p)
        found = _metric("share_delta", delta, segment_id, (levels[0], levels[1]), size=abs)
        if delta is not None:
            status = found.status if chances[label] < SHARE_ALPHA else "ok"
            found = replace(found, status=status, low=lows[label], high=highs[label])
        yield found


def _separation(population: PopulationStatistics) -> Iterator[DriftMetric]:
    """How far apart the champion's segments are, by the customers nearest to each of its centers."""
    squares = population.reference_sums[:, REFERENCE_SUMS.index("square_norm")]
    sums = population.reference.counts, from_fixed(population.reference.sums), from_fixed(squares)
    for name, found in zip(
        TRENDS, (davies_bouldin_of_sums(*sums), calinski_harabasz_of_sums(*sums)), strict=True
    ):
        yield trend(name, found)


def _displacements(model: ModelArtifact, live_centers: Float64) -> Iterator[DriftMetric]:
    distances = np.linalg.norm(live_centers - model.centers, axis=1)
    for segment_id, moved, radius in zip(
        model.segment_ids.tolist(), distances.tolist(), model.radii.tolist(), strict=True
    ):
        yield _metric("centroid_displacement", _ratio(moved, radius), segment_id)


def _feature_metrics(model: ModelArtifact, population: PopulationStatistics) -> Iterator[DriftMetric]:
    for feature, name in enumerate(model.features):
        before, now = model.bin_counts[feature], population.feature_bins[feature]
        edges = from_fixed(model.bin_edges[feature])
        for measure, value in (
            ("psi", psi(before, now)),
            ("ks", ks(before, now)),
            ("wasserstein", wasserstein(before, now, edges)),
        ):
            yield _metric(f"{measure}_{name}", value, levels=LEVELS[measure])


def judged(metric: str, value: float | None, levels: tuple[float, float]) -> DriftMetric:
    """Put a value about everybody beside its levels (warn, critical)."""
    return _metric(metric, value, levels=levels)


def trend(metric: str, value: float | None) -> DriftMetric:
    """Return a value about everybody that has no levels; NaN is undefined."""
    known = None if value is None or not isfinite(value) else value
    return DriftMetric(metric, None, known, None, None, "undefined" if known is None else "ok")


def _metric(
    metric: str,
    value: float | None,
    segment_id: int | None = None,
    levels: tuple[float, float] | None = None,
    size: Callable[[float], float] = float,
) -> DriftMetric:
    warn, critical = levels or LEVELS[metric]
    return DriftMetric(metric, segment_id, value, warn, critical, _status(value, warn, critical, size))


def _status(value: float | None, warn: float, critical: float, size: Callable[[float], float]) -> Status:
    if value is None:
        return "undefined"
    sign = -1.0 if critical < warn else 1.0
    badness = sign * size(value)
    return "critical" if badness > sign * critical else "warn" if badness > sign * warn else "ok"


def _ratio(numerator: float | None, denominator: float) -> float | None:
    ratio = float(numerator) / float(denominator) if denominator and numerator is not None else inf
    return ratio if isfinite(ratio) else None


def _above(value: float | None, reference: float | None) -> float | None:
    return None if value is None or reference is None else value - reference


def _check_shapes(model: ModelArtifact, population: PopulationStatistics, live_centers: Float64) -> None:
    k, d = model.centers.shape
    expected = ((k, model.som.weights.shape[0], d), (k, d))
    got = (population.shape, live_centers.shape)
    if got != expected:
        msg = f"population and live centers should be of the shape {expected} of the champion; got {got}"
        raise ValueError(msg)
