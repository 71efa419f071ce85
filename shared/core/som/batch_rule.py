"""The batch rule: weights from what each unit has won.

Only sums and counts per unit enter, so rows may be added, retracted, merged and aged anywhere.
"""

import numpy as np

from shared.core.arrays import Float64
from shared.core.som.grid import SomGrid
from shared.core.som.neighbourhood import Kind, matrix
from shared.errors import InvalidConfig

_MIN_SUPPORT = 1e-150  # below this a Gaussian's tail is rounding, not support


def smooth(
    unit_sums: Float64,
    unit_counts: Float64,
    grid: SomGrid,
    sigma: float,
    kind: Kind,
    previous: Float64,
) -> Float64:
    """Return weights W = (H S) / (H N); a unit without support keeps its previous weights.

    Parameters
    ----------
    unit_sums : S (n_units, d), sum of the rows each unit has won, in scaled feature units.
    unit_counts : N (n_units,), their number, or the sum of their weights.
    sigma : radius in grid units, > 0.
    previous : (n_units, d) weights before this step.

    Raises
    ------
    InvalidConfig : a Mexican hat. Its negative ring outweighs its peak on a plane, so that the quotient
        is no mean of rows and throws units far outside the data.

    References
    ----------
    Kohonen (2013), Essentials of the self-organizing map, Neural Networks 37, equation 8.
    """
    if kind == "mexican_hat":
        msg = (
            "the batch rule needs a neighbourhood that is nowhere negative, got 'mexican_hat'; "
            "choose gaussian, bubble or triangle, or train by the per-sample rule"
        )
        raise InvalidConfig(msg)
    H = matrix(grid, kind, sigma)
    # einsum instead of @: the result does not depend on how many threads the linear algebra library
    # takes, and those threads cost the passes of a small map more than they bring.
    support = np.einsum("ij,j->i", H, unit_counts)
    supported = support > _MIN_SUPPORT
    quotient = np.einsum("ij,jk->ik", H, unit_sums) / np.where(supported, support, 1.0)[:, None]
    return np.where(supported[:, None], quotient, previous)
