"""Alarms of channels put together to causes, so that one change in the shop is one alert.

If everybody spends half as much again, baskets alarm, and soon the segments do, because customers
move between them. The segments then follow from the baskets and are told with them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, cast

from shared.core.drift.day_flows import BUSINESS
from shared.core.drift.memory import Cause, ChannelReading, DriftEpisode, DriftMemory, EndedEpisode
from shared.core.drift.states import CALM, DriftState

JOINS_WITHIN_DAYS: Final = 14
"""A channel that alarms later than this after an episode began is a cause of its own."""

FAMILIES: Final = ("spend", "volume", "segments")

ACCEPTED = "it lasted eight weeks and is the new usual"
PROMOTED = "another model was promoted"
CALM_AGAIN = "calm for five days"


def follow(memory: DriftMemory, readings: Sequence[ChannelReading], day: int) -> DriftMemory:
    """Open, widen and end episodes after a tick; `memory` holds the episodes before it."""
    alarmed = {r.channel for r in readings if r.state in {DriftState.DRIFT, DriftState.RECOVERING}}
    going, ended = [], []
    for episode in memory.episodes:
        if episode.model_version != memory.model_version:
            ended.append(EndedEpisode(episode.cause, episode.model_version, PROMOTED))
        elif alarmed.isdisjoint(episode.channels):
            is_calm = all(r.state != DriftState.LEARNING for r in readings if r.channel in episode.channels)
            reason = CALM_AGAIN if is_calm else ACCEPTED
            ended.append(EndedEpisode(episode.cause, episode.model_version, reason))
        else:
            going.append(episode)
    explained = {channel for episode in going for channel in episode.channels}
    fresh = tuple(r.channel for r in readings if r.channel in alarmed - explained)
    episodes, n_new = _with_new(going, fresh, readings, day, memory.model_version)
    return replace(memory, episodes=tuple(episodes), ended=tuple(ended), alarms=memory.alarms + n_new)


def leading_cause(readings: Sequence[ChannelReading], channels: Sequence[str]) -> Cause:
    """Name the cause of alarmed `channels`: the business channel that is furthest out, else the segments.

    For segments a business channel counts as soon as it is not calm, for they may reach their limit first.
    """
    named = [r for r in readings if r.channel in BUSINESS and r.channel in channels]
    business = named or [r for r in readings if r.channel in BUSINESS and r.ratio > CALM]
    if not business:
        return "segments"
    return cast("Cause", max(business, key=lambda r: r.ratio).channel)


def _with_new(
    going: list[DriftEpisode],
    fresh: tuple[str, ...],
    readings: Sequence[ChannelReading],
    day: int,
    model_version: int | None,
) -> tuple[list[DriftEpisode], int]:
    """Give channels that have just alarmed to the episode they belong to, or begin one; and count those."""
    n_before, episodes = len(going), going
    for family in FAMILIES:
        channels = tuple(name for name in fresh if _family(name) == family)
        if channels and model_version is not None:
            cause = leading_cause(readings, channels)
            at = _joined(episodes, cause, family, day)
            if at is None:
                episodes = [*episodes, DriftEpisode(cause, day, channels, model_version)]
            else:
                wider = replace(episodes[at], channels=(*episodes[at].channels, *channels))
                episodes = [*episodes[:at], wider, *episodes[at + 1 :]]
    return episodes, len(episodes) - n_before


def _joined(episodes: Sequence[DriftEpisode], cause: Cause, family: str, day: int) -> int | None:
    """Return the episode that channels of a family belong to, the newest of several; None for none.

    Segments follow from whatever began shortly before, and what began as segments may turn out to be more;
    but a change of spend is not the cause of a change of volume.
    """
    for at in range(len(episodes) - 1, -1, -1):
        episode = episodes[at]
        related = "segments" in {family, episode.cause} or _family(episode.cause) == family
        if episode.cause == cause or (related and day - episode.onset_day <= JOINS_WITHIN_DAYS):
            return at
    return None


def is_told_with(episodes: Sequence[DriftEpisode], channel: str) -> bool:
    """Whether an alarm of a channel soon after those episodes began would have the same cause."""
    return any(_family(channel) in {"segments", _family(episode.cause)} for episode in episodes)


def _family(channel: str) -> str:
    if channel == "basket":
        return "spend"
    return "volume" if channel in BUSINESS else "segments"
