"""When the wall clock asks."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from batch.schedule import due_moment
from shared.settings.reclustering import ScheduleSettings

MONTHLY = "0 3 1 * *"
FIRST = datetime(2011, 6, 1, 3, tzinfo=UTC)


def test_a_moment_is_due_from_its_minute_on_until_a_run_has_begun_after_it() -> None:
    before = FIRST - timedelta(days=9)

    assert due_moment(MONTHLY, "UTC", since=before, now=FIRST - timedelta(seconds=1)) is None
    for later in (0, 1, 59, 61, 86_400):
        assert due_moment(MONTHLY, "UTC", since=before, now=FIRST + timedelta(seconds=later)) == FIRST
    assert due_moment(MONTHLY, "UTC", since=FIRST, now=FIRST + timedelta(days=2)) is None


def test_several_missed_moments_are_one() -> None:
    now = datetime(2011, 9, 15, tzinfo=UTC)

    assert due_moment(MONTHLY, "UTC", since=FIRST, now=now) == datetime(2011, 9, 1, 3, tzinfo=UTC)


def test_the_clock_is_that_of_the_shop() -> None:
    now = datetime(2011, 7, 1, 12, tzinfo=UTC)

    assert due_moment(MONTHLY, "Europe/London", since=FIRST, now=now) == datetime(2011, 7, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "hourly", "0 3 1 *", "61 * * * *", "0 0 3 1 * *"])
def test_what_is_no_cron_expression_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="five cron fields"):
        ScheduleSettings(cron=text)
