"""The figures of the map and of the segments."""

from functools import partial

import numpy as np
from matplotlib.figure import Figure as Drawing

from batch.studies.claims import drawn
from batch.studies.framework import Figure, som_drawings
from batch.studies.framework.common_drawings import silhouettes_by_k
from batch.studies.framework.drawing import canvas
from batch.studies.mall_som import map_claims, recounts
from batch.studies.mall_som.customers import Mall
from batch.studies.mall_som.segmentation import GRID, SEED, Segmentation, profiles
from shared.core.arrays import Float64, Int64
from shared.core.som.maps import component_planes
from shared.reporting.theme import Theme

MAX_POINTS = 5_000
"""Customers drawn one by one; more would hide each other."""


def weight_planes(mall: Mall, found: Segmentation, raw_weights: Float64) -> Figure:
    """Show each feature's weights over the map, in the file's units."""
    caption = "The weights of each unit, one feature a panel: what a customer at that place is like."
    planes, names = component_planes(raw_weights, GRID), [mall.labels[name] for name in found.features]
    return Figure("weight_planes", "Weight planes", caption, partial(som_drawings.planes, planes, names))


def unit_mean_planes(mall: Mall, means: Float64) -> Figure:
    """Show the mean features of the customers at each unit, (n_units, d), of all features."""
    caption = (
        "The mean of the customers who are nearest to each unit; a cross marks a unit that nobody is "
        "nearest to. Where this differs from the weights, the map has smoothed."
    )
    planes, names = component_planes(means, GRID), [mall.labels[name] for name in mall.features]
    draw = partial(som_drawings.planes, planes, names)
    return Figure("unit_means", "Mean customer of each unit", caption, draw)


def customers_on_map(found: Segmentation) -> Figure:
    """Show where each customer is on the map, and the borders of the segments."""
    caption = drawn(
        "Each customer at the nearest unit, moved a little within its square so that all can be seen; lines "
        "part the segments.",
        len(found.units),
        MAX_POINTS,
        recounts.n_kept,
    )
    return Figure("customers_on_map", "Customers on the map", caption, partial(_draw_map, found))


def segments_by_money(mall: Mall, found: Segmentation) -> Figure:
    """Show income and spending of each customer, coloured by segment."""
    caption = drawn(
        "Each customer by income and spending, in the colour and the marker of the segment; a large cross "
        "is a segment's mean.",
        len(mall.table),
        MAX_POINTS,
        recounts.n_kept,
    )
    return Figure(
        "segments_by_money", "Segments by income and spending", caption, partial(_draw_money, mall, found)
    )


def silhouettes(found: Segmentation) -> Figure:
    """Show what the number of segments was chosen by."""
    draw = partial(silhouettes_by_k, found.silhouettes, found.k, "segments")
    return Figure("silhouettes", "How many segments", map_claims.of_k(found), draw)


def _draw_map(found: Segmentation, theme: Theme) -> Drawing:
    figure = canvas(7.6, 6.4)
    axes = figure.subplots()
    chosen = _shown(len(found.units))
    places = som_drawings.jittered(found.units[chosen], GRID, SEED)
    som_drawings.draw_borders(axes, found.unit_segments, GRID, theme)
    som_drawings.draw_members(axes, places, found.segments[chosen], theme)
    som_drawings.name_axes(axes, (GRID.rows, GRID.cols))
    axes.legend(title="segment", loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def _draw_money(mall: Mall, found: Segmentation, theme: Theme) -> Drawing:
    figure = canvas(8.6, 5.6)
    axes = figure.subplots()
    chosen = _shown(len(mall.table))
    points = mall.table[["income", "score"]].to_numpy()
    som_drawings.draw_members(axes, points[chosen], found.segments[chosen], theme)
    means = profiles(mall.table, mall.features, found.segments)
    axes.scatter(
        means["income"], means["score"], marker="X", s=130, color=theme.ink, edgecolors=theme.surface
    )
    axes.set(xlabel=mall.labels["income"], ylabel=mall.labels["score"])
    axes.legend(title="segment", loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def _shown(n: int) -> Int64:
    return np.random.default_rng(SEED).permutation(n)[:MAX_POINTS]
