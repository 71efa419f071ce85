"""What flowed through the shop between two ticks, as exact sums over customers.

The stock of customers is nearly yesterday's and tells little about today; what is new each day tells
almost everything. Ageing alone contributes nothing: segments are compared with what yesterday's table
would be today if nobody had bought.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shared.core.arrays import Bool, Float64, Int64
from shared.core.customers.features import MINOR_PER_UNIT, RfmColumns
from shared.core.fixed_point import from_fixed, sum_by_label, to_fixed
from shared.core.kmeans.assignment import assign
from shared.core.model.artifact import ModelArtifact
from shared.core.model.placement import CLUSTERED, NOBODY, cluster_status, vectors_of
from shared.core.segments.monic import overlap_matrix

GROUPS: Final = 20
"""Customers are kept in so many groups for good, so that limits can resample customers, not only days."""

SUMS: Final = ("buyers", "log_basket", "arrivals", "spend_minor", "clustered")
"""Of a group; then follows one innovation for each segment. log_basket in fixed point."""

BUSINESS: Final = ("basket", "buyers", "arrivals")
"""Channels that do not depend on a model; then follows one for each segment."""


@dataclass(frozen=True, eq=False)
class TickTable:
    """What n customers were as of the last tick; columns as in `RfmColumns`. is_known : had one then."""

    frequency: Int64
    monetary_minor: Int64
    last_purchase_ms: Int64
    is_known: Bool


@dataclass(frozen=True, eq=False)
class DayFlow:
    """The flow up to a tick under a champion of k segments.

    day : number of the local day that ends at the tick, counted from 1 January of year 1.
    span_days : days since the tick before. groups : (`GROUPS`, 5 + k), columns as in `SUMS`.
    ageing, purchases : (k, k) customers by segment before (rows) and after (columns), first by time
    alone, then by what they bought and returned. segment_ids : of the k segments.
    """

    day: int
    span_days: int
    model_epoch: int
    segment_ids: tuple[int, ...]
    groups: Int64
    ageing: Int64
    purchases: Int64

    @property
    def is_open(self) -> bool:
        """Whether it is the flow of one day on which somebody bought."""
        return self.span_days == 1 and bool(self.total("buyers"))

    def total(self, name: str) -> int:
        """Return one of `SUMS` over everybody."""
        return int(self.groups[:, SUMS.index(name)].sum())

    def to_document(self) -> dict[str, Any]:
        """Return a plain mapping; arrays as little-endian bytes."""
        tables = {name: getattr(self, name).astype("<i8").tobytes() for name in _TABLES}
        plain = {"day": self.day, "span_days": self.span_days, "model_epoch": self.model_epoch}
        return plain | {"segment_ids": list(self.segment_ids)} | tables

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "DayFlow":
        """Read what `to_document` wrote."""
        ids = tuple(document["segment_ids"])
        widths = {"groups": len(SUMS) + len(ids), "ageing": len(ids), "purchases": len(ids)}
        tables = {
            name: np.frombuffer(document[name], "<i8").reshape(-1, width) for name, width in widths.items()
        }
        return cls(document["day"], document["span_days"], document["model_epoch"], ids, **tables)


_TABLES = ("groups", "ageing", "purchases")


def day_flow(
    now: RfmColumns,
    before: TickTable,
    groups: Int64,
    champion: ModelArtifact,
    *,
    ticks_ms: tuple[int, int],
    day: int,
    span_days: int,
    model_epoch: int,
) -> DayFlow:
    """Measure what n customers did since the last tick.

    Parameters
    ----------
    now, before : the same customers in the same order. groups : (n,) of each, below `GROUPS`.
    ticks_ms : the last tick and the one to measure up to.
    """
    had = RfmColumns(before.frequency, before.monetary_minor, now.first_purchase_ms, before.last_purchase_ms)
    yesterday, aged = (champion_labels(had, champion, tick, before.is_known) for tick in ticks_ms)
    today = champion_labels(now, champion, ticks_ms[1], np.ones_like(before.is_known))
    k = champion.k
    sums = np.column_stack(
        [_purchases(now, before, groups), _counted(groups, today >= 0), _innovations(today, aged, groups, k)]
    )
    moves = (overlap_matrix(a, b, k_old=k, k_new=k) for a, b in ((yesterday, aged), (aged, today)))
    ids = tuple(champion.segment_ids.tolist())
    return DayFlow(day, span_days, model_epoch, ids, sums, *(table.astype(np.int64) for table in moves))


def channel_values(sums: NDArray[Any]) -> Float64:
    """Return the channels (..., 3 + k) of sums (..., 5 + k): basket, buyers, arrivals, innovations.

    Mean log basket (not a number where nobody bought), log of 1 + buyers and of 1 + arrivals, and each
    segment's innovation as a share of everybody who is clustered.
    """
    columns = {name: np.asarray(sums[..., at], np.float64) for at, name in enumerate(SUMS)}
    buyers, everybody = columns["buyers"], columns["clustered"]
    logs = columns["log_basket"] / float(to_fixed(1.0))
    basket = np.divide(logs, buyers, out=np.full_like(logs, np.nan), where=buyers > 0)
    shares = np.asarray(sums[..., len(SUMS) :], np.float64) / np.maximum(everybody, 1.0)[..., np.newaxis]
    head = np.stack([basket, np.log1p(buyers), np.log1p(columns["arrivals"])], axis=-1)
    return np.concatenate([head, shares], axis=-1)


def champion_labels(rfm: RfmColumns, champion: ModelArtifact, as_of_ms: int, mask: Bool) -> Int64:
    """Nearest champion center of each customer, (n,); `NOBODY` outside `mask` or where there is none."""
    inside = np.flatnonzero((cluster_status(rfm, has_model=True) == CLUSTERED) & mask)
    labels = np.full(mask.size, NOBODY, np.int64)
    if inside.size:
        some = rfm.take(inside)
        rows = from_fixed(vectors_of(some, champion, as_of_ms))
        labels[inside] = assign(rows, champion.centers).labels
    return labels


def _purchases(now: RfmColumns, before: TickTable, groups: Int64) -> Int64:
    """Sum buyers, log baskets, arrivals and net spend by group, (`GROUPS`, 4)."""
    invoices = now.frequency - np.where(before.is_known, before.frequency, 0)
    minor = now.monetary_minor - np.where(before.is_known, before.monetary_minor, 0)
    # Whoever sent back more than he bought has no basket to take the logarithm of.
    buys = (invoices > 0) & (minor > 0)
    basket = np.where(buys, minor, MINOR_PER_UNIT) / MINOR_PER_UNIT / np.where(buys, invoices, 1)
    arrives = (now.frequency > 0) & ~(before.is_known & (before.frequency > 0))
    columns = [buys, to_fixed(np.log(basket)), arrives, np.where(invoices > 0, minor, 0)]
    return sum_by_label(np.column_stack(columns).astype(np.int64), groups, GROUPS)


def _innovations(today: Int64, aged: Int64, groups: Int64, k: int) -> Int64:
    def counted(labels: Int64) -> Int64:
        inside = labels >= 0
        cells = groups[inside] * k + labels[inside]
        return np.bincount(cells, minlength=GROUPS * k).reshape(GROUPS, k)

    return counted(today) - counted(aged)


def _counted(groups: Int64, mask: Bool) -> Int64:
    return np.bincount(groups[mask], minlength=GROUPS)
