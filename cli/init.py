"""`resegment init`: bring MongoDB and Kafka to what the jobs expect; doing it twice changes nothing."""

import argparse
from collections.abc import Sequence

from cli.connection import kafka_servers, open_database
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import answer


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    verb = add_verb(
        subparsers, "init", _run, "create collections, validators, indexes and topics where they are missing"
    )
    verb.add_argument("--dry-run", action="store_true", help="only show what would change")
    add_json_flag(verb)


def _run(args: argparse.Namespace) -> int:
    settings = start(args)
    servers = kafka_servers(settings)
    with open_database(settings) as database:
        from shared.adapters.kafka_topics import ensure_topics
        from shared.adapters.mongo.collections import ensure

        changes = ensure(database, dry_run=args.dry_run)
        changes += ensure_topics(servers, settings.kafka, dry_run=args.dry_run)
    document = {"dry_run": args.dry_run, "changes": changes}
    answer(args, document, lambda: _print(changes, dry_run=args.dry_run))
    return 0


def _print(changes: Sequence[str], *, dry_run: bool) -> None:
    for change in changes:
        print(f"{'would create or correct' if dry_run else 'created or corrected'}: {change}")
    if not changes:
        print("everything is as it should be")
