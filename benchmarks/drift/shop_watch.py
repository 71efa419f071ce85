"""A history of purchases, watched day by day through the very functions that the stream calls at its tick."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

import numpy as np

from benchmarks.models.history import fitted
from benchmarks.models.purchase_histories import FEATURES, Purchases
from shared.core.arrays import Bool, Int64
from shared.core.customers.features import RfmColumns, feature_matrix
from shared.core.drift.budget import Budget
from shared.core.drift.day_flows import GROUPS, DayFlow, TickTable, day_flow
from shared.core.drift.episodes import follow
from shared.core.drift.memory import ChannelReading, DriftMemory
from shared.core.drift.series import oldest_needed
from shared.core.drift.states import DriftState
from shared.core.drift.watch import WatchRules, under_model, watch
from shared.core.fixed_point import from_fixed, to_fixed
from shared.core.model.artifact import ModelArtifact, Segment, SomArtifact
from shared.core.model.reference_bins import count_in_bins, cut_bins
from shared.core.model.transform import fit_transform
from streaming.replay.rehearsal.simulation import Lines, Plan

BUDGET: Final = Budget.parse("1 per 90 days")
SEGMENTS: Final = 5
_ALARMED: Final = {DriftState.DRIFT, DriftState.RECOVERING}


@dataclass(frozen=True)
class WatchedDay:
    """What the watch said of a day. alarms : causes raised so far; entered : channels that began to alarm."""

    day: int
    is_watched: bool
    alarms: int
    entered: tuple[str, ...]
    alarmed: tuple[str, ...]


def watched(purchases: Purchases, champion_day: int, last_day: int, seed: int) -> list[WatchedDay]:
    """Fit a champion when `champion_day` is over, and watch the days up to `last_day`."""
    memory, history, champion, found = DriftMemory(), list[DayFlow](), None, list[WatchedDay]()
    groups = np.random.default_rng([seed, 11]).integers(0, GROUPS, purchases.n_customers)
    for day, before, now in _ticks(purchases):
        if day > last_day:
            break
        if champion is None:
            champion = (
                champion_of(now.rfm, int(purchases.midnights_ms[day]), seed) if day >= champion_day else None
            )
            continue
        flow = _flow(purchases, day, before, now, groups, champion)
        history = [past for past in history if past.day >= oldest_needed(day)]
        memory = under_model(memory, day, champion.version, 1)
        previous, started = memory, {name for name, c in memory.channels.items() if c.alarm.is_alarmed}
        memory, readings = watch(memory, history, flow, WatchRules(BUDGET, seed))
        memory = follow(memory, readings, day)
        history.append(flow)
        found.append(_said(day, previous, memory, readings, started))
    return found


def planned(purchases: Purchases, plan: Plan) -> Purchases:
    """Return the purchases that a scripted change makes of them."""
    rows = plan.rows
    return Purchases(
        name=purchases.name,
        customers=plan.customers,
        times_ms=purchases.times_ms[rows],
        days=purchases.days[rows],
        opens=purchases.opens[rows],
        buys=purchases.buys[rows],
        amounts_minor=np.rint(purchases.amounts_minor[rows] * plan.price_factors).astype(np.int64),
        midnights_ms=purchases.midnights_ms,
    )


def lines_of(purchases: Purchases) -> Lines:
    """Return purchases as a script sees them; lines of a customer at the same moment are one invoice."""
    keys = np.column_stack([purchases.times_ms, purchases.customers])
    invoices = np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1)
    return Lines(purchases.times_ms, purchases.customers, invoices, purchases.amounts_minor / 10_000)


@dataclass(frozen=True, eq=False)
class _State:
    """Everybody's state, (n,); frequency 0 and no time for who has not bought yet. seen : had a line."""

    rfm: RfmColumns
    seen: Bool


