"""Two months of a shop, day by day, on the real database: what the watch measures, says and repeats."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from shared.core.drift.states import DriftState
from shared.settings import Settings, StreamSettings, TickSettings
from tests.support import small_model
from tests.support.driven_stream import DrivenStream
from tests.support.merging import chunk_of, put_in_force
from tests.support.small_model import AS_OF, AS_OF_MS
from tests.support.state_oracle import DAY_MS, Line

if TYPE_CHECKING:
    from pymongo.database import Database

    from shared.core.model.artifact import ModelArtifact

    Mongo = Database[dict[str, Any]]

SETTINGS = Settings(tick=TickSettings(clock="event"), stream=StreamSettings(pause_for_requests=False))
N, PER_DAY, DEAR_FROM, DAYS = 400, 60, 50, 62
WALL_CLOCK = ("created_at", "updated_at", "finished_at")


class _Interrupted(Exception):
    """Stands for a power cut."""


class _Shop(DrivenStream):
    """A stream whose micro-batches are whole days; `factor` multiplies what everybody spends."""

    def __init__(self, database: "Mongo", champion: "ModelArtifact") -> None:
        super().__init__(database, champion, SETTINGS, AS_OF_MS - DAY_MS)

    def trade(self, day: int, factor: float = 1.0) -> None:
        """Take the tick of the last day, then merge a day's purchases."""
        chunk = chunk_of(_lines(day, factor), PER_DAY * day)
        self.take(chunk, PER_DAY * (day + 1), AS_OF.date() + timedelta(days=day))


def _lines(day: int, factor: float) -> list[Line]:
    rng = np.random.default_rng(day)
    customers = rng.choice(N, PER_DAY, replace=False)
    return [
        Line(
            customer=int(customer),
            event=1000 * day + i,
            invoice=1000 * day + i,
            ms=AS_OF_MS + day * DAY_MS + 3_600_000 + i,
            amount=int(rng.lognormal(12.0, 0.6) * factor),
            is_return=False,
        )
        for i, customer in enumerate(customers)
    ]


def _said(database: "Mongo") -> dict[str, list[dict[str, Any]]]:
    """Everything that the watch leaves behind, wall clock apart."""
    return {
        name: [
            {key: value for key, value in row.items() if key not in WALL_CLOCK}
            for row in database[name].find().sort("_id", 1)
        ]
        for name in ("flows", "drift_metrics", "segment_events", "alerts", "requests", "segment_stats")
    }


@pytest.fixture(scope="module")
def told(mongo_client: Any) -> Any:
    """What a shop says that raises its prices by half, run without any interruption."""
    database = mongo_client["test_drift_watch"]
    shop = _Shop(database, small_model.champion())
    for day in range(DAYS):
        shop.trade(day, 1.6 if day >= DEAR_FROM else 1.0)
    shop.job.idle()
    yield _said(database), shop.job.state
    mongo_client.drop_database("test_drift_watch")


def test_a_rise_of_spend_is_one_alert_and_one_request(told: Any) -> None:
    said, state = told
    drift = [row for row in said["alerts"] if row["kind"].startswith("drift")]

    assert [(row["kind"], row["status"]) for row in drift] == [("drift_basket", "firing")]
    assert drift[0]["evidence"]["diagnosis"] == "spend shift"
    assert "advisory" in drift[0]["message"]
    onset = drift[0]["first_as_of"]
    assert (
        timedelta(days=DEAR_FROM) < onset.replace(tzinfo=AS_OF.tzinfo) - AS_OF < timedelta(days=DEAR_FROM + 8)
    )
    assert state.drift.alarms == 1
    assert any(row["kind"] == "drift" for row in said["requests"])


def test_every_day_is_one_flow_and_every_channel_one_row_a_day(told: Any) -> None:
    said, _ = told
    days = [row for row in said["flows"] if row["kind"] == "day"]

    assert len(days) == DAYS
    assert all(row["buyers"] == PER_DAY for row in days[1:])
    rows = [row for row in said["drift_metrics"] if row["metric"] == "drift_basket"]
    assert [row["state"] for row in rows[:30]] == ["learning"] * 30
    assert rows[-1]["state"] in {DriftState.DRIFT, DriftState.SUSPECT}
    assert rows[-1]["observed"] > rows[-1]["expected"] * 1.2


def _cut(after: str) -> Callable[[str], None]:
    def failpoint(name: str) -> None:
        if name == after:
            raise _Interrupted

    return failpoint


