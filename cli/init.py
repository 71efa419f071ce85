"""`resegment init`: bring MongoDB and Kafka to what the jobs expect; doing it twice changes nothing."""

import argparse
from collections.abc import Sequence

from cli.connection import kafka_servers, open_database
from cli.options import add_json_flag, add_verb, start


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
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
    _print(changes, dry_run=args.dry_run, as_json=args.json)
    return 0


def _print(changes: Sequence[str], *, dry_run: bool, as_json: bool) -> None:
    from cli.output import print_json

    if as_json:
        print_json({"dry_run": dry_run, "changes": list(changes)})
        return
    for change in changes:
        print(f"{'would create or correct' if dry_run else 'created or corrected'}: {change}")
    if not changes:
        print("everything is as it should be")
