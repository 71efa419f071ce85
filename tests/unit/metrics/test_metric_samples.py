"""From stored documents to metrics: the names, the numbers, and what must never be among them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from shared.adapters.prometheus.collector import families
from shared.adapters.prometheus.metric_catalogue import FROM_THE_DRIVER, METRICS
from shared.adapters.prometheus.samples import samples
from shared.adapters.prometheus.snapshot import Snapshot
from shared.settings import Settings
from tests.support.metrics_case import START, drift, quiet

SETTINGS = Settings()


def numbers(snapshot: Snapshot) -> dict[tuple[str, ...], float]:
    found = [((s.name, *s.labels), s.value) for s in samples(snapshot, SETTINGS, START)]
    assert len(dict(found)) == len(found)
    return dict(found)


def test_every_sample_is_in_the_catalogue_with_its_labels() -> None:
    for key in numbers(quiet()):
        assert len(key) - 1 == len(METRICS[key[0]].labels), key


def test_names_follow_the_conventions() -> None:
    for metric in (*METRICS.values(), *FROM_THE_DRIVER):
        assert metric.name.endswith("_total") == (metric.kind == "counter"), metric.name
        assert metric.help.endswith("."), metric.name
        assert not {"customer", "customer_id", "invoice"} & set(metric.labels), metric.name


def test_the_accounting_and_the_state_are_counted() -> None:
    found = numbers(quiet())

    assert found["input_rows_total",] == 50_000
    assert found["records_total", "duplicate"] == 10
    assert found["unaccounted_records",] == 0
    assert found["rejected_records_total", "bad_time"] == 5
    assert found["state_rows",] == 410
    assert found["watermark_delay_seconds",] == 30
    assert found["model_age_seconds",] == timedelta(days=9, hours=15).total_seconds()


def test_what_a_channel_took_is_counted_by_severity_from_the_beginning() -> None:
    found = numbers(quiet())

    counts = [found["alerts_sent_total", "ops", severity] for severity in ("ticket", "warning", "page")]
    assert counts == [4, 0, 0]


def test_a_trend_is_shown_without_limits() -> None:
    found = numbers(quiet(drift=[drift("davies_bouldin", 1.2, None, None)]))

    assert found["drift_score", "davies_bouldin", "all"] == 1.2
    assert not [key for key in found if key[0] == "drift_threshold"]


def test_segments_and_drift_are_shown_beside_their_limits() -> None:
    found = numbers(quiet())

    assert found["segment_share_ratio", "1", "VIP"] == 0.15
    assert found["segment_centroid_shift_ratio", "1", "VIP"] == 0.1
    assert found["drift_score", "share_psi", "all"] == 0.004
    assert found["drift_threshold", "share_psi", "all", "critical"] == 0.1
    assert found["drift_state", "share_psi", "all"] == 0


@pytest.mark.parametrize(
    ("status", "number"),
    [
        ("undefined", -1),
        ("learning", -1),
        ("ok", 0),
        ("suspect", 1),
        ("recovering", 2),
        ("drift", 3),
        ("critical", 3),
    ],
)
def test_states_are_numbers_that_grow_with_the_trouble(status: str, number: int) -> None:
    found = numbers(quiet(drift=[drift("basket", None, 1.0, 2.0, status=status)]))

    assert found["drift_state", "basket", "all"] == number
    assert ("drift_score", "basket", "all") not in found


def test_runs_kept_in_a_row_are_counted_up_to_the_last_promotion() -> None:
    runs: list[dict[str, Any]] = [
        {"status": "done", "decision": decision, "finished_at": START}
        for decision in ("kept", "kept", "promoted", "kept")
    ]

    assert numbers(quiet(runs=runs))["recluster_kept_in_a_row",] == 2


def test_a_stream_whose_lease_has_ended_does_not_run() -> None:
    snapshot = quiet()
    assert snapshot.lease is not None
    ended = replace(snapshot, lease=snapshot.lease | {"expires_at": START})

    assert numbers(snapshot)["stream_running",] == 1
    assert numbers(ended)["stream_running",] == 0


def test_before_anything_is_stored_there_is_little_to_say_and_no_failure() -> None:
    nothing = Snapshot(None, None, None, [], [], [], [], [], [], [], 0)

    assert {key[0] for key in numbers(nothing)} >= {"stream_running", "state_budget_bytes"}
    assert ("input_rows_total",) not in numbers(nothing)


def test_what_is_collected_can_be_written_as_text() -> None:
    class Fixed(Collector):
        def collect(self) -> Any:
            return families(samples(quiet(), SETTINGS, START))

    registry = CollectorRegistry()
    registry.register(Fixed())
    text = generate_latest(registry).decode()

    assert 'reseg_segment_share_ratio{name="VIP",segment="1"} 0.15' in text
    assert "# TYPE reseg_input_rows_total counter\nreseg_input_rows_total 50000.0" in text
