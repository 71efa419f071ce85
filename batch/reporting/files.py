"""The files of a report: written whole or not at all."""

import os
from dataclasses import dataclass
from pathlib import Path

from batch.reporting.compose import numbers, page, plain
from batch.reporting.run import Run
from shared.reporting.page import render
from shared.reporting.plain import as_json


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
    _replace(files.json, as_json(plain(found)))
    _replace(files.html, render(page(run, found)))
    return files


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
