"""What somebody found wrong: the one thing that raises an alert."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, get_args

Severity = Literal["ticket", "warning", "page"]
"""`ticket`: within days; `warning`: today; `page`: now. Drift is never more than a ticket."""

Kind = Literal[
    "drift_basket",
    "drift_buyers",
    "drift_arrivals",
    "drift_segments",
    "drift_hours",
    "staleness",
    "clock_jump",
    "stream_down",
    "stream_stalled",
    "recluster_failed",
    "model_refused",
]
"""Every kind has a section of its own in docs/runbook.md."""

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)

ABOUT_THE_MODEL: Final = frozenset(
    {"drift_basket", "drift_buyers", "drift_arrivals", "drift_segments", "drift_hours", "staleness"}
)
"""Kinds that say nothing while the stream itself is in trouble."""

ABOUT_THE_STREAM: Final = frozenset({"stream_down", "stream_stalled"})
"""Kinds that keep those of `ABOUT_THE_MODEL` quiet."""


@dataclass(frozen=True)
class AlertFinding:
    """One cause, as it stands at `as_of`.

    key : identity of the cause, see `alert_key`; the same cause has the same key for ever.
    title : one line without figures. message : what moved, in business terms, with its figures.
    evidence : the figures behind it, as plain values. score : how bad, the larger the worse, in a unit
    of its own (an alarm's |value| / limit); None if there are no degrees. model_version : of the model
    it is about, None if it is not about a model. as_of : event time for what the data says (the tick),
    wall clock for what only the operation says.
    """

    key: str
    kind: Kind
    severity: Severity
    title: str
    message: str
    as_of: datetime
    score: float | None = None
    model_version: int | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


def alert_key(stream_id: str, kind: Kind, detail: int | str | None = None) -> str:
    """Name a cause: one alert per stream, kind and `detail`, which for a drift is the model version."""
    return f"{stream_id}:{kind}" if detail is None else f"{stream_id}:{kind}:{detail}"


def rank(severity: Severity) -> int:
    """Order severities, the mildest first."""
    return SEVERITIES.index(severity)
