"""The newest windows put together over several lengths, each beside what came before them.

A large change shows in one window, a small one only in many. Each length is looked at, and the price of
looking several times is paid by the limit, which is made by simulating exactly this.

What came before is the reference and every window since that is older than the span: the longer nothing
happens, the better the comparison. One more look puts the longest span beside the reference alone, so
that what comes very slowly, or stays, does not become what it is measured by.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from shared.core.arrays import Float64, Int64
from shared.core.windows.reference import Reference

LENGTHS: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""In windows: neighbours differ by half at most, which loses little to looking at all of them."""

MEMORY: Final = LENGTHS[-1]
"""Windows that a detector has to keep one by one."""

LOOKS: Final = (*LENGTHS, MEMORY)
"""Windows in each look; the last is the one beside the reference alone."""


@dataclass(frozen=True, eq=False)
class Spans:
    """s looks at the newest windows.

    Parameters
    ----------
    recent, before : (..., s, k, m) sums of the marks; recent is 0 where there is not that much history.
    expected : (..., s, k) shares to expect, by what came before in the phases of the span.
    support : (..., s) rows that these expectations are worth.
    """

    recent: Float64
    before: Float64
    expected: Float64
    support: Float64


@dataclass(frozen=True, eq=False)
class WindowHistory:
    """Windows in order of time. sums : (t, k, m). phases : (t,) below p.

    older : (k, m) sums, and older_by_phase : (p, k) rows, of all windows before these.
    """

    sums: Float64
    phases: Int64
    older: Float64
    older_by_phase: Float64


def no_history(reference: Reference) -> WindowHistory:
    """Return the history before the first window."""
    k, m = reference.sums.shape
    phases = np.zeros(0, dtype=np.int64)
    return WindowHistory(np.zeros((0, k, m)), phases, np.zeros((k, m)), np.zeros_like(reference.by_phase))


def extended(history: WindowHistory, sums: ArrayLike, phases: ArrayLike) -> WindowHistory:
    """Add windows: (t, k, m) and (t,)."""
    return WindowHistory(
        np.concatenate([history.sums, np.asarray(sums, dtype=np.float64)]),
        np.concatenate([history.phases, np.asarray(phases, dtype=np.int64)]),
        history.older,
        history.older_by_phase,
    )


def shortened(history: WindowHistory) -> WindowHistory:
    """Keep the newest `MEMORY` windows one by one, and of older ones their sums."""
    excess = max(len(history.sums) - MEMORY, 0)
    gone, phases = history.sums[:excess], history.phases[:excess]
    by_phase = history.older_by_phase.copy()
    np.add.at(by_phase, phases, gone[..., 0])
    return WindowHistory(
        history.sums[excess:], history.phases[excess:], history.older + gone.sum(axis=0), by_phase
    )


def looks(history: WindowHistory, reference: Reference, newest: int) -> Spans:
    """Look back from each of the `newest` last windows of the history."""
    total = _running(history.sums, history.older)
    by_phase = _running(_phased(history, reference), history.older_by_phase)
    at = np.arange(len(total) - newest, len(total))[:, None]
    start = np.maximum(at - LOOKS, 0)
    whole = (at >= LOOKS)[..., None, None]
    # The last look sees no window among what came before.
    since = np.where(np.arange(len(LOOKS)) < len(LENGTHS), 1.0, 0.0)[:, None, None]
    before = since * by_phase[start] + reference.by_phase
    expected, support = _expectation((by_phase[at] - by_phase[start]).sum(axis=-1), before)
    return Spans(
        recent=np.where(whole, total[at] - total[start], 0.0),
        before=since * total[start] + reference.sums,
        expected=expected,
        support=support,
    )


def _running(values: Float64, older: Float64) -> Float64:
    return np.cumsum(np.concatenate([older[None], values]), axis=0)


def _phased(history: WindowHistory, reference: Reference) -> Float64:
    """Return (t, p, k): the rows of each window, in the row of its phase."""
    counts = history.sums[..., 0]
    table = np.zeros((len(counts), *reference.by_phase.shape))
    table[np.arange(len(counts)), history.phases] = counts
    return table


def _expectation(rows: Float64, before: Float64) -> tuple[Float64, Float64]:
    """Weigh the shares of the phases (..., p, k) by the rows (..., p) of the span.

    The error of a weighted mean of estimates is what as many rows as `support` would have.
    """
    behind = before.sum(axis=-1)
    total = rows.sum(axis=-1, keepdims=True)
    weights = np.where(total > 0, rows / np.where(total > 0, total, 1.0), 1 / rows.shape[-1])
    expected: Float64 = np.einsum("...p,...pk->...k", weights / behind, before)
    support: Float64 = 1 / np.sum(weights**2 / behind, axis=-1)
    return expected, support
