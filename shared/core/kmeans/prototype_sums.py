"""Sums and counts for each prototype: all that either model needs to know about its customers.

K-means centers and the batch rule of the SOM are both functions of these numbers, and these
numbers are sums of integers: merging is associative and commutative, subtracting undoes adding
to the last bit, and a delta (more taken out than put in) is a statistic like any other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.core.arrays import Float64, Int64, own_array
from shared.core.checks import checked_weights
from shared.core.fixed_point import SCALE, checked_add, checked_subtract, from_fixed, sum_by_label, to_fixed


@dataclass(frozen=True, eq=False)
class PrototypeSums:
    """Mergeable statistics of k prototypes over d features.

    Parameters
    ----------
    sums : (k, d) int64, fixed point: sum of weight x vector.
    weights : (k,) int64, fixed point: sum of weights, 2^32 for one customer of weight 1.
    counts : (k,) int64: customers, whatever they weigh.
    """

    sums: Int64
    weights: Int64
    counts: Int64

    def __post_init__(self) -> None:
        k = self.sums.shape[0] if self.sums.ndim == 2 else -1
        if not self.weights.shape == self.counts.shape == (k,):
            msg = (
                "statistics should have sums (k, d), weights (k,) and counts (k,); "
                f"got {self.sums.shape}, {self.weights.shape} and {self.counts.shape}"
            )
            raise ValueError(msg)
        for name in ("sums", "weights", "counts"):
            own_array(self, name, np.int64)

    @classmethod
    def empty(cls, k: int, d: int) -> "PrototypeSums":
        """Return the statistics of nobody."""
        nobody = np.zeros(k, dtype=np.int64)
        return cls(np.zeros((k, d), dtype=np.int64), nobody, nobody)

    @classmethod
    def of(
        cls, vectors_fixed: ArrayLike, labels: ArrayLike, k: int, weights: ArrayLike | None = None
    ) -> "PrototypeSums":
        """Sum the customers of each label.

        Parameters
        ----------
        vectors_fixed : (n, d) int64, from `to_fixed`.
        labels : (n,) integers below `k`; negative means nobody: the row is left out.
        weights : (n,) floats >= 0, 1 for everybody if omitted. Weight and product are rounded to
            2^-32, each on its own, so the same (weight, vector) taken out later cancels exactly.

        Raises
        ------
        ValueError : shapes disagree, a label is `k` or more, a weight is negative or not finite.
        OverflowError : a sum does not fit into int64.
        """
        vectors, owners = np.asarray(vectors_fixed, dtype=np.int64), np.asarray(labels)
        if weights is None:
            return cls._of_rows(vectors, np.full(len(owners), SCALE, dtype=np.int64), owners, k)
        scales = to_fixed(checked_weights(weights, len(owners)))
        # The rounded weight multiplies, so that one customer alone is his own mean.
        products = to_fixed(from_fixed(vectors) * from_fixed(scales)[:, np.newaxis])
        return cls._of_rows(products, scales, owners, k)

    @classmethod
    def _of_rows(cls, vectors: Int64, scales: Int64, labels: NDArray[Any], k: int) -> "PrototypeSums":
        sums = sum_by_label(vectors, labels, k)
        weights = sum_by_label(scales[:, np.newaxis], labels, k)[:, 0]
        return cls(sums, weights, np.bincount(labels[labels >= 0].astype(np.int64), minlength=k))

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "PrototypeSums":
        """Read what `to_document` wrote.

        Raises
        ------
        ValueError : the bytes do not fill the stated shape.
        """
        k, d = (int(length) for length in document["shape"])
        sums, weights, counts = (
            np.frombuffer(document[name], dtype="<i8") for name in ("sums", "weights", "counts")
        )
        return cls(sums.reshape(k, d), weights, counts)

    def to_document(self) -> dict[str, Any]:
        """Return a plain mapping: the shape [k, d] and three little-endian int64 byte strings."""
        document: dict[str, Any] = {"shape": [int(length) for length in self.sums.shape]}
        for name in ("sums", "weights", "counts"):
            document[name] = getattr(self, name).astype("<i8").tobytes()
        return document

    def merge(self, other: "PrototypeSums") -> "PrototypeSums":
        """Add the customers of `other`. OverflowError where a sum would not fit."""
        return self._combined(other, checked_add)

    def subtract(self, other: "PrototypeSums") -> "PrototypeSums":
        """Take out the customers of `other`: exactly what `merge` put in."""
        return self._combined(other, checked_subtract)

    def without_residue(self) -> "PrototypeSums":
        """Return the statistics with nothing left where nobody is: rescaling has rounded the sums."""
        is_held = self.counts > 0
        return PrototypeSums(self.sums * is_held[:, np.newaxis], self.weights * is_held, self.counts)

    def means(self, previous_centers: ArrayLike) -> Float64:
        """Return S/N, (k, d); a prototype without support stays at its previous center."""
        previous = np.asarray(previous_centers, dtype=np.float64)
        if previous.shape != self.sums.shape:
            msg = (
                f"previous centers should have the shape {self.sums.shape} of the sums; got {previous.shape}"
            )
            raise ValueError(msg)
        is_supported = (self.weights > 0)[:, np.newaxis]
        # Both are multiples of 2^-32, so the factor cancels.
        quotients = self.sums / np.maximum(self.weights, 1)[:, np.newaxis]
        centers: Float64 = np.where(is_supported, quotients, previous)
        return centers

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PrototypeSums):
            return NotImplemented
        return all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("sums", "weights", "counts")
        )

    __hash__ = None  # type: ignore[assignment]  # equal by content, and content is large

    def _combined(
        self, other: "PrototypeSums", operation: Callable[[ArrayLike, ArrayLike], Int64]
    ) -> "PrototypeSums":
        if self.sums.shape != other.sums.shape:
            msg = f"statistics should have the same (k, d); got {self.sums.shape} and {other.sums.shape}"
            raise ValueError(msg)
        return PrototypeSums(
            operation(self.sums, other.sums),
            operation(self.weights, other.weights),
            operation(self.counts, other.counts),
        )
