"""Records that cannot be used: kept with their bytes, and sent on with the reason.

Both copies are keyed by topic offset. The collection is exact (writing again overwrites); the
dead-letter topic is at least once, as every producer's topic is.
"""

from collections.abc import Sequence
from functools import lru_cache

from bson import Binary
from bson.datetime_ms import DatetimeMS
from kafka import KafkaProducer
from pymongo import ReplaceOne
from pymongo.database import Database

from shared.adapters.failpoints import failpoint
from shared.adapters.mongo.collections import REJECTED
from shared.documents import Document
from shared.errors import ServiceUnavailable
from streaming.task.contract import Rejection

Headers = list[tuple[str, bytes]]

LATE = Rejection("late", "event_time", "older than the customer's newest event by more than the horizon")
_SEND_DEADLINE_S = 60
_CONNECTOR = b"resegment"


def late_record(record: Document) -> Document:
    """Turn a raw record into one that is kept as late."""
    return kept(record, LATE)


def kept(record: Document, reason: Rejection) -> Document:
    """Return the row of the `rejected` collection for a raw record."""
    value, key = record["value"], record["key"]
    return {
        "_id": f"{record['fence_epoch']}:{record['partition']}:{record['offset']}",
        "code": reason.code,
        "field": reason.field,
        "message": reason.message,
        "topic": record["topic"],
        "partition": record["partition"],
        "offset": record["offset"],
        "kafka_time": DatetimeMS(record["kafka_ms"]),
        "key": None if key is None else Binary(key),
        "value": None if value is None else Binary(value),
        "value_bytes": record["value_bytes"],
        "value_sha256": record["value_sha256"],
    }


def write_kept(database: Database[Document], rows: Sequence[Document]) -> None:
    """Write rows of `rejected`; the same record overwrites itself."""
    if rows:
        operations = [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows]
        database[REJECTED].bulk_write(operations, ordered=False)
        failpoint("rejected_written")


def send(bootstrap: str, topic: str, records: Sequence[tuple[Document, Rejection]]) -> None:
    """Send records to the dead-letter topic, key, value and headers as they came, reasons as headers.

    Raises
    ------
    ServiceUnavailable : the broker did not confirm every record in time; the batch is repeated.
    """
    if not records:
        return
    producer = _producer(bootstrap)
    futures = [
        producer.send(topic, key=record["key"], value=record["value"], headers=_headers(record, reason))
        for record, reason in records
    ]
    producer.flush(timeout=_SEND_DEADLINE_S)
    failed = [future for future in futures if not future.succeeded()]
    if failed:
        msg = (
            f"dead-letter topic {topic!r} should confirm {len(records)} records within {_SEND_DEADLINE_S} s; "
            f"{len(failed)} were not; check the broker with `resegment doctor`"
        )
        raise ServiceUnavailable(msg) from failed[0].exception


def _headers(record: Document, reason: Rejection) -> Headers:
    ours = {
        "__connect.errors.topic": record["topic"],
        "__connect.errors.partition": record["partition"],
        "__connect.errors.offset": record["offset"],
        "__connect.errors.stage": "VALUE_CONVERTER",
        "__connect.errors.exception.class.name": reason.code,
        "__connect.errors.exception.message": reason.message,
        "reseg.error.code": reason.code,
        "reseg.error.field": reason.field or "",
        "reseg.value.bytes": record["value_bytes"],
        "reseg.value.sha256": record["value_sha256"] or "",
    }
    named = [("__connect.errors.connector.name", _CONNECTOR)]
    return [*record["headers"], *named, *((name, str(value).encode()) for name, value in ours.items())]


@lru_cache(maxsize=1)
def _producer(bootstrap: str) -> KafkaProducer:
    """One producer per worker process, connected when the first record needs it."""
    return KafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=20, max_request_size=10_485_760)
