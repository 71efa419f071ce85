"""Running maxima inside groups, the one sequential step of the state rules."""

import numpy as np

from shared.core.arrays import Int64
from shared.core.compiled import compiled


def running_maximum(values: Int64, group: Int64) -> Int64:
    """Largest value so far within each row's group.

    Parameters
    ----------
    values : (n,) int64. group : (n,) int64, equal ids adjacent.
    """
    highest = values.copy()
    _accumulate(highest, np.ascontiguousarray(group))
    return highest


@compiled
def _accumulate(highest: Int64, group: Int64) -> None:
    for row in range(1, highest.size):
        if group[row] == group[row - 1] and highest[row - 1] > highest[row]:
            highest[row] = highest[row - 1]
