"""A stream without Spark: micro-batches are merged here, everything else is the job's own."""

from dataclasses import replace
from datetime import date
from typing import Any

from pymongo.database import Database

from shared.adapters.mongo import collections
from shared.core.model.artifact import ModelArtifact
from shared.settings import Settings
from shared.stopwatch import Stopwatch
from streaming.driver import live_store
from streaming.driver.job import StreamJob
from streaming.driver.live import LiveState
from streaming.task.chunk import Chunk
from streaming.task.task_report import TaskReport
from tests.support.merging import merge, no_tasks, put_in_force, state_under

SEEN = frozenset({1, 2, 3})
"""Customers enough for a day to count."""


class DrivenStream:
    """Starts under a champion that is put in force; `job` is the stream's own."""

    def __init__(
        self, database: Database[dict[str, Any]], champion: ModelArtifact, settings: Settings, first_ms: int
    ) -> None:
        self.database, self.settings = database, settings
        collections.ensure(database)
        self.champion = put_in_force(database, champion, 0)
        state = replace(state_under(self.champion), first_event_ms=first_ms)
        self._start(live_store.save(database, state))

    def _start(self, state: LiveState) -> None:
        self.job = StreamJob(self.database, self.settings, state, no_tasks)

    def restart(self) -> None:
        """Come back after a crash, with nothing but the database."""
        state = live_store.load(self.database, "main")
        assert state is not None
        self._start(state)
        self.job.recover()
        self.job.idle()

    def take(self, chunk: Chunk, last: int, day: date) -> None:
        """Follow what the last micro-batch has shown, then merge another, unless it is merged already.

        last : offset at which it ends. day : that its purchases are of.
        """
        self.job.idle()
        state = self.job.state
        if state.offsets.get(0, 0) < last:
            merged = merge(self.database, state, self.champion, chunk)
            report = TaskReport(
                partition=0,
                next_offset=last,
                delta=merged.delta.to_document(),
                days={day.isoformat(): sorted(SEEN)},
                newest_event_ms=int(chunk.rows.event_ms.max()),
                has_fenced_ahead=merged.has_fenced_ahead,
            )
            self.job.apply([report], {0: last}, Stopwatch())
