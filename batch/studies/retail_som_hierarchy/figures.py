"""The figures of the study, each as a block that a page or a notebook shows."""

from functools import partial

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure as Drawing

from batch.studies.claims import Sentence
from batch.studies.framework import Figure, som_drawings
from batch.studies.framework.drawing import canvas, colors_of
from batch.studies.framework.wording import name_and_unit
from batch.studies.retail_som_hierarchy import map_claims
from batch.studies.retail_som_hierarchy.retail_map import GRID, RetailMap
from batch.studies.retail_som_hierarchy.unit_marks import UnitMarks
from batch.studies.retail_som_hierarchy.usable_rows import CleanedTable
from shared.core.arrays import Float64, Int64
from shared.core.som.maps import u_matrix
from shared.reporting.theme import Theme


def dropped_rows(cleaned: CleanedTable) -> Figure:
    """Show how many rows each reason has taken."""
    caption = "Rows that are dropped, each counted under the first fault it has."
    taken = {reason: count for reason, count in cleaned.dropped.items() if count}
    return Figure("dropped_rows", "Rows dropped, and why", caption, partial(_draw_dropped, taken))


def distances(found: RetailMap, marks: UnitMarks | None) -> Figure:
    """Show the U-matrix, marked with what the purchases at each unit are mostly like."""
    draw = partial(_draw_distances, u_matrix(found.weights, GRID), found.hits, marks)
    return Figure("u_matrix", "Distances between neighbours", map_claims.of_marks(marks), draw)


def clusters_on_map(unit_clusters: Int64) -> Figure:
    """Show which cluster each unit belongs to."""
    caption = "The cluster of each unit, as its number; lines part the clusters."
    return Figure("clusters_on_map", "Clusters on the map", caption, partial(_draw_clusters, unit_clusters))


def cluster_heatmap(means: pd.DataFrame) -> Figure:
    """Show how each cluster's mean differs from the mean of all purchases."""
    caption = (
        "Mean of each cluster in deviations from the mean of all purchases: one is a clear difference. The "
        "number of a word is its place in the alphabet."
    )
    return Figure("cluster_means", "What sets clusters apart", caption, partial(_draw_means, means))


def explained_bars(explained: pd.DataFrame, caption: Sentence) -> Figure:
    """Show which features the clusters are made of."""
    return Figure("explained", "What the clusters are made of", caption, partial(_draw_explained, explained))


def _draw_dropped(dropped: dict[str, int], theme: Theme) -> Drawing:
    figure = canvas(8.4, 0.6 + 0.45 * len(dropped))
    axes = figure.subplots()
    bars = axes.barh(list(dropped), list(dropped.values()), color=theme.series[0])
    axes.bar_label(bars, labels=[f"{count:,}" for count in dropped.values()], padding=3)
    axes.invert_yaxis()
    axes.set(xlabel="rows dropped")
    axes.grid(visible=False, axis="y")
    return figure


def _draw_distances(heights: Float64, hits: Int64, marks: UnitMarks | None, theme: Theme) -> Drawing:
    figure = canvas(8.4, 7.0)
    axes = figure.subplots()
    som_drawings.draw_picture(axes, heights, "mean distance to neighbours, share of the largest", theme)
    looks = marks.looks() if marks else [("purchases", hits > 0)]
    for number, (label, chosen) in enumerate(looks):
        rows, cols = np.divmod(np.flatnonzero(chosen), GRID.cols)
        sizes = 15 + 95 * hits[chosen] / max(hits.max(), 1)
        axes.scatter(
            cols,
            rows,
            s=sizes,
            marker=som_drawings.MARKERS[number],
            color=theme.series[(number + 1) % len(theme.series)],
            edgecolors=theme.surface,
            linewidths=0.8,
            label=label,
        )
    legend = axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set(sizes=[60])
    return figure


def _draw_clusters(unit_clusters: Int64, theme: Theme) -> Drawing:
    figure = canvas(6.6, 6.2)
    axes = figure.subplots()
    for unit, cluster in enumerate(unit_clusters):
        row, col = divmod(unit, GRID.cols)
        color = theme.series[(cluster - 1) % len(theme.series)]
        axes.text(col, row, str(cluster), color=color, ha="center", va="center", fontweight="bold")
    som_drawings.draw_borders(axes, unit_clusters, GRID, theme)
    som_drawings.name_axes(axes, (GRID.rows, GRID.cols))
    return figure


def _draw_means(means: pd.DataFrame, theme: Theme) -> Drawing:
    figure = canvas(9.2, 0.9 + 0.5 * len(means))
    axes = figure.subplots()
    limit = max(1.0, float(np.nanmax(np.abs(means.to_numpy()))))
    shown = means.round(1) + 0.0  # no minus before a zero
    sns.heatmap(
        shown, ax=axes, vmin=-limit, vmax=limit, annot=True, fmt=".1f", cmap=colors_of(theme.diverging),
        linewidths=1, linecolor=theme.surface, cbar_kws={"label": "deviations from the mean"},
    )  # fmt: skip
    axes.set_xticklabels([str(name).replace("_", "\n") for name in means], rotation=0)
    axes.set(ylabel="cluster", xlabel="")
    axes.tick_params(axis="both", rotation=0, length=0)
    return figure


def _draw_explained(explained: pd.DataFrame, theme: Theme) -> Drawing:
    figure = canvas(7.6, 0.6 + 0.42 * len(explained))
    axes = figure.subplots()
    shares = explained["explained_share"].fillna(0)
    bars = axes.barh(explained["feature"].map(name_and_unit), shares, color=theme.series[0])
    axes.bar_label(bars, labels=[f"{share:.0%}" for share in explained["explained_share"]], padding=3)
    axes.invert_yaxis()
    axes.set(xlabel="share of the variance between clusters", xlim=(0, 1.08))
    axes.grid(visible=False, axis="y")
    return figure
