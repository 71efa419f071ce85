"""How large a map should be."""

from math import sqrt

import numpy as np

from shared.core.arrays import Float64
from shared.errors import InvalidConfig


def grid_size(n_samples: int, X: Float64 | None = None) -> tuple[int, int]:
    """Return (rows, cols), rows >= cols, with about 5 * sqrt(n_samples) units.

    The sides stand in the ratio of the spreads along the two leading principal axes of `X`
    (square without `X`, or where the second axis is too thin to hold a single unit).

    Parameters
    ----------
    n_samples : rows the map will learn from, >= 1.
    X : (n, d) scaled rows whose shape the map should follow; any sample of them.

    Raises
    ------
    InvalidConfig : `n_samples` below 1.

    References
    ----------
    Vesanto et al. (2000), SOM Toolbox for Matlab 5, `som_topol_struct`.
    """
    if n_samples < 1:
        msg = f"a map needs at least one row to learn from, got n_samples={n_samples}; load customers first"
        raise InvalidConfig(msg)
    n_units = 5 * sqrt(n_samples)
    cols = max(1, round(sqrt(n_units / _side_ratio(X, n_units))))
    return max(cols, round(n_units / cols)), cols


def _side_ratio(X: Float64 | None, n_units: float) -> float:
    if X is None or min(X.shape) < 2:
        return 1.0
    *_, second, first = np.linalg.eigvalsh(np.cov(X, rowvar=False))
    return sqrt(first / second) if second * n_units > first > 0 else 1.0
