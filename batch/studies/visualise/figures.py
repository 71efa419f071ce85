"""The figures of the study, each as a block that a page or a notebook shows."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from batch.studies.claims import drawn
from batch.studies.framework import Figure
from batch.studies.framework.common_drawings import silhouettes_by_k
from batch.studies.framework.drawing import canvas, colors_of
from batch.studies.framework.som_drawings import MARKERS
from batch.studies.visualise import claims
from batch.studies.visualise.clusters import SEED, Clusters
from shared.core.arrays import Float64
from shared.reporting.theme import Theme

MAX_POINTS = 2_500
"""Customers drawn one by one; more would hide each other."""

LINEAR_BELOW = 0.1
"""Thousand: money above is on a log axis; below, the axis is straight and has room for zero and for less."""

Labels = Mapping[str, str]
"""Of each feature, as `labels_of` gives them."""


def plain_scatter(customers: pd.DataFrame, labels: Labels, features: tuple[str, str]) -> Figure:
    """Show two features as they come."""
    caption = drawn(
        "Each point is a customer. Where would you draw the lines?", len(customers), MAX_POINTS, len
    )
    draw = partial(_draw_plain, some(customers), labels, features)
    return Figure("scatter_2d", "Two features", caption, draw)


def clustered_scatter(customers: pd.DataFrame, labels: Labels, found: Clusters) -> Figure:
    """Show where K-means draws the lines between two features."""
    caption = drawn(
        "The same customers, in the colour and the marker of their cluster. A cross marks each center, a "
        "line circles what lies within two deviations.",
        len(customers),
        MAX_POINTS,
        len,
    )
    draw = partial(_draw_clusters, some(customers.assign(cluster=found.labels)), labels, found)
    return Figure("scatter_2d_clusters", "Two features, clustered", caption, draw)


def silhouettes(found: Clusters, name: str) -> Figure:
    """Show what the number of clusters was chosen by."""
    draw = partial(silhouettes_by_k, found.silhouettes, found.k, "clusters")
    return Figure(name, "How many clusters", claims.of_k(found), draw)


def sums_heatmap(sums: pd.DataFrame, labels: Labels) -> Figure:
    """Show which part of each feature's sum each cluster holds, (clusters x features)."""
    caption = (
        "Sum of each feature in each cluster, in its own unit; the colour says which part of the sum over "
        "all customers that is. Sums show who holds the money, means what one customer is like."
    )
    return Figure("heatmap_sums", "Sums by all features", caption, partial(_draw_sums, sums, labels))


def heatmap(scaled: pd.DataFrame, means: pd.DataFrame, labels: Labels) -> Figure:
    """Show every cluster by the mean of every feature.

    Parameters
    ----------
    scaled, means : clusters x features, in deviations for the colour, in the file's units for the text.
    """
    caption = (
        "Mean of each feature in each cluster, in its own unit; the colour says how far that is from the "
        "mean of all customers, in deviations of the logarithm."
    )
    draw = partial(_draw_heatmap, scaled, means, labels)
    return Figure("heatmap", "Clusters by all features", caption, draw)


def _draw_plain(customers: pd.DataFrame, labels: Labels, features: tuple[str, str], theme: Theme) -> Drawing:
    figure = canvas()
    axes = figure.subplots()
    points = customers[list(features)].to_numpy()
    axes.scatter(
        points[:, 0], points[:, 1], s=9, color=theme.series[0], alpha=0.6, linewidths=0, rasterized=True
    )
    _name_axes(axes, labels, features)
    return figure


