"""Channel: how many rows each segment gets."""

import numpy as np

from shared.core.arrays import Float64
from shared.core.windows.spans import Spans
from shared.core.windows.surprise import chi_square_surprise, normal_surprise


def share_surprise(spans: Spans, _variances: Float64) -> Float64:
    """Return (..., s): the most surprising of three questions about the shares of each span.

    Did all of them change (chi-square), did rows move from one segment to another (the efficient score
    in that direction, largest over all pairs), did one grow or shrink at the cost of all others? Each
    weighs the error of the expectation too.
    """
    counts, p = spans.recent[..., 0], spans.expected
    rows = counts.sum(axis=-1)
    weight = 1 / (1 / np.maximum(rows, 1.0) + 1 / spans.support)
    off = counts / np.maximum(rows, 1.0)[..., None] - p
    k = p.shape[-1]
    questions = [
        chi_square_surprise(weight * np.sum(off**2 / p, axis=-1), k - 1, 1),
        normal_surprise(np.sqrt(weight * _largest_move(off / p, 1 / p)), k * (k - 1) // 2),
        normal_surprise(np.sqrt(weight * np.max(off**2 / (p * (1 - p)), axis=-1)), k),
    ]
    return np.where(rows > 0, np.max(questions, axis=0) - np.log(len(questions)), 0.0)


def _largest_move(relative: Float64, inverse: Float64) -> Float64:
    """Return the largest squared score of a move between two segments, for each span."""
    largest = np.zeros(relative.shape[:-1])
    k = relative.shape[-1]
    for i in range(k):
        for j in range(i + 1, k):
            score = (relative[..., i] - relative[..., j]) ** 2 / (inverse[..., i] + inverse[..., j])
            np.maximum(largest, score, out=largest)
    return largest
