"""Who was seen on which local day."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.core.customers.local_days import local_days
from streaming.task.active_days import active_days

LONDON = ZoneInfo("Europe/London")


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def test_nobody_seen_is_no_day() -> None:
    assert active_days(np.zeros(0, np.int32), np.zeros(0, np.int64), 3) == {}


@given(
    st.lists(
        st.tuples(st.integers(_ms("2011-03-25T00:00Z"), _ms("2011-03-29T00:00Z")), st.integers(0, 6)),
        max_size=30,
    ),
    st.integers(1, 4),
)
def test_each_day_keeps_its_smallest_customers_in_order(rows: list[tuple[int, int]], limit: int) -> None:
    expected: dict[str, set[int]] = {}
    for ms, customer in rows:
        day = datetime.fromtimestamp(ms / 1000, UTC).astimezone(LONDON).date().isoformat()
        expected.setdefault(day, set()).add(customer)
    times, customers = (np.array([row[i] for row in rows], np.int64) for i in (0, 1))
    found = active_days(local_days(times, LONDON), customers, limit)
    assert found == {day: sorted(seen)[:limit] for day, seen in expected.items()}
    assert list(found) == sorted(found)
