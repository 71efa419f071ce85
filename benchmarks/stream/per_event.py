"""Contender (a): a consumer as people write it, one event at a time.

kafka-python, River's incremental K-means, one find-and-update an event; the segment is written
when it changes. Neither duplicates nor late events are recognised, and an invoice counts once a line.
"""

import json
import math
from datetime import datetime
from typing import Any

from kafka import KafkaConsumer
from pymongo import MongoClient, ReturnDocument
from river import cluster, compose, preprocessing

from benchmarks.stream.workload import DAY, Workload


def consume(servers: str, uri: str, workload: Workload, limit: int) -> int:
    """Process `limit` events of the topic; returns how many were processed."""
    consumer = KafkaConsumer(
        workload.topic,
        bootstrap_servers=servers.split(","),
        group_id="bench-per-event",
        auto_offset_reset="earliest",
        value_deserializer=json.loads,
        consumer_timeout_ms=20_000,
    )
    model = compose.Pipeline(
        preprocessing.StandardScaler(), cluster.KMeans(n_clusters=5, halflife=0.1, seed=1)
    )
    with MongoClient[dict[str, Any]](uri) as client:
        customers = client["bench_per_event"]["customers"]
        done = 0
        for message in consumer:
            _apply(customers, model, message.value)
            done += 1
            if done == limit:
                break
    consumer.close()
    return done


def _apply(customers: Any, model: compose.Pipeline, event: dict[str, Any]) -> None:
    bought_at = datetime.fromisoformat(event["event_time"])
    customer = customers.find_one_and_update(
        {"_id": event["customer_id"]},
        {
            "$inc": {"frequency": 1, "monetary": event["quantity"] * float(event["unit_price"])},
            "$max": {"last_purchase_at": bought_at},
            "$min": {"first_purchase_at": bought_at},
        },
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    features = {
        "recency": (DAY - customer["last_purchase_at"].replace(tzinfo=DAY.tzinfo)).total_seconds() / 86_400,
        "frequency": math.log1p(customer["frequency"]),
        "monetary": math.log1p(max(customer["monetary"], 0.0)),
    }
    model.learn_one(features)
    segment = model.predict_one(features)
    if customer.get("segment") != segment:
        customers.update_one({"_id": customer["_id"]}, {"$set": {"segment": segment}})
