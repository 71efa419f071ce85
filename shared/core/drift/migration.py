"""How many customers stay in their segment, and whether time, they themselves or a new model moved them.

Three steps lead from one table to the next, and each changes one thing only: the same customers a day
older, the same day with their purchases, the same table under another model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from shared.core.arrays import Int64
from shared.core.choice.agreement import adjusted_mutual_information_of, adjusted_rand_of
from shared.core.customers.features import RfmColumns
from shared.core.drift.day_flows import DayFlow, champion_labels
from shared.core.drift.staleness import DriftMetric, judged, trend
from shared.core.model.artifact import ModelArtifact
from shared.core.segments.monic import overlap_matrix

MIN_DAYS: Final = 28
"""Of history before a day's retention is compared with it."""

MODEL_LEVELS: Final = (0.95, 0.85)
"""A new model may rename a twentieth of the customers without a word; beyond .15 its gate refuses."""


KEPT: Final = 0.9
"""Share of its customers, before and after, that a segment must have in common with itself to be the same."""


@dataclass(frozen=True, eq=False)
class ModelMove:
    """Customers by segment before a promotion (rows) and after it (columns), at one tick."""

    before_ids: tuple[int, ...]
    after_ids: tuple[int, ...]
    moves: Int64

    def to_document(self) -> dict[str, Any]:
        """Return a plain mapping."""
        ids = {"before_ids": list(self.before_ids), "after_ids": list(self.after_ids)}
        return ids | {"moves": self.moves.astype("<i8").tobytes()}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "ModelMove":
        """Read what `to_document` wrote."""
        before, after = (tuple(document[name]) for name in ("before_ids", "after_ids"))
        return cls(before, after, np.frombuffer(document["moves"], "<i8").reshape(len(before), len(after)))


def model_move(
    rfm: RfmColumns,
    before_labels: Int64,
    before: ModelArtifact,
    after: ModelArtifact,
    as_of_ms: int,
) -> ModelMove:
    """Place n customers under a new champion beside where the old one had them, (n,) labels."""
    everybody = np.ones(before_labels.size, np.bool_)
    labels = champion_labels(rfm, after, as_of_ms, everybody)
    moves = overlap_matrix(before_labels, labels, k_old=before.k, k_new=after.k).astype(np.int64)
    return ModelMove(tuple(before.segment_ids.tolist()), tuple(after.segment_ids.tolist()), moves)


def retention(moves: Int64) -> float | None:
    """Return the share of customers on the diagonal of (k, k); None if there are none."""
    total = int(moves.sum())
    return int(np.trace(moves)) / total if total else None


def kept_segments(move: ModelMove) -> frozenset[int]:
    """Return the segments that a promotion left as good as they were."""
    before, after = move.moves.sum(axis=1), move.moves.sum(axis=0)
    common = set(move.before_ids) & set(move.after_ids)
    places = ((i, move.before_ids.index(i), move.after_ids.index(i)) for i in common)
    return frozenset(i for i, a, b in places if move.moves[a, b] >= KEPT * max(before[a], after[b], 1))


def behaviour_metrics(flows: Sequence[DayFlow]) -> list[DriftMetric]:
    """Retention of the last day by ageing and by purchases, against the 5th and 1st percentile before it.

    Only single days under one model are compared; with too few of them there is no level yet.
    """
    today = flows[-1]
    earlier = [f for f in flows[:-1] if f.model_epoch == today.model_epoch and f.is_open]
    found = []
    for name in ("ageing", "purchases"):
        value = retention(getattr(today, name)) if today.span_days == 1 else None
        history = [kept for kept in (retention(getattr(f, name)) for f in earlier) if kept is not None]
        if len(history) < MIN_DAYS:
            found.append(trend(f"retention_{name}", None))
            continue
        low, lowest = np.quantile(history, [0.05, 0.01]).tolist()
        # A critical level below the warn level says that low is bad; equal ones would say nothing.
        levels = (low, min(lowest, float(np.nextafter(low, 0.0))))
        found.append(judged(f"retention_{name}", value, levels))
    return found


def model_metrics(move: ModelMove) -> list[DriftMetric]:
    """Return the share of customers that a promotion left under their identity, and how both models agree.

    ARI and AMI look at who is with whom, whatever the segments are called. Their usual value differs from
    shop to shop, so they have no levels.
    """
    same = np.array(move.before_ids)[:, np.newaxis] == np.array(move.after_ids)
    total = int(move.moves.sum())
    value = int(move.moves[same].sum()) / total if total else None
    ari, ami = (
        measure(move.moves) if total else None
        for measure in (adjusted_rand_of, adjusted_mutual_information_of)
    )
    return [judged("retention_model", value, MODEL_LEVELS), trend("ari_model", ari), trend("ami_model", ami)]
