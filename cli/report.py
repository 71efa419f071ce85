"""`resegment report ls|show|open`: the reports of re-clusterings."""

import argparse
import webbrowser
from pathlib import Path

from cli.connection import open_database
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import Column, answer, moment, number, print_pairs, print_table
from cli.standing import next_step
from shared.errors import ReclusteringError

RUNS = (
    Column("run", "left"),
    Column("as of", "left"),
    Column("decision", "left"),
    Column("customers"),
    Column("report", "left"),
)


def register(subparsers: Verbs) -> None:
    """Add the verb and its actions."""
    verb = subparsers.add_parser(
        "report", help="the reports of re-clusterings: where they are, what they say"
    )
    actions = verb.add_subparsers(dest="action", required=True, metavar="ls|show|open")
    add_json_flag(add_verb(actions, "ls", _ls, "runs and their reports, the newest first"))
    show = add_verb(actions, "show", _show, "where the report of a run is, and why it decided so")
    add_json_flag(show)
    for action in (show, add_verb(actions, "open", _open, "show the report of a run in the browser")):
        action.add_argument("run_id", metavar="RUN", nargs="?", help="the newest with a report by default")


def _ls(args: argparse.Namespace) -> int:
    settings = start(args)
    from shared.adapters import run_reports

    with open_database(settings) as database:
        found, advice = run_reports.newest(database), next_step(database, settings)
    rows = [
        (
            one.run_id,
            moment(one.as_of),
            one.decision or one.status,
            number(one.n_customers),
            one.html or one.error or "-",
        )
        for one in found
    ]
    empty = str(advice or "no re-clustering has run yet")
    answer(args, found, lambda: print_table(RUNS, rows, empty=empty))
    return 0


def _show(args: argparse.Namespace) -> int:
    settings = start(args)
    from shared.adapters import run_reports

    with open_database(settings) as database:
        one = run_reports.of_run(database, args.run_id)
    pairs = {"decision": one.decision or one.status, "reason": one.reason or "-", "as of": moment(one.as_of)}
    pairs |= {"page": one.html or "-", "numbers": one.json or "-"}
    pairs |= {"failed": one.error} if one.error else {}
    answer(args, one, lambda: print_pairs(pairs, title=one.run_id))
    return 0


def _open(args: argparse.Namespace) -> int:
    settings = start(args)
    from shared.adapters import run_reports

    with open_database(settings) as database:
        one = run_reports.of_run(database, args.run_id)
    if one.html is None or not Path(one.html).is_file():
        msg = (
            f"run {one.run_id} should have a report on this machine; got {one.html or one.error or 'none'}; "
            "see `resegment report ls`, or open it where the batch job runs"
        )
        raise ReclusteringError(msg)
    print(one.html)
    webbrowser.open(Path(one.html).as_uri())
    return 0
