"""A digest of what this machine computes, so that one that rounds otherwise is noticed before it counts.

Sums of fixed-point vectors are exact only among machines that round the vectors alike: all of them must
have the fingerprint that the stored sums were made with.
"""

from hashlib import sha256

import numpy as np

from shared.core.arrays import Float64
from shared.core.customers.features import FEATURES, MS_PER_DAY, RfmColumns, feature_matrix
from shared.core.fixed_point import from_fixed, to_fixed
from shared.core.kmeans.assignment import assign
from shared.core.model.transform import FeatureTransform, clipped_logs
from shared.core.som.units import best_two_units

ROWS = 4_096
_AS_OF_MS = 20_000 * MS_PER_DAY
_CENTERS, _UNITS = 7, 30
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def fingerprint() -> str:
    """Return 64 hexadecimal digits: equal where logarithms, vectors and distances are, to the last bit."""
    names = tuple(FEATURES)
    raw = feature_matrix(names, _customers(), _AS_OF_MS)
    logs = clipped_logs(raw, names, None)
    means, deviations = 1.0 + _spread(len(names), 1), 0.5 + _spread(len(names), 2)
    vectors = to_fixed(FeatureTransform(names, means, deviations).apply(raw))
    rows = from_fixed(vectors)
    placed, units = assign(rows, rows[:_CENTERS] + 0.1), best_two_units(rows, rows[-_UNITS:] - 0.1)
    parts = (
        (logs, "<f8"),
        (vectors, "<i8"),
        (placed.distances, "<f8"),
        (placed.runner_up_distances, "<f8"),
        (units.first_distances, "<f8"),
        (units.second_distances, "<f8"),
    )
    return sha256(b"".join(values.astype(dtype).tobytes() for values, dtype in parts)).hexdigest()


def _spread(n: int, stream: int) -> Float64:
    """Return n numbers in [0, 1) from integers alone, the same for ever."""
    steps = np.arange(1 + stream * ROWS, 1 + stream * ROWS + n, dtype=np.uint64) * _GOLDEN
    return (steps >> np.uint64(11)).astype(np.float64) / 2.0**53


def _customers() -> RfmColumns:
    """Make up customers of every size, from one invoice of pennies to thousands of thousands."""
    decades = np.floor(_spread(ROWS, 3) * 4).astype(np.int64)
    last_ms = _AS_OF_MS - (_spread(ROWS, 4) * 700 * MS_PER_DAY).astype(np.int64)
    return RfmColumns(
        frequency=1 + (_spread(ROWS, 5) * 10**decades).astype(np.int64),
        monetary_minor=1 + (_spread(ROWS, 6) * 10 ** (4 + 2 * decades)).astype(np.int64),
        first_purchase_ms=last_ms - (_spread(ROWS, 7) * 900 * MS_PER_DAY).astype(np.int64),
        last_purchase_ms=last_ms,
    )
