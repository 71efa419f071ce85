"""Channel: where the rows of each segment lie."""

from typing import Final

import numpy as np

from shared.core.windows.reference import Reference
from shared.core.windows.spans import Spans
from shared.core.windows.surprise import chi_square_surprise
from shared.core.windows.yardstick import Float64

FEWEST: Final = 5
"""Rows of a segment in a span that its mean is judged from."""


def centroid_surprise(spans: Spans, reference: Reference) -> Float64:
    """Return (..., s): the most surprising of two questions about the means of each span.

    Did the mean of one segment move (Hotelling's statistic on residuals that are whitened already), did
    those of all segments together?
    """
    counts, sums = spans.sums[..., 0], spans.sums[..., 1:-2]
    k, d = sums.shape[-2:]
    off = sums / np.maximum(counts, 1.0)[..., None] - reference.means[:, :-1]
    weight = 1 / (1 / np.maximum(counts, 1.0) + 1 / np.maximum(reference.counts, 1.0))
    judged = counts >= FEWEST
    moved = np.where(judged, weight * np.sum(off**2 / reference.variances[:, :-1], axis=-1), 0.0)
    questions = [
        chi_square_surprise(moved.max(axis=-1), d, k),
        chi_square_surprise(moved.sum(axis=-1), np.maximum(d * judged.sum(axis=-1), 1), 1),
    ]
    surprise: Float64 = np.maximum(np.max(questions, axis=0) - np.log(len(questions)), 0.0)
    return surprise
