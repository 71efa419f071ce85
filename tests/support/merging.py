"""A merge against a real database: lines in, documents and sums out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from pymongo.database import Database

from shared.adapters.mongo import customer_store
from shared.adapters.mongo.models import insert_model, promote
from shared.core.customers.local_days import local_days
from shared.core.customers.transactions import NEVER_DAY
from shared.core.model.artifact import ModelArtifact
from shared.core.model.population import PopulationStatistics
from shared.documents import Document
from shared.settings import Settings, StateSettings
from shared.stopwatch import Stopwatch
from streaming.driver.live import LiveState, first_state
from streaming.driver.standing import DayRules, ModelReference, Target, TopicIdentity
from streaming.task.chunk import Chunk
from streaming.task.context import BatchContext
from streaming.task.merge import Merged, Merger
from streaming.task.task_report import TaskReport
from tests.support.small_model import AS_OF_MS, UNITS, D, K
from tests.support.state_columns import transactions
from tests.support.state_oracle import Line

SETTINGS = Settings(state=StateSettings(horizon_days=7, max_recent_events=16))


def chunk_of(lines: Sequence[Line], first_offset: int = 0, partition: int = 0) -> Chunk:
    """Return the lines as one chunk of successive offsets; customer n is called `c<n>`."""
    numbers = sorted({line.customer for line in lines})
    rows = transactions([line._replace(customer=numbers.index(line.customer)) for line in lines])
    rows = replace(rows, offset=rows.offset + first_offset)
    day = local_days(rows.event_ms, ZoneInfo(SETTINGS.input.zone))
    return Chunk(partition, [f"c{number}" for number in numbers], rows, np.arange(len(lines)), day, day)


def state_under(champion: ModelArtifact | None, *, epoch: int = 1) -> LiveState:
    """Return a live model at offset 0 that stands under `champion`."""
    state = first_state("main", TopicIdentity("transactions", "id", 2), DayRules.of(SETTINGS))
    if champion is None:
        return state
    return replace(
        state,
        now=Target(AS_OF_MS, ModelReference(champion.version, epoch)),
        centers=champion.centers,
        unit_weights=champion.som.weights,
        population=PopulationStatistics.empty(K, UNITS, D),
    )


def context_of(state: LiveState, champion: ModelArtifact | None) -> BatchContext:
    """Return what the driver would ship to the executors."""
    return BatchContext(
        settings=SETTINGS,
        next_offsets=dict(state.offsets),
        fence_epoch=state.fence_epoch,
        champion=champion.to_document() if champion else None,
        model_epoch=state.now and state.now.epoch,
        centers=state.centers.tobytes(),
        unit_weights=state.unit_weights.tobytes(),
        as_of_ms=state.now.as_of_ms if state.now else 0,
        step_day=state.now.day(ZoneInfo(SETTINGS.input.zone)) if state.now else NEVER_DAY,
        clocks={},
        max_jump_days=31,
    )


def no_tasks(records: object, context: BatchContext) -> list[TaskReport]:
    """Stands for Spark where a job is given no records."""
    raise AssertionError((records, context))


def merge(
    database: Database[Document], state: LiveState, champion: ModelArtifact | None, chunk: Chunk
) -> Merged:
    """Merge one chunk."""
    return Merger(
        context_of(state, champion), database, customer_store.customers_of(database), Stopwatch()
    ).merge(chunk, raw_record)


def raw_record(position: int) -> Document:
    """Return the raw record at a position of a chunk."""
    return {
        "topic": "transactions",
        "fence_epoch": 0,
        "partition": 0,
        "offset": position,
        "kafka_ms": AS_OF_MS,
        "key": None,
        "value": b"bytes as they came",
        "value_bytes": 18,
        "value_sha256": None,
        "headers": [],
    }


def stored(database: Database[Document], *, raw: bool = False) -> dict[str, Document]:
    """Return every customer's document; with `raw` as the stream itself reads it."""
    source = customer_store.customers_of(database) if raw else database["customers"]
    return {document["_id"]: document for document in source.find()}


def put_in_force(database: Database[Document], model: ModelArtifact, epoch: int) -> ModelArtifact:
    """Store a model and promote it from `epoch`; return it with its version."""
    numbered = insert_model(database, model)
    assert promote(database, numbered.version, epoch, "test") is not None
    return numbered


def at(ms: int) -> datetime:
    """Return a stored time as a datetime."""
    return datetime.fromtimestamp(ms / 1000, UTC)
