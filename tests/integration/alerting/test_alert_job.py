"""The delivering job and the `alerts` commands as processes of their own."""

import json
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from shared.adapters.mongo.alert_store import fire, resolve
from shared.adapters.mongo.collections import DELIVERIES
from shared.adapters.mongo.leases import acquire, release
from tests.support.alerting import KEY, TICK, Docs, alerts, environment, found
from tests.support.receivers import Receiver
from tests.support.streams import DEADLINE_S, KILLED, wait_until


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


def test_a_free_lease_is_needed_to_deliver(
    database: Docs, mongo_uri: str, receiver: Receiver, tmp_path: Path
) -> None:
    lease = acquire(database, "alerts", holder="somebody", ttl_s=600)
    refused = alerts(environment(database, mongo_uri, receiver, tmp_path), "deliver", "--once")
    release(database, lease)

    assert refused.returncode == 6
    assert "somebody" in refused.stderr
