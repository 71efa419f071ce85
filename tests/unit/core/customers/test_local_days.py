"""Local days: what the calendar on the wall says, not UTC's."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from shared.core.customers.local_days import EPOCH, local_days


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("UTC", "2011-03-05T23:59:59.999", date(2011, 3, 5)),
        ("Europe/Berlin", "2011-03-05T22:59:59.999", date(2011, 3, 5)),
        ("Europe/Berlin", "2011-03-05T23:00:00.000", date(2011, 3, 6)),
        ("Europe/Berlin", "2011-07-05T22:00:00.000", date(2011, 7, 6)),
        ("Europe/Berlin", "2011-03-27T21:59:59.999", date(2011, 3, 27)),  # a day of 23 hours
        ("Europe/Berlin", "2011-10-30T22:59:59.999", date(2011, 10, 30)),  # and one of 25
        ("America/Los_Angeles", "2011-03-06T07:59:59.999", date(2011, 3, 5)),
        ("Asia/Kathmandu", "2011-03-05T18:15:00.000", date(2011, 3, 6)),
        ("Pacific/Kiritimati", "2011-03-05T10:00:00.000", date(2011, 3, 6)),
        ("America/Los_Angeles", "1970-01-01T00:00:00.000", date(1969, 12, 31)),
    ],
)
def test_a_moment_falls_on_the_day_of_its_zone(zone: str, moment: str, day: date) -> None:
    ms = round(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)
    assert local_days(np.array([ms]), ZoneInfo(zone)).tolist() == [(day - EPOCH).days]


def test_no_moments_have_no_days() -> None:
    assert local_days(np.zeros(0, np.int64), ZoneInfo("UTC")).size == 0
