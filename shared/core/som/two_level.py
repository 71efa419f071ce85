"""Two-level clustering: a map's prototypes, weighted by their hits, joined into macro segments.

Joining a few hundred prototypes instead of all customers makes hierarchical clustering affordable, and
the weights make it answer as if all customers had been joined, each standing at its prototype.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from shared.core.arrays import Float64, Int64, ReadOnlyArrays
from shared.errors import InvalidConfig

Method = Literal["ward", "average"]


@dataclass(frozen=True)
class MacroSegments(ReadOnlyArrays):
    """Macro segment of every prototype.

    Attributes
    ----------
    labels : (m,) from 0, in the order of each segment's first prototype; read-only.
    linkage : (s - 1, 4) joins of the s prototypes with hits, as scipy writes them; read-only.
    supported : (s,) which prototypes those are; read-only.
    """

    labels: Int64
    linkage: Float64
    supported: Int64


def macro_segments(
    prototypes: Float64,
    hits: Float64 | Int64,
    *,
    method: Method = "ward",
    k: int,
) -> MacroSegments:
    """Join prototypes and cut the tree into `k` segments.

    A prototype without hits takes no part in the joins and follows its nearest prototype with hits.

    Parameters
    ----------
    prototypes : (m, d) in scaled feature units. hits : (m,) rows, or their weights' sum, of each.
    k : segments, at most as many as prototypes have hits.

    Raises
    ------
    InvalidConfig : no prototype has hits, an unknown method, or a `k` that cannot be.
    """
    supported = np.flatnonzero(hits > 0)
    _check(len(supported), method, k)
    joins = weighted_linkage(prototypes[supported], np.asarray(hits[supported], np.float64), method)
    labels = labels_of(joins, k)
    followed = _nearest(prototypes, prototypes[supported])
    followed[supported] = np.arange(len(supported))  # equal prototypes may still be in two segments
    return MacroSegments(_in_order_of_appearance(labels[followed]), joins, supported)


def weighted_linkage(points: Float64, weights: Float64, method: Method = "ward") -> Float64:
    """Return the tree (s - 1, 4) in scipy's form: joined ids, height, number of points.

    Equal to scipy's linkage of every point repeated `weights` times, without the joins at height 0 of a
    point with itself. Ward's height of two clusters is sqrt(2 a b / (a + b)) times the distance of their
    means; the average height is the mean distance over all pairs of customers.

    Parameters
    ----------
    points : (s, d). weights : (s,) above 0.

    References
    ----------
    Lance and Williams (1967), A general theory of classificatory sorting strategies.
    """
    s = len(points)
    height = _initial_heights(points, weights, method)
    size, n_points, identity = weights.copy(), np.ones(s), np.arange(s)
    joins = np.empty((max(s - 1, 0), 4))
    for step in range(s - 1):
        a, b = sorted(np.unravel_index(height.argmin(), height.shape))
        low, high = sorted((identity[a], identity[b]))
        joins[step] = low, high, height[a, b], n_points[a] + n_points[b]
        joined = _joined_heights(height[a], height[b], height[a, b], (size[a], size[b], size), method)
        joined = np.maximum(joined, height[a, b])  # true of both methods; rounding must not undo it
        joined[[a, b]] = np.inf
        height[a, :], height[:, a] = joined, joined
        height[b, :], height[:, b] = np.inf, np.inf
        size[a], n_points[a], identity[a] = size[a] + size[b], n_points[a] + n_points[b], s + step
    if method == "ward":
        joins[:, 2] = np.sqrt(joins[:, 2])
    return joins


def _initial_heights(points: Float64, weights: Float64, method: Method) -> Float64:
    """Ward works on squared heights, where its update is linear."""
    squared = ((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2)
    if method == "ward":
        a, b = weights[:, None], weights[None, :]
        height = 2 * (a / (a + b)) * b * squared
    else:
        height = np.sqrt(squared)
    np.fill_diagonal(height, np.inf)
    return np.asarray(height)


def _joined_heights(
    to_a: Float64,
    to_b: Float64,
    a_to_b: float,
    sizes: tuple[float, float, Float64],
    method: Method,
) -> Float64:
    a, b, other = sizes
    if method == "average":
        return (a * to_a + b * to_b) / (a + b)
    return ((a + other) * to_a + (b + other) * to_b - other * a_to_b) / (a + b + other)


def labels_of(joins: Float64 | Int64, k: int) -> Int64:
    """Cut a tree of s points into `k` clusters, 1 <= k <= s; labels (s,) in order of first appearance.

    Parameters
    ----------
    joins : (s - 1, 2 or more), in its first two columns the clusters that are joined, as scipy and
        scikit-learn number them.
    """
    s = len(joins) + 1
    root = np.arange(2 * s - 1)
    for step, pair in enumerate(joins[: s - k, :2].astype(np.int64)):
        root[pair] = s + step
    for _ in range(s - k):  # as high as the tree can be; paths are halved in every round
        above = root[root]
        if np.array_equal(above, root):
            break
        root = above
    return _in_order_of_appearance(root[:s])


def _nearest(points: Float64, candidates: Float64) -> Int64:
    squared = ((points[:, None, :] - candidates[None, :, :]) ** 2).sum(axis=2)
    return np.asarray(squared.argmin(axis=1), np.int64)


def _in_order_of_appearance(labels: Int64) -> Int64:
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def _check(n_supported: int, method: str, k: int) -> None:
    if not n_supported:
        msg = "macro segments need a prototype with hits, got none; assign customers to the map first"
        raise InvalidConfig(msg)
    if method not in get_args(Method):
        msg = f"linkage must be one of {get_args(Method)}, got {method!r}; choose one of them"
        raise InvalidConfig(msg)
    if not 1 <= k <= n_supported:
        msg = f"k should be between 1 and {n_supported}, the prototypes with hits, got {k}; lower k"
        raise InvalidConfig(msg)
