"""A Spark task of the stream that says how long its sums over customers took, and which are for detection."""

from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa

from benchmarks.drift.cost_ledger import SUMS_FOR_DETECTION, Place, TimeLedger
from streaming.task import merge
from streaming.task.context import BatchContext
from streaming.task.executor import task
from streaming.task.task_report import decode, encode

ALL_SUMS, FOR_DETECTION = "all sums", "sums for detection"
"""Names under which the seconds travel in the report of a task, beside those of its stages."""

Task = Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]


def timed_task(context: BatchContext) -> Task:
    """Return what Spark runs on each partition of a micro-batch."""
    work = task(context)

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        whole, part = TimeLedger(), TimeLedger()
        with (
            whole.timing(ALL_SUMS, [Place(merge, "population_of")]),
            part.timing(FOR_DETECTION, SUMS_FOR_DETECTION),
        ):
            done = list(work(batches))
        for batch in done:
            yield _with(batch, whole.seconds | part.seconds)

    return run


def _with(batch: pa.RecordBatch, seconds: dict[str, float]) -> pa.RecordBatch:
    """Put the seconds into the first report, of which a task has one a partition of the topic."""
    reports = [decode(data) for data in batch.column(0).to_pylist()]
    for report in reports[:1]:
        report.seconds |= seconds
    return pa.RecordBatch.from_pydict({"report": pa.array(map(encode, reports), pa.binary())})
