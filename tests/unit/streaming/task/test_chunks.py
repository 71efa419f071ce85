"""How a task's Arrow batches become chunks."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.task.executor import chunks

_batches = st.lists(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60)), max_size=12), max_size=5)


def _batch(rows: list[tuple[int, int]], start: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(
        {
            "partition": pa.array([partition for partition, _ in rows], pa.int32()),
            "offset": pa.array(range(start, start + len(rows)), pa.int64()),
            "value": pa.array([b"x" * size for _, size in rows], pa.binary()),
        }
    )


def _task(lists: list[list[tuple[int, int]]]) -> list[pa.RecordBatch]:
    starts = [sum(map(len, lists[:i])) for i in range(len(lists))]
    return [_batch(rows, start) for rows, start in zip(lists, starts, strict=True)]


@given(_batches, st.integers(1, 8), st.integers(50, 400))
def test_chunks_are_bounded_of_one_partition_and_in_order(
    lists: list[list[tuple[int, int]]], max_rows: int, max_bytes: int
) -> None:
    made = list(chunks(_task(lists), max_rows, max_bytes))
    for chunk in made:
        assert len(set(chunk["partition"].to_pylist())) == 1
        assert 1 <= chunk.num_rows <= max_rows
        assert chunk.nbytes <= max_bytes or chunk.num_rows == 1
    offsets = [offset for chunk in made for offset in chunk["offset"].to_pylist()]
    assert offsets == list(range(sum(map(len, lists))))


def test_small_batches_of_a_partition_are_gathered() -> None:
    made = list(chunks(_task([[(0, 1)] * 3, [(0, 1)] * 3, [(1, 1)]]), 1_000, 10**6))
    assert [chunk.num_rows for chunk in made] == [6, 1]


@pytest.mark.parametrize("batches", [[], [[]]])
def test_no_rows_make_no_chunk(batches: list[list[tuple[int, int]]]) -> None:
    assert list(chunks(_task(batches), 10, 10**6)) == []
