"""Figures that several studies draw the same way."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from batch.studies.framework.drawing import canvas
from shared.reporting.theme import Theme


def silhouettes_by_k(silhouettes: Mapping[int, float], k: int, what: str, theme: Theme) -> Drawing:
    """Draw the mean silhouette of every number of `what`, with a ring around the k that was taken."""
    figure = canvas(6.4, 4.2)
    axes = figure.subplots()
    ks, scores = list(silhouettes), list(silhouettes.values())
    axes.plot(ks, scores, marker="o", color=theme.series[0])
    axes.scatter([k], [silhouettes[k]], s=160, facecolors="none", edgecolors=theme.ink)
    axes.set(xlabel=what, ylabel="mean silhouette, -1 to 1", xticks=ks)
    return figure


def bars_of_customers_and_revenue(
    axes: Axes,
    names: Sequence[str],
    customers: Sequence[float],
    revenue: Sequence[float],
    theme: Theme,
    *,
    digits: int = 0,
) -> None:
    """Draw two shares, 0 to 1, for each name beside each other, in percent."""
    places = np.arange(len(names))
    for at, (label, shares) in enumerate((("% of customers", customers), ("% of revenue", revenue))):
        heights = 100 * np.asarray(shares, dtype=float)
        bars = axes.bar(places + (at - 0.5) * 0.38, heights, 0.36, label=label, color=theme.series[at])
        axes.bar_label(bars, fmt=f"%.{digits}f", padding=2, color=theme.ink)
    axes.set_xticks(places, names)
    axes.margins(y=0.15)
    axes.grid(visible=False, axis="x")
    axes.legend()
