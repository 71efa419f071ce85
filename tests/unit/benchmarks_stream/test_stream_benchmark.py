"""What the benchmark compares must be what it says; nothing here measures anything."""

from collections import Counter

import numpy as np
import pytest

from benchmarks.stream.known import documents_of
from benchmarks.stream.latency import summarise
from benchmarks.stream.measure import Result
from benchmarks.stream.report import Target
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


@pytest.mark.parametrize(
    ("value", "is_minimum", "is_met"), [(3.0, True, True), (2.9, True, False), (3.1, False, False)]
)
def test_a_target_is_met_at_its_limit(value: float, is_minimum: bool, is_met: bool) -> None:
    assert Target("t", value, 3.0, is_minimum).is_met is is_met


def test_throughput_is_events_by_seconds() -> None:
    assert Result("r", 200, 4.0).events_per_s == 50.0
