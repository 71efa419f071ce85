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


def _told_apart(triples: Sequence[Triple]) -> list[str]:
    contrasts = [_weakest_contrast([t[axis] for t in triples]) for axis, *_ in _AXES]
    if max(contrasts) == 0:
        return _numbered(triples)
    clear = [i for i, contrast in enumerate(contrasts) if contrast >= CLEAR]
    best = clear[0] if clear else contrasts.index(max(contrasts))
    axis, sign, words, yardstick = _AXES[best]
    order = sorted(range(len(triples)), key=lambda i: -sign * triples[i][axis])
    return _inverted(order, _ranks(len(triples), words, yardstick))


def _weakest_contrast(values: Sequence[float]) -> float:
    """Smallest relative step between neighbours, (b - a) / (a + b)."""
    ascending = sorted(values)
    return min((b - a) / (abs(a) + abs(b)) if b > a else 0.0 for a, b in pairwise(ascending))


def _ranks(n: int, words: tuple[str, str, str], yardstick: str) -> list[str]:
    """Words from most to least; above three segments, places on the yardstick."""
    if n == 2:
        return [words[0], words[2]]
    if n == 3:
        return list(words)
    return [f"place {i + 1} of {n} by {yardstick}" for i in range(n)]


def _numbered(triples: Sequence[Triple]) -> list[str]:
    """No axis separates all of them: number them, the most valuable first."""
    order = sorted(range(len(triples)), key=lambda i: (-triples[i][2], -triples[i][1], triples[i][0], i))
    return _inverted(order, [f"group {i + 1}" for i in range(len(triples))])


def _inverted(order: Sequence[int], words: Sequence[str]) -> list[str]:
    by_member = dict(zip(order, words, strict=True))
    return [by_member[i] for i in range(len(order))]
