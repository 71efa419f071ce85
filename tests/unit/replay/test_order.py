"""A file that is not in order of time is noticed, and sorted before it is sent."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers.features import MS_PER_DAY
from shared.intake.source import Source
from shared.intake.times.parsing import NO_TIME
from shared.meaning.profiles import Profile
from streaming.replay import Reading, read_as
from streaming.replay.events import Batch
from streaming.replay.identity import Identities
from streaming.replay.order import in_order_of_time, order_of
from streaming.replay.portions import in_sending_order

OWN = Profile("own", {"event_time": "at", "customer_id": "who", "amount": "sum"})


def _reading(tmp_path: Path, *days: str) -> Reading:
    path = tmp_path / "x.csv"
    path.write_text("at,who,sum\n" + "".join(f"{day},ann,{n}\n" for n, day in enumerate(days, 1)))
    return read_as(Source(path), OWN)


def test_a_file_in_order_of_time_is_seen_with_its_first_and_last_moment(tmp_path: Path) -> None:
    order = order_of(_reading(tmp_path, "2024-01-01", "2024-01-02", "2024-01-02", "soon"))
    assert order.is_ordered
    assert (order.rows, order.untimed, order.n_falling) == (4, 1, 0)
    assert (order.first_ms, order.last_ms) == (19_723 * MS_PER_DAY, 19_724 * MS_PER_DAY)


def test_a_few_hours_back_are_no_disorder(tmp_path: Path) -> None:
    order = order_of(_reading(tmp_path, "2024-01-02T12:00", "2024-01-01T13:00", "2024-01-03T00:00"))
    assert order.is_ordered
    assert order.furthest_ms == 23 * MS_PER_DAY // 24


def test_the_first_line_that_lies_far_back_is_named(tmp_path: Path) -> None:
    order = order_of(_reading(tmp_path, "2024-01-01", "2024-01-09", "2024-01-10", "2024-01-02", "2024-01-11"))
    assert not order.is_ordered
    assert not order.is_newest_first
    assert (order.n_back, order.line_back, order.furthest_ms) == (1, 5, 8 * MS_PER_DAY)


def test_newest_first_is_told_from_disorder(tmp_path: Path) -> None:
    order = order_of(_reading(tmp_path, "2024-03-01", "2024-02-01", "2024-02-01", "2024-01-01"))
    assert order.is_newest_first


def test_sorted_rows_keep_their_ids_and_equal_times_their_order(tmp_path: Path) -> None:
    reading = _reading(tmp_path, "2024-01-03", "2024-01-01", "never", "2024-01-03", "2024-01-02")
    as_they_stand = [b for b, _ in in_sending_order(reading, Identities(OWN))]
    (ordered,) = [b for b, _ in in_sending_order(reading.sorted(), Identities(OWN))]
    assert ordered.rows.tolist() == [3, 2, 5, 1, 4]
    assert sorted(ordered.values) == sorted(as_they_stand[0].values)
    assert [json.loads(value)["amount"] for value in ordered.values] == ["3", "2", "5", "1", "4"]


@given(st.lists(st.lists(st.integers(0, 9), max_size=6), min_size=1, max_size=5))
def test_sorting_agrees_with_a_plain_sort(parts: list[list[int]]) -> None:
    batches, row = [], 0
    for part in parts:
        rows = np.arange(row, row + len(part))
        row += len(part)
        texts = [str(number) for number in rows]
        values = [text.encode() for text in texts]
        times = np.array([time or NO_TIME for time in part], np.int64)
        batches.append(Batch(rows, rows + 1, texts, [None] * len(part), values, times))
    flat = [(time or NO_TIME, n) for n, time in enumerate(time for part in parts for time in part)]
    ordered = [batch for batch, _ in in_order_of_time(batches)]
    assert [int(v) for batch in ordered for v in batch.values] == [n for _, n in sorted(flat)]
    assert [int(e or "") for batch in ordered for e in batch.event_ids] == [n for _, n in sorted(flat)]


@pytest.mark.parametrize("is_sorted", [False, True])
def test_damaged_rows_are_sent_in_their_places_without_a_key_and_an_id(
    tmp_path: Path, *, is_sorted: bool
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("at,who,sum\n2024-01-01,ann,1\n2024-01-02,ann,1,5\n2024-01-03,ann,2\n")
    reading = read_as(Source(path), OWN)
    reading = reading.sorted() if is_sorted else reading
    (batch,) = [b for b, _ in in_sending_order(reading, Identities(OWN))]
    place = batch.rows.tolist().index(2)
    assert sorted(batch.rows.tolist()) == [1, 2, 3]
    assert batch.values[place] == b"2024-01-02,ann,1,5"
    assert (batch.keys[place], batch.event_ids[place], int(batch.lines[place])) == (None, None, 3)
    assert batch.is_damaged.tolist() == [row == 2 for row in batch.rows.tolist()]
