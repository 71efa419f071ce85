"""How alerts, and what became of telling them, look in a terminal."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cli.output import left, moment, number, print_pairs, print_table

if TYPE_CHECKING:
    from batch.alerting.channel import PassResult
    from shared.adapters.mongo.deliveries import Health


def print_alerts(
    rows: Sequence[Mapping[str, Any]], refused: Sequence[Mapping[str, Any]], troubled: "Sequence[Health]"
) -> None:
    """Print one line an alert, what was refused for good, and which channels do not answer."""
    cells = [
        (row["_id"], row["severity"], row["status"], moment(row["last_as_of"]), _quiet(row), row["title"])
        for row in rows
    ]
    names = ("alert", "severity", "status", "last found", "quiet", "what")
    print_table(left(*names), cells, empty="nothing fires")
    _print_troubles(refused, troubled)


def print_alert(alert: Mapping[str, Any], runbook: str) -> None:
    """Print one alert with its evidence and its history."""
    print_pairs(_lines(alert, runbook), title=alert["title"])
    changes = [
        (str(c["seq"]), c["status"], c["severity"], moment(c["as_of"]), number(c["score"], 2), c["reason"])
        for c in alert["changes"]
    ]
    names = ("change", "status", "severity", "as of", "score", "reason")
    print_table(left(*names), changes, title="history")


def print_results(results: "Sequence[PassResult]") -> None:
    """Print one line a channel."""
    for one in results:
        error = f"; {one.error}" if one.error else ""
        print(f"{one.channel}: {len(one.sent)} told, {len(one.refused)} refused{error}")


def _print_troubles(refused: Sequence[Mapping[str, Any]], troubled: "Sequence[Health]") -> None:
    if refused:
        cells = [(row["channel"], row["alert"], str(row["seq"]), row["reason"]) for row in refused]
        columns = left("channel", "alert", "change", "why")
        print_table(columns, cells, title="refused by the receiver for good")
    if troubled:
        lines = {health.channel: f"{health.attempts} failures, last: {health.error}" for health in troubled}
        print_pairs(lines, title="channels that do not answer")


def _lines(alert: Mapping[str, Any], runbook: str) -> dict[str, str]:
    ack = alert["ack"]
    return {
        "alert": alert["_id"],
        "status": f"{alert['status']}, {alert['severity']}",
        "message": alert["message"],
        "since": moment(alert["first_as_of"]),
        "last found": moment(alert["last_as_of"]),
        "resolved": moment(alert["resolved_as_of"]) if alert["resolved_as_of"] else "no",
        "acknowledged": f"{ack['by']} at {moment(ack['at'])}: {ack['note']}" if ack else "no",
        "muted until": moment(alert["mute_until"]) if alert["mute_until"] else "not muted",
        "what to do": f"{runbook}#{alert['kind']}",
    } | {f"evidence {name}": str(value) for name, value in alert["evidence"].items()}


def _quiet(row: Mapping[str, Any]) -> str:
    if row["mute_until"] is not None and row["mute_until"] > datetime.now(UTC):
        return f"muted until {moment(row['mute_until'])}"
    return f"acknowledged by {row['ack']['by']}" if row["ack"] else ""
