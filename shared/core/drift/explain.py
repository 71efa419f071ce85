"""An alarm in the words of the business: what moved, what it is worth, how sure it is, what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from shared.core.arrays import Int64
from shared.core.drift.budget import Budget
from shared.core.drift.memory import ChannelReading, DriftEpisode, DriftMemory
from shared.core.drift.staleness import DriftMetric
from shared.core.drift.stock import OF_CAUSE, Diagnosis, badness, worst

NEXT_STEP: Final[dict[Diagnosis, str]] = {
    Diagnosis.SPEND_SHIFT: "look for a price change, a campaign or a currency mistake",
    Diagnosis.VOLUME_SHIFT: "look for a campaign, a season or an outage in the shop or its feed",
    Diagnosis.MIX_SHIFT: "look at who left the segment and what it is offered",
    Diagnosis.MODEL_MISFIT: "let the re-clustering run and compare the new segments",
    Diagnosis.AGEING: "let the re-clustering run; customers behave as before, time has moved them",
    Diagnosis.UNDETERMINED: "let the re-clustering run; daily flows are not watched long enough to say more",
}

_TITLES: Final = {
    "basket": (
        "Customers spend less per purchase than usual",
        "Customers spend more per purchase than usual",
    ),
    "buyers": ("Fewer customers buy than usual", "More customers buy than usual"),
    "arrivals": ("Fewer new customers arrive than usual", "More new customers arrive than usual"),
}
"""Of a fall and of a rise."""


@dataclass(frozen=True, eq=False)
class ShopFacts:
    """What an explanation needs to know of the shop.

    names : of segments, by identity. yearly_revenue : of one customer, by segment, in currency units.
    daily_revenue : of a usual day. moves (k, k) : customers by segment since the episode began, rows to
    columns, in the order of `segment_ids`.
    """

    names: Mapping[int, str]
    yearly_revenue: Mapping[int, float]
    daily_revenue: float
    segment_ids: tuple[int, ...]
    moves: Int64


@dataclass(frozen=True)
class Explanation:
    """title : one line without figures. message : everything. evidence : its figures. score : the ratio."""

    title: str
    message: str
    evidence: Mapping[str, Any]
    score: float


def explain_flow(
    episode: DriftEpisode, memory: DriftMemory, facts: ShopFacts, budget: Budget, *, advisory: bool
) -> Explanation:
    """Put an episode of daily flows into words."""
    members = [r for r in memory.readings if r.channel in episode.channels or r.channel == episode.cause]
    leading = _leading(episode, members)
    others = [r for r in members if r.channel != leading.channel and r.score is not None]
    revenue = _revenue_at_stake(leading, facts)
    diagnosis = OF_CAUSE[episode.cause]
    sentences = [
        _what_moved(leading, facts),
        *(f"also {_what_moved(other, facts)}" for other in sorted(others, key=lambda r: -r.ratio)[:3]),
        f"about {abs(revenue):,.0f} of yearly revenue {'more' if revenue > 0 else 'at stake'}",
        _how_sure(leading, memory, budget),
        *(["advisory: less than a year of history, this may be the season"] if advisory else []),
        f"next: {NEXT_STEP[diagnosis]}; a re-clustering is asked for",
    ]
    evidence = {
        "diagnosis": str(diagnosis),
        "advisory": advisory,
        "budget": str(budget),
        "alarms": memory.alarms,
        "watched_days": memory.watched_days,
        "onset_day": episode.onset_day,
        "yearly_revenue": revenue,
        "channels": [_evidence(reading, facts) for reading in members],
    }
    return Explanation(_title(leading, facts), "; ".join(sentences), evidence, _score(members))


def explain_stock(
    memory: DriftMemory, metrics: Sequence[DriftMetric], names: Mapping[int, str]
) -> Explanation:
    """Put a stale stock into words."""
    diagnosis = Diagnosis(memory.stale_cause or Diagnosis.UNDETERMINED)
    loudest = worst(metrics)
    score = 0.0 if loudest is None else badness(loudest)
    out = sorted((m for m in metrics if m.status == "critical"), key=badness, reverse=True)
    listed = ", ".join(_measured(metric, names) for metric in out[:5])
    message = (
        f"the customers no longer look like those model {memory.model_version} was fitted on ({diagnosis}): "
        f"{listed or 'no metric is critical any more'}; next: {NEXT_STEP[diagnosis]}"
    )
    evidence = {
        "diagnosis": str(diagnosis),
        "metrics": [
            {"metric": m.metric, "segment_id": m.segment_id, "value": m.value, "critical": m.critical}
            for m in out
        ],
    }
    return Explanation("The segmentation no longer fits the customers", message, evidence, score)


def _leading(episode: DriftEpisode, members: Sequence[ChannelReading]) -> ChannelReading:
    """Return the business channel that names the cause, else the segment that is furthest out."""
    named = [reading for reading in members if reading.channel == episode.cause]
    return named[0] if named else max(members, key=lambda reading: reading.ratio)


def _score(members: Sequence[ChannelReading]) -> float:
    return max((reading.ratio for reading in members), default=0.0)


def _title(reading: ChannelReading, facts: ShopFacts) -> str:
    is_more = (reading.moved or 0.0) > 0
    if reading.segment_id is None:
        return _TITLES[reading.channel][is_more]
    return f"{facts.names[reading.segment_id]} {'gains' if is_more else 'loses'} customers"


def _what_moved(reading: ChannelReading, facts: ShopFacts) -> str:
    moved, days = reading.moved or 0.0, _days(reading.moved_days)
    if reading.segment_id is not None:
        sense = "more" if moved > 0 else "fewer"
        text = (
            f"{facts.names[reading.segment_id]}: {abs(moved):,.0f} customers {sense} than expected in {days}"
        )
        return text + _mostly(reading.segment_id, moved, facts)
    usual = f"{_value(reading.observed)} where {_value(reading.expected)} is usual"
    what = {"basket": "spend per purchase", "buyers": "buyers a day", "arrivals": "new customers a day"}
    return f"{what[reading.channel]}: {usual} ({moved:+.0%} over {days})"


def _mostly(segment_id: int, moved: float, facts: ShopFacts) -> str:
    """Name the segment that most of the net movement went to, or came from."""
    at = facts.segment_ids.index(segment_id)
    net = (facts.moves[at] - facts.moves[:, at]) * (-1 if moved > 0 else 1)
    other = int(np.argmax(net))
    if net[other] <= 0:
        return ""
    return f", mostly {'from' if moved > 0 else 'to'} {facts.names[facts.segment_ids[other]]}"


def _revenue_at_stake(reading: ChannelReading, facts: ShopFacts) -> float:
    """Yearly revenue if it stays so: of the customers concerned, or of a change in everybody's purchases."""
    moved = reading.moved or 0.0
    if reading.segment_id is not None:
        return moved * facts.yearly_revenue.get(reading.segment_id, 0.0)
    if reading.channel == "arrivals":
        each = float(np.mean(list(facts.yearly_revenue.values()))) if facts.yearly_revenue else 0.0
        return ((reading.observed or 0.0) - (reading.expected or 0.0)) * 365 * each
    return moved * facts.daily_revenue * 365


def _how_sure(reading: ChannelReading, memory: DriftMemory, budget: Budget) -> str:
    causes = "cause" if memory.alarms == 1 else "causes"
    return (
        f"value {reading.score or 0.0:.1f}, limit {reading.limit or 0.0:.1f}; budget {budget}, "
        f"realised {memory.alarms} {causes} in {_days(memory.watched_days)}, this one included"
    )


def _evidence(reading: ChannelReading, facts: ShopFacts) -> dict[str, Any]:
    name = None if reading.segment_id is None else facts.names[reading.segment_id]
    return {
        "channel": reading.channel,
        "segment_id": reading.segment_id,
        "segment_name": name,
        "observed": reading.observed,
        "expected": reading.expected,
        "moved": reading.moved,
        "days": reading.moved_days,
        "value": reading.score,
        "limit": reading.limit,
    }


def _measured(metric: DriftMetric, names: Mapping[int, str]) -> str:
    whom = "" if metric.segment_id is None else f" of {names[metric.segment_id]}"
    return f"{metric.metric}{whom} {metric.value or 0.0:.3g} (critical {metric.critical:.3g})"


def _value(value: float | None) -> str:
    return "-" if value is None else f"{value:,.4g}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
