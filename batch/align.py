"""Step 7: which identity each new segment has."""

from dataclasses import dataclass

import numpy as np

from batch.champion import ChampionView
from batch.cluster import Clustering
from shared.core.alignment import UNMATCHED, align
from shared.core.monic import overlap_matrix


@dataclass(frozen=True)
class Identities:
    """Identity of each label.

    next_segment_id : the lowest that no segment has ever had.
    ambiguity : how close a call the least clear match was, 0 (clear) to 1; 0 without a champion.
    relabelled : share of customers whose identity this change of model alone would change; 0 without.
    """

    segment_ids: tuple[int, ...]
    next_segment_id: int
    ambiguity: float
    relabelled: float


def identify(clustering: Clustering, champion: ChampionView | None) -> Identities:
    """Carry the champion's identities over, and issue new ones where nothing corresponds."""
    k = len(clustering.centers)
    if champion is None:
        return Identities(tuple(range(1, k + 1)), k + 1, 0.0, 0.0)
    overlap = overlap_matrix(champion.labels, clustering.labels, k_old=champion.model.k, k_new=k)
    aligned = align(champion.centers, clustering.centers, overlap=overlap, radii=champion.radii)
    ids, next_id = _issue(aligned.pairs.tolist(), champion)
    before, after = champion.model.segment_ids[champion.labels], np.array(ids)[clustering.labels]
    return Identities(ids, next_id, float(aligned.ambiguity.max()), float(np.mean(before != after)))


def _issue(pairs: list[int], champion: ChampionView) -> tuple[tuple[int, ...], int]:
    next_id, ids = champion.model.next_segment_id, []
    for old_label in pairs:
        if old_label == UNMATCHED:
            ids.append(next_id)
            next_id += 1
        else:
            ids.append(champion.model.segment_of(old_label).segment_id)
    return tuple(ids), next_id
