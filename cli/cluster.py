"""`resegment cluster FILE`: groups of the customers in any table, as a report, tables and a notebook."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cli.ending import STUDY_GRACE_S
from cli.file_flags import add_accept, add_writing, separator_of
from cli.look_display import print_findings, print_understood
from cli.options import Verbs, add_verb, start
from cli.output import steps, waiting
from shared.errors import InvalidConfig

if TYPE_CHECKING:
    from batch.studies.customer_table.segmented import Segmented

_MAX_GROUPS = 100


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        subparsers,
        "cluster",
        run,
        "find groups of customers in any table that has a row for each",
        epilog="docs/studies.md says how columns are chosen; for transactions see `resegment try`",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="CSV, Excel, Parquet or JSON")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("out/cluster"), help="default: %(default)s"
    )
    group = parser.add_argument_group("how to cluster; left out, the data decide")
    group.add_argument(
        "--use", metavar="COLUMN", action="append", default=[], help="cluster by this column; repeatable"
    )
    group.add_argument(
        "--leave-out", metavar="COLUMN", action="append", default=[], help="not by this one; repeatable"
    )
    group.add_argument(
        "--fill",
        choices=("median", "knn", "leave-out"),
        default="median",
        help="empty cells: the median, the mean of the nearest customers, or leave such customers out"
        " (default: %(default)s)",
    )
    group.add_argument(
        "--method",
        choices=("kmeans", "som"),
        default="kmeans",
        help="K-means, or a self-organising map and Ward's tree of its units (default: %(default)s)",
    )
    group.add_argument("--k", type=int, metavar="N", help="number of groups")
    writing = parser.add_argument_group("how the file is written; found by looking, or told")
    add_writing(writing)
    writing.add_argument("--time-format", metavar="PATTERN", help="of dates: strptime pattern")
    add_accept(writing)
    parser.add_argument("--no-notebook", action="store_true", help="leave the notebook out")
    parser.set_defaults(grace_s=STUDY_GRACE_S)


def run(args: argparse.Namespace) -> int:
    """Read, cluster, write; show what was understood and decided on the way."""
    start(args)
    _check(args)
    from batch.studies.framework.run_study import require_extras

    require_extras()
    from batch.studies.customer_table.customer_file import read_customers
    from batch.studies.customer_table.study import ClusterRequest, cluster_customers
    from batch.studies.customer_table.wishes import TableWishes
    from batch.studies.reading import DataFile

    began = time.monotonic()
    data = DataFile(
        args.file,
        encoding=args.encoding,
        separator=separator_of(args),
        decimal=args.decimal,
        time_format=args.time_format,
        accepted=tuple(args.accept),
    )
    with waiting(f"reading {args.file.name}"):
        file = read_customers(data)
    print_understood(file.rows, title=args.file.name)
    print_findings(file.findings, data.accepted)
    wishes = TableWishes(tuple(args.use), tuple(args.leave_out), args.fill, args.method, args.k)
    request = ClusterRequest(data, wishes, args.out, with_notebook=not args.no_notebook)
    with steps("cluster") as tell:
        found = cluster_customers(request, file, tell)
    _print_found(found)
    print(f"\n{args.out / 'report.html'} ({time.monotonic() - began:.0f} s)")
    return 0


def _check(args: argparse.Namespace) -> None:
    if args.k is not None and not 2 <= args.k <= _MAX_GROUPS:
        what = f"--k is a number of groups from 2 to {_MAX_GROUPS}, got {args.k}"
        msg = f"{what}; leave it out to let the data decide"
        raise InvalidConfig(msg)
    if both := sorted(set(args.use) & set(args.leave_out)):
        msg = f"--use and --leave-out both name {', '.join(map(repr, both))}; keep one of them"
        raise InvalidConfig(msg)


def _print_found(found: "Segmented") -> None:
    """Say what became of each column, and name the groups."""
    print()
    print_understood([(verdict.name, f"{verdict.role}: {verdict.why.text}") for verdict in found.verdicts])
    print()
    sizes = found.groups.sizes
    rows = [
        (f"group {group}", f"{name}: {sizes[group - 1]:,} customers, {sizes[group - 1] / sizes.sum():.1%}")
        for group, name in found.names.items()
    ]
    print_understood(rows)
