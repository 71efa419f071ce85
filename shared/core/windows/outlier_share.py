"""Channel: the share of rows that lie farther out than almost every reference row."""

import numpy as np
from scipy.special import xlogy

from shared.core.windows.reference import Reference
from shared.core.windows.spans import Spans
from shared.core.windows.surprise import one_sided_surprise
from shared.core.windows.yardstick import Float64


def outlier_surprise(spans: Spans, reference: Reference) -> Float64:
    """Return (..., s): surprise of so many outliers; fewer than expected are none.

    The signed root of the two-sample deviance of Poisson counts, which holds for a handful as well as for
    thousands, and weighs that the reference's own number is a count too.
    """
    found, rows = spans.sums[..., -1].sum(axis=-1), spans.sums[..., 0].sum(axis=-1)
    both = found + reference.outliers
    expected = both * rows / np.maximum(rows + reference.n, 1.0)
    before = both - expected
    deviance = xlogy(found, found / np.where(expected > 0, expected, 1.0)) + xlogy(
        reference.outliers, reference.outliers / before
    )
    root = np.sign(found - expected) * np.sqrt(np.maximum(2 * deviance, 0.0))
    return one_sided_surprise(root)
