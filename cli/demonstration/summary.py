"""What the demo has shown, in one table after the other and in files."""

from pathlib import Path

from pymongo.database import Database

from cli.drift import History, print_drift
from cli.output import Column, amount, number, print_table, say
from cli.segments import print_segments
from cli.verification import VerifyReport
from shared.adapters import exports, readers, run_reports
from shared.adapters.mongo.collections import RUNS
from shared.documents import Document
from shared.plain import to_json
from shared.settings import Settings

TABLES: tuple[exports.What, ...] = ("customers", "segments", "drift", "transitions")
N_MIGRATIONS = 8


def summarise(
    database: Database[Document],
    settings: Settings,
    verified: VerifyReport,
    *,
    streamed_s: float,
    elapsed_s: float,
) -> Document:
    """Return the content of summary.json."""
    live = readers.stream_status(database, settings.stream.id).live or {}
    counters = live["counters"]
    return {
        "outcomes": {name: counters[name] for name in ("read", *readers.OUTCOMES)},
        "customers": live["customers"],
        "segments": readers.segments(database, settings.stream.id),
        "models": _models(database),
        "migrations": readers.migrations(database, N_MIGRATIONS),
        "drift": readers.latest_drift(database, settings.stream.id),
        "events_per_s": counters["read"] / streamed_s,
        "stream_s": streamed_s,
        "elapsed_s": elapsed_s,
        "as_of": live["as_of"],
        "report": _newest_report(database),
        "verify": {"ok": verified.ok, "compared": verified.compared, "mismatches": verified.mismatches},
    }


def print_summary(summary: Document, history: History) -> None:
    """Show it to a person."""
    outcomes = summary["outcomes"]
    others = " + ".join(f"{outcomes[name]:,} {name}" for name in readers.OUTCOMES)
    print(f"\n{outcomes['read']:,} events = {others}")
    speed = f"{summary['events_per_s']:,.0f} events/s"
    print(f"{summary['customers']:,} customers, {speed}, {summary['elapsed_s']:.0f} s in all\n")
    print_segments(summary["segments"])
    _print_models(summary["models"])
    _print_migrations(summary["migrations"])
    print_drift(summary["drift"], history)
    verified = summary["verify"]
    verdict = "all equal" if verified["ok"] else f"{verified['mismatches']:,} fields differ"
    print(f"recount of {verified['compared']:,} customers from the topic: {verdict}\n")
    if summary["report"]:
        print(f"why the last re-clustering decided so, with figures: {summary['report']}")
    print("next: `resegment services up`, `resegment init`, `resegment stream`; README.md has the rest")


def write_files(database: Database[Document], settings: Settings, summary: Document, out: Path) -> None:
    """Write summary.json and the four tables as CSV."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "summary.json").write_text(to_json(summary) + "\n", encoding="utf-8")
    for what in TABLES:
        exports.export(
            database,
            what,
            out / f"{what}.csv",
            "csv",
            stream_id=settings.stream.id,
            advance=lambda _rows: None,
        )
    say(f"summary.json and {', '.join(f'{what}.csv' for what in TABLES)} are in {out}")


def _models(database: Database[Document]) -> list[Document]:
    """List every run of the batch job in order: what it found, what was decided, and why."""
    done = database[RUNS].find({"job": "recluster", "status": "done"}).sort("started_at", 1)
    return [
        {
            "version": run["model_version"],
            "decision": run["decision"],
            "reason": run["reason"],
            "k": run["metrics"]["k"],
            "customers": run["n_customers"],
            "as_of": run["as_of"],
            "provisional": run["metrics"]["provisional"],
            "quantization_error": run["metrics"]["quantization_error"],
            "checksum": run["metrics"]["checksum"],
            "gates": run["metrics"]["checks"],
            "lineage": run["lineage"],
        }
        for run in done
    ]


def _newest_report(database: Database[Document]) -> str | None:
    return next((run.html for run in run_reports.newest(database) if run.html), None)


def _print_models(rows: list[Document]) -> None:
    columns = [
        Column("model"),
        Column("as of", "left"),
        Column("k"),
        Column("customers"),
        Column("decision", "left"),
        Column("why", "left"),
    ]
    cells = [
        [
            str(row["version"]),
            f"{row['as_of']:%Y-%m-%d}",
            str(row["k"]),
            number(row["customers"]),
            row["decision"],
            row["reason"],
        ]
        for row in rows
    ]
    print_table(columns, cells, title="Re-clusterings")


def _print_migrations(rows: list[Document]) -> None:
    columns = [
        Column("from", "left"),
        Column("to", "left"),
        Column("cause", "left"),
        Column("moves"),
        Column("spend"),
    ]
    cells = [
        [row["from"] or "-", row["to"] or "-", row["cause"], number(row["moves"]), amount(row["monetary"])]
        for row in rows
    ]
    print_table(columns, cells, title="Biggest migrations, as customers bought or fell silent")
