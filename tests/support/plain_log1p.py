"""ln(1 + x) in plain Python floats, from + - * / alone: the reference for the bits of the product's own."""

import math


def plain_log1p(x: float) -> float:
    """Return the double that the product computes for x >= 0."""
    halvings, lost, rest = 0, 0.0, x
    if not x < math.sqrt(2.0) - 1.0:
        total = 1.0 + x
        lost = (x - (total - 1.0)) / total if x < 1.0 else (1.0 - (total - x)) / total
        while total >= math.sqrt(2.0):
            total /= 2.0
            halvings += 1
        rest = total - 1.0
    s = rest / (2.0 + rest)
    square = s * s
    series = 2.0 / 23
    for odd in range(21, 1, -2):
        series = 2.0 / odd + square * series
    series = square * series
    half = 0.5 * rest * rest
    # ln 2 in two parts: the first has 32 bits, so that its multiples are exact.
    small = s * (half + series) + (halvings * 1.90821492927058770002e-10 + lost)
    return halvings * 6.93147180369123816490e-01 - ((half - small) - rest)
