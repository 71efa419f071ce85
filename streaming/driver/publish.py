"""What analysts read about segments: absolute values under identities that a replay repeats."""

from collections.abc import Sequence

import numpy as np
from bson.datetime_ms import DatetimeMS
from pymongo import ReplaceOne, WriteConcern
from pymongo.database import Database

from shared.adapters.failpoints import failpoint
from shared.adapters.mongo.collections import DRIFT_METRICS, SEGMENT_EVENTS, SEGMENT_STATS, SEGMENTS
from shared.core.customers.features import MINOR_PER_UNIT
from shared.core.drift.day_flows import DayFlow
from shared.core.drift.memory import ChannelReading
from shared.core.drift.migration import behaviour_metrics, model_metrics
from shared.core.drift.segment_events import SegmentEvents, learning_events, promotion_events
from shared.core.drift.staleness import DriftMetric, staleness
from shared.core.drift.states import AT_ONCE, DriftState
from shared.core.model.artifact import ModelArtifact
from shared.core.model.population import SEGMENT_SUMS
from shared.documents import Document
from streaming.driver.flows import load_model_move
from streaming.driver.live import LiveState

SECONDS_PER_DAY = 86_400
_OF_THE_STOCK: Document = {"kind": "stock", "state": None, "observed": None, "expected": None}
_STATUS_OF = {
    DriftState.LEARNING: "undefined",
    DriftState.OK: "ok",
    DriftState.SUSPECT: "warn",
    DriftState.DRIFT: "critical",
    DriftState.RECOVERING: "warn",
}


def publish_metrics(database: Database[Document], state: LiveState, champion: ModelArtifact) -> None:
    """Write segments, their statistics and events, and staleness as the live model has them now."""
    rows = segment_rows(state, champion)
    _replace(
        database, SEGMENTS, [{**row, "_id": f"{state.standing.epoch}:{row['segment_id']}"} for row in rows]
    )
    dated = _dated(state)
    _replace(database, SEGMENT_STATS, [{**row, "_id": f"{dated}:{row['segment_id']}"} for row in rows])
    metrics = staleness(champion, state.population, state.centers)
    _replace(database, DRIFT_METRICS, [_metric_row(metric, dated, state, champion) for metric in metrics])
    learnt = learning_events(state.population.crosstab, tuple(champion.segment_ids.tolist()))
    _replace(database, SEGMENT_EVENTS, [_event_row(learnt, dated, state)])
    failpoint("metrics_written")


def publish_watch(
    database: Database[Document], state: LiveState, champion: ModelArtifact, flows: Sequence[DayFlow]
) -> None:
    """Write what the last tick's watch has measured: every channel, and who stays where he was."""
    dated = _dated(state)
    metrics = behaviour_metrics(flows) if flows and flows[-1].model_epoch == state.standing.epoch else []
    move = load_model_move(database, state.stream_id, state.standing)
    if move is not None:
        metrics += model_metrics(move)
        promoted = promotion_events(move.moves, move.before_ids, move.after_ids)
        _replace(database, SEGMENT_EVENTS, [_event_row(promoted, dated, state)])
    rows = [_metric_row(metric, dated, state, champion) for metric in metrics]
    rows += [_reading_row(reading, dated, state, champion) for reading in state.drift.readings]
    _replace(database, DRIFT_METRICS, rows)


def publish_hours(database: Database[Document], state: LiveState, champion: ModelArtifact) -> None:
    """Write what the newest window of hourly purchases says; of a day, the last one stays."""
    verdict, detector = state.hours.verdict, state.hours.detector
    if verdict is None or detector is None:
        return
    customers = float(detector.history.sums[-1, :, 0].sum())
    reading = ChannelReading(
        "hours", None, customers, None, verdict.score, detector.limit, detector.alarm.state
    )
    dated = _dated(state)
    _replace(database, DRIFT_METRICS, [_reading_row(reading, dated, state, champion)])


