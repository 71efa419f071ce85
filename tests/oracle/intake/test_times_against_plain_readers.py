"""Every format against `datetime` and `zoneinfo`, cell by cell."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.intake.times.parsing import find_time_format, parse_times
from tests.support.columns import column, lines

ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe",
    "Pacific/Apia", "Africa/Casablanca", "America/St_Johns",
]  # fmt: skip
CHANGES = [
    "1949-05-07",
    "2011-12-29",
    "2018-11-03",
    "2024-03-09",
    "2024-03-30",
    "2024-04-06",
    "2024-10-26",
    "2024-11-02",
]
ANY_TIME = st.datetimes(
    min_value=datetime.fromisoformat("1900-01-01"), max_value=datetime.fromisoformat("2099-12-31")
)
PATTERNS = [
    "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y%m%dT%H%M%S", "%Y%m%d",
    "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d-%b-%Y %H:%M:%S", "%b %d, %Y %I:%M %p", "%d %B %Y",
    "%a, %d %b %Y %H:%M:%S",
]  # fmt: skip
TOLD = [
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d%m%Y%H%M",
    "%y%m%d",
    "%Y-%j %H:%M:%S",
    "%d.%m.%y %H.%M",
    "%c",
]


def _plain(reading: datetime, zone: str) -> int:
    """Milliseconds of a reading of clocks: the first of two, or the end of the gap it lies in."""
    clock = ZoneInfo(zone)
    moment = reading.replace(tzinfo=clock).astimezone(UTC)
    if moment.astimezone(clock).replace(tzinfo=None) != reading:
        while (
            moment.astimezone(clock).utcoffset()
            == (moment - timedelta(minutes=1)).astimezone(clock).utcoffset()
        ):
            moment -= timedelta(minutes=1)
        moment = moment.replace(second=0, microsecond=0)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@pytest.mark.parametrize("pattern", PATTERNS + TOLD)
@settings(max_examples=15)
@given(times=st.lists(ANY_TIME, min_size=1, max_size=20), zone=st.sampled_from(ZONES))
def test_written_times_are_read_to_the_millisecond(pattern: str, times: list[datetime], zone: str) -> None:
    cells = [time.strftime(pattern) for time in times]
    told = pattern if pattern in TOLD else None
    form, _ = find_time_format(column(cells), lines(len(cells)), column="when", pattern=told)
    assert form is not None
    readings = [datetime.strptime(cell, pattern) for cell in cells]  # noqa: DTZ007
    assert parse_times(column(cells), form, zone).tolist() == [_plain(reading, zone) for reading in readings]


@given(
    times=st.lists(ANY_TIME, min_size=1, max_size=8),
    minutes=st.lists(st.integers(-14 * 60, 14 * 60), min_size=8, max_size=8),
    separator=st.sampled_from("T "),
)
def test_offsets_are_taken_as_they_stand(times: list[datetime], minutes: list[int], separator: str) -> None:
    aware = [
        time.replace(tzinfo=timezone(timedelta(minutes=offset)))
        for time, offset in zip(times, minutes, strict=False)
    ]
    cells = [time.isoformat(separator) for time in aware]
    form, findings = find_time_format(column(cells), lines(len(cells)), column="when")
    assert form is not None
    assert findings == []
    expected = [(time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) for time in aware]
    assert parse_times(column(cells), form, "Asia/Tokyo").tolist() == expected


@pytest.mark.parametrize("zone", ZONES)
def test_hours_around_changes_of_clocks(zone: str) -> None:
    begins = [datetime.fromisoformat(day) for day in CHANGES]
    readings = [begin + timedelta(minutes=minute) for begin in begins for minute in range(0, 3 * 1440, 7)]
    cells = column(reading.isoformat() for reading in readings)
    form, _ = find_time_format(cells, lines(len(cells)), column="when")
    assert form is not None
    assert parse_times(cells, form, zone).tolist() == [_plain(reading, zone) for reading in readings]
