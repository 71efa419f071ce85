"""Channel: how far rows are from the center of their segment (the quantization error)."""

import numpy as np

from shared.core.arrays import Float64
from shared.core.windows.centroid import MIN_COUNT
from shared.core.windows.spans import Spans
from shared.core.windows.surprise import normal_surprise


def distance_surprise(spans: Spans, variances: Float64) -> Float64:
    """Return (..., s): the most surprising of two questions about distances.

    Did they change in one segment, did they change everywhere? Standardised segment by segment, so that
    a mere shift of shares towards a wide segment is no news here.
    """
    counts, before = spans.recent[..., 0], np.maximum(spans.before[..., 0], 1.0)
    off = (spans.recent[..., -2] - counts * spans.before[..., -2] / before) / np.sqrt(variances[:, -1])
    noise = counts + counts**2 / before
    alone = np.where(counts >= MIN_COUNT, np.abs(off) / np.sqrt(np.maximum(noise, 1.0)), 0.0)
    together = off.sum(axis=-1) / np.sqrt(np.maximum(noise.sum(axis=-1), 1.0))
    questions = [normal_surprise(alone.max(axis=-1), counts.shape[-1]), normal_surprise(together, 1)]
    surprise: Float64 = np.maximum(np.max(questions, axis=0) - np.log(len(questions)), 0.0)
    return surprise
