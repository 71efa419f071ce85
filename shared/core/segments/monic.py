"""What became of the segments: survive, split, merge, emerge, disappear.

MONIC compares two clusterings by their members. Where the state is kept for each customer
the overlap is exact, so that nothing here is estimated. It does not look at centers.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from shared.core.arrays import Float64, Int64, ReadOnlyArrays
from shared.errors import InvalidConfig

UNASSIGNED = -1

WHOLE = 0.5
"""Share of an old cluster that carries on what it was, as in MONIC and MEC."""

PART = 0.25
"""Share of an old cluster that counts as a part of it; MEC takes .2, R's clusTransition .3."""


class TransitionKind(StrEnum):
    """The five external transitions."""

    SURVIVE = "survive"
    SPLIT = "split"
    MERGE = "merge"
    EMERGE = "emerge"
    DISAPPEAR = "disappear"


@dataclass(frozen=True, slots=True)
class ClusterTransition:
    """One event between an older and a newer clustering.

    Attributes
    ----------
    kind : what happened.
    old, new : the clusters concerned on either side, ascending.
    share : share of the old clusters' weight that arrived in `new`; for `emerge` the largest
        share of the new cluster that came from one old cluster; 0 to 1.
    """

    kind: TransitionKind
    old: tuple[int, ...]
    new: tuple[int, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Facets(ReadOnlyArrays):
    """How typical each old cluster's fate is, as numbers; arrays of shape (k_old,), 0 to 1.

    Attributes
    ----------
    unicity : largest minus second largest part that went one way; 1 = all together.
    identity : how far the receiving clusters consist of it; 1 = of nothing else.
    """

    unicity: Float64
    identity: Float64


def overlap_matrix(
    old_labels: ArrayLike, new_labels: ArrayLike, *, k_old: int, k_new: int, weights: ArrayLike | None = None
) -> Float64:
    """Weight of the customers that old cluster i and new cluster j share, shape (k_old, k_new).

    Parameters
    ----------
    old_labels, new_labels : (n,) the same customers in the same order; -1 = in no cluster.
    weights : (n,) for example the age weight 2^(-age / half-life); 1 each by default.
    """
    old, new = np.asarray(old_labels, dtype=np.int64), np.asarray(new_labels, dtype=np.int64)
    if old.shape != new.shape or (old.size and (old.max() >= k_old or new.max() >= k_new)):
        msg = (
            f"labels should be two equally long lists below k_old={k_old} and k_new={k_new}, "
            f"got shapes {old.shape} and {new.shape}; label the same customers with both models"
        )
        raise InvalidConfig(msg)
    both = (old != UNASSIGNED) & (new != UNASSIGNED)
    cells = old[both] * k_new + new[both]
    each = None if weights is None else np.asarray(weights, dtype=np.float64)[both]
    return np.bincount(cells, each, minlength=k_old * k_new).astype(np.float64).reshape(k_old, k_new)


def transitions(overlap: ArrayLike) -> tuple[ClusterTransition, ...]:
    """Events that lead from the old clustering to the new one.

    An old cluster survives in the new one that holds at least half of it, if no other old
    cluster claims the same; several claimants have merged. It has split if no single cluster
    is its best match, but at least two hold a quarter each and half together. Otherwise it
    disappeared. A new cluster that takes part in none of these emerged. Each old cluster is
    in exactly one event. Two equal halves are a split, not a survival.

    Parameters
    ----------
    overlap : (k_old, k_new) shared weight, see `overlap_matrix`.

    References
    ----------
    Spiliopoulou, Ntoutsi, Theodoridis, Schult (2006), MONIC: modeling and monitoring cluster
    transitions, KDD. Oliveira, Gama (2010), MEC.

    Examples
    --------
    Of three segments the first stays together, the second falls into halves, the third is taken up by
    the first of the new ones:

    >>> for event in transitions([[90, 0, 10], [0, 50, 50], [40, 0, 0]]):
    ...     print(event.kind, event.old, event.new, round(event.share, 2))
    merge (0, 2) (0,) 0.93
    split (1,) (1, 2) 1.0
    """
    shared = np.asarray(overlap, dtype=np.float64)
    sizes = shared.sum(axis=1)
    shares = row_shares(shared, sizes)
    claims = claimed_by(shares, WHOLE)
    events = [*_claimed(shares, sizes, claims), *_unclaimed(shares, claims)]
    events += _emerged(shared, {j for event in events for j in event.new})
    return tuple(events)


def row_shares(overlap: Float64, sizes: Float64) -> Float64:
    """Each row of an overlap as shares of its cluster's size; rows of empty clusters are 0."""
    return np.divide(overlap, sizes[:, None], out=np.zeros_like(overlap), where=sizes[:, None] > 0)


def claimed_by(shares: Float64, tau: float) -> Int64:
    """Return the new cluster that each old one claims, -1 for none, shape (k_old,).

    The claim needs the largest share, alone, and at least `tau` of it.
    """
    best = shares.max(axis=1, initial=0.0)
    alone = (shares == best[:, None]).sum(axis=1) == 1
    claims = np.full(shares.shape[0], UNASSIGNED, dtype=np.int64)
    claimed = alone & (best >= tau) & (best > 0)
    claims[claimed] = shares[claimed].argmax(axis=1)
    return claims


def _claimed(shares: Float64, sizes: Float64, claims: Int64) -> list[ClusterTransition]:
    events = []
    for j in np.unique(claims[claims != UNASSIGNED]):
        old = np.flatnonzero(claims == j)
        share = float(np.average(shares[old, j], weights=sizes[old]))
        kind = TransitionKind.SURVIVE if old.size == 1 else TransitionKind.MERGE
        events.append(ClusterTransition(kind, tuple(map(int, old)), (int(j),), share))
    return events


def _unclaimed(shares: Float64, claims: Int64) -> list[ClusterTransition]:
    events = []
    for i in np.flatnonzero(claims == UNASSIGNED):
        parts = np.flatnonzero((shares[i] >= PART) & (shares[i] > 0))
        together = float(shares[i, parts].sum())
        if parts.size >= 2 and together >= WHOLE:
            events.append(
                ClusterTransition(TransitionKind.SPLIT, (int(i),), tuple(map(int, parts)), together)
            )
        else:
            events.append(ClusterTransition(TransitionKind.DISAPPEAR, (int(i),), (), 0.0))
    return events


def _emerged(overlap: Float64, reached: set[int]) -> list[ClusterTransition]:
    """List new clusters without an event; their members may still come from old clusters."""
    of_new = row_shares(overlap.T, overlap.sum(axis=0)).max(axis=1, initial=0.0)
    return [
        ClusterTransition(TransitionKind.EMERGE, (), (j,), float(of_new[j]))
        for j in range(overlap.shape[1])
        if j not in reached
    ]


def facets(overlap: ArrayLike) -> Facets:
    """Unicity and identity of every old cluster: real events are mixtures.

    An empty old cluster has unicity 1 and identity 0. The overlap holds everybody of both clusterings;
    nobody can be lost between them, so there is no facet of those who are in neither.

    References
    ----------
    Failla, Cazabet, Rossetti, Citraro (2024), Describing group evolution in temporal data
    using multi-faceted events, arXiv 2403.06771.
    """
    shared = np.asarray(overlap, dtype=np.float64)
    old, new = shared.sum(axis=1), shared.sum(axis=0)
    parts = row_shares(shared, old)
    two_largest = np.sort(np.pad(parts, ((0, 0), (2, 0))), axis=1)[:, -2:]
    unicity = np.where(old > 0, two_largest[:, 1] - two_largest[:, 0], 1.0)
    of_new = np.divide(shared, new, out=np.zeros_like(shared), where=new > 0)
    return Facets(unicity, (parts * of_new).sum(axis=1))
