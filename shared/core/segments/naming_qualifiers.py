"""Words that tell segments of the same name apart.

The words compare the segments with each other ("higher spend"), because that is the one
thing about two segments of equal name that a reader can act upon.
"""

from collections.abc import Sequence
from itertools import pairwise

Triple = tuple[float, float, float]
"""recency_days, frequency, monetary of a segment's typical customer."""

CLEAR = 0.1
"""A contrast that a reader sees at once: about a fifth more. The first axis that has it is
used even if a later one has a larger, so that the words stay the same from run to run."""
SLIGHT = 0.01
"""A contrast below it is no contrast: two hundredths more, which nobody would act on."""
NOISE = 1e-9
"""Contrasts that differ by less are equal: what tips them is rounding."""

# (position in the triple, sign that makes more come first, the words, the yardstick), in order of preference
_AXES = (
    (2, 1.0, ("higher spend", "middle spend", "lower spend"), "spend"),
    (1, 1.0, ("buys more often", "buys at a middling pace", "buys less often"), "number of purchases"),
    (0, -1.0, ("bought more recently", "bought in between", "bought longer ago"), "last purchase"),
)


def qualifiers(names: Sequence[str], triples: Sequence[Triple]) -> tuple[str | None, ...]:
    """Qualifier of each segment: None where its name is already unique.

    The words are the same whatever the order of the segments, except between segments whose
    triples are equal: only their position is left to tell those apart.
    """
    found: list[str | None] = [None] * len(names)
    for name in set(names):
        members = [i for i, other in enumerate(names) if other == name]
        if len(members) > 1:
            for member, words in zip(members, _told_apart([triples[i] for i in members]), strict=True):
                found[member] = words
    return tuple(found)


def numbered(triples: Sequence[Triple]) -> tuple[str, ...]:
    """Give numbers to segments that no axis separates, the most valuable first."""
    plain = [tuple(float(f"{value:.9g}") for value in triple) for triple in triples]  # free of rounding
    order = sorted(range(len(plain)), key=lambda i: (-plain[i][2], -plain[i][1], plain[i][0], i))
    return tuple(_inverted(order, [f"group {i + 1}" for i in range(len(triples))]))


def _told_apart(triples: Sequence[Triple]) -> list[str]:
    contrasts = [_weakest_contrast([t[axis] for t in triples]) for axis, *_ in _AXES]
    if max(contrasts) < SLIGHT:
        return list(numbered(triples))
    enough = min(CLEAR, max(contrasts)) - NOISE
    best = next(i for i, contrast in enumerate(contrasts) if contrast >= enough)
    axis, sign, words, yardstick = _AXES[best]
    order = sorted(range(len(triples)), key=lambda i: -sign * triples[i][axis])
    return _inverted(order, _ranks(len(triples), words, yardstick))


def _weakest_contrast(values: Sequence[float]) -> float:
    """Smallest relative step between neighbours."""
    return min(_contrast(a, b) for a, b in pairwise(sorted(values)))


def widest_contrast(values: Sequence[float]) -> float:
    """Return the relative step from the least to the most, (b - a) / (a + b)."""
    return _contrast(min(values), max(values))


def _contrast(a: float, b: float) -> float:
    return (b - a) / (abs(a) + abs(b)) if b > a else 0.0


def _ranks(n: int, words: tuple[str, str, str], yardstick: str) -> list[str]:
    """Words from most to least; above three segments, places on the yardstick."""
    if n == 2:
        return [words[0], words[2]]
    if n == 3:
        return list(words)
    return [f"place {i + 1} of {n} by {yardstick}" for i in range(n)]


def _inverted(order: Sequence[int], words: Sequence[str]) -> list[str]:
    by_member = dict(zip(order, words, strict=True))
    return [by_member[i] for i in range(len(order))]
