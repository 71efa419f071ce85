"""What every kind of candidate is made from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Material:
    """The customers that are fitted, and where a fit may begin.

    X : (n, d) scaled features. champion_centers : (k, d) in the units of X; None without a champion.
    n_starts : of each cold fit.
    """

    X: Float64
    champion_centers: Float64 | None
    seed: int
    n_starts: int

    def rng(self, k: int) -> np.random.Generator:
        """Give the randomness of one k, whatever other k are asked for."""
        return np.random.default_rng([self.seed, k])


Propose = Callable[[Material, Sequence[int]], Mapping[int, Float64]]
"""Prototypes (k, d) for the numbers of segments asked for, or for those that the kind can give."""


def group_means(X: Float64, labels: NDArray[np.int64], k: int) -> Float64:
    """Mean of the rows of each label, (k, d); every label has rows, a negative one is nobody's."""
    inside = labels >= 0
    counts = np.bincount(labels[inside], minlength=k)
    sums = [np.bincount(labels[inside], column[inside], k) for column in X.T]
    means: Float64 = np.column_stack(sums) / counts[:, np.newaxis]
    return means
