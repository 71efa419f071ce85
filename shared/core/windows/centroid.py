"""Channel: where the rows of each segment lie."""

from typing import Final

import numpy as np

from shared.core.arrays import Float64
from shared.core.windows.spans import Spans
from shared.core.windows.surprise import chi_square_surprise

MIN_COUNT: Final = 5
"""Rows of a segment in a span that its mean is judged from."""


def centroid_surprise(spans: Spans, variances: Float64) -> Float64:
    """Return (..., s): the most surprising of two questions about the means of each span.

    Did the mean of one segment move (Hotelling's statistic on residuals that are whitened already), did
    those of all segments together? variances : (k, d + 1), see `Reference`.
    """
    counts, before = spans.recent[..., 0], np.maximum(spans.before[..., 0], 1.0)
    at_least_one = np.maximum(counts, 1.0)
    off = spans.recent[..., 1:-2] / at_least_one[..., None] - spans.before[..., 1:-2] / before[..., None]
    k, d = off.shape[-2:]
    judged = counts >= MIN_COUNT
    squares = np.einsum("...kd,kd->...k", off**2, 1 / variances[:, :-1])
    moved = np.where(judged, squares / (1 / at_least_one + 1 / before), 0.0)
    questions = [
        chi_square_surprise(moved.max(axis=-1), d, k),
        chi_square_surprise(moved.sum(axis=-1), np.maximum(d * judged.sum(axis=-1), 1), 1),
    ]
    surprise: Float64 = np.maximum(np.max(questions, axis=0) - np.log(len(questions)), 0.0)
    return surprise
