"""What became of segments, under their identities instead of labels."""

import numpy as np
from numpy.typing import ArrayLike

from shared.core.model.artifact_parts import LineageEdge
from shared.core.segments.monic import ClusterTransition, TransitionKind


def lineage_edge(
    event: ClusterTransition, overlap: ArrayLike, old_ids: tuple[int, ...], new_ids: tuple[int, ...]
) -> LineageEdge:
    """Name the segments of an event found in `overlap` (k_old, k_new), and count the customers it moves."""
    shared = np.asarray(overlap)
    old, new = sorted(old_ids[i] for i in event.old), sorted(new_ids[j] for j in event.new)
    customers = shared[np.ix_(event.old, event.new)].sum()
    if event.kind is TransitionKind.EMERGE:
        customers = shared[:, list(event.new)].sum()
    return LineageEdge(event.kind.value, tuple(old), tuple(new), round(event.share, 6), int(customers))
