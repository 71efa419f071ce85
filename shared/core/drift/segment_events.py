"""Which segments split, merge, emerge or disappear: from model to model, and while the live model learns.

The same customers, counted once, stand in a table of old against new segments. After a promotion that is
the old champion against the new one; between promotions the champion against what has been learnt since.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np

from shared.core.arrays import Int64
from shared.core.model.artifact import LineageEdge
from shared.core.segments.lineage import lineage_edge
from shared.core.segments.monic import TransitionKind, facets, row_shares, transitions

Scope = Literal["promotion", "learning"]

_DIGITS: Final = 6


@dataclass(frozen=True)
class SegmentFate:
    """What became of one old segment's customers, 0..1 each.

    unicity, identity : how typical that is; see `shared.core.segments.monic.Facets`.
    outflow : share of them that the newer view has in a segment of another identity; 0 of nobody.
    """

    segment_id: int
    unicity: float
    identity: float
    outflow: float


@dataclass(frozen=True)
class SegmentEvents:
    """Events between two views of the same customers, and each old segment's fate in numbers."""

    scope: Scope
    events: tuple[LineageEdge, ...]
    fates: tuple[SegmentFate, ...]

    def to_document(self) -> dict[str, Any]:
        """Return a plain mapping."""
        return {
            "kind": self.scope,
            "events": [event.to_document() for event in self.events],
            "fates": [asdict(fate) for fate in self.fates],
        }


def promotion_events(moves: Int64, before_ids: tuple[int, ...], after_ids: tuple[int, ...]) -> SegmentEvents:
    """Tell what a promotion has made of each segment, survivors included; moves (k_old, k_new)."""
    return SegmentEvents(
        "promotion", _edges(moves, before_ids, after_ids), _fates(moves, before_ids, after_ids)
    )


def learning_events(crosstab: Int64, segment_ids: tuple[int, ...]) -> SegmentEvents:
    """Tell which segments of the champion the live model no longer sees as they were; crosstab (k, k).

    A segment survives only as itself: one that lives on under the place of another has not.
    """
    edges = _edges(crosstab, segment_ids, segment_ids)
    changed = tuple(edge for edge in edges if edge.kind != TransitionKind.SURVIVE or edge.old != edge.new)
    return SegmentEvents("learning", changed, _fates(crosstab, segment_ids, segment_ids))


def _edges(shared: Int64, old_ids: tuple[int, ...], new_ids: tuple[int, ...]) -> tuple[LineageEdge, ...]:
    """Name all events but those of segments that nobody is in."""
    old_sizes, new_sizes = shared.sum(axis=1), shared.sum(axis=0)
    return tuple(
        lineage_edge(event, shared, old_ids, new_ids)
        for event in transitions(shared)
        if old_sizes[list(event.old)].any()
        or (event.kind is TransitionKind.EMERGE and new_sizes[list(event.new)].any())
    )


def _fates(shared: Int64, old_ids: tuple[int, ...], new_ids: tuple[int, ...]) -> tuple[SegmentFate, ...]:
    found = facets(shared)
    elsewhere = np.where(np.not_equal.outer(old_ids, new_ids), shared, 0.0)
    outflow = row_shares(elsewhere, shared.sum(axis=1)).sum(axis=1)
    columns = (np.round(values, _DIGITS).tolist() for values in (found.unicity, found.identity, outflow))
    return tuple(SegmentFate(*row) for row in zip(old_ids, *columns, strict=True))
