"""Times as people, databases and spreadsheets write them."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.arrays import Int64
from shared.intake.findings import Finding, Level
from shared.intake.times.parsing import (
    NO_TIME,
    TimeFormat,
    find_time_format,
    iso,
    parse_local_times,
    parse_times,
)
from tests.support.columns import column, export, lines

BERLIN = "Europe/Berlin"


def _found(*cells: str, pattern: str | None = None) -> tuple[TimeFormat | None, list[Finding]]:
    return find_time_format(column(cells), lines(len(cells)), column="when", pattern=pattern)


def _read(*cells: str, pattern: str | None = None, zone: str = "UTC") -> list[str]:
    form, findings = _found(*cells, pattern=pattern)
    assert form is not None, findings
    assert [finding for finding in findings if finding.level is Level.STOP] == []
    return _written(parse_times(column(cells), form, zone))


def _written(ms: Int64) -> list[str]:
    """Seconds of UTC, with what is beyond them, as short as can be."""
    texts = iso(ms, column(["no time"] * len(ms)))
    return [text.removesuffix("+00:00").removesuffix(".000") for text in texts]


EARLIEST, LATEST = datetime.fromisoformat("0001-01-02"), datetime.fromisoformat("9999-12-30")
NINE = "2024-01-31T09:15:00"
ISO = {
    "2024-01-31": "2024-01-31T00:00:00",
    "2024-01-31 09:15": NINE,
    "2024-01-31T09:15": NINE,
    "2024-01-31 9:15": NINE,
    "2024-01-31t09:15:00": NINE,
    " 2024-01-31  09:15:00\u00a0": NINE,
    "2024-01-31 09:15:00.5": "2024-01-31T09:15:00.500",
    "2024-01-31 09:15:00,123456789": "2024-01-31T09:15:00.123",
    "2024/01/31 09:15:00": NINE,
    "2024.01.31 09:15:00": NINE,
    "2024-1-31 09:15": NINE,
    "20240131": "2024-01-31T00:00:00",
    "20240131T091500": NINE,
    "20240131T091500Z": NINE,
    "20240131 09:15:00": NINE,
    "20240131091500": NINE,
    "202401310915": NINE,
    "2024-01-31 09:15:00Z": NINE,
    "2024-01-31 09:15:00z": NINE,
    "2024-01-31 09:15:00+00": NINE,
    "2024-01-31 10:15:00+01": NINE,
    "2024-01-31 09:15:00+0000": NINE,
    "2024-01-31T09:15:00+00:00": NINE,
    "2024-01-31T14:45:00+05:30": NINE,
    "2024-01-31 10:15:00 +0100": NINE,
    "2024-01-31T04:15:00\u221205:00": NINE,
    "2024-01-31 09:15:00 UTC": NINE,
    "2024-01-31 09:15:00 GMT": NINE,
    "2024-01-31 10:15:00 UTC+1": NINE,
    "2024-01-31T10:15+01:00[Europe/Berlin]": NINE,
    "2024-01-31 10:15:00 +0100 CET": NINE,
    "2024-01-31 23:30:00-02": "2024-02-01T01:30:00",
    "0001-01-01": "0001-01-01T00:00:00",
    "9999-12-31 23:59:59": "9999-12-31T23:59:59",
}
OTHERS = {
    "31/01/2024": "2024-01-31T00:00:00",
    "01/31/2024 9:15": NINE,
    "1/31/2024 9:15:00 AM": NINE,
    "31.01.2024 09:15": NINE,
    "31.1.2024, 09:15:00": NINE,
    "31. 1. 2024 9.15": NINE,
    "31-01-2024 09:15:00": NINE,
    "31/01/2024 09:15:00.250": "2024-01-31T09:15:00.250",
    "31/12/99": "1999-12-31T00:00:00",
    "1/31/2024 12:00 AM": "2024-01-31T00:00:00",
    "1/31/2024 12:00 p.m.": "2024-01-31T12:00:00",
    "1/31/2024 13:05 PM": "2024-01-31T13:05:00",
    "31-Jan-2024": "2024-01-31T00:00:00",
    "31-JAN-24": "2024-01-31T00:00:00",
    "31JAN2024": "2024-01-31T00:00:00",
    "Jan 31, 2024 9:15 AM": NINE,
    "January 31st, 2024, 09:15": NINE,
    "31 January 2024 09:15": NINE,
    "31. Januar 2024 09:15": NINE,
    "31 janv. 2024": "2024-01-31T00:00:00",
    "3 M\u00e4rz 2024": "2024-03-03T00:00:00",
    "3 Sept 2024": "2024-09-03T00:00:00",
    "2024-Jan-31 09:15": NINE,
    "Wed, 31 Jan 2024 09:15:00 GMT": NINE,
    "Wed Jan 31 2024 10:15:00 GMT+0100 (Central European Standard Time)": NINE,
    "31/01/2024 10:15 +0100": NINE,
    "99-12-31": "1999-12-31T00:00:00",
    "1706692500": NINE,
    "1706692500.25": "2024-01-31T09:15:00.250",
    "1706692500.0": NINE,
    "1706692500000": NINE,
    "1706692500000.0": NINE,
    "1706692500000000": NINE,
    "1706692500000000000": NINE,
    "45322.38541666666": NINE,
    "45322,5": "2024-01-31T12:00:00",
    "45322": "2024-01-31T00:00:00",
}
NO_TIMES = [
    "", "n/a", "nan", "0000-00-00", "0000-00-00 00:00:00", "2024-02-30", "2024-13-01", "2023-02-29",
    "2024-01-31 24:00", "2024-01-31 09:60", "2024-01-31 09:15:60", "2024-01-31 09:15:00+25:00",
    "2024-01-31 09:15:00 CET", "2024-01-31x", "2024-01/31", "10000-01-01",
    "2024-01-31 09:15 00", "yesterday", "2024", "31.02.2024",
    "9999-12-31 23:59:59-01", "0001-01-01 00:00:00+01",
]  # fmt: skip


@pytest.mark.parametrize(("cell", "utc"), (ISO | OTHERS).items())
def test_a_time_is_read(cell: str, utc: str) -> None:
    assert _read(cell) == [utc]


@pytest.mark.parametrize("cell", NO_TIMES)
def test_what_is_no_time_is_none_and_the_others_are_read(cell: str) -> None:
    assert _read("2024-01-31 09:15", "2024-01-31T09:15:00Z", cell) == [NINE, NINE, "no time"]


def test_one_column_mixes_all_ways_to_write_iso() -> None:
    plain = [cell for cell in ISO if not cell.startswith("2024013")]
    assert _read(*plain) == [ISO[cell] for cell in plain]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["31.01.2024 10:15"], "day.month.year hour:minute, local to Europe/Berlin"),
        (["2024-01-31 10:15:00.5"], "year-month-day hour:minute:second.fraction, local to Europe/Berlin"),
        (["2024-01-31T10:15:00Z"], "year-month-day hour:minute:second, with the offset from UTC"),
        (
            ["2024-01-31T10:15Z", "2024-01-31"],
            "year-month-day hour:minute, with the offset from UTC in some cells, else local to Europe/Berlin",
        ),
        (["1/31/2024 9:15 AM"], "month/day/year hour:minute AM/PM, local to Europe/Berlin"),
        (["1706692500"], "seconds since 1970 in UTC"),
        (["45322.5"], "Excel's day numbers, local to Europe/Berlin"),
    ],
)
def test_the_format_is_said_in_words(cells: list[str], words: str) -> None:
    form, _ = _found(*cells)
    assert form is not None
    assert form.words(BERLIN) == words


@pytest.mark.parametrize(
    ("cells", "patterns"),
    [
        (["01/02/2011 13:33:00", "03/01/2011 23:26:00"], ["%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"]),
        (["01-02-2011"], ["%d-%m-%Y", "%m-%d-%Y"]),
        (["1/2/2011 9:15 PM"], ["%d/%m/%Y %I:%M %p", "%m/%d/%Y %I:%M %p"]),
        (["01/02/03"], ["%d/%m/%y", "%m/%d/%y", "%y/%m/%d"]),
    ],
)
def test_dates_that_read_in_several_orders_stop_and_name_each_flag(
    cells: list[str], patterns: list[str]
) -> None:
    _, (finding,) = _found(*cells)
    assert (finding.level, finding.code, finding.is_acceptable) == (Level.STOP, "ambiguous_times", False)
    for pattern in patterns:
        assert f"--time-format '{pattern}'" in (finding.mend or "")
        assert "no time" not in _read(*cells, pattern=pattern)


def test_one_cell_tells_the_order_of_all() -> None:
    assert _read("01/02/2024", "13/02/2024") == ["2024-02-01T00:00:00", "2024-02-13T00:00:00"]
    assert _read("01/02/2024", "02/13/2024") == ["2024-01-02T00:00:00", "2024-02-13T00:00:00"]


def test_dates_that_are_the_same_in_both_orders_are_read() -> None:
    assert _read("02/02/2024", "03/03/2024") == ["2024-02-02T00:00:00", "2024-03-03T00:00:00"]


def test_a_long_file_that_begins_with_such_a_day_stops_all_the_same() -> None:
    _, (finding,) = _found(*["02/02/2024"] * 20_000)
    assert (finding.code, finding.examples) == ("ambiguous_times", ("line 2: '02/02/2024'",))


def test_dates_with_points_are_day_first_and_that_is_said() -> None:
    form, (finding,) = _found("01.02.2024", "02.03.2024")
    assert form is not None
    assert (finding.level, finding.code) == (Level.NOTE, "day_first")
    assert "'%m.%d.%Y'" in (finding.mend or "")
    assert _read("01.02.2024") == ["2024-02-01T00:00:00"]


def test_days_and_months_that_contradict_each_other_stop() -> None:
    _, (finding,) = _found("13/01/2024", "01/13/2024", "01/02/2024")
    assert (finding.level, finding.code, finding.is_acceptable) == (Level.STOP, "mixed_time_orders", True)
    assert finding.examples == ("line 2: '13/01/2024'", "line 3: '01/13/2024'")


def test_two_digits_that_hardly_change_are_the_year() -> None:
    assert _read("24-01-02", "24-01-03", "24-02-04")[2] == "2024-02-04T00:00:00"
    assert _read("02-01-24", "13-01-24", "04-02-24")[2] == "2024-02-04T00:00:00"


def test_times_written_in_another_way_than_most_are_said() -> None:
    _, (finding,) = _found("2024-01-31", "31.01.2024", "2024-02-01")
    assert (finding.level, finding.code, finding.examples) == (
        Level.WARN,
        "other_times",
        ("line 3: '31.01.2024'",),
    )


def test_an_hour_without_its_half_of_the_day_is_not_read_where_others_have_it() -> None:
    assert _read("1/31/2024 9:15 AM", "1/31/2024 9:15") == [NINE, "no time"]


def test_times_with_and_without_an_offset_are_said_and_read_as_they_say() -> None:
    cells = ("2024-01-31T09:15:00Z", "2024-01-31 10:15")
    _, (finding,) = _found(*cells)
    assert (finding.level, finding.code) == (Level.WARN, "some_offsets")
    assert _read(*cells, zone=BERLIN) == [NINE, NINE]


def test_numbers_are_judged_by_the_largest_of_them() -> None:
    assert _read("1706692500", "86400", "-86400") == [NINE, "1970-01-02T00:00:00", "1969-12-31T00:00:00"]
    assert _read("1706692500000", "86400000", "-1") == [
        NINE,
        "1970-01-02T00:00:00",
        "1969-12-31T23:59:59.999",
    ]


def test_numbers_that_count_nothing_known_are_no_times() -> None:
    form, (finding,) = _found("17", "23")
    assert (form, finding.level, finding.code) == (None, Level.STOP, "unread_times")


def test_a_z_at_the_end_of_a_pattern_says_utc() -> None:
    assert _read("2024-01-31T09:15:00Z", pattern="%Y-%m-%dT%H:%M:%SZ", zone=BERLIN) == [NINE]


def test_a_pattern_may_have_cells_of_different_offsets() -> None:
    pattern = "%Y-%m-%d %H:%M:%S%z"
    cells = [f"2024-01-31 {rest}" for rest in ("09:15:00+00", "10:15:00+0100", "14:45:00+05:30", "09:15:00Z")]
    assert _read(*cells, "2024-01-31 10:15:00 +0100", pattern=pattern) == [NINE] * 5


@pytest.mark.parametrize(
    ("cell", "pattern"),
    [
        ("31.01.2024 09:15", "%d.%m.%Y %H:%M"),
        ("310124 0915", "%d%m%y %H%M"),
        ("2024-031 09:15", "%Y-%j %H:%M"),
        ("2024-W05-3 09:15", "%G-W%V-%u %H:%M"),
        ("9:15 AM on 31 Jan 2024", "%I:%M %p on %d %b %Y"),
        ("Wed 31 January 2024 09:15:00.000", "%a %d %B %Y %H:%M:%S.%f"),
        ("1706692500", "epoch-seconds"),
        ("1706692500000", "epoch-milliseconds"),
        ("45322.38541666666", "excel-days"),
        ("100% 31.01.2024 09:15", "100%% %d.%m.%Y %H:%M"),
        ("31.01.2024\t09:15", "%d.%m.%Y %H:%M"),
    ],
)
def test_a_told_pattern_is_read(cell: str, pattern: str) -> None:
    assert _read(cell, pattern=pattern) == [NINE]


@pytest.mark.parametrize(
    "pattern", ["%Q", "%", "%d %d %Y", "%s", "%H:%M", "%d.%m.", "", "%Y-%m", "%T", "x\udc80"]
)
def test_a_pattern_that_cannot_be_used_is_a_finding(pattern: str) -> None:
    form, (finding,) = _found("2024-01-31", pattern=pattern)
    assert (form, finding.level, finding.code) == (None, Level.STOP, "unusable_time_format")
    assert "--time-format" in finding.message


def test_a_pattern_that_fits_no_cell_stops() -> None:
    form, (finding,) = _found("2024-01-31", "n/a", pattern="%d.%m.%Y")
    assert (form, finding.code) == (None, "unread_times")
    assert finding.examples == ("line 2: '2024-01-31'", "line 3: 'n/a'")


def test_an_hour_shown_twice_is_the_first_and_a_skipped_one_moves_to_its_end() -> None:
    cells = ("2024-10-27 02:30", "2024-03-31 02:30", "2024-03-31 01:59:59.999")
    assert _read(*cells, zone=BERLIN) == [
        "2024-10-27T00:30:00",
        "2024-03-31T01:00:00",
        "2024-03-31T00:59:59.999",
    ]


def test_studies_read_what_the_clocks_showed() -> None:
    form, _ = _found("2024-03-31 02:30+02:00", "2024-03-31 02:30")
    assert form is not None
    ms = parse_local_times(column(["2024-03-31 02:30+02:00", "2024-03-31 02:30", "x"]), form)
    assert ms.tolist()[:2] == [int(np.datetime64("2024-03-31T02:30", "ms").astype(np.int64))] * 2
    assert ms[2] == NO_TIME


@given(
    st.lists(st.text(max_size=20) | st.sampled_from([*ISO, *OTHERS, *NO_TIMES])),
    st.none() | st.text(max_size=12) | st.from_regex(r"(%[a-zA-Z%]|[ :./-]){0,8}", fullmatch=True),
    st.sampled_from(["UTC", BERLIN, "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe"]),
)
def test_no_cell_and_no_pattern_makes_the_reader_fail(
    cells: list[str], pattern: str | None, zone: str
) -> None:
    form, findings = _found(*cells, pattern=pattern)
    if form is None:
        assert findings[0].level is Level.STOP
        return
    ms = parse_times(column(cells), form, zone)
    assert len(iso(ms, column(cells))) == len(parse_local_times(column(cells), form)) == len(cells)


@given(st.lists(st.datetimes(EARLIEST, LATEST), min_size=1))
def test_iso_texts_of_any_year_come_back(times: list[datetime]) -> None:
    ms = np.array([np.datetime64(time, "ms").astype(np.int64) for time in times])
    texts = iso(ms, column(["x"] * len(ms)))
    form, _ = _found(*texts)
    assert form is not None
    assert parse_times(column(texts), form, "Asia/Tokyo").tolist() == ms.tolist()


@pytest.mark.parametrize(
    ("name", "utc"),
    [
        ("offsets_of_hours.csv", ["2024-01-02T10:00:00", "2024-01-02T11:00:00.123"]),
        ("offsets_of_summer.csv", ["2024-03-30T09:00:00", "2024-04-02T09:00:00"]),
        ("epoch_seconds.csv", ["2024-01-02T10:00:00", "2024-01-03T10:00:00"]),
        ("epoch_milliseconds.csv", ["2024-01-02T10:00:00", "2024-01-03T10:00:00"]),
    ],
)
def test_times_of_exports_are_read(name: str, utc: list[str]) -> None:
    assert _read(*export(name)["when"], zone=BERLIN)[:2] == utc
