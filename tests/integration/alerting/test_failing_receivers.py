"""Receivers that are away, refuse or hang: what is tried again, what is given up, and who is not held up."""

import json
import socket
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from batch.alerting.channel import ChannelJob, PassResult
from batch.alerting.deliver import deliver_once, watch
from shared.adapters.mongo.alert_store import fire, resolve
from shared.adapters.mongo.deliveries import given_up, troubled
from shared.settings import Settings
from tests.support.alerting import KEY, OTHER, TICK, Clock, Docs, alerts, environment, found
from tests.support.receivers import Receiver, http_receiver
from tests.support.streams import DEADLINE_S, wait_until


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

    assert ops.run() == PassResult("ops", sent=[f"{KEY}:1"], severities=Counter(ticket=1))


@pytest.mark.parametrize("status", [400, 404, 410, 301])
def test_what_will_never_be_taken_is_given_up_and_the_rest_goes_on(
    database: Docs, ops: ChannelJob, receiver: Receiver, status: int
) -> None:
    receiver.answers = [status]
    fire(database, found())
    fire(database, found(kind="drift_buyers"))

    result = ops.run()

    assert (result.refused, result.sent, result.error) == ([f"{KEY}:1"], [f"{OTHER}:1"], None)
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
