"""Which new segment is which old one: identities carried from champion to challenger.

Both models must be given in the same feature space. Members decide where they are known: a
segment that survives by MONIC's rule keeps its identity, whatever its center did. Distance
and overlap together decide the rest, and nothing is matched that is far and has no common
members. Identities of unmatched segments are the caller's to issue; they are never reused.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from shared.core.arrays import Bool, Float64, Int64, ReadOnlyArrays
from shared.core.segments.monic import claimed_by, row_shares
from shared.errors import InvalidConfig

UNMATCHED = -1
UNMATCHED_COST = 0.75
"""Cost (0 to 1) from which a pair is no match: without overlap data a distance of three
radii; with overlap data and not one common member a distance of one radius."""
SURVIVAL = 0.5
"""MONIC's tau: the share of its members with which an old segment claims a new one."""
_FORBIDDEN = 1e6


@dataclass(frozen=True, slots=True)
class Alignment(ReadOnlyArrays):
    """Outcome of `align`.

    Attributes
    ----------
    pairs : (k_new,) the old segment that each new one continues, -1 for a new identity.
    ambiguity : (k_new,) cost of the best assignment divided by the cost of the best one that
        decides otherwise about this segment, over the pairs in which the two differ. 0 is a
        clear case, 1 a toss-up.
    """

    pairs: Int64
    ambiguity: Float64


def align(
    champion_centers: ArrayLike,
    challenger_centers: ArrayLike,
    *,
    overlap: ArrayLike | None = None,
    radii: ArrayLike | None = None,
) -> Alignment:
    """Match the challenger's segments with the champion's.

    Parameters
    ----------
    champion_centers, challenger_centers : (k_old, d) and (k_new, d), in one feature space.
    overlap : (k_old, k_new) common members, counts or weights; distance alone without it.
    radii : (k_old,) root mean square distance of the champion's members to their center, the
        unit of distance; half the gap to the nearest other center without it.

    Raises
    ------
    InvalidConfig : shapes disagree.

    References
    ----------
    Kuhn (1955), the Hungarian method; solved by `scipy.optimize.linear_sum_assignment`.
    """
    old, new = np.asarray(champion_centers, np.float64), np.asarray(challenger_centers, np.float64)
    shared = None if overlap is None else np.asarray(overlap, np.float64)
    _check(old, new, shared)
    cost = _distance_cost(old, new, _units(old) if radii is None else np.asarray(radii, np.float64))
    survivors: list[tuple[int, int]] = []
    if shared is not None:
        cost = (cost + 1 - _jaccard(shared)) / 2
        survivors = _survivors(shared)
    pairs = _assign(cost, forced=survivors)
    ambiguity = np.array([_ambiguity(cost, pairs, j) for j in range(len(new))], dtype=np.float64)
    return Alignment(pairs, ambiguity)


def _check(old: Float64, new: Float64, shared: Float64 | None) -> None:
    if old.ndim != 2 or new.ndim != 2 or old.shape[1] != new.shape[1]:
        msg = f"centers should be (k, d) of one d, got {old.shape} and {new.shape}; use one transform"
        raise InvalidConfig(msg)
    if shared is not None and shared.shape != (len(old), len(new)):
        msg = f"overlap should be (k_old, k_new) = {(len(old), len(new))}, got {shared.shape}"
        raise InvalidConfig(msg)


def _units(centers: Float64) -> Float64:
    """Half the gap to the nearest other center; one standardised unit if there is no other."""
    if len(centers) < 2:
        return np.ones(len(centers))
    gaps: Float64 = cdist(centers, centers)
    np.fill_diagonal(gaps, np.inf)
    half: Float64 = gaps.min(axis=1) / 2
    return half


def _distance_cost(old: Float64, new: Float64, units: Float64) -> Float64:
    """Return d / (d + unit): 0 in place, a half one unit away, towards 1 far off."""
    distance = cdist(old, new)
    cost: Float64 = np.zeros_like(distance)
    np.divide(distance, distance + units[:, None], out=cost, where=distance > 0)
    return cost


def _jaccard(overlap: Float64) -> Float64:
    """Return the common members of each pair as a share of the members of either."""
    union = overlap.sum(axis=1)[:, None] + overlap.sum(axis=0)[None, :] - overlap
    share: Float64 = np.zeros_like(overlap)
    np.divide(overlap, union, out=share, where=union > 0)
    return share


def _survivors(overlap: Float64) -> list[tuple[int, int]]:
    """Pairs (old, new) that MONIC calls a survival: claimed, and by nobody else."""
    claims = claimed_by(row_shares(overlap, overlap.sum(axis=1)), SURVIVAL)
    return [(i, int(j)) for i, j in enumerate(claims) if j != UNMATCHED and (claims == j).sum() == 1]


def _assign(
    cost: Float64,
    *,
    forced: Sequence[tuple[int, int]] = (),
    without: tuple[int, int] | None = None,
) -> Int64:
    """Cheapest assignment as the old segment of each new one, -1 for none, shape (k_new,).

    Every segment may stay alone at half of UNMATCHED_COST, so that a pair is matched only
    below that cost. `without` excludes one decision (old or -1, new).
    """
    k_old, k_new = cost.shape
    square = np.zeros((k_new + k_old, k_old + k_new))
    square[:k_new, :k_old] = cost.T
    square[:k_new, k_old:] = square[k_new:, :k_old] = UNMATCHED_COST / 2
    for i, j in forced:
        square[j] = _FORBIDDEN
        square[j, i] = 0.0
    if without is not None:
        i, j = without
        square[j, slice(k_old, None) if i == UNMATCHED else i] = _FORBIDDEN
    columns = linear_sum_assignment(square)[1][:k_new]
    return np.where(columns < k_old, columns, UNMATCHED).astype(np.int64)


def _ambiguity(cost: Float64, pairs: Int64, j: int) -> float:
    """Cost ratio to the best assignment that decides otherwise about new segment `j`.

    Pairs that both assignments contain say nothing about the choice and are left out: with
    them the ratio would approach 1 as k grows.
    """
    k_old = len(cost)
    if k_old == 0:
        return 0.0
    prices = np.pad(cost, ((0, 1), (0, 1)), constant_values=UNMATCHED_COST / 2)
    best = _decisions(pairs, k_old)
    other = _decisions(_assign(cost, without=(int(pairs[j]), j)), k_old)
    chosen, refused = prices[best & ~other].sum(), prices[other & ~best].sum()
    return float(chosen / refused) if chosen < refused else 1.0


def _decisions(pairs: Int64, k_old: int) -> Bool:
    """Show an assignment as a matrix whose last row and column say who stays alone."""
    made = np.zeros((k_old + 1, len(pairs) + 1), dtype=bool)
    made[pairs, np.arange(len(pairs))] = True  # -1 is the last row
    made[:-1, -1] = ~made[:-1, :-1].any(axis=1)
    return made
