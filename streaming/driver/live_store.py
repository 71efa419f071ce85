"""Reading and replacing the live model, behind lease and revision."""

from dataclasses import asdict, replace
from datetime import UTC, datetime

import numpy as np
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.datetime_ms import DatetimeMS
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.adapters.mongo.collections import LIVE_MODEL
from shared.core.arrays import Float64
from shared.core.customers.partition_clock import PartitionClock
from shared.core.drift.memory import DriftMemory
from shared.core.model.population import PopulationStatistics
from shared.core.segments.given_names import GivenName
from shared.core.windows import hourly_documents as hourly
from shared.documents import Document
from shared.errors import LeaseHeld, StartRefused
from streaming.driver.live import LiveState, Tally, days_document, days_of
from streaming.driver.standing import DayRules, ModelReference, Target, TopicIdentity

_OPTIONS: CodecOptions[Document] = CodecOptions(
    tz_aware=True, datetime_conversion=DatetimeConversion.DATETIME_MS
)


def load(database: Database[Document], stream_id: str) -> LiveState | None:
    """Read the live model of a stream; None before its first start.

    Raises
    ------
    StartRefused : an earlier version wrote it.
    """
    document = _collection(database).find_one({"_id": stream_id})
    if document is not None and "day_rules" not in document:
        msg = (
            f"stream {stream_id!r} should keep its customers' histories; database {database.name!r} was "
            "written by a version without them; name another one (`mongo.database`) and read the topic again"
        )
        raise StartRefused(msg)
    return None if document is None else _state(document)


def save(database: Database[Document], state: LiveState) -> LiveState:
    """Write `state` over the revision it was made from and return it with its new revision.

    Raises
    ------
    LeaseHeld : the document has moved on: another instance has taken over.
    """
    written = replace(state, rev=state.rev + 1)
    collection = _collection(database)
    if state.rev == 0:
        try:
            collection.insert_one(_document(written))
        except DuplicateKeyError as error:
            raise _taken_over(state) from error
        return written
    wanted = {"_id": state.stream_id, "rev": state.rev, "lease_epoch": {"$lte": state.lease_epoch}}
    if collection.replace_one(wanted, _document(written)).matched_count != 1:
        raise _taken_over(state)
    return written


def _taken_over(state: LiveState) -> LeaseHeld:
    msg = (
        f"stream {state.stream_id!r} should be written by one instance; another has written it since "
        f"revision {state.rev}; stop one of them (`resegment status` names the holder)"
    )
    return LeaseHeld(msg)


def _collection(database: Database[Document]) -> Collection[Document]:
    return database.get_collection(LIVE_MODEL, codec_options=_OPTIONS)


def _document(state: LiveState) -> Document:
    totals, tally = state.population.total, state.tally
    counters = {name: totals(name) for name in ("applied", "duplicate", "late")}
    counts = {"unattributed": tally.unattributed, "unattributed_minor": tally.unattributed_minor}
    return {
        "_id": state.stream_id,
        "rev": state.rev,
        "lease_epoch": state.lease_epoch,
        "clean": state.clean,
        "topic": {"name": state.topic.name, "id": state.topic.id, "partitions": state.topic.partitions},
        "fence_epoch": state.fence_epoch,
        "offsets": [{"partition": p, "next": n} for p, n in sorted(state.offsets.items())],
        "day_rules": asdict(state.day_rules),
        "clocks": [{"partition": p, **clock.to_document()} for p, clock in sorted(state.clocks.items())],
        "counters": {"read": tally.read, **counters, **counts, "rejected": tally.rejected},
        "rejected_codes": [{"code": code, "n": n} for code, n in sorted(tally.rejected_codes.items())],
        "customers": totals("customers"),
        "clusterable": totals("clusterable"),
        **_target_keys(state.now),
        "pending": state.pending and _target_keys(state.pending),
        "asked_at": _date(state.asked_ms),
        "first_event_at": _date(state.first_event_ms),
        "newest_event_at": _date(state.newest_event_ms),
        "newest_delay_ms": state.newest_delay_ms,
        "days": days_document(state.days),
        "kmeans": {"shape": list(state.centers.shape), "centers": _bytes(state.centers)},
        "som": {"shape": list(state.unit_weights.shape), "weights": _bytes(state.unit_weights)},
        "population": state.population.to_document(),
        "batch": dict(state.batch) or None,
        "drift": state.drift.to_document(),
        "hours": hourly.to_document(state.hours),
        "names": [{"segment_id": at, **asdict(given)} for at, given in sorted(state.names.items())],
        "updated_at": datetime.now(UTC),
    }


def _state(document: Document) -> LiveState:
    counters = document["counters"]
    codes = {entry["code"]: entry["n"] for entry in document["rejected_codes"]}
    return LiveState(
        stream_id=document["_id"],
        rev=document["rev"],
        lease_epoch=document["lease_epoch"],
        clean=document["clean"],
        topic=TopicIdentity(**document["topic"]),
        fence_epoch=document["fence_epoch"],
        offsets={entry["partition"]: entry["next"] for entry in document["offsets"]},
        day_rules=DayRules(**document["day_rules"]),
        clocks={entry["partition"]: PartitionClock.from_document(entry) for entry in document["clocks"]},
        tally=Tally(
            counters["read"],
            counters["unattributed"],
            counters["unattributed_minor"],
            counters["rejected"],
            codes,
        ),
        now=_target(document),
        pending=document["pending"] and _target(document["pending"]),
        asked_ms=_ms(document["asked_at"]),
        first_event_ms=_ms(document["first_event_at"]),
        newest_event_ms=_ms(document["newest_event_at"]),
        newest_delay_ms=document["newest_delay_ms"],
        days=days_of(document["days"]),
        centers=_matrix(document["kmeans"]["shape"], document["kmeans"]["centers"]),
        unit_weights=_matrix(document["som"]["shape"], document["som"]["weights"]),
        population=PopulationStatistics.from_document(document["population"]),
        batch=document["batch"] or {},
        drift=DriftMemory.from_document(document["drift"]),
        hours=hourly.from_document(document["hours"]),
        names={row["segment_id"]: GivenName(row["name"], row["action"]) for row in document["names"]},
    )


def _target_keys(target: Target | None) -> Document:
    if target is None:
        return {"model_version": None, "model_epoch": None, "as_of": None}
    return {
        "model_version": target.version,
        "model_epoch": target.epoch,
        "as_of": DatetimeMS(target.as_of_ms),
    }


def _target(document: Document) -> Target | None:
    if document["as_of"] is None:
        return None
    version = document["model_version"]
    model = None if version is None else ModelReference(version, document["model_epoch"])
    return Target(int(document["as_of"]), model)


def _date(ms: int | None) -> DatetimeMS | None:
    return None if ms is None else DatetimeMS(ms)


def _ms(value: DatetimeMS | None) -> int | None:
    return None if value is None else int(value)


def _bytes(matrix: Float64) -> bytes:
    return matrix.astype("<f8").tobytes()


def _matrix(shape: list[int], data: bytes) -> Float64:
    return np.frombuffer(data, "<f8").reshape(shape)
