"""How many records wait to be applied: the broker's ends against the offsets in the live model.

Tools that read consumer groups see nothing here, because the stream keeps its offsets with its state.
"""

from collections.abc import Mapping
from typing import Any

from shared.adapters.kafka_topics import beginning_and_end_offsets
from shared.errors import ServiceUnavailable

TIMEOUT_MS = 3_000
"""The lag is one fact of many: do not keep people waiting for a broker that is down."""


def lag_by_partition(servers: str, live: Mapping[str, Any]) -> dict[int, int] | None:
    """Count per partition the records that the stream has not applied; None if no broker answers.

    live : the live model's document, of which `topic.name` and `offsets` are read.
    """
    try:
        ranges = beginning_and_end_offsets(servers, live["topic"]["name"], timeout_ms=TIMEOUT_MS)
    except ServiceUnavailable:
        return None
    return waiting(ranges, live)


def waiting(ranges: Mapping[int, tuple[int, int]], live: Mapping[str, Any] | None) -> dict[int, int]:
    """Count the records between the stored offsets and the ends; before a first start, all that are kept.

    ranges : partition -> oldest offset kept, and the one after the newest.
    """
    reached = {} if live is None else {place["partition"]: place["next"] for place in live["offsets"]}
    return {
        partition: max(0, end - max(begin, reached.get(partition, begin)))
        for partition, (begin, end) in ranges.items()
    }
