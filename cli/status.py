"""`resegment status`: does the stream run and keep up, and has every record its outcome."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cli.connection import kafka_servers, open_database
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import answer, left, moment, number, print_pairs, print_table
from cli.standing import as_pairs, next_step

if TYPE_CHECKING:
    from shared.adapters.readers import Accounting, StreamStatus
    from shared.settings import Settings


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    text = "the stream, its counters, open requests and last runs"
    add_json_flag(add_verb(subparsers, "status", run, text))


def run(args: argparse.Namespace) -> int:
    """Print how the stream is doing."""
    settings = start(args)
    from shared.adapters import readers

    with open_database(settings) as database:
        status = readers.stream_status(database, settings.stream.id)
        advice = next_step(database, settings)
    lag = _lag(settings, status.live)
    services = _services(settings)

    def print_text() -> None:
        print_pairs(_stream_lines(status, lag) | as_pairs(advice), title=f"stream {status.stream_id}")
        print_pairs(services, title="services")
        _print_tables(status)

    answer(args, _document(status) | {"lag": lag, "services": services, "next": advice}, print_text)
    return 0


def identity(accounting: "Accounting") -> str:
    """Write the accounting identity: every record that was read has exactly one outcome."""
    parts = " + ".join(f"{n:,} {outcome}" for outcome, n in accounting.outcomes.items())
    verdict = "exact" if accounting.is_exact else "DOES NOT ADD UP; run `resegment verify`"
    return f"{accounting.read:,} read = {parts}: {verdict}"


def _lag(settings: "Settings", live: Mapping[str, Any] | None) -> int | None:
    """Count the records that the stream has not applied; None if there is no broker to ask."""
    from shared.adapters.lag import lag_by_partition
    from shared.errors import ServiceUnavailable

    if live is None or settings.kafka.options:
        return None
    try:
        lag = lag_by_partition(kafka_servers(settings), live)
    except ServiceUnavailable:
        return None
    return None if lag is None else sum(lag.values())


def _document(status: "StreamStatus") -> dict[str, Any]:
    accounting = status.accounting
    identity = None if accounting is None else asdict(accounting) | {"exact": accounting.is_exact}
    return asdict(status) | {"accounting": identity}


def _stream_lines(status: "StreamStatus", lag: int | None) -> dict[str, str]:
    live = status.live
    if live is None or status.accounting is None:
        return {"state": "nothing stored yet", "lease": _lease(status.lease)}
    batch = live["batch"]
    return {
        "state": _state(live, status.lease),
        "lease": _lease(status.lease),
        "records": identity(status.accounting),
        "lag": "unknown" if lag is None else f"{lag:,} records",
        "offsets": ", ".join(f"{at['partition']}: {at['next']:,}" for at in live["offsets"]) or "none",
        "customers": f"{live['customers']:,}, of them {live['clusterable']:,} clusterable",
        "rejected as": ", ".join(f"{one['n']:,} {one['code']}" for one in live["rejected_codes"])
        or "nothing",
        "model": _model(live),
        "as of": moment(live["as_of"]),
        "pending": _pending(live["pending"]),
        "events": f"{moment(live['first_event_at'])} to {moment(live['newest_event_at'])}",
        "last batch": f"{batch['rows']:,} rows, {number(batch['events_per_s'])} rows/s" if batch else "none",
    }


def _is_held(lease: Mapping[str, Any] | None) -> bool:
    return lease is not None and lease["holder"] is not None and lease["expires_at"] > datetime.now(UTC)


def _state(live: Mapping[str, Any], lease: Mapping[str, Any] | None) -> str:
    if _is_held(lease):
        return "running"
    return "stopped" if live["clean"] else "stopped without a clean end: the next start recounts"


def _lease(lease: Mapping[str, Any] | None) -> str:
    if lease is None or lease["holder"] is None:
        return "free"
    who = f"{lease['holder']} on {lease['host']} (process {lease['pid']}), epoch {lease['epoch']}"
    return f"held by {who}" if _is_held(lease) else f"free; last held by {who}"


def _model(live: Mapping[str, Any]) -> str:
    if live["model_version"] is None:
        return "none yet"
    return f"version {live['model_version']}, epoch {live['model_epoch']}"


def _pending(pending: Mapping[str, Any] | None) -> str:
    if pending is None:
        return "nothing"
    return f"re-assignment to model {pending['model_version']} as of {moment(pending['as_of'])}"


def _services(settings: "Settings") -> dict[str, str]:
    from deploy.local import local_services
    from shared.adapters.mongo.client import hosts_of

    embedded = {one.name: f"embedded, {one.state}" for one in local_services.status(settings.services.folder)}
    kafka, mongo = settings.kafka.bootstrap_servers, settings.mongo.uri.get_secret_value()
    given = {"kafka": kafka, "mongo": hosts_of(mongo)}
    return embedded | {name: address for name, address in given.items() if address}


def _print_tables(status: "StreamStatus") -> None:
    requests = [
        (one["_id"], one["status"], moment(one["created_at"]), one["reason"]) for one in status.requests
    ]
    _print_rows("open requests", ("request", "status", "created", "reason"), requests)
    runs = [
        (one["job"], one["status"], moment(one["started_at"]), one["decision"] or "-", one["reason"] or "-")
        for one in status.runs
    ]
    _print_rows("last runs", ("run", "status", "started", "decision", "reason"), runs)
    alerts = [
        (one["kind"], one["severity"], one["status"], moment(one["last_as_of"]), one["message"])
        for one in status.alerts
    ]
    _print_rows("last alerts", ("alert", "severity", "status", "last seen", "message"), alerts)


def _print_rows(title: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    if rows:
        print_table(left(*columns), rows, title=title)