def segment_rows(state: LiveState, champion: ModelArtifact) -> list[Document]:
    """Describe each segment by its customers now, in business units."""
    counts = state.population.segments.counts
    sums = dict(zip(SEGMENT_SUMS, state.population.segment_sums.T, strict=True))
    customers, revenue = int(counts.sum()), int(sums["monetary_minor"].sum())
    centers = champion.transform.invert(state.centers)
    return [
        {
            **_under(state),
            "segment_id": segment.segment_id,
            "name": segment.name,
            "action": segment.action,
            "customers": int(counts[label]),
            "share": _ratio(counts[label], customers),
            "revenue_minor": int(sums["monetary_minor"][label]),
            "revenue": sums["monetary_minor"][label] / MINOR_PER_UNIT,
            "revenue_share": _ratio(sums["monetary_minor"][label], revenue),
            "mean_recency_days": _ratio(sums["recency_s"][label] / SECONDS_PER_DAY, counts[label]),
            "mean_frequency": _ratio(sums["frequency"][label], counts[label]),
            "mean_monetary": _ratio(sums["monetary_minor"][label] / MINOR_PER_UNIT, counts[label]),
            **{
                f"center_{name}": float(value)
                for name, value in zip(champion.features, centers[label], strict=True)
            },
        }
        for label, segment in enumerate(champion.segments)
    ]


def _metric_row(metric: DriftMetric, dated: str, state: LiveState, champion: ModelArtifact) -> Document:
    names = {segment.segment_id: segment.name for segment in champion.segments}
    whom = "all" if metric.segment_id is None else metric.segment_id
    return {
        "_id": f"{dated}:{metric.metric}:{whom}",
        **_under(state),
        "metric": metric.metric,
        "segment_id": metric.segment_id,
        "segment_name": None if metric.segment_id is None else names[metric.segment_id],
        "value": metric.value,
        "warn": metric.warn,
        "critical": metric.critical,
        "status": metric.status,
        "low": metric.low,
        "high": metric.high,
        **_OF_THE_STOCK,
    }


def _reading_row(reading: ChannelReading, dated: str, state: LiveState, champion: ModelArtifact) -> Document:
    names = {segment.segment_id: segment.name for segment in champion.segments}
    is_segment = reading.segment_id is not None
    metric = "drift_segments" if is_segment else f"drift_{reading.channel}"
    limit = reading.limit
    return {
        "_id": f"{dated}:{metric}:{reading.segment_id if is_segment else 'all'}",
        **_under(state),
        "metric": metric,
        "segment_id": reading.segment_id,
        "segment_name": None if reading.segment_id is None else names[reading.segment_id],
        "value": reading.score,
        "warn": limit,
        "critical": None if limit is None else AT_ONCE * limit,
        "status": "undefined" if reading.score is None else _STATUS_OF[reading.state],
        "low": None,
        "high": None,
        "kind": "flow",
        "state": str(reading.state),
        "observed": reading.observed,
        "expected": reading.expected,
    }


def _event_row(found: SegmentEvents, dated: str, state: LiveState) -> Document:
    return {"_id": f"{dated}:{found.scope}", **_under(state), **found.to_document()}


def _dated(state: LiveState) -> str:
    return f"{state.standing.epoch}:{state.standing.as_of_ms}"


def _under(state: LiveState) -> Document:
    now = state.standing
    return {"model_version": now.version, "model_epoch": now.epoch, "as_of": DatetimeMS(now.as_of_ms)}


def _ratio(part: float | np.int64, whole: float | np.int64) -> float | None:
    return float(part / whole) if whole else None


def _replace(database: Database[Document], collection: str, rows: Sequence[Document]) -> None:
    """Write rows without waiting for other members: every micro-batch, and a crash, writes them anew."""
    if rows:
        database.get_collection(collection, write_concern=WriteConcern(w=1)).bulk_write(
            [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows], ordered=False
        )
