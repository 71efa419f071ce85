"""The newest windows put together, over several lengths at once.

A large change shows in one window, a small one only in many. Each length is looked at, and the price of
looking several times is paid by the limit, which is made by simulating exactly this.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.core.windows.reference import Reference
from shared.core.windows.yardstick import Float64

SPANS: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Lengths in windows: neighbours differ by half at most, which loses little to looking at all of them."""

MEMORY: Final = SPANS[-1]
"""Windows that a detector has to keep."""


@dataclass(frozen=True, eq=False)
class Spans:
    """The sums of the newest windows, for each of s lengths.

    Parameters
    ----------
    sums : (..., s, k, m) of the marks; 0 where there is not yet that much history.
    expected : (..., s, k) expected shares, weighted by the rows of the windows in the span.
    support : (s,) reference rows behind those expectations.
    """

    sums: Float64
    expected: Float64
    support: Float64


def spans_over(sums: Float64, reference: Reference, phases: ArrayLike) -> Spans:
    """Look back from each of t consecutive windows.

    Parameters
    ----------
    sums : (t, k, m) of each window. phases : (t,) phase of each window.
    """
    rows = sums[..., 0].sum(axis=-1)
    shares = reference.shares[np.asarray(phases, dtype=np.int64)]
    return Spans(
        sums=_looking_back(sums),
        expected=_normalised(_looking_back(rows[:, None] * shares), shares),
        support=_support(reference),
    )


def latest_spans(sums: Float64, reference: Reference, phases: ArrayLike) -> Spans:
    """Look back from the last of t consecutive windows only; leading axes as in `spans_over`."""
    every = spans_over(sums, reference, phases)
    return Spans(every.sums[-1:], every.expected[-1:], every.support)


def _looking_back(values: Float64) -> Float64:
    total = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    found = np.zeros((len(values), len(SPANS), *values.shape[1:]))
    for position, span in enumerate(SPANS):
        found[span - 1 :, position] = total[span:] - total[: max(len(total) - span, 0)]
    return found


def _normalised(weighted: Float64, shares: Float64) -> Float64:
    rows = weighted.sum(axis=-1, keepdims=True)
    expected: Float64 = np.where(rows > 0, weighted / np.where(rows > 0, rows, 1.0), shares[:, None])
    return expected


def _support(reference: Reference) -> NDArray[np.float64]:
    phases = len(reference.shares)
    return reference.n * np.minimum(SPANS, phases) / phases
