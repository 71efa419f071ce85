"""What the live model has learnt from, added up once more from the customers' documents.

Plain Python integers, one customer at a time: the sums of stored vectors by stored labels, and the
money, orders and outcomes that belong to them, have to equal what the stream keeps to the last bit.
"""

import struct
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.recount.compare import Comparison, Mismatch

KEYS = (
    "status",
    "vector",
    "label",
    "som_row",
    "som_col",
    "reference_label",
    "reference_distance",
    "distance",
    "margin",
    "frequency",
    "monetary_minor",
    "last_purchase_at",
    "as_of",
    "applied",
    "duplicate",
    "late",
    "deleted",
)
"""What must be read of each customer."""

MODEL_KEYS = ("features", "som.cols", "bin_edges", "distance_p95")
"""What must be read of the champion."""

_GROUPS = ("segments", "units", "reference")
_COLUMNS = ("monetary_minor", "frequency", "recency_s", "distance", "silhouette")
_REFERENCE_COLUMNS = ("reference_distance", "outliers", "square_norm")
_UNIT = 2**32
_FARTHEST = 1024.0
_DISTANCE_STEPS, _DISTANCE_BINS = 20, 61


def compare_learning(
    live: Mapping[str, Any], customers: Iterable[Mapping[str, Any]], model: Mapping[str, Any] | None
) -> Comparison:
    """Compare `live_model.population` with the customer table.

    Parameters
    ----------
    live : the document of a stream at rest. customers : documents with `KEYS`.
    model : the champion's document with `MODEL_KEYS`; None without one.
    """
    recounted = _sums(customers, None if model is None else _Marks(model))
    stored = _stored(live["population"])
    names = sorted(stored.keys() | recounted.keys())
    found = [
        Mismatch("live_model", name, stored.get(name, 0), recounted.get(name, 0))
        for name in names
        if stored.get(name, 0) != recounted.get(name, 0)
    ]
    return Comparison(1, tuple(found))


class _Marks:
    """What of a model its customers are counted against."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        edges, d = list(_integers(model["bin_edges"])), len(model["features"])
        n = len(edges) // d
        self.edges = [edges[feature * n : (feature + 1) * n] for feature in range(d)]
        self.som_cols: int = model["som"]["cols"]
        self.p95: float = model["distance_p95"]


def _sums(customers: Iterable[Mapping[str, Any]], marks: _Marks | None) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for customer in customers:
        if customer["deleted"]:
            continue
        sums["totals.customers"] += 1
        for outcome in ("applied", "duplicate", "late"):
            sums[f"totals.{outcome}"] += customer[outcome]
        if customer["status"] in {"clustered", "unassigned"}:
            sums["totals.clusterable"] += 1
        if customer["status"] == "clustered" and marks is not None:
            _add_clustered(sums, customer, marks)
    return dict(sums)


def _add_clustered(sums: dict[str, int], customer: Mapping[str, Any], marks: _Marks) -> None:
    vector = struct.unpack(f"<{len(customer['vector']) // 8}q", customer["vector"])
    label = customer["label"]
    places = (label, customer["som_row"] * marks.som_cols + customer["som_col"], customer["reference_label"])
    for group, place in zip(_GROUPS, places, strict=True):
        sums[f"{group}.counts.{place}"] += 1
        for feature, value in enumerate(vector):
            sums[f"{group}.sums.{place}.{feature}"] += value
    sums[f"monetary_minor.{label}"] += customer["monetary_minor"]
    sums[f"frequency.{label}"] += customer["frequency"]
    since = _utc(customer["as_of"]) - _utc(customer["last_purchase_at"])
    sums[f"recency_s.{label}"] += max(since // timedelta(seconds=1), 0)
    distance, margin = customer["distance"], customer["margin"] or 0.0
    sums[f"distance.{label}"] += round(distance * _UNIT)
    sums[f"silhouette.{label}"] += round(margin / (distance + margin) * _UNIT) if margin > 0 else 0
    reference_label = customer["reference_label"]
    sums[f"crosstab.{reference_label}.{label}"] += 1
    sums[f"square_norm.{reference_label}"] += round(min(_square_norm(vector), _FARTHEST) * _UNIT)
    sums[f"reference_distance.{reference_label}"] += round(customer["reference_distance"] * _UNIT)
    for feature, value in enumerate(vector):
        sums[f"feature_bins.{feature}.{bisect_right(marks.edges[feature], value)}"] += 1
    if marks.p95 > 0:
        step = int(min(customer["reference_distance"] / marks.p95 * _DISTANCE_STEPS, _DISTANCE_BINS - 1))
        sums[f"distance_bins.{step}"] += 1


def _square_norm(vector: Iterable[int]) -> float:
    total = 0.0
    for value in vector:  # from left to right, as the stream adds: sum() would round better
        total += (value / _UNIT) * (value / _UNIT)
    return total


def _stored(population: Mapping[str, Any]) -> dict[str, int]:
    totals = ("customers", "clusterable", "applied", "duplicate", "late")
    found = {f"totals.{name}": population["totals"][name] for name in totals}
    for group in _GROUPS:
        k, d = population[group]["shape"]
        counts, sums = _integers(population[group]["counts"]), list(_integers(population[group]["sums"]))
        found |= {f"{group}.counts.{place}": count for place, count in enumerate(counts)}
        found |= {f"{group}.sums.{i // d}.{i % d}": sums[i] for i in range(k * d)}
    rows = list(_integers(population["segment_sums"]))
    for column, name in enumerate(_COLUMNS):
        found |= {f"{name}.{label}": value for label, value in enumerate(rows[column :: len(_COLUMNS)])}
    rows, k = list(_integers(population["reference_sums"])), population["reference"]["shape"][0]
    for column, name in enumerate(_REFERENCE_COLUMNS):
        if name != "outliers":  # which needs limits of each segment that only the stream reads
            found |= {f"{name}.{i}": value for i, value in enumerate(rows[column :: len(_REFERENCE_COLUMNS)])}
    cells = enumerate(_integers(population["crosstab"]))
    found |= {f"crosstab.{i // k}.{i % k}": count for i, count in cells}
    found |= {f"distance_bins.{i}": n for i, n in enumerate(_integers(population["distance_bins"]))}
    bins, d = list(_integers(population["feature_bins"])), population["segments"]["shape"][1]
    width = len(bins) // d if d else 1
    return found | {f"feature_bins.{i // width}.{i % width}": count for i, count in enumerate(bins)}


def _integers(data: bytes) -> Iterator[int]:
    return (value for (value,) in struct.iter_unpack("<q", data))


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
