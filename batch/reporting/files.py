"""The files of a report: written whole or not at all."""

from dataclasses import dataclass
from pathlib import Path

from batch.reporting.compose import numbers, page
from batch.reporting.run import Run
from shared.atomic_file import write_text
from shared.plain import to_json
from shared.reporting.page import render


@dataclass(frozen=True)
class ReportFiles:
    """Where a report is."""

    html: Path
    json: Path


def write_report(folder: Path, run: Run) -> ReportFiles:
    """Write `<run id>.html` and `<run id>.json` to a folder, which is made if it is not there."""
    found = numbers(run)
    files = ReportFiles(folder / f"{run.request.run_id}.html", folder / f"{run.request.run_id}.json")
    folder.mkdir(parents=True, exist_ok=True)
    write_text(files.json, to_json(found) + "\n")
    write_text(files.html, render(page(run, found)))
    return files
