"""The streaming job's own endpoint shows how long micro-batches took, and only where it is asked for."""

import socket
import urllib.request
from typing import Any

import pytest

from shared.errors import InvalidConfig
from streaming.driver.timing import timing

NO_RECORDS: Any = None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def test_micro_batches_are_counted_by_their_time_and_failed_ones_are_not() -> None:
    port, seen = free_port(), []

    def on_batch(_records: object, batch_id: int) -> None:
        seen.append(batch_id)
        if batch_id == 2:
            raise RuntimeError

    with timing(port) as timed:
        run = timed(on_batch)
        run(NO_RECORDS, 0)
        run(NO_RECORDS, 1)
        with pytest.raises(RuntimeError):
            run(NO_RECORDS, 2)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()

    assert seen == [0, 1, 2]
    assert "# TYPE reseg_batch_duration_seconds histogram" in text
    assert 'reseg_batch_duration_seconds_bucket{le="0.25"} 2.0' in text
    assert "reseg_batch_duration_seconds_count 2.0" in text


def test_without_a_port_nothing_is_wrapped() -> None:
    def on_batch(_records: object, _batch_id: int) -> None:
        """Do nothing."""

    with timing(None) as timed:
        assert timed(on_batch) is on_batch


def test_a_port_that_is_taken_is_refused() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(InvalidConfig, match="choose another"),
        timing(int(taken.getsockname()[1])),
    ):
        pass
