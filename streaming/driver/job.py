"""One micro-batch, in the order of writes that survives a crash at any point.

0. follow tick and champion (`streaming.driver.adopt`), 1. executors merge customers behind their fence,
2. the live model is replaced, 3. metrics are written under repeatable identities, 4. Spark commits.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic

from pymongo.database import Database
from pyspark.sql import DataFrame

from shared.adapters.failpoints import failpoint
from shared.adapters.mongo import alert_store, requests
from shared.core.model.artifact import ModelArtifact
from shared.documents import Document
from shared.log import get_logger
from shared.settings import Settings
from shared.stopwatch import Stopwatch
from streaming.driver import live_store
from streaming.driver.adopt import Adopter, Step, StepKind
from streaming.driver.champions import Champions
from streaming.driver.checkpoint import folder_of, planned_offsets
from streaming.driver.drift_alerts import update_drift_alerts, update_hourly_drift_alerts
from streaming.driver.hourly_watch import with_clock
from streaming.driver.live import LiveState, absorb, learn, read_up_to, total_delta
from streaming.driver.operational_alerts import clock_jump, model_refused
from streaming.driver.publish import publish_metrics
from streaming.driver.restate import recount
from streaming.driver.reviews import Review, due_review, file_review
from streaming.driver.task_context import context_of
from streaming.task.context import BatchContext
from streaming.task.task_report import TaskReport, batch_summary

RunTasks = Callable[[DataFrame, BatchContext], list[TaskReport]]
"""Merges the records of a micro-batch on executors."""

REVIEW_POLL_S = 0.1
_log = get_logger("stream")


class IntakeClosed(Exception):
    """A micro-batch came after the job was asked to stop."""


class StreamJob:
    """Holds the live model between micro-batches; every step takes the same lock."""

    def __init__(
        self,
        database: Database[Document],
        settings: Settings,
        state: LiveState,
        run_tasks: RunTasks,
        *,
        accept_jump: bool = False,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._database, self._settings, self._state = database, settings, state
        self._run_tasks, self._should_stop, self._accept_jump = run_tasks, should_stop, accept_jump
        self._champions = Champions(database)
        self._adopter = Adopter(database, settings, self._champions, accept_jump=accept_jump)
        self._checkpoint = folder_of(settings.stream, state.fence_epoch)
        self._lock = threading.Lock()
        self._is_closing = False
        self._has_refused = True  # of the last run: then there is an alert to end
        told = (self._log_adopted, self._publish, self._tell, self._ask_if_due)
        self._leads_to: Mapping[StepKind, tuple[Callable[[], None], ...]] = {
            "hours": (self._tell_hours,),
            "intent": (lambda: failpoint("pending_written"),),
            "tick": told,
            "model": told,
            "names": (self._log_names, self._publish),
        }

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
                self._ask_if_due()  # before the next tick, which would change the answer
                _log.info("recounted", customers=population.total("customers"))

    def is_settled(self) -> bool:
        """Whether nothing is pending and no review is still awaited."""
        return self._state.pending is None and not self._is_waiting()

    def idle(self) -> None:
        """Follow tick and champion while no records arrive."""
        with self._lock:
            if self._state.pending is not None or not self._is_waiting():
                self._follow()

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
                msg = "the job is stopping; the micro-batch is replayed by the next start"
                raise IntakeClosed(msg)
            watch = Stopwatch()
            with watch.stage("adopt"):  # 0
                self._await_reviews()
                self._follow()
                self._await_reviews()  # what the new tick has asked for
                self._follow()
            with watch.stage("tasks"):  # 1
                reports = self._run_tasks(records, self._context())
            ends = planned_offsets(self._checkpoint, self._settings.kafka.topic, batch_id)
            self.apply(reports, ends, watch)  # 2 and 3
            self._ask_if_due()
            told = {name: value for name, value in self._state.batch.items() if name != "seconds"}
            _log.info("batch_applied", batch_id=batch_id, **told)
            failpoint("before_commit")  # 4 is Spark's

    def apply(self, reports: list[TaskReport], ends: Mapping[int, int], watch: Stopwatch) -> None:
        """Learn from what the tasks of a micro-batch report, write the live model, then metrics.

        ends : partition -> offset at which the micro-batch ended. watch : where its time went.
        """
        with watch.stage("learn"):
            champion, state = self._champion(), self._state
            absorbed = read_up_to(absorb(state, reports, self._settings.tick.min_customers), ends)
            if any(report.has_fenced_ahead for report in reports):
                population = recount(self._database, state, champion)
            else:
                population = state.population.merge(total_delta(reports, state.population.shape))
            learnt = with_clock(self._database, learn(absorbed, population, champion), self._settings)
        failpoint("before_live_model")
        self._save(replace(learnt, batch=batch_summary(reports, watch)))
        failpoint("live_model_written")
        self._publish()

    def _follow(self) -> None:
        """Follow tick, champion and names until nothing is left to; a step is told before the next."""
        start = self._state
        while isinstance(found := self._adopter.next_step(self._state, datetime.now(UTC)), Step):
            self._save(found.state)
            for consequence in self._leads_to[found.kind]:
                consequence()
        self._note_clock(start, found.held)
        self._note_refusal(found.refused)

    def _note_clock(self, start: LiveState, held: datetime | None) -> None:
        """Tell people once that the clock is held back, and once that it moves again."""
        if held is not None:
            alert_store.fire(self._database, clock_jump(start, held, self._settings.tick.max_jump_days))
        elif self._state.now is not None and self._state.now != start.now:
            alert_store.resolve_all(
                self._database,
                ["clock_jump"],
                as_of=self._state.now.as_of,
                reason="the clock moves again",
            )

    def _note_refusal(self, refused: str | None) -> None:
        """Tell people once that the pointer names a model that is not followed, and once that it is over."""
        if refused is not None:
            if alert_store.fire(self._database, model_refused(self._state, refused)):
                _log.error("model_refused", reason=refused)
        elif self._has_refused:
            key = model_refused(self._state, "").key
            alert_store.resolve(
                self._database, key, as_of=datetime.now(UTC), reason="the pointer names a sound model"
            )
        self._has_refused = refused is not None

    def _log_adopted(self) -> None:
        now = self._state.standing
        _log.info("adopted", model=now.version, as_of=now.as_of.isoformat())

    def _log_names(self) -> None:
        _log.info("segments_renamed", names=len(self._state.names))

    def _publish(self) -> None:
        champion = self._champion()
        if champion is not None:
            publish_metrics(self._database, self._state, champion)

    def _tell(self) -> None:
        self._ask(update_drift_alerts(self._database, self._state, self._champion(), self._settings))

    def _tell_hours(self) -> None:
        self._ask(update_hourly_drift_alerts(self._database, self._state, self._champion(), self._settings))

    def _ask_if_due(self) -> None:
        rules = self._settings
        self._ask(due_review(self._state, self._champion(), rules.model, rules.schedule))

    def _ask(self, review: Review | None) -> None:
        if review is not None and file_review(self._database, self._state, review, self._settings.schedule):
            self._save(replace(self._state, asked_ms=self._state.standing.as_of_ms))

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

    def _context(self) -> BatchContext:
        return context_of(self._state, self._champion(), self._settings, accept_jump=self._accept_jump)

    def _champion(self) -> ModelArtifact | None:
        return self._champions.of(self._state)

    def _save(self, state: LiveState) -> None:
        self._state = live_store.save(self._database, state)
