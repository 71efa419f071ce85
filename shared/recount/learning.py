"""What the live model has learnt from, added up once more from the customers' documents.

Plain Python integers, one customer at a time: the sums of stored vectors by stored labels, and the
money, orders and outcomes that belong to them, have to equal what the stream keeps to the last bit.
"""

import struct
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

_GROUPS = ("segments", "units", "reference")


def compare_learning(
    live: Mapping[str, Any], customers: Iterable[Mapping[str, Any]], som_cols: int
) -> Comparison:
    """Compare `live_model.population` with the customer table.

    Parameters
    ----------
    live : the document of a stream at rest. customers : documents with `KEYS`.
    som_cols : columns of the champion's map; 0 without a model.
    """
    recounted = _sums(customers, som_cols)
    stored = _stored(live["population"])
    names = sorted(stored.keys() | recounted.keys())
    found = [
        Mismatch("live_model", name, stored.get(name, 0), recounted.get(name, 0))
        for name in names
        if stored.get(name, 0) != recounted.get(name, 0)
    ]
    return Comparison(1, tuple(found))


def _sums(customers: Iterable[Mapping[str, Any]], som_cols: int) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for customer in customers:
        if customer["deleted"]:
            continue
        sums["totals.customers"] += 1
        for outcome in ("applied", "duplicate", "late"):
            sums[f"totals.{outcome}"] += customer[outcome]
        if customer["status"] in {"clustered", "unassigned"}:
            sums["totals.clusterable"] += 1
        if customer["status"] == "clustered":
            _add_clustered(sums, customer, som_cols)
    return dict(sums)


def _add_clustered(sums: dict[str, int], customer: Mapping[str, Any], som_cols: int) -> None:
    vector = struct.unpack(f"<{len(customer['vector']) // 8}q", customer["vector"])
    label = customer["label"]
    places = (label, customer["som_row"] * som_cols + customer["som_col"], customer["reference_label"])
    for group, place in zip(_GROUPS, places, strict=True):
        sums[f"{group}.counts.{place}"] += 1
        for feature, value in enumerate(vector):
            sums[f"{group}.sums.{place}.{feature}"] += value
    sums[f"monetary_minor.{label}"] += customer["monetary_minor"]
    sums[f"frequency.{label}"] += customer["frequency"]
    since = _utc(customer["as_of"]) - _utc(customer["last_purchase_at"])
    sums[f"recency_s.{label}"] += max(since // timedelta(seconds=1), 0)


def _stored(population: Mapping[str, Any]) -> dict[str, int]:
    totals = ("customers", "clusterable", "applied", "duplicate", "late")
    found = {f"totals.{name}": population["totals"][name] for name in totals}
    for group in _GROUPS:
        k, d = population[group]["shape"]
        counts, sums = _integers(population[group]["counts"]), list(_integers(population[group]["sums"]))
        found |= {f"{group}.counts.{place}": count for place, count in enumerate(counts)}
        found |= {f"{group}.sums.{i // d}.{i % d}": sums[i] for i in range(k * d)}
    rows = list(_integers(population["segment_sums"]))
    for column, name in enumerate(("monetary_minor", "frequency", "recency_s")):
        found |= {f"{name}.{label}": value for label, value in enumerate(rows[column::4])}
    return found


def _integers(data: bytes) -> Iterator[int]:
    return (value for (value,) in struct.iter_unpack("<q", data))


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
