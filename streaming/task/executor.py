"""What one Spark task does with its topic-partition: chunk, parse, keep what fails, merge the rest."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pymongo.collection import Collection
from pymongo.database import Database
from xxhash import xxh3_64_intdigest

from shared.adapters.mongo import connect
from shared.adapters.mongo.customer_store import customers_of
from shared.core.arrays import Bool, Int32, Int64
from shared.core.customers.local_days import local_days
from shared.core.customers.partition_clock import PartitionClock, advance, known_days
from shared.core.customers.transactions import NEVER_DAY, Transactions
from shared.documents import Document
from shared.stopwatch import Stopwatch
from streaming.task import dead_letters
from streaming.task.active_days import active_days
from streaming.task.chunk import Chunk
from streaming.task.context import BatchContext
from streaming.task.merge import Merger
from streaming.task.parse import Parsed, parse
from streaming.task.task_report import TaskReport, combine, encode

RESULT_SCHEMA = "report binary"


def task(context: BatchContext) -> Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]:
    """Return the function that Spark runs on each partition of a micro-batch."""

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        reports: dict[int, TaskReport] = {}
        rules, limit = context.settings.stream, context.settings.tick.min_customers
        with _collector_paused():
            for chunk in chunks(batches, rules.chunk_rows, rules.chunk_bytes):
                partition = int(chunk["partition"][0].as_py())
                before = reports.get(partition)
                clock = (before and before.clock) or context.clocks.get(partition, PartitionClock())
                report = _Worker(context).work(partition, clock, chunk)
                reports[partition] = combine(before, report, limit) if before else report
        yield pa.RecordBatch.from_pydict({"report": pa.array(map(encode, reports.values()), pa.binary())})

    return run


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Leave memory to reference counts: a chunk makes a million small objects, none of them in a cycle."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def chunks(batches: Iterable[pa.RecordBatch], max_rows: int, max_bytes: int) -> Iterator[pa.Table]:
    """Gather Arrow batches up to a bound; a chunk never mixes two topic-partitions."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        for part in _by_partition(batch, max_rows, max_bytes):
            is_other = bool(held) and held[0]["partition"][0] != part["partition"][0]
            rows, size = sum(b.num_rows for b in held), sum(b.nbytes for b in held)
            if held and (is_other or rows + part.num_rows > max_rows or size + part.nbytes > max_bytes):
                yield pa.Table.from_batches(held)
                held = []
            held.append(part)
    if held:
        yield pa.Table.from_batches(held)


def _by_partition(batch: pa.RecordBatch, max_rows: int, max_bytes: int) -> Iterator[pa.RecordBatch]:
    """Cut where the topic-partition changes; Spark gives a task one after the other, never interleaved."""
    if not batch.num_rows:
        return
    partition = batch["partition"].to_numpy()
    cuts = np.flatnonzero(np.diff(partition)) + 1
    for start, stop in zip([0, *cuts], [*cuts, len(partition)], strict=True):
        yield from _fitting(batch.slice(start, stop - start), max_rows, max_bytes)


def _fitting(part: pa.RecordBatch, max_rows: int, max_bytes: int) -> Iterator[pa.RecordBatch]:
    """Halve what is too much at once, down to a single record: 5,000 of 64 KiB are five chunks' worth."""
    half = part.num_rows // 2
    if half and (part.num_rows > max_rows or part.nbytes > max_bytes):
        yield from _fitting(part.slice(0, half), max_rows, max_bytes)
        yield from _fitting(part.slice(half), max_rows, max_bytes)
    else:
        yield part


@dataclass(frozen=True)
class _Raw:
    """A chunk as Python sees it; records are built only for those that are kept."""

    table: pa.Table
    topic: str
    fence_epoch: int

    def record(self, position: int) -> Document:
        row: Document = self.table.slice(position, 1).to_pylist()[0]
        headers = [(header["key"], header["value"]) for header in row.pop("headers") or []]
        length = row.pop("value_bytes") or 0
        return {
            **row,
            "headers": headers,
            "value_bytes": length,
            "topic": self.topic,
            "fence_epoch": self.fence_epoch,
        }


