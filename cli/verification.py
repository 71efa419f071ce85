"""What is stored, compared with a count of every customer from the topic or from the file they came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.connection import kafka_servers
from cli.output import progress
from shared.errors import StartRefused

if TYPE_CHECKING:
    from pymongo.database import Database

    from shared.recount import Comparison, Mismatch, RecountRules
    from shared.settings import Settings
    from streaming.replay import Reading

SHOWN_MISMATCHES = 20

BY_DAY_OF_FILE = "histories were compared by day only: a file does not say from when a line was known"
BY_DAY_OF_TOPIC = (
    "histories were compared by day only: days that were held have been accepted, or tick.min_customers or "
    "tick.max_jump_days has changed on the way, so the topic no longer says from when a line was known"
)

_FIELDS = (
    "frequency",
    "monetary_minor",
    "first_purchase_at",
    "last_purchase_at",
    "applied",
    "duplicate",
    "late",
    "newest_event_at",
    "late_floor",
    "history",
    "fence",
    "deleted",
)


@dataclass(frozen=True)
class VerifyReport:
    """The outcome of a recount."""

    ok: bool
    compared: int
    """Customers compared; the stream's own totals are not counted here."""
    mismatches: int
    """Fields that differ."""
    first: "tuple[Mismatch, ...]"
    source: str
    remark: str | None
    """What could not be compared as closely as usual, and why."""


def verify_topic(database: "Database[dict[str, Any]]", settings: "Settings") -> VerifyReport:
    """Compare the stored customers and totals with a recount of the topic.

    May run beside the stream: `live_model` is read before the customers, so each of them has
    at least the records below its offsets, and says by its fence which it has beyond.

    Raises
    ------
    StartRefused : the topic does not hold everything that was counted, or another zone is set.
    ServiceUnavailable : Kafka does not answer.
    """
    from shared.adapters.topic_records import read_records
    from shared.recount import Ledger, compare_counters, compare_customers, compare_histories

    live = _live_model(database, settings)
    rules = _rules(settings, live["day_rules"])
    customers = _stored_customers(database)
    offsets = {entry["partition"]: entry["next"] for entry in live["offsets"]}
    fences = {customer: _fence(document) for customer, document in customers.items()}
    servers = kafka_servers(settings)
    ends = _ends(offsets, fences)
    _require_whole_topic(servers, settings.kafka.topic, live, ends)
    ledger = Ledger(rules, offsets, fences)
    with progress("recounting", sum(ends.values())) as advance:
        for records in read_records(servers, settings.kafka.topic, ends):
            for record in records:
                ledger.add(*record)
            advance(len(records))
    history_days, has_known_days = live["day_rules"]["history_days"], live["day_rules"]["is_recountable"]
    comparisons = [
        compare_customers(customers, ledger.accounts),
        compare_histories(
            customers, ledger.accounts, history_days=history_days, has_known_days=has_known_days
        ),
        compare_counters(live["counters"], ledger.totals),
        *_compare_learning(database, live),
    ]
    return _report(f"topic {settings.kafka.topic}", comparisons, None if has_known_days else BY_DAY_OF_TOPIC)


def verify_file(
    database: "Database[dict[str, Any]]", settings: "Settings", reading: "Reading"
) -> VerifyReport:
    """Compare the stored customers with a recount of the file they came from.

    Raises
    ------
    InvalidConfig : the file cannot be read to its end.
    """
    from cli.recount_file import accounts_of
    from shared.recount import compare_customers, compare_histories

    customers, accounts = _stored_customers(database), accounts_of(reading, settings)
    history_days = settings.state.history_days
    comparisons = [
        compare_customers(customers, accounts, is_by_record=False),
        compare_histories(customers, accounts, history_days=history_days, has_known_days=False),
    ]
    return _report(f"file {reading.source.path}", comparisons, BY_DAY_OF_FILE)


