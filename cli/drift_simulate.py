"""`resegment drift simulate FILE`: a file with a scripted change in it, to rehearse alarms with."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.file_flags import add_decision, add_meaning, look_at, require_readable
from cli.options import Verbs, add_json_flag, add_verb, start
from cli.output import answer
from cli.replay import moment_of
from shared.errors import InvalidConfig

if TYPE_CHECKING:
    from streaming.replay.rehearsal.simulated_file import SimulationReport

SHIPPED = Path(__file__).parents[1] / "data" / "online_retail.csv.gz"


def register(subparsers: Verbs) -> None:
    """Add the sub-verb below `drift`."""
    verb = add_verb(
        subparsers,
        "simulate",
        run,
        "write a file with a scripted change in it, to rehearse with",
        description="Copy a file of transactions with a scripted change in it, for `resegment replay`.",
        epilog="the scenarios, and what to expect of each: docs/drift-benchmark.md",
    )
    verb.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        nargs="?",
        default=SHIPPED,
        help="default: the shipped year of a retailer",
    )
    verb.add_argument(
        "--scenario",
        required=True,
        metavar="NAME",
        help="spend-inflation, fewer-purchases, new-cohort, share-shift, top-buyers-leave, gradual-mix "
        "or season-only",
    )
    verb.add_argument(
        "--at",
        required=True,
        metavar="DATE",
        help="when it begins; without an offset, local to the file's zone",
    )
    verb.add_argument("--strength", type=float, metavar="X", help="how much of it (default: the scenario's)")
    verb.add_argument("--seed", type=int, default=0, help="of what is drawn (default 0)")
    verb.add_argument(
        "--out", type=Path, metavar="FILE", help="CSV, .csv.gz or .parquet (default: NAME-SCENARIO.csv.gz)"
    )
    add_meaning(verb)
    add_decision(verb)
    add_json_flag(verb)


def run(args: argparse.Namespace) -> int:
    """Write the file, and say what differs and how to replay it."""
    settings = start(args)
    from streaming.replay.rehearsal.simulated_file import Rehearsal, known_scenario, simulate

    scenario = known_scenario(args.scenario)
    reading = require_readable(look_at(args, settings), args.accept, "drift simulate")
    at = moment_of(args.at, reading.profile.zone, "--at")
    assert at is not None, "argparse requires --at"  # noqa: S101 - for the type checker
    strength = scenario.strength if args.strength is None else args.strength
    target = args.out or Path(f"{args.file.name.split('.')[0]}-{args.scenario}.csv.gz")
    if target.exists() and target.samefile(args.file):
        msg = f"--out {target} is the file that is read; name another one"
        raise InvalidConfig(msg)
    wanted = Rehearsal(args.scenario, round(at.timestamp() * 1000), strength, args.seed)
    report = simulate(reading, wanted, target)
    asked = {"scenario": args.scenario, "at": args.at, "strength": strength, "seed": args.seed}
    text = f"{args.scenario} {strength:g} from {args.at} on ({scenario.effect})"
    answer(args, {**asked, "file": target, **vars(report)}, lambda: _print(text, target, report))
    return 0


def _print(change: str, target: Path, report: "SimulationReport") -> None:
    print(
        f"{change}: {report.written:,} lines in {target}\n"
        f"{report.repriced:,} at another price, {report.renamed:,} under another name, "
        f"{report.copied:,} copies, {report.left_out:,} left out, {report.newcomers:,} newcomers\n"
        f"send it: resegment replay {target}"
    )
