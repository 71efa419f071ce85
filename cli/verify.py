"""`resegment verify`: count every customer once more and compare with what is stored."""

import argparse
from pathlib import Path

from cli.connection import open_database
from cli.file_flags import add_decision, add_meaning, look_at, require_readable
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import Column, answer, print_table
from cli.verification import VerifyReport, verify_file, verify_topic

MISMATCH = 4


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(
        subparsers,
        "verify",
        run,
        "recount every customer and compare with MongoDB",
        description="Recount every customer from the topic, or from a file, and compare field by field.",
        epilog="exit codes: 0 everything equal; 4 something differs; 2 the topic no longer has its beginning",
    )
    verb.add_argument("--file", type=Path, help="recount from this file instead of the topic")
    add_meaning(verb)
    add_decision(verb)
    add_json_flag(verb)


def run(args: argparse.Namespace) -> int:
    """Recount, print, and fail if anything differs."""
    settings = start(args)
    with open_database(settings) as database:
        if args.file:
            reading = require_readable(look_at(args, settings), args.accept, "verify --file")
            report = verify_file(database, settings, reading)
        else:
            report = verify_topic(database, settings)
    answer(args, report, lambda: _print(report))
    return 0 if report.ok else MISMATCH


def _print(report: VerifyReport) -> None:
    verdict = "ok: " if report.ok else f"{report.mismatches:,} fields differ: "
    print(f"{verdict}{report.compared:,} customers compared with a recount of {report.source}")
    if report.remark:
        print(report.remark)
    if not report.ok:
        columns = [Column("subject", "left"), Column("field", "left"), Column("stored"), Column("recounted")]
        rows = [[m.subject, m.field, str(m.stored), str(m.recounted)] for m in report.first]
        print_table(columns, rows, title=f"the first {len(rows)}")
