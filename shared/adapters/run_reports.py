"""Which re-clusterings have a report, and where it is."""

from dataclasses import dataclass
from datetime import datetime

from pymongo import DESCENDING
from pymongo.database import Database

from shared.adapters.mongo.collections import RUNS
from shared.documents import Document
from shared.errors import ReclusteringError

N_NEWEST = 50


@dataclass(frozen=True)
class RunReport:
    """One run. html, json : paths where the batch job ran; error : why there is no report."""

    run_id: str
    started_at: datetime
    status: str
    decision: str | None
    reason: str | None
    as_of: datetime | None
    n_customers: int | None
    html: str | None
    json: str | None
    error: str | None


def newest(database: Database[Document]) -> list[RunReport]:
    """List the newest runs, with or without a report."""
    found = database[RUNS].find({"job": "recluster"}).sort("started_at", DESCENDING).limit(N_NEWEST)
    return [_of(run) for run in found]


def of_run(database: Database[Document], run_id: str | None = None) -> RunReport:
    """Find one run; without an id the newest that has a report.

    Raises
    ------
    ReclusteringError : there is no such run.
    """
    wanted: Document = {"report.html": {"$type": "string"}} if run_id is None else {"_id": run_id}
    run = database[RUNS].find_one({"job": "recluster"} | wanted, sort=[("started_at", DESCENDING)])
    if run is None:
        what = "there is no run with a report yet" if run_id is None else f"there is no run {run_id}"
        msg = f"{what}; see `resegment report ls`, or run `resegment recluster --once`"
        raise ReclusteringError(msg)
    return _of(run)


def _of(run: Document) -> RunReport:
    report = run.get("report") or {}
    return RunReport(
        run_id=run["_id"],
        started_at=run["started_at"],
        status=run["status"],
        decision=run["decision"],
        reason=run["reason"],
        as_of=run["as_of"],
        n_customers=run["n_customers"],
        html=report.get("html"),
        json=report.get("json"),
        error=report.get("error"),
    )
