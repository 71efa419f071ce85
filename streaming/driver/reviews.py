"""When a re-clustering is due by event time, and what it is asked for as."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.adapters.mongo.requests import Kind
from shared.core.customers.features import MS_PER_DAY
from shared.core.model.artifact import ModelArtifact
from shared.settings import ModelSettings
from shared.settings.reclustering import ScheduleSettings
from streaming.driver.live import LiveState


@dataclass(frozen=True)
class Review:
    """A wish for a re-clustering; the same wish has the same key."""

    kind: Kind
    key: str
    reason: str


def due_review(
    state: LiveState, champion: ModelArtifact | None, rules: ModelSettings, schedule: ScheduleSettings
) -> Review | None:
    """Return what the data now asks for, if anything.

    No champion: as soon as enough customers can be clustered. A provisional one: every few days, and
    once the data spans long enough for a lasting one. Afterwards: by schedule, unless that goes by the
    wall clock, which is the batch job's to look at.
    """
    if state.now.as_of_ms is None or state.first_event_ms is None:
        return None
    day = f"{datetime.fromtimestamp(state.now.as_of_ms / 1000, UTC):%Y-%m-%d}"
    if champion is None:
        return _first_review(state, rules, day)
    since = _days_since_review(state, champion)
    span_days = (state.now.as_of_ms - state.first_event_ms) / MS_PER_DAY
    if not champion.provisional:
        scheduled = Review("schedule", f"{state.stream_id}:{day}", f"{since:.0f} days since the last review")
        return scheduled if schedule.cron is None and since >= schedule.every_days else None
    if span_days >= rules.provisional_days and since > 0:
        return Review("schedule", f"{state.stream_id}:{day}", f"the data now spans {span_days:.0f} days")
    refit = Review("refit", f"{state.stream_id}:{day}", f"provisional model, {since:.0f} days old")
    return refit if since >= schedule.refit_days else None


def _first_review(state: LiveState, rules: ModelSettings, day: str) -> Review | None:
    clusterable = state.population.total("clusterable")
    if clusterable < rules.bootstrap_min_customers:
        return None
    return Review("bootstrap", f"{state.stream_id}:{day}", f"{clusterable} customers and no model")


def _days_since_review(state: LiveState, champion: ModelArtifact) -> float:
    fitted_ms = int(champion.as_of.timestamp() * 1000)
    reviewed_ms = max(fitted_ms, state.asked_ms or 0)
    return ((state.now.as_of_ms or 0) - reviewed_ms) / MS_PER_DAY
