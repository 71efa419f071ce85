"""What people are told after a tick: rows to look at, alerts, and a wish for a re-clustering.

Everything here follows from the live model and the recorded flows, so a replay says the same again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pymongo.database import Database

from shared.adapters.mongo import alert_store
from shared.core.alerting.alert_findings import AlertFinding, Kind, alert_key
from shared.core.customers.features import MINOR_PER_UNIT, MS_PER_DAY
from shared.core.drift.budget import Budget
from shared.core.drift.day_flows import DayFlow
from shared.core.drift.explain import Explanation, ShopFacts, explain_flow, explain_stock
from shared.core.drift.memory import Cause, DriftEpisode, DriftMemory
from shared.core.drift.series import oldest_needed
from shared.core.drift.staleness import staleness
from shared.core.drift.stock import is_stale
from shared.core.drift.watch import is_advisory
from shared.core.model.artifact import ModelArtifact
from shared.core.model.population import SEGMENT_SUMS
from shared.core.windows.hourly_explanation import explain_hours
from shared.documents import Document
from shared.settings import Settings
from streaming.driver.flows import load_days, moves_since
from streaming.driver.live import LiveState
from streaming.driver.publish import publish_hours, publish_watch
from streaming.driver.reviews import Review, drift_review

MIN_DAYS_A_YEAR = 30
"""Revenue of less than a month is not extrapolated to a year as if it were only those days."""

KIND_OF: dict[Cause, Kind] = {
    "basket": "drift_basket",
    "buyers": "drift_buyers",
    "arrivals": "drift_arrivals",
    "segments": "drift_segments",
}


@dataclass(frozen=True)
class Judgement:
    """What the last tick has to say: alerts that stand, and those that are over with the reason."""

    standing: tuple[AlertFinding, ...]
    over: tuple[tuple[str, str], ...]


def update_drift_alerts(
    database: Database[Document], state: LiveState, champion: ModelArtifact | None, settings: Settings
) -> Review | None:
    """Publish what the watch found at the last tick, and act on it; the wish that follows, if any."""
    if champion is None:
        return None
    flows = _days_of(database, state)
    publish_watch(database, state, champion, flows)
    judgement = judge(state, champion, flows, settings.drift.budget)
    return tell(database, state, judgement)


def update_hourly_drift_alerts(
    database: Database[Document], state: LiveState, champion: ModelArtifact | None, settings: Settings
) -> Review | None:
    """Publish what the newest window of hours says, and act on it; the wish that follows, if any."""
    told = None if champion is None else explain_hours(state.hours, champion, settings.drift.budget)
    if champion is None or told is None:
        return None
    publish_hours(database, state, champion)
    ended = datetime.fromtimestamp((state.hours.closed_ms or 0) / 1000, UTC)
    finding = _finding(state, "drift_hours", told, ended)
    if not state.hours.is_alarmed:
        alert_store.resolve(database, finding.key, as_of=ended, reason="calm for five windows")
        return None
    alert_store.fire(database, finding)
    return drift_review(state, finding) if told.score > 1 else None


def judge(state: LiveState, champion: ModelArtifact, flows: Sequence[DayFlow], budget: Budget) -> Judgement:
    """Put what stands and what is over into words."""
    memory, as_of = state.drift, state.standing.as_of
    names = {segment.segment_id: segment.name for segment in champion.segments}
    standing = []
    advisory = is_advisory(memory, budget)
    for episode in memory.episodes if flows else ():
        facts = _facts(state, champion, flows, episode, names)
        told = explain_flow(episode, memory, facts, budget, advisory=advisory)
        standing.append(_finding(state, KIND_OF[episode.cause], told, as_of))
    over = [
        (alert_key(state.stream_id, KIND_OF[ended.cause], ended.model_version), ended.reason)
        for ended in memory.ended
    ]
    if memory.stale.is_alarmed:
        told = explain_stock(memory, staleness(champion, state.population, state.centers), names)
        standing.append(_finding(state, "staleness", told, as_of))
    else:
        over.append((alert_key(state.stream_id, "staleness", memory.model_version), "the stock fits again"))
    return Judgement(tuple(standing), tuple(over))


def tell(database: Database[Document], state: LiveState, judgement: Judgement) -> Review | None:
    """Fire and resolve alerts; the wish for a re-clustering that those standing make, if any."""
    as_of = state.standing.as_of
    for key, reason in judgement.over:
        alert_store.resolve(database, key, as_of=as_of, reason=reason)
    alert_store.resolve_all(
        database,
        [*KIND_OF.values(), "drift_hours", "staleness"],
        as_of=as_of,
        reason="another model was promoted",
        below_version=state.standing.version,
    )
    for finding in judgement.standing:
        alert_store.fire(database, finding)
    asking = [finding for finding in judgement.standing if _asks(state.drift, finding)]
    worst = max(asking, key=lambda finding: finding.score or 0.0, default=None)
    return None if worst is None else drift_review(state, worst)


def _days_of(database: Database[Document], state: LiveState) -> list[DayFlow]:
    """Read the flows that the last tick was judged by."""
    day = state.drift.last_day
    return [] if day is None else load_days(database, state.stream_id, day)


def _asks(memory: DriftMemory, finding: AlertFinding) -> bool:
    """Whether a standing alert still asks for a re-clustering: not while it is calming down."""
    if finding.kind == "staleness":
        return is_stale(memory.stale)
    return any(reading.ratio > 1 for reading in memory.readings)


def _finding(state: LiveState, kind: Kind, told: Explanation, as_of: datetime) -> AlertFinding:
    return AlertFinding(
        key=alert_key(state.stream_id, kind, state.standing.version),
        kind=kind,
        severity="ticket",
        title=told.title,
        message=told.message,
        as_of=as_of,
        score=told.score,
        model_version=state.standing.version,
        evidence=told.evidence,
    )


def _facts(
    state: LiveState,
    champion: ModelArtifact,
    flows: Sequence[DayFlow],
    episode: DriftEpisode,
    names: dict[int, str],
) -> ShopFacts:
    segment_ids, moves = moves_since(flows, episode.onset_day, state.standing.epoch or 0)
    oldest = oldest_needed(episode.onset_day)
    usual = [flow for flow in flows if flow.is_open and oldest <= flow.day < episode.onset_day]
    revenue = sum(flow.total("spend_minor") for flow in usual) / MINOR_PER_UNIT
    counts = state.population.segments.counts
    spent = state.population.segment_sums[:, SEGMENT_SUMS.index("monetary_minor")] / MINOR_PER_UNIT
    span_days = ((state.standing.as_of_ms) - (state.first_event_ms or 0)) / MS_PER_DAY
    years = max(span_days, MIN_DAYS_A_YEAR) / 365
    yearly = {
        segment_id: float(spent[label] / max(int(counts[label]), 1) / years)
        for label, segment_id in enumerate(champion.segment_ids.tolist())
    }
    return ShopFacts(names, yearly, revenue / max(len(usual), 1), segment_ids, moves)
