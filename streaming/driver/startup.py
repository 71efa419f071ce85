"""Everything that must hold before the first micro-batch, and the refusal where it does not."""

from dataclasses import dataclass, replace

from pymongo.database import Database

from shared.adapters import kafka_topics
from shared.adapters.mongo.leases import Lease
from shared.adapters.mongo.models import Pointer, read_pointer
from shared.core.customers.partition_clock import accept
from shared.documents import Document
from shared.errors import StartRefused
from shared.settings import Settings
from streaming.driver import live_store
from streaming.driver.champions import Champions
from streaming.driver.kafka_source import refuse_split_partitions
from streaming.driver.live import LiveState, first_state
from streaming.driver.standing import DayRules, ModelReference, TopicIdentity


@dataclass(frozen=True)
class OpenedStream:
    """state : ours to write from now on. needs_recount : the last run did not end cleanly."""

    state: LiveState
    needs_recount: bool


def open_state(
    database: Database[Document],
    settings: Settings,
    champions: Champions,
    lease: Lease,
    *,
    accept_new_topic: bool,
    accept_jump: bool,
) -> OpenedStream:
    """Take over the live model under `lease`, once the topic is known to be the one it belongs to.

    Raises
    ------
    StartRefused : the topic was recreated, or an option would split a partition between tasks.
    ServiceUnavailable : the topic does not exist.
    """
    refuse_split_partitions(settings.kafka.options)
    topic = _identity(settings.kafka.bootstrap_servers, settings.kafka.topic)
    known = live_store.load(database, settings.stream.id)
    state = known or first_state(settings.stream.id, topic, DayRules.of(settings))
    if state.topic.id != topic.id or state.topic.name != topic.name:
        state = _on_new_topic(state, topic, accept_new_topic=accept_new_topic)
    elif topic.partitions < state.topic.partitions:
        msg = (
            f"topic {topic.name!r} should have {state.topic.partitions} partitions; it has {topic.partitions}"
        )
        raise StartRefused(msg)
    needs_recount = known is not None and not known.clean
    state = with_day_rules(state, DayRules.of(settings), accept_jump=accept_jump)
    state = leave_unreadable(state, champions, read_pointer(database))
    opened = live_store.save(database, replace(state, topic=topic, lease_epoch=lease.epoch, clean=False))
    return OpenedStream(opened, needs_recount)


def leave_unreadable(state: LiveState, champions: Champions, pointer: Pointer | None) -> LiveState:
    """Turn to the pointer's model where the one that customers stand under can no longer be trusted.

    Without a sound model to turn to the state stays as it is, and reading its model will say what to do.
    """
    version = None if state.now is None else state.now.version
    if state.now is None or version is None or pointer is None or champions.refusal(version) is None:
        return state
    if champions.refusal(pointer.version) is not None:
        return state
    return replace(state, pending=replace(state.now, model=ModelReference(pointer.version, pointer.epoch)))


def _identity(bootstrap: str, topic: str) -> TopicIdentity:
    partitions = len(kafka_topics.beginning_and_end_offsets(bootstrap, topic))
    return TopicIdentity(topic, kafka_topics.topic_id(bootstrap, topic), partitions)


def with_day_rules(state: LiveState, rules: DayRules, *, accept_jump: bool) -> LiveState:
    """Go on by the rules that are set; where days held back are accepted, the clocks move on.

    Raises
    ------
    StartRefused : what is stored was told apart, or put together, by a rule that cannot be changed later.
    """
    before = state.day_rules
    if rules.zone != before.zone:
        msg = (
            f"input.zone should be {before.zone!r}, in which the days of stream {state.stream_id!r} "
            f"were told apart; it is {rules.zone!r}; set it back, or name another database "
            "(`mongo.database`) and read the topic again"
        )
        raise StartRefused(msg)
    if rules.history_days > before.history_days:
        msg = (
            f"state.history_days should be at most {before.history_days}: what is older is kept in total "
            f"only; it is {rules.history_days}; set it back, or name another database (`mongo.database`) "
            "and read the topic again"
        )
        raise StartRefused(msg)
    if accept_jump:
        clocks = {at: accept(each, min_customers=rules.min_customers) for at, each in state.clocks.items()}
        state = replace(state, clocks=clocks)
    of_clocks = replace(rules, history_days=before.history_days, is_recountable=before.is_recountable)
    is_recountable = before.is_recountable and of_clocks == before and not accept_jump
    return replace(state, day_rules=replace(rules, is_recountable=is_recountable))


def _on_new_topic(state: LiveState, topic: TopicIdentity, *, accept_new_topic: bool) -> LiveState:
    """Open a new fence epoch: offsets of the new topic say nothing about those of the old one."""
    if not accept_new_topic:
        msg = (
            f"topic {topic.name!r} should have id {state.topic.id}; it has {topic.id}: it was recreated, "
            "so stored offsets mean nothing in it; start once with --accept-new-topic to read it all"
        )
        raise StartRefused(msg)
    return replace(state, fence_epoch=state.fence_epoch + 1, offsets={}, clocks={})
