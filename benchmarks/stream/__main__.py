"""Throughput and latency of the streaming job, and of its alternatives, in one run on one machine.

All read the same topic of the same broker and write to the same MongoDB, one after the other,
each into a database of its own.
"""

import argparse
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import command
from benchmarks.measured_rows import Row
from benchmarks.stream import batching, floor, known, latency, ours, per_event
from benchmarks.stream.measure import Processors, Result
from benchmarks.stream.stream_figures import StreamFigures, rows
from benchmarks.stream.workload import Workload, create_topic, produce
from deploy.local.local_services import Services, start_embedded
from shared import log
from shared.settings import LogSettings

FOLDER = Path(".local/bench-stream")
Consume = Callable[[str, str, Workload, int], int]


@dataclass(frozen=True)
class Scale:
    """How much of everything; a micro-batch has ten events for each of `touched` customers."""

    known: int
    touched: int
    blocks: int
    per_event: int
    batching_blocks: int
    few: int
    many: int
    few_blocks: int
    latency_s: int


FULL = Scale(100_000, 20_000, 8, 5_000, 2, 10_000, 1_000_000, 8, 60)
QUICK = Scale(40_000, 20_000, 4, 1_000, 1, 10_000, 100_000, 4, 15)


class Bench:
    """The services and what is measured on them."""

    def __init__(self, services: Services, scale: Scale, folder: Path) -> None:
        self._services, self._scale, self._folder = services, scale, folder
        self._processors = Processors(folder / "services")

    def run(self) -> StreamFigures:
        """Measure everything, the product first."""
        scale, uri = self._scale, self._services.mongo_uri
        _say("fitting a model")
        known.train_model(uri)
        workload = self._topic("bench-main", scale.known, scale.touched, scale.blocks)
        main = self._ours(workload, "ours")
        parts = self._floor(workload, "bench-main")
        floor_s = sum(parts.values()) * scale.blocks
        few = self._topic("bench-few", scale.few, scale.few, scale.few_blocks)
        many = self._topic("bench-many", scale.many, scale.few, scale.few_blocks)
        batching.prefill(uri, batching.NAMES, workload)
        return StreamFigures(
            ours=main.warm,
            ours_in_all=main.total,
            spent_s=main.spent(),
            per_event=self._metered("per event (a)", per_event.consume, workload, scale.per_event),
            batching=self._metered(
                "batching, kafka-python (b)",
                batching.consume_kafka_python,
                workload,
                scale.batching_blocks * workload.block_events,
            ),
            batching_unchecked=self._metered(
                "batching, kafka-python without checksums",
                batching.consume_unchecked,
                workload,
                scale.batching_blocks * workload.block_events,
            ),
            batching_confluent=self._metered(
                "batching, confluent-kafka (b)", batching.consume_confluent, workload, workload.events
            ),
            floor=Result("floor (c)", workload.events, floor_s),
            floor_parts_s=parts,
            few=self._ours(few, f"ours, {scale.few:,} customers known").warm,
            many=self._ours(many, f"ours, {scale.many:,} customers known").warm,
            latency=self._latency(),
        )

    def _topic(self, name: str, n_known: int, touched: int, blocks: int) -> Workload:
        workload = Workload(name, n_known, touched, blocks)
        _say(f"sending {workload.events:,} events to {name}")
        produce(self._services.kafka_bootstrap, workload)
        return workload

    def _ours(self, workload: Workload, name: str) -> ours.MeasuredRun:
        _say(f"{name}: preparing {workload.known:,} customers")
        servers = self._services.kafka_bootstrap
        database = known.prefill(self._services.mongo_uri, _database(workload.topic), workload, servers)
        _say(f"{name}: streaming")
        return ours.run(
            self._services,
            database,
            workload.topic,
            self._folder,
            name=name,
            batch_events=workload.block_events,
            partitions=workload.partitions,
            processors=self._processors,
        )

    def _floor(self, workload: Workload, topic: str) -> dict[str, float]:
        _say("floor (c)")
        return {
            "read": floor.read_s(self._services.kafka_bootstrap, workload, self._folder),
            "replace": floor.replace_s(self._services.mongo_uri, _database(topic), workload),
        }

    def _metered(self, name: str, consume: Consume, workload: Workload, limit: int) -> Result:
        _say(name)
        with self._processors.metered() as meter:
            done = consume(self._services.kafka_bootstrap, self._services.mongo_uri, workload, limit)
        return Result(name, done, meter.elapsed_s, meter.cpu_s)

    def _latency(self) -> latency.Latency:
        scale = self._scale
        workload = Workload("bench-latency", scale.known, scale.touched, 1)
        create_topic(self._services.kafka_bootstrap, workload.topic, workload.partitions)
        database = known.prefill(
            self._services.mongo_uri, _database(workload.topic), workload, self._services.kafka_bootstrap
        )
        _say("latency")
        return latency.measure(
            self._services, database, workload, self._folder, rate=1_000, duration_s=scale.latency_s
        )


def measure(options: argparse.Namespace) -> list[Row]:
    log.configure(LogSettings(level="warning"))
    shutil.rmtree(FOLDER, ignore_errors=True)
    with start_embedded(FOLDER / "services", say=_say) as services:
        measured = Bench(services, QUICK if options.quick else FULL, FOLDER).run()
    shutil.rmtree(FOLDER)
    return rows(measured)


def _database(topic: str) -> str:
    return topic.replace("-", "_")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    quick = "within three minutes; ratios are rougher"
    raise SystemExit(command.run(command.flags("stream", __doc__, quick), measure))
