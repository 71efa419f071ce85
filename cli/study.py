"""`resegment study NAME`: an analysis as a report, figures, tables, numbers and a notebook."""

import argparse
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cli.connection import open_studies_database
from cli.ending import STUDY_GRACE_S
from cli.file_flags import add_accept, add_writing, separator_of
from cli.look_display import print_findings, print_understood
from cli.options import Verbs, add_verb, start
from cli.output import Column, print_table, say, steps
from shared.errors import InvalidConfig, ReclusteringError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch.studies.framework.run_study import StudyRequest
    from batch.studies.reading import DataFile
    from shared.settings import Settings

ALL = "all"
LIST = "ls"


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        subparsers,
        "study",
        run,
        "run an analysis: report, figures, tables, numbers and a notebook",
        epilog="`resegment study ls` lists them; docs/studies.md describes them",
    )
    parser.add_argument("name", metavar="NAME", help=f"a study, `{ALL}` of them, or `{LIST}`")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("out/studies"), help="default: %(default)s"
    )
    group = parser.add_argument_group("your own data; how it is written is found by looking, or told")
    group.add_argument("--data", metavar="FILE", type=Path, help="default: data of the study's own")
    group.add_argument(
        "--map",
        metavar="COLUMN=YOURS",
        action="append",
        default=[],
        help="your name of a column that the study reads; repeatable",
    )
    add_writing(group)
    group.add_argument(
        "--time-format", metavar="PATTERN", help="of dates: strptime pattern, or epoch-seconds and the like"
    )
    add_accept(group)
    group.add_argument("--zone", help="of `online-retail` and `kmeans-deep`: zone of times without an offset")
    group.add_argument(
        "--constant",
        metavar="FIELD=VALUE",
        action="append",
        default=[],
        help="of the same: what holds on every line (currency=EUR, quantity=1); repeatable",
    )
    group.add_argument(
        "--placeholder",
        metavar="COLUMN=TEXT",
        action="append",
        default=[],
        help="of `retail-som-hierarchy`: a text of a column that stands for nothing, besides those that are "
        "found; repeatable",
    )
    parser.add_argument(
        "--training",
        choices=("batch", "online"),
        help="of `mall-som`: by the batch rule, or row by row as MiniSom does; both are compared in any case "
        "(default: batch)",
    )
    parser.add_argument(
        "--no-notebook", action="store_true", help="leave the notebook out, which takes half of the time"
    )
    parser.add_argument(
        "--no-store",
        action="store_true",
        help="write nothing to MongoDB, which `online-retail` otherwise does",
    )
    parser.set_defaults(grace_s=STUDY_GRACE_S)


def run(args: argparse.Namespace) -> int:
    """Run the studies one after the other; one that fails does not keep the others from running."""
    settings = start(args)
    from batch.studies.catalogue import STUDIES, require_taken

    if args.name == LIST:
        return _list()
    from batch.studies.framework.run_study import StudyRequest, require_extras

    require_extras()
    names = tuple(STUDIES) if args.name == ALL else (args.name,)
    for flag in ("placeholder", "training", "zone", "constant"):
        if getattr(args, flag):
            require_taken(f"--{flag}", names)
    data = _file(args)
    if data is not None and len(names) > 1:
        msg = f"--data goes with one study, since each reads other columns; name it instead of `{ALL}`"
        raise InvalidConfig(msg)
    if data is not None:
        _show(data, names[0])
    open_store = None if args.no_store else partial(open_studies_database, settings)
    requests = [
        StudyRequest(
            name,
            args.out,
            data,
            with_notebook=not args.no_notebook,
            open_store=open_store,
            training=args.training or "batch",
        )
        for name in names
    ]
    return _run_each(requests, settings)


def _list() -> int:
    from batch.studies.catalogue import STUDIES

    rows = [(name, entry.title) for name, entry in STUDIES.items()]
    print_table([Column("study", "left"), Column("what it shows", "left")], rows)
    return 0


def _file(args: argparse.Namespace) -> "DataFile | None":
    from batch.studies.reading import DataFile

    if args.data is None:
        said = (
            "map",
            "encoding",
            "separator",
            "decimal",
            "time_format",
            "accept",
            "placeholder",
            "zone",
            "constant",
        )
        if named := [f"--{name.replace('_', '-')}" for name in said if getattr(args, name)]:
            verb = "describes" if len(named) == 1 else "describe"
            msg = f"{' and '.join(named)} {verb} the file of --data, which is missing; add --data FILE"
            raise InvalidConfig(msg)
        return None
    return DataFile(
        args.data,
        dict(_pair("--map", text) for text in args.map),
        encoding=args.encoding,
        separator=separator_of(args),
        decimal=args.decimal,
        time_format=args.time_format,
        accepted=tuple(args.accept),
        placeholders=_placeholders(args.placeholder),
        zone=args.zone,
        constants=dict(_pair("--constant", text) for text in args.constant),
    )


def _show(data: "DataFile", name: str) -> None:
    """Show what was understood of the file, before anything is computed from it."""
    from batch.studies.catalogue import load
    from batch.studies.reading import look

    study = load(name)
    found = None if study.understand is None else study.understand(data)
    seen = look(data, study.columns) if found is None else look(found.file, found.columns)
    meanings = () if found is None else found.file.columns.items()
    rows = [(field, f"column {column!r}") for field, column in meanings]
    guessed = () if found is None else tuple(found.findings)
    print_understood([*seen.rows(), *rows], title=data.path.name)
    print_findings((*guessed, *seen.findings), data.accepted)
    print()


def _placeholders(texts: "Sequence[str]") -> dict[str, tuple[str, ...]]:
    told: dict[str, tuple[str, ...]] = {}
    for column, text in (_pair("--placeholder", text) for text in texts):
        told[column] = (*told.get(column, ()), text)
    return told


_PAIRS = {"--map": "COLUMN=YOURS", "--placeholder": "COLUMN=TEXT", "--constant": "FIELD=VALUE"}
_EXAMPLES = {"--map": "Age=age_years", "--placeholder": "PinCode=123456", "--constant": "currency=EUR"}


def _pair(flag: str, text: str) -> tuple[str, str]:
    """Read a name and what goes with it; the latter may itself contain `=`."""
    name, equals, yours = text.partition("=")
    if not (name and equals and yours):
        msg = f"{flag} takes {_PAIRS[flag]}, got {text!r}; for example {flag} {_EXAMPLES[flag]}"
        raise InvalidConfig(msg)
    return name, yours


def _run_each(requests: "Sequence[StudyRequest]", settings: "Settings") -> int:
    """Run all on one Spark; raise the first failure when every study has had its turn."""
    from batch.studies.framework.run_study import run as run_study
    from batch.studies.framework.study_spark import shared_spark

    failures: list[ReclusteringError] = []
    with shared_spark(settings.stream.cores, settings.stream.driver_memory) as spark:
        for request in requests:
            began = time.monotonic()
            try:
                with steps(request.name) as tell:
                    folder = run_study(request, spark, tell)
            except ReclusteringError as error:
                failures.append(error)
                if len(requests) > 1:
                    say(f"{request.name}: {error}")
            else:
                print(f"{request.name}: {folder / 'report.html'} ({time.monotonic() - began:.0f} s)")
    if failures:
        raise failures[0]
    return 0
