"""The shell around a report: what it needs from the database, and where it is said to be."""

from dataclasses import replace

from pymongo.database import Database

from batch.pipeline import Outcome
from batch.reporting.files import ReportFiles, write_report
from batch.reporting.moves import load_moves
from batch.reporting.run import Run, RunRequest
from shared.adapters.mongo.runs import record_report
from shared.adapters.mongo.segment_names import load_names
from shared.core.segments.given_names import with_names
from shared.documents import Document
from shared.log import get_logger
from shared.settings import Settings

log = get_logger(__name__)


def publish_report(
    database: Database[Document], settings: Settings, request: RunRequest, outcome: Outcome
) -> ReportFiles | None:
    """Write the report of a finished run and link it from the run's record.

    A report that fails is logged and recorded, and changes nothing about its run: None is returned, as it is
    where no reports are wanted.
    """
    if not settings.report.write:
        return None
    try:
        run = _gather(database, settings, request, outcome)
        files = write_report(settings.report.folder.resolve(), run)
    except Exception as error:
        log.exception("report_failed", run=request.run_id)
        record_report(database, request.run_id, error=f"{type(error).__name__}: {error}")
        return None
    record_report(database, request.run_id, html=str(files.html), json=str(files.json))
    log.info("report_written", run=request.run_id, html=str(files.html))
    return files


def _gather(database: Database[Document], settings: Settings, request: RunRequest, outcome: Outcome) -> Run:
    names, evidence = load_names(database), outcome.evidence
    champion = evidence.champion
    if champion is not None:
        champion = replace(champion, model=with_names(champion.model, names))
    return Run(
        request,
        with_names(outcome.model, names),
        outcome.decision,
        replace(evidence, champion=champion),
        None if champion is None else load_moves(database, champion.model.version),
        settings.input.currency,
        outcome.steps_s,
        outcome.model.checksum,
    )
