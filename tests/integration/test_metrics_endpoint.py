"""The exporter as a process: scraped over HTTP, bounded in time, and of one model only."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from kafka import KafkaProducer
from pymongo import MongoClient
from pymongo.database import Database

from shared.adapters.prometheus.collector import StateCollector
from shared.adapters.prometheus.offsets import OffsetWatch
from shared.adapters.prometheus.samples import MetricSample
from shared.adapters.prometheus.snapshot import take
from shared.errors import ServiceUnavailable
from shared.settings import Settings
from tests.conftest import TopicFactory
from tests.support.metrics_case import START, drift, live, segment
from tests.support.streams import DEADLINE_S, wait_until

Docs = Database[dict[str, Any]]
DRIVERS_OWN_PATIENCE_S = 30.0
"""How long the driver would look for a server by itself: three scrapes of Prometheus."""


def fill(database: Docs, epoch: int, topic: str = "transactions") -> None:
    """Store a model as a promotion does: its rows, and then the live model that names it."""
    rows = [segment(1, "VIP", 60), segment(2, "At risk", 340)]
    database["segments"].insert_many(
        [{**r, "_id": f"{epoch}:{r['segment_id']}", "model_epoch": epoch} for r in rows]
    )
    measured = {**drift("share_psi", 0.01 * epoch, 0.02, 0.1), "model_epoch": epoch, "as_of": START}
    database["drift_metrics"].insert_one({**measured, "_id": f"{epoch}:share_psi"})
    database["models"].insert_one(
        {"_id": epoch, "k": 2, "provisional": False, "created_at": START, "as_of": START}
    )
    document = live(START, 100) | {"model_epoch": epoch, "model_version": epoch, "topic": {"name": topic}}
    database["live_model"].replace_one(
        {"_id": "main"}, {**document, "offsets": [{"partition": 0, "next": 2}]}, upsert=True
    )


@contextmanager
def exporter(database: Docs, mongo_uri: str, folder: Path, **more: str) -> Iterator[str]:
    environment = {
        **os.environ,
        "RESEG_MONGO__URI": mongo_uri,
        "RESEG_MONGO__DATABASE": database.name,
        "RESEG_SERVICES__FOLDER": str(folder),
        **more,
    }
    command = [sys.executable, "-m", "cli", "metrics", "--port", "0"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            found = re.search(r"http://\S+", said)
            assert found is not None, said
            yield found.group()
            process.send_signal(signal.SIGTERM)
            assert process.wait(DEADLINE_S) == 143
        finally:
            process.kill()


def scrape(url: str) -> dict[str, float]:
    lines = httpx.get(url, timeout=DEADLINE_S).raise_for_status().text.splitlines()
    return {
        name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")
    }


def test_lag_is_counted_against_the_stored_offsets(
    mongo_database: Docs, mongo_uri: str, kafka_bootstrap: str, topic_factory: TopicFactory, tmp_path: Path
) -> None:
    topic = topic_factory()
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
    for _ in range(5):
        producer.send(topic, b"{}").get(30)
    producer.close()
    fill(mongo_database, 1, topic)
    settings = {"RESEG_KAFKA__BOOTSTRAP_SERVERS": kafka_bootstrap, "RESEG_KAFKA__TOPIC": topic}

    with exporter(mongo_database, mongo_uri, tmp_path, **settings) as url:
        wait_until(lambda: scrape(url).get("reseg_kafka_up") == 1, "the broker's offsets", DEADLINE_S)
        found = scrape(url)

    assert found["reseg_mongo_up"] == 1
    assert found[f'reseg_kafka_lag_records{{partition="0",topic="{topic}"}}'] == 3
    assert found[f'reseg_kafka_produced_records_total{{partition="0",topic="{topic}"}}'] == 5
    assert found['reseg_segment_share_ratio{name="VIP",segment="1"}'] == 0.15
    assert found['reseg_model_info{algo="kmeans",k="2",provisional="false",version="1"}'] == 1


def test_a_broker_that_is_away_is_a_number_and_no_failure(
    mongo_database: Docs, mongo_uri: str, tmp_path: Path
) -> None:
    with exporter(mongo_database, mongo_uri, tmp_path) as url:
        found = scrape(url)

    assert found["reseg_kafka_up"] == 0
    assert found["reseg_mongo_up"] == 1
    assert not any(name.startswith("reseg_kafka_lag") for name in found)


def values(collector: StateCollector) -> dict[str, float]:
    return {sample.name: sample.value for family in collector.collect() for sample in family.samples}


def test_a_scrape_without_mongodb_ends_in_time_and_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uri = f"mongodb://127.0.0.1:{silent.getsockname()[1]}/?directConnection=true"
        with MongoClient[dict[str, Any]](uri, tz_aware=True) as client:
            started = monotonic()
            found = values(StateCollector(client["nothing"], Settings(), None))

    assert found == {"reseg_mongo_up": 0.0}
    assert monotonic() - started < DRIVERS_OWN_PATIENCE_S


def test_many_scrapes_at_once_share_one_look(mongo_database: Docs, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    monkeypatch.setattr(
        "shared.adapters.prometheus.collector.take", lambda *given: looks.append(given) or take(*given)
    )
    now = [0.0]
    collector = StateCollector(mongo_database, Settings(), None, clock=lambda: now[0])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: values(collector), range(16)))
    assert len(looks) == 1
    now[0] += 1.0
    values(collector)

    assert len(looks) == 2


def test_a_look_during_promotions_never_mixes_two_models(mongo_database: Docs) -> None:
    fill(mongo_database, 1)
    stop = threading.Event()

    def promote() -> None:
        for epoch in range(2, 200):
            if stop.is_set():
                return
            fill(mongo_database, epoch)

    thread = threading.Thread(target=promote)
    thread.start()
    try:
        for _ in range(60):
            snapshot = take(mongo_database, "main")
            epochs = {row["model_epoch"] for row in (*snapshot.segments, *snapshot.drift)}
            assert snapshot.live is not None
            assert snapshot.model is not None
            assert epochs == {snapshot.live["model_epoch"]} == {snapshot.model["_id"]}
    finally:
        stop.set()
        thread.join(DEADLINE_S)


def test_offsets_that_are_no_longer_asked_for_are_not_shown() -> None:
    def nowhere() -> str:
        raise ServiceUnavailable

    with OffsetWatch(nowhere, "transactions") as watch:
        assert watch.has_asked.wait(DEADLINE_S)
        assert list(watch.samples(None)) == [MetricSample("kafka_up", (), 0.0)]