def _rules(settings: "Settings", day_rules: Mapping[str, Any]) -> "RecountRules":
    """Return the rules that are set; days are told as the stream has told them so far."""
    from shared.recount import RecountRules

    if settings.input.zone != day_rules["zone"]:
        msg = (
            f"input.zone should be {day_rules['zone']!r}, in which the days of stream {settings.stream.id!r} "
            f"were told apart; it is {settings.input.zone!r}; set it back"
        )
        raise StartRefused(msg)
    names = ("min_customers", "max_jump_days")
    tick = settings.tick.model_copy(update={name: day_rules[name] for name in names})
    return RecountRules(settings.input, settings.state, tick)


def _compare_learning(database: "Database[dict[str, Any]]", live: Mapping[str, Any]) -> "list[Comparison]":
    """Recount what was learnt from; only a stream at rest has customers and sums of one moment."""
    from shared.recount import compare_learning
    from shared.recount.learning import KEYS, MODEL_KEYS

    if not live["clean"] or live["pending"] is not None:
        return []
    model = database["models"].find_one({"_id": live["model_version"]}, dict.fromkeys(MODEL_KEYS, 1))
    customers = database["customers"].find({}, dict.fromkeys(KEYS, 1), batch_size=10_000)
    return [compare_learning(live, customers, model)]


def _live_model(database: "Database[dict[str, Any]]", settings: "Settings") -> dict[str, Any]:
    live = database["live_model"].find_one({"_id": settings.stream.id})
    if live is None:
        msg = f"stream {settings.stream.id!r} has stored nothing yet; start it with: resegment stream"
        raise StartRefused(msg)
    if "day_rules" not in live:
        msg = (
            f"stream {settings.stream.id!r} should keep its customers' histories; database "
            f"{database.name!r} was written by a version without them; name another one (`mongo.database`) "
            "and read the topic again"
        )
        raise StartRefused(msg)
    return live


def _stored_customers(database: "Database[dict[str, Any]]") -> dict[str, dict[str, Any]]:
    found = database["customers"].find({}, dict.fromkeys(_FIELDS, 1), batch_size=10_000)
    return {document["_id"]: document for document in found}


def _fence(document: Mapping[str, Any]) -> dict[int, int]:
    return {entry["partition"]: entry["offset"] for entry in document["fence"]}


def _ends(offsets: Mapping[int, int], fences: Mapping[str, Mapping[int, int]]) -> dict[int, int]:
    """Partition -> one after the last record that any stored customer or total includes."""
    ends = dict(offsets)
    for fence in fences.values():
        for partition, offset in fence.items():
            ends[partition] = max(ends.get(partition, 0), offset + 1)
    return ends


def _require_whole_topic(servers: str, topic: str, live: Mapping[str, Any], ends: Mapping[int, int]) -> None:
    from shared.adapters.kafka_topics import beginning_and_end_offsets, topic_id

    kept = beginning_and_end_offsets(servers, topic)
    reasons = [
        (live["topic"]["id"] != topic_id(servers, topic), "is another one than the stream has read"),
        (live["fence_epoch"] > 0, "was made anew, and what the stream read before is gone"),
        (any(kept.get(p, (0, 0))[0] > 0 for p in ends), "has lost its beginning to retention"),
        (
            any(kept.get(p, (0, 0))[1] < end for p, end in ends.items()),
            "ends before what the stream has read",
        ),
    ]
    reason = next((text for holds, text in reasons if holds), None)
    if reason is not None:
        msg = f"topic {topic!r} {reason}: recount from the file instead: resegment verify --file FILE"
        raise StartRefused(msg)


def _report(source: str, comparisons: "list[Comparison]", remark: str | None) -> VerifyReport:
    """Report on all comparisons, the first of which is the one that counts customers."""
    found = [mismatch for comparison in comparisons for mismatch in comparison.mismatches]
    first = tuple(found[:SHOWN_MISMATCHES])
    return VerifyReport(not found, comparisons[0].compared, len(found), first, source, remark)
