"""From stored documents to numbers with labels."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import takewhile
from typing import Any, NamedTuple

from shared.adapters.prometheus.snapshot import Snapshot
from shared.adapters.readers import OUTCOMES
from shared.core.alerting.alert_findings import SEVERITIES
from shared.settings import Settings

GIB = 2**30
DAY_S = 86_400
STATES = {
    "undefined": -1,
    "learning": -1,
    "ok": 0,
    "warn": 1,
    "suspect": 1,
    "recovering": 2,
    "critical": 3,
    "drift": 3,
}
OUTCOMES_OF_A_RUN = ("promoted", "kept", "failed")
"""Each is shown from the beginning: a counter that first appears at 1 has never increased."""

SHOWN_BY_NAME = {
    "quantization_error_ratio": "quantization_error_ratio",
    "topographic_error_delta": "topographic_error_change_ratio",
}


class MetricSample(NamedTuple):
    """One number: the metric's name, the values of its labels in their order, and the value."""

    name: str
    labels: tuple[str, ...]
    value: float


def samples(snapshot: Snapshot, settings: Settings, now: datetime) -> Iterator[MetricSample]:
    """Give everything that the stored state says."""
    yield from _settings(settings)
    yield from _jobs(snapshot, now)
    if snapshot.live is not None:
        yield from _stream(snapshot.live, now)
        yield MetricSample("state_bytes", (), snapshot.state_bytes)
        if snapshot.model is not None:
            yield from _model(snapshot.live, snapshot.model)
    yield from _segments(snapshot)
    yield from _drift(snapshot)
    yield from _alerts(snapshot)


def _settings(settings: Settings) -> Iterator[MetricSample]:
    yield MetricSample("trigger_interval_seconds", (), settings.stream.trigger_interval_s)
    yield MetricSample("allowed_lateness_seconds", (), settings.state.horizon_days * DAY_S)
    yield MetricSample("state_budget_bytes", (), settings.metrics.state_budget_gib * GIB)
    yield MetricSample("model_schedule_seconds", (), settings.schedule.every_days * DAY_S)


def _jobs(snapshot: Snapshot, now: datetime) -> Iterator[MetricSample]:
    lease = snapshot.lease
    is_held = lease is not None and lease["holder"] is not None and lease["expires_at"] > now
    yield MetricSample("stream_running", (), float(is_held))
    yield MetricSample("stream_starts_total", (), 0 if lease is None else lease["epoch"])
    done = [run["finished_at"] for run in snapshot.runs if run["status"] == "done"]
    if done:
        yield MetricSample("last_success_timestamp_seconds", ("recluster",), max(done).timestamp())
    counts = dict.fromkeys(OUTCOMES_OF_A_RUN, 0) | dict(snapshot.n_runs)
    for outcome, n in sorted(counts.items()):
        yield MetricSample("recluster_runs_total", (outcome,), n)
    ended = (run["decision"] for run in snapshot.runs if run["status"] == "done")
    yield MetricSample("recluster_kept_in_a_row", (), sum(1 for _ in takewhile(lambda d: d == "kept", ended)))
    for kind, n in sorted(Counter(snapshot.requests).items()):
        yield MetricSample("requests_open", (kind,), n)


def _stream(live: Mapping[str, Any], now: datetime) -> Iterator[MetricSample]:
    counters, batch = live["counters"], live["batch"]
    yield MetricSample("input_rows_total", (), counters["read"])
    for outcome in OUTCOMES:
        yield MetricSample("records_total", (outcome,), counters[outcome])
    for one in live["rejected_codes"]:
        yield MetricSample("rejected_records_total", (one["code"],), one["n"])
    yield MetricSample("unaccounted_records", (), counters["read"] - sum(counters[name] for name in OUTCOMES))
    yield MetricSample("state_rows", (), live["customers"])
    yield MetricSample("state_clusterable_rows", (), live["clusterable"])
    if live["newest_event_at"] is not None:
        yield MetricSample(
            "watermark_delay_seconds", (), max(0.0, (now - live["newest_event_at"]).total_seconds())
        )
    if live["as_of"] is not None:
        yield MetricSample("as_of_timestamp_seconds", (), live["as_of"].timestamp())
    for watch, alarms, seconds in (
        ("days", live["drift"]["alarms"], live["drift"]["watched_days"] * DAY_S),
        ("hours", live["hours"]["alarms"], live["hours"]["watched_ms"] / 1000),
    ):
        yield MetricSample("drift_alarms_total", (watch,), alarms)
        yield MetricSample("drift_watched_seconds_total", (watch,), seconds)
    if batch:
        yield MetricSample("last_success_timestamp_seconds", ("stream",), batch["ended_at"].timestamp())
        yield MetricSample("last_batch_duration_seconds", (), batch["elapsed_s"])
        yield MetricSample("last_batch_rows", (), batch["rows"])


def _model(live: Mapping[str, Any], model: Mapping[str, Any]) -> Iterator[MetricSample]:
    labels = (str(model["_id"]), str(model["k"]), "kmeans", str(model["provisional"]).lower())
    yield MetricSample("model_info", labels, 1)
    yield MetricSample("model_timestamp_seconds", (), model["created_at"].timestamp())
    if live["as_of"] is not None:
        yield MetricSample(
            "model_age_seconds", (), max(0.0, (live["as_of"] - model["as_of"]).total_seconds())
        )


def _segments(snapshot: Snapshot) -> Iterator[MetricSample]:
    for row in snapshot.segments:
        labels = (str(row["segment_id"]), row["name"])
        yield MetricSample("segment_customers", labels, row["customers"])
        for name, key in (("segment_share_ratio", "share"), ("segment_revenue_share_ratio", "revenue_share")):
            if row[key] is not None:
                yield MetricSample(name, labels, row[key])


def _drift(snapshot: Snapshot) -> Iterator[MetricSample]:
    for row in snapshot.drift:
        metric = row["metric"]
        segment = "all" if row["segment_id"] is None else str(row["segment_id"])
        yield MetricSample("drift_state", (metric, segment), STATES[row["state"] or row["status"]])
        for level in ("warn", "critical"):
            if row[level] is not None:
                yield MetricSample("drift_threshold", (metric, segment, level), row[level])
        if row["value"] is None:
            continue
        yield MetricSample("drift_score", (metric, segment), row["value"])
        if metric in SHOWN_BY_NAME:
            yield MetricSample(SHOWN_BY_NAME[metric], (), row["value"])
        if metric == "centroid_displacement":
            yield MetricSample("segment_centroid_shift_ratio", (segment, row["segment_name"]), row["value"])


def _alerts(snapshot: Snapshot) -> Iterator[MetricSample]:
    firing = Counter((alert["kind"], alert["severity"]) for alert in snapshot.alerts)
    for labels, n in sorted(firing.items()):
        yield MetricSample("alerts_firing", labels, n)
    refused: Counter[str] = Counter()
    for row in snapshot.deliveries:
        refused[row["channel"]] += len(row["failed"])
        if row["alert"] is None:
            sent = dict.fromkeys(SEVERITIES, 0) | (row["sent"] or {})
            for severity, n in sorted(sent.items()):
                yield MetricSample("alerts_sent_total", (row["channel"], severity), n)
            yield MetricSample("alert_channel_failures", (row["channel"],), row["attempts"])
    for channel, n in sorted(refused.items()):
        yield MetricSample("alerts_refused_total", (channel,), n)
