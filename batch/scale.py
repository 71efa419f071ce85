"""Step 3: features of the customers, scaled by a transform that is fitted on everybody."""

from dataclasses import dataclass

from shared.core.arrays import Float64, ReadOnlyArrays
from shared.core.customers.features import RfmColumns, feature_matrix
from shared.core.fixed_point import from_fixed, to_fixed
from shared.core.model.transform import FeatureTransform


@dataclass(frozen=True, eq=False)
class Scaled(ReadOnlyArrays):
    """A fitted transform and the customers in its units, X (n, d)."""

    transform: FeatureTransform
    X: Float64


def scale(rfm: RfmColumns, as_of_ms: int, transform: FeatureTransform) -> Scaled:
    """Apply the transform, to the very numbers that the stream will store."""
    raw = feature_matrix(transform.features, rfm, as_of_ms)
    return Scaled(transform, from_fixed(to_fixed(transform.apply(raw))))
