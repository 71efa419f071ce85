"""Databases in which every customer of the workload is already known and a model is in force.

Documents, sums and model come from the product's own functions; only the way in is a short cut:
a stream of a million customers' first purchases would take minutes and tell nothing more.
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from pymongo import MongoClient
from pymongo.database import Database

from batch.serve import serve_once
from benchmarks.stream.workload import DAY_MS, MS_PER_DAY, Workload, customer_id
from shared.adapters import kafka_topics
from shared.adapters.mongo import connect, models
from shared.adapters.mongo import customer_codec as codec
from shared.adapters.mongo.collections import CUSTOMERS, MODELS, POINTER, ensure
from shared.core.customers.history import History, append, no_history
from shared.core.customers.history_codec import encode_histories
from shared.core.customers.history_rows import HistoryLines
from shared.core.customers.local_days import local_days
from shared.core.customers.recent import Recent
from shared.core.customers.rfm import CustomerStates
from shared.core.customers.transactions import NEVER_MS
from shared.core.model.placement import LiveModel, place
from shared.core.model.population import PopulationStatistics, population_of
from shared.core.model.reference_bins import ReferenceBins
from shared.documents import Document
from shared.settings import ModelSettings, ReportSettings, Settings
from streaming.driver import live_store
from streaming.driver.live import LiveState, first_state
from streaming.driver.standing import DayRules, ModelReference, Target, TopicIdentity

AS_OF_MS = DAY_MS + MS_PER_DAY
_CHUNK = 20_000
_SAMPLE = 10_000
_MODEL_DATABASE = "bench_model"


def train_model(uri: str) -> None:
    """Let the batch job fit the champion that every database gets, on a sample of the customers."""
    database = fresh(uri, _MODEL_DATABASE)
    ensure(database)
    live_store.save(database, _state(TopicIdentity("none", "none", 1), Target(AS_OF_MS)))
    _insert(database, range(_SAMPLE), None)
    settings = Settings(model=ModelSettings(k_min=5, k_max=5, n_starts=2), report=ReportSettings(write=False))
    served = serve_once(database, settings, "benchmark")
    assert served.decision == "promoted", served


def fresh(uri: str, name: str) -> Database[Document]:
    """Return an empty database."""
    database = connect(uri, name)
    database.client.drop_database(name)
    return database


def prefill(uri: str, name: str, workload: Workload, servers: str) -> Database[Document]:
    """Fill a fresh database with the workload's known customers, clustered, and a settled live model."""
    database = fresh(uri, name)
    trained = database.client[_MODEL_DATABASE]
    for collection in (MODELS, POINTER):
        database[collection].insert_many(trained[collection].find())
    model = _model(database)
    starts = range(0, workload.known, _CHUNK)
    parts = [range(start, min(start + _CHUNK, workload.known)) for start in starts]
    total = PopulationStatistics.empty(*_shape(model))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for document in pool.map(_fill, [uri] * len(parts), [name] * len(parts), parts):
            total = total.merge(PopulationStatistics.from_document(document))
    ensure(database)
    topic = TopicIdentity(
        workload.topic, kafka_topics.topic_id(servers, workload.topic), partitions=workload.partitions
    )
    champion = models.load_champion(database)
    assert champion is not None
    state = _state(topic, Target(AS_OF_MS, ModelReference(champion[0].version, champion[1].epoch)))
    live_store.save(
        database,
        replace(state, centers=model.centers, unit_weights=model.unit_weights, population=total),
    )
    return database


