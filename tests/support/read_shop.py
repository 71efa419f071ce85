"""A small shop that the collections' own validators accept, written down document by document."""

import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from shared.core.customers.features import MINOR_PER_UNIT, MS_PER_DAY
from shared.core.customers.history import append, no_history
from shared.core.customers.history_codec import encode_histories
from shared.core.customers.history_rows import HistoryLines
from shared.core.customers.local_days import EPOCH
from shared.core.drift.memory import DriftMemory
from shared.core.windows.hourly import HourlyMemory
from shared.core.windows.hourly_documents import to_document
from shared.documents import Document
from tests.support.day_rules import DAY_RULES

AS_OF = datetime(2011, 12, 10, tzinfo=UTC)
BOUGHT_AT = datetime(2011, 12, 7, 15, 52, tzinfo=UTC)
UNDER_MODEL = {"model_version": 3, "model_epoch": 3, "as_of": AS_OF}
NAMES = {0: "Champions", 1: "Promising", 2: "Hibernating"}


def bought(*lines: tuple[int, int]) -> bytes:
    """Return the history of purchases so many days before the tick; a negative amount is a return."""
    days_ago, amounts = np.array(lines).T
    day = (AS_OF.date().toordinal() - EPOCH.toordinal() - days_ago).astype(np.int32)
    is_purchase = amounts > 0
    who, ms = np.zeros(len(lines), np.int64), day.astype(np.int64) * MS_PER_DAY
    columns = HistoryLines(who, day, day, ms, amounts * MINOR_PER_UNIT, is_purchase, is_purchase)
    return encode_histories(append(no_history(1), columns))[0]


def customer(customer_id: str, **changes: Any) -> Document:
    return {
        "_id": customer_id,
        "frequency": 7,
        "monetary_minor": 43_100_000,
        "monetary": 4310.0,
        "first_purchase_at": datetime(2010, 12, 7, 14, 57, tzinfo=UTC),
        "last_purchase_at": BOUGHT_AT,
        "newest_event_at": BOUGHT_AT,
        "late_floor": None,
        "recent_events": struct.pack("<Qq", 1, 2),
        "recent_invoices": b"",
        "history": bought((2, 60), (20, 100), (20, 20), (50, -30), (80, 40), (200, 90), (367, 4000)),
        "applied": 182,
        "duplicate": 1,
        "late": 0,
        "at_tick": None,
        "status": "clustered",
        "vector": struct.pack("<3q", -(2**32), 2**31, 3 * 2**31),
        "label": 0,
        "segment_id": 0,
        "segment_name": "Champions",
        "distance": 0.52,
        "runner_up_id": 1,
        "margin": 1.25,
        "som_row": 2,
        "som_col": 5,
        "som_adjacent": True,
        "som_distance": 0.21,
        "reference_label": 0,
        "reference_distance": 0.5,
        "recency_days": 2.34,
        "last_transition": {
            "from": 1,
            "to": 0,
            "cause": "purchase",
            "partition": 0,
            "offset": 77,
            "as_of": AS_OF,
            "model_epoch": 3,
        },
        "fence": [{"partition": 0, "offset": 80}],
        "fence_epoch": 0,
        "rev": 9,
        "deleted": False,
        **UNDER_MODEL,
        **changes,
    }


def returns_only(customer_id: str) -> Document:
    place = ("vector", "label", "distance", "runner_up_id", "margin", "last_transition")
    purchases = ("first_purchase_at", "last_purchase_at", "recency_days")
    named = [name for name in customer("") if name.startswith(("som_", "reference_", "segment_"))]
    sums = {"status": "no_purchase", "frequency": 0, "monetary_minor": -5, "monetary": -0.0005}
    return customer(customer_id, **dict.fromkeys((*place, *purchases, *named)), **sums)


def segment(segment_id: int, n_customers: int, revenue_minor: int) -> Document:
    return {
        "_id": f"3:{segment_id}",
        "segment_id": segment_id,
        "name": NAMES[segment_id],
        "action": f"write to {NAMES[segment_id]}",
        "customers": n_customers,
        "share": n_customers / 10,
        "revenue_minor": revenue_minor,
        "revenue": revenue_minor / 10_000,
        "revenue_share": revenue_minor / 100_000_000,
        "mean_recency_days": 12.5,
        "mean_frequency": 4.2,
        "mean_monetary": revenue_minor / 10_000 / n_customers,
        "center_recency_days": 9.0,
        "center_frequency": 3.9,
        "center_monetary": 1200.0,
        **UNDER_MODEL,
    }


