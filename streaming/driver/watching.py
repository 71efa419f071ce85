"""The watch over flows and stock, advanced once after each restate."""

from collections.abc import Sequence
from dataclasses import replace

from shared.core.drift.day_flows import DayFlow
from shared.core.drift.episodes import follow
from shared.core.drift.memory import DriftMemory
from shared.core.drift.migration import ModelMove, kept_segments
from shared.core.drift.staleness import staleness
from shared.core.drift.stock import follow_stock
from shared.core.drift.watch import WatchRules, under_model, watch
from shared.core.model.artifact import ModelArtifact
from streaming.driver.live import LiveState


def after_day(
    state: LiveState, champion: ModelArtifact, flows: Sequence[DayFlow], day: int, rules: WatchRules
) -> DriftMemory:
    """Advance the watch by a tick; `flows` end with that of `day`, unless it could not be measured.

    While the champion is provisional nothing is watched: it is fitted anew every few days.
    """
    memory = _under(state, champion, None, day)
    memory = replace(memory, ended=(), readings=(), last_day=day)
    if champion.provisional:
        first = day if memory.first_day is None else memory.first_day
        return replace(memory, first_day=first)
    if flows and flows[-1].day == day:
        memory, readings = watch(memory, flows[:-1], flows[-1], rules)
        memory = follow(memory, readings, day)
    return follow_stock(memory, staleness(champion, state.population, state.centers))


def after_promotion(
    state: LiveState, champion: ModelArtifact, move: ModelMove | None, day: int
) -> DriftMemory:
    """Follow a new champion: what was alarmed under the old one is over. move : who moved; None at first."""
    memory = _under(state, champion, move, day)
    over = follow(replace(memory, readings=()), (), day)
    return replace(over, ended=(*memory.ended, *over.ended))


def _under(state: LiveState, champion: ModelArtifact, move: ModelMove | None, day: int) -> DriftMemory:
    return under_model(
        state.drift,
        day,
        champion.version,
        state.standing.epoch or 0,
        champion.segment_ids.tolist(),
        frozenset() if move is None else kept_segments(move),
    )