def _draw_clusters(customers: pd.DataFrame, labels: Labels, found: Clusters, theme: Theme) -> Drawing:
    figure = canvas(8.6)
    axes = figure.subplots()
    for number, (cluster, members) in enumerate(customers.groupby("cluster")):
        axes.scatter(
            members[found.features[0]],
            members[found.features[1]],
            s=13,
            color=theme.series[number % len(theme.series)],
            marker=MARKERS[number % len(MARKERS)],
            linewidths=0,
            alpha=0.75,
            label=str(cluster),
            rasterized=True,
        )
    for members in (members for _, members in customers.groupby("cluster") if len(members) > 2):
        around = circled(members[list(found.features)].to_numpy(dtype=np.float64))
        axes.plot(around[:, 0], around[:, 1], color=theme.ink, linewidth=1.2)
    looks: dict[str, Any] = {"marker": "X", "s": 120, "linewidths": 1.2}
    axes.scatter(found.centers[:, 0], found.centers[:, 1], color=theme.ink, edgecolors=theme.surface, **looks)
    _name_axes(axes, labels, found.features)
    axes.legend(title="cluster", loc="upper left", bbox_to_anchor=(1, 1), markerscale=1.8)
    return figure


def circled(points: Float64) -> Float64:
    """Return the ellipse (200, 2) at two deviations around points (n, 2), round on the axes of the figure."""
    on_axes = np.column_stack([points[:, 0], np.arcsinh(points[:, 1] / LINEAR_BELOW)])
    lengths, directions = np.linalg.eigh(np.cov(on_axes, rowvar=False))
    angles = np.linspace(0, 2 * np.pi, 200)
    circle = np.column_stack([np.cos(angles), np.sin(angles)]) * 2 * np.sqrt(np.maximum(lengths, 0))
    around = on_axes.mean(axis=0) + circle @ directions.T
    return np.column_stack([around[:, 0], np.sinh(around[:, 1]) * LINEAR_BELOW])


def _name_axes(axes: Axes, labels: Labels, features: tuple[str, ...]) -> None:
    axes.set(xlabel=labels[features[0]], ylabel=f"{labels[features[1]]} (log scale)")
    axes.set_yscale("asinh", linear_width=LINEAR_BELOW)


def _draw_heatmap(scaled: pd.DataFrame, means: pd.DataFrame, labels: Labels, theme: Theme) -> Drawing:
    figure = canvas(11.0, 1.6 + 0.55 * len(scaled))
    axes = figure.subplots()
    limit = float(np.nanmax(np.abs(scaled.to_numpy()))) or 1.0
    texts = means.map(lambda value: f"{value:,.0f}" if abs(value) >= 10 else f"{value:.1f}")
    sns.heatmap(
        scaled, ax=axes, vmin=-limit, vmax=limit, annot=texts, fmt="", cmap=colors_of(theme.diverging),
        linewidths=1, linecolor=theme.surface, cbar_kws={"label": "deviations from the mean", "pad": 0.02},
    )  # fmt: skip
    axes.set_xticklabels([_folded(labels[str(name)]) for name in scaled], rotation=0, fontsize=9)
    axes.set(ylabel="cluster", xlabel="")
    axes.tick_params(axis="both", length=0)
    axes.tick_params(axis="y", rotation=0)
    return figure


def _draw_sums(sums: pd.DataFrame, labels: Labels, theme: Theme) -> Drawing:
    figure = canvas(11.0, 1.6 + 0.55 * len(sums))
    axes = figure.subplots()
    totals = sums.sum()
    texts = sums.map(lambda value: f"{value:,.0f}")
    sns.heatmap(
        sums / totals.where(totals > 0), ax=axes, vmin=0, vmax=1, annot=texts, fmt="",
        cmap=colors_of(theme.sequential), linewidths=1, linecolor=theme.surface, annot_kws={"fontsize": 8},
        cbar_kws={"label": "part of the sum", "pad": 0.02},
    )  # fmt: skip
    axes.set_xticklabels([_folded(labels[str(name)]) for name in sums], rotation=0, fontsize=9)
    axes.set(ylabel="cluster", xlabel="")
    axes.tick_params(axis="both", length=0)
    axes.tick_params(axis="y", rotation=0)
    return figure


def _folded(label: str) -> str:
    """Break a label into short lines, but not within `a year`."""
    return label.replace(" a ", " a\N{NO-BREAK SPACE}").replace(",", "").replace(" ", "\n")


def some(customers: pd.DataFrame) -> pd.DataFrame:
    """Return at most `MAX_POINTS` customers, always the same ones."""
    return customers if len(customers) <= MAX_POINTS else customers.sample(MAX_POINTS, random_state=SEED)