def measurement(
    metric: str, segment_id: int | None, value: float | None, status: str, days_ago: int = 0
) -> Document:
    as_of = AS_OF - timedelta(days=days_ago)
    return {
        "_id": f"3:{as_of:%Y-%m-%d}:{metric}:{'all' if segment_id is None else segment_id}",
        "metric": metric,
        "segment_id": segment_id,
        "segment_name": None if segment_id is None else NAMES[segment_id],
        "value": value,
        "warn": 0.1,
        "critical": 0.25,
        "low": None,
        "high": None,
        "status": status,
        "kind": "stock",
        "state": None,
        "observed": None,
        "expected": None,
        **UNDER_MODEL,
        "as_of": as_of,
    }


def event(kind: str, **changes: Any) -> Document:
    """Return what a promotion did, or with kind `learning` what the live model has come to see since."""
    split = {"kind": "split", "old": [1], "new": [1, 2], "share": 0.9, "customers": 4}
    fate = {"segment_id": 1, "unicity": 0.1, "identity": 0.9, "outflow": 0.0}
    row = {"_id": f"3:{AS_OF:%Y-%m-%d}:{kind}", "kind": kind, "events": [split], "fates": [fate]}
    return {**UNDER_MODEL, "as_of": AS_OF, **row, **changes}


def flow_measurement(score: float, days_ago: int) -> Document:
    flow = {"kind": "flow", "state": "ok", "observed": 31.5, "expected": 30.0, "warn": 4.0, "critical": 6.0}
    return measurement("drift_basket", None, score, "ok", days_ago) | flow


def live_model(**changes: Any) -> Document:
    return {
        "_id": "main",
        "rev": 40,
        "lease_epoch": 2,
        "clean": False,
        "topic": {"name": "transactions", "id": "uuid", "partitions": 2},
        "fence_epoch": 0,
        "offsets": [{"partition": 0, "next": 600}, {"partition": 1, "next": 400}],
        "clocks": [],
        "day_rules": DAY_RULES,
        "counters": {
            "read": 1000,
            "applied": 700,
            "duplicate": 20,
            "late": 5,
            "unattributed": 270,
            "unattributed_minor": 123,
            "rejected": 5,
        },
        "rejected_codes": [{"code": "bad_time", "n": 3}, {"code": "malformed", "n": 2}],
        "customers": 11,
        "clusterable": 10,
        "model_version": 3,
        "model_epoch": 3,
        "as_of": AS_OF,
        "pending": None,
        "first_event_at": datetime(2010, 12, 1, 8, 26, tzinfo=UTC),
        "newest_event_at": datetime(2011, 12, 9, 12, 50, tzinfo=UTC),
        "days": [],
        "names": [],
        "drift": DriftMemory(model_epoch=3, first_day=1, last_day=90, watched_days=40).to_document(),
        "hours": to_document(HourlyMemory(windows=100, watched_ms=10 * 86_400_000, chance=0.0002)),
        "kmeans": {"centers": b"", "statistics": b""},
        "som": {"weights": b"", "statistics": b""},
        "population": [],
        "batch": {"rows": 5000, "elapsed_s": 0.2, "events_per_s": 25_000.0, "ended_at": AS_OF},
        **changes,
    }


def lease(expires_at: datetime) -> Document:
    return {
        "_id": "stream:main",
        "epoch": 2,
        "holder": "resegment-1",
        "host": "shop",
        "pid": 4711,
        "started": AS_OF,
        "expires_at": expires_at,
    }


def request() -> Document:
    return {
        "_id": "schedule:2011-12-10",
        "kind": "schedule",
        "status": "open",
        "reason": "90 days of events since the last one",
        "created_at": AS_OF,
        "as_of": AS_OF,
        "finished_at": None,
        "force": False,
        "score": None,
        "served_by": None,
        "outcome": None,
        "run_id": None,
    }


def finished_run() -> Document:
    return {
        "_id": "run-1",
        "job": "recluster",
        "request_id": "bootstrap:main",
        "status": "done",
        "started_at": AS_OF,
        "finished_at": AS_OF,
        "as_of": AS_OF,
        "n_customers": 10,
        "model_version": 3,
        "decision": "promoted",
        "reason": "inertia 4% lower",
        "metrics": {},
        "scores": [],
        "lineage": [],
        "report": None,
    }


def transition(customer_id: str) -> Document:
    return {
        "_id": f"{customer_id}:0:0:77",
        "customer_id": customer_id,
        "from_id": 1,
        "from_name": "Promising",
        "to_id": 0,
        "to_name": "Champions",
        "cause": "purchase",
        "partition": 0,
        "offset": 77,
        "monetary_minor": 43_100_000,
        **UNDER_MODEL,
    }
