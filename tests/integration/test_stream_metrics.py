"""A real stream as Prometheus sees it: through the exporter, and at the job's own endpoint."""

import signal
import socket
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from shared.adapters.prometheus.collector import StateCollector
from shared.adapters.prometheus.offsets import OffsetWatch
from tests.support.shop_fixtures import SiteFactory
from tests.support.shop_recount import Expected
from tests.support.streams import DEADLINE_S, reclustering, stream, wait_until

Key = tuple[str, ...]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def shown(collector: StateCollector) -> dict[Key, float]:
    return {
        (sample.name.removeprefix("reseg_"), *sample.labels.values()): sample.value
        for family in collector.collect()
        for sample in family.samples
    }


def total(found: dict[Key, float], name: str) -> float:
    return sum(value for key, value in found.items() if key[0] == name)


def _has_segments(found: dict[Key, float]) -> bool:
    return found.get(("kafka_up",)) == 1 and total(found, "segment_share_ratio") > 0


def test_what_the_stream_did_is_what_prometheus_sees(
    new_site: SiteFactory,
    shop_topic: str,
    mongo_client: MongoClient[dict[str, Any]],
    kafka_bootstrap: str,
    expected: Expected,
) -> None:
    port = free_port()
    where = new_site(shop_topic).with_settings(metrics__driver_port=str(port))
    settings = where.settings
    database = mongo_client[settings.mongo.database]
    with (
        OffsetWatch(lambda: kafka_bootstrap, shop_topic) as offsets,
        reclustering(where),
        stream(where) as child,
    ):
        collector = StateCollector(database, settings, offsets)
        child.until(lambda: _has_segments(shown(collector)), "a model and its segments")
        found = shown(collector)
        driver = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=DEADLINE_S).text
        child.signal(signal.SIGTERM)
        assert child.wait() == 128 + signal.SIGTERM
        wait_until(lambda: shown(collector)["stream_running",] == 0, "the end of the stream", DEADLINE_S)

    assert found["stream_running",] == found["kafka_up",] == found["mongo_up",] == 1
    assert found["unaccounted_records",] == 0
    assert total(found, "records_total") == found["input_rows_total",]
    assert total(found, "kafka_produced_records_total") == expected.counters["read"]
    assert total(found, "kafka_lag_records") == expected.counters["read"] - found["input_rows_total",]
    assert total(found, "segment_share_ratio") == pytest.approx(1)
    assert found["recluster_runs_total", "promoted"] >= 1
    assert found["state_bytes",] > 0
    assert {key[1] for key in found if key[0] == "drift_state"} > {"share_psi", "quantization_error_ratio"}
    assert "reseg_batch_duration_seconds_bucket" in driver
