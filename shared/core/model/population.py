"""What the live model knows about its customers: one additive, retractable set of sums.

The incremental value (old contribution out, new contribution in) equals a fresh sum over the
customer table to the last bit, because every term is an integer. `recount` relies on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.core.arrays import Bool, Float64, Int32, Int64
from shared.core.customers.rfm import CustomerStates
from shared.core.fixed_point import checked_add, checked_subtract, from_fixed, sum_by_label, to_fixed
from shared.core.kmeans.prototype_sums import PrototypeSums
from shared.core.model.placement import CLUSTERED, UNASSIGNED, Placements
from shared.core.model.reference_bins import N_BINS, N_DISTANCE_BINS, ReferenceBins

SEGMENT_SUMS = ("monetary_minor", "frequency", "recency_s", "distance", "silhouette")
"""Per live label; distance and simplified silhouette in fixed point, recency at the tick in whole seconds,
never negative."""
REFERENCE_SUMS = ("distance", "outliers", "square_norm")
"""Per champion label; outliers lie beyond the champion's 99.5th percentile of distance. The squared norm of
the vector is in fixed point, and is what variances within and between segments follow from."""
FARTHEST = 1024.0
"""Squared norms count up to here: 32 standard deviations. Only then is there room for millions of customers
when nearly everybody was alike in the fit set, and whoever is not lies a thousand deviations away."""
TOTALS = ("customers", "clusterable", "applied", "duplicate", "late", "folds", "unit_distance")
"""Over everybody; folds are customers whose two best units do not touch."""


@dataclass(frozen=True, eq=False)
class PopulationStatistics:
    """Sums over customers, k segments, m units, d features.

    segments (k, d), units (m, d), reference (k, d) : by live label, best unit, champion label.
    segment_sums (k, 5), reference_sums (k, 3), totals (7,) : int64, columns as named above.
    feature_bins (d, b), distance_bins (c,) : customers in each bin of the champion's reference bins.
    crosstab (k, k) : customers by champion label (rows) and live label (columns).
    """

    segments: PrototypeSums
    units: PrototypeSums
    reference: PrototypeSums
    segment_sums: Int64
    reference_sums: Int64
    totals: Int64
    feature_bins: Int64
    distance_bins: Int64
    crosstab: Int64

    @classmethod
    def empty(cls, k: int, m: int, d: int) -> "PopulationStatistics":
        """Return the statistics of nobody under a model of that shape; (0, 0, 0) is no model."""
        return cls(
            PrototypeSums.empty(k, d),
            PrototypeSums.empty(m, d),
            PrototypeSums.empty(k, d),
            np.zeros((k, len(SEGMENT_SUMS)), np.int64),
            np.zeros((k, len(REFERENCE_SUMS)), np.int64),
            np.zeros(len(TOTALS), np.int64),
            np.zeros((d, N_BINS), np.int64),
            np.zeros(N_DISTANCE_BINS, np.int64),
            np.zeros((k, k), np.int64),
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        """(k, m, d) of the model the sums belong to."""
        return self.segments.counts.size, self.units.counts.size, self.segments.sums.shape[1]

    def total(self, name: str) -> int:
        """Return one of `TOTALS`."""
        return int(self.totals[TOTALS.index(name)])

    def merge(self, other: "PopulationStatistics") -> "PopulationStatistics":
        """Add the customers of `other`."""
        return PopulationStatistics(
            self.segments.merge(other.segments),
            self.units.merge(other.units),
            self.reference.merge(other.reference),
            *(checked_add(getattr(self, name), getattr(other, name)) for name in _TABLES),
        )

    def subtract(self, other: "PopulationStatistics") -> "PopulationStatistics":
        """Take the customers of `other` out."""
        return PopulationStatistics(
            self.segments.subtract(other.segments),
            self.units.subtract(other.units),
            self.reference.subtract(other.reference),
            *(checked_subtract(getattr(self, name), getattr(other, name)) for name in _TABLES),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PopulationStatistics) and self.to_document() == other.to_document()

    __hash__ = None  # type: ignore[assignment]  # equal by content, and content is large

    def to_document(self) -> dict[str, Any]:
        """Plain mapping; arrays as little-endian bytes, totals by name."""
        return {
            "segments": self.segments.to_document(),
            "units": self.units.to_document(),
            "reference": self.reference.to_document(),
            "segment_sums": self.segment_sums.astype("<i8").tobytes(),
            "reference_sums": self.reference_sums.astype("<i8").tobytes(),
            "totals": dict(zip(TOTALS, self.totals.tolist(), strict=True)),
            "feature_bins": self.feature_bins.astype("<i8").tobytes(),
            "distance_bins": self.distance_bins.astype("<i8").tobytes(),
            "crosstab": self.crosstab.astype("<i8").tobytes(),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "PopulationStatistics":
        """Read what `to_document` wrote."""

        def table(name: str, width: int) -> Int64:
            return np.frombuffer(document[name], "<i8").reshape(-1, width).astype(np.int64)

        segments = PrototypeSums.from_document(document["segments"])
        k = segments.counts.size
        return cls(
            segments,
            PrototypeSums.from_document(document["units"]),
            PrototypeSums.from_document(document["reference"]),
            table("segment_sums", len(SEGMENT_SUMS)),
            table("reference_sums", len(REFERENCE_SUMS)),
            np.array([document["totals"][name] for name in TOTALS], np.int64),
            table("feature_bins", N_BINS),
            table("distance_bins", N_DISTANCE_BINS)[0],
            np.frombuffer(document["crosstab"], "<i8").reshape(k, k).astype(np.int64),
        )


_TABLES = ("segment_sums", "reference_sums", "totals", "feature_bins", "distance_bins", "crosstab")


def population_of(
    states: CustomerStates,
    placed: Placements,
    shape: tuple[int, int, int],
    reference_bins: ReferenceBins,
    is_counted: Bool,
    as_of_ms: int,
) -> PopulationStatistics:
    """Sum the contribution of m customers.

    Parameters
    ----------
    shape : (k, m, d) of the model. reference_bins : of the champion.
    is_counted : (m,) False for a customer without a document: new ones before, deleted ones after.
    as_of_ms : the tick that all of them stand under.
    """
    k, m, d = shape
    labels = np.where(is_counted, placed.labels, -1)
    reference_labels = np.where(is_counted, placed.reference_labels, -1)
    units = np.where(is_counted, placed.units, -1)
    vectors = placed.vectors if d else np.zeros((len(states), 0), np.int64)
    inside = reference_labels >= 0
    return PopulationStatistics(
        PrototypeSums.of(vectors, labels, k),
        PrototypeSums.of(vectors, units, m),
        PrototypeSums.of(vectors, reference_labels, k),
        sum_by_label(_segment_columns(states, placed, labels, as_of_ms), labels, k),
        sum_by_label(_reference_columns(placed, reference_labels, reference_bins), reference_labels, k),
        _totals(states, placed, is_counted),
        reference_bins.feature_bins(vectors[inside]),
        reference_bins.distance_bins(placed.reference_distances[inside]),
        _crosstab(reference_labels[inside], labels[inside], k),
    )


def _segment_columns(states: CustomerStates, placed: Placements, labels: Int32, as_of_ms: int) -> Int64:
    inside = labels >= 0
    return np.column_stack(
        [
            states.monetary_minor,
            states.frequency,
            np.where(inside, np.maximum(as_of_ms - states.last_purchase_ms, 0) // 1000, 0),
            to_fixed(np.where(inside, placed.distances, 0.0)),
            to_fixed(np.where(inside, _silhouettes(placed), 0.0)),
        ]
    )


def _silhouettes(placed: Placements) -> Float64:
    """(b - a) / b of the distances to the own and the next center; 0 where there is no next or both are 0.

    Written in the margin b - a, which is what a document keeps: a value taken out equals the one put in.
    """
    apart = np.where(placed.margins > 0, placed.margins, 0.0)
    known = np.isfinite(apart) & (apart > 0)
    return np.divide(apart, placed.distances + apart, out=np.zeros(len(placed)), where=known)


def _reference_columns(placed: Placements, labels: Int32, reference_bins: ReferenceBins) -> Int64:
    inside = labels >= 0
    distances = np.where(inside, placed.reference_distances, 0.0)
    limits = np.append(reference_bins.distance_p995, np.inf)[labels]  # label -1 reads the infinity at the end
    return np.column_stack([to_fixed(distances), distances > limits, _square_norms(placed.vectors, inside)])


def _square_norms(vectors: Int64, inside: Bool) -> Int64:
    """Return the squared norms of vectors (n, d) in fixed point, 0 where not `inside`; (n,)."""
    squares = np.zeros(len(vectors))
    # One column after the other: what a row adds up to must not depend on how many rows there are.
    for column in from_fixed(vectors).T:
        squares += column * column
    return to_fixed(np.where(inside, np.minimum(squares, FARTHEST), 0.0))


def _crosstab(rows: Int32, columns: Int32, k: int) -> Int64:
    cells = np.bincount(rows.astype(np.int64) * k + columns, minlength=k * k)
    return cells.astype(np.int64).reshape(k, k)


def _totals(states: CustomerStates, placed: Placements, is_counted: Bool) -> Int64:
    inside = placed.status == CLUSTERED
    columns = {
        "customers": np.ones(len(states), np.int64),
        "clusterable": inside | (placed.status == UNASSIGNED),
        "applied": states.applied,
        "duplicate": states.duplicate,
        "late": states.late,
        "folds": inside & ~placed.is_unit_adjacent,
        "unit_distance": to_fixed(np.where(inside, placed.unit_distances, 0.0)),
    }
    table = np.column_stack([columns[name] for name in TOTALS])
    totals: Int64 = sum_by_label(table, np.where(is_counted, 0, -1), 1)[0]
    return totals