class _Worker:
    def __init__(self, context: BatchContext) -> None:
        self._context = context
        self._watch = Stopwatch()
        mongo = context.settings.mongo
        self._database = _database(mongo.uri.get_secret_value(), mongo.database)
        self._customers = _customers(mongo.uri.get_secret_value(), mongo.database)

    def work(self, partition: int, clock: PartitionClock, table: pa.Table) -> TaskReport:
        context, watch = self._context, self._watch
        offsets = table["offset"].to_numpy()
        kafka_ms = table["kafka_ms"].to_numpy()
        with watch.stage("parse"):
            parsed = parse(table["value"].to_pylist(), kafka_ms, context.settings.input)
        is_new = offsets >= context.next_offsets.get(partition, 0)
        raw = _Raw(table, context.settings.kafka.topic, context.fence_epoch)
        rejected = self._keep_rejected(raw, parsed, is_new)
        seen = is_new[parsed.rows]
        with watch.stage("days"):
            customers = _Customers.of(parsed)
            day = local_days(parsed.event_ms, ZoneInfo(context.settings.input.zone))
            clock, known = self._known(clock, customers.hashes, day, seen)
        rows = _rows(parsed, customers, offsets)
        chunk = Chunk(partition, customers.ids, rows, parsed.rows, day, known)
        merged = Merger(context, self._database, self._customers, watch).merge(chunk, raw.record)
        return TaskReport(
            partition=partition,
            next_offset=int(offsets[-1]) + 1,
            read=int(is_new.sum()),
            unattributed=int(is_new[parsed.unattributed].sum()),
            unattributed_minor=int(parsed.unattributed_minor[is_new[parsed.unattributed]].sum()),
            rejected=rejected,
            delta=merged.delta.to_document(),
            clock=clock,
            days=self._days(customers.hashes, day, seen & (parsed.event_ms >= context.as_of_ms)),
            **_event_range(parsed.event_ms[seen], kafka_ms[parsed.rows][seen]),
            has_fenced_ahead=merged.has_fenced_ahead,
            touched=merged.touched,
            transitions=merged.transitions,
            seconds=watch.seconds,
        )

    def _keep_rejected(self, raw: _Raw, parsed: Parsed, is_new: Bool) -> dict[str, int]:
        """Keep and send on what is rejected, unless an earlier batch has done so; returns counts by code."""
        refused = [(raw.record(at), why) for at, why in sorted(parsed.rejections.items()) if is_new[at]]
        with self._watch.stage("reject"):
            dead_letters.write_kept(
                self._database, [dead_letters.kept(record, why) for record, why in refused]
            )
            dead_letters.send(
                self._context.settings.kafka.bootstrap_servers,
                self._context.settings.kafka.dead_letter_topic,
                refused,
            )
        codes = [why.code for _, why in refused]
        return {code: codes.count(code) for code in sorted(set(codes))}

    def _known(
        self, clock: PartitionClock, customers: Int64, day: Int32, seen: Bool
    ) -> tuple[PartitionClock, Int32]:
        """Move the partition's clock over its new lines; and the day from which each line is known.

        What an earlier micro-batch has read is behind every customer's fence: its floor decides nothing.
        """
        context = self._context
        clock, floor_of_new = advance(
            clock,
            customers[seen],
            day[seen],
            min_customers=context.settings.tick.min_customers,
            max_jump_days=context.max_jump_days,
        )
        floor = np.full(day.size, NEVER_DAY, np.int32)
        floor[seen] = floor_of_new
        return clock, known_days(day, floor, NEVER_DAY)

    def _days(self, customers: Int64, day: Int32, is_open: Bool) -> dict[str, list[int]]:
        return active_days(day[is_open], customers[is_open], self._context.settings.tick.min_customers)


@dataclass(frozen=True)
class _Customers:
    """Who bought the n lines of a chunk: ids in order, and of each line the position in them and the hash."""

    ids: list[str]
    of_row: Int64
    hashes: Int64

    @classmethod
    def of(cls, parsed: Parsed) -> Self:
        encoded = pc.dictionary_encode(parsed.customer_ids)
        # In order of id the database touches each of its pages once: a fifth less time for 20,000 of 100,000.
        order = pc.sort_indices(encoded.dictionary).to_numpy()
        ids = encoded.dictionary.take(order).to_pylist()
        of_row = np.argsort(order)[encoded.indices.to_numpy()]
        hashes = np.fromiter((xxh3_64_intdigest(each.encode()) >> 1 for each in ids), np.int64, len(ids))
        return cls(ids, of_row, hashes[of_row])


def _rows(parsed: Parsed, customers: _Customers, offsets: Int64) -> Transactions:
    return Transactions(
        customer=customers.of_row,
        event_hash=parsed.event_hash,
        invoice_hash=parsed.invoice_hash,
        event_ms=parsed.event_ms,
        amount_minor=parsed.amount_minor,
        is_purchase=parsed.is_purchase,
        offset=offsets[parsed.rows],
    )


def _event_range(event_ms: Int64, kafka_ms: Int64) -> dict[str, Any]:
    if not event_ms.size:
        return {}
    newest = int(event_ms.argmax())
    return {
        "first_event_ms": int(event_ms.min()),
        "newest_event_ms": int(event_ms[newest]),
        "newest_delay_ms": int(kafka_ms[newest] - event_ms[newest]),
    }


@lru_cache(maxsize=4)
def _database(uri: str, name: str) -> Database[Document]:
    """One connection pool per worker process, opened by its first task."""
    return connect(uri, name)


@lru_cache(maxsize=4)
def _customers(uri: str, name: str) -> Collection[Document]:
    """Connect without retryable writes: a fence tells what a broken connection has left."""
    return customers_of(connect(uri, name, retry_writes=False))
