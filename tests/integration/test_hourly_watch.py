"""Five weeks of a busy shop, hour by hour, on the real database: windows, their verdicts, and power cuts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cli import drift_hours
from shared.core.windows.hourly import REFERENCE_DAYS, Watching
from shared.core.windows.hourly_documents import to_document
from shared.settings import Settings, StreamSettings, TickSettings
from shared.settings.monitoring import DriftSettings
from streaming.driver import hourly_watch, live_store
from tests.support import small_model
from tests.support.driven_stream import DrivenStream
from tests.support.merging import chunk_of, merge
from tests.support.small_model import AS_OF, AS_OF_MS
from tests.support.state_oracle import DAY_MS, Line

if TYPE_CHECKING:
    from pymongo.database import Database

    from shared.core.model.artifact import ModelArtifact

    Mongo = Database[dict[str, Any]]

SETTINGS = Settings(
    tick=TickSettings(clock="event"),
    stream=StreamSettings(pause_for_requests=False),
    drift=DriftSettings(hourly=True),
)
HOUR_MS = 3_600_000
OPEN_AT = (9, 15)
PER_HOUR = 110
DEAR_FROM, DAYS, DEARER = 31, 33, 2.0
WALL_CLOCK = ("created_at", "updated_at", "finished_at")


class _Interrupted(Exception):
    """Stands for a power cut."""


def champion() -> "ModelArtifact":
    """Return the small model with two segments of new customers, told apart by what they spend."""
    model = small_model.champion()
    centers = model.centers.copy()
    centers[:2] = [[-2.0, -0.6, -1.0], [-2.0, -0.6, 0.6]]
    centers[2:] = [[3.0, 2.0, 0.0], [3.0, 0.0, 3.0]]
    return replace(model, centers=centers)


class _Shop(DrivenStream):
    """A stream whose micro-batches are hours; everybody buys once."""

    def __init__(self, database: "Mongo") -> None:
        super().__init__(database, champion(), SETTINGS, AS_OF_MS - 30 * DAY_MS)
        hourly_watch.prepare(database)

    def trade(self, day: int, lines: list[Line]) -> None:
        """Merge the lines of an hour."""
        first = lines[0].event
        self.take(chunk_of(lines, first), first + len(lines), AS_OF.date() + timedelta(days=day))


def _lines(day: int, hour: int, n: int = PER_HOUR, factor: float = 1.0) -> list[Line]:
    """Return purchases of one hour; line, invoice and customer have the same number."""
    rng = np.random.default_rng([day, hour])
    first = day * 1200 + (hour - 9) * PER_HOUR
    opens = AS_OF_MS + day * DAY_MS + hour * HOUR_MS
    return [
        Line(first + at, first + at, first + at, opens + 1000 * at, amount, is_return=False)
        for at, amount in enumerate((rng.lognormal(13.2, 1.2, n) * factor).astype(int).tolist())
    ]


def _play(shop: _Shop, crashes: dict[tuple[int, int], Callable[[], None]] | None = None) -> None:
    for day in range(DAYS):
        for hour in OPEN_AT:
            cut = (crashes or {}).get((day, hour))
            if cut is not None:
                cut()
            shop.trade(day, _lines(day, hour, factor=DEARER if day >= DEAR_FROM else 1.0))
    shop.job.idle()


def _said(database: "Mongo") -> dict[str, list[dict[str, Any]]]:
    """Everything that the watches leave behind, wall clock apart."""
    return {
        name: [
            {key: value for key, value in row.items() if key not in WALL_CLOCK}
            for row in database[name].find().sort("_id", 1)
        ]
        for name in ("flows", "drift_metrics", "alerts", "requests")
    }


@pytest.fixture(scope="module")
def told(mongo_client: Any) -> Any:
    """What the shop says that doubles its prices, run without any interruption."""
    database = mongo_client["test_hourly_watch"]
    mongo_client.drop_database("test_hourly_watch")
    shop = _Shop(database)
    _play(shop)
    yield _said(database), shop.job.state
    mongo_client.drop_database("test_hourly_watch")


def test_every_trading_hour_is_one_window_of_customers_who_bought_in_it(told: Any) -> None:
    said, _ = told
    windows = [row for row in said["flows"] if row["kind"] == "hours"]

    assert len(windows) == DAYS * len(OPEN_AT) - 1, "the last is still open"
    assert {row["customers"] for row in windows} == {PER_HOUR}
    assert {row["phase"] % 24 for row in windows} == set(OPEN_AT)


def test_a_rise_of_prices_is_told_within_hours_in_words_and_asks_for_a_re_clustering(told: Any) -> None:
    said, state = told
    (alert,) = (row for row in said["alerts"] if row["kind"] == "drift_hours")

    raised = alert["first_as_of"].replace(tzinfo=AS_OF.tzinfo) - AS_OF
    assert timedelta(days=DEAR_FROM) < raised <= timedelta(days=DEAR_FROM + 1)
    assert alert["status"] == "firing"
    assert alert["evidence"]["diagnosis"] == "spend shift"
    assert "budget 1 per 90 days" in alert["message"]
    assert "re-clustering" in alert["message"]
    assert [row["kind"] for row in said["requests"]] == ["drift"]
    assert state.hours.alarms == 1


def test_four_weeks_are_learnt_before_anything_is_judged(told: Any) -> None:
    _, state = told

    assert state.hours.watching == Watching.WATCHING
    assert state.hours.chance > 0.001
    # The first of day 28 began on day 27, and the last of all is still open.
    assert state.hours.windows == (DAYS - REFERENCE_DAYS) * len(OPEN_AT) - 2


def test_the_verb_shows_the_watch_and_a_second_opinion(told: Any, mongo_client: Any) -> None:
    _, state = told
    database = mongo_client["test_hourly_watch"]
    read = drift_hours.read(database, SETTINGS, to_document(state.hours), second_opinion=True)
    assert read is not None

    said = drift_hours.said(read)

    assert said["hours"].startswith("drift, 1 in ")
    assert read["second_opinion"]["windows"] == DAYS * len(OPEN_AT) - 1
    rise = AS_OF + timedelta(days=DEAR_FROM)
    assert [moment for moment in read["second_opinion"]["changes"] if moment < rise] == []
    assert said["second opinion"].startswith("ADWIN: ")


def test_crashes_anywhere_change_nothing_that_is_said(
    mongo_database: "Mongo", told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = _Shop(mongo_database)

    def after(target: str) -> Callable[[], None]:
        def cut() -> None:
            with monkeypatch.context() as patched:
                module, name = target.rsplit(".", 1)
                owner = {"hourly_watch": hourly_watch, "live_store": live_store}[module]
                real = getattr(owner, name)

                def fail(*arguments: Any) -> None:
                    real(*arguments)
                    raise _Interrupted

                patched.setattr(owner, name, fail)
                with pytest.raises(_Interrupted):
                    shop.job.idle()
            shop.restart()

        return cut

    def half_a_batch(day: int, hour: int) -> Callable[[], None]:
        def cut() -> None:
            shop.job.idle()
            factor = DEARER if day >= DEAR_FROM else 1.0
            some = _lines(day, hour, factor=factor)[: PER_HOUR // 2]
            merge(mongo_database, shop.job.state, shop.champion, chunk_of(some, some[0].event))
            shop.restart()

        return cut

    _play(
        shop,
        {
            (5, 15): after("hourly_watch._keep"),
            (7, 15): half_a_batch(7, 15),
            (28, 15): after("hourly_watch._keep"),
            (30, 15): after("live_store.save"),
            (DEAR_FROM, 15): half_a_batch(DEAR_FROM, 15),
            (DEAR_FROM + 1, 9): after("live_store.save"),
            (DEAR_FROM + 1, 15): after("hourly_watch._keep"),
        },
    )

    said, state = told
    assert _said(mongo_database) == said
    assert to_document(shop.job.state.hours) == to_document(state.hours)


def test_an_hour_closes_a_quarter_of_an_hour_after_its_end(mongo_database: "Mongo") -> None:
    shop = _Shop(mongo_database)
    shop.trade(0, _lines(0, 9))
    shop.trade(0, [line._replace(ms=line.ms % HOUR_MS // 4 + _hour_ms(10)) for line in _lines(0, 10)])
    shop.job.idle()
    assert _windows(mongo_database) == []

    shop.trade(0, _lines(0, 11))
    shop.job.idle()

    assert _windows(mongo_database) == [(0, 10, PER_HOUR)], "the hour after is still open"


def test_an_hour_with_few_buyers_is_added_to_the_next_and_nobody_counts_twice(
    mongo_database: "Mongo",
) -> None:
    shop = _Shop(mongo_database)
    shop.trade(0, _lines(0, 9))
    again = [
        line._replace(event=line.event + PER_HOUR, invoice=line.invoice + PER_HOUR) for line in _lines(0, 9)
    ]
    shop.trade(0, [line._replace(ms=line.ms + HOUR_MS) for line in again])
    shop.trade(0, _lines(0, 11, n=30))
    shop.trade(0, _lines(0, 12, n=80))
    shop.trade(0, _lines(0, 14))
    shop.job.idle()

    # Those of nine o'clock come back at ten: the table shows them there, and only there.
    assert _windows(mongo_database) == [(0, 11, PER_HOUR), (11, 13, 110)]


def test_a_pause_of_days_belongs_to_no_window(mongo_database: "Mongo") -> None:
    shop = _Shop(mongo_database)
    shop.trade(0, _lines(0, 9))
    shop.trade(5, _lines(5, 9))
    shop.trade(5, _lines(5, 15))
    shop.job.idle()

    assert _windows(mongo_database) == [(0, 10, PER_HOUR), (5 * 24, 5 * 24 + 10, PER_HOUR)]


def _hour_ms(hour: int) -> int:
    return AS_OF_MS + hour * HOUR_MS


def _windows(database: "Mongo") -> list[tuple[int, int, int]]:
    """Return the hours since the opening in which windows begin and end, and their customers."""
    rows = database["flows"].find({"kind": "hours"}).sort("start_ms", 1)
    return [(_hour(row["start_ms"]), _hour(row["end_ms"]), row["customers"]) for row in rows]


def _hour(ms: int) -> int:
    return (ms - AS_OF_MS) // HOUR_MS
