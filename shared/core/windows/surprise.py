"""The common scale of all channels: -log of a p-value, in nats.

A z score of 4 is a surprise of 9.7, one of 5 of 14.4. On this scale a chi-square of eight segments and
a single mean are compared like with like.
"""

import numpy as np
from scipy import special

from shared.core.arrays import Float64


def normal_surprise(z: Float64, tests: int) -> Float64:
    """Surprise of the largest |z| of so many two-sided tests, by Bonferroni; never below 0."""
    surprise: Float64 = np.maximum(-special.log_ndtr(-np.abs(z)) - np.log(2 * tests), 0.0)
    return surprise


def one_sided_surprise(z: Float64) -> Float64:
    """Surprise of a z where only more is news."""
    surprise: Float64 = -special.log_ndtr(-z)
    return surprise


def chi_square_surprise(value: Float64, freedom: Float64 | int, tests: int) -> Float64:
    """Surprise of the largest of so many chi-squares with `freedom` degrees, by Bonferroni; never below 0."""
    half, shape = np.asarray(value) / 2, np.asarray(freedom) / 2
    tail = special.gammaincc(shape, half)
    # Beyond e^-300 the tail is taken from its leading term: such a surprise only has to be large.
    with np.errstate(divide="ignore"):
        leading = half - (shape - 1) * np.log(np.maximum(half, 1.0)) + special.gammaln(shape)
        exact = -np.log(tail)
    surprise: Float64 = np.maximum(np.where(tail > 1e-130, exact, leading) - np.log(tests), 0.0)
    return surprise
