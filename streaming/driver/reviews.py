"""When a re-clustering is due by event time, what it is asked for as, and the asking."""

from dataclasses import dataclass

from pymongo.database import Database

from shared.adapters.mongo import requests
from shared.adapters.mongo.requests import Kind
from shared.core.alerting.alert_findings import AlertFinding
from shared.core.customers.features import MS_PER_DAY
from shared.core.model.artifact import ModelArtifact
from shared.documents import Document
from shared.log import get_logger
from shared.settings import ModelSettings
from shared.settings.reclustering import ScheduleSettings
from streaming.driver.live import LiveState

_log = get_logger("stream")


@dataclass(frozen=True)
class Review:
    """A wish for a re-clustering; the same wish has the same key. score : how large a drift is."""

    kind: Kind
    key: str
    reason: str
    score: float | None = None


def due_review(
    state: LiveState, champion: ModelArtifact | None, rules: ModelSettings, schedule: ScheduleSettings
) -> Review | None:
    """Return what the data now asks for, if anything.

    No champion: as soon as enough customers can be clustered. A provisional one: every few days, and
    once the data spans long enough for a lasting one. Afterwards: by schedule, unless that goes by the
    wall clock, which is the batch job's to look at.
    """
    if state.now is None or state.first_event_ms is None:
        return None
    key = _key(state)
    if champion is None:
        return _first_review(state, rules, key)
    since = _days_since_review(state, champion)
    span_days = (state.now.as_of_ms - state.first_event_ms) / MS_PER_DAY
    if not champion.provisional:
        scheduled = Review("schedule", key, f"{since:.0f} days since the last review")
        return scheduled if schedule.cron is None and since >= schedule.every_days else None
    if span_days >= rules.provisional_days and since > 0:
        return Review("schedule", key, f"the data now spans {span_days:.0f} days")
    refit = Review("refit", key, f"provisional model, {since:.0f} days old")
    return refit if since >= schedule.refit_days else None


def drift_review(state: LiveState, finding: AlertFinding) -> Review:
    """Return the wish that a standing alert makes."""
    reason = f"{finding.title}: {finding.evidence['diagnosis']}"
    return Review("drift", _key(state), reason, finding.score or 0.0)


def file_review(
    database: Database[Document], state: LiveState, review: Review, schedule: ScheduleSettings
) -> bool:
    """File a wish; True if the tick is one at which a review was asked for.

    One at a time: what is still to be served may make this one needless. A bootstrap asks again and
    again until there is a model; drift asks only as often as its cooldown allows.
    """
    if requests.open_requests(database):
        return False
    as_of = state.standing.as_of
    if review.kind == "drift":
        is_new = requests.file_drift_request(
            database,
            stream_id=state.stream_id,
            as_of=as_of,
            score=review.score or 0.0,
            reason=review.reason,
            cooldown_days=schedule.drift_cooldown_days,
        )
    else:
        is_new = requests.file_request(database, review.kind, review.key, as_of, review.reason)
    if is_new:
        _log.info("review_requested", kind=review.kind, reason=review.reason)
    return is_new if review.kind == "drift" else review.kind != "bootstrap"


def _key(state: LiveState) -> str:
    return f"{state.stream_id}:{state.standing.as_of:%Y-%m-%d}"


def _first_review(state: LiveState, rules: ModelSettings, key: str) -> Review | None:
    clusterable = state.population.total("clusterable")
    if clusterable < rules.bootstrap_min_customers:
        return None
    return Review("bootstrap", key, f"{clusterable} customers and no model")


def _days_since_review(state: LiveState, champion: ModelArtifact) -> float:
    fitted_ms = int(champion.as_of.timestamp() * 1000)
    reviewed_ms = max(fitted_ms, state.asked_ms or 0)
    return (state.standing.as_of_ms - reviewed_ms) / MS_PER_DAY
