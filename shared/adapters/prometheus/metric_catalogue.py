"""Every metric by name: what it means, its unit, its labels. No label ever holds a customer.

Rules, alerts and the dashboard in deploy/ use these names and no others (a test compares them).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

SEGMENT = ("segment", "name")


@dataclass(frozen=True)
class Metric:
    """name : without the prefix `reseg_`; a counter's ends in `_total`."""

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    help: str
    labels: tuple[str, ...] = ()


_FROM_MONGODB = (
    Metric("mongo_up", "gauge", "1 if MongoDB answered; if not, what is stored is missing here."),
    Metric("kafka_up", "gauge", "1 if the broker told its offsets within the last half minute."),
    Metric("stream_running", "gauge", "1 if somebody holds the lease of the stream."),
    Metric("stream_starts_total", "counter", "Times that somebody took the lease of the stream."),
    Metric("last_success_timestamp_seconds", "gauge", "Newest success, Unix time.", ("task",)),
    Metric("input_rows_total", "counter", "Records read, each counted once."),
    Metric("records_total", "counter", "Records by outcome; every record has exactly one.", ("outcome",)),
    Metric("rejected_records_total", "counter", "Records that were refused, by code.", ("code",)),
    Metric(
        "unaccounted_records", "gauge", "Records read less the sum of their outcomes: 0, or state is wrong."
    ),
    Metric("kafka_produced_records_total", "counter", "End offset of a partition.", ("topic", "partition")),
    Metric(
        "kafka_lag_records",
        "gauge",
        "Records not yet applied: end offset less stored offset.",
        ("topic", "partition"),
    ),
    Metric("last_batch_duration_seconds", "gauge", "Time that the newest micro-batch took."),
    Metric("last_batch_rows", "gauge", "Records of the newest micro-batch."),
    Metric(
        "trigger_interval_seconds", "gauge", "Pause that the stream is set to keep between micro-batches."
    ),
    Metric("watermark_delay_seconds", "gauge", "Age of the newest event by the wall clock."),
    Metric("allowed_lateness_seconds", "gauge", "How late an event may come and still be applied."),
    Metric("state_rows", "gauge", "Customers stored."),
    Metric("state_clusterable_rows", "gauge", "Customers with a purchase and positive net spend."),
    Metric("state_bytes", "gauge", "Storage of the customers with its indexes."),
    Metric("state_budget_bytes", "gauge", "Storage that the customers may take (metrics.state_budget_gib)."),
    Metric("as_of_timestamp_seconds", "gauge", "The tick that recency is measured from, Unix time."),
    Metric("segment_customers", "gauge", "Customers of a segment.", SEGMENT),
    Metric("segment_share_ratio", "gauge", "Share of the clustered customers, 0 to 1.", SEGMENT),
    Metric("segment_revenue_share_ratio", "gauge", "Share of net spend, 0 to 1.", SEGMENT),
    Metric(
        "segment_centroid_shift_ratio", "gauge", "Way of a center from the champion's / its radius.", SEGMENT
    ),
    Metric("quantization_error_ratio", "gauge", "Mean distance to the center / that of the champion's fit."),
    Metric(
        "topographic_error_change_ratio",
        "gauge",
        "Share of customers at folds of the map, less the champion's.",
    ),
    Metric("drift_score", "gauge", "Newest value of a drift or staleness metric.", ("metric", "segment")),
    Metric(
        "drift_threshold", "gauge", "Its limits; draw them beside the score.", ("metric", "segment", "level")
    ),
    Metric(
        "drift_state",
        "gauge",
        "-1 unknown or learning, 0 ok, 1 warn or suspect, 2 recovering, 3 critical or drift.",
        ("metric", "segment"),
    ),
    Metric(
        "drift_alarms_total", "counter", "Alarms of a watch over days or hours, true and false.", ("watch",)
    ),
    Metric(
        "drift_watched_seconds_total",
        "counter",
        "Time watched; alarms / time is the realised rate.",
        ("watch",),
    ),
    Metric("model_info", "gauge", "1; the model in force.", ("version", "k", "algo", "provisional")),
    Metric("model_timestamp_seconds", "gauge", "When the model in force was made, Unix time."),
    Metric("model_age_seconds", "gauge", "Age of the model in force by the tick, not by the wall clock."),
    Metric("model_schedule_seconds", "gauge", "Age at which a re-clustering is due."),
    Metric("recluster_runs_total", "counter", "Runs by outcome.", ("outcome",)),
    Metric("recluster_kept_in_a_row", "gauge", "Newest runs in a row that kept the champion."),
    Metric("requests_open", "gauge", "Requests that wait or are being served.", ("kind",)),
    Metric("alerts_firing", "gauge", "Alerts that fire.", ("kind", "severity")),
    Metric(
        "alerts_sent_total",
        "counter",
        "Changes of alerts that a channel took.",
        ("channel", "severity"),
    ),
    Metric("alerts_refused_total", "counter", "Changes that a channel refused for good.", ("channel",)),
    Metric(
        "alert_channel_failures", "gauge", "Failures in a row of a channel; 0 if it answers.", ("channel",)
    ),
)

FROM_THE_DRIVER = (
    Metric(
        "batch_duration_seconds", "histogram", "Time that micro-batches took, in the streaming job itself."
    ),
)

PREFIX = "reseg_"
METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _FROM_MONGODB})
"""What `resegment metrics` shows; `FROM_THE_DRIVER` comes from the streaming job's own endpoint."""
