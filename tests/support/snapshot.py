"""Everything a stream has written at one moment, and what must be true of it at every such moment."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter

import pandas as pd
from pymongo.database import Database

from shared.adapters.mongo import customer_store, models
from shared.core.model.population import PopulationStatistics
from shared.core.windows.hourly_documents import to_document
from shared.documents import Document
from shared.recount.histories import flat_mismatches
from shared.recount.past import read_past
from streaming.driver import live_store
from streaming.driver.live import LiveState
from streaming.driver.restate import recount
from tests.support.shop_recount import FIELDS, Expected

TOLD = ("segments", "segment_stats", "segment_events", "drift_metrics", "flows", "alerts", "requests")
"""What analysts and operations read."""

BY_CHANCE = frozenset(
    {"rev", "created_at", "updated_at", "finished_at", "changed_at", "run_id", "served_by", "lease_epoch"}
)
"""Keys that depend on the wall clock, on who did it, or on how often something was written."""


@dataclass(frozen=True)
class Snapshot:
    """Times are epoch milliseconds, in `customers` and everywhere else."""

    live: LiveState
    counters: Mapping[str, int]
    customers: Mapping[str, Document]
    population: PopulationStatistics
    transitions: list[Document]
    told: Mapping[str, Mapping[str, Document]]
    rejected: list[Document]
    n_models: int


def take(database: Database[Document], stream_id: str = "main") -> Snapshot:
    """Read it all; the population is a recount of the customer table."""
    live = live_store.load(database, stream_id)
    assert live is not None
    version = live.now and live.now.version
    champion = None if version is None else models.load_model(database, version)
    table = customer_store.customers_of(database)
    document = database["live_model"].find_one({"_id": stream_id}) or {}
    told = {name: {str(row["_id"]): _lasting(row) for row in database[name].find()} for name in TOLD}
    options = table.codec_options
    return Snapshot(
        live,
        document["counters"],
        {row["_id"]: row for row in table.find()},
        recount(database, live, champion),
        list(database.get_collection("transitions", options).find()),
        told,
        list(database["rejected"].find()),
        database["models"].count_documents({}),
    )


def check(snapshot: Snapshot) -> None:
    """Assert what must hold after every run, whatever happened before."""
    counters = snapshot.counters
    outcomes = ("applied", "duplicate", "late", "unattributed", "rejected")
    assert counters["read"] == sum(counters[name] for name in outcomes)
    assert snapshot.live.pending is None
    assert snapshot.live.population.to_document() == snapshot.population.to_document()
    check_histories(snapshot)
    check_transitions(snapshot)
    check_targets(snapshot)


def check_histories(snapshot: Snapshot) -> None:
    """Assert that each customer's history adds up to the flat columns."""
    for customer_id, customer in snapshot.customers.items():
        past = read_past(customer["history"])
        assert past is not None, customer_id
        flat = {name: customer[name] and int(customer[name]) for name in FIELDS[:4]}
        assert not list(flat_mismatches(customer_id, flat, past))


def check_transitions(snapshot: Snapshot) -> None:
    """Assert that each customer's moves join up, without a gap, and end where the customer is."""
    moves: dict[str, list[Document]] = defaultdict(list)
    for row in snapshot.transitions:
        row["offset"] = -1 if row["offset"] is None else row["offset"]
        moves[row["customer_id"]].append(row)
    for customer_id, customer in snapshot.customers.items():
        place = None
        for row in sorted(moves.pop(customer_id, []), key=_when):
            assert row["from_id"] == place, f"gap before {row}"
            assert row["to_id"] != place, f"{row} goes nowhere"
            place = row["to_id"]
        assert place == customer["segment_id"], (
            f"{customer_id} is in {customer['segment_id']}, fed to {place}"
        )
    assert not moves, f"moves of nobody: {list(moves)}"


_when = itemgetter("as_of", "model_epoch", "offset")


def check_targets(snapshot: Snapshot) -> None:
    """Assert that every customer stands under the live model's tick and champion."""
    now = snapshot.live.now
    if now is None or now.model is None:
        return
    under = {(c["model_version"], c["model_epoch"], int(c["as_of"])) for c in snapshot.customers.values()}
    assert under == {(now.version, now.epoch, now.as_of_ms)}


def check_counts(snapshot: Snapshot, expected: Expected) -> None:
    """Assert that every customer and every total is what pandas has counted."""
    pd.testing.assert_frame_equal(counted(snapshot), expected.customers, check_names=False)
    assert dict(snapshot.counters) == expected.counters


def counted(snapshot: Snapshot) -> pd.DataFrame:
    """Return the stored customers in the shape of `Expected.customers`."""
    rows = {
        customer_id: [None if customer[name] is None else int(customer[name]) for name in FIELDS]
        for customer_id, customer in snapshot.customers.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(FIELDS)).sort_index()
    times = ["first_purchase_at", "last_purchase_at"]
    whole = [name for name in FIELDS if name not in times]
    return table.astype(dict.fromkeys(times, "Int64") | dict.fromkeys(whole, "int64"))


def check_same(snapshot: Snapshot, other: Snapshot) -> None:
    """Assert that two ways to the same end leave the same behind, document by document."""
    assert dict(snapshot.counters) == dict(other.counters)
    assert snapshot.customers.keys() == other.customers.keys()
    for customer_id, customer in snapshot.customers.items():
        assert _lasting(customer) == _lasting(other.customers[customer_id]), customer_id
    for name in TOLD:
        assert snapshot.told[name] == other.told[name], name
    assert snapshot.live.now == other.live.now
    assert snapshot.live.clocks == other.live.clocks
    assert snapshot.live.day_rules == other.live.day_rules
    assert snapshot.live.drift == other.live.drift
    assert to_document(snapshot.live.hours) == to_document(other.live.hours)
    assert snapshot.live.centers.tobytes() == other.live.centers.tobytes()
    assert snapshot.live.unit_weights.tobytes() == other.live.unit_weights.tobytes()
    assert snapshot.n_models == other.n_models


def _lasting(document: Document) -> Document:
    return {name: value for name, value in document.items() if name not in BY_CHANCE}
