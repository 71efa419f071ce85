"""The live model: everything the stream knows besides its customers, as one immutable value.

It is written once per micro-batch, by compare-and-set, so that what it says is always one
moment's truth: sums, centers, offsets and counters belong together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from shared.core.arrays import Float64
from shared.core.customers.partition_clock import PartitionClock
from shared.core.customers.tick import ActiveDays, merge_active_days
from shared.core.drift.memory import DriftMemory
from shared.core.fixed_point import from_fixed
from shared.core.model.artifact import ModelArtifact
from shared.core.model.placement import LiveModel, grid_of
from shared.core.model.population import PopulationStatistics
from shared.core.segments.given_names import GivenName
from shared.core.som.batch_rule import smooth
from shared.core.som.reopening import SETTLED_SIGMA
from shared.core.windows.hourly import HourlyMemory
from streaming.driver.standing import DayRules, Target, TopicIdentity
from streaming.task.task_report import TaskReport, add_counts, from_names, to_names

NO_TICK_MS = 0
"""Stands for "no tick yet" in milliseconds."""


@dataclass(frozen=True)
class Tally:
    """Records counted once each since the beginning, besides those counted in the customers."""

    read: int = 0
    unattributed: int = 0
    unattributed_minor: int = 0
    rejected: int = 0
    rejected_codes: Mapping[str, int] = field(default_factory=dict)

    def plus(self, report: TaskReport) -> "Tally":
        """Add what a task counted."""
        return Tally(
            self.read + report.read,
            self.unattributed + report.unattributed,
            self.unattributed_minor + report.unattributed_minor,
            self.rejected + sum(report.rejected.values()),
            add_counts(self.rejected_codes, report.rejected),
        )


@dataclass(frozen=True, eq=False)
class LiveState:
    """See ARCHITECTURE.md, `live_model`.

    offsets : partition -> next offset; clocks : partition -> which day it is there. now : what customers
    stand under, None before the first tick; pending : what they are being brought to. centers (k, d),
    unit_weights (m, d) : learnt prototypes; empty without a model. asked_ms : the tick at which a
    re-clustering was last asked for. names : given to segments by operators, by segment_id; customers carry
    them. drift : what the watch over flows and stock remembers; hours : that over hourly purchases.
    """

    stream_id: str
    rev: int
    lease_epoch: int
    clean: bool
    topic: TopicIdentity
    fence_epoch: int
    day_rules: DayRules
    offsets: Mapping[int, int]
    clocks: Mapping[int, PartitionClock]
    tally: Tally
    now: Target | None
    pending: Target | None
    asked_ms: int | None
    first_event_ms: int | None
    newest_event_ms: int | None
    newest_delay_ms: int
    days: ActiveDays
    centers: Float64
    unit_weights: Float64
    population: PopulationStatistics
    batch: Mapping[str, Any]
    names: Mapping[int, GivenName] = field(default_factory=dict)
    drift: DriftMemory = field(default_factory=DriftMemory)
    hours: HourlyMemory = field(default_factory=HourlyMemory)

    def model(self, champion: ModelArtifact | None) -> LiveModel | None:
        """Join the learnt prototypes with their champion."""
        if champion is None or self.now is None:
            return None
        return LiveModel(champion, self.centers, self.unit_weights, self.now.as_of_ms)

    @property
    def standing(self) -> Target:
        """What customers stand under, for whoever comes only after the first tick.

        Raises
        ------
        ValueError : there was none yet.
        """
        if self.now is None:
            msg = f"stream {self.stream_id!r} should have had its first tick"
            raise ValueError(msg)
        return self.now


def first_state(stream_id: str, topic: TopicIdentity, day_rules: DayRules) -> LiveState:
    """Return the state of a stream that has read nothing."""
    return LiveState(
        stream_id=stream_id,
        rev=0,
        lease_epoch=0,
        clean=True,
        topic=topic,
        fence_epoch=0,
        day_rules=day_rules,
        offsets={},
        clocks={},
        tally=Tally(),
        now=None,
        pending=None,
        asked_ms=None,
        first_event_ms=None,
        newest_event_ms=None,
        newest_delay_ms=0,
        days={},
        centers=np.zeros((0, 0)),
        unit_weights=np.zeros((0, 0)),
        population=PopulationStatistics.empty(0, 0, 0),
        batch={},
    )


def absorb(state: LiveState, reports: list[TaskReport], min_customers: int) -> LiveState:
    """Add what the tasks of a micro-batch counted, population excepted."""
    tally, offsets, clocks, days = state.tally, dict(state.offsets), dict(state.clocks), state.days
    for report in reports:
        tally = tally.plus(report)
        if report.clock is not None:
            clocks[report.partition] = report.clock
        offsets[report.partition] = max(report.next_offset, offsets.get(report.partition, 0))
        days = merge_active_days(days, from_names(report.days), min_customers)
    firsts = [r.first_event_ms for r in reports if r.first_event_ms is not None]
    for report in reports:
        if report.newest_event_ms is not None and report.newest_event_ms >= (state.newest_event_ms or 0):
            state = replace(
                state, newest_event_ms=report.newest_event_ms, newest_delay_ms=report.newest_delay_ms
            )
    first = min([*firsts, *([] if state.first_event_ms is None else [state.first_event_ms])], default=None)
    return replace(state, tally=tally, offsets=offsets, clocks=clocks, days=days, first_event_ms=first)


def read_up_to(state: LiveState, ends: Mapping[int, int]) -> LiveState:
    """Move the offsets to where a micro-batch ended: beyond its last record there may be a gap."""
    known = state.offsets
    return replace(state, offsets={**known, **{p: max(end, known.get(p, 0)) for p, end in ends.items()}})


def learn(state: LiveState, population: PopulationStatistics, champion: ModelArtifact | None) -> LiveState:
    """Move the prototypes to what the new sums say: S/N, and (H S)/(H N) on the map."""
    if champion is None or not state.centers.size:
        return replace(state, population=population)
    units = population.units
    weights = smooth(
        from_fixed(units.sums),
        from_fixed(units.weights),
        grid_of(champion),
        SETTLED_SIGMA,
        "gaussian",
        state.unit_weights,
    )
    centers = population.segments.means(state.centers)
    return replace(state, population=population, centers=centers, unit_weights=weights)


def total_delta(reports: list[TaskReport], shape: tuple[int, int, int]) -> PopulationStatistics:
    """Sum the changes that the tasks report."""
    total = PopulationStatistics.empty(*shape)
    for report in reports:
        if report.delta is not None:
            total = total.merge(PopulationStatistics.from_document(report.delta))
    return total


def days_document(days: ActiveDays) -> list[dict[str, Any]]:
    """Write the open days as a list, oldest first."""
    return [{"day": day, "customers": seen} for day, seen in to_names(days).items()]


def days_of(document: Sequence[Mapping[str, Any]]) -> dict[date, frozenset[int]]:
    """Inverse of `days_document`."""
    return dict(from_names({entry["day"]: list(entry["customers"]) for entry in document}))
