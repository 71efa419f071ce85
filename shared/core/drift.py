"""Staleness: how far the stock of customers has moved away from what the champion was fitted on.

Everything is computed from sums that can be added up over parts, so no customer is needed here.
Levels are effect sizes. They promise nothing about false alarms: today's stock is nearly
yesterday's, so no test that assumes independent samples holds for it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf, isfinite
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from shared.core.artifact import ModelArtifact

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Status = Literal["ok", "warn", "critical", "undefined"]

SMOOTHING = 0.5
"""Added to every count before PSI: an empty segment then costs a bounded amount instead of infinity."""

EXPECTED_OUTLIERS = 0.005
"""Share of the fit set beyond the 99.5th percentile of its segment, by construction."""

LEVELS: MappingProxyType[str, tuple[float, float]] = MappingProxyType(
    {
        "share_psi": (0.02, 0.10),
        "share_jsd": (0.002, 0.02),  # five points moved are about .006, ten are .020
        "share_delta": (0.03, 0.05),
        "centroid_displacement": (0.25, 0.5),
        "quantization_error_ratio": (1.10, 1.25),
        "outlier_ratio": (2.0, 4.0),
        "topographic_error_delta": (0.05, 0.10),
        "unit_use_delta": (-0.15, -0.30),
    }
)
"""Warn and critical level of each metric; a critical level below the warn level means: low is bad."""

_RELATIVE_SHARE = (0.25, 0.5)
"""A small segment that loses a quarter or half of its share is news too, however few points that is."""


@dataclass(frozen=True, eq=False)
class Stock:
    """Sums over clusterable customers, each under its nearest champion center and best unit.

    counts : (k,) customers. distance_sums : (k,) sum of their distances to it, scaled units.
    outliers : (k,) of them beyond the champion's `distance_p995`.
    unit_hits : (units,) customers per unit. torn : customers whose two best units do not touch.
    """

    counts: Int64
    distance_sums: Float64
    outliers: Int64
    unit_hits: Int64
    torn: int

    def __post_init__(self) -> None:
        for array in (self.counts, self.distance_sums, self.outliers, self.unit_hits):
            array.setflags(write=False)

    def __add__(self, other: "Stock") -> "Stock":
        """Return the sums of both parts together."""
        return Stock(
            self.counts + other.counts,
            self.distance_sums + other.distance_sums,
            self.outliers + other.outliers,
            self.unit_hits + other.unit_hits,
            self.torn + other.torn,
        )


@dataclass(frozen=True)
class DriftMetric:
    """One number about staleness. segment_id : None if it is about everybody. value : None if undefined."""

    metric: str
    segment_id: int | None
    value: float | None
    warn: float
    critical: float
    status: Status


def stock_of(
    labels: NDArray[np.integer],
    distances: Float64,
    units: NDArray[np.integer],
    adjacent: NDArray[np.bool_],
    model: ModelArtifact,
) -> Stock:
    """Sum n customers: nearest champion center, distance to it, best unit, whether the next touches it."""
    is_outlier = distances > model.distance_p995[labels]
    return Stock(
        np.bincount(labels, minlength=model.k),
        np.bincount(labels, weights=distances, minlength=model.k).astype(np.float64),
        np.bincount(labels[is_outlier], minlength=model.k),
        np.bincount(units, minlength=model.som.weights.shape[0]),
        int((~adjacent).sum()),
    )


def staleness(model: ModelArtifact, stock: Stock, live_centers: Float64) -> list[DriftMetric]:
    """Compare a stock and the live centers (k, d) with the champion they started from.

    Raises
    ------
    ValueError : the stock or the centers do not have the champion's k or number of units.
    """
    _check_shapes(model, stock, live_centers)
    total = int(stock.counts.sum())
    return [
        _metric("share_psi", share_psi(model.counts, stock.counts)),
        _metric("share_jsd", share_jsd(model.counts, stock.counts)),
        *_share_deltas(model, stock),
        *_displacements(model, live_centers),
        _metric(
            "quantization_error_ratio", _ratio(stock.distance_sums.sum(), total * model.quantization_error)
        ),
        _metric("outlier_ratio", _ratio(stock.outliers.sum(), total * EXPECTED_OUTLIERS)),
        _metric("topographic_error_delta", _above(_ratio(stock.torn, total), model.som.topographic_error)),
        _metric("unit_use_delta", _above(_unit_use(stock), model.som.unit_use)),
    ]


def share_psi(reference: Int64, current: Int64) -> float | None:
    """Return the population stability index of two counts (k,), smoothed; None if either is empty.

    References
    ----------
    Yurdakul (2018), Statistical properties of the population stability index.
    """
    if not (reference.sum() and current.sum()):
        return None
    p, q = _shares(reference + SMOOTHING), _shares(current + SMOOTHING)
    return float(np.sum((q - p) * np.log(q / p)))


def share_jsd(reference: Int64, current: Int64) -> float | None:
    """Return the Jensen-Shannon divergence of two counts (k,) in bits, 0..1; None if either is empty."""
    if not (reference.sum() and current.sum()):
        return None
    p, q = _shares(reference), _shares(current)
    # Rounding can take equal shares a hair below zero.
    return max(0.0, _entropy((p + q) / 2) - (_entropy(p) + _entropy(q)) / 2)


def _share_deltas(model: ModelArtifact, stock: Stock) -> Iterator[DriftMetric]:
    total = int(stock.counts.sum())
    for label, segment_id in enumerate(model.segment_ids.tolist()):
        p = float(model.shares[label])
        points = LEVELS["share_delta"]
        levels = tuple(min(a, r * p) if p else a for a, r in zip(points, _RELATIVE_SHARE, strict=True))
        delta = _above(_ratio(int(stock.counts[label]), total), p)
        yield _metric("share_delta", delta, segment_id, (levels[0], levels[1]), size=abs)


def _displacements(model: ModelArtifact, live_centers: Float64) -> Iterator[DriftMetric]:
    distances = np.linalg.norm(live_centers - model.centers, axis=1)
    for segment_id, moved, radius in zip(
        model.segment_ids.tolist(), distances.tolist(), model.radii.tolist(), strict=True
    ):
        yield _metric("centroid_displacement", _ratio(moved, radius), segment_id)


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


def _unit_use(stock: Stock) -> float | None:
    return _ratio(
        int(np.count_nonzero(stock.unit_hits)), stock.unit_hits.size if stock.unit_hits.any() else 0
    )


def _ratio(numerator: float, denominator: float) -> float | None:
    ratio = float(numerator) / float(denominator) if denominator else inf
    return ratio if isfinite(ratio) else None


def _above(value: float | None, reference: float) -> float | None:
    return None if value is None else value - reference


def _shares(counts: NDArray[Any]) -> Float64:
    shares: Float64 = counts / counts.sum()
    return shares


def _entropy(p: Float64) -> float:
    positive = p[p > 0]
    return float(-np.sum(positive * np.log2(positive)))


def _check_shapes(model: ModelArtifact, stock: Stock, live_centers: Float64) -> None:
    expected = (model.centers.shape, (model.k,), (model.som.weights.shape[0],))
    got = (live_centers.shape, stock.counts.shape, stock.unit_hits.shape)
    if got != expected:
        msg = f"centers, counts and unit hits should have the champion's shapes {expected}; got {got}"
        raise ValueError(msg)
