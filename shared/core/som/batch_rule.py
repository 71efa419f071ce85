"""The batch rule: weights from what each unit has won.

Only sums and counts per unit enter, so rows may be added, retracted, merged and aged anywhere.
"""

import numpy as np
from numpy.typing import NDArray

from shared.core.som.grid import SomGrid
from shared.core.som.neighbourhood import Kind, matrix

# A kernel with negative parts can nearly cancel itself, and a quotient by almost nothing would throw
# the unit far outside the data. Kernels without negative parts always have a share of 1 here.
_MIN_NET_SHARE = 0.1
_MIN_SUPPORT = 1e-150  # below this a Gaussian's tail is rounding, not support


def smooth(
    unit_sums: NDArray[np.float64],
    unit_counts: NDArray[np.float64],
    grid: SomGrid,
    sigma: float,
    kind: Kind,
    previous: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return weights W = (H S) / (H N); a unit without support keeps its previous weights.

    Parameters
    ----------
    unit_sums : S (n_units, d), sum of the rows each unit has won, in scaled feature units.
    unit_counts : N (n_units,), their number, or the sum of their weights.
    sigma : radius in grid units, > 0.
    previous : (n_units, d) weights before this step.

    References
    ----------
    Kohonen (2013), Essentials of the self-organizing map, Neural Networks 37, equation 8.
    """
    H = matrix(grid, kind, sigma)
    support = H @ unit_counts
    gross = support if kind != "mexican_hat" else np.abs(H) @ unit_counts
    supported = (support > _MIN_SUPPORT) & (support >= _MIN_NET_SHARE * gross)
    quotient = (H @ unit_sums) / np.where(supported, support, 1.0)[:, None]
    return np.where(supported[:, None], quotient, previous)
