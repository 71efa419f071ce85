"""Step 0: bring every customer to the newest tick and the champion, one after the other.

What is about to happen is written down first (`pending`), so that a crash halfway is finished
by the next start. Only what earlier batches have shown decides, never the batch to come.

A pointer that names a model which cannot be trusted is not followed: the stream stays with the model
it has. Names that operators give are restated last; until `live_model` says so, the next start does it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pymongo.database import Database

from shared.adapters.failpoints import failpoint
from shared.adapters.mongo.customer_store import customers_of, rename_segments
from shared.adapters.mongo.models import load_model, read_pointer
from shared.adapters.mongo.segment_names import load_names
from shared.core.customers.tick import TickRule, midnight_after, next_tick, open_days
from shared.core.drift.memory import DriftMemory
from shared.core.drift.watch import WatchRules
from shared.core.model.artifact import ModelArtifact
from shared.core.model.placement import LiveModel
from shared.core.segments.given_names import GivenName, with_names
from shared.documents import Document
from shared.errors import ModelNotFound, SchemaMismatch
from shared.settings import Settings
from streaming.driver import live_store
from streaming.driver.flows import day_number, load_days, load_model_move, record_step
from streaming.driver.hourly_watch import next_hours
from streaming.driver.live import LiveState, Target, learn
from streaming.driver.restate import restate
from streaming.driver.table import read_table
from streaming.driver.watching import after_day, after_promotion

LIVE_SHOP_DELAY_MS = 86_400_000
"""A shop whose newest event reached Kafka within a day is live: its silence lets time pass."""


@dataclass(frozen=True)
class Adopted:
    """state, and its champion.

    held : a tick that was held back for lying too far ahead. refused : why the model that the pointer
    names was not taken.
    """

    state: LiveState
    champion: ModelArtifact | None
    held: datetime | None = None
    refused: str | None = None


class Adopter:
    """Carries out step 0; remembers the champion it has loaded."""

    def __init__(self, database: Database[Document], settings: Settings, *, accept_jump: bool) -> None:
        self._database, self._settings, self._accept_jump = database, settings, accept_jump
        self._champion: ModelArtifact | None = None
        self._zone = ZoneInfo(settings.input.zone)

    def champion(self, version: int | None, names: Mapping[int, GivenName]) -> ModelArtifact | None:
        """Return the model of `version`, read once, with its segments as people call them."""
        if version is None:
            return None
        if self._champion is None or self._champion.version != version:
            self._champion = load_model(self._database, version)
        return with_names(self._champion, names)

    def leave_unreadable(self, state: LiveState) -> LiveState:
        """Turn to the pointer's model where the one that customers stand under can no longer be trusted.

        For a start: a stream that runs has read its model when it was sound. Without a sound model to
        turn to the state stays as it is, and reading its model will say what to do.
        """
        version, pointer = state.now.model_version, read_pointer(self._database)
        if version is None or pointer is None or self._refusal(version) is None:
            return state
        if self._refusal(pointer.version) is not None:
            return state
        target = Target(pointer.version, pointer.epoch, state.now.as_of_ms)
        return live_store.save(self._database, replace(state, pending=target))

    def adopt(self, state: LiveState, wall: datetime) -> Adopted:
        """Take one step: finish what is pending, else follow the tick, the champion pointer, or names.

        One at a time, so that what the watch finds at a tick is told before a promotion ends it. The
        state comes back as the same object once nothing is left to follow.
        """
        tick, refused = self._tick(state, wall), None
        is_day_over = tick.as_of_ms != state.now.as_of_ms
        if state.pending is not None:
            state = self._bring(state, state.pending)
        elif (judged := self._next_hours(state, is_day_over=is_day_over)) is not state:
            state = live_store.save(self._database, judged)
        elif is_day_over:
            state = self._bring(state, replace(state.now, as_of_ms=tick.as_of_ms))
        else:
            state, refused = self._follow_pointer(state)
        return Adopted(state, self.champion(state.now.model_version, state.names), tick.held, refused)

    def _next_hours(self, state: LiveState, *, is_day_over: bool) -> LiveState:
        """Judge the next window of hourly purchases, before a tick or a promotion moves on."""
        champion = self.champion(state.now.model_version, state.names)
        if not self._settings.drift.hourly or champion is None or state.now.as_of_ms is None:
            return state
        return next_hours(self._database, state, champion, self._settings, is_day_over=is_day_over)

    def _follow_pointer(self, state: LiveState) -> tuple[LiveState, str | None]:
        """Turn to another champion, or else to names that were given; and why the champion was refused."""
        pointer, refused = read_pointer(self._database), None
        if pointer is not None and pointer.epoch != state.now.model_epoch and state.now.as_of_ms is not None:
            refused = self._refusal(pointer.version)
            if refused is None:
                target = Target(pointer.version, pointer.epoch, state.now.as_of_ms)
                return self._bring(state, target), None
        return self._restate_names(state), refused

    def _refusal(self, version: int) -> str | None:
        """Return why a model is not to be taken; None if it is sound."""
        try:
            self._champion = load_model(self._database, version)
        except (ModelNotFound, SchemaMismatch) as error:
            return str(error)
        return None

    def _restate_names(self, state: LiveState) -> LiveState:
        names = load_names(self._database)
        if names == state.names:
            return state
        champion = self.champion(state.now.model_version, names)
        if champion is not None:
            rename_segments(customers_of(self._database), champion.segments)
            failpoint("customers_renamed")
        return live_store.save(self._database, replace(state, names=names))

    def _tick(self, state: LiveState, wall: datetime) -> "_Ticked":
        rules, zone = self._settings.tick, self._zone
        current = (
            None if state.now.as_of_ms is None else datetime.fromtimestamp(state.now.as_of_ms / 1000, UTC)
        )
        rule = TickRule(zone, rules.min_customers, rules.max_jump_days)
        tick = next_tick(current, state.days, rule, accept_jump=self._accept_jump)
        as_of = tick.as_of
        if rules.clock == "auto" and as_of is not None and state.newest_delay_ms <= LIVE_SHOP_DELAY_MS:
            yesterday = wall.astimezone(zone).date() - timedelta(days=1)
            wall_tick = midnight_after(yesterday, zone)
            # A live topic read again years later is history, and a wrong clock here is still wrong.
            if self._accept_jump or wall_tick - as_of <= timedelta(days=rules.max_jump_days):
                as_of = max(as_of, wall_tick)
        return _Ticked(None if as_of is None else round(as_of.timestamp() * 1000), tick.held)

    def _bring(self, state: LiveState, target: Target) -> LiveState:
        """Restate everybody under `target`; without a model only the tick itself moves."""
        champion = self.champion(target.model_version, state.names)
        days = state.days
        if target.as_of_ms is not None:
            as_of = datetime.fromtimestamp(target.as_of_ms / 1000, UTC)
            days = open_days(days, as_of, self._zone)
        if champion is None or target.as_of_ms is None:
            return replace(state, now=target, days=days)
        table = read_table(self._database, target)
        if state.pending is None:
            old = self.champion(state.now.model_version, state.names)
            record_step(self._database, table, state, target, (old, champion), self._zone)
        state = live_store.save(self._database, replace(state, pending=target))
        failpoint("pending_written")
        start = _start(state, target, champion)
        model, population = restate(self._database, table, state, target, champion, start)
        restated = replace(
            state,
            now=target,
            pending=None,
            days=days,
            centers=model.centers,
            unit_weights=model.unit_weights,
        )
        learnt = learn(restated, population, champion)
        return live_store.save(
            self._database, replace(learnt, drift=self._watched(state.now, learnt, champion))
        )

    def _watched(self, before: Target, state: LiveState, champion: ModelArtifact) -> DriftMemory:
        """Advance the watch over flows and stock, now that everybody stands at the new target."""
        day = day_number(state.now.as_of_ms or 0, self._zone)
        if before.as_of_ms == state.now.as_of_ms:
            move = load_model_move(self._database, state.stream_id, state.now)
            return after_promotion(state, champion, move, day)
        flows = load_days(self._database, state.stream_id, day)
        rules = WatchRules(self._settings.drift.budget_of_each, self._settings.model.seed)
        return after_day(state, champion, flows, day, rules)


@dataclass(frozen=True)
class _Ticked:
    as_of_ms: int | None
    held: datetime | None


def _start(state: LiveState, target: Target, champion: ModelArtifact) -> LiveModel:
    """Where learning goes on from: the live prototypes, or those of a new champion."""
    as_of_ms = target.as_of_ms or 0
    if target.model_epoch == state.now.model_epoch:
        return LiveModel(champion, state.centers, state.unit_weights, as_of_ms)
    return LiveModel(champion, champion.centers, champion.som.weights, as_of_ms)