def states_of(numbers: range) -> CustomerStates:
    """Make up a past for customers: a few purchases a year, the last one weeks ago; depends on the range."""
    rng, n = np.random.default_rng([17, numbers.start]), len(numbers)
    frequency = np.maximum(1, rng.lognormal(1.0, 0.9, n)).astype(np.int64)
    last = DAY_MS - (rng.gamma(1.2, 50, n) * MS_PER_DAY).astype(np.int64) - MS_PER_DAY
    first = last - ((frequency - 1) * rng.gamma(2.0, 15, n) * MS_PER_DAY).astype(np.int64)
    lines = frequency * 15
    return CustomerStates(
        frequency=frequency,
        monetary_minor=(frequency * rng.lognormal(5.0, 0.8, n) * 10_000).astype(np.int64),
        first_purchase_ms=first,
        last_purchase_ms=last,
        newest_event_ms=last,
        late_floor_ms=np.full(n, NEVER_MS),
        applied=lines,
        duplicate=np.zeros(n, np.int64),
        late=np.zeros(n, np.int64),
        recent_events=_memory(last, 10, rng),
        recent_invoices=_memory(last, 1, rng),
    )


def histories_of(states: CustomerStates) -> History:
    """Spread each customer's purchases evenly over the time from the first to the last."""
    sizes = states.frequency
    who = np.repeat(np.arange(len(states)), sizes)
    turn = np.arange(who.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    span = states.last_purchase_ms - states.first_purchase_ms
    event_ms = states.first_purchase_ms[who] + span[who] * turn // np.maximum(sizes[who] - 1, 1)
    each, rest = np.divmod(states.monetary_minor, sizes)
    everything = np.ones(who.size, np.bool_)
    day = local_days(event_ms, ZoneInfo("UTC"))
    amount = each[who] + np.where(turn == 0, rest[who], 0)
    lines = HistoryLines(who, day, day, event_ms, amount, everything, everything)
    return append(no_history(len(states)), lines)


def documents_of(numbers: range, model: LiveModel | None) -> tuple[list[Document], PopulationStatistics]:
    """Return the documents of customers as the stream writes them, and their sums."""
    states = states_of(numbers)
    placed = place(states.rfm, model)
    version, epoch = (None, None) if model is None else (model.champion.version, 1)
    fixed = {**codec.model_keys(model, version, epoch), "rev": 1, "deleted": False}
    columns = zip(
        numbers,
        codec.state_keys(states),
        encode_histories(histories_of(states)),
        codec.placement_keys(states, placed, model),
        codec.tick_keys(states),
        strict=True,
    )
    documents = [
        {
            **codec.newcomer(customer_id(number)),
            **state,
            "history": history,
            **placement,
            **fixed,
            "at_tick": tick,
        }
        for number, state, history, placement, tick in columns
    ]
    reference_bins = ReferenceBins.of(model.champion if model else None)
    everybody = np.ones(len(numbers), np.bool_)
    return documents, population_of(
        states, placed, _shape(model), reference_bins, everybody, model.as_of_ms if model else 0
    )


def _fill(uri: str, name: str, numbers: range) -> Document:
    with MongoClient[Document](uri, tz_aware=True, w=1) as client:
        database = client[name]
        return _insert(database, numbers, _model(database)).to_document()


def _insert(database: Database[Document], numbers: range, model: LiveModel | None) -> PopulationStatistics:
    documents, population = documents_of(numbers, model)
    database[CUSTOMERS].insert_many(documents, ordered=False)
    return population


def _model(database: Database[Document]) -> LiveModel:
    champion = models.load_champion(database)
    assert champion is not None
    artifact, _ = champion
    return LiveModel(artifact, artifact.centers, artifact.som.weights, AS_OF_MS)


def _shape(model: LiveModel | None) -> tuple[int, int, int]:
    if model is None:
        return 0, 0, 0
    return len(model.centers), len(model.unit_weights), model.centers.shape[1]


def _state(topic: TopicIdentity, now: Target) -> LiveState:
    first_ms = DAY_MS - 300 * MS_PER_DAY
    return replace(
        first_state("main", topic, DayRules.of(Settings())),
        now=now,
        first_event_ms=first_ms,
        newest_event_ms=DAY_MS,
    )


def _memory(last_ms: "np.ndarray[Any, np.dtype[np.int64]]", each: int, rng: np.random.Generator) -> Recent:
    n = last_ms.size * each
    hashes = rng.integers(0, 2**63, n, dtype=np.uint64)
    return Recent(np.repeat(np.arange(last_ms.size), each), hashes, np.repeat(last_ms, each))
