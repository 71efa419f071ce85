"""What the benchmark compares must be what it says; nothing here measures anything."""

from collections import Counter

import numpy as np
import pytest

from benchmarks.stream.known import documents_of
from benchmarks.stream.latency import Latency, summarise
from benchmarks.stream.measure import Result
from benchmarks.stream.stream_figures import StreamFigures, rows
from benchmarks.stream.workload import LINES_PER_CUSTOMER, Workload, block
from shared.adapters.mongo.schemas import CUSTOMER_KEYS
from shared.settings import InputSettings
from streaming.task.parse import parse

WORKLOAD = Workload("t", known=400, touched=100, blocks=2)
FAR_FUTURE_MS = 4_000_000_000_000


def test_a_block_has_ten_valid_lines_for_each_of_its_customers() -> None:
    events = list(block(WORKLOAD, 1))

    parsed = parse([e.value for e in events], np.full(len(events), FAR_FUTURE_MS), InputSettings())

    lines = Counter(parsed.customer_ids.to_pylist())
    assert parsed.rejections == {}
    assert (len(lines), set(lines.values())) == (WORKLOAD.touched, {LINES_PER_CUSTOMER})
    assert len(np.unique(parsed.event_hash)) == len(events)
    assert [e.key.decode() for e in events] == parsed.customer_ids.to_pylist()


def test_partitions_share_a_block_equally_and_never_a_customer() -> None:
    events = list(block(WORKLOAD, 0))

    homes = {(e.key, e.partition) for e in events}
    assert Counter(e.partition for e in events) == {0: 500, 1: 500}
    assert len(homes) == WORKLOAD.touched


def test_events_are_the_same_in_every_run_and_of_realistic_size() -> None:
    first, second = list(block(WORKLOAD, 0)), list(block(WORKLOAD, 0))

    assert first == second
    assert 200 <= np.mean([len(e.value) for e in first]) <= 290


def test_known_customers_have_every_key_of_a_document() -> None:
    documents, population = documents_of(range(50), None)

    assert all(document.keys() == set(CUSTOMER_KEYS) for document in documents)
    assert population.total("customers") == 50


def test_latency_runs_from_sending_to_the_first_look_that_shows_the_event() -> None:
    sent = [(0, 0, 10.0), (0, 1, 10.5), (0, 2, 11.0), (1, 0, 10.0)]
    seen = {0: [(2, 12.0), (3, 14.0)], 1: [(1, 11.0)]}

    latency = summarise(sent, seen, rate=1, duration_s=1)

    assert (latency.events, latency.max_s) == (4, 3.0)
    assert latency.p50_s == pytest.approx(1.75)


def test_throughput_is_events_by_seconds() -> None:
    assert Result("r", 200, 4.0).events_per_s == 50.0


def test_each_contender_has_a_throughput_and_the_targets_are_judged() -> None:
    def at(events_per_s: int) -> Result:
        return Result(f"{events_per_s}", events_per_s, 1.0)

    late = Latency(rate=1_000, duration_s=1, events=9, p50_s=1.0, p95_s=3.1, p99_s=4.0, max_s=5.0)
    found = rows(
        StreamFigures(
            ours=at(400), ours_in_all=at(390), spent_s={"read": 1.0, "write": 3.0},
            per_event=at(4), batching=at(200), batching_unchecked=at(210), batching_confluent=at(220),
            floor=at(800), floor_parts_s={"read": 1.0}, few=at(390), many=at(300), latency=late,
        )
    )  # fmt: skip

    judged = {(row.contender, row.case): row.met for row in found if row.target}
    assert [row.value for row in found if row.measure == "events/s"] == [
        400,
        390,
        4,
        200,
        210,
        220,
        800,
        390,
        300,
    ]
    assert judged == {
        ("4", "ours / it"): "yes",
        ("200", "ours / it"): "no",
        ("800", "ours / it"): "yes",
        ("ours", "few known / many known"): "yes",
        ("ours", "p95"): "no",
    }
