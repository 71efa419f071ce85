"""What a channel tells a real receiver over a real socket: each change once, in order, or not at all."""

import json
from datetime import timedelta

from batch.alerting.channel import ChannelJob
from shared.adapters.mongo.alert_store import ack, fire, mute, resolve
from shared.adapters.notify import sender_of
from shared.adapters.notify.webhook import signature
from shared.core.alerting.alert_findings import alert_key
from shared.settings.monitoring import AlertSettings
from tests.support.alerting import KEY, OTHER, SECRET, TICK, Clock, Docs, found, job
from tests.support.receivers import Receiver


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


def test_a_mute_an_acknowledgement_and_trouble_with_the_stream_keep_quiet(
    database: Docs, ops: ChannelJob, receiver: Receiver, clock: Clock
) -> None:
    fire(database, found(kind="stream_down"))
    fire(database, found())
    assert ops.run().sent == [f"{alert_key('main', 'stream_down', 3)}:1"]
    resolve(database, alert_key("main", "stream_down", 3), as_of=TICK, reason="runs")
    mute(database, KEY, clock.now + timedelta(hours=1))
    assert len(ops.run().sent) == 1
    health = database["deliveries"].find_one({"_id": "ops"})
    assert health is not None
    assert health["sent"] == {"ticket": 2}
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
