"""Contender (b): the best consumer a good engineer would write without Spark.

Large polls, one polars group-by a batch, MiniBatchKMeans, one unordered bulk write, offsets
committed after it. It is at-least-once: a repeated batch counts twice, a duplicate or an invoice
cut by two batches too, and one process does all.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import polars as pl
from confluent_kafka import Consumer
from kafka import KafkaConsumer
from pymongo import MongoClient, UpdateOne
from pymongo.collection import Collection
from sklearn.cluster import MiniBatchKMeans

from benchmarks.stream.workload import DAY_MS, MS_PER_DAY, Workload, customer_id

_SCHEMA = {
    "event_time": pl.String,
    "customer_id": pl.String,
    "invoice_no": pl.String,
    "quantity": pl.Int64,
    "unit_price": pl.String,
}
_TIMEOUT_S = 20.0
NAMES = ("kafka_python_checked", "kafka_python_unchecked", "confluent")
"""Of the databases of the variants."""


def consume_kafka_python(servers: str, uri: str, workload: Workload, limit: int) -> int:
    """Process `limit` events with kafka-python as it comes; returns how many were processed."""
    return _consume_kafka_python(servers, uri, workload, limit, check_crcs=True)


def consume_unchecked(servers: str, uri: str, workload: Workload, limit: int) -> int:
    """Process `limit` events with kafka-python that trusts every record batch it gets."""
    return _consume_kafka_python(servers, uri, workload, limit, check_crcs=False)


def _consume_kafka_python(servers: str, uri: str, workload: Workload, limit: int, *, check_crcs: bool) -> int:
    name = f"kafka_python_{'checked' if check_crcs else 'unchecked'}"
    consumer = KafkaConsumer(
        workload.topic,
        bootstrap_servers=servers.split(","),
        group_id=f"bench-batching-{name}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        check_crcs=check_crcs,
        max_poll_records=workload.block_events,
        fetch_max_bytes=64 << 20,
        max_partition_fetch_bytes=16 << 20,
    )

    def batches() -> Iterator[list[bytes]]:
        values: list[bytes] = []
        while True:
            polled = consumer.poll(timeout_ms=int(_TIMEOUT_S * 1000))
            values += [record.value for records in polled.values() for record in records]
            if len(values) >= workload.block_events or not polled:
                yield values
                consumer.commit()
                values = []

    done = _process(batches(), uri, f"bench_batching_{name}", limit)
    consumer.close()
    return done


def consume_confluent(servers: str, uri: str, workload: Workload, limit: int) -> int:
    """Process `limit` events with confluent-kafka; returns how many were processed."""
    consumer = Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": "bench-batching-confluent",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "queued.min.messages": workload.block_events,
            "fetch.max.bytes": 64 << 20,
            "max.partition.fetch.bytes": 16 << 20,
        }
    )
    consumer.subscribe([workload.topic])

    def batches() -> Iterator[list[bytes]]:
        values: list[bytes] = []
        while True:
            messages = consumer.consume(workload.block_events - len(values), timeout=1.0)
            values += [message.value() or b"" for message in messages]
            if len(values) >= workload.block_events:
                yield values
                consumer.commit(asynchronous=False)
                values = []

    done = _process(batches(), uri, "bench_batching_confluent", limit)
    consumer.close()
    return done


def prefill(uri: str, names: Iterable[str], workload: Workload) -> None:
    """Store every known customer, so that this contender, too, updates documents that are there."""
    empty = {"frequency": 1, "monetary": 1.0, "last_ms": DAY_MS - MS_PER_DAY, "segment": 0}
    with MongoClient[dict[str, Any]](uri) as client:
        for name in names:
            rows = [{"_id": customer_id(number), **empty} for number in range(workload.known)]
            client[f"bench_batching_{name}"]["customers"].insert_many(rows, ordered=False)


def _process(batches: Iterator[list[bytes]], uri: str, database: str, limit: int) -> int:
    model, done = MiniBatchKMeans(n_clusters=5, random_state=1), 0
    with MongoClient[dict[str, Any]](uri) as client:
        customers = client[database]["customers"]
        for values in batches:
            _apply(customers, model, values)
            done += len(values)
            if done >= limit or not values:
                return done
    return done


def _apply(customers: Collection[dict[str, Any]], model: MiniBatchKMeans, values: list[bytes]) -> None:
    changes = _grouped(values)
    ids = changes["customer_id"].to_list()
    known = {found["_id"]: found for found in customers.find({"_id": {"$in": ids}})}
    old = [known.get(identity, {}) for identity in ids]
    frequency = changes["invoices"].to_numpy() + [found.get("frequency", 0) for found in old]
    monetary = changes["amount"].to_numpy() + [found.get("monetary", 0.0) for found in old]
    last_ms = np.maximum(changes["last_ms"].to_numpy(), [found.get("last_ms", 0) for found in old])
    recency = (DAY_MS + MS_PER_DAY - last_ms) / MS_PER_DAY
    features = np.column_stack([recency, np.log1p(frequency), np.log1p(np.maximum(monetary, 0.0))])
    model.partial_fit(features)
    columns = (ids, frequency.tolist(), monetary.tolist(), last_ms.tolist(), model.predict(features).tolist())
    customers.bulk_write(
        [
            UpdateOne(
                {"_id": identity},
                {"$set": {"frequency": f, "monetary": m, "last_ms": at, "segment": segment}},
                upsert=True,
            )
            for identity, f, m, at, segment in zip(*columns, strict=True)
        ],
        ordered=False,
    )


def _grouped(values: list[bytes]) -> pl.DataFrame:
    lines = pl.read_ndjson(b"\n".join(values), schema=_SCHEMA)
    return (
        lines.lazy()
        .with_columns(
            (pl.col("quantity") * pl.col("unit_price").cast(pl.Float64)).alias("amount"),
            pl.col("event_time").str.to_datetime(time_unit="ms", time_zone="UTC").alias("at"),
        )
        .group_by("customer_id")
        .agg(
            pl.col("invoice_no").filter(pl.col("quantity") > 0).n_unique().alias("invoices"),
            pl.col("amount").sum(),
            pl.col("at").max().dt.epoch("ms").alias("last_ms"),
        )
        .collect()
    )