CRASHES = {
    20: ("streaming.driver.job", "pending_written"),
    48: ("streaming.driver.restate", "documents_rewritten"),
    54: ("streaming.driver.publish", "metrics_written"),
    55: ("streaming.driver.restate", "documents_rewritten"),
}
"""By day: at which point the power fails."""


def test_crashes_anywhere_change_nothing_that_is_said(
    mongo_database: "Mongo", told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = _Shop(mongo_database, small_model.champion())
    for day in range(DAYS):
        factor = 1.6 if day >= DEAR_FROM else 1.0
        if day in CRASHES:
            module, point = CRASHES[day]
            with monkeypatch.context() as patched:
                patched.setattr(f"{module}.failpoint", _cut(point))
                with pytest.raises(_Interrupted):
                    shop.trade(day, factor)
            shop.restart()
        shop.trade(day, factor)
    shop.job.idle()

    said, state = told
    assert _said(mongo_database) == said
    assert shop.job.state.drift == state.drift


def test_an_alarm_that_a_promotion_ends_at_once_is_still_told(mongo_database: "Mongo", told: Any) -> None:
    said, _ = told
    (alarm,) = (row for row in said["alerts"] if row["kind"] == "drift_basket")
    raised = (alarm["first_as_of"].replace(tzinfo=AS_OF.tzinfo) - AS_OF).days
    shop = _Shop(mongo_database, small_model.champion())
    for day in range(raised):
        shop.trade(day, 1.6 if day >= DEAR_FROM else 1.0)
    put_in_force(mongo_database, replace(shop.champion, centers=shop.champion.centers + 0.05), 1)

    shop.job.idle()

    alert = mongo_database["alerts"].find_one({"_id": alarm["_id"]})
    assert alert is not None
    assert [(change["status"], change["reason"]) for change in alert["changes"]] == [
        ("firing", "first found"),
        ("resolved", "another model was promoted"),
    ]
    assert shop.job.state.standing.version == 2


PROMOTION_CRASHES = [
    ("streaming.driver.job", "pending_written"),
    ("streaming.driver.restate", "documents_rewritten"),
    ("streaming.driver.publish", "metrics_written"),
]

AMIDST = np.array([[-1.5, -0.6, -0.8], [-0.5, -0.6, -0.8], [-1.0, 0.5, -0.8], [-1.0, -0.6, 0.0]])
"""Where the customers of this shop are."""


def _promoted(database: "Mongo", crash: tuple[str, str] | None, monkeypatch: pytest.MonkeyPatch) -> "_Shop":
    """Trade for four days, then turn to a champion that divides customers elsewhere."""
    shop = _Shop(database, replace(small_model.champion(), centers=AMIDST))
    for day in range(4):
        shop.trade(day)
    shop.job.idle()
    put_in_force(database, replace(shop.champion, centers=AMIDST + np.array([0.3, 0.1, -0.2])), 1)
    if crash is not None:
        module, point = crash
        with monkeypatch.context() as patched:
            patched.setattr(f"{module}.failpoint", _cut(point))
            with pytest.raises(_Interrupted):
                shop.job.idle()
        shop.restart()
    shop.job.idle()
    return shop


def test_a_promotion_says_what_became_of_segments_however_often_it_is_cut_off(
    mongo_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for at, crash in enumerate((None, *PROMOTION_CRASHES)):
        database = mongo_client[f"test_drift_watch_promotion_{at}"]
        try:
            _promoted(database, crash, monkeypatch)
            said.append(_said(database))
        finally:
            mongo_client.drop_database(database.name)
    quiet, *others = said
    assert all(other == quiet for other in others)

    (row,) = (row for row in quiet["segment_events"] if row["kind"] == "promotion")
    (move,) = (flow for flow in quiet["flows"] if flow["kind"] == "model")
    assert {event["kind"] for event in row["events"]} == {"survive", "merge", "split", "emerge"}
    assert [fate["segment_id"] for fate in row["fates"]] == move["before_ids"]
    agreed = {m["metric"]: m for m in quiet["drift_metrics"] if m["metric"] in {"ari_model", "ami_model"}}
    assert len(agreed) == 2
    assert all(m["as_of"] == row["as_of"] and 0 < m["value"] < 1 for m in agreed.values())
    ticks = {(m["model_epoch"], m["as_of"]) for m in quiet["segment_stats"]}
    learnt = [m for m in quiet["segment_events"] if m["kind"] == "learning"]
    assert {(m["model_epoch"], m["as_of"]) for m in learnt} == ticks
