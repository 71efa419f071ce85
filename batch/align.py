"""Which identity each new segment has, and what became of the old ones."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from batch.champion import ChampionView
from batch.cluster import Clustering
from shared.core.arrays import Bool
from shared.core.model.artifact import LineageEdge
from shared.core.segments.alignment import UNMATCHED, align
from shared.core.segments.lineage import lineage_edge
from shared.core.segments.monic import ClusterTransition, TransitionKind, overlap_matrix, transitions


@dataclass(frozen=True)
class SegmentIdentities:
    """Identity of each label, and what the change of model alone does to customers.

    next_segment_id : the lowest that no segment has ever had.
    ambiguity : how close a call the least clear match was, 0 (clear) to 1; 0 without a champion.
    changed : share of customers whose identity differs under the two models, all at one tick.
    relabelled : those among them whom no split and no merge accounts for, see `_explained`.
    lineage : what became of the champion's segments.
    """

    segment_ids: tuple[int, ...]
    next_segment_id: int
    ambiguity: float = 0.0
    changed: float = 0.0
    relabelled: float = 0.0
    lineage: tuple[LineageEdge, ...] = ()


def identify(
    clustering: Clustering, champion: ChampionView | None, next_segment_id: int
) -> SegmentIdentities:
    """Carry the champion's identities over, and issue new ones where nothing corresponds.

    Parameters
    ----------
    next_segment_id : the lowest identity that no stored model has ever used.
    """
    k = len(clustering.centers)
    if champion is None:
        return SegmentIdentities(tuple(range(next_segment_id, next_segment_id + k)), next_segment_id + k)
    overlap = overlap_matrix(champion.labels, clustering.labels, k_old=champion.model.k, k_new=k)
    aligned = align(champion.centers, clustering.centers, overlap=overlap, radii=champion.radii)
    old_ids = tuple(champion.model.segment_ids.tolist())
    new_ids = _issue(aligned.pairs.tolist(), old_ids, next_segment_id)
    events = transitions(overlap)
    moved = overlap * np.not_equal.outer(old_ids, new_ids)
    unexplained = moved * ~_explained(events, old_ids, new_ids)
    everybody = max(overlap.sum(), 1.0)
    return SegmentIdentities(
        new_ids,
        max(next_segment_id, *(segment_id + 1 for segment_id in new_ids)),
        float(aligned.ambiguity.max(initial=0.0)),
        float(moved.sum() / everybody),
        float(unexplained.sum() / everybody),
        tuple(lineage_edge(event, overlap, old_ids, new_ids) for event in events),
    )


def _issue(pairs: list[int], old_ids: tuple[int, ...], next_id: int) -> tuple[int, ...]:
    ids = []
    for old_label in pairs:
        ids.append(next_id if old_label == UNMATCHED else old_ids[old_label])
        next_id += old_label == UNMATCHED
    return tuple(ids)


def _explained(
    events: tuple[ClusterTransition, ...], old_ids: tuple[int, ...], new_ids: tuple[int, ...]
) -> Bool:
    """Tell which moves contradict nothing said before, (k_old, k_new).

    A split into an identity that nobody has had yet says the same in a finer word. A merge that ends an
    identity leaves no word that could be wrong. A move to an identity that already meant something, or
    away from one that goes on, is neither, whatever MONIC calls it.
    """
    explained = np.zeros((len(old_ids), len(new_ids)), dtype=np.bool_)
    for event in events:
        for i, j in product(event.old, event.new):
            is_fresh, has_ended = new_ids[j] not in old_ids, old_ids[i] not in new_ids
            explained[i, j] = (event.kind is TransitionKind.SPLIT and is_fresh) or (
                event.kind is TransitionKind.MERGE and has_ended
            )
    return explained
