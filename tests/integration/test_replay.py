"""Replay into a real broker: what arrives, where, and what is said when it does not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from shared.adapters.kafka_topics import beginning_and_end_offsets
from shared.adapters.topic_records import read_records
from shared.errors import ServiceUnavailable
from shared.intake.source import Source
from shared.meaning.profiles import Profile
from streaming.replay import Progress, ReplayRequest, position, read_as, run

PROFILE = Profile(
    "own",
    {
        "event_time": "at",
        "customer_id": "who",
        "stock_code": "what",
        "quantity": "n",
        "unit_price": "price",
        "description": "note",
    },
    numbered=True,
)
HEADER = "at,who,what,n,price,note\n"
N_ROWS = 300

Resegment = Callable[..., int]


def _rows(n: int = N_ROWS) -> str:
    # every third line is a guest's
    return HEADER + "".join(
        f"2011-01-01T{i // 60:02d}:{i % 60:02d}:00,{'' if i % 3 == 0 else i % 7},x,1,2.50,\n"
        for i in range(n)
    )


@pytest.fixture
def request_for(tmp_path: Path, kafka_bootstrap: str) -> Callable[..., ReplayRequest]:
    def make(topic: str, text: str = _rows(), **changes: Any) -> ReplayRequest:
        path = tmp_path / "shop.csv"
        if not path.exists():
            path.write_text(text)
        return ReplayRequest(
            read_as(Source(path), PROFILE), kafka_bootstrap, topic, positions=tmp_path / "kept", **changes
        )

    return make


@pytest.fixture
def resegment(kafka_bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Resegment:
    monkeypatch.setenv("RESEG_KAFKA__BOOTSTRAP_SERVERS", kafka_bootstrap)
    monkeypatch.chdir(tmp_path)
    return lambda *args: main([str(arg) for arg in args])


def _received(servers: str, topic: str) -> dict[int, list[dict[str, Any]]]:
    ends = {number: end for number, (_, end) in beginning_and_end_offsets(servers, topic).items()}
    found: dict[int, list[dict[str, Any]]] = {number: [] for number in ends}
    for portion in read_records(servers, topic, ends):
        for record in portion:
            found[record.partition].append(json.loads(record.value or b"null"))
    return found


def test_every_line_arrives_once_in_order_and_a_customer_stays_in_one_partition(
    request_for: Any, topic_factory: Any, kafka_bootstrap: str
) -> None:
    topic = topic_factory(n_partitions=2)
    shown: list[Progress] = []
    report = run(request_for(topic), progress=shown.append)
    assert (report.sent, report.failed, report.unkeyed) == (N_ROWS, 0, N_ROWS // 3)
    assert shown[-1].sent == N_ROWS
    received = _received(kafka_bootstrap, topic)
    ids = sorted(event["event_id"] for events in received.values() for event in events)
    assert ids == [f"own:{row:09d}" for row in range(1, N_ROWS + 1)]
    for events in received.values():
        for customer in {event["customer_id"] for event in events}:
            own = [event["event_id"] for event in events if event["customer_id"] == customer]
            assert own == sorted(own)
    homes = [{event["customer_id"] for event in events} - {None} for events in received.values()]
    assert not homes[0] & homes[1]
    n_guests = [sum(event["customer_id"] is None for event in events) for events in received.values()]
    assert abs(n_guests[0] - n_guests[1]) <= 1


def test_a_replay_goes_on_after_the_last_acknowledged_row(
    request_for: Any, topic_factory: Any, kafka_bootstrap: str
) -> None:
    topic = topic_factory()
    first = run(request_for(topic, limit=120))
    second = run(request_for(topic, resume=True))
    third = run(request_for(topic, resume=True))
    assert (first.sent, second.sent, third.sent) == (120, N_ROWS - 120, 0)
    assert second.resumed_at_row == 121
    assert third.resumed_at_row is None
    ids = [event["event_id"] for event in _received(kafka_bootstrap, topic)[0]]
    assert ids == sorted(set(ids))


def test_a_killed_replay_loses_nothing_and_repeats_only_what_was_not_written_down(
    request_for: Any, topic_factory: Any, kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streaming.replay.loop.ACKNOWLEDGE_EVENTS", 50)
    topic = topic_factory()
    save, calls = position.save, iter(range(99))

    def die_before_the_third(*args: Any) -> None:
        if next(calls) == 2:
            raise KeyboardInterrupt
        save(*args)

    monkeypatch.setattr(position, "save", die_before_the_third)
    with pytest.raises(KeyboardInterrupt):
        run(request_for(topic))
    monkeypatch.setattr(position, "save", save)
    report = run(request_for(topic, resume=True))
    assert report.resumed_at_row == 101
    ids = [event["event_id"] for event in _received(kafka_bootstrap, topic)[0]]
    assert len(ids) == N_ROWS + 50
    assert len(set(ids)) == N_ROWS


def test_a_line_that_kafka_refuses_is_named_and_its_neighbours_arrive(
    request_for: Any, topic_factory: Any, kafka_bootstrap: str
) -> None:
    huge = f"2011-01-02T00:00:00,1,x,1,2.50,{'y' * 1_100_000}\n"
    topic = topic_factory()
    report = run(request_for(topic, _rows(4) + huge + _rows(2).removeprefix(HEADER)))
    assert (report.sent, report.failed, report.stopped) == (6, 1, False)
    assert report.failures[0].row == 5
    assert "MessageSizeTooLarge" in report.failures[0].reason
    assert len(_received(kafka_bootstrap, topic)[0]) == 6


def test_a_missing_topic_is_refused_with_the_command_that_makes_it(request_for: Any) -> None:
    with pytest.raises(ServiceUnavailable, match=r"no topic 'absent'.*resegment init"):
        run(request_for("absent"))


def test_the_verb_reports_in_json_and_by_its_exit_code(
    resegment: Resegment, topic_factory: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shop.csv").write_text(_rows())
    pairs = [part for field, column in PROFILE.columns.items() for part in ("--map", f"{field}={column}")]
    topic = topic_factory()
    assert resegment("replay", "shop.csv", *pairs, "--topic", topic, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["sent"], report["failed"], report["unkeyed"], report["profile"]) == (
        N_ROWS,
        0,
        100,
        "shop",
    )
    assert (
        resegment(
            "replay", "shop.csv", *pairs, "--topic", topic, "--from", "2011-01-01T01:00", "--limit", "9"
        )
        == 0
    )
    assert "9 events sent" in capsys.readouterr().out
    assert resegment("replay", "shop.csv", *pairs, "--topic", "absent") == 3
    assert "resegment init" in capsys.readouterr().err
    assert resegment("replay", "shop.csv", "--topic", topic) == 2
    assert "--map" in capsys.readouterr().err


def test_a_file_with_a_refused_line_ends_the_verb_with_one(
    resegment: Resegment, topic_factory: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shop.csv").write_text(_rows(20) + f"2011-01-02T00:00:00,1,x,1,1,{'y' * 1_100_000}\n")
    pairs = [part for field, column in PROFILE.columns.items() for part in ("--map", f"{field}={column}")]
    assert resegment("replay", "shop.csv", *pairs, "--topic", topic_factory()) == 1
    assert "not delivered, row 21" in capsys.readouterr().err


def test_what_will_not_count_is_said_at_the_end_with_its_lines(
    resegment: Resegment, topic_factory: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = "2011-01-01T00:00:00,1,x,1,2.50,\n"
    newer = "2011-03-01T00:00:00,1,x,1,2.50,\n"
    text = _rows(60) + "2011-02-01T00:00:00,1,x,1,cheap,\n" + newer + late
    (tmp_path / "shop.toml").write_text(
        "[columns]\n" + "".join(f'{field} = "{column}"\n' for field, column in PROFILE.columns.items())
    )
    (tmp_path / "shop.csv").write_text(text)
    flags = ("--map-file", "shop.toml", "--topic")
    assert resegment("replay", "shop.csv", *flags, topic_factory()) == 0
    said = capsys.readouterr().out
    assert "63 events sent" in said
    assert "1 of them will be rejected as bad_type (unit_price): line 62" in said
    assert "late" not in said.partition("events sent")[2], "the file was sorted"
    assert "not in order of time" in said


def test_disorder_that_is_not_mended_is_foretold_as_late(
    request_for: Any, topic_factory: Any, kafka_bootstrap: str
) -> None:
    newest_first = HEADER + "".join(f"2011-01-{day:02d},ann,x,1,2.50,\n" for day in range(28, 0, -1))
    report = run(request_for(topic_factory(), newest_first))
    assert (report.sent, report.fates.late.n, report.fates.duplicate.n) == (28, 20, 0)
    assert report.fates.late.lines == [10, 11, 12]


def test_a_row_that_cannot_be_cut_arrives_as_its_bytes_and_the_stream_calls_it_malformed(
    resegment: Resegment,
    topic_factory: Any,
    kafka_bootstrap: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "shop.csv").write_text(
        "when,who,amount\n2011-01-01,ann,5\n2011-01-02,bob,12,50\n2011-01-03,ann,7\n"
    )
    topic = topic_factory()
    assert resegment("replay", "shop.csv", "--topic", topic) == 2
    assert "--accept damaged_rows" in capsys.readouterr().err
    assert beginning_and_end_offsets(kafka_bootstrap, topic)[0] == (0, 0)
    assert resegment("replay", "shop.csv", "--topic", topic, "--accept", "damaged_rows", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["sent"], document["n_damaged"], document["damaged"]) == (3, 1, [3])
    (malformed,) = document["will_be"]["rejected"]
    assert (malformed["code"], malformed["lines"]) == ("malformed", [3])
    (records,) = read_records(kafka_bootstrap, topic, {0: 3})
    assert [record.value for record in records][1] == b"2011-01-02,bob,12,50"


def test_overlapping_exports_bring_the_same_events(
    resegment: Resegment, topic_factory: Any, kafka_bootstrap: str, tmp_path: Path
) -> None:
    rows = ["2011-01-01,ann,5\n", "2011-01-02,bob,7\n", "2011-01-03,ann,5\n", "2011-01-03,ann,5\n"]
    (tmp_path / "monday.csv").write_text("when,who,amount\n" + "".join(rows[:3]))
    (tmp_path / "tuesday.csv").write_text("when,who,amount\n" + "".join(reversed(rows)))
    topic = topic_factory()
    assert resegment("replay", "monday.csv", "--topic", topic) == 0
    assert resegment("replay", "tuesday.csv", "--topic", topic) == 0
    events = _received(kafka_bootstrap, topic)[0]
    assert len(events) == 7
    assert len({event["event_id"] for event in events}) == 4
