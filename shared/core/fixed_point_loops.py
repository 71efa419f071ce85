"""The compiled loop behind exact sums. Its callers check shapes and values first.

A sum is kept as two halves (v >> 32 and v & 0xffffffff), neither of which can overflow below 2^31 rows:
the order of the rows decides nothing, not even whether a sum is too large.
"""

from shared.core.arrays import Int64
from shared.core.compiled import compiled

LOW_HALF = 0xFFFFFFFF


@compiled
def add_by_label(values: Int64, labels: Int64, high: Int64, low: Int64) -> None:
    """Add each row of `values` to the halves of its label's sum; a negative label is nobody."""
    for row in range(values.shape[0]):
        label = labels[row]
        if label >= 0:
            for column in range(values.shape[1]):
                value = values[row, column]
                high[label, column] += value >> 32
                low[label, column] += value & LOW_HALF
