"""One micro-batch, in the order of writes that survives a crash at any point.

0. adopt tick and champion (`streaming.driver.adopt`), 1. executors merge customers behind their fence,
2. the live model is replaced, 3. metrics are written under repeatable identities, 4. Spark commits.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic, perf_counter

from pymongo.database import Database
from pyspark.sql import DataFrame

from shared.adapters.failpoints import failpoint
from shared.adapters.mongo import alert_store, requests
from shared.core.model.artifact import ModelArtifact
from shared.documents import Document
from shared.log import get_logger
from shared.settings import Settings
from streaming.driver import live_store
from streaming.driver.adopt import Adopted, Adopter
from streaming.driver.checkpoint import folder_of, planned_offsets
from streaming.driver.drift_alerts import update_drift_alerts, update_hourly_drift_alerts
from streaming.driver.hourly_watch import with_clock
from streaming.driver.live import LiveState, absorb, learn, read_up_to, total_delta
from streaming.driver.operational_alerts import clock_jump, model_refused
from streaming.driver.publish import publish_metrics
from streaming.driver.restate import recount
from streaming.driver.reviews import due_review
from streaming.driver.task_context import context_of
from streaming.task import executor
from streaming.task.task_report import TaskReport, batch_summary, decode

REVIEW_POLL_S = 0.1
_log = get_logger("stream")


@dataclass(frozen=True)
class Addresses:
    """Where the executors find the services."""

    mongo_uri: str
    kafka_bootstrap: str


class IntakeClosed(Exception):
    """A micro-batch came after the job was asked to stop."""


class StreamJob:
    """Holds the live model between micro-batches; every step takes the same lock."""

    def __init__(
        self,
        database: Database[Document],
        settings: Settings,
        addresses: Addresses,
        state: LiveState,
        adopter: Adopter,
        should_stop: Callable[[], bool],
    ) -> None:
        self._database, self._settings, self._addresses = database, settings, addresses
        self._adopter, self._should_stop = adopter, should_stop
        self._state = state
        self._checkpoint = folder_of(settings.stream, state.fence_epoch)
        self._lock = threading.Lock()
        self._is_closing = False
        self._has_refused = True  # of the last run: then there is an alert to end

    @property
    def state(self) -> LiveState:
        """The live model as last written."""
        return self._state

    def recover(self) -> None:
        """Repair what a crash may have left: recount and publish anew, unless a pending pass does both."""
        with self._lock:
            if self._state.pending is None:
                champion = self._champion()
                population = recount(self._database, self._state, champion)
                # The centers stay: what a crash has left of the micro-batch is placed like the rest of it.
                self._save(replace(self._state, population=population))
                self._publish()
                self._tell()
                self._tell_hours()
                self._ask_for_review()  # before the next tick, which would change the answer
                _log.info("recounted", customers=population.total("customers"))

    def is_settled(self) -> bool:
        """Whether nothing is pending and no review is still awaited."""
        return self._state.pending is None and not self._is_waiting()

    def idle(self) -> None:
        """Follow tick and champion while no records arrive."""
        with self._lock:
            if self._state.pending is not None or not self._is_waiting():
                self._adopt()

    def close_intake(self, deadline_s: float) -> bool:
        """Refuse the next micro-batch and let the running one finish; False if it takes longer than that."""
        self._is_closing = True
        if not self._lock.acquire(timeout=deadline_s):
            return False
        self._lock.release()
        return True

    def close(self) -> None:
        """Mark the end as clean, so that the next start need not recount."""
        with self._lock:
            self._save(replace(self._state, clean=True))

    def on_batch(self, records: DataFrame, batch_id: int) -> None:
        """Process one micro-batch; `batch_id` only says where it ends, decisions go by offsets."""
        with self._lock:
            if self._is_closing:
                raise IntakeClosed  # the batch is not committed: the next start replays it
            started = perf_counter()
            self._await_reviews()
            self._adopt()
            self._await_reviews()  # what the new tick has asked for
            self._adopt()
            adopted = perf_counter()
            reports = self._merge(records)
            ends = planned_offsets(self._checkpoint, self._settings.kafka.topic, batch_id)
            self._learn(
                reports, ends, {"adopt": adopted - started, "tasks": perf_counter() - adopted}, started
            )
            self._ask_for_review()
            _log.info(
                "batch_applied",
                batch_id=batch_id,
                **{k: v for k, v in self._state.batch.items() if k != "seconds"},
            )
            failpoint("before_commit")

    def _merge(self, records: DataFrame) -> list[TaskReport]:
        addresses = self._addresses
        context = context_of(
            self._state, self._champion(), self._settings, addresses.mongo_uri, addresses.kafka_bootstrap
        )
        rows = records.mapInArrow(executor.task(context), executor.RESULT_SCHEMA).collect()
        return [decode(bytes(row.report)) for row in rows]

    def _learn(
        self, reports: list[TaskReport], ends: dict[int, int], seconds: dict[str, float], started: float
    ) -> None:
        champion, state = self._champion(), self._state
        learning = perf_counter()
        absorbed = read_up_to(absorb(state, reports, self._settings.tick.min_customers), ends)
        if any(report.has_fenced_ahead for report in reports):
            population = recount(self._database, state, champion)
        else:
            population = state.population.merge(total_delta(reports, state.population.shape))
        learnt = with_clock(self._database, learn(absorbed, population, champion), self._settings)
        seconds = seconds | {"learn": perf_counter() - learning}
        failpoint("before_live_model")
        self._save(replace(learnt, batch=batch_summary(reports, seconds, perf_counter() - started)))
        failpoint("live_model_written")
        self._publish()

    def _adopt(self) -> None:
        """Follow tick, champion and names until nothing is left to; a step is told before the next."""
        start = self._state
        while (adopted := self._adopter.adopt(self._state, datetime.now(UTC))).state is not self._state:
            self._follow(adopted.state)
        if adopted.held is not None:
            alert_store.fire(
                self._database, clock_jump(start, adopted.held, self._settings.tick.max_jump_days)
            )
        elif self._state.now != start.now:
            as_of = datetime.fromtimestamp((self._state.now.as_of_ms or 0) / 1000, UTC)
            alert_store.resolve_all(
                self._database, ["clock_jump"], as_of=as_of, reason="the clock moves again"
            )
        self._note_refusal(adopted)

    def _follow(self, state: LiveState) -> None:
        before, self._state = self._state, state
        if state.now != before.now:
            if state.rev == before.rev:
                self._save(state)
            _log.info("adopted", model=state.now.model_version, as_of=_iso(state.now.as_of_ms))
            self._publish()
            self._tell()
            self._ask_for_review()
        elif state.hours.closed_ms != before.hours.closed_ms:
            self._tell_hours()
        elif state.names != before.names:
            _log.info("segments_renamed", names=len(state.names))
            self._publish()

    def _note_refusal(self, adopted: Adopted) -> None:
        """Tell people once that the pointer names a model that is not followed, and once that it is over."""
        if adopted.refused is not None:
            if alert_store.fire(self._database, model_refused(self._state, adopted.refused)):
                _log.error("model_refused", reason=adopted.refused)
        elif self._has_refused:
            key = model_refused(self._state, "").key
            alert_store.resolve(
                self._database, key, as_of=datetime.now(UTC), reason="the pointer names a sound model"
            )
        self._has_refused = adopted.refused is not None

    def _publish(self) -> None:
        champion = self._champion()
        if champion is not None and self._state.now.as_of_ms is not None:
            publish_metrics(self._database, self._state, champion)

    def _tell(self) -> None:
        if update_drift_alerts(self._database, self._state, self._champion(), self._settings):
            self._save(replace(self._state, asked_ms=self._state.now.as_of_ms))

    def _tell_hours(self) -> None:
        if update_hourly_drift_alerts(self._database, self._state, self._champion(), self._settings):
            self._save(replace(self._state, asked_ms=self._state.now.as_of_ms))

    def _ask_for_review(self) -> None:
        rules = self._settings
        review = due_review(self._state, self._champion(), rules.model, rules.schedule)
        if review is None or requests.open_requests(self._database):
            return  # one at a time: what is still to be served may make this one needless
        as_of = datetime.fromtimestamp((self._state.now.as_of_ms or 0) / 1000, UTC)
        if requests.file_request(self._database, review.kind, review.key, as_of, review.reason):
            _log.info("review_requested", kind=review.kind, reason=review.reason)
        if review.kind != "bootstrap":
            self._save(replace(self._state, asked_ms=self._state.now.as_of_ms))

    def _await_reviews(self) -> None:
        """In a replay by event time, wait until the model asked for is there, so that runs are repeatable."""
        said = monotonic()
        while self._is_waiting() and not self._should_stop():
            threading.Event().wait(REVIEW_POLL_S)
            if monotonic() - said > 10:
                said = monotonic()
                _log.info("waiting_for_review", hint="run `resegment recluster --watch`")

    def _is_waiting(self) -> bool:
        return self._settings.stream.pause_for_requests and bool(requests.open_requests(self._database))

    def _champion(self) -> ModelArtifact | None:
        return self._adopter.champion(self._state.now.model_version, self._state.names)

    def _save(self, state: LiveState) -> None:
        self._state = live_store.save(self._database, state)


def _iso(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat()
