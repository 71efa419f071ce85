"""Alerts to real receivers over real sockets: each change once and in order, whatever fails between."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from batch.alerting.channel import ChannelJob, Passed
from batch.alerting.deliver import deliver_once, watch
from shared.adapters.mongo.alerts import ack, fire, mute, resolve
from shared.adapters.mongo.collections import DELIVERIES, ensure
from shared.adapters.mongo.deliveries import given_up, troubled
from shared.adapters.mongo.leases import acquire, release
from shared.adapters.notify import sender_of
from shared.adapters.notify.webhook import signature
from shared.config import AlertSettings, Settings
from shared.core.alerting.findings import Finding, Kind, alert_key
from tests.support.receivers import Receiver, http_receiver
from tests.support.streams import DEADLINE_S, KILLED, wait_until

Docs = Database[dict[str, Any]]
TICK = datetime(2011, 12, 1, tzinfo=UTC)
KEY = alert_key("main", "drift_basket", 3)
OTHER = alert_key("main", "drift_buyers", 3)
SECRET = "shared between us"  # noqa: S105


@pytest.fixture
def database(mongo_database: Docs) -> Docs:
    ensure(mongo_database)
    return mongo_database


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as one:
        yield one


class Clock:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def found(day: int = 0, score: float = 2.0, kind: Kind = "drift_basket") -> Finding:
    return Finding(
        key=alert_key("main", kind, 3),
        kind=kind,
        severity="ticket",
        title="Baskets changed",
        message=f"score {score} on day {day}",
        as_of=TICK + timedelta(days=day),
        score=score,
        model_version=3,
        evidence={"limit": 4.4, "since": TICK},
    )


def job(database: Docs, clock: Clock, channel: dict[str, Any], **settings: Any) -> ChannelJob:
    alerts = AlertSettings.model_validate(
        {"channels": [{"name": "ops", "kind": "webhook", "secret": SECRET} | channel]} | settings
    )
    (one,) = alerts.channels
    return ChannelJob(
        database, alerts, one, sender_of(one), may_go_on=lambda: None, jitter=lambda: 0.5, now=clock
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ops(database: Docs, clock: Clock, receiver: Receiver) -> ChannelJob:
    """Return a webhook channel that knows of no alert yet."""
    made = job(database, clock, {"url": receiver.url})
    made.run()
    return made


def test_each_change_is_told_once_in_order_and_signed(
    database: Docs, ops: ChannelJob, receiver: Receiver
) -> None:
    fire(database, found())
    ops.run()
    ops.run()
    fire(database, found(1, 4.0))
    resolve(database, KEY, as_of=TICK + timedelta(days=9), reason="calm for five days")
    ops.run()
    ops.run()

    assert receiver.changes == [(KEY, 1, "firing"), (KEY, 2, "firing"), (KEY, 3, "resolved")]
    assert [r.json["message"] for r in receiver.taken] == [
        "score 2.0 on day 0",
        "score 4.0 on day 1",
        "calm for five days",
    ]
    for request in receiver.taken:
        timestamp = request.headers["X-Reseg-Timestamp"]
        assert request.headers["X-Reseg-Signature"] == "v1=" + signature(SECRET, timestamp, request.body)
        assert request.headers["Idempotency-Key"] == f"{KEY}:{request.json['seq']}"


def test_after_an_outage_everything_arrives_once_and_in_order(
    database: Docs, ops: ChannelJob, receiver: Receiver, clock: Clock
) -> None:
    """The receiver takes the first change, then is away while three more come for two alerts."""
    fire(database, found())
    ops.run()
    receiver.is_down = True
    fire(database, found(1, 4.0))
    fire(database, found(1, kind="drift_buyers"))
    pauses = []
    for _ in range(4):
        assert ops.run().error is not None
        (health,) = troubled(database)
        assert health.next_at is not None
        pauses.append((health.next_at - clock.now).total_seconds())
        clock.pass_by(pauses[-1])
    resolve(database, KEY, as_of=TICK + timedelta(days=9), reason="calm")
    receiver.is_down = False
    clock.pass_by(60)
    ops.run()

    assert receiver.changes == [
        (KEY, 1, "firing"), (KEY, 2, "firing"), (KEY, 3, "resolved"), (OTHER, 1, "firing")
    ]  # fmt: skip
    assert pauses == [0.75, 1.5, 3.0, 6.0]
    assert troubled(database) == []


def test_a_channel_that_failed_is_left_alone_until_its_pause_is_over(
    database: Docs, ops: ChannelJob, receiver: Receiver, clock: Clock
) -> None:
    fire(database, found())
    receiver.answers = [429]
    receiver.headers = {"Retry-After": "120"}
    ops.run()
    clock.pass_by(119)
    assert ops.run().error is not None
    assert len(receiver.requests) == 1
    clock.pass_by(2)

    assert ops.run() == Passed("ops", sent=[f"{KEY}:1"])


@pytest.mark.parametrize("status", [400, 404, 410, 301])
def test_what_will_never_be_taken_is_given_up_and_the_rest_goes_on(
    database: Docs, ops: ChannelJob, receiver: Receiver, status: int
) -> None:
    receiver.answers = [status]
    fire(database, found())
    fire(database, found(kind="drift_buyers"))

    passed = ops.run()

    assert (passed.refused, passed.sent, passed.error) == ([f"{KEY}:1"], [f"{OTHER}:1"], None)
    (row,) = given_up(database)
    assert (row["channel"], row["alert"], row["seq"]) == ("ops", KEY, 1)
    assert str(status) in row["reason"]
    assert receiver.url not in row["reason"]


def test_the_end_of_what_was_refused_is_not_told(database: Docs, ops: ChannelJob, receiver: Receiver) -> None:
    receiver.answers = [400]
    fire(database, found())
    resolve(database, KEY, as_of=TICK + timedelta(days=1), reason="calm")
    ops.run()

    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_what_a_person_can_mend_is_tried_again(
    database: Docs, ops: ChannelJob, receiver: Receiver, clock: Clock, status: int
) -> None:
    receiver.answers = [status]
    fire(database, found())
    ops.run()
    clock.pass_by(600)
    ops.run()

    assert receiver.changes == [(KEY, 1, "firing")]


def test_a_mute_an_acknowledgement_and_trouble_with_the_stream_keep_quiet(
    database: Docs, ops: ChannelJob, receiver: Receiver, clock: Clock
) -> None:
    fire(database, found(kind="stream_down"))
    fire(database, found())
    assert ops.run().sent == [f"{alert_key('main', 'stream_down', 3)}:1"]
    resolve(database, alert_key("main", "stream_down", 3), as_of=TICK, reason="runs")
    mute(database, KEY, clock.now + timedelta(hours=1))
    assert len(ops.run().sent) == 1
    clock.pass_by(3601)
    assert ops.run().sent == [f"{KEY}:1"]
    assert ack(database, KEY, by="ann", note="on it")
    fire(database, found(1, 9.0))

    assert ops.run().sent == []


def test_a_digest_is_one_message_when_its_time_has_come(
    database: Docs, receiver: Receiver, clock: Clock
) -> None:
    daily = job(database, clock, {"url": receiver.url, "digest_minutes": 1440})
    daily.run()
    fire(database, found())
    fire(database, found(kind="drift_buyers"))
    assert daily.run().sent == []
    clock.pass_by(86_400)
    daily.run()
    daily.run()

    (request,) = receiver.taken
    assert [(told["key"], told["seq"]) for told in request.json["digest"]] == [(KEY, 1), (OTHER, 1)]
    assert request.headers["Idempotency-Key"].startswith("digest:")


def test_a_channel_that_is_new_hears_what_fires_now_and_no_history(
    database: Docs, receiver: Receiver, clock: Clock
) -> None:
    fire(database, found())
    fire(database, found(kind="drift_buyers"))
    resolve(database, OTHER, as_of=TICK + timedelta(days=1), reason="calm")
    job(database, clock, {"url": receiver.url}).run()

    assert receiver.changes == [(KEY, 1, "firing")]


def test_alertmanager_is_told_again_while_an_alert_fires_and_when_it_ends(
    database: Docs, receiver: Receiver, clock: Clock
) -> None:
    channel = {"kind": "alertmanager", "url": receiver.url.removesuffix("/hook"), "name": "am"}
    settings = AlertSettings.model_validate({"channels": [channel]})
    made = ChannelJob(
        database, settings, settings.channels[0], sender_of(settings.channels[0]),
        may_go_on=lambda: None, jitter=lambda: 0.5, now=clock,
    )  # fmt: skip
    fire(database, found())
    for _ in range(4):
        made.run()
        clock.pass_by(31)
    resolve(database, KEY, as_of=TICK + timedelta(days=9), reason="calm")
    made.run()
    clock.pass_by(600)
    made.run()

    posted = [request.json[0] for request in receiver.taken]
    assert {request.path for request in receiver.taken} == {"/api/v2/alerts"}
    assert [alert["startsAt"] for alert in posted] == ["2026-01-01T00:00:00.000Z"] * 3
    assert [alert["endsAt"] for alert in posted] == [
        "2026-01-01T00:05:00.000Z", "2026-01-01T00:06:02.000Z", "2026-01-01T00:02:04.000Z"
    ]  # fmt: skip
    assert {json.dumps(alert["labels"], sort_keys=True) for alert in posted} == {
        '{"about": "model", "alertname": "resegment_drift_basket", "key": "main:drift_basket:3", '
        '"model": "3", "service": "resegment", "severity": "ticket"}'
    }


# --- the job itself, as a process -------------------------------------------------------------------------


def environment(
    database: Docs, mongo_uri: str, receiver: Receiver, folder: Path, **more: str
) -> dict[str, str]:
    channels = [{"name": "ops", "kind": "webhook", "url": receiver.url, "secret": SECRET}]
    return {
        **os.environ,
        "RESEG_MONGO__URI": mongo_uri,
        "RESEG_MONGO__DATABASE": database.name,
        "RESEG_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "RESEG_SERVICES__FOLDER": str(folder),
        "RESEG_ALERTS__CHANNELS": json.dumps(channels),
        "RESEG_ALERTS__POLL_S": "0.05",
        **more,
    }


def alerts(env: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "cli", "alerts", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


def test_a_deliverer_killed_before_it_writes_down_repeats_under_the_same_identity(
    database: Docs, mongo_uri: str, receiver: Receiver, tmp_path: Path
) -> None:
    env = environment(database, mongo_uri, receiver, tmp_path)
    assert alerts(env, "deliver", "--once").returncode == 0
    fire(database, found())
    fire(database, found(1, 4.0))

    killed = alerts(env | {"RESEG_FAIL_AT": "alert_taken"}, "deliver", "--once")
    done = alerts(env, "deliver", "--once")

    assert killed.returncode == KILLED
    assert done.returncode == 0, done.stderr
    assert receiver.changes == [(KEY, 1, "firing"), (KEY, 1, "firing"), (KEY, 2, "firing")]
    assert [r.headers["Idempotency-Key"] for r in receiver.taken] == [f"{KEY}:1", f"{KEY}:1", f"{KEY}:2"]


def test_watching_delivers_as_alerts_change_and_stops_when_asked(
    database: Docs, mongo_uri: str, receiver: Receiver, tmp_path: Path
) -> None:
    env = environment(database, mongo_uri, receiver, tmp_path)
    command = [sys.executable, "-m", "cli", "alerts", "deliver", "--watch"]
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as watching:
        try:
            wait_until(lambda: database[DELIVERIES].find_one({"_id": "ops"}) is not None, "start", DEADLINE_S)
            fire(database, found())
            wait_until(lambda: len(receiver.taken) == 1, "the alert", DEADLINE_S)
            second = alerts(env, "deliver", "--once")
            resolve(database, KEY, as_of=TICK + timedelta(days=1), reason="calm")
            wait_until(lambda: len(receiver.taken) == 2, "its end", DEADLINE_S)
            watching.send_signal(signal.SIGTERM)
            assert watching.wait(DEADLINE_S) == 143
        finally:
            watching.kill()

    assert second.returncode == 6
    assert receiver.changes == [(KEY, 1, "firing"), (KEY, 2, "resolved")]


def test_a_channel_that_hangs_delays_no_other(database: Docs, mongo_uri: str, receiver: Receiver) -> None:
    release_it = threading.Event()
    with http_receiver() as good, socket.create_server(("127.0.0.1", 0)) as silent:
        silent_url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        settings = Settings.model_validate(
            {
                "alerts": {
                    "poll_s": 0.05,
                    "channels": [
                        {"name": "bad", "kind": "webhook", "url": silent_url, "timeout_s": 1},
                        {"name": "good", "kind": "webhook", "url": good.url},
                    ],
                }
            }
        )
        thread = threading.Thread(target=watch, args=(database, settings, None), kwargs={"stop": release_it})
        thread.start()
        try:
            for day, score in enumerate([2.0, 4.0, 8.0]):
                fire(database, found(day, score))
                wait_until(lambda day=day: len(good.taken) == day + 1, "the good channel", DEADLINE_S)
        finally:
            release_it.set()
            thread.join(DEADLINE_S)

    assert [seq for _, seq, _ in good.changes] == [1, 2, 3]
    assert [health.channel for health in troubled(database)] == ["bad"]


def test_the_commands_show_quieten_and_fail_on_alerts(
    database: Docs, mongo_uri: str, receiver: Receiver, tmp_path: Path
) -> None:
    env = environment(database, mongo_uri, receiver, tmp_path)
    assert "nothing fires" in alerts(env, "ls", "--fail-on-firing").stdout
    fire(database, found())

    assert alerts(env, "ls", "--fail-on-firing").returncode == 5
    assert alerts(env, "ack", KEY, "--by", "ann", "--note", "on it").stdout == f"{KEY}: acknowledged\n"
    assert alerts(env, "mute", KEY, "--for", "2h").returncode == 0
    shown = json.loads(alerts(env, "show", KEY, "--json").stdout)
    assert (shown["ack"]["by"], shown["mute_until"] is not None) == ("ann", True)
    assert alerts(env, "unmute", KEY).returncode == 0
    assert "limit" in alerts(env, "show", KEY).stdout
    assert alerts(env, "ack", "nothing").returncode == 1
    assert alerts(env, "mute", KEY, "--for", "soon").returncode == 2
    assert alerts(env, "test", "ops").stdout == "ops: taken\n"
    assert alerts(env, "test", "nobody").returncode == 2
    receiver.answers = [500]
    assert alerts(env, "test").returncode == 3
    assert receiver.taken[0].json["title"] == "This is a test"


def test_what_a_receiver_refused_or_did_not_take_is_shown(
    database: Docs, ops: ChannelJob, receiver: Receiver, mongo_uri: str, tmp_path: Path
) -> None:
    receiver.answers = [404, 503]
    fire(database, found())
    fire(database, found(kind="drift_buyers"))
    ops.run()
    env = environment(database, mongo_uri, receiver, tmp_path)

    listed = alerts(env, "ls").stdout
    command = [sys.executable, "-m", "cli", "doctor", "--json"]
    doctor = subprocess.run(command, env=env, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    (check,) = [check for check in json.loads(doctor.stdout) if check["name"] == "alerts"]

    assert "404" in listed
    assert "503" in listed
    assert (check["state"], "404" in check["found"], "503" in check["found"]) == ("warn", True, True)


def test_a_channel_that_was_taken_out_of_the_settings_fails_no_more(
    database: Docs, ops: ChannelJob, receiver: Receiver
) -> None:
    receiver.answers = [503]
    fire(database, found())
    ops.run()
    assert [health.channel for health in troubled(database)] == ["ops"]
    deliver_once(database, Settings(), None)

    assert troubled(database) == []
    assert ops.run().sent == [f"{KEY}:1"]


def test_a_free_lease_is_needed_to_deliver(
    database: Docs, mongo_uri: str, receiver: Receiver, tmp_path: Path
) -> None:
    lease = acquire(database, "alerts", holder="somebody", ttl_s=600)
    refused = alerts(environment(database, mongo_uri, receiver, tmp_path), "deliver", "--once")
    release(database, lease)

    assert refused.returncode == 6
    assert "somebody" in refused.stderr