def _ticks(purchases: Purchases) -> Iterator[tuple[int, _State, _State]]:
    """Yield (day, state at the midnight before, state at the midnight after)."""
    n = purchases.n_customers
    frequency, monetary = np.zeros((2, n), np.int64)
    first, last = np.full(n, np.iinfo(np.int64).max), np.zeros(n, np.int64)
    seen = np.zeros(n, np.bool_)
    before = _State(RfmColumns(frequency.copy(), monetary.copy(), first.copy(), last.copy()), seen.copy())
    cuts = np.searchsorted(purchases.days, np.arange(len(purchases.midnights_ms) + 1))
    for day, (start, stop) in enumerate(pairwise(cuts.tolist())):
        who, buys = purchases.customers[start:stop], purchases.buys[start:stop]
        np.add.at(frequency, who, purchases.opens[start:stop])
        np.add.at(monetary, who, purchases.amounts_minor[start:stop])
        np.minimum.at(first, who[buys], purchases.times_ms[start:stop][buys])
        np.maximum.at(last, who[buys], purchases.times_ms[start:stop][buys])
        seen[who] = True
        now = _State(RfmColumns(frequency.copy(), monetary.copy(), first.copy(), last.copy()), seen.copy())
        yield day, before, now
        before = now


def _flow(
    purchases: Purchases, day: int, before: _State, now: _State, groups: Int64, champion: ModelArtifact
) -> DayFlow:
    some = np.flatnonzero(now.seen)
    rfm = now.rfm.take(some)
    table = TickTable(
        before.rfm.frequency[some],
        before.rfm.monetary_minor[some],
        before.rfm.last_purchase_ms[some],
        before.seen[some],
    )
    ticks = (int(purchases.midnights_ms[day - 1]), int(purchases.midnights_ms[day]))
    return day_flow(rfm, table, groups[some], champion, ticks_ms=ticks, day=day, span_days=1, model_epoch=1)


def _said(
    day: int,
    previous: DriftMemory,
    memory: DriftMemory,
    readings: tuple[ChannelReading, ...],
    started: set[str],
) -> WatchedDay:
    alarmed = tuple(reading.channel for reading in readings if reading.state in _ALARMED)
    return WatchedDay(
        day=day,
        is_watched=memory.watched_days > previous.watched_days,
        alarms=memory.alarms,
        entered=tuple(name for name in alarmed if name not in started),
        alarmed=alarmed,
    )


def champion_of(customers: RfmColumns, as_of_ms: int, seed: int) -> ModelArtifact:
    """Fit centers as the batch job does; what the watches do not read is filled with anything."""
    inside = np.flatnonzero((customers.frequency > 0) & (customers.monetary_minor > 0))
    rfm = customers.take(inside)
    raw = feature_matrix(FEATURES, rfm, as_of_ms)
    transform = fit_transform(raw, FEATURES)
    vectors = to_fixed(transform.apply(raw))
    rows = from_fixed(vectors)
    model = fitted(rows, SEGMENTS, seed)
    k, d = model.cluster_centers_.shape
    moment, edges = datetime.fromtimestamp(as_of_ms / 1000, UTC), cut_bins(vectors)
    return ModelArtifact(
        version=1,
        parent=None,
        provisional=False,
        created_at=moment,
        run_id="benchmark",
        transform=transform,
        centers=model.cluster_centers_,
        radii=np.ones(k),
        counts=np.bincount(model.labels_, minlength=k),
        distance_p995=np.ones(k),
        quantization_error=1.0,
        distance_p95=1.0,
        bin_edges=edges,
        bin_counts=count_in_bins(vectors, edges),
        som=SomArtifact(1, 2, "rectangular", False, 1.0, np.zeros((2, d)), 1.0, 0.0, 1.0),
        segments=tuple(Segment(label, label, f"Segment {label}", "") for label in range(k)),
        next_segment_id=k,
        data_from=moment,
        data_to=moment,
        as_of=moment,
        seed=seed,
        code_version="benchmark",
    )
