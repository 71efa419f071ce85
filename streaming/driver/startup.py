"""Everything that must hold before the first micro-batch, and the refusal where it does not."""

from dataclasses import dataclass, replace

from pymongo.database import Database

from shared.adapters import kafka_topics
from shared.adapters.mongo.leases import Lease
from shared.documents import Document
from shared.errors import StartRefused
from shared.settings import Settings
from streaming.driver import live_store
from streaming.driver.live import LiveState, TopicIdentity, first_state
from streaming.driver.source import refuse_split_partitions


@dataclass(frozen=True)
class OpenedStream:
    """state : ours to write from now on. needs_recount : the last run did not end cleanly."""

    state: LiveState
    needs_recount: bool


def open_state(
    database: Database[Document], settings: Settings, bootstrap: str, lease: Lease, *, accept_new_topic: bool
) -> OpenedStream:
    """Take over the live model under `lease`, once the topic is known to be the one it belongs to.

    Raises
    ------
    StartRefused : the topic was recreated, or an option would split a partition between tasks.
    ServiceUnavailable : the topic does not exist.
    """
    refuse_split_partitions(settings.kafka.options)
    topic = _identity(bootstrap, settings.kafka.topic)
    known = live_store.load(database, settings.stream.id)
    state = known or first_state(settings.stream.id, topic)
    if state.topic.id != topic.id or state.topic.name != topic.name:
        state = _on_new_topic(state, topic, accept_new_topic=accept_new_topic)
    elif topic.partitions < state.topic.partitions:
        msg = (
            f"topic {topic.name!r} should have {state.topic.partitions} partitions; it has {topic.partitions}"
        )
        raise StartRefused(msg)
    needs_recount = known is not None and not known.clean
    opened = live_store.save(database, replace(state, topic=topic, lease_epoch=lease.epoch, clean=False))
    return OpenedStream(opened, needs_recount)


def _identity(bootstrap: str, topic: str) -> TopicIdentity:
    partitions = len(kafka_topics.beginning_and_end_offsets(bootstrap, topic))
    return TopicIdentity(topic, kafka_topics.topic_id(bootstrap, topic), partitions)


def _on_new_topic(state: LiveState, topic: TopicIdentity, *, accept_new_topic: bool) -> LiveState:
    """Open a new fence epoch: offsets of the new topic say nothing about those of the old one."""
    if not accept_new_topic:
        msg = (
            f"topic {topic.name!r} should have id {state.topic.id}; it has {topic.id}: it was recreated, "
            "so stored offsets mean nothing in it; start once with --accept-new-topic to read it all"
        )
        raise StartRefused(msg)
    return replace(state, fence_epoch=state.fence_epoch + 1, offsets={})
