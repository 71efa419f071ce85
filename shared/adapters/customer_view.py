"""One customer, with what explains the place and what was bought of late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from pymongo.database import Database

from shared.adapters.mongo.collections import CUSTOMERS, LIVE_MODEL, MODELS
from shared.adapters.mongo.customer_codec import histories_of
from shared.adapters.readers import segments_of
from shared.core.customers.features import MINOR_PER_UNIT
from shared.core.customers.history import window_sums
from shared.core.customers.local_days import day_ended_by
from shared.core.fixed_point import from_fixed
from shared.documents import Document

PERIODS_DAYS = (30, 90, 365)
_MEMORY = {"recent_events": 0, "recent_invoices": 0}


@dataclass(frozen=True)
class Period:
    """What was bought in the `days` up to the stream's tick; spend is net of what was returned in them."""

    days: int
    orders: int
    active_days: int
    spend: float
    returned: float


@dataclass(frozen=True)
class CustomerView:
    """One customer: names, the advised action, coordinates in deviations, the last periods, shortest first.

    periods : those that lie within what is kept by day; none before the first tick.
    """

    customer: Document
    action: str | None
    segment_names: Mapping[int, str]
    coordinates: Mapping[str, float]
    periods: Sequence[Period]


def customer_view(database: Database[Document], customer_id: str, stream_id: str) -> CustomerView | None:
    """Read one customer; None if it is unknown or was deleted.

    Raises
    ------
    SchemaMismatch : the customer's history is damaged.
    """
    found = database[CUSTOMERS].find_one({"_id": customer_id, "deleted": False}, _MEMORY)
    if found is None:
        return None
    named = {row["segment_id"]: row for row in segments_of(database, found["model_epoch"])}
    periods = _periods(found, database[LIVE_MODEL].find_one({"_id": stream_id}, {"as_of": 1, "day_rules": 1}))
    vector = found.pop("vector")
    model = database[MODELS].find_one({"_id": found["model_version"]}, {"features": 1})
    return CustomerView(
        {name: value for name, value in found.items() if name != "history"},
        named.get(found["segment_id"], {}).get("action"),
        {segment_id: row["name"] for segment_id, row in named.items()},
        _coordinates(vector, model["features"]) if vector and model else {},
        periods,
    )


def _periods(found: Document, live: Document | None) -> list[Period]:
    if live is None or live["as_of"] is None:
        return []
    day = day_ended_by(round(live["as_of"].timestamp() * 1000), ZoneInfo(live["day_rules"]["zone"]))
    history = histories_of([found])
    kept_from = int(history.folded.through[0])
    sums = [(days, window_sums(history, day, days)) for days in PERIODS_DAYS if day - days >= kept_from]
    return [
        Period(
            days,
            int(of.orders[0]),
            int(of.active_days[0]),
            int(of.gross_minor[0] - of.returned_minor[0]) / MINOR_PER_UNIT,
            int(of.returned_minor[0]) / MINOR_PER_UNIT,
        )
        for days, of in sums
    ]


def _coordinates(vector: bytes, features: Sequence[str]) -> dict[str, float]:
    """Decode a stored vector into deviations from the average customer."""
    return dict(zip(features, from_fixed(np.frombuffer(vector, "<i8")).tolist(), strict=True))
