"""Step 5: candidates for every number of segments, all judged on the same held-out customers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from batch.candidates import KINDS, Material
from batch.scorecard import Probe, Scorecard, measure
from shared.core.arrays import Float64, Int64, ReadOnlyArrays
from shared.core.choice.stability import adjusted_rand, has_distinct_rows, one_thread
from shared.core.kmeans.assignment import assign
from shared.core.kmeans.lloyd import fit_kmeans

LEAD = 0.01
"""Part of the preferred candidate's mean square by which another must be better. Optima that are equally
good differ in where they draw the lines, and every line that moves renames customers."""

HELD_OUT = 0.2
MAX_HELD_OUT = 20_000
MAX_FITTED = 100_000
"""Customers that candidates are fitted on at most; the winner settles on everybody."""
MIN_TO_SPLIT = 50
"""With fewer customers nobody is held out: what remains would be too little to fit or to judge."""


@dataclass(frozen=True, eq=False)
class Candidate(ReadOnlyArrays):
    """One proposal for one number of segments.

    start : (k, d) as its kind proposed it. centers : (k, d) after Lloyd passes over the fitted
        customers: the stream restates every model so, whatever it came from.
    start_error : quantization error of `start`; scorecard : of `centers`; both on the probe.
    transfer : adjusted Rand index on the probe between `centers` and centers settled on the probe
        alone: whether other customers would draw the same lines.
    is_best : of its k. reason : why it is, or why it fell.
    """

    kind: str
    k: int
    start: Float64
    centers: Float64
    start_error: float
    scorecard: Scorecard
    transfer: float
    is_best: bool = False
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Split:
    """Customers that candidates are fitted on and those they are judged on; both in random order."""

    fitted: Int64
    probe: Int64


def split(n: int, seed: int) -> Split:
    """Hold customers out; of one seed always the same ones."""
    order = np.random.default_rng(seed).permutation(n)
    if n < MIN_TO_SPLIT:
        return Split(order, order)
    n_probe = min(int(n * HELD_OUT), MAX_HELD_OUT)
    return Split(np.sort(order[n_probe : n_probe + MAX_FITTED]), order[:n_probe])


def compete(
    material: Material, probe: Probe, kinds: Sequence[str], ks: Sequence[int]
) -> tuple[Candidate, ...]:
    """Let every kind propose, settle what it proposes, and mark the best of each k.

    A k of which the fitted customers have fewer distinct rows gets no candidate.

    Parameters
    ----------
    kinds : names in `KINDS`, the preferred first.
    """
    possible = [k for k in ks if has_distinct_rows(material.X, k)]
    with one_thread():
        candidates = [
            _candidate(kind, start, material, probe)
            for kind in kinds
            for start in KINDS[kind](material, possible).values()
        ]
    by_k = [[c for c in candidates if c.k == k] for k in possible]
    return tuple(judged for same_k in by_k if same_k for judged in _judged(same_k))


def settle(X: Float64, start: Float64) -> Float64:
    """Run Lloyd passes from `start` (k, d) until no label moves."""
    return fit_kmeans(X, len(start), init=start).centers


def best_starts(candidates: Sequence[Candidate]) -> Mapping[int, Float64]:
    """Where the best candidate of each k began."""
    return {c.k: c.start for c in candidates if c.is_best}


def winner(candidates: Sequence[Candidate]) -> Candidate:
    """Return the best of candidates of one k, in order of preference: the first, or a clear leader.

    A leader beats the first by more than `LEAD`; of several the one with the lowest mean square, of
    equals the one that is preferred.
    """
    first, *_ = candidates
    lowest = min(candidates, key=lambda c: c.scorecard.mean_square)
    return lowest if lowest.scorecard.mean_square < first.scorecard.mean_square * (1 - LEAD) else first


def _candidate(kind: str, start: Float64, material: Material, probe: Probe) -> Candidate:
    centers = settle(material.X, start)
    alone = settle(probe.X, centers)
    labels, own_labels = assign(probe.X, centers).labels, assign(probe.X, alone).labels
    return Candidate(
        kind=kind,
        k=len(start),
        start=start,
        centers=centers,
        start_error=float(assign(probe.X, start).distances.mean()),
        scorecard=measure(probe, centers),
        transfer=adjusted_rand(labels, own_labels),
    )


def _judged(same_k: Sequence[Candidate]) -> list[Candidate]:
    best = winner(same_k)
    return [replace(c, is_best=c is best, reason=_reason(c, best, same_k[0])) for c in same_k]


def _reason(candidate: Candidate, best: Candidate, first: Candidate) -> str:
    beside = first.scorecard.mean_square
    lead = 1 - candidate.scorecard.mean_square / beside if beside > 0 else 0.0
    if candidate is best:
        return (
            "preferred, and no other leads clearly" if best is first else f"leads {first.kind} by {lead:.1%}"
        )
    if candidate is first:
        return f"{best.kind} leads it by more than {LEAD:.0%}"
    return f"{lead:+.1%} beside {first.kind}; it takes a lead of more than {LEAD:.0%}, and the largest"
