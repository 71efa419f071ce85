"""The figures of the map."""

from functools import partial

import numpy as np
from matplotlib.figure import Figure as Drawing

from batch.studies.framework import Figure, som_drawings
from batch.studies.framework.common_drawings import silhouettes_by_k
from batch.studies.framework.drawing import canvas
from batch.studies.mall_som.customers import FEATURES, LABELS
from batch.studies.mall_som.segmentation import GRID, SEED, Segmentation
from shared.core.arrays import Float64
from shared.core.som.maps import component_planes
from shared.reporting.theme import Theme

MAX_POINTS = 5_000

_NAMES = [LABELS[name] for name in FEATURES]


def weight_planes(raw_weights: Float64) -> Figure:
    """Show each feature's weights over the map, in the file's units."""
    caption = "The weights of each unit, one feature a panel: what a customer at that place is like."
    planes = component_planes(raw_weights, GRID)
    return Figure("weight_planes", "Weight planes", caption, partial(som_drawings.planes, planes, _NAMES))


def unit_mean_planes(means: Float64) -> Figure:
    """Show the mean features of the customers at each unit."""
    caption = (
        "The mean of the customers who are nearest to each unit; a cross marks a unit that nobody is "
        "nearest to. Where this differs from the weights, the map has smoothed."
    )
    planes = component_planes(means, GRID)
    return Figure(
        "unit_means", "Mean customer of each unit", caption, partial(som_drawings.planes, planes, _NAMES)
    )


def customers_on_map(found: Segmentation) -> Figure:
    """Show where each customer is on the map, and the borders of the segments."""
    n = len(found.units)
    of_all = f" {MAX_POINTS:,} of {n:,} customers are drawn." if n > MAX_POINTS else ""
    caption = (
        "Each customer at the nearest unit, moved a little within its square so that all can be seen; lines "
        f"part the segments.{of_all}"
    )
    return Figure("customers_on_map", "Customers on the map", caption, partial(_draw_customers, found))


def silhouettes(found: Segmentation) -> Figure:
    """Show what the number of segments was chosen by."""
    caption = f"Mean silhouette of the customers for each number of segments; {found.k} is the best."
    return Figure(
        "silhouettes",
        "How many segments",
        caption,
        partial(silhouettes_by_k, found.silhouettes, found.k, "segments"),
    )


def _draw_customers(found: Segmentation, theme: Theme) -> Drawing:
    figure = canvas(7.6, 6.4)
    axes = figure.subplots()
    chosen = np.random.default_rng(SEED).permutation(len(found.units))[:MAX_POINTS]
    places = som_drawings.jittered(found.units[chosen], GRID, SEED)
    som_drawings.draw_borders(axes, found.unit_segments, GRID, theme)
    som_drawings.draw_members(axes, places, found.segments[chosen], theme)
    som_drawings.name_axes(axes, (GRID.rows, GRID.cols))
    axes.legend(title="segment", loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
