"""Channel: the share of rows that lie farther out than almost every reference row."""

import numpy as np
from scipy.special import xlogy

from shared.core.arrays import Float64
from shared.core.windows.spans import Spans
from shared.core.windows.surprise import one_sided_surprise


def outlier_surprise(spans: Spans, _variances: Float64) -> Float64:
    """Return (..., s): surprise of so many outliers; fewer than expected are none.

    The signed root of the two-sample deviance of Poisson counts, which holds for a handful as well as for
    thousands, and weighs that the number before is a count too.
    """
    found, rows = spans.recent[..., -1].sum(axis=-1), spans.recent[..., 0].sum(axis=-1)
    earlier, rows_before = spans.before[..., -1].sum(axis=-1), spans.before[..., 0].sum(axis=-1)
    expected = (found + earlier) * rows / (rows + rows_before)
    rest = found + earlier - expected
    deviance = xlogy(found, found / np.where(expected > 0, expected, 1.0)) + xlogy(earlier, earlier / rest)
    root = np.sign(found - expected) * np.sqrt(np.maximum(2 * deviance, 0.0))
    return one_sided_surprise(root)
