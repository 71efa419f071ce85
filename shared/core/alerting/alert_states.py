"""When an alert's state really changes: it starts, it gets much worse, it ends.

Everything is judged by the finding's own time, so that a stream that reads the same records again
leaves the same alerts: what is older than what an alert knows already changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from shared.core.alerting.alert_findings import AlertFinding, Severity, rank

WORSE: Final = 1.5
"""A firing alert changes its state again once its score has grown by this factor."""


@dataclass(frozen=True)
class Change:
    """One change of state. seq : 1 for the first of an alert, without gaps.

    reason : what made it a change. message : what the finding said then; of a resolution, the reason.
    """

    seq: int
    status: Literal["firing", "resolved"]
    severity: Severity
    as_of: datetime
    score: float | None
    reason: str
    message: str


@dataclass(frozen=True)
class Episode:
    """Where an alert stands. first_as_of : since when it fires; last_as_of : when it was last found."""

    status: Literal["firing", "resolved"]
    severity: Severity
    first_as_of: datetime
    last_as_of: datetime
    resolved_as_of: datetime | None
    changes: tuple[Change, ...]


def fired(episode: Episode | None, finding: AlertFinding) -> Episode | None:
    """Return where an alert stands after a finding; None if it tells nothing new, not even a later date.

    A severity only rises while an alert fires: one that sinks is good news, not a change.
    """
    if episode is None:
        return _begun((), finding, "first found")
    if episode.resolved_as_of is not None:
        is_known = finding.as_of <= episode.resolved_as_of
        return None if is_known else _begun(episode.changes, finding, "found again")
    if finding.as_of < episode.last_as_of:
        return None
    return _continued(episode, finding)


def resolved(episode: Episode | None, as_of: datetime, reason: str) -> Episode | None:
    """Return where an alert stands after its cause has gone; None if it does not fire, or is newer."""
    if episode is None or episode.status == "resolved" or as_of < episode.last_as_of:
        return None
    change = Change(len(episode.changes) + 1, "resolved", episode.severity, as_of, None, reason, reason)
    return replace(episode, status="resolved", resolved_as_of=as_of, changes=(*episode.changes, change))


def _begun(changes: tuple[Change, ...], finding: AlertFinding, reason: str) -> Episode:
    change = _firing(changes, finding, finding.severity, reason)
    return Episode("firing", finding.severity, finding.as_of, finding.as_of, None, (*changes, change))


def _continued(episode: Episode, finding: AlertFinding) -> Episode:
    known = episode.changes[-1]
    severity = max(episode.severity, finding.severity, key=rank)
    reason = _worse(known, finding, severity)
    changes = episode.changes
    if reason is not None:
        changes = (*changes, _firing(changes, finding, severity, reason))
    return replace(episode, severity=severity, last_as_of=finding.as_of, changes=changes)


def _worse(known: Change, finding: AlertFinding, severity: Severity) -> str | None:
    if severity != known.severity:
        return f"now a {severity}, before a {known.severity}"
    if has_grown(known.score, finding.score):
        return f"the score grew from {known.score:.3g} to {finding.score:.3g}"
    return None


def has_grown(before: float | None, after: float | None) -> bool:
    """Tell whether a score is so much worse that it is news."""
    return before is not None and after is not None and 0 < WORSE * before <= after


def _firing(changes: tuple[Change, ...], finding: AlertFinding, severity: Severity, reason: str) -> Change:
    return Change(len(changes) + 1, "firing", severity, finding.as_of, finding.score, reason, finding.message)
