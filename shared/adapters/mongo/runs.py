"""The record of every run of a job: begun, then finished with its outcome."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pymongo import DESCENDING
from pymongo.database import Database

from shared.adapters.mongo.collections import RUNS
from shared.documents import Document


def begin_run(
    database: Database[Document], run_id: str, job: str, request_id: str | None, started_at: datetime
) -> None:
    """Record that a run has begun."""
    unknown = ("finished_at", "as_of", "n_customers", "model_version", "decision", "reason", "report")
    document: dict[str, Any] = dict.fromkeys(unknown)
    document |= {"_id": run_id, "job": job, "request_id": request_id, "status": "running"}
    document |= {"started_at": started_at, "metrics": {}, "scores": [], "lineage": []}
    database[RUNS].insert_one(document)


def finish_run(
    database: Database[Document],
    run_id: str,
    *,
    status: Literal["done", "failed"],
    reason: str,
    decision: str | None = None,
    as_of: datetime | None = None,
    n_customers: int | None = None,
    model_version: int | None = None,
    metrics: Mapping[str, Any] | None = None,
    scores: Sequence[Mapping[str, Any]] = (),
    lineage: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Record how a run ended, unless a later holder of the job's lease has closed it meanwhile."""
    result = {
        "status": status,
        "reason": reason,
        "decision": decision,
        "as_of": as_of,
        "n_customers": n_customers,
        "model_version": model_version,
        "metrics": metrics or {},
        "scores": list(scores),
        "lineage": list(lineage),
        "finished_at": datetime.now(UTC),
    }
    database[RUNS].update_one({"_id": run_id, "status": "running"}, {"$set": result})


def record_report(
    database: Database[Document],
    run_id: str,
    *,
    html: str | None = None,
    json: str | None = None,
    error: str | None = None,
) -> None:
    """Say where the report of a run is, or why there is none."""
    report = {"html": html, "json": json, "error": error}
    database[RUNS].update_one({"_id": run_id}, {"$set": {"report": report}})


def close_killed_runs(database: Database[Document], job: str) -> int:
    """Mark runs that never ended as failed; for the only holder of the job's lease. Returns how many."""
    ended = {"status": "failed", "reason": "the job was killed", "finished_at": datetime.now(UTC)}
    return database[RUNS].update_many({"job": job, "status": "running"}, {"$set": ended}).modified_count


def find_done(database: Database[Document], request_id: str) -> Document | None:
    """Return the run that served a request to its end, though its job may have died before it said so."""
    return database[RUNS].find_one({"request_id": request_id, "status": "done"})


def last_sound_size(database: Database[Document], job: str) -> int | None:
    """Return the customers of the newest run whose table was not found too small; None without one.

    Refused tables do not count: else a table that lost half its customers would pass at the second try.
    """
    sound = {
        "job": job,
        "status": "done",
        "metrics.checks": {"$elemMatch": {"name": "customers", "passed": True}},
    }
    found = database[RUNS].find_one(sound, {"n_customers": 1}, sort=[("started_at", DESCENDING)])
    return None if found is None else int(found["n_customers"])


def last_started_at(database: Database[Document], job: str) -> datetime | None:
    """Return when the newest run began; None before the first."""
    found = database[RUNS].find_one({"job": job}, {"started_at": 1}, sort=[("started_at", DESCENDING)])
    return None if found is None else found["started_at"]
