"""Step 0: what there is to follow before a micro-batch, one thing after the other.

A pass over all customers is first written down (`pending`), then made, so that a crash halfway is
finished by the next start. Only what earlier batches have shown decides, never the batch to come.

A pointer that names a model which cannot be trusted is not followed: the stream stays with the model
it has. Names that operators give are restated last; until `live_model` says so, the next start does it again.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pymongo.database import Database

from shared.adapters.failpoints import failpoint
from shared.adapters.mongo.customer_store import customers_of, rename_segments
from shared.adapters.mongo.models import read_pointer
from shared.adapters.mongo.segment_names import load_names
from shared.core.customers.tick import ActiveDays, open_days
from shared.core.drift.memory import DriftMemory
from shared.core.drift.watch import WatchRules
from shared.core.model.artifact import ModelArtifact
from shared.core.model.placement import LiveModel
from shared.documents import Document
from shared.settings import Settings
from streaming.driver.champions import Champions
from streaming.driver.customer_columns import read_table
from streaming.driver.flows import day_number, load_days, load_model_move, record_step
from streaming.driver.hourly_watch import next_hours
from streaming.driver.live import LiveState, learn
from streaming.driver.restate import restate
from streaming.driver.standing import ModelReference, Target
from streaming.driver.ticks import due_tick
from streaming.driver.watching import after_day, after_promotion

StepKind = Literal["hours", "intent", "tick", "model", "names"]


@dataclass(frozen=True)
class Step:
    """One thing followed: the live model after it, which is still to be saved.

    kind : `hours`, a window was closed; `intent`, a pass over all customers is about to begin; `tick` and
    `model`, everybody stands under a new one; `names`, segments are called what people call them.
    """

    kind: StepKind
    state: LiveState


@dataclass(frozen=True)
class Rest:
    """Nothing is left to follow.

    held : a tick that was held back for lying too far ahead. refused : why the model that the pointer
    names was not taken.
    """

    held: datetime | None
    refused: str | None


class Adopter:
    """Carries out step 0; writes customers and flows, but never the live model."""

    def __init__(
        self, database: Database[Document], settings: Settings, champions: Champions, *, accept_jump: bool
    ) -> None:
        self._database, self._settings, self._champions = database, settings, champions
        self._accept_jump = accept_jump
        self._zone = ZoneInfo(settings.input.zone)

    def next_step(self, state: LiveState, wall: datetime) -> Step | Rest:
        """Take one step: finish what is pending, else follow hours, tick, champion pointer, or names.

        One at a time, so that what the watch finds at a tick is told before a promotion ends it.
        """
        if state.pending is not None:
            return self._bring(state, state.pending)
        tick = due_tick(state, self._settings.tick, self._zone, wall, accept_jump=self._accept_jump)
        is_day_over = tick.as_of_ms != (None if state.now is None else state.now.as_of_ms)
        hours = self._next_hours(state, is_day_over=is_day_over)
        if hours is not None:
            return Step("hours", hours)
        if is_day_over and tick.as_of_ms is not None:
            return self._begin(state, Target(tick.as_of_ms, None if state.now is None else state.now.model))
        model = self._other_model(state)
        refused = None if model is None else self._champions.refusal(model.version)
        if state.now is not None and model is not None and refused is None:
            return self._begin(state, replace(state.now, model=model))
        return self._restate_names(state) or Rest(tick.held, refused)

    def _next_hours(self, state: LiveState, *, is_day_over: bool) -> LiveState | None:
        """Judge the next window of hourly purchases, before a tick or a promotion moves on."""
        champion = self._champions.of(state)
        if not self._settings.drift.hourly or champion is None:
            return None
        return next_hours(self._database, state, champion, self._settings, is_day_over=is_day_over)

    def _other_model(self, state: LiveState) -> ModelReference | None:
        """Return the model that the pointer names, unless customers stand under it or nobody can yet."""
        pointer = read_pointer(self._database)
        if pointer is None or state.now is None or pointer.epoch == state.now.epoch:
            return None
        return ModelReference(pointer.version, pointer.epoch)

    def _restate_names(self, state: LiveState) -> Step | None:
        names = load_names(self._database)
        if names == state.names:
            return None
        renamed = replace(state, names=names)
        champion = self._champions.of(renamed)
        if champion is not None:
            rename_segments(customers_of(self._database), champion.segments)
            failpoint("customers_renamed")
        return Step("names", renamed)

    def _begin(self, state: LiveState, target: Target) -> Step:
        """Announce a pass under `target`; without a model there is none, and only the tick moves."""
        if target.model is None:
            return Step("tick", replace(state, now=target, days=self._open_days(state, target)))
        return Step("intent", replace(state, pending=target))

    def _bring(self, state: LiveState, target: Target) -> Step:
        """Restate everybody under `target`, which the live model has announced, and advance the watch."""
        old, champion = self._sound_champion(state), self._champions.named(target.version, state.names)
        if champion is None:
            msg = "a pass over all customers should be announced for a model"
            raise ValueError(msg)
        table = read_table(self._database, target)
        record_step(self._database, table, state, target, (old, champion), self._zone)
        start = _start(state, target, champion)
        model, population = restate(self._database, table, state, target, champion, start)
        restated = replace(
            state,
            now=target,
            pending=None,
            days=self._open_days(state, target),
            centers=model.centers,
            unit_weights=model.unit_weights,
        )
        learnt = learn(restated, population, champion)
        is_tick = state.now is None or state.now.as_of_ms != target.as_of_ms
        watched = self._after_tick(learnt, champion) if is_tick else self._after_promotion(learnt, champion)
        return Step("tick" if is_tick else "model", replace(learnt, drift=watched))

    def _after_tick(self, state: LiveState, champion: ModelArtifact) -> DriftMemory:
        day = day_number(state.standing.as_of_ms, self._zone)
        flows = load_days(self._database, state.stream_id, day)
        rules = WatchRules(self._settings.drift.budget_of_each, self._settings.model.seed)
        return after_day(state, champion, flows, day, rules)

    def _after_promotion(self, state: LiveState, champion: ModelArtifact) -> DriftMemory:
        move = load_model_move(self._database, state.stream_id, state.standing)
        return after_promotion(state, champion, move, day_number(state.standing.as_of_ms, self._zone))

    def _open_days(self, state: LiveState, target: Target) -> ActiveDays:
        return open_days(state.days, target.as_of, self._zone)

    def _sound_champion(self, state: LiveState) -> ModelArtifact | None:
        """Return the model before a pass; one that can no longer be trusted is not compared with."""
        version = None if state.now is None else state.now.version
        if version is None or self._champions.refusal(version) is not None:
            return None
        return self._champions.of(state)


def _start(state: LiveState, target: Target, champion: ModelArtifact) -> LiveModel:
    """Where learning goes on from: the live prototypes, or those of a new champion."""
    if state.now is not None and target.epoch == state.now.epoch:
        return LiveModel(champion, state.centers, state.unit_weights, target.as_of_ms)
    return LiveModel(champion, champion.centers, champion.som.weights, target.as_of_ms)
