"""Verify against a real topic and a real database: equal, different, and not to be known."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from kafka import TopicPartition

from cli.main import main
from shared.adapters.kafka_topics import topic_id
from shared.core.customers.history import append, no_history
from shared.core.customers.history_codec import encode_histories
from tests.support import poison
from tests.support.day_rules import DAY_RULES
from tests.support.history_oracle import DAY_MS, PastLine, columns_of
from tests.support.kafka_records import MAX_RECORD_BYTES, send_cases

if TYPE_CHECKING:
    from kafka import KafkaAdminClient
    from pymongo.database import Database

Verify = Callable[..., int]
STREAM = "main"
AT = poison.KAFKA_TIME.replace(hour=11)


@pytest.fixture
def verify(
    kafka_bootstrap: str,
    mongo_uri: str,
    mongo_database: "Database[dict[str, Any]]",
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Verify:
    monkeypatch.setenv("RESEG_KAFKA__BOOTSTRAP_SERVERS", kafka_bootstrap)
    monkeypatch.setenv("RESEG_MONGO__URI", mongo_uri)
    monkeypatch.setenv("RESEG_MONGO__DATABASE", mongo_database.name)
    monkeypatch.setenv("RESEG_INPUT__CURRENCY", poison.CURRENCY)
    monkeypatch.chdir(tmp_path)
    return lambda *args: main(["verify", *map(str, args)])


def _history(at: datetime, *amounts: int, known_later: int = 0) -> bytes:
    """Return a history of invoices of a line each, all bought at a moment."""
    ms = round(at.timestamp() * 1000)
    day = ms // DAY_MS
    lines = [
        PastLine(0, day, day + known_later, ms, amount, is_purchase=True, opens_invoice=True)
        for amount in amounts
    ]
    return encode_histories(append(no_history(1), columns_of(lines)))[0]


def _customer(customer_id: str, offset: int, **changes: Any) -> dict[str, Any]:
    times = {"first_purchase_at": AT, "last_purchase_at": AT, "newest_event_at": AT, "late_floor": None}
    counts = {"frequency": 1, "monetary_minor": 153_000, "applied": 1, "duplicate": 0, "late": 0}
    fence = {
        "fence": [{"partition": 0, "offset": offset}],
        "deleted": False,
        "history": _history(AT, 153_000),
    }
    return {"_id": customer_id, **times, **counts, **fence, **changes}


def _live_model(servers: str, topic: str, next_offset: int, **counters: int) -> dict[str, Any]:
    names = ("read", "applied", "duplicate", "late", "unattributed", "unattributed_minor", "rejected")
    return {
        "_id": STREAM,
        "topic": {"name": topic, "id": topic_id(servers, topic), "partitions": 1},
        "fence_epoch": 0,
        "offsets": [{"partition": 0, "next": next_offset}],
        "clocks": [],
        "day_rules": DAY_RULES,
        "counters": dict.fromkeys(names, 0) | counters,
        "clean": False,
        "pending": None,
    }


@pytest.fixture
def stored(topic_factory: Any, kafka_bootstrap: str, mongo_database: "Database[dict[str, Any]]") -> str:
    """Give a topic of four records, and a database that is right about the first three.

    Of the fourth, which is beyond the stored offsets, the customer has it and the totals do not.
    """
    topic: str = topic_factory()
    sequences = {sequence.name: sequence.records for sequence in poison.sequences()}
    bad = next(case for case in poison.cases(oversized_bytes=70_000) if case.name == "not_json")
    records = [sequences["ancient"][0], bad, *sequences["sent_twice"]]
    send_cases(kafka_bootstrap, topic, records)
    customers = [_customer("poison-ancient", 0), _customer("poison-twice", 3, duplicate=1)]
    mongo_database["customers"].insert_many(customers)
    live = _live_model(kafka_bootstrap, topic, 3, read=3, applied=2, rejected=1)
    mongo_database["live_model"].insert_one(live)
    return topic


def test_a_right_database_verifies_also_where_customers_are_ahead_of_the_totals(
    verify: Verify, stored: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify("--set", f"kafka.topic={stored}", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["ok"], report["compared"], report["mismatches"]) == (True, 2, 0)


def test_a_wrong_field_is_shown_with_both_values(
    verify: Verify,
    stored: str,
    mongo_database: "Database[dict[str, Any]]",
    capsys: pytest.CaptureFixture[str],
) -> None:
    mongo_database["customers"].update_one({"_id": "poison-twice"}, {"$inc": {"monetary_minor": 1}})
    mongo_database["live_model"].update_one({"_id": STREAM}, {"$inc": {"counters.applied": 1}})
    assert verify("--set", f"kafka.topic={stored}", "--json") == 4
    report = json.loads(capsys.readouterr().out)
    assert report["first"][0] == {
        "subject": "poison-twice",
        "field": "monetary_minor",
        "stored": 153_001,
        "recounted": 153_000,
    }
    assert [mismatch["field"] for mismatch in report["first"][1:]] == [
        "monetary_minor = sum of history",
        "counters.applied",
        "counters.read = sum of outcomes",
    ]
    assert verify("--set", f"kafka.topic={stored}") == 4
    assert "4 fields differ" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("history", "stored_as"),
    [
        (_history(AT, 153_000, known_later=2), "2011-12-09 known 2011-12-11: orders=1 lines=1 gross=153000"),
        (b"\x01\x00", "missing, or its bytes do not add up to a history"),
    ],
)
def test_another_history_is_shown_beside_the_recounted_one(
    verify: Verify,
    stored: str,
    mongo_database: "Database[dict[str, Any]]",
    capsys: pytest.CaptureFixture[str],
    history: bytes,
    stored_as: str,
) -> None:
    mongo_database["customers"].update_one({"_id": "poison-twice"}, {"$set": {"history": history}})
    assert verify("--set", f"kafka.topic={stored}", "--json") == 4
    report = json.loads(capsys.readouterr().out)
    (found,) = report["first"]
    assert (found["subject"], found["field"], report["remark"]) == ("poison-twice", "history", None)
    assert found["stored"].startswith(stored_as)


def test_where_known_days_cannot_be_recounted_days_are_compared_and_that_is_said(
    verify: Verify,
    stored: str,
    mongo_database: "Database[dict[str, Any]]",
    capsys: pytest.CaptureFixture[str],
) -> None:
    later = _history(AT, 153_000, known_later=2)
    mongo_database["customers"].update_one({"_id": "poison-twice"}, {"$set": {"history": later}})
    mongo_database["live_model"].update_one({"_id": STREAM}, {"$set": {"day_rules.is_recountable": False}})
    assert verify("--set", f"kafka.topic={stored}") == 0
    assert "compared by day only: days that were held have been accepted" in capsys.readouterr().out
    day_before = _history(AT.replace(day=8), 153_000, known_later=1)
    mongo_database["customers"].update_one({"_id": "poison-twice"}, {"$set": {"history": day_before}})
    assert verify("--set", f"kafka.topic={stored}") == 4


def test_another_zone_than_the_days_were_told_apart_in_is_refused(
    verify: Verify, stored: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify("--set", f"kafka.topic={stored}", "--set", "input.zone=Asia/Tokyo") == 2
    assert "input.zone should be 'UTC'" in capsys.readouterr().err


def test_a_database_without_histories_is_refused_in_words(
    verify: Verify,
    stored: str,
    mongo_database: "Database[dict[str, Any]]",
    capsys: pytest.CaptureFixture[str],
) -> None:
    mongo_database["live_model"].update_one({"_id": STREAM}, {"$unset": {"day_rules": 1}})
    assert verify("--set", f"kafka.topic={stored}") == 2
    assert "written by a version without them" in capsys.readouterr().err


def test_a_topic_without_its_beginning_is_refused(
    verify: Verify, stored: str, kafka_admin: "KafkaAdminClient", capsys: pytest.CaptureFixture[str]
) -> None:
    kafka_admin.delete_records({TopicPartition(stored, 0): 1})
    assert verify("--set", f"kafka.topic={stored}") == 2
    assert "lost its beginning" in capsys.readouterr().err


def test_another_topic_of_that_name_is_refused(
    verify: Verify,
    stored: str,
    mongo_database: "Database[dict[str, Any]]",
    capsys: pytest.CaptureFixture[str],
) -> None:
    mongo_database["live_model"].update_one({"_id": STREAM}, {"$set": {"topic.id": "another"}})
    assert verify("--set", f"kafka.topic={stored}") == 2
    assert "is another one than the stream has read" in capsys.readouterr().err


def test_without_a_stream_there_is_nothing_to_verify(
    verify: Verify, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify() == 2
    assert "resegment stream" in capsys.readouterr().err


def test_every_poison_record_is_read_back_and_judged(
    verify: Verify,
    topic_factory: Any,
    kafka_bootstrap: str,
    mongo_database: "Database[dict[str, Any]]",
    capsys: pytest.CaptureFixture[str],
) -> None:
    topic = topic_factory(configs={"max.message.bytes": str(MAX_RECORD_BYTES)})
    cases = poison.cases()
    send_cases(kafka_bootstrap, topic, cases)
    n_applied = sum(case.expected == "applied" for case in cases)
    counters = {
        "read": len(cases),
        "applied": n_applied,
        "unattributed": 3,
        "unattributed_minor": 459_000,
        "rejected": sum(case.is_rejected for case in cases),
    }
    mongo_database["live_model"].insert_one(_live_model(kafka_bootstrap, topic, len(cases), **counters))
    assert verify("--set", f"kafka.topic={topic}", "--json") == 4
    report = json.loads(capsys.readouterr().out)
    assert report["compared"] == report["mismatches"] == n_applied, "customers are missing, totals are right"


def test_a_file_is_recounted_without_a_topic(
    verify: Verify,
    tmp_path: Path,
    mongo_database: "Database[dict[str, Any]]",
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "cdnow.csv").write_text(
        "customer_id,date,quantity,amount\n1,1997-01-01,1,15.30\n1,1997-01-01,2,0\n"
    )
    bought = datetime(1997, 1, 1, 5, tzinfo=UTC)
    times = {"first_purchase_at": bought, "last_purchase_at": bought}
    document = _customer("1", 0, frequency=2, duplicate=9, history=_history(bought, 153_000, 0), **times)
    mongo_database["customers"].insert_one(document)
    assert verify("--file", "cdnow.csv", "--set", "input.currency=USD") == 0
    out = capsys.readouterr().out
    assert "1 customers compared" in out
    assert "a file does not say from when a line was known" in out
    mongo_database["customers"].update_one({"_id": "1"}, {"$inc": {"frequency": 1}})
    assert verify("--file", "cdnow.csv", "--set", "input.currency=USD") == 4
