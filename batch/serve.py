"""Serving requests, one at a time, under the lease: the shell around the pipeline.

A run that fails closes its request with the reason; the job goes on. A job that is killed leaves its
request claimed under an epoch that the next holder of the lease knows to be gone, and serves again.
A job that lost its lease without noticing computes in vain: the pointer is fenced by the lease's epoch.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from secrets import token_hex
from typing import Any

from pymongo.database import Database
from pymongo.errors import ConnectionFailure

from batch.pipeline import JOB, Outcome, recluster
from batch.reporting.publish_report import publish_report
from batch.reporting.run import RunRequest
from batch.run_record import run_record
from batch.schedule import file_due
from shared.adapters.failpoints import failpoint
from shared.adapters.mongo.leases import Lease, LeaseKeeper, acquire, release
from shared.adapters.mongo.models import raise_fence
from shared.adapters.mongo.requests import Request, claim, file_request, finish, request_id
from shared.adapters.mongo.runs import begin_run, close_killed_runs, find_done, finish_run
from shared.documents import Document
from shared.errors import LeaseHeld, ReclusteringError
from shared.log import get_logger
from shared.settings import Settings

LEASE_S = 20.0
POLL_S = 0.2
"""Between looks for a new request: an indexed find of a millisecond, and a stream may be waiting."""

STAND_BY_S = 1.0
"""Between tries to take over from the instance that holds the lease."""

log = get_logger(__name__)


@dataclass(frozen=True)
class Served:
    """One request and what came of it.

    decision : 'promoted', 'kept', or None if the run failed. model_version : of the challenger, kept or not.
    report : path of its page; None if it failed or none is wanted.
    """

    request_id: str
    run_id: str
    status: str
    decision: str | None
    reason: str
    model_version: int | None
    n_customers: int | None
    metrics: dict[str, Any]
    report: str | None = None


class Server:
    """The holder of the lease; `serve` works off one request."""

    def __init__(
        self, database: Database[Document], settings: Settings, lease: Lease, lost: threading.Event
    ) -> None:
        self._database, self._settings, self._lease, self._lost = database, settings, lease, lost

    def serve(self, identity: str | None = None) -> Served | None:
        """Serve the oldest open request, or that of `identity`; None if there is none.

        Raises
        ------
        LeaseHeld : the lease was lost meanwhile.
        """
        if self._lost.is_set():
            msg = f"the lease {JOB!r} was lost while the job ran; see `resegment status` for its new holder"
            raise LeaseHeld(msg)
        request = claim(self._database, self._lease, identity)
        if request is None:
            return None
        served = find_done(self._database, request.id)
        return self._run(request) if served is None else self._close(request, served["_id"], served)

    def withdraw(self, identity: str) -> None:
        """Close a request of this holder that was given up before it was served."""
        finish(self._database, identity, self._lease, status="failed", outcome="interrupted", run_id=None)

    def file_due(self, watching_since: datetime) -> None:
        """File the request that the wall clock asks for, if it is set to."""
        rules, zone = self._settings.schedule, self._settings.input.zone
        if rules.cron is not None:
            now = datetime.now(UTC)
            file_due(self._database, rules.cron, zone, JOB, watching_since=watching_since, now=now)

    def _run(self, request: Request) -> Served:
        started_at = datetime.now(UTC)
        run_id = f"{JOB}-{started_at:%Y%m%dT%H%M%S}-{token_hex(3)}"
        begin_run(self._database, run_id, JOB, request.id, started_at)
        failpoint("run_begun")
        log.info("recluster_started", request=request.id, reason=request.reason, run=run_id)
        record, outcome = self._attempt(request, run_id, started_at)
        failpoint("before_run_record")
        finish_run(self._database, run_id, **record)
        failpoint("run_recorded")
        served = self._close(request, run_id, record)
        if outcome is None:
            return served
        # last: a stream may be waiting for the request, and nobody waits for the report
        run_request = RunRequest(run_id, request.id, request.kind, request.reason, started_at)
        files = publish_report(self._database, self._settings, run_request, outcome)
        return served if files is None else replace(served, report=str(files.html))

    def _close(self, request: Request, run_id: str, record: Mapping[str, Any]) -> Served:
        outcome = f"{record['decision'] or 'failed'}: {record['reason']}"
        finish(
            self._database, request.id, self._lease, status=record["status"], outcome=outcome, run_id=run_id
        )
        served = _served(request, run_id, record)
        log.info(
            "recluster_ended",
            request=request.id,
            run=run_id,
            outcome=outcome,
            model_version=served.model_version,
            n_customers=served.n_customers,
        )
        return served

    def _attempt(
        self, request: Request, run_id: str, started_at: datetime
    ) -> tuple[dict[str, Any], Outcome | None]:
        try:
            outcome = recluster(
                self._database,
                self._settings,
                request=request,
                lease=self._lease,
                run_id=run_id,
                created_at=started_at,
                code_version=_code_version(),
            )
        except ConnectionFailure:  # nothing can be recorded either; the next holder serves it again
            raise
        except ReclusteringError as error:
            log.error("recluster_refused", request=request.id, run=run_id, reason=str(error))
            return {"status": "failed", "decision": None, "reason": str(error)}, None
        except Exception as error:
            log.exception("recluster_failed", request=request.id, run=run_id)
            reason = f"{type(error).__name__}: {error}"
            return {"status": "failed", "decision": None, "reason": reason}, None
        return {"status": "done"} | run_record(outcome), outcome


@contextmanager
def serving(database: Database[Document], settings: Settings) -> Iterator[Server]:
    """Hold the lease for as long as the context is open.

    Raises
    ------
    LeaseHeld : another instance runs.
    """
    lease = acquire(database, JOB, holder=f"resegment {JOB}", ttl_s=LEASE_S)
    try:
        with LeaseKeeper(database, lease, LEASE_S) as keeper:
            raise_fence(database, lease)
            close_killed_runs(database, JOB)
            yield Server(database, settings, lease, keeper.lost)
    finally:
        release(database, lease)


def serve_once(
    database: Database[Document], settings: Settings, reason: str, *, force: bool = False
) -> Served:
    """File a request of an operator and serve it; `force` overrides the vetoes. Raises like `serving`."""
    with serving(database, settings) as server:
        key = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{token_hex(3)}"
        file_request(database, "operator", key, None, reason, force=force)
        try:
            served = server.serve(request_id("operator", key))
        except Exception:
            raise
        except (
            BaseException
        ):  # Ctrl-C or SIGTERM: whoever asked has gone, and a later job should not serve it
            server.withdraw(request_id("operator", key))
            raise
    assert served is not None  # noqa: S101 - just filed, and nobody else holds the lease
    return served


def watch(
    database: Database[Document],
    settings: Settings,
    *,
    stop: threading.Event,
    on_served: Callable[[Served], None],
) -> None:
    """Serve requests as they come until `stop` is set; the one in hand is finished first.

    Where another instance holds the lease this one stands by and takes over when that one is gone.
    """
    is_standing_by = False
    while not stop.is_set():
        try:
            with serving(database, settings) as server:
                _work_off(server, stop, on_served)
        except LeaseHeld as held:
            if not is_standing_by:
                log.info("recluster_standing_by", held=str(held))
            is_standing_by = True
            stop.wait(STAND_BY_S)


def _work_off(server: Server, stop: threading.Event, on_served: Callable[[Served], None]) -> None:
    log.info("recluster_watching", poll_s=POLL_S)
    watching_since = datetime.now(UTC)
    while not stop.is_set():
        server.file_due(watching_since)
        served = server.serve()
        if served is None:
            stop.wait(POLL_S)
        else:
            on_served(served)


def _served(request: Request, run_id: str, record: Mapping[str, Any]) -> Served:
    return Served(
        request_id=request.id,
        run_id=run_id,
        status=record["status"],
        decision=record["decision"],
        reason=record["reason"],
        model_version=record.get("model_version"),
        n_customers=record.get("n_customers"),
        metrics=record.get("metrics", {}),
    )


@cache
def _code_version() -> str:
    return version("resegment")
