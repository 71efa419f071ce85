"""What others would run on the same windows: PSI, chi-square, Kolmogorov-Smirnov, and the earlier sketch.

Each gives one number a window, larger for more drift; PSI its value, the tests -log10 of their p-value.
"""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy import special, stats

from benchmarks.drift.mixture_champion import MixtureChampion, Window
from shared.core.arrays import Float64, Int64

Counts = Int64

DEFAULTS: Final = MappingProxyType(
    {
        "PSI > .1": ("psi", 0.1),
        "PSI > .2": ("psi", 0.2),
        "KS, p < .05 in any feature": ("ks", -np.log10(0.05)),
        "chi-square, p < .001": ("chi", 3.0),
    }
)
"""Rules as they are usually set: the score and its threshold."""

MATCHED: Final = MappingProxyType({"PSI": "psi", "KS": "ks", "chi-square": "chi"})
"""The same scores, with the threshold that gives our run length."""


def rival_scores(fitted: MixtureChampion, drawn: Sequence[Window]) -> dict[str, Float64]:
    """Return the (t,) scores of each rival."""
    reference = np.bincount(fitted.placed.labels, minlength=fitted.k)
    counts = [np.bincount(window.placed.labels, minlength=fitted.k) for window in drawn]
    sorted_features = np.sort(fitted.rows, axis=0)
    return {
        "psi": np.array([_psi(reference, count) for count in counts]),
        "chi": np.array([_chi_square(reference, count) for count in counts]),
        "ks": np.array([_smirnov(sorted_features, window.rows) for window in drawn]),
    }


def _psi(reference: Counts, counts: Counts) -> float:
    p, q = ((each + 0.5) / np.sum(each + 0.5) for each in (reference, counts))
    return float(np.sum((q - p) * np.log(q / p)))


def _chi_square(reference: Counts, counts: Counts) -> float:
    expected = reference / reference.sum() * counts.sum()
    value = np.sum((counts - expected) ** 2 / np.maximum(expected, 0.5))
    return float(-stats.chi2.logsf(value, len(counts) - 1) / np.log(10))


def _smirnov(sorted_features: Float64, rows: Float64) -> float:
    """Return -log10 of the smallest asymptotic p-value over the features, uncorrected as in the rule."""
    n, m = len(sorted_features), len(rows)
    gaps = [_largest_gap(column, np.sort(row)) for column, row in zip(sorted_features.T, rows.T, strict=True)]
    smallest = special.kolmogorov(np.sqrt(n * m / (n + m)) * max(gaps))
    return float(-np.log10(max(smallest, 1e-300)))


def _largest_gap(reference: Float64, window: Float64) -> float:
    at = np.searchsorted(reference, window, side="right") / len(reference)
    steps = np.arange(len(window) + 1) / len(window)
    return float(max(np.max(steps[1:] - at), np.max(at - steps[:-1])))
