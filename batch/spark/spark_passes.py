"""One pass over everybody: what a task returns is small, and sums of integers, so its order cannot matter."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from shared.core.arrays import Int64
from shared.core.fixed_point import checked_add

Counted = Mapping[str, Int64]

_SCHEMA = "name string, shape array<long>, numbers binary"


def total(vectors: DataFrame, count: Callable[[Int64], Counted]) -> dict[str, Int64]:
    """Add up what `count` makes of vectors (n, d) in fixed point, part by part.

    Raises
    ------
    OverflowError : a sum does not fit into int64.
    """

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        sums: dict[str, Int64] = {}
        for batch in batches:
            sums = _added(sums, count(matrix_of(batch)))
        rows = [
            {"name": name, "shape": list(a.shape), "numbers": a.astype("<i8").tobytes()}
            for name, a in sums.items()
        ]
        if rows:
            yield pa.RecordBatch.from_pylist(rows, schema=_ARROW)

    sums: dict[str, Int64] = {}
    for row in vectors.mapInArrow(task, _SCHEMA).collect():
        numbers = np.frombuffer(bytes(row["numbers"]), "<i8").reshape(row["shape"])
        sums = _added(sums, {row["name"]: numbers})
    return sums


def matrix_of(batch: pa.RecordBatch) -> Int64:
    """Return the columns `x0..` of an Arrow batch as a table (n, d)."""
    names = [name for name in batch.schema.names if name.startswith("x")]
    return np.column_stack([batch[name].to_numpy(zero_copy_only=False) for name in names])


_ARROW = pa.schema([("name", pa.string()), ("shape", pa.list_(pa.int64())), ("numbers", pa.binary())])


def _added(sums: dict[str, Int64], more: Counted) -> dict[str, Int64]:
    return sums | {name: checked_add(sums[name], a) if name in sums else a for name, a in more.items()}
