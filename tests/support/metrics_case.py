"""A quiet shop as its documents have it, minute by minute, for what reads metrics."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.adapters.prometheus.snapshot import Snapshot
from shared.documents import Document
from tests.support.day_rules import DAY_RULES

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALARM_STATES = ("learning", "suspect", "recovering", "drift")


def quiet(minutes: int = 0, **changes: Any) -> Snapshot:
    """Return what is stored so many minutes after `START`; `changes` replace parts of it."""
    now = START + timedelta(minutes=minutes)
    read = 50_000 + 120 * minutes
    parts: Document = {
        "live": live(now, read),
        "lease": {"holder": "shop:1", "epoch": 1, "expires_at": now + timedelta(seconds=20)},
        "model": {
            "_id": 3,
            "k": 2,
            "provisional": False,
            "created_at": START - timedelta(days=10),
            "as_of": START - timedelta(days=10),
        },
        "segments": [segment(1, "VIP", 60), segment(2, "At risk", 340)],
        "drift": [
            drift("share_psi", 0.004, 0.02, 0.1),
            drift("centroid_displacement", 0.1, 0.25, 0.5, 1, "VIP"),
        ],
        "runs": [{"status": "done", "decision": "promoted", "finished_at": START - timedelta(days=10)}],
        "n_runs": [("promoted", 3), ("kept", 1)],
        "requests": [],
        "alerts": [],
        "deliveries": [
            {"channel": "ops", "alert": None, "seq": 0, "sent": {"ticket": 4}, "attempts": 0, "failed": []},
            {
                "channel": "ops",
                "alert": "main:staleness:2",
                "seq": 2,
                "sent": None,
                "attempts": 0,
                "failed": [],
            },
        ],
        "state_bytes": 40_000_000 + 10_000 * minutes,
    }
    return Snapshot(**parts | changes)


def live(now: datetime, read: int) -> Document:
    return {
        "counters": {
            "read": read,
            "applied": read - 40,
            "duplicate": 10,
            "late": 5,
            "unattributed": 20,
            "rejected": 5,
        },
        "rejected_codes": [{"code": "bad_time", "n": 5}],
        "offsets": [{"partition": 0, "next": read}],
        "clocks": [],
        "day_rules": DAY_RULES,
        "topic": {"name": "transactions"},
        "customers": 410,
        "clusterable": 400,
        "newest_event_at": now - timedelta(seconds=30),
        "as_of": START.replace(hour=0),
        "model_version": 3,
        "model_epoch": 3,
        "drift": {"alarms": 1, "watched_days": 90},
        "hours": {"alarms": 0, "watched_ms": 0},
        "batch": {"ended_at": now - timedelta(seconds=5), "elapsed_s": 1.5, "rows": 20},
    }


def segment(identity: int, name: str, customers: int) -> Document:
    return {
        "segment_id": identity,
        "name": name,
        "customers": customers,
        "share": customers / 400,
        "revenue_share": 0.5,
        "model_epoch": 3,
    }


def drift(
    metric: str,
    value: float | None,
    warn: float | None,
    critical: float | None,
    segment_id: int | None = None,
    name: str | None = None,
    status: str = "ok",
) -> Document:
    return {
        "metric": metric,
        "value": value,
        "warn": warn,
        "critical": critical,
        "segment_id": segment_id,
        "segment_name": name,
        "status": "ok" if status in ALARM_STATES else status,
        "state": status if status in ALARM_STATES else None,
    }
